"""Confidence intervals by inversion: the concentrations whose fitted response a reading does not contradict.

{x₀ : |y − f(x₀)| ≤ t·√(v/m + J·C·J')}, with J and f at x₀, and v at f(x₀) for power weights, at y for the others. The
set can have several parts; the one around the estimate counts, out to its nearest end on either side. All ends that a
plate needs are looked for together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from elisa_bdnf.analysis.inverses import coordinates_of
from elisa_bdnf.analysis.scatter import response_floor, well_sigma2, well_variance
from elisa_bdnf.analysis.shape import (
    COORDINATES,
    FAMILIES,
    LN_C,
    Array,
    Counts,
    Flags,
    jacobian_of,
    response_of,
    shape_of,
)
from elisa_bdnf.model.curve import Curve, Model, WeightKind

_STEP = 0.05  # of b·ln x: how closely to look, since an interval can end and begin again
_CLOSE, _NEAR, _FINE = 12, 48, 200  # steps that are looked at together at first, and at most
_LARGEST_LN = 690.0  # e^690 is still a number
_FLATTEST = 1e-6  # slope of a log-log line that is as good as flat
_FARTHEST = 60.0  # in ln x: a bound that is not met within a factor 1e26 does not exist


@dataclass(frozen=True, slots=True)
class Side:
    """One end of the interval of a mean response ``y`` of ``wells`` wells: Student's t, and from where to look."""

    y: float
    wells: int
    t: float
    start: float  # a concentration inside the interval
    direction: float  # −1 to lower, +1 to higher concentrations


class _Sides:
    """Many sides as arrays (S)."""

    def __init__(self, curve: Curve, sides: Sequence[Side]) -> None:
        self.curve = curve
        self.y, self.wells, self.t = np.array([(side.y, side.wells, side.t) for side in sides]).T
        kind = curve.spec.weights.kind
        self.power = curve.report.theta if kind is WeightKind.POWER else None
        # Weights 1/y and 1/y2 take the variance from the response that was observed, power from the curve at x₀.
        self.scatter = None if self.power is not None else np.array([well_variance(curve, side.y) for side in sides])

    @np.errstate(over="ignore", invalid="ignore")  # so far out that no number holds the variance: inside
    def excess(self, which: Counts, ln_x: Array) -> Array:
        """Positive where a concentration is outside the interval; ``which`` are the sides (R), ``ln_x`` is (R, N)."""
        expected, _, jacobian = landscape(self.curve, ln_x.ravel())
        variance = variances_along(self.curve, jacobian).reshape(ln_x.shape)
        expected = expected.reshape(ln_x.shape)
        wells = self.wells[which, None]
        if self.scatter is None:
            at = np.maximum(expected, response_floor(self.curve)) ** (2 * (self.power or 0.0))
            variance += well_sigma2(self.curve) * at / wells
        else:
            variance += self.scatter[which, None] / wells
        excess: Array = np.abs(self.y[which, None] - expected) - self.t[which, None] * np.sqrt(variance)
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
    family, coordinates = FAMILIES[curve.model], coordinates_of(curve)
    shape = shape_of(family, ln_x, coordinates)
    every = jacobian_of(family, shape, coordinates)
    rows = [COORDINATES.index(name) for name in curve.covariance_of]
    return response_of(family, shape, coordinates), -every[LN_C], every[rows]


def variances_along(curve: Curve, jacobian: Array) -> Array:
    """Variances of the fitted response, from its derivatives (m, N)."""
    variances: Array = np.maximum(np.add.reduce((np.array(curve.covariance) @ jacobian) * jacobian), 0.0)
    return variances


def nearest_ends(curve: Curve, sides: Sequence[Side]) -> list[float]:
    """The nearest end of the interval on every side; 0 or infinity where there is none."""
    if not sides:
        return []
    arrays = _Sides(curve, sides)
    start = np.array([math.log(side.start) for side in sides])
    direction = np.array([side.direction for side in sides])
    ends = np.where(direction > 0, np.inf, -np.inf)
    unit = _STEP if curve.model is Model.LINEAR else _STEP / max(abs(curve.b), _FLATTEST)
    open_, inside = np.arange(len(sides)), start
    brackets: list[tuple[Counts, Array, Array]] = []  # sides, and the places between which each has its end
    for offsets in _offsets(unit):
        ln_x = start[open_, None] + direction[open_, None] * offsets
        beyond = ~(np.abs(ln_x) < _LARGEST_LN)
        held = np.clip(ln_x, -_LARGEST_LN, _LARGEST_LN)
        outside = (arrays.excess(open_, held) > 0) & ~beyond
        first, met = outside.argmax(axis=1), outside.any(axis=1)
        row = np.flatnonzero(met)
        before = np.where(first[row] > 0, held[row, first[row] - 1], inside[row])
        brackets.append((open_[row], before, held[row, first[row]]))
        open_, inside = open_[~met], held[~met, -1]
        if not len(open_):
            break
    which, within, past = (np.concatenate(parts) for parts in zip(*brackets, strict=True))
    if len(which):
        ends[which] = _roots(arrays, which, within, past)
    with np.errstate(over="ignore"):
        return [float(end) for end in np.exp(ends)]


@lru_cache(maxsize=64)
def _offsets(unit: float) -> tuple[Array, Array, Array]:
    """Distances in ln x at which to look: the close ones, then the rest, first finely and then in growing steps."""
    fine: Array = unit * np.arange(1, _FINE + 1, dtype=np.float64)
    coarse = fine[-1] + np.cumsum(np.minimum(unit * 1.3 ** np.arange(1, 60), 2.0))
    far = coarse[coarse < max(_FARTHEST, 2 * float(fine[-1]))]
    return fine[:_CLOSE], fine[_CLOSE:_NEAR], np.concatenate((fine[_NEAR:], far))


def _roots(sides: _Sides, which: Counts, inside: Array, outside: Array) -> Array:
    """The ends between two places in ln x each: false position (Illinois), each until it stands still."""
    low, high = sides.excess(which, np.stack((inside, outside), axis=1)).T
    done = (low >= 0) | ~(high > 0)  # at the border to rounding
    middle = np.where(low >= 0, inside, outside)
    was_above: Flags | None = None
    for _ in range(100):
        with np.errstate(divide="ignore", invalid="ignore"):
            following = np.where(done, middle, outside - high * (outside - inside) / (high - low))
        done = done | (np.abs(following - middle) <= 1e-13 * np.maximum(1.0, np.abs(following)))
        middle = following
        if done.all():
            break
        value = sides.excess(which, middle[:, None])[:, 0]
        above = value > 0
        outside, high = np.where(above, middle, outside), np.where(above, value, high)
        inside, low = np.where(above, inside, middle), np.where(above, low, value)
        if was_above is not None:  # where the other end stays for the second time its value is halved
            low, high = np.where(above & was_above, low / 2, low), np.where(above | was_above, high, high / 2)
        was_above = above
    return middle
