"""Published findings beside this study's estimates: only for the same matrix and time, and never without obstacles.

The findings are data (``findings.toml``). Nothing is pooled and nothing is concluded: a finding and an estimate stand
side by side, with what makes them incomparable.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.study import LiteratureRow, Published
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.study.conditions import conditions_from_protocol
from elisa_bdnf.study.identity import INFUSION, RELEASE, TISSUE, table
from elisa_bdnf.study.intake import StudyData

_TIME_SLACK = 1e-6


@lru_cache(maxsize=1)
def published() -> tuple[Published, ...]:
    """All findings of the data file, in its order."""
    text = resources.files("elisa_bdnf.study").joinpath("findings.toml").read_text(encoding="utf-8")
    return tuple(_published(entry) for entry in tomllib.loads(text)["finding"])


def _published(entry: Mapping[str, Any]) -> Published:
    """An entry of the data file; what it does not say is empty."""
    nothing = {"doi": "", "region": "", "analyte": "BDNF", "kit": "", "correction": "", "exploratory": False}
    lists = {key: tuple(entry[key]) for key in ("timepoints", "minutes", "caveats")}
    return Published(**{**nothing, **entry, **lists})


def beside_literature(data: StudyData, contrasts: Sequence[Contrast]) -> tuple[LiteratureRow, ...]:
    """Every finding of this design. Those of another matrix or time are listed too, with what stands between."""
    return tuple(_row(each, data, contrasts) for each in published() if each.design == data.design.kind)


def _row(finding: Published, data: StudyData, contrasts: Sequence[Contrast]) -> LiteratureRow:
    names = {t.name for t in data.timepoints if _same_time(t, finding)}
    same_matrix = _same_matrix(finding.matrix, _matrix_of(data))
    concerned = _concerned(finding, data, contrasts)
    beside = tuple(c for c in concerned if c.timepoint in names and c.estimate is not None)
    comparable = bool(beside) and same_matrix
    obstacles = tuple(_obstacles(finding, data, same_matrix=same_matrix, same_time=bool(names)))
    return LiteratureRow(finding, comparable, obstacles, beside if comparable else ())


def _matrix_of(data: StudyData) -> str:
    """What was assayed; medium and tissue go without saying in their designs; an eluate stands for its medium."""
    if data.design.kind == RELEASE and data.matrix in ("", "eluate"):
        return "medium"
    return data.matrix or ("tissue" if data.design.kind == TISSUE else "")


def _concerned(finding: Published, data: StudyData, contrasts: Sequence[Contrast]) -> Iterator[Contrast]:
    """Contrasts on what the finding is about: the drug without a blocker; the same region and the same assay."""
    for each in contrasts:
        if data.design.kind == RELEASE and each.group != conditions_from_protocol(data.protocol).drug:
            continue
        if data.design.kind == TISSUE:
            region, arm, analyte = (*each.group.split(", "), "", "")[:3]
            regions = [name.replace(" ", "_") for name in finding.region.split(", ")]
            if region not in regions or (analyte or "BDNF") != finding.analyte or not _is_of_drug(arm, data):
                continue
        yield each


def _is_of_drug(arm: str, data: StudyData) -> bool:
    """Whether an arm was given the drug of the protocol: ``ketamine``, ``KET 25``; other drugs have other findings."""
    drug = str(table(data.protocol, "tissue").get("drug") or "")
    return arm.casefold().startswith(drug.casefold()[:3])


def _same_time(timepoint: Timepoint, finding: Published) -> bool:
    """The same nominal minutes: 230 and 240 are two times."""
    minutes = timepoint.minutes
    return minutes is not None and any(abs(minutes - theirs) < _TIME_SLACK for theirs in finding.minutes)


def _same_matrix(theirs: str, ours: str) -> bool:
    """Any plasma stands beside plasma (the tube is then an obstacle that is said); serum beside serum only."""
    return bool(ours) and ours.split("_", maxsplit=1)[0] == theirs.split("_", maxsplit=1)[0]


def _obstacles(finding: Published, data: StudyData, *, same_matrix: bool, same_time: bool) -> Iterator[str]:
    if not same_matrix:
        yield f"another matrix: {finding.matrix} there, {_matrix_of(data) or 'not stated'} here"
    elif finding.matrix != _matrix_of(data):
        yield f"{finding.matrix} there without its tube, {data.matrix} here"
    if not same_time:
        times = ", ".join(finding.timepoints) or "time not stated"
        yield f"another time: {times} there"
    anchor = data.protocol.time_anchor
    if data.design.kind == INFUSION and finding.anchor.startswith("not stated"):
        yield f"times count from {anchor.replace('_', ' ')} here; the source does not say from where"
    yield from _kit_obstacles(finding, data)
    if finding.exploratory:
        yield "exploratory in the source"
    yield from finding.caveats


def _kit_obstacles(finding: Published, data: StudyData) -> Iterator[str]:
    kits = sorted({source.kit for source in data.sources if source.kit})
    ours = ", ".join(kits) or "not stated"
    if finding.analyte != "BDNF":
        return
    if finding.kit:
        yield f"kit {finding.kit} there, {ours} here"
    else:
        yield f"kit not stated there, {ours} here: kits differ in what they see of BDNF"
