"""Wells of the same concentration as one: all that a fit needs of them, in plain numbers.

Σ w·g(x)·(y − f(x)) over wells of equal x is W·g(x)·(ȳ − f(x)), with W the sum of their fixed weights and ȳ their mean
by these weights; only the sum of squares also holds how far they lie apart. A curve of eight duplicates is so fitted
at half the places, and these are few enough for plain numbers, which take a fifth of the time of arrays.
"""

from __future__ import annotations

from typing import NamedTuple

from elisa_bdnf.analysis.shape import Array


class Merged(NamedTuple):
    """The wells of one concentration."""

    ln_x: float
    y: float  # weighted mean of their responses
    apart: float  # weighted mean of (response − y)²
    weight: float  # sum of their fixed weights, above 0


def merged(ln_x: Array, y: Array, weight: Array) -> list[Merged]:
    """The concentrations of N wells in their order, without those whose wells have no weight. All arrays are (N,)."""
    there: dict[float, list[tuple[float, float]]] = {}
    for place, response, share in zip(ln_x.tolist(), y.tolist(), weight.tolist(), strict=True):
        if share > 0:
            there.setdefault(place, []).append((response, share))
    levels = []
    for place, wells in there.items():
        total = sum([share for _, share in wells])
        mean = sum([share * response for response, share in wells]) / total
        apart = sum([share * (response - mean) ** 2 for response, share in wells]) / total
        levels.append(Merged(place, mean, apart, total))
    return levels
