"""The table one looks at first: one row per subject, one column per timepoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.order import natural_order
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.result import JudgedResult, PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.shown import Shown, shown_result

WARNED = "*"
GROUPING_ATTRIBUTES = ("arm", "group", "treatment", "responder")


def overview(result: PlateResult, mark: str) -> Table | None:
    """One row per subject, one column per timepoint; None where no sample has both."""
    placed = [j for j in result.results if _content(j).subject and _content(j).timepoint]
    if not placed:
        return None
    matrices = len({_content(j).matrix for j in placed}) > 1
    timepoints = timepoint_names(result)
    attributes = grouping_attributes(result)
    rows: dict[tuple[str, str], list[JudgedResult]] = {}
    for judged in placed:
        content = _content(judged)
        rows.setdefault((content.subject or "", (content.matrix or "") if matrices else ""), []).append(judged)
    ordered = sorted(rows, key=lambda key: (natural_order(key[0]), key[1]))
    lead = [Column("subject", "Subject")] + [Column("matrix", "Matrix")] * matrices
    columns = [*lead, *(Column(key, words.sentence(key)[:-1]) for key in attributes)]
    unit = result.analysis.protocol.unit
    columns += [Column(f"t:{name}", name, f"{words.ANALYTE} in {unit}", unit, True) for name in timepoints]
    rest = len(result.results) - len(placed)
    note = f"{words.ANALYTE} in {unit}; below each result its 95 % interval. < and > are bounds, not results."
    if any(judged.warned for judged in placed):
        note += f" {WARNED} a rule has a warning about this sample: see the findings."
    if rest:
        note += f" {digits.count(rest, 'sample')} without subject or timepoint: see the table of all samples."
    return Table(
        "overview", f"{words.ANALYTE} by subject and timepoint", tuple(columns),
        tuple(_overview_row(key, rows[key], timepoints, attributes, matrices) for key in ordered),
        note, mark=mark,
    )  # fmt: skip


def timepoint_names(result: PlateResult) -> list[str]:
    """The protocol's timepoints if any sample has one of them, then whatever else occurs, in order of occurrence."""
    found = dict.fromkeys(j.result.content.timepoint or "" for j in result.results)
    found.pop("", None)
    planned = [timepoint.name for timepoint in result.analysis.protocol.timepoints]
    if not any(name in found for name in planned):
        planned = []
    return [*planned, *(name for name in found if name not in planned)]


def grouping_attributes(result: PlateResult) -> list[str]:
    """Attributes that divide the subjects of this plate: what all have in common says nothing."""
    values = {key: {_content(j).attributes.get(key, "") for j in result.results} for key in GROUPING_ATTRIBUTES}
    return [key for key, found in values.items() if len(found) > 1]


def _overview_row(
    key: tuple[str, str], members: Sequence[JudgedResult], timepoints: Iterable[str], attributes: Iterable[str],
    matrices: bool,
) -> Row:  # fmt: skip
    cells = [Cell(key[0], key[0])] + [Cell(key[1], key[1])] * matrices
    for attribute in attributes:
        values = dict.fromkeys(filter(None, (_content(j).attributes.get(attribute, "") for j in members)))
        cells.append(Cell(", ".join(values)))
    for timepoint in timepoints:
        cells.append(_overview_cell([j for j in members if _content(j).timepoint == timepoint]))
    return Row(tuple(cells), f"subject-{key[0]}-{key[1]}".rstrip("-"))


def _overview_cell(members: Sequence[JudgedResult]) -> Cell:
    if not members:
        return Cell(digits.MISSING, None, Tone.MUTED, "no sample of this subject and timepoint on the plate")
    if len(members) == 1:
        one = shown_result(members[0])
        wells = _wells(members[0])
        return Cell(_marked(one, members[0]), one.number, one.tone, _about(members[0], one), one.interval, wells)
    several = [(shown_result(judged), judged) for judged in members]
    text = " · ".join(f"{_marked(one, j)} ({_content(j).name})" for one, j in several)
    help_text = "\n".join(_about(judged, one) for one, judged in several)
    return Cell(text, None, max((one.tone for one, _ in several), key=_loudness), help_text, "several samples")


def _marked(one: Shown, judged: JudgedResult) -> str:
    """The result with a sign where a rule warns; what is not reportable says more already."""
    return f"{one.text} {WARNED}" if judged.warned and judged.reportable else one.text


def _loudness(tone: Tone) -> int:
    return (Tone.MUTED, Tone.PLAIN, Tone.GOOD, Tone.WARN, Tone.BAD).index(tone)


def _about(judged: JudgedResult, one: Shown) -> str:
    """Name, wells and response behind a result, so that a mix-up can be seen."""
    found = judged.result
    parts = [_content(judged).name, "wells " + " ".join(_wells(judged))]
    if found.is_series:
        factors = words.listed([words.dilution(e.group.content.dilution_factor) for e in found.used])
        parts.append(f"reported from dilution {factors} of {len(found.estimates)}")
    else:
        only = found.estimates[0]
        parts.append(f"response {digits.response(only.group.mean)}")
        parts += [f"CV {digits.percent(only.cv_percent)} %"] if only.cv_percent is not None else []
    if judged.warned:
        parts.append("see " + ", ".join(judged.findings))
    return "; ".join(filter(None, (*parts, one.remark)))


def _wells(judged: JudgedResult) -> tuple[Well, ...]:
    return tuple(well for estimate in judged.result.estimates for well in estimate.group.all_wells)


def _content(judged: JudgedResult) -> Content:
    return judged.result.content
