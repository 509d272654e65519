"""The equations of a single plain 4PL, which every plate needs: those of ``equations``, in plain numbers.

Eight concentrations are too few for arrays: nearly all of their time is that of calling them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations_with_replacement
from operator import mul, truediv
from typing import Any, NamedTuple

import numpy as np

from elisa_bdnf.analysis.equations import Target, solve_one
from elisa_bdnf.analysis.merged import Merged, merged
from elisa_bdnf.analysis.shape import LN_B, LN_C, A, D

_MOST_LEVELS = 32  # beyond them arrays are as fast
_LARGEST_LN = 700.0  # e^700 is still a number
_LARGEST_STEP = 3.0  # of a logarithm
_LEAST = 1e-300

_Four = tuple[float, float, float, float]
_Matrix = Sequence[float]  # symmetric: aa, ad, ac, ab, dd, dc, db, cc, cb, bb
_UPPER = np.triu_indices(4)


class SigmoidPlace(NamedTuple):
    """Everything at one set of coordinates (a, d, ln c, ln b); the names are those of ``equations.State``."""

    coordinates: _Four
    score: Sequence[float]
    newton: _Matrix
    rss: float
    scale: Sequence[float]
    gradient: float
    weights: Sequence[float]  # by concentration
    squares: Sequence[float]  # of the residuals, and how far wells of a concentration lie apart
    jacobian: Sequence[_Four]  # by concentration


class SigmoidEquations:
    """A 4PL in which nothing is fixed, through the wells of a single problem.

    ``theta`` is 0 where the weights do not follow the curve. What overflows is a place with an infinite gradient.
    """

    def __init__(self, levels: Sequence[Merged], theta: float, floor: float) -> None:
        self.levels = levels
        self.power = -2.0 * theta
        self.floor = floor if theta and floor else math.inf  # without a power no weight follows the curve
        self.at_floor = math.pow(floor, self.power) if theta and floor else 1.0

    @classmethod
    def of(cls, target: Target) -> SigmoidEquations | None:
        """Those of a target with one problem, without its axis; None where it is another curve, or a long one."""
        if target.tie is not None or tuple(target.free) != (A, D, LN_C, LN_B) or target.family.asymmetric:
            return None
        levels = merged(target.ln_x, target.y, target.weight)
        theta, floor = float(target.theta or 0.0), float(target.floor)
        largest = -2.0 * theta * math.log(floor) if theta and floor > 0 else 0.0  # ln of a weight
        if len(levels) > _MOST_LEVELS or not 0 <= floor < math.inf or largest > _LARGEST_LN / 2:
            return None
        return cls(levels, theta, floor)

    def at(self, coordinates: _Four) -> SigmoidPlace:
        """Score, second derivatives and the sum of squares."""
        weights, squares, jacobian, *terms = zip(*self._terms(*coordinates), strict=True)
        aa, ad, ac, ab, dd, dc, db, cc, cb, bb, *sums = map(sum, terms)
        *score, i_aa, i_dd, i_cc, i_bb, first, first_v, second, mixed, mixed_v = sums
        b, span = math.exp(min(coordinates[LN_B], _LARGEST_LN)), coordinates[A] - coordinates[D]
        newton = (
            aa, ad, ac + b * first, ab - first_v, dd, dc - b * first, db + first_v,
            cc - span * b * b * second, cb + span * b * mixed, bb - span * mixed_v,
        )  # fmt: skip
        scale = [math.sqrt(max(length, _LEAST)) for length in (i_aa, i_dd, i_cc, i_bb)]
        rss = sum(map(mul, weights, squares))
        steepest = max(map(abs, map(truediv, score, scale)))
        gradient = steepest / math.sqrt(rss) if rss > 0 else 0.0
        if not math.isfinite(rss + sum(newton)):
            gradient = math.inf
        return SigmoidPlace(coordinates, score, newton, rss, scale, gradient, weights, squares, jacobian)

    def _terms(self, a: float, d: float, ln_c: float, ln_b: float) -> list[tuple[Any, ...]]:
        """What each concentration adds to the sums: see ``equations.evaluate`` and ``shape.weighted_curvature``."""
        b, span, power, floor = math.exp(min(ln_b, _LARGEST_LN)), a - d, self.power, self.floor
        rows = []
        for ln_x, y, apart, count in self.levels:
            v = (ln_x - ln_c) * b
            growth = math.exp(min(v, _LARGEST_LN))
            h = 1.0 / (1.0 + growth)
            k = growth * h
            f = a * h + d * k
            r = y - f
            if f > floor:
                w = count * math.pow(f, power)
                u = w - w * power * r / f  # how the weight itself changes with the curve
            else:
                w = u = count * self.at_floor
            slope = -h * k
            by_c, by_b = -span * slope * b, span * slope * v
            uh, uk, uc, wr = u * h, u * k, u * by_c, w * r
            first = wr * slope
            second = first * (1.0 - 2.0 * k)
            mixed = second * v + first
            rows.append((
                w, r * r + apart, (h, k, by_c, by_b),
                uh * h, uh * k, uh * by_c, uh * by_b, uk * k, uk * by_c, uk * by_b, uc * by_c, uc * by_b,
                u * by_b * by_b, wr * h, wr * k, wr * by_c, wr * by_b,
                w * h * h, w * k * k, w * by_c * by_c, w * by_b * by_b,
                first, first * v, second, mixed, mixed * v,
            ))  # fmt: skip
        return rows

    def step(self, place: SigmoidPlace, damping: float) -> tuple[_Four, float]:
        """Where a step leads, and its length in standard errors but for the root of the sum of squares."""
        matrix = _information(place) if damping else place.newton
        by_a, by_d, by_c, by_b = step = _solved(matrix, place.scale, place.score, 1.0 + damping)
        size = max(map(abs, map(mul, step, place.scale)))
        a, d, ln_c, ln_b = place.coordinates
        by_c, by_b = (min(max(move, -_LARGEST_STEP), _LARGEST_STEP) for move in (by_c, by_b))
        return (a + by_a, d + by_d, ln_c + by_c, ln_b + by_b), size

    def frozen(self, place: SigmoidPlace, trial: SigmoidPlace) -> float:
        """The sum of squares of ``trial`` with the weights of ``place``."""
        return math.fsum(map(mul, place.weights, trial.squares))


def _information(place: SigmoidPlace) -> _Matrix:
    """Σ w ∂f ∂f'."""
    columns = list(zip(*place.jacobian, strict=True))
    return [
        sum(map(mul, map(mul, left, right), place.weights)) for left, right in combinations_with_replacement(columns, 2)
    ]


def _solved(matrix: _Matrix, scale: Sequence[float], right: Sequence[float], diagonal: float) -> _Four:
    """Solve a symmetric system after scaling it; ``diagonal`` multiplies its diagonal."""
    i, j, k, m = (1.0 / size for size in scale)
    aa, ad, ac, ab, dd, dc, db, cc, cb, bb = matrix
    scaled = (
        aa * i * i * diagonal, ad * i * j, ac * i * k, ab * i * m, dd * j * j * diagonal, dc * j * k, db * j * m,
        cc * k * k * diagonal, cb * k * m, bb * m * m * diagonal,
    )  # fmt: skip
    vector = (right[0] * i, right[1] * j, right[2] * k, right[3] * m)
    solved = _eliminated(scaled, vector)
    if solved is None:
        full = np.empty((4, 4))
        full[_UPPER] = full.T[_UPPER] = scaled
        solved = solve_one(full, np.ones(4), np.array(vector)).tolist()
    return (solved[0] * i, solved[1] * j, solved[2] * k, solved[3] * m)


def _eliminated(matrix: _Matrix, right: Sequence[float]) -> Sequence[float] | None:
    """Gauss without exchange of rows, which a positive definite matrix does not need; None for any other."""
    aa, ad, ac, ab, dd, dc, db, cc, cb, bb = matrix
    a, d, c, b = right
    if not aa > 0:
        return None
    first, second, third = ad / aa, ac / aa, ab / aa
    dd, dc, db = dd - first * ad, dc - first * ac, db - first * ab
    cc, cb, bb = cc - second * ac, cb - second * ab, bb - third * ab
    d, c, b = d - first * a, c - second * a, b - third * a
    if not dd > 0:
        return None
    first, second = dc / dd, db / dd
    cc, cb, bb = cc - first * dc, cb - first * db, bb - second * db
    c, b = c - first * d, b - second * d
    if not cc > 0:
        return None
    first = cb / cc
    bb, b = bb - first * cb, b - first * c
    if not bb > 0:
        return None
    b = b / bb
    c = (c - cb * b) / cc
    d = (d - dc * c - db * b) / dd
    return ((a - ad * d - ac * c - ab * b) / aa, d, c, b)
