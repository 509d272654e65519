"""Where the searches begin, and the box they stay in: from the concentrations alone, so always the same."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from elisa_bdnf.analysis.shape import LN_B, LN_C, LN_G, LN_ZERO, Array, Family, Flags

_PLACES = (0.25, 0.55, 0.85, 1.25)  # of the way from the lowest to the highest ln x
_STEEPNESS = (0.45, 1.0, 2.5)  # × the slope at which the curve just spans the standards
_ASYMMETRY = (0.3, 3.0)  # for 5PL beside g = 1
SPANNING = 7.0  # b·(ln x range) of a curve that rises from 3 % to 97 % over the standards
_STEP = 6.0  # b × the gap between two standards of a curve that steps from 5 % to 95 % there

_Span = tuple[int, float, float]


def extent(ln_x: Array, used: Flags) -> tuple[Array, Array]:
    """Lowest and highest ln x of the non-zero concentrations, per problem."""
    real = used & (ln_x > LN_ZERO)
    return np.min(np.where(real, ln_x, np.inf), axis=0), np.max(np.where(real, ln_x, -np.inf), axis=0)


def grid_of_starts(family: Family, low: Array, high: Array) -> Array:
    """Starts (5, S, K) for K problems whose standards span ``low`` to ``high`` (K); S = 12, or 36 with asymmetry."""
    place, steep, ln_g, shift = _unit_grid(family)
    width = np.maximum(high - low, 0.5)
    b = steep[:, None] * (SPANNING / width)
    starts = np.zeros((5, len(place), len(width)))
    starts[LN_C] = low + place[:, None] * width + shift[:, None] / b
    starts[LN_B] = np.log(b)
    starts[LN_G] = ln_g[:, None]
    return starts


@lru_cache(maxsize=4)
def _unit_grid(family: Family) -> tuple[Array, Array, Array, Array]:
    """Place, steepness, ln g and how far b·ln c lies from the middle of the rise, for standards of unit width."""
    asymmetry = (1.0, *_ASYMMETRY) if family.asymmetric else (1.0,)
    grid = np.array([(place, steep, g) for g in asymmetry for steep in _STEEPNESS for place in _PLACES]).T
    place, steep, g = grid
    return place, steep, np.log(g), -family.sign * np.log(2.0 ** (1.0 / g) - 1.0)


def thorough_starts(ln_x: Array, y: Array) -> Array:
    """Starts (5, S) of a 4PL through N wells, for data that make more than one minimum likely.

    For each of 20 slopes from nearly straight to a step the best of 48 inflections, far beyond the standards too, and
    the steps that the data can hide: one between any two neighboring concentrations, one at any of them.
    """
    basis, ln_c, ln_b = _screen(ln_x.tobytes(), (20, -3.0, 3.0), (48, -1.0, 2.5))
    covered = np.abs(_products(basis, y[:, None])).reshape(len(ln_b), len(ln_c))
    real = np.unique(ln_x[ln_x > LN_ZERO])
    gap = np.diff(real)
    between, at = real[:-1] + 0.5 * gap, real
    steep = np.log(_STEP / gap)
    starts = np.zeros((5, len(ln_b) + len(between) + len(at)))
    starts[LN_C] = np.concatenate((ln_c[covered.argmax(axis=1)], between, at))
    starts[LN_B] = np.concatenate((ln_b, steep, steep, steep[-1:] if len(steep) else [0.0]))
    return starts


def bent_starts(family: Family, ln_x: Array, y: Array, weight: Array) -> Array:
    """Starts (5, S) of a curve with asymmetry through N wells: flat up to a bend, and a power of x from there on.

    With b → ∞ and b·g = s the family tends to that shape, and the sum of squares has a valley for every place of the
    bend between two neighboring standards. For each of them, and for a bend at each standard, the best of 12 powers.
    """
    real = np.unique(ln_x[ln_x > LN_ZERO])
    gap = np.diff(real)
    if not len(gap):
        return np.empty((5, 0))
    ln_c = np.concatenate((real[:-1] + 0.5 * gap, real))
    b = _STEP / np.concatenate((gap, gap, gap[-1:]))
    power = SPANNING / np.ptp(real) * np.exp(np.linspace(-3.0, 2.0, 12))
    beyond = np.maximum(family.sign * (ln_x - ln_c[:, None]), 0.0)
    shapes = np.exp(-power[:, None, None] * beyond).reshape(-1, len(ln_x))
    share = weight / weight.sum()
    shapes = (shapes - (shapes @ share)[:, None]) * np.sqrt(share)
    left = (y - share @ y) * np.sqrt(share)
    length = np.sqrt(np.sum(shapes**2, axis=1))
    covered = np.where(length > 1e-6, np.abs(shapes @ left) / np.maximum(length, 1e-6), 0.0)
    best = power[covered.reshape(len(power), len(ln_c)).argmax(axis=0)]
    starts = np.zeros((5, len(ln_c)))
    starts[LN_C], starts[LN_B], starts[LN_G] = ln_c, np.log(b), np.log(best / b)
    return starts


def best_start(ln_x: Array, y: Array) -> Array:
    """One start (5, P) for each of P curves: the best of a coarser grid."""
    basis, ln_c, ln_b = _screen(ln_x.tobytes(), (6, -0.9, 0.7), (12, -0.2, 1.6))
    found = np.abs(_products(basis, y)).argmax(axis=0)
    starts = np.zeros((5, y.shape[-1]))
    starts[LN_C] = ln_c[found % len(ln_c)]
    starts[LN_B] = ln_b[found // len(ln_c)]
    return starts


def _products(basis: Array, y: Array) -> Array:
    """Every shape with every curve; without BLAS, whose threads cost more than they save and may change last digits.

    The basis is centered, so the curves need not be.
    """
    products: Array = np.einsum("mn,np->mp", basis, y)
    return products


@lru_cache(maxsize=64)
def _screen(ln_x_bytes: bytes, slopes: _Span, places: _Span) -> tuple[Array, Array, Array]:
    """Centered shapes of unit length (slopes·places, N) on a grid, with ln c and ln b; plates of a kit share them.

    Both spans are (number, first, last): of ln b around the slope that just spans the standards, of ln c in widths.
    """
    ln_x = np.frombuffer(ln_x_bytes)
    real = ln_x[ln_x > LN_ZERO]
    low, width = real.min(), max(np.ptp(real), 0.5)
    ln_c = low + width * np.linspace(places[1], places[2], places[0])
    ln_b = np.log(SPANNING / width) + np.linspace(slopes[1], slopes[2], slopes[0])
    v = (ln_x - ln_c[:, None]) * np.exp(ln_b)[:, None, None]
    shapes = np.tanh(0.5 * v).reshape(-1, len(ln_x))
    shapes -= shapes.mean(axis=1, keepdims=True)
    length = np.sqrt(np.sum(shapes**2, axis=1, keepdims=True))
    return np.where(length > 1e-6, shapes / np.maximum(length, 1e-6), 0.0), ln_c, ln_b


@lru_cache(maxsize=256)
def frame(family: Family, low: float, high: float) -> tuple[Array, Array, Array]:
    """Starts (5, S), lower and upper bounds (5, 1) of one curve; plates of one kit have the same. Not to be changed."""
    ends = np.array([low]), np.array([high])
    return (grid_of_starts(family, *ends)[:, :, 0], *box(family, *ends))


def box(family: Family, low: Array, high: Array) -> tuple[Array, Array]:
    """Bounds (5, K) of the search: wide enough for every identified curve, finite for the others."""
    width = np.maximum(high - low, 0.5)
    reach = (4.0 if family.asymmetric else 2.0) * width + 10.0
    ln_b = np.log(SPANNING / width)
    infinite = np.full_like(width, np.inf)
    lower = np.stack([-infinite, -infinite, low - reach, ln_b - 6.0, np.full_like(width, -14.0)])
    upper = np.stack([infinite, infinite, high + reach, ln_b + 6.0, np.full_like(width, 14.0)])
    return lower, upper
