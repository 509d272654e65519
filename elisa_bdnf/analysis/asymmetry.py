"""From a 4PL downhill to the 5PL beside it: the method of ``search`` for a single curve, with the fewest operations.

Every plate is read on a 5PL too (``robustness``), so this must cost next to nothing: wells of a
concentration are merged, the shape and the three equations of a step are in plain numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.merged import Merged
from elisa_bdnf.analysis.shape import LN_B, LN_C, LN_G, Array, Family

_MOST_ITERATIONS = 16
_LARGEST = (2.5, 1.0, 1.5)  # step of b·ln c, ln b and ln g: beyond it the linearization is void
_FARTHEST = 14.0  # |ln g|, as in the box of the search
_SLOW = 10.0
_FIRST_DAMPING, _LITTLE_DAMPING = 1e-3, 1e-2
_GOOD = 0.5  # share of a predicted gain from which on the next step may be bolder
_BOLDER, _MORE_CAREFUL = 0.3, 3.0  # × the damping; larger changes fail at every second step along a bent valley
_LARGEST_LN = 700.0  # e^700 is still a number
_SINGULAR = 1e-13  # the least pivot of a unit diagonal

_Three = tuple[float, float, float]


class _Wells:
    """What is fitted, by concentration; weights sum to 1."""

    def __init__(self, family: Family, levels: Sequence[Merged], factors: Sequence[float]) -> None:
        weights = [level.weight * factor for level, factor in zip(levels, factors, strict=True)]
        total = math.fsum(weights)
        self.family, self.levels = family, levels
        self.share = np.array(weights) / total
        self.root = np.sqrt(self.share)[:, None]
        self.apart = math.fsum([w * level.apart for w, level in zip(weights, levels, strict=True)]) / total


@dataclass(frozen=True, slots=True)
class _Place:
    """A shape with its best p and q: equations of the shape after the line was eliminated, and what is left of y."""

    coordinates: Array
    matrix: tuple[_Three, _Three, _Three]
    gradient: _Three
    rss: float


def downhill(
    family: Family, levels: Sequence[Merged], factors: Sequence[float], start: Array, tolerance: float
) -> Array:
    """Coordinates (5) on the way down from ``start`` (5) where a step would gain less than ``tolerance`` × RSS.

    ``factors`` multiply the weights of the ``levels``. Nothing is fixed.
    """
    wells = _Wells(family, levels, factors)
    here, damping, slow = _look(wells, start), _FIRST_DAMPING, 0
    for _ in range(_MOST_ITERATIONS):
        step, predicted = _step(here, family, damping)
        if slow > 1 or (predicted <= tolerance * here.rss and damping < _LITTLE_DAMPING):
            break
        coordinates = here.coordinates.copy()
        coordinates[LN_C:] += step
        coordinates[LN_G] = min(max(float(coordinates[LN_G]), -_FARTHEST), _FARTHEST)
        there = _look(wells, coordinates)
        gain = here.rss - there.rss
        if gain > 0:
            here, slow = there, slow + 1 if gain <= _SLOW * tolerance * here.rss else 0
            if gain > _GOOD * predicted:
                damping = damping * _BOLDER if damping > 1e-7 else 0.0
        elif damping > 1e6:
            break
        else:
            damping = max(damping, 1e-4) * _MORE_CAREFUL
    return here.coordinates


def _look(wells: _Wells, coordinates: Array) -> _Place:
    """The equations at the shape of ``coordinates``, whose p and q are replaced by the best ones."""
    family = wells.family
    rows = _shape(family, wells.levels, *coordinates[LN_C:].tolist())
    by_h = min([k for k, *_ in rows]) > 0.5  # of h and k = 1 − h the one that is not 1 to all digits
    table = np.array(rows)
    if by_h:
        table[:, 0] = [1.0 - k for k, *_ in rows]
    means = wells.share @ table
    table -= means
    table *= wells.root
    line, *products = (table.T @ table).tolist()
    pivot = line[0] if line[0] > 0 else math.inf
    ratios = [value / pivot for value in line]
    (cc, cb, cg, cy), (_, bb, bg, by), (_, _, gg, gy), (_, _, _, yy) = [
        [value - row[0] * ratio for value, ratio in zip(row[1:], ratios[1:], strict=True)] for row in products
    ]
    foot = float(means[-1]) - float(means[0]) * ratios[-1]
    placed = coordinates.copy()
    placed[family.p], placed[family.q] = (foot + ratios[-1], foot) if by_h else (foot, foot + ratios[-1])
    rss = max(yy, 0.0) + wells.apart if line[0] > 0 else math.inf
    return _Place(placed, ((cc, cb, cg), (cb, bb, bg), (cg, bg, gg)), (cy, by, gy), rss)


def responses_of(family: Family, levels: Sequence[Merged], coordinates: Array) -> list[float]:
    """Fitted responses at the concentrations."""
    p, q = float(coordinates[family.p]), float(coordinates[family.q])
    rows = _shape(family, levels, *coordinates[LN_C:].tolist())
    return [p * (1.0 - k) + q * k for k, *_ in rows]


def _shape(
    family: Family, levels: Sequence[Merged], ln_c: float, ln_b: float, ln_g: float
) -> list[tuple[float, float, float, float, float]]:
    """At every concentration k, the derivatives of h by ln c, ln b and ln g, and y: see ``shape.shape_of``."""
    b, g = math.exp(min(ln_b, _LARGEST_LN)), math.exp(ln_g)
    v_c = -family.sign * b
    rows = []
    for ln_x, y, _, _ in levels:
        v = (ln_c - ln_x) * v_c
        small = math.exp(-abs(v))
        near = 1.0 / (1.0 + small)
        power = g * (math.log1p(small) + max(v, 0.0))
        h = math.exp(-power)
        slope = -g * (near if v > 0 else small * near) * h
        rows.append((-math.expm1(-power), slope * v_c, slope * v, -power * h, y))
    return rows


def _step(here: _Place, family: Family, damping: float) -> tuple[_Three, float]:
    """A damped step of (ln c, ln b, ln g) and the reduction of the sum of squares that it predicts."""
    moves = _solved(here.matrix, here.gradient, damping)
    predicted = math.fsum(move * slope for move, slope in zip(moves, here.gradient, strict=True))
    rise = float(here.coordinates[family.p] - here.coordinates[family.q])
    by_c, by_b, by_g = (move / rise if rise else 0.0 for move in moves)
    b = math.exp(here.coordinates[LN_B])
    most = max(1.0, abs(by_c) * b / _LARGEST[0], abs(by_b) / _LARGEST[1], abs(by_g) / _LARGEST[2])
    return (by_c / most, by_b / most, by_g / most), predicted


def _solved(matrix: tuple[_Three, _Three, _Three], right: _Three, damping: float) -> _Three:
    """Solve after scaling to a unit diagonal, to which ``damping`` is added (Cholesky's way, pivots kept positive)."""
    sizes = [math.sqrt(matrix[i][i]) if matrix[i][i] > 0 else math.inf for i in range(3)]
    u, v, w = (value / size for value, size in zip(right, sizes, strict=True))
    ab, ac, bc = (matrix[i][j] / sizes[i] / sizes[j] for i, j in ((0, 1), (0, 2), (1, 2)))
    one = 1.0 + damping
    second, mixed, v = max(one - ab * ab / one, _SINGULAR), bc - ab * ac / one, v - ab * u / one
    third = max(one - ac * ac / one - mixed * mixed / second, _SINGULAR)
    w = (w - ac * u / one - mixed * v / second) / third
    v = (v - mixed * w) / second
    u = (u - ab * v - ac * w) / one
    return u / sizes[0], v / sizes[1], w / sizes[2]
