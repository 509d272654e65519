"""Search for the least-squares curve from many starts at once, by variable projection.

Given (b, c, g) the curve is linear in a and d, so only the shape is searched: Levenberg–Marquardt on
(ln c, ln b[, ln g]) with the linear parameters eliminated from the cross-products of every step (Golub & Pereyra 1973;
the Jacobian of Kaufman 1975). All problems advance together; those that are done leave the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.analysis.shape import (
    LN_B,
    LN_C,
    LN_G,
    Array,
    Counts,
    Family,
    Flags,
    response_of,
    shape_gradient,
    shape_of,
)

_MOST_ITERATIONS = 100
AGREEMENT = 1e-6  # sums of squares so near each other (relative) are the same minimum
_LARGEST_STEP = np.array([2.5, 1.0, 1.5])  # of ln c (per unit of 1/b), ln b, ln g: beyond it the linearization is void
_SHAPE_COORDINATES = (LN_C, LN_B, LN_G)


@dataclass(frozen=True, slots=True)
class Problems:
    """P least-squares problems over N wells. ``root_weight`` is √w; 0 where a row of a short curve is padding."""

    family: Family
    ln_x: Array  # (N, P) or (N, 1)
    y: Array  # (N, P) or (N, 1)
    root_weight: Array  # (N, P) or (N, 1)
    fixed: Mapping[int, float]  # coordinate → value
    low: Array  # (5, P) or (5, 1): box of the search
    high: Array

    @property
    def weight_share(self) -> Array:
        """Weights that sum to 1 over the wells."""
        weight = self.root_weight**2
        share: Array = weight / np.sum(weight, axis=0)
        return share

    def subset(self, keep: Flags) -> Problems:
        """The problems that are still running."""

        def part(array: Array) -> Array:
            return array if array.shape[-1] == 1 else array[:, keep]

        return Problems(
            self.family,
            part(self.ln_x),
            part(self.y),
            part(self.root_weight),
            self.fixed,
            part(self.low),
            part(self.high),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Where each search ended: coordinates (5, P), weighted sums of squares (P), iterations (P)."""

    coordinates: Array
    rss: Array
    iterations: Counts


def _linear_columns(problems: Problems, h: Array, k: Array) -> tuple[list[Array], Array]:
    """The columns whose coefficients are free, and the response without the fixed ones."""
    family, fixed = problems.family, problems.fixed
    if family.p in fixed and family.q in fixed:
        return [], problems.y - fixed[family.p] * h - fixed[family.q] * k
    if family.p in fixed:
        return [k], problems.y - fixed[family.p] * h
    if family.q in fixed:
        return [h], problems.y - fixed[family.q] * k
    # Of h and k = 1 − h the smaller one: where the plateau is far away the other is 1 to all digits.
    return [np.where(_prefers_h(k), h, k)], problems.y


def _prefers_h(k: Array) -> Flags:
    prefers: Flags = np.min(k, axis=0) > 0.5
    return prefers


@dataclass(slots=True)
class _Normal:
    """Normal equations of the shape after the linear parameters were eliminated."""

    matrix: Array  # (n, n, P), by free shape coordinate; without the factor span
    gradient: Array  # (n, P)
    rss: Array
    p: Array
    q: Array

    def take(self, other: _Normal, better: Flags) -> None:
        self.matrix = np.where(better, other.matrix, self.matrix)
        self.gradient = np.where(better, other.gradient, self.gradient)
        self.rss = np.where(better, other.rss, self.rss)
        self.p = np.where(better, other.p, self.p)
        self.q = np.where(better, other.q, self.q)


def _normal_equations(problems: Problems, coordinates: Array, free: list[int]) -> _Normal:
    family = problems.family
    shape = shape_of(family, problems.ln_x, coordinates)
    derivatives = shape_gradient(shape)
    linear, target = _linear_columns(problems, shape.h, shape.k)
    columns = [*linear, *(derivatives[_SHAPE_COORDINATES.index(c)] for c in free), target]
    table = np.empty((len(columns), *shape.h.shape))
    for index, column in enumerate(columns):
        table[index] = column
    centered = not (family.p in problems.fixed or family.q in problems.fixed)
    means = None
    if centered:  # the intercept is eliminated by subtraction, which loses no digits where k is nearly constant
        means = np.einsum("np,inp->ip", problems.weight_share, table)
        table -= means[:, None]
    table *= problems.root_weight
    cross = np.einsum("inp,jnp->ijp", table, table)
    coefficient = None
    vanished = np.zeros(cross.shape[-1], dtype=bool)
    if linear:
        pivot = cross[0, 0]
        vanished = ~(pivot > 0)
        row = cross[0] / np.where(vanished, np.inf, pivot)
        coefficient = row[-1]
        cross = cross[1:, 1:] - cross[1:, :1] * row[None, 1:]
    p, q = _linear_parameters(problems, coefficient, means, shape.k)
    return _Normal(cross[:-1, :-1], cross[:-1, -1], np.where(vanished, np.inf, np.maximum(cross[-1, -1], 0.0)), p, q)


def _linear_parameters(
    problems: Problems, coefficient: Array | None, means: Array | None, k: Array
) -> tuple[Array, Array]:
    """The coefficients of h and k."""
    family, fixed = problems.family, problems.fixed
    if means is not None and coefficient is not None:
        at_zero = means[-1] - means[0] * coefficient
        at_one = at_zero + coefficient
        prefers_h = _prefers_h(k)
        return np.where(prefers_h, at_one, at_zero), np.where(prefers_h, at_zero, at_one)
    solved = np.zeros(k.shape[-1]) if coefficient is None else coefficient
    return (
        np.full_like(solved, fixed[family.p]) if family.p in fixed else solved,
        np.full_like(solved, fixed[family.q]) if family.q in fixed else solved,
    )


def _solve(matrix: Array, gradient: Array, damping: Array) -> Array:
    """Solve P small symmetric systems after scaling to a unit diagonal, to which ``damping`` is added."""
    n = len(gradient)
    diagonal = np.arange(n)
    size = matrix[diagonal, diagonal]
    root = np.sqrt(np.where(size > 0, size, np.inf))
    work = matrix / root[:, None] / root[None]
    work[diagonal, diagonal] = 1.0 + damping
    right = gradient / root
    for column in range(n):
        pivot = np.maximum(work[column, column], 1e-13)
        for row in range(column + 1, n):
            factor = work[row, column] / pivot
            work[row] = work[row] - factor * work[column]
            right[row] = right[row] - factor * right[column]
    for column in range(n - 1, -1, -1):
        known = sum((work[column, later] * right[later] for later in range(column + 1, n)), np.zeros_like(right[0]))
        right[column] = (right[column] - known) / np.maximum(work[column, column], 1e-13)
    return right / root


def _step(normal: _Normal, damping: Array, largest: Array) -> tuple[Array, Array]:
    """A damped step of the free shape coordinates and the reduction of the sum of squares that it predicts."""
    raw = _solve(normal.matrix, normal.gradient, damping)
    predicted = np.sum(raw * normal.gradient, axis=0)
    span = normal.p - normal.q
    step = raw / np.where(span == 0, np.inf, span)
    return step / np.maximum(1.0, np.max(np.abs(step) / largest, axis=0)), predicted


def _largest_step(free: list[int], coordinates: Array) -> Array:
    """Bounds of a step (n, P); that of ln c is in units of 1/b."""
    bounds = np.repeat(
        _LARGEST_STEP[[_SHAPE_COORDINATES.index(c) for c in free]][:, None], coordinates.shape[-1], axis=1
    )
    if free[0] == LN_C:
        bounds[0] *= np.exp(-coordinates[LN_B])
    return bounds


def search(problems: Problems, start: Array, *, tolerance: float = 1e-9) -> Found:
    """Minimize every problem from its start (5, P); stops where a step would gain less than ``tolerance`` × RSS."""
    free = [c for c in _SHAPE_COORDINATES[: 3 if problems.family.asymmetric else 2] if c not in problems.fixed]
    coordinates = np.clip(start, problems.low, problems.high)
    for index, value in problems.fixed.items():
        coordinates[index] = value
    count = coordinates.shape[-1]
    out = Found(coordinates.copy(), np.full(count, np.inf), np.zeros(count, dtype=np.int64))
    alive = np.arange(count)
    normal = _normal_equations(problems, coordinates, free)
    if not free:
        _write(out, problems.family, alive, coordinates, normal)
        return out
    total = np.sum(np.broadcast_to((problems.root_weight * problems.y) ** 2, (len(problems.y), count)), axis=0)
    damping = np.full(count, 1e-3)
    done = np.zeros(count, dtype=bool)
    for iteration in range(1, _MOST_ITERATIONS + 1):
        step, predicted = _step(normal, damping, _largest_step(free, coordinates))
        trial = coordinates.copy()
        trial[free] = np.clip(coordinates[free] + step, problems.low[free], problems.high[free])
        tried = _normal_equations(problems, trial, free)
        better = tried.rss < normal.rss
        gain = np.where(better, normal.rss, 0.0) - np.where(better, tried.rss, 0.0)
        coordinates = np.where(better, trial, coordinates)
        normal.take(tried, better)
        out.iterations[alive[~done]] = iteration
        small = tolerance * normal.rss + 1e-15 * total
        stalled = ~better & ((damping > 1e6) | (predicted <= small))
        done |= (better & (gain <= small) & (damping < 1.0)) | stalled
        damping = np.where(better, damping * 0.1, np.maximum(damping, 1e-4) * 10.0)
        damping = np.where(damping < 1e-8, 0.0, damping)
        if done.all():
            break
        if len(alive) > 256 and np.count_nonzero(done) > len(alive) // 3:
            _write(out, problems.family, alive[done], coordinates[:, done], _part(normal, done))
            keep = ~done
            alive, coordinates, damping, total = alive[keep], coordinates[:, keep], damping[keep], total[keep]
            done = done[keep]
            normal, problems = _part(normal, keep), problems.subset(keep)
    _write(out, problems.family, alive, coordinates, normal)
    return out


@np.errstate(over="ignore", invalid="ignore")
def believed(found: Found, problems: Problems) -> Found:
    """The ends of a search with the sums of squares that the curves there have.

    The equations of the search eliminate the plateaus; with a plateau many orders of magnitude away they lose every
    digit, and a sum of squares of 0 may be left that no curve has.
    """
    shape = shape_of(problems.family, problems.ln_x, found.coordinates)
    residual = problems.root_weight * (problems.y - response_of(problems.family, shape, found.coordinates))
    rss = np.add.reduce(residual * residual)
    total = np.add.reduce((problems.root_weight * problems.y) ** 2)
    same = rss <= found.rss * (1 + AGREEMENT) + AGREEMENT**2 * total
    return replace(found, rss=np.where(same, found.rss, np.where(np.isfinite(rss), rss, np.inf)))


def _part(normal: _Normal, keep: Flags) -> _Normal:
    return _Normal(
        normal.matrix[:, :, keep], normal.gradient[:, keep], normal.rss[keep], normal.p[keep], normal.q[keep]
    )


def _write(out: Found, family: Family, where: Counts, coordinates: Array, normal: _Normal) -> None:
    out.coordinates[:, where] = coordinates
    out.coordinates[family.p, where] = normal.p
    out.coordinates[family.q, where] = normal.q
    out.rss[where] = normal.rss
