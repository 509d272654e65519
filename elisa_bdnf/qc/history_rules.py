"""The curve and the controls beside earlier plates, and controls over the plates of a batch or study."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean, stdev

from elisa_bdnf.model.control_chart import (
    CURVE_QUANTITIES,
    FROZEN,
    WARN_FROM,
    control_series,
    curve_values,
    series_of,
)
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.history import ChartedPlate, ControlId, EarlierPlates
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import CurveSubject, PlateSubject, SeriesSubject
from elisa_bdnf.qc.westgard_rules import NO_HISTORY, too_few


@rule("FIT-06", FindingLevel.WARN, "parameters of the curve drift with reagents and incubation")
def curve_is_like_earlier_ones(
    curve: CurveSubject, *, z: float = 3.0, min_plates: float = WARN_FROM, frozen_plates: float = FROZEN
) -> Verdicts:
    """Inflection (ln c), top and zero response lie within 3 SD of those of the earlier plates of the kit lot.

    Mean and SD are of the first ``frozen_plates`` accepted plates. Beside the control charts it tells a bad plate (both
    are off) from a bad control (the curve is as always).
    """
    told = curve.analysis.earlier
    if told is None or told.reason:
        yield Missing(NO_HISTORY if told is None else told.reason)
        return
    if len(told.plates) < min_plates:
        yield Missing(too_few(len(told.plates), min_plates))
        return
    for name, value, earlier in _curve_values(told):
        if value is None:
            yield Missing(f"{name} is not determined")
            continue
        series = series_of(name, earlier, value, int(frozen_plates))
        if series.limits.n < min_plates:
            yield Missing(f"{too_few(series.limits.n, min_plates)} with a {name}")
        elif exceeds(abs(series.z[-1]), z):
            limits, score = series.limits, digits(series.z[-1], z, significant=3)
            yield Remark(
                f"{name} is {plain(value, 4)}, z = {score} "
                f"(mean {plain(limits.mean, 4)} and SD {plain(limits.sd, 3)} of {limits.n} plates)",
                measured=score,
                limit=f"± {as_set(z)}",
                action="annotate",
            )


def _curve_values(told: EarlierPlates) -> Iterator[tuple[str, float | None, list[float]]]:
    for position, name in enumerate(CURVE_QUANTITIES):
        earlier = [v for plate in told.plates if (v := curve_values(plate)[position]) is not None]
        yield name, curve_values(told.this)[position], earlier


@rule("QCS-03", FindingLevel.WARN, "ICH M10 §3.2.5: accuracy, precision and total error over runs")
def controls_are_accurate_over_plates(
    plate: PlateSubject,
    *,
    bias_percent: float = 25.0,
    cv_percent: float = 25.0,
    total_percent: float = 40.0,
    total_ends_percent: float = 40.0,
    min_plates: float = 6,
) -> Verdicts:
    """Over the accepted plates of the lot and this one, each control level is right on average and repeatable.

    Judged are the mean error, the CV and the sum of both, for controls with a nominal value. A control at or beyond the
    limits of the range has a total error of its own (``total_ends_percent``).
    """
    told = plate.analysis.earlier
    if told is None or told.reason:
        yield Missing(NO_HISTORY if told is None else told.reason)
        return
    for control, series in control_series(told):
        if not control.nominal or series is None:
            yield Missing(f"control {control.name} has no {'concentration' if control.nominal else 'nominal value'}")
        elif len(series.values) < min_plates:
            yield Missing(f"{too_few(len(series.values) - 1, min_plates - 1)} with control {control.name}")
        else:
            total = total_ends_percent if _at_an_end(plate, control) else total_percent
            yield from _accuracy(control, series.values, bias_percent, cv_percent, total)


def _at_an_end(plate: PlateSubject, control: ControlId) -> bool:
    curve = plate.analysis.curve
    if not isinstance(curve, Curve):
        return False
    nominal = (control.nominal or 0.0) / (control.dilution_factor or 1.0)
    return not exceeds(nominal, curve.limits.lloq) or not exceeds(curve.limits.uloq, nominal)


def _accuracy(
    control: ControlId, values: Sequence[float], bias_limit: float, cv_limit: float, total_limit: float
) -> Iterator[Remark]:
    mean = fmean(values)
    bias = 100 * (mean / (control.nominal or math.nan) - 1)
    cv = 100 * stdev(values) / mean
    measures = (
        ("mean error", bias, abs(bias), bias_limit),
        ("CV", cv, cv, cv_limit),
        ("total error", abs(bias) + cv, abs(bias) + cv, total_limit),
    )
    for name, shown, value, limit in measures:
        if exceeds(value, limit):
            yield Remark(
                f"over {len(values)} plates control {control.name} has a {name} of {digits(shown, limit)} %",
                measured=digits(shown, limit, unit=" %"),
                limit=f"{as_set(limit)} %",
                action="annotate",
                subject=f"control {control.name}",
            )


@rule("STU-02", FindingLevel.WARN, "Sci Rep 5:17989: plate-to-plate CVs of BDNF kits are 5 to 20 %")
def control_varies_little_between_plates(
    series: SeriesSubject, *, cv_percent: float = 25.0, min_plates: float = 3
) -> Verdicts:
    """Over the plates of a batch or study the means of a control have a small CV.

    It needs no history: the plates are those that were assessed together, whatever their lots.
    """
    if len(series.values) < min_plates:
        yield Missing(f"{len(series.values)} plates have {series.name}; {plain(min_plates)} are needed")
        return
    cv = 100 * stdev(series.values) / fmean(series.values)
    if exceeds(cv, cv_percent):
        yield Remark(
            f"{series.name} has a CV of {digits(cv, cv_percent)} % over {len(series.values)} plates",
            measured=digits(cv, cv_percent, unit=" %"),
            limit=f"{as_set(cv_percent)} %",
            action="annotate",
        )


def series_over(plates: Iterable[ChartedPlate]) -> tuple[SeriesSubject, ...]:
    """Every control of several plates, protocol by protocol, in the order in which they first occur."""
    found: dict[tuple[str, str, ControlId], list[float]] = {}
    for plate in plates:
        for charted in plate.controls:
            if charted.value is not None:
                key = (plate.segment.protocol, plate.segment.unit, charted.control)
                found.setdefault(key, []).append(charted.value)
    return tuple(SeriesSubject(f"control {key[2].name}", tuple(values)) for key, values in found.items())
