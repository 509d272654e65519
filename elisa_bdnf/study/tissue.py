"""Design 3: tissue by region and time against the control arm, and ratios of two assays (DOMAIN §8)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.order import natural_order
from elisa_bdnf.model.tissue import RatioSummary, RatioValue, TissueContrast, TissueStudy, TissueValue
from elisa_bdnf.study.identity import table
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.ln_error import Measured, geometric_mean
from elisa_bdnf.study.pairs import welch
from elisa_bdnf.study.statistics import NoResult, holm
from elisa_bdnf.study.tissue_values import data_unit, folded, tissue_values
from elisa_bdnf.study.values import ln_sd_or_none

Place = tuple[str, str, str]  # region, timepoint, analyte
_NOTHING = (None, None, None, None, None, None, None, None)


def control_arms(data: StudyData) -> tuple[str, ...]:
    """Names of the control arm in the protocol."""
    said = table(data.protocol, "tissue").get("control_arm")
    return tuple(str(name) for name in said) if isinstance(said, tuple) else ("vehicle",)


def tissue_study(data: StudyData) -> tuple[TissueStudy, tuple[RatioSummary, ...]]:
    """Values, contrasts with the control arm, and the ratios of assays that the protocol declares and the study has."""
    controls = control_arms(data)
    values = _in_order(tissue_values(data), data, controls)
    points = [_Point(v.arm, (v.region, v.timepoint, v.analyte), v.value, v.limit is not None) for v in values]
    contrasts = tissue_contrasts(points, controls)
    return TissueStudy(data_unit(data), controls, values, contrasts), tuple(_ratios(data, values, controls))


def _in_order(values: Sequence[TissueValue], data: StudyData, controls: Sequence[str]) -> tuple[TissueValue, ...]:
    """By analyte, region, arm (control first), time and animal, in whatever order their wells were read."""
    analytes = list(dict.fromkeys(v.analyte for v in values))
    regions = [*table(data.protocol, "regions"), *dict.fromkeys(v.region for v in values)]
    times = {"": -1} | {timepoint.name: at for at, timepoint in enumerate(data.timepoints)}
    names = {folded(name) for name in controls}

    def order(v: TissueValue) -> tuple[object, ...]:
        arm = (folded(v.arm) not in names, natural_order(v.arm))
        return analytes.index(v.analyte), regions.index(v.region), arm, times[v.timepoint], natural_order(v.subject)

    return tuple(sorted(values, key=order))


@dataclass(frozen=True, slots=True)
class _Point:
    """One number (or none) of an animal at a place."""

    arm: str
    place: Place
    value: float | None
    censored: bool


def tissue_contrasts(points: Sequence[_Point], controls: Sequence[str]) -> tuple[TissueContrast, ...]:
    """Every arm against control at every place, by Welch's t on the ln scale; Holm within each arm and analyte."""
    names = {folded(name) for name in controls}
    arms = dict.fromkeys(p.arm for p in points if p.arm and folded(p.arm) not in names)
    made: list[TissueContrast] = []
    for arm in arms:
        for place in dict.fromkeys(p.place for p in points if p.arm == arm):
            treated = [p for p in points if p.arm == arm and p.place == place]
            made.append(_contrast(arm, place, treated, _controls_of(points, place, names)))
    return tuple(_adjusted(made))


def _controls_of(points: Sequence[_Point], place: Place, names: set[str]) -> list[_Point]:
    """Control animals of the same region, analyte and time; those without a time where there are none."""
    region, timepoint, analyte = place
    own = [p for p in points if folded(p.arm) in names and (p.place[0], p.place[2]) == (region, analyte)]
    return [p for p in own if p.place[1] == timepoint] or [p for p in own if not p.place[1]]


def _contrast(arm: str, place: Place, treated: Sequence[_Point], control: Sequence[_Point]) -> TissueContrast:
    region, timepoint, analyte = place
    sides = [[math.log(p.value) for p in side if p.value] for side in (treated, control)]
    label = control[0].arm if control else "control"
    identity = (region, timepoint, arm, label, analyte, len(sides[0]), len(sides[1]))
    censored = sum(p.censored for p in (*treated, *control))
    if censored:
        return TissueContrast(*identity, *_NOTHING, f"{censored} values are beyond the limits: no mean without them")
    found = NoResult("no control at this region and time") if not control else welch(*sides)
    if isinstance(found, NoResult):
        return TissueContrast(*identity, *_NOTHING, found.reason)
    return TissueContrast(
        *identity, found.estimate, found.se, found.df, found.p, None, found.ratio, found.ratio_low, found.ratio_high
    )


def _adjusted(made: Sequence[TissueContrast]) -> Iterator[TissueContrast]:
    families: dict[tuple[str, str], list[TissueContrast]] = {}
    for each in made:
        families.setdefault((each.arm, each.analyte), []).append(each)
    for family in families.values():
        tested = [each for each in family if each.p is not None]
        adjusted = dict(zip(map(id, tested), holm([each.p or 0.0 for each in tested]) if tested else (), strict=True))
        yield from (replace(each, p_holm=adjusted.get(id(each))) for each in family)


def contrasts_of_tissue(found: Sequence[TissueContrast]) -> tuple[Contrast, ...]:
    """The same as contrasts of a study, grouped by region and arm."""
    return tuple(
        Contrast(
            c.timepoint, f"{c.region}, {c.arm}" + ("" if c.analyte == "BDNF" else f", {c.analyte}"), c.control,
            c.estimate, c.se, c.df, None if not c.se else (c.estimate or 0.0) / c.se, c.p, c.p_holm, c.ratio, c.ci_low,
            c.ci_high, c.n + c.n_control, method="Welch t on ln values", reason=c.reason,
        )
        for c in found
    )  # fmt: skip


def _ratios(data: StudyData, values: Sequence[TissueValue], controls: Sequence[str]) -> Iterator[RatioSummary]:
    for name in table(data.protocol, "ratios"):
        said = table(data.protocol, "ratios", name)
        words = [str(said.get(key) or "") for key in ("numerator", "denominator", "loading")]
        numerator, denominator, loading = words
        there = {folded(value.analyte) for value in values}
        if folded(numerator) in there and folded(denominator) in there:
            yield _ratio(name, numerator, denominator, loading, values, controls)


def _ratio(
    name: str, numerator: str, denominator: str, loading: str, values: Sequence[TissueValue], controls: Sequence[str]
) -> RatioSummary:
    by_key = {(v.subject, v.region, v.timepoint, folded(v.analyte)): v for v in values}
    made = [
        _ratio_value(v, by_key.get((v.subject, v.region, v.timepoint, folded(denominator))), by_key, loading)
        for v in values
        if folded(v.analyte) == folded(numerator)
    ]
    points = [_Point(v.arm, (v.region, v.timepoint, name), v.ratio, censored=False) for v in made]
    relative = tuple(_relative(v, made, {folded(arm) for arm in controls}) for v in made)
    return RatioSummary(name, numerator, denominator, loading, relative, tissue_contrasts(points, controls))


def _ratio_value(
    above: TissueValue, below: TissueValue | None, by_key: dict[tuple[str, str, str, str], TissueValue], loading: str
) -> RatioValue:
    """The extracts are compared, not what they were divided by, since both are of one homogenate.

    Each assay is put over its own loading control where the protocol names one (``LOADING p-TrkB``, else ``LOADING``).
    """
    identity = (above.subject, above.arm, above.region, above.timepoint)
    sides = [_side(value, by_key, loading) for value in (above, below)]
    reason = next((side for side in sides if isinstance(side, str)), "")
    if reason:
        return RatioValue(*identity, None, None, None, None, None, reason)
    one, other = (side for side in sides if isinstance(side, Measured))
    found = one.over(other)
    cv = None if found.sd is None else 100 * math.sqrt(math.expm1(found.sd**2))
    return RatioValue(*identity, found.value, found.low, found.high, cv, None)


def _side(
    value: TissueValue | None, by_key: dict[tuple[str, str, str, str], TissueValue], loading: str
) -> Measured | str:
    if value is None:
        return "the other assay has no value"
    if value.extract is None:
        return f"{value.analyte}: {value.reason}"
    own = _measured(value)
    if not loading:
        return own
    key = (value.subject, value.region, value.timepoint)
    control = by_key.get((*key, folded(f"{loading} {value.analyte}"))) or by_key.get((*key, folded(loading)))
    if control is None or control.extract is None:
        return f"{value.analyte}: no loading control {loading}"
    return own.over(_measured(control))


def _measured(value: TissueValue) -> Measured:
    """The extract with its relative error, which is that of the result."""
    return Measured(value.extract or 1.0, ln_sd_or_none(value.extract_low, value.extract_high))


def _relative(value: RatioValue, all_values: Sequence[RatioValue], controls: set[str]) -> RatioValue:
    own = [
        Measured(v.ratio)
        for v in all_values
        if v.ratio and folded(v.arm) in controls and v.region == value.region and v.timepoint in (value.timepoint, "")
    ]
    if value.ratio is None or not own:
        return value if value.ratio is None else replace(value, reason="no control at this region and time")
    return replace(value, relative=value.ratio / geometric_mean(own).value)
