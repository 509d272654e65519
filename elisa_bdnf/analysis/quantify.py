"""Groups of wells read on the curve: their concentrations with intervals, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice

from elisa_bdnf.analysis.curve_reading import CurveReading, range_statuses, read_responses
from elisa_bdnf.analysis.curves import invert_or_none, predict, rises
from elisa_bdnf.analysis.inverses import in_wells
from elisa_bdnf.analysis.robustness import moves
from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.estimate import Estimate, RangeStatus, WellEstimate
from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import Extrapolation, MissingDilution, Protocol, Reduce
from elisa_bdnf.model.response import Group, WellUse

_SLACK = 1e-9  # a concentration that equals a limit is inside


def quantify(groups: Sequence[Group], curve: Curve | NoCurve, protocol: Protocol) -> list[Estimate]:
    """Read controls or samples on the curve, all at once.

    ``in_well`` is the inverse of the mean response, or the mean of the wells' concentrations, as the protocol says;
    ``concentration`` = in_well × dilution factor (× the volume factor of the protocol for samples). Outside the
    quantitative range there is no concentration but a limit: LLOQ or ULOQ × dilution factor.
    """
    extrapolate = protocol.limits.extrapolation is not Extrapolation.NONE
    if isinstance(curve, NoCurve):
        wells = [tuple(WellEstimate(well, None, RangeStatus.NO_VALUE) for well in group.wells) for group in groups]
    else:
        wells = _wells(groups, curve, extrapolate)
    read: dict[int, tuple[float, int]] = {}
    known: dict[int, CurveReading] = {}
    for index, group in enumerate(groups):
        response = _response_or_reading(group, curve, wells[index], protocol.reduce)
        if isinstance(response, CurveReading):
            known[index] = response
        else:
            read[index] = (response, group.n)
    if isinstance(curve, Curve):
        found = read_responses(curve, *zip(*read.values(), strict=True), extrapolate=extrapolate) if read else []
        known |= zip(read, found, strict=True)
    moved = _moves(groups, curve, protocol, known)
    return [
        _estimate(group, curve, protocol, wells[index], known[index], moved.get(index))
        for index, group in enumerate(groups)
    ]


def _moves(
    groups: Sequence[Group], curve: Curve | NoCurve, protocol: Protocol, readings: Mapping[int, CurveReading]
) -> dict[int, Robustness | None]:
    """The robustness of the groups that have a concentration in the range."""
    numbers = {i: r for i, r in sorted(readings.items()) if r.status.has_number and r.in_well is not None}
    if isinstance(curve, NoCurve):
        return {}
    by_mean = protocol.reduce is Reduce.MEAN_RESPONSE
    responses = [(groups[i].mean,) if by_mean else groups[i].responses for i in numbers]
    found = moves(
        curve,
        protocol.limits,
        responses,
        [reading.in_well or 0.0 for reading in numbers.values()],
        [(reading.interval.low, reading.interval.high) for reading in numbers.values()],
    )
    return dict(zip(numbers, found, strict=True))


def _estimate(
    group: Group,
    curve: Curve | NoCurve,
    protocol: Protocol,
    wells: tuple[WellEstimate, ...],
    reading: CurveReading,
    moved: Robustness | None,
) -> Estimate:
    factor, missing = _factor_or_none(group, protocol)
    cv, basis = _variation(group, wells)
    limit = _limit_or_none(curve, reading.status)
    has_number = reading.status.has_number
    return Estimate(
        group=group,
        in_well=reading.in_well,
        in_well_low=reading.interval.low,
        in_well_high=reading.interval.high,
        status=reading.status,
        concentration=_times(reading.in_well, factor) if has_number else None,
        low=_times(reading.interval.low, factor) if has_number else None,
        high=_times(reading.interval.high, factor) if has_number else None,
        limit=_times(limit, factor),
        cv_percent=cv,
        cv_basis=basis,
        wells=wells,
        reason="; ".join(part for part in (reading.reason, missing) if part),
        interval_remark=reading.interval.remark,
        suggested_dilution=_suggested_dilution(group, curve, reading),
        other_in_well=_other_in_well(group, curve, wells, protocol.reduce) if reading.in_well is not None else None,
        robustness=moved,
    )


def _other_in_well(group: Group, curve: Curve | NoCurve, wells: tuple[WellEstimate, ...], how: Reduce) -> float | None:
    """The concentration by the way to reduce replicates that the protocol does not use."""
    if isinstance(curve, NoCurve) or len(wells) < 2:
        return None
    if how is Reduce.MEAN_CONCENTRATION:
        return invert_or_none(curve, group.mean)
    values = [well.in_well for well in wells if well.in_well is not None]
    return math.fsum(values) / len(values) if len(values) == len(wells) else None


def _response_or_reading(
    group: Group, curve: Curve | NoCurve, wells: tuple[WellEstimate, ...], how: Reduce
) -> float | CurveReading:
    """The response to read for a group, or why none can be read."""
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
        return group.mean
    without = [well for well in wells if well.in_well is None]
    if without:
        return CurveReading(
            None, without[0].status, f"{len(without)} of {len(wells)} wells have no concentration, so there is no mean"
        )
    return predict(curve, math.fsum(well.in_well or 0.0 for well in wells) / len(wells))


def _saturated(curve: Curve, count: int, total: int) -> CurveReading:
    """The true response is above what was read; on a falling curve that means a low concentration."""
    reason = f"{count} of {total} wells saturated the reader"
    if rises(curve):
        return CurveReading(None, RangeStatus.SATURATED, reason)
    return CurveReading(None, RangeStatus.BELOW_CURVE, f"{reason}, and a high response means a low concentration here")


def _wells(groups: Sequence[Group], curve: Curve, extrapolate: bool) -> list[tuple[WellEstimate, ...]]:
    """Every used well of every group on the curve."""
    names = [well for group in groups for well in group.wells]
    responses = [response for group in groups for response in group.responses]
    found = in_wells(curve, responses)
    statuses = range_statuses(curve, responses, found, extrapolate=extrapolate)
    each = map(WellEstimate, names, found, statuses)
    return [tuple(islice(each, group.n)) for group in groups]


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
        variance = math.fsum([(value - mean) ** 2 for value in values]) / (len(values) - 1)
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
