"""Understood measurements → analysis, by the design of the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from elisa_bdnf.model.effect import Contrast, ModelSummary
from elisa_bdnf.model.measurement import Censoring, Measurement
from elisa_bdnf.model.release import ReleaseStudy
from elisa_bdnf.model.study import Descriptive, StudyAnalysis
from elisa_bdnf.model.tissue import RatioSummary, TissueStudy
from elisa_bdnf.study.conditions import SPIKE, WITHOUT_CELLS
from elisa_bdnf.study.descriptives import describe
from elisa_bdnf.study.identity import RELEASE, TISSUE
from elisa_bdnf.study.infusion import analyze_infusion
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.literature import beside_literature
from elisa_bdnf.study.release import release_contrasts, release_study
from elisa_bdnf.study.tissue import contrasts_of_tissue, tissue_study
from elisa_bdnf.study.wording import sentences_of_release, sentences_of_tissue


def analyze_study(data: StudyData) -> StudyAnalysis:
    """Nothing in it may be reported before ``qc.judge_study`` has seen it."""
    if data.design.kind == RELEASE:
        return _analyze_release(data)
    return _analyze_tissue(data) if data.design.kind == TISSUE else analyze_infusion(data)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the designs differ in."""

    unit: str
    groups: Sequence[str]
    descriptives: tuple[Descriptive, ...]
    model: ModelSummary
    contrasts: tuple[Contrast, ...]
    sentences: tuple[str, ...]
    release: ReleaseStudy | None = None
    tissue: TissueStudy | None = None
    ratios: tuple[RatioSummary, ...] = ()
    remarks: tuple[str, ...] = ()


def _analyze_release(data: StudyData) -> StudyAnalysis:
    release = release_study(data)
    contrasts = release_contrasts(release.values, release.vehicle)
    without_cells = {*WITHOUT_CELLS, SPIKE}
    points = [(v.condition, v.timepoint, v.value, v.limit) for v in release.values if v.condition not in without_cells]
    batches = len({value.batch for value in release.values})
    model = _summary(
        "ln(value / vehicle of the same culture batch and time), t test against 0 over culture batches",
        "t of ln folds",
        "the culture batch is the unit of replication; culture wells are averaged within it first",
        len([v for v in release.values if v.fold is not None]),
        batches,
    )
    return _assembled(data, _Parts(
        release.unit, tuple(dict.fromkeys(group for group, *_ in points)), _described(points), model, contrasts,
        sentences_of_release(release), release=release,
        remarks=_without_result((v.reason, v.value, v.limit) for v in release.values),
    ))  # fmt: skip


def _analyze_tissue(data: StudyData) -> StudyAnalysis:
    tissue, ratios = tissue_study(data)
    contrasts = contrasts_of_tissue([*tissue.contrasts, *(c for ratio in ratios for c in ratio.contrasts)])
    several = len({value.analyte for value in tissue.values}) > 1
    points = [
        (f"{v.region}, {v.arm}" + (f", {v.analyte}" if several else ""), v.timepoint, v.value, v.limit)
        for v in tissue.values
    ]
    model = _summary(
        "ln(value), Welch's t test of each arm against control within region and time",
        "Welch t",
        "one value per animal, region and time",
        len([v for v in tissue.values if v.value is not None]),
        len({v.subject for v in tissue.values}),
    )
    groups = tuple(dict.fromkeys(group for group, *_ in points))
    return _assembled(data, _Parts(
        tissue.unit, groups, _described(points), model, contrasts, sentences_of_tissue(contrasts), tissue=tissue,
        ratios=ratios, remarks=_without_result((v.reason, v.value, v.limit) for v in tissue.values),
    ))  # fmt: skip


def _without_result(found: Iterable[tuple[str, float | None, float | None]]) -> tuple[str, ...]:
    """How many values are neither a number nor a limit, reason by reason: most often a column is missing."""
    values = list(found)
    lacking = Counter(reason for reason, value, limit in values if value is None and limit is None)
    return tuple(f"{count} of {len(values)} values have no result: {why}" for why, count in lacking.most_common())


def _summary(formula: str, method: str, reason: str, n: int, subjects: int) -> ModelSummary:
    return ModelSummary(formula, method, reason, None, None, None, n, subjects)


def _described(points: Iterable[tuple[str, str, float | None, float | None]]) -> tuple[Descriptive, ...]:
    """Group × timepoint of derived values; those without number and limit are counted as missing."""
    by_place: dict[tuple[str, str], list[tuple[float | None, float | None]]] = {}
    for group, timepoint, value, limit in points:
        by_place.setdefault((group, timepoint), []).append((value, limit))
    made = []
    for (group, timepoint), pairs in by_place.items():
        known = [(value, limit) for value, limit in pairs if value is not None or limit is not None]
        used = [_derived(value, limit) for value, limit in known]
        made.append(describe(group, timepoint, used, len(pairs) - len(known)))
    return tuple(made)


def _derived(value: float | None, limit: float | None) -> Measurement:
    side = Censoring.NONE if value is not None else Censoring.LEFT
    return Measurement("", "", "", "", "", concentration=value, censoring=side, limit=limit)


def _assembled(data: StudyData, parts: _Parts) -> StudyAnalysis:
    return StudyAnalysis(
        protocol=data.protocol,
        design=data.design.kind,
        unit=parts.unit,
        matrix=data.matrix,
        timepoints=data.timepoints,
        group_by="condition" if parts.release else "region and arm",
        groups=tuple(parts.groups),
        sources=data.sources,
        understood=data.understood,
        measurements=data.measurements,
        subjects=(),
        descriptives=parts.descriptives,
        model=parts.model,
        contrasts=parts.contrasts,
        pooled_model=None,
        pooled=(),
        comparisons=(),
        by_responder=(),
        paired=None,
        sensitivity=(),
        aids=None,
        literature=beside_literature(data, parts.contrasts),
        release=parts.release,
        tissue=parts.tissue,
        ratios=parts.ratios,
        sentences=parts.sentences,
        remarks=parts.remarks,
    )
