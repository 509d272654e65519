"""Confidence intervals by inversion: the concentrations whose fitted response a reading does not contradict.

{x₀ : |y − f(x₀)| ≤ t·√(v/m + J·C·J')}, with J and f at x₀, and v at f(x₀) for power weights, at y for the others; of
log-log lines the same with ln y, ln f and their variances. (Unweighted lines of either kind have Fieller's interval.)
The set can have several parts; the one around the estimate counts, out to its nearest end on either side. All ends
that a plate needs are looked for together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from elisa_bdnf.analysis.landscape import Landscape
from elisa_bdnf.analysis.shape import Array, Counts
from elisa_bdnf.model.curve import Model

_STEP = 0.05  # of b·ln x: how closely to look, since an interval can end and begin again
_CLOSE, _NEAR, _FINE = 12, 48, 200  # steps that are looked at together at first, and at most
_LARGEST_LN = 690.0  # e^690 is still a number
_FLATTEST = 1e-6  # slope of a log-log line that is as good as flat
_LAST_STEP = 1e-9  # in ln x
_FARTHEST = 60.0  # in ln x: a bound that is not met within a factor 1e26 does not exist


class Side(NamedTuple):
    """One end of the interval of a mean response ``y`` of ``wells`` wells: Student's t, and from where to look."""

    y: float
    wells: int
    t: float
    start: float  # a concentration inside the interval
    direction: float  # −1 to lower, +1 to higher concentrations


class _Sides:
    """Many sides as arrays (S)."""

    def __init__(self, seen: Landscape, sides: Sequence[Side]) -> None:
        self.seen = seen
        self.y, self.wells, self.t = np.array([(side.y, side.wells, side.t) for side in sides]).T
        # Weights 1/y and 1/y2 take the variance from the response that was observed, power from the curve at x₀.
        self.scatter = None if seen.follows_curve else seen.well_variances(self.y)
        self.by_ratio = seen.curve.model is Model.LOG_LOG

    @np.errstate(over="ignore", invalid="ignore")  # so far out that no number holds the variance: inside
    def excess(self, which: Counts, ln_x: Array) -> Array:
        """Positive where a concentration is outside the interval; ``which`` are the sides (R), ``ln_x`` is (R, N)."""
        expected, _, variance = (part.reshape(ln_x.shape) for part in self.seen.at(ln_x.ravel()))
        scatter = self.seen.well_variances(expected) if self.scatter is None else self.scatter[which, None]
        y = self.y[which, None]
        off = y - expected
        if self.by_ratio:  # ln y is what was fitted
            off = np.log(y / expected)
            variance /= expected**2
            scatter = scatter / (expected if self.scatter is None else y) ** 2
        variance += scatter / self.wells[which, None]
        excess: Array = np.abs(off) - self.t[which, None] * np.sqrt(variance)
        return excess


def nearest_ends(seen: Landscape, sides: Sequence[Side]) -> list[float]:
    """The nearest end of the interval on every side; 0 or infinity where there is none."""
    if not sides:
        return []
    arrays = _Sides(seen, sides)
    direction = np.array([side.direction for side in sides])
    ends = np.where(direction > 0, np.inf, -np.inf)
    start = np.array([math.log(side.start) for side in sides])
    which, *brackets = (np.concatenate(parts) for parts in zip(*_brackets(arrays, start, direction), strict=True))
    if len(which):
        ends[which] = _roots(arrays, which, *brackets)
    with np.errstate(over="ignore"):
        return [float(end) for end in np.exp(ends)]


def _brackets(arrays: _Sides, start: Array, direction: Array) -> Iterator[tuple[Counts, Array, Array, Array, Array]]:
    """Between which two places in ln x sides have their ends, looking out from ``start`` in ever wider rounds.

    Sides (R), the places inside and outside of the interval, and the excesses there.
    """
    curve = arrays.seen.curve
    unit = _STEP if curve.model is Model.LINEAR else _STEP / max(abs(curve.b), _FLATTEST)
    open_ = np.arange(len(start))
    for offsets in _offsets(unit):
        ln_x = start[open_, None] + direction[open_, None] * offsets
        held = np.clip(ln_x, -_LARGEST_LN, _LARGEST_LN)
        excess = arrays.excess(open_, held)
        outside = (excess > 0) & (np.abs(ln_x) < _LARGEST_LN)
        outside[:, 0] = False  # where the round before ended, or the start itself
        first, met = outside.argmax(axis=1), outside.any(axis=1)
        row = np.flatnonzero(met)
        at = first[row]
        yield open_[row], held[row, at - 1], held[row, at], excess[row, at - 1], excess[row, at]
        open_ = open_[~met]
        if not len(open_):
            return


@lru_cache(maxsize=64)
def _offsets(unit: float) -> tuple[Array, Array, Array]:
    """Distances in ln x at which to look: the close ones, then the rest, first finely and then in growing steps.

    Every round begins where the one before ended.
    """
    fine: Array = unit * np.arange(_FINE + 1, dtype=np.float64)
    coarse = fine[-1] + np.cumsum(np.minimum(unit * 1.3 ** np.arange(1, 60), 2.0))
    far = coarse[coarse < max(_FARTHEST, 2 * float(fine[-1]))]
    return fine[: _CLOSE + 1], fine[_CLOSE : _NEAR + 1], np.concatenate((fine[_NEAR:], far))


def _roots(sides: _Sides, which: Counts, inside: Array, outside: Array, low: Array, high: Array) -> Array:
    """The ends in ln x: the secant method between two places that enclose the end, halving where it leaves them.

    The last step is not looked at again: errors shrink faster than steps do.
    """
    done = (low >= 0) | ~(high > 0)  # at the border to rounding
    latest, value = np.where(low >= 0, inside, outside), high
    before, earlier = inside, low
    for _ in range(100):
        with np.errstate(divide="ignore", invalid="ignore"):
            following = latest - value * (latest - before) / (value - earlier)
        enclosed = (following - inside) * (following - outside) <= 0
        following = np.where(enclosed, following, 0.5 * (inside + outside))
        following = np.where(done, latest, following)
        done = done | (np.abs(following - latest) <= _LAST_STEP * np.maximum(1.0, np.abs(following)))
        before, earlier, latest = latest, value, following
        if done.all():
            break
        value = sides.excess(which, latest[:, None])[:, 0]
        outside, inside = np.where(value > 0, latest, outside), np.where(value > 0, inside, latest)
    return latest
