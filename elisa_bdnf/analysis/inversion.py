"""Confidence intervals by inversion: the concentrations whose fitted response a reading does not contradict.

{x₀ : |y − f(x₀)| ≤ t·√(v/m + J·C·J')}, with J and f at x₀, and v at f(x₀) for power weights, at y for the others. The
set can have several parts; the one around the estimate counts, out to its nearest end on either side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from elisa_bdnf.analysis.curves import place, variance_along
from elisa_bdnf.analysis.scatter import response_floor, well_sigma2, well_variance
from elisa_bdnf.analysis.shape import COORDINATES, FAMILIES, LN_C, Array, jacobian_of, response_of, shape_of
from elisa_bdnf.model.curve import Curve, Model, WeightKind

_STEP = 0.05  # of b·ln x: how closely to look, since an interval can end and begin again
_CLOSE, _FINE = 40, 200  # steps that are looked at together at first, and at most
_LARGEST_LN = 690.0  # e^690 is still a number
_FLATTEST = 1e-6  # slope of a log-log line that is as good as flat
_FARTHEST = 60.0  # in ln x: a bound that is not met within a factor 1e26 does not exist


@dataclass(frozen=True, slots=True)
class Question:
    """Which concentrations agree with the mean response ``y`` of ``wells`` wells, t being Student's quantile."""

    curve: Curve
    y: float
    wells: int
    t: float

    def excess(self, ln_x: float) -> float:
        """Positive where a concentration is outside the interval."""
        curve = self.curve
        expected, _, row = place(curve, math.exp(ln_x))
        # Weights 1/y and 1/y2 take the variance from the response that was observed, power from the curve at x₀.
        at = expected if curve.spec.weights.kind is WeightKind.POWER else self.y
        error = well_variance(curve, at) / self.wells + variance_along(curve, row)
        return abs(self.y - expected) - self.t * math.sqrt(error)

    @np.errstate(over="ignore", invalid="ignore")  # so far out that no number holds the variance: inside
    def excess_at(self, ln_x: Array) -> Array:
        """``excess`` at many places."""
        curve = self.curve
        expected, _, jacobian = landscape(curve, ln_x)
        variance = variances_along(curve, jacobian)
        if curve.spec.weights.kind is WeightKind.POWER and curve.report.theta is not None:
            power = np.maximum(expected, response_floor(curve)) ** (2 * curve.report.theta)
            variance += well_sigma2(curve) * power / self.wells
        else:
            variance += well_variance(curve, self.y) / self.wells
        excess: Array = np.abs(self.y - expected) - self.t * np.sqrt(variance)
        return excess


def landscape(curve: Curve, ln_x: Array) -> tuple[Array, Array, Array]:
    """At many places (N): responses, slopes dy/d ln x, derivatives by the coordinates of the covariance (m, N)."""
    if curve.model is Model.LINEAR:
        x: Array = np.exp(ln_x)
        expected: Array = curve.a + curve.b * x
        steep, every = curve.b * x, {"a": np.ones_like(x), "b": x}
    elif curve.model is Model.LOG_LOG:
        expected = np.exp(np.minimum(curve.a + curve.b * ln_x, _LARGEST_LN))
        steep, every = curve.b * expected, {"a": expected, "b": expected * ln_x}
    else:
        return _logistic_landscape(curve, ln_x)
    rows: Array = np.array([every[name] for name in curve.covariance_of], dtype=np.float64)
    return expected, steep, rows


def _logistic_landscape(curve: Curve, ln_x: Array) -> tuple[Array, Array, Array]:
    family = FAMILIES[curve.model]
    coordinates = np.array([curve.a, curve.d, math.log(curve.c), math.log(curve.b), math.log(curve.g)])
    shape = shape_of(family, ln_x, coordinates)
    every = jacobian_of(family, shape, coordinates)
    rows = [COORDINATES.index(name) for name in curve.covariance_of]
    return response_of(family, shape, coordinates), -every[LN_C], every[rows]


def variances_along(curve: Curve, jacobian: Array) -> Array:
    """Variances of the fitted response, from its derivatives (m, N)."""
    variances: Array = np.maximum(np.add.reduce((np.array(curve.covariance) @ jacobian) * jacobian), 0.0)
    return variances


def nearest_end(question: Question, x: float, direction: float) -> float:
    """The nearest end of the interval around x in ``direction``; 0 or infinity where there is none."""
    start = math.log(x)
    inside, unit = (
        start,
        _STEP if question.curve.model is Model.LINEAR else _STEP / max(abs(question.curve.b), _FLATTEST),
    )
    for offsets in _offsets(unit):
        ln_x = start + direction * offsets
        ln_x = ln_x[np.abs(ln_x) < _LARGEST_LN]
        excess = question.excess_at(ln_x) if len(ln_x) else ln_x
        outside = excess > 0
        if outside.any():
            first = int(outside.argmax())
            inside = float(ln_x[first - 1]) if first else inside
            return math.exp(_root(question, inside, float(ln_x[first])))
        inside = float(ln_x[-1]) if len(ln_x) else inside
    return math.inf if direction > 0 else 0.0


@lru_cache(maxsize=64)
def _offsets(unit: float) -> tuple[Array, Array]:
    """Distances in ln x at which to look: the close ones, then the rest, first finely and then in growing steps."""
    fine: Array = unit * np.arange(1, _FINE + 1, dtype=np.float64)
    coarse = fine[-1] + np.cumsum(np.minimum(unit * 1.3 ** np.arange(1, 60), 2.0))
    far = coarse[coarse < max(_FARTHEST, 2 * float(fine[-1]))]
    return fine[:_CLOSE], np.concatenate((fine[_CLOSE:], far))


def _root(question: Question, inside: float, outside: float) -> float:
    """The end of the interval between two places in ln x: false position (Illinois) until it stands still."""
    low, high = question.excess(inside), question.excess(outside)
    if low >= 0:
        return inside
    if not high > 0:  # at the border to rounding
        return outside
    middle, above = math.nan, False
    for _ in range(100):
        previous, middle = middle, outside - high * (outside - inside) / (high - low)
        if abs(middle - previous) <= 1e-13 * max(1.0, abs(middle)):
            break
        value, was_above = question.excess(middle), above
        above = value > 0
        if above:
            outside, high = middle, value
        else:
            inside, low = middle, value
        if above == was_above and not math.isnan(previous):  # the other end stays for the second time: halve its value
            low, high = (low / 2, high) if above else (low, high / 2)
    return middle
