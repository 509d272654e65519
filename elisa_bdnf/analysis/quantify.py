"""A group of wells read on the curve: its concentration with an interval, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from elisa_bdnf.analysis.curves import invert_or_none, predict, rises
from elisa_bdnf.analysis.intervals import Interval, interval, is_above
from elisa_bdnf.model.curve import Curve, Limits, NoCurve
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import Extrapolation, MissingDilution, Protocol, Reduce
from elisa_bdnf.model.result import Estimate, Group, RangeStatus, WellEstimate, WellUse

_SLACK = 1e-9  # a concentration that equals a limit is inside
_NOTHING = Interval(None, None)


@dataclass(frozen=True, slots=True)
class CurveReading:
    """What a response says on the curve, before dilution: the concentration in the well, or why there is none."""

    in_well: float | None
    status: RangeStatus
    reason: str = ""
    interval: Interval = _NOTHING


def quantify(group: Group, curve: Curve | NoCurve, protocol: Protocol) -> Estimate:
    """Read a control or sample on the curve.

    ``in_well`` is the inverse of the mean response, or the mean of the wells' concentrations, as the protocol says;
    ``concentration`` = in_well × dilution factor (× the volume factor of the protocol for samples). Outside the
    quantitative range there is no concentration but a limit: LLOQ or ULOQ × dilution factor.
    """
    extrapolate = protocol.limits.extrapolation is not Extrapolation.NONE
    wells = _wells(group, curve, extrapolate)
    reading = _read_group(group, curve, wells, protocol.reduce, extrapolate)
    factor, missing = _factor_or_none(group, protocol)
    cv, basis = _variation(group, wells)
    limit = _limit_or_none(curve, reading.status)
    return Estimate(
        group=group,
        in_well=reading.in_well,
        in_well_low=reading.interval.low,
        in_well_high=reading.interval.high,
        status=reading.status,
        concentration=_times(reading.in_well, factor) if reading.status.has_number else None,
        low=_times(reading.interval.low, factor) if reading.status.has_number else None,
        high=_times(reading.interval.high, factor) if reading.status.has_number else None,
        limit=_times(limit, factor),
        cv_percent=cv,
        cv_basis=basis,
        wells=wells,
        reason="; ".join(part for part in (reading.reason, missing) if part),
        interval_remark=reading.interval.remark,
        suggested_dilution=_suggested_dilution(group, curve, reading),
        other_in_well=_other_in_well(group, curve, wells, protocol.reduce) if reading.in_well is not None else None,
    )


def _other_in_well(group: Group, curve: Curve | NoCurve, wells: tuple[WellEstimate, ...], how: Reduce) -> float | None:
    """The concentration by the way to reduce replicates that the protocol does not use."""
    if isinstance(curve, NoCurve) or len(wells) < 2:
        return None
    if how is Reduce.MEAN_CONCENTRATION:
        return invert_or_none(curve, group.mean)
    values = [well.in_well for well in wells if well.in_well is not None]
    return math.fsum(values) / len(values) if len(values) == len(wells) else None


def _read_group(
    group: Group, curve: Curve | NoCurve, wells: tuple[WellEstimate, ...], how: Reduce, extrapolate: bool
) -> CurveReading:
    if isinstance(curve, NoCurve):
        return CurveReading(None, RangeStatus.NO_VALUE, f"no standard curve: {curve.reason}")
    saturated = [well for well in group.left_out if well.use is WellUse.SATURATED]
    if saturated:
        return _saturated(curve, len(saturated), len(group.all_wells))
    if not group.responses:
        reasons = sorted({well.reason or well.use.value for well in group.left_out})
        return CurveReading(None, RangeStatus.NO_VALUE, "no used well" + (f": {'; '.join(reasons)}" if reasons else ""))
    if math.isnan(curve.limits.lloq):
        return CurveReading(None, RangeStatus.NO_VALUE, f"no quantitative range: {curve.limits.lloq_reason}")
    if how is Reduce.MEAN_RESPONSE or len(wells) == 1:
        return read_response(curve, group.mean, group.n, extrapolate=extrapolate)
    without = [well for well in wells if well.in_well is None]
    if without:
        return CurveReading(
            None, without[0].status, f"{len(without)} of {len(wells)} wells have no concentration, so there is no mean"
        )
    mean = math.fsum(well.in_well or 0.0 for well in wells) / len(wells)
    return read_response(curve, predict(curve, mean), group.n, extrapolate=extrapolate)


def _saturated(curve: Curve, count: int, total: int) -> CurveReading:
    """The true response is above what was read; on a falling curve that means a low concentration."""
    reason = f"{count} of {total} wells saturated the reader"
    if rises(curve):
        return CurveReading(None, RangeStatus.SATURATED, reason)
    return CurveReading(None, RangeStatus.BELOW_CURVE, f"{reason}, and a high response means a low concentration here")


def read_response(curve: Curve, y: float, wells: int, *, extrapolate: bool = False) -> CurveReading:
    """The mean response ``y`` of ``wells`` wells on the curve."""
    x = invert_or_none(curve, y)
    bounds = interval(curve, y, wells)
    status = _status(curve, y, x, extrapolate)
    return CurveReading(x, status, _reason(curve, y, x, status), bounds)


def _status(curve: Curve, y: float, x: float | None, extrapolate: bool) -> RangeStatus:
    if x is None:
        return RangeStatus.ABOVE_CURVE if is_above(curve, y) else RangeStatus.BELOW_CURVE
    below, above = is_below_range(curve.limits, x), is_above_range(curve.limits, x)
    if not (below or above):
        return RangeStatus.WITHIN
    if extrapolate:
        return RangeStatus.EXTRAPOLATED
    return RangeStatus.BELOW_LLOQ if below else RangeStatus.ABOVE_ULOQ


def is_below_range(limits: Limits, x: float) -> bool:
    """Whether a concentration in the well lies below the LLOQ; equality is inside."""
    return x < limits.lloq * (1 - _SLACK)


def is_above_range(limits: Limits, x: float) -> bool:
    """Whether a concentration in the well lies above the ULOQ; equality is inside."""
    return x > limits.uloq * (1 + _SLACK)


def _reason(curve: Curve, y: float, x: float | None, status: RangeStatus) -> str:
    limits = curve.limits
    match status:
        case RangeStatus.BELOW_LLOQ:
            return f"{x:.4g} in the well is below the LLOQ of {limits.lloq:.4g}"
        case RangeStatus.ABOVE_ULOQ:
            return f"{x:.4g} in the well is above the ULOQ of {limits.uloq:.4g}"
        case RangeStatus.BELOW_CURVE:
            return f"response {y:.4g} is at or beyond that of concentration 0 ({predict(curve, 0.0):.4g})"
        case RangeStatus.ABOVE_CURVE:
            return f"response {y:.4g} is at or beyond the plateau of the curve ({curve.d:.4g})"
        case RangeStatus.EXTRAPOLATED:
            return f"extrapolated: {x:.4g} in the well is outside {limits.lloq:.4g} to {limits.uloq:.4g}"
        case _:
            return ""


def _wells(group: Group, curve: Curve | NoCurve, extrapolate: bool) -> tuple[WellEstimate, ...]:
    if isinstance(curve, NoCurve):
        return tuple(WellEstimate(well, None, RangeStatus.NO_VALUE) for well in group.wells)
    estimates = []
    for well, response in zip(group.wells, group.responses, strict=True):
        x = invert_or_none(curve, response)
        known = not math.isnan(curve.limits.lloq)
        status = _status(curve, response, x, extrapolate) if known else RangeStatus.NO_VALUE
        estimates.append(WellEstimate(well, x, status))
    return tuple(estimates)


def _factor_or_none(group: Group, protocol: Protocol) -> tuple[float | None, str]:
    """The factor from in-well to sample, and what is missing where there is none.

    Controls are read as they are in the well unless their layout says otherwise; the volume factor (acid and base
    that were added) is that of the samples' treatment.
    """
    factor = group.content.dilution_factor
    if group.content.role is not Role.SAMPLE:
        return 1.0 if factor is None else factor, ""
    if factor is not None:
        return factor * protocol.dilution.volume_factor, ""
    if protocol.dilution.when_missing is MissingDilution.IN_WELL:
        return 1.0, ""
    return None, "no dilution factor is stated"


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor


def _limit_or_none(curve: Curve | NoCurve, status: RangeStatus) -> float | None:
    if isinstance(curve, NoCurve) or math.isnan(curve.limits.lloq):
        return None
    if status in (RangeStatus.BELOW_LLOQ, RangeStatus.BELOW_CURVE):
        return curve.limits.lloq
    if status in (RangeStatus.ABOVE_ULOQ, RangeStatus.ABOVE_CURVE, RangeStatus.SATURATED):
        return curve.limits.uloq
    return None


def _variation(group: Group, wells: tuple[WellEstimate, ...]) -> tuple[float | None, str]:
    """CV % of the wells' concentrations where all have one, else of their responses."""
    values = [well.in_well for well in wells if well.in_well is not None]
    if len(values) == len(wells) > 1:
        mean = math.fsum(values) / len(values)
        variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
        return 100 * math.sqrt(variance) / mean, "concentration"
    if math.isnan(group.cv_percent):
        return None, ""
    return group.cv_percent, "response"


def _suggested_dilution(group: Group, curve: Curve | NoCurve, reading: CurveReading) -> float | None:
    """The dilution factor that would bring a sample that is too high to the middle of the range; else None.

    DF × max(2, x̂/middle), or DF × 10 where the response does not say how high it is; rounded up to 1, 2 or 5 × 10ⁿ.
    """
    too_high = (RangeStatus.ABOVE_ULOQ, RangeStatus.ABOVE_CURVE, RangeStatus.SATURATED)
    if isinstance(curve, NoCurve) or reading.status not in too_high or group.content.role is not Role.SAMPLE:
        return None
    limits = curve.limits
    middle = curve.c if limits.lloq < curve.c < limits.uloq else math.sqrt(limits.lloq * limits.uloq)
    step = 10.0 if reading.in_well is None or math.isnan(middle) else max(2.0, reading.in_well / middle)
    wanted = (group.content.dilution_factor or 1.0) * step
    power = 10.0 ** math.floor(math.log10(wanted))
    return next((m * power for m in (1.0, 2.0, 5.0) if m * power >= wanted * (1 - _SLACK)), 10.0 * power)
