"""Many responses read at once, on one curve or on several of a family: the arithmetic of ``curves.invert_or_none``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from elisa_bdnf.analysis.curves import invert_or_none
from elisa_bdnf.analysis.shape import FAMILIES, LN_B, LN_C, LN_G, Array, Family
from elisa_bdnf.model.curve import Curve

_LARGEST_LN = 700.0  # e^700 is still a number
_LARGEST_POWER = 700.0  # beyond it e^p − 1 is e^p


def coordinates_of(curve: Curve) -> Array:
    """Fitting coordinates (5) of a sigmoid."""
    return np.array([curve.a, curve.d, math.log(curve.c), math.log(curve.b), math.log(curve.g)])


def in_wells(curve: Curve, responses: Sequence[float]) -> list[float | None]:
    """The concentration of every response; None where it lies at or beyond an asymptote, or is nan."""
    family = FAMILIES.get(curve.model)
    if family is None or len(responses) == 0:
        return [invert_or_none(curve, response) for response in responses]
    found = inverse(family, coordinates_of(curve)[:, None], np.array(responses, dtype=float))[0]
    return [None if math.isnan(x) else x for x in found.tolist()]


@np.errstate(all="ignore")  # responses outside the curve become nan, which is what is wanted
def inverse(family: Family, coordinates: Array, y: Array) -> Array:
    """Concentrations (K, S) of responses (S) on K curves (5, K); nan at and beyond the asymptotes."""
    p, q = coordinates[family.p][:, None], coordinates[family.q][:, None]
    span = p - q
    h, k = (y - q) / span, (p - y) / span
    inside = (h > 0) & (k > 0)
    if family.asymmetric:
        power = np.where(k < 0.5, -np.log1p(-k), -np.log(h)) / np.exp(coordinates[LN_G])[:, None]
        v = np.where(power > _LARGEST_POWER, power, np.log(np.expm1(power)))
        inside &= power > 0
    else:
        v = np.log(k / h)
    ln_x = coordinates[LN_C][:, None] + v * (family.sign / np.exp(coordinates[LN_B]))[:, None]
    inside &= np.abs(ln_x) < _LARGEST_LN
    found: Array = np.where(inside, np.exp(ln_x), np.nan)
    return found
