"""The sum of squares of a 4PL on a grid of all shapes, and the valley it has: where the fit of a single curve begins.

With t = tanh(b·(ln x − ln c)/2) a 4PL is a straight line in t, so the best a and d of every shape on the grid, and the
sum of squares that they leave, come from three sums over the wells. Along the slopes, each with its best inflection,
that sum of squares has as many valleys as there are minima to choose from. One valley inside the grid is the usual
case: its bottom is interpolated and the fit can be finished from there. Anything else is for a search from all starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from elisa_bdnf.analysis.shape import LN_B, LN_C, LN_ZERO, A, Array, D
from elisa_bdnf.analysis.starts import SPANNING

Singles = NDArray[np.float32]

_SLOPES, _PLACES = 24, 56
_LN_SLOPE = (-1.6, 1.3)  # ln of the slope, relative to the one that just spans the standards
_PLACE = (-0.4, 2.3)  # of the way from the lowest to the highest ln x
_FLAT = 1e-4  # weighted variance over the wells, relative to the plain one, below which a shape is flat there


@dataclass(frozen=True, slots=True)
class Valley:
    """The bottom of the only valley, as coordinates (5, 1); slopes tried, and those from which it goes downhill to it.

    ``coordinates`` None: there are several valleys, or the bottom lies at the edge of the grid.
    """

    coordinates: Array | None
    slopes: int
    leading_down: int


def valley(ln_x: Array, y: Array, weight: Array) -> Valley:
    """Look at every shape of the grid; all arrays are (N,)."""
    t, squared, ln_c, ln_b = _grid(ln_x.tobytes())
    share = weight / np.add.reduce(weight)
    level = float(np.add.reduce(share * y))
    pull = share * (y - level)
    rough = share.astype(np.float32)
    mean, variance = np.einsum("nm,n->m", t, rough), np.einsum("nm,n->m", squared, rough)
    variance -= mean * mean
    explained = np.einsum("nm,n->m", t, pull.astype(np.float32))
    explained *= explained
    explained /= np.where(variance > _FLAT, variance, np.inf)
    rows = explained.reshape(_SLOPES, _PLACES)
    places = rows.argmax(axis=1)
    profile = rows[np.arange(_SLOPES), places].tolist()
    best, down = _peak(profile)
    if down < _SLOPES:  # the grid itself makes ripples, which tops between its places do not have
        best, down = _peak([height for _, height in _tops(rows, places.tolist(), range(_SLOPES))])
    if down < _SLOPES or not (0 < best < _SLOPES - 1 and _is_inside(places[best])):
        return Valley(None, _SLOPES, down)
    near = next((reach for reach in _near(best) if all(_is_inside(places[i]) for i in reach)), None)
    if near is None:
        # Beside the bottom the valley leads out of the grid: too little is seen of it to interpolate.
        here = _tops(rows, places.tolist(), range(best, best + 1))[0][0]
        bottom = (_at(ln_c, here), float(ln_b[best]))
        return Valley(_with_line(ln_x, share, pull, level, *bottom), _SLOPES, down)
    tops = _tops(rows, places.tolist(), near)
    aside = _summit([height for _, height in tops])
    (before, _), (here, _), (after, _) = tops[len(tops) // 2 - 1 : len(tops) // 2 + 2]
    place = here + 0.5 * aside * (after - before) + 0.5 * aside * aside * (after - 2.0 * here + before)
    bottom = (_at(ln_c, place), _at(ln_b, best + aside))
    return Valley(_with_line(ln_x, share, pull, level, *bottom), _SLOPES, down)


def _near(best: int) -> tuple[range, ...]:
    """The rows around the bottom from which it can be interpolated: five where the grid has them, or three."""
    wide = range(best - 2, best + 3)
    close = range(best - 1, best + 2)
    return (wide, close) if wide[0] >= 0 and wide[-1] < _SLOPES else (close,)


def _summit(heights: list[float]) -> float:
    """Where five or three equidistant heights have their top, in steps from the middle one."""
    if len(heights) == 5:
        return _top(heights)[0]
    before, middle, after = heights
    bend = before - 2.0 * middle + after
    return min(max(0.5 * (before - after) / bend, -1.0), 1.0) if bend < 0 else 0.0


def _peak(profile: list[float]) -> tuple[int, int]:
    """The highest place of a profile, and from how many places it is reached without going down."""
    best = profile.index(max(profile))
    first, last = best, best
    while first > 0 and profile[first - 1] <= profile[first]:
        first -= 1
    while last < len(profile) - 1 and profile[last + 1] <= profile[last]:
        last += 1
    return best, last - first + 1


def _is_inside(place: int) -> bool:
    """Whether a place has the neighbors that its top is interpolated from."""
    return 2 <= place < _PLACES - 2


def _tops(rows: Singles, places: list[int], which: range) -> list[tuple[float, float]]:
    """Broken place and height of the top of some rows; for rows that are highest at an edge those of the edge."""
    found = []
    for i in which:
        place = places[i]
        if _is_inside(place):
            aside, height = _top(rows[i, place - 2 : place + 3].tolist())
        else:
            aside, height = 0.0, float(rows[i, place])
        found.append((place + aside, height))
    return found


def _top(values: list[float]) -> tuple[float, float]:
    """Where five equidistant values have their top, in steps from the middle one, and its height.

    By central differences: the root of f' + f''·x + f'''·x²/2.
    """
    v, w, middle, y, z = values
    first = (v - 8.0 * w + 8.0 * y - z) / 12.0
    second = (16.0 * (w + y) - v - z - 30.0 * middle) / 12.0
    third = 0.5 * (z - v) - y + w
    aside = 0.0
    for _ in range(3):
        bend = second + 0.5 * third * aside
        aside = min(max(-first / bend, -1.0), 1.0) if bend < 0 else 0.0
    return aside, middle + aside * (first + aside * (0.5 * second + aside * third / 6.0))


def _at(grid: Array, place: float) -> float:
    """The value of an equidistant grid at a broken index."""
    return float(grid[0]) + place * float(grid[1] - grid[0])


def _with_line(ln_x: Array, share: Array, pull: Array, level: float, ln_c: float, ln_b: float) -> Array:
    """Coordinates with the best a and d of a shape."""
    t = np.tanh(0.5 * np.exp(ln_b) * (ln_x - ln_c))
    mean = float(np.add.reduce(share * t))
    variance = float(np.add.reduce(share * (t - mean) ** 2))
    slope = float(np.add.reduce(pull * t)) / variance if variance > 0 else 0.0
    middle = level - slope * mean
    coordinates = np.zeros((5, 1))
    coordinates[[A, D, LN_C, LN_B], 0] = middle - slope, middle + slope, ln_c, ln_b  # t = −1 at x = 0
    return coordinates


@lru_cache(maxsize=32)
def _grid(ln_x_bytes: bytes) -> tuple[Singles, Singles, Array, Array]:
    """T and t² (N, slopes·places) on the grid, with ln c and ln b; plates of a kit share them.

    T is centered and has variance 1 over the wells, so single precision is enough to find the way: 80 KB for 16 wells.
    """
    ln_x = np.frombuffer(ln_x_bytes)
    real = ln_x[ln_x > LN_ZERO]
    low, width = real.min(), max(np.ptp(real), 0.5)
    ln_c = low + width * np.linspace(*_PLACE, _PLACES)
    ln_b = np.log(SPANNING / width) + np.linspace(*_LN_SLOPE, _SLOPES)
    v = (ln_x[:, None, None] - ln_c) * np.exp(ln_b)[:, None]
    t = np.tanh(0.5 * v).reshape(len(ln_x), -1)
    t -= t.mean(axis=0)
    size = np.sqrt(np.mean(t * t, axis=0))
    t = np.where(size > 1e-7, t / np.maximum(size, 1e-7), 0.0)
    return t.astype(np.float32), (t * t).astype(np.float32), ln_c, ln_b
