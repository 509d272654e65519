"""Where the searches begin, and the box they stay in: from the concentrations alone, so always the same."""

from __future__ import annotations

import numpy as np

from elisa_bdnf.analysis.shape import LN_B, LN_C, LN_G, LN_ZERO, Array, Family, Flags

_PLACES = (0.25, 0.55, 0.85, 1.25)  # of the way from the lowest to the highest ln x
_STEEPNESS = (0.45, 1.0, 2.5)  # × the slope at which the curve just spans the standards
_ASYMMETRY = (0.3, 3.0)  # for 5PL beside g = 1
_SPANNING = 7.0  # b·(ln x range) of a curve that rises from 3 % to 97 % over the standards

DEFAULT_STARTS = len(_PLACES) * len(_STEEPNESS)


def extent(ln_x: Array, used: Flags) -> tuple[Array, Array]:
    """Lowest and highest ln x of the non-zero concentrations, per problem."""
    real = used & (ln_x > LN_ZERO)
    return np.min(np.where(real, ln_x, np.inf), axis=0), np.max(np.where(real, ln_x, -np.inf), axis=0)


def grid_of_starts(family: Family, low: Array, high: Array) -> Array:
    """Starts (5, S, K) for K problems whose standards span ``low`` to ``high`` (K); S = 12, or 36 with asymmetry."""
    width = np.maximum(high - low, 0.5)
    asymmetry = (1.0, *_ASYMMETRY) if family.asymmetric else (1.0,)
    points = [(place, steep, g) for g in asymmetry for steep in _STEEPNESS for place in _PLACES]
    starts = np.zeros((5, len(points), len(width)))
    for index, (place, steep, g) in enumerate(points):
        b = steep * _SPANNING / width
        starts[LN_C, index] = low + place * width + _shift(family, g) / b
        starts[LN_B, index] = np.log(b)
        starts[LN_G, index] = np.log(g)
    return starts


def _shift(family: Family, g: float) -> float:
    """How far b·ln c lies from the middle of the rise where g is not 1."""
    return -family.sign * float(np.log(2.0 ** (1.0 / g) - 1.0))


def box(family: Family, low: Array, high: Array) -> tuple[Array, Array]:
    """Bounds (5, K) of the search: wide enough for every identified curve, finite for the others."""
    width = np.maximum(high - low, 0.5)
    reach = (4.0 if family.asymmetric else 2.0) * width + 10.0
    ln_b = np.log(_SPANNING / width)
    infinite = np.full_like(width, np.inf)
    lower = np.stack([-infinite, -infinite, low - reach, ln_b - 6.0, np.full_like(width, -14.0)])
    upper = np.stack([infinite, infinite, high + reach, ln_b + 6.0, np.full_like(width, 14.0)])
    return lower, upper
