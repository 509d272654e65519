"""What mean responses say on a curve, before dilution: concentrations with intervals, or on which side they lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from elisa_bdnf.analysis.curves import predict
from elisa_bdnf.analysis.intervals import Interval, intervals, is_above
from elisa_bdnf.analysis.inverses import in_wells
from elisa_bdnf.model.curve import Curve, Limits
from elisa_bdnf.model.estimate import RangeStatus

_SLACK = 1e-9  # a concentration that equals a limit is inside
_NOTHING = Interval(None, None)


class CurveReading(NamedTuple):
    """What a response says on the curve, before dilution: the concentration in the well, or why there is none."""

    in_well: float | None
    status: RangeStatus
    reason: str = ""
    interval: Interval = _NOTHING


def read_responses(
    curve: Curve, responses: Sequence[float], wells: Sequence[int], *, extrapolate: bool = False
) -> list[CurveReading]:
    """Mean responses on the curve, each that of so many ``wells``."""
    in_well = in_wells(curve, responses)
    readings = []
    for y, x, bounds in zip(responses, in_well, intervals(curve, responses, wells, in_well), strict=True):
        status = range_status(curve, y, x, extrapolate=extrapolate)
        readings.append(CurveReading(x, status, _reason(curve, y, x, status), bounds))
    return readings


def range_status(curve: Curve, y: float, x: float | None, *, extrapolate: bool = False) -> RangeStatus:
    """Where a response y, which reads x in the well, lies in the quantitative range or beyond the curve."""
    if x is None:
        return RangeStatus.ABOVE_CURVE if is_above(curve, y) else RangeStatus.BELOW_CURVE
    below, above = is_below_range(curve.limits, x), is_above_range(curve.limits, x)
    if not (below or above):
        return RangeStatus.WITHIN
    if extrapolate:
        return RangeStatus.EXTRAPOLATED
    return RangeStatus.BELOW_LLOQ if below else RangeStatus.ABOVE_ULOQ


def range_statuses(
    curve: Curve, responses: Sequence[float], in_well: Sequence[float | None], *, extrapolate: bool = False
) -> list[RangeStatus]:
    """:func:`range_status` of many wells; no status where the curve has no range."""
    if math.isnan(curve.limits.lloq):
        return [RangeStatus.NO_VALUE] * len(responses)
    low, high, within = curve.limits.lloq * (1 - _SLACK), curve.limits.uloq * (1 + _SLACK), RangeStatus.WITHIN
    return [
        within if x is not None and low <= x <= high else range_status(curve, y, x, extrapolate=extrapolate)
        for y, x in zip(responses, in_well, strict=True)
    ]


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
            return f"response {y:.4g} is at or beyond the plateau of the curve ({predict(curve, math.inf):.4g})"
        case RangeStatus.WITHIN:
            return curve.hook.reason_or_empty(y) if curve.hook else ""
        case RangeStatus.EXTRAPOLATED:
            return f"extrapolated: {x:.4g} in the well is outside {limits.lloq:.4g} to {limits.uloq:.4g}"
        case _:
            return ""
