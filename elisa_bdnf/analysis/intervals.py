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
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.curves import invert_or_none, place, predict, rises, variance_along
from elisa_bdnf.analysis.inversion import Question, landscape, nearest_end, variances_along
from elisa_bdnf.analysis.scatter import response_floor, well_variance
from elisa_bdnf.analysis.shape import Array
from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.model.curve import Curve, FitOn, Model

LARGEST_DELTA = 0.1


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a concentration in the well, None where none can be stated; ``remark`` says why it is unusual."""

    low: float | None
    high: float | None
    remark: str = ""
    method: str = ""  # "delta", "inversion" or ""


def interval(curve: Curve, y: float, wells: int) -> Interval:
    """The interval at the confidence of the curve for a mean response ``y`` of ``wells`` wells."""
    df = curve.report.degrees_of_freedom
    if df < 1 or not curve.covariance:
        return Interval(None, None, "no interval: the fit has as many parameters as points")
    t = t_quantile(0.5 + 0.5 * curve.spec.confidence, degrees_of_freedom(curve, y))
    x = invert_or_none(curve, y)
    if x is None:
        return _one_sided(curve, y, wells, t)
    error = ln_standard_error(curve, y, x, wells)
    half = t * error
    if half <= LARGEST_DELTA:
        return Interval(x * math.exp(-half), x * math.exp(half), method="delta")
    return inversion(curve, y, wells, t, x)


def degrees_of_freedom(curve: Curve, y: float) -> float:
    """Those of the fit, or fewer where θ was estimated from the same plate."""
    df = curve.report.degrees_of_freedom
    if not curve.report.theta_estimated or curve.model in (Model.LINEAR, Model.LOG_LOG):
        return float(df)
    floor = response_floor(curve)
    low, high = sorted((curve.a, curve.d))
    means = curve.spec.fit_on is FitOn.MEANS
    logs = [
        math.log(max(point.fitted, floor))
        for point in curve.standards
        if point.in_fit
        for _ in range(1 if means else len(point.level.responses))
    ]
    return effective_degrees_of_freedom(df, math.log(max(min(max(y, low), high), floor)), logs)


def effective_degrees_of_freedom(df: int, ln_f: float, ln_standards: Sequence[float]) -> float:
    """Degrees of freedom of a variance at response f where σ² and θ were both estimated from the plate.

    Var(ln v) ≈ 2/df + 4·(ln f − m)²·Var(θ̂), with m the mean of ln f over the standards, S their sum of squares around
    it and Var(θ̂) ≈ 1/(2·S); a variance with ν degrees of freedom has Var(ln v) ≈ 2/ν (Satterthwaite 1946).
    """
    mean = math.fsum(ln_standards) / len(ln_standards)
    spread = math.fsum((value - mean) ** 2 for value in ln_standards)
    return 1.0 / (1.0 / df + (ln_f - mean) ** 2 / spread) if spread > 0 else float(df)


def ln_standard_error(curve: Curve, y: float, x: float, wells: int) -> float:
    """Standard error of ln x by the delta method; infinite where the curve is flat."""
    _, steep, row = place(curve, x)
    if not abs(steep) > 0:
        return math.inf
    return math.sqrt(well_variance(curve, y) / wells + variance_along(curve, row)) / abs(steep)


def ln_standard_errors(curve: Curve, ln_x: Array, wells: int) -> Array:
    """:func:`ln_standard_error` of the curve's own responses at many places."""
    expected, steep, jacobian = landscape(curve, ln_x)
    scatter = np.array([well_variance(curve, y) for y in expected.tolist()])
    errors: Array = np.sqrt(scatter / wells + variances_along(curve, jacobian)) / np.maximum(np.abs(steep), 1e-300)
    return errors


def inversion(curve: Curve, y: float, wells: int, t: float, x: float) -> Interval:
    """The interval by inversion around x, out to the nearest crossing on either side."""
    question = Question(curve, y, wells, t)
    low, high = nearest_end(question, x, -1.0), nearest_end(question, x, +1.0)
    return Interval(low, high, _remark(low, high), "inversion")


def _remark(low: float, high: float) -> str:
    if low == 0 and math.isinf(high):
        return "the curve is too flat here to bound the concentration at all"
    if low == 0:
        return "no lower bound: the curve is too flat below"
    if math.isinf(high):
        return "no upper bound: the curve is too flat above"
    return "by inversion, because the curve bends within the interval"


def _one_sided(curve: Curve, y: float, wells: int, t: float) -> Interval:
    """A response at or beyond an asymptote: the interval that a response at the asymptote would have.

    It is the widest that any response beyond it can claim, so it is conservative.
    """
    if curve.model in (Model.LINEAR, Model.LOG_LOG):
        return _below_a_line(curve, y, wells, t)
    above = is_above(curve, y)
    asymptote = curve.d if above else curve.a
    start = math.log(curve.c) + (30.0 if above else -30.0) / (curve.b * min(1.0, curve.g))
    start = min(max(start, -680.0), 680.0)
    bound = nearest_end(Question(curve, asymptote, wells, t), math.exp(start), -1.0 if above else 1.0)
    side = "above" if above else "below"
    remark = f"one-sided: the response lies at or beyond the asymptote {side} the standards"
    if above:
        return Interval(bound, math.inf, remark, "inversion")
    return Interval(0.0, bound if math.isfinite(bound) else math.inf, remark, "inversion")


def _below_a_line(curve: Curve, y: float, wells: int, t: float) -> Interval:
    lowest = min(p.level.nominal for p in curve.standards if p.level.nominal > 0)
    response = max(y, predict(curve, lowest * 1e-9)) if rises(curve) else min(y, predict(curve, lowest * 1e-9))
    high = nearest_end(Question(curve, response, wells, t), lowest * 1e-9, +1.0)
    return Interval(0.0, high, "one-sided: the response lies below that of concentration 0", "inversion")


def is_above(curve: Curve, y: float) -> bool:
    """For a response without an inverse: whether it lies on the side of high concentrations."""
    if curve.model in (Model.LINEAR, Model.LOG_LOG):
        return False
    return abs(y - curve.d) < abs(y - curve.a)
