"""The search for the plain 4PL, which every plate needs: the same method as ``search``, with the fewest operations.

With t = tanh(b·(ln x − ln c)/2) a 4PL is a straight line in t, y = α + β·t, so a and d are that line. Given the shape,
dt/d(b·ln c) = −(1 − t²)/2 and dt/d ln b = (1 − t²)·v/2. tanh needs no care for large arguments; what it loses for a
plateau far away is put right when the fit is finished in full (``refine``).
"""

from __future__ import annotations

import numpy as np

from elisa_bdnf.analysis.search import Found, Problems
from elisa_bdnf.analysis.shape import LN_B, LN_C, A, Array, Counts, D

_MOST_ITERATIONS = 60
_TRUST = np.array([[0.4], [1.0]])  # 1/largest step of b·ln c and of ln b: beyond it the linearization is void
_TINY = 1e-290


# Where nothing depends on the shape a step has no bounds; it is never better, and the start ends there.
@np.errstate(over="ignore", invalid="ignore")
def search_4pl(problems: Problems, start: Array, *, tolerance: float = 1e-9) -> Found:
    """As ``search``, for a 4PL in which nothing is fixed."""
    count = start.shape[-1]
    low, high = problems.low[LN_C : LN_B + 1], problems.high[LN_C : LN_B + 1]
    work = _Workspace(problems, count)
    place = np.minimum(np.maximum(start[LN_C : LN_B + 1], low), high)
    cross, rss = work.normal_equations(place)
    damping = np.full(count, 1e-5)
    out = Found(start.copy(), np.empty(count), np.zeros(count, dtype=np.int64))
    alive = np.arange(count)
    done = np.zeros(count, dtype=bool)
    slow = np.zeros(count, dtype=np.int64)
    for iteration in range(_MOST_ITERATIONS):
        step, predicted = _step(cross, place, damping)
        little = predicted <= tolerance * rss + work.rounding
        done |= little & (damping < 1.0)
        finished = np.count_nonzero(done)
        if finished == len(done):
            break
        trial = np.minimum(np.maximum(place + step, low), high)
        tried_cross, tried = work.normal_equations(trial)
        better = tried < rss
        slow = np.where(better, np.where(rss - tried <= tolerance * rss, slow + 1, 0), slow)
        done |= slow > 1
        if better.all():
            place, cross, rss, damping = trial, tried_cross, tried, damping * 0.1
        else:
            done |= ~better & (little | (damping > 1e6))
            place, cross = np.where(better, trial, place), np.where(better, tried_cross, cross)
            rss, damping = np.where(better, (tried, damping * 0.1), (rss, np.maximum(damping * 10.0, 1e-3)))
        done |= (place[0] <= low[0]) | (place[0] >= high[0])  # running away: nothing but rounding is left to gain
        if len(done) > 64 and 4 * finished > len(done):
            _write(out, work, alive[done], (place[:, done], cross[:, :, done], rss[done]), iteration, done)
            keep = ~done
            alive, place, cross, rss = alive[keep], place[:, keep], cross[:, :, keep], rss[keep]
            damping, done, slow = damping[keep], done[keep], slow[keep]
            low, high = (bound if bound.shape[-1] == 1 else bound[:, keep] for bound in (low, high))
            problems = problems.subset(keep)
            work = _Workspace(problems, len(alive))
    _write(out, work, alive, (place, cross, rss), iteration, np.ones(len(alive), dtype=bool))
    return out


def _write(
    out: Found, work: _Workspace, where: Counts, found: tuple[Array, Array, Array], iteration: int, part: Array
) -> None:
    """Coordinates from the shape; the line in t once more, since only now its level is needed."""
    place, cross, rss = found
    slope = cross[0, 3]
    level = work.level(place, slope, part)
    out.iterations[where] = iteration
    out.coordinates[LN_C, where], out.coordinates[LN_B, where] = place
    out.coordinates[A, where] = level - slope  # t = −1 at x = 0
    out.coordinates[D, where] = level + slope
    out.rss[where] = rss


def _step(cross: Array, place: Array, damping: Array) -> tuple[Array, Array]:
    """Damped Gauss–Newton step of (ln c, ln b), and the reduction of the sum of squares that it predicts."""
    (cc, cb, c), (_, bb, b), _ = cross[1:, 1:]
    grown = 1.0 + damping
    cc, bb = cc * grown, bb * grown
    product = cc * bb
    determinant = np.maximum(product - cb * cb, 1e-13 * product + _TINY)
    step = np.empty_like(place)
    np.divide(cb * b - bb * c, determinant, out=step[0])
    np.divide(cc * b - cb * c, determinant, out=step[1])
    predicted = step[1] * b - step[0] * c
    slope = cross[0, 3]
    step *= 2.0 / np.where(slope == 0, np.inf, slope)
    step /= np.maximum(np.maximum.reduce(np.abs(step) * _TRUST), 1.0)
    step[0] /= np.exp(place[1])
    return step, predicted


class _Workspace:
    """Arrays that are the same in every iteration."""

    def __init__(self, problems: Problems, count: int) -> None:
        self.ln_x, self.root = problems.ln_x, problems.root_weight
        self.share = problems.weight_share
        self.table = np.empty((4, len(problems.y), count))
        self.mean = np.add.reduce(self.share * problems.y)
        self.table[3] = (problems.y - self.mean) * self.root
        self.rounding = 1e-16 * np.einsum("np,np->p", self.table[3], self.table[3])

    def normal_equations(self, place: Array) -> tuple[Array, Array]:
        """Cross-products of the derivatives and y after t was eliminated, and the sums of squares (P).

        (4, 4, P), centered and weighted: row 0 holds the coefficients of t, the last of them the slope β.
        """
        table = self.table
        v = (self.ln_x - place[0]) * np.exp(place[1])
        t = np.tanh(0.5 * v, out=table[0])
        steep = np.subtract(1.0, t * t, out=table[1])
        np.multiply(steep, v, out=table[2])
        columns = table[:3]
        columns -= np.add.reduce(columns * self.share, axis=1)[:, None]
        columns *= self.root
        cross = np.einsum("inp,jnp->ijp", table, table)
        line = cross[0] / np.maximum(cross[0, 0], _TINY)
        cross[1:, 1:] -= cross[1:, :1] * line[1:]
        flat = cross[0, 0] <= _TINY
        cross[0] = line
        rss = np.maximum(cross[3, 3], 0.0)
        if flat.any():
            rss = np.where(flat, np.inf, rss)
        return cross, rss

    def level(self, place: Array, slope: Array, part: Array) -> Array:
        """α of y = α + β·t for the problems in ``part``."""

        def kept(array: Array) -> Array:
            return array if array.shape[-1] == 1 else array[:, part]

        t = np.tanh(0.5 * (kept(self.ln_x) - place[0]) * np.exp(place[1]))
        level: Array = kept(self.mean[None])[0] - slope * np.add.reduce(t * kept(self.share))
        return level
