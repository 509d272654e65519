"""Confidence intervals of a concentration read from a curve: curve error and replicate error together.

For the mean y of m wells, Var(y) = v(f)/m with v from the variance model of the fit, and Var(f(x)) = J·C·J'. With t the
quantile for the degrees of freedom of the fit:

    delta method on the ln scale   ln x ± t·√(v/m + J·C·J') / |dy/d ln x|
    inversion                      {x₀: |y − f(x₀)| ≤ t·√(v/m + J·C·J')}, J and f at x₀,
                                   v at f(x₀) for power weights, at y for 1/y and 1/y2

The delta method is used while its half-width stays below 0.1 (10 %), where both agree; beyond that the
curve bends too much inside the interval and inversion takes over (with a later change of method the coverage falls to
91 % near the plateau: see benchmarks/coverage.py). Its bounds can be 0 or infinite. A response at or
beyond an asymptote has a one-sided interval, that of the asymptote itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from elisa_bdnf.analysis.curves import invert_or_none, predict, rises
from elisa_bdnf.analysis.inverses import in_wells
from elisa_bdnf.analysis.inversion import Side, nearest_ends
from elisa_bdnf.analysis.landscape import Landscape
from elisa_bdnf.analysis.scatter import response_floor
from elisa_bdnf.analysis.shape import Array
from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.model.curve import Curve, FitOn, Model

LARGEST_DELTA = 0.1


class Interval(NamedTuple):
    """Bounds of a concentration in the well, None where none can be stated; ``remark`` says why it is unusual."""

    low: float | None
    high: float | None
    remark: str = ""
    method: str = ""  # "delta", "inversion" or ""


def interval(curve: Curve, y: float, wells: int) -> Interval:
    """The interval at the confidence of the curve for a mean response ``y`` of ``wells`` wells."""
    return intervals(curve, [y], [wells], in_wells(curve, [y]))[0]


def intervals(
    curve: Curve, responses: Sequence[float], wells: Sequence[int], in_well: Sequence[float | None]
) -> list[Interval]:
    """The interval of every mean response, all at once; ``in_well`` are their concentrations on the curve."""
    ts = t_values_or_none(curve, responses)
    if ts is None:
        return [Interval(None, None, f"no interval: {_without_errors(curve)}")] * len(responses)
    found: dict[int, Interval] = {}
    seen = Landscape(curve)
    inverted = [(i, x) for i, x in enumerate(in_well) if x is not None]
    errors = _ln_standard_errors(seen, [(responses[i], x, wells[i]) for i, x in inverted])
    two_sided = []
    for (i, x), error in zip(inverted, errors, strict=True):
        half = ts[i] * error
        if half <= LARGEST_DELTA:
            found[i] = Interval(x * math.exp(-half), x * math.exp(half), method="delta")
        else:
            two_sided.append(i)
    one_sided = [i for i, x in enumerate(in_well) if x is None]
    sides = [Side(responses[i], wells[i], ts[i], in_well[i] or 0.0, way) for i in two_sided for way in (-1.0, 1.0)] + [
        _one_side(curve, responses[i], wells[i], ts[i]) for i in one_sided
    ]
    ends = nearest_ends(seen, sides)
    for place, i in enumerate(two_sided):
        found[i] = _both_sided(*ends[2 * place : 2 * place + 2])
    for i, end in zip(one_sided, ends[2 * len(two_sided) :], strict=True):
        found[i] = _one_sided(curve, responses[i], end)
    return [found[i] for i in range(len(responses))]


def _without_errors(curve: Curve) -> str:
    free = curve.report.n - curve.report.degrees_of_freedom
    if curve.report.degrees_of_freedom >= 1 and curve.report.rank < free:
        return f"the standards determine {curve.report.rank} of the {free} parameters of the curve"
    return "the fit has as many parameters as points"


def t_values_or_none(curve: Curve, responses: Sequence[float]) -> list[float] | None:
    """How many standard errors an interval reaches at every response: Student's t for the degrees of freedom.

    Where θ was estimated from the same plate it is a parameter more, so that σ² is that of one degree of freedom less:
    √(df/(df − 1)) times t for :func:`effective_degrees_of_freedom`. None where no degree of freedom is left.
    """
    report, probability = curve.report, 0.5 + 0.5 * curve.spec.confidence
    if report.degrees_of_freedom - report.theta_estimated < 1 or not curve.covariance:
        return None
    if not report.theta_estimated:
        return [t_quantile(probability, float(report.degrees_of_freedom))] * len(responses)
    scale = math.sqrt(report.degrees_of_freedom / (report.degrees_of_freedom - 1))
    return [scale * t_quantile(probability, df) for df in degrees_of_freedom(curve, responses)]


def degrees_of_freedom(curve: Curve, responses: Sequence[float]) -> list[float]:
    """Of the variance at every response, where θ was estimated from the same plate."""
    floor = response_floor(curve)
    low, high = (-math.inf, math.inf) if math.isnan(curve.d) else sorted((curve.a, curve.d))
    means = curve.spec.fit_on is FitOn.MEANS
    logs = [
        math.log(max(point.fitted, floor))
        for point in curve.standards
        if point.in_fit
        for _ in range(1 if means else len(point.level.responses))
    ]
    held = (math.log(max(min(max(y, low), high), floor)) for y in responses)
    return [effective_degrees_of_freedom(curve.report.degrees_of_freedom, ln_f, logs) for ln_f in held]


def effective_degrees_of_freedom(df: int, ln_f: float, ln_standards: Sequence[float]) -> float:
    """Degrees of freedom of a variance at response f where σ² and θ were both estimated from the plate.

    θ takes one of the ``df``, and Var(ln v) ≈ 2/(df − 1) + 4·(ln f − m)²·Var(θ̂), with m the mean of ln f over the n
    standards, S their sum of squares around it and Var(θ̂) ≈ (n/df)/(2·S), since n points leave only df residuals; a
    variance with ν degrees of freedom has Var(ln v) ≈ 2/ν (Satterthwaite 1946).
    """
    n, mean = len(ln_standards), math.fsum(ln_standards) / len(ln_standards)
    spread = math.fsum((value - mean) ** 2 for value in ln_standards)
    return 1.0 / (1.0 / (df - 1) + n / df * (ln_f - mean) ** 2 / spread) if spread > 0 else df - 1.0


def ln_standard_error(curve: Curve, y: float, x: float, wells: int) -> float:
    """Standard error of ln x by the delta method; infinite where the curve is flat."""
    return _ln_standard_errors(Landscape(curve), [(y, x, wells)])[0]


def _ln_standard_errors(seen: Landscape, read: Sequence[tuple[float, float, int]]) -> list[float]:
    """Of many (response, concentration, wells)."""
    if not read:
        return []
    y, x, wells = np.array(read, dtype=float).T
    _, steep, variance = seen.at(np.log(x))
    errors: list[float] = _relative(seen.well_variances(y) / wells + variance, steep).tolist()
    return errors


def ln_standard_errors(curve: Curve, ln_x: Array, wells: int) -> Array:
    """:func:`ln_standard_error` of the curve's own responses at many places."""
    seen = Landscape(curve)
    expected, steep, variance = seen.at(ln_x)
    return _relative(seen.well_variances(expected) / wells + variance, steep)


def _relative(variance: Array, steep: Array) -> Array:
    """Standard errors of ln x; infinite where the curve is flat."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(steep != 0, np.sqrt(variance) / np.abs(steep), np.inf)


def inversion(curve: Curve, y: float, wells: int, t: float, x: float) -> Interval:
    """The interval by inversion around x, out to the nearest crossing on either side."""
    return _both_sided(*nearest_ends(Landscape(curve), [Side(y, wells, t, x, way) for way in (-1.0, 1.0)]))


def _both_sided(low: float, high: float) -> Interval:
    return Interval(low, high, _remark(low, high), "inversion")


def _remark(low: float, high: float) -> str:
    if low == 0 and math.isinf(high):
        return "the curve is too flat here to bound the concentration at all"
    if low == 0:
        return "no lower bound: the curve is too flat below"
    if math.isinf(high):
        return "no upper bound: the curve is too flat above"
    return "by inversion, because the curve bends within the interval"


def _one_side(curve: Curve, y: float, wells: int, t: float) -> Side:
    """For a response at or beyond an asymptote: the end of the interval that a response at the asymptote would have.

    It is the widest that any response beyond it can claim, so it is conservative.
    """
    if curve.model is Model.LOG_LOG:
        floor = response_floor(curve)
        return Side(floor, wells, t, invert_or_none(curve, floor) or 1.0, 1.0 if rises(curve) else -1.0)
    if curve.model is Model.LINEAR:
        lowest = min(p.level.nominal for p in curve.standards if p.level.nominal > 0) * 1e-9
        near = predict(curve, lowest)
        return Side(max(y, near) if rises(curve) else min(y, near), wells, t, lowest, 1.0)
    above = is_above(curve, y)
    start = math.log(curve.c) + (30.0 if above else -30.0) / (curve.b * min(1.0, curve.g))
    start = math.exp(min(max(start, -680.0), 680.0))
    return Side(curve.d if above else curve.a, wells, t, start, -1.0 if above else 1.0)


def _one_sided(curve: Curve, y: float, end: float) -> Interval:
    """From 0 to ``end``, or from ``end`` on where the response lies on the side of high concentrations."""
    low, high = (end, math.inf) if is_above(curve, y) else (0.0, end)
    if low == 0 and math.isinf(high):
        return _both_sided(low, high)
    if curve.model is Model.LINEAR:
        remark = "one-sided: the response lies below that of concentration 0"
    elif curve.model is Model.LOG_LOG:
        remark = f"one-sided, as of a response of {response_floor(curve):.3g}: a log-log line has none at or below 0"
    else:
        side = "above" if low > 0 else "below"
        remark = f"one-sided: the response lies at or beyond the asymptote {side} the standards"
    return Interval(low, high, remark, "inversion")


def is_above(curve: Curve, y: float) -> bool:
    """For a response without an inverse: whether it lies on the side of high concentrations."""
    if curve.model is Model.LINEAR:
        return False
    if curve.model is Model.LOG_LOG:  # whose responses approach 0 at one end only
        return not rises(curve)
    return abs(y - curve.d) < abs(y - curve.a)
