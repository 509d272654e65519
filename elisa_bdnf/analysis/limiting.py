"""Curves whose best fit lies at infinity: what is left of the model there, and the fit of that.

Where the upper plateau is not reached the sum of squares can fall for ever while d and c grow together; what the data
determine then is y = a + k·x^b. The limit is represented inside the same family, by holding the inflection so far from
the standards that the difference from the limit is below 1e-10 of the rise over the standards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.shape import LN_B, LN_C, LN_ZERO, A, Array, D, Family

_FAR = 23.0  # e^−23 = 1e-10
FAR_ASYMMETRY = 16.0  # |ln g| that stands for g → 0 or ∞


@dataclass(frozen=True, slots=True)
class LimitModel:
    """A limit of the family with coordinates (5, 1) to refine from, and its sum of squares there."""

    coordinates: Array
    free: tuple[int, ...]
    anchor: float
    tie: float
    unidentified: tuple[str, ...]
    sentence: str
    rss: float


def power_law_limits(
    family: Family, ln_x: Array, y: Array, weight: Array, fixed: Mapping[int, float], low: float, high: float
) -> list[LimitModel]:
    """The power-law limits towards c → ∞ and, without a zero standard, c → 0; ``ln_x``, ``y``, ``weight`` are (N,)."""
    if LN_C in fixed:
        return []
    limits = []
    if D not in fixed:
        limits.append(_power_law(family, ln_x, y, weight, fixed, high, +1.0))
    if A not in fixed and not np.any(ln_x <= LN_ZERO):
        limits.append(_power_law(family, ln_x, y, weight, fixed, low, -1.0))
    return limits


def _power_law(
    family: Family, ln_x: Array, y: Array, weight: Array, fixed: Mapping[int, float], anchor: float, sign: float
) -> LimitModel:
    """Scan ln b for the best y = near + k·(x/anchor)^(±b); the linear part in closed form."""
    real = ln_x[ln_x > LN_ZERO]
    width = max(float(np.max(real) - np.min(real)), 0.5)
    center = np.log(7.0 / width)
    ln_b = np.array([fixed[LN_B]]) if LN_B in fixed else np.linspace(center - 5.0, center + 3.0, 161)
    power = np.exp(np.exp(ln_b)[None] * sign * (ln_x - anchor)[:, None])
    near_index = A if sign > 0 else D
    share = (weight / np.sum(weight))[:, None]
    if near_index in fixed:
        response = np.broadcast_to((y - fixed[near_index])[:, None], power.shape)
        column = power
    else:
        response = (y - np.sum(share[:, 0] * y))[:, None]
        column = power - np.sum(share * power, axis=0)
    slope = np.sum(share * column * response, axis=0) / np.maximum(np.sum(share * column**2, axis=0), 1e-300)
    rss = np.sum(share * (response - slope * column) ** 2, axis=0)
    best = int(np.argmin(rss))
    k = slope[best]
    near = fixed.get(near_index, float(np.sum(share[:, 0] * (y - k * power[:, best]))))
    coordinates = np.zeros((5, 1))
    far_index = D if sign > 0 else A
    coordinates[near_index] = near
    coordinates[far_index] = near + k * np.exp(_FAR)
    coordinates[LN_B] = ln_b[best]
    coordinates[LN_C] = anchor + sign * _FAR / np.exp(ln_b[best])
    free = tuple(i for i in (A, D, LN_B) if i not in fixed)
    names: tuple[str, ...] = ("d", "c") if sign > 0 else ("a", "c")
    which = "upper" if k > 0 else "lower"
    end = "high" if sign > 0 else "low"
    exponent = "b" if sign > 0 else "−b"
    other = "a" if sign > 0 else "d"
    sentence = (
        f"the {which} plateau at {end} concentrations is not reached: the best curve is the limit "
        f"y = {other} + k·x^{exponent}, so {names[0]} and c have no finite estimate; "
        "concentrations inside the standards are not affected"
    )
    if family.asymmetric:
        names = (*names, "g")
    return LimitModel(coordinates, free, anchor, sign * _FAR, names, sentence, float(rss[best] * np.sum(weight)))


def limit_parameters(limit: LimitModel, coordinates: Sequence[float]) -> tuple[float, float, float, float]:
    """Near asymptote, k at the anchor, exponent and the concentration of the anchor, for people."""
    near, far = (coordinates[A], coordinates[D]) if limit.tie > 0 else (coordinates[D], coordinates[A])
    return near, (far - near) * float(np.exp(-_FAR)), float(np.exp(coordinates[LN_B])), float(np.exp(limit.anchor))
