"""The family of logistic curves on arrays: shape, gradient and second derivatives in fitting coordinates.

All members are ``y = p·h + q·k`` with ``h = (1 + exp v)^(−g)`` and ``k = 1 − h``:

    4PL, 5PL   v = +b·(ln x − ln c), p = a, q = d
    5PL-R      v = −b·(ln x − ln c), p = d, q = a

Written so, neither asymptote is ever subtracted from the other: a curve whose plateau lies ten orders of magnitude
above its standards is still evaluated to full precision. Fitting coordinates are (a, d, ln c, ln b, ln g), in that
order, as the first axis; then come wells (N) and problems (P). The axis of problems can be left out everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elisa_bdnf.model.curve import Model

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

COORDINATES = ("a", "d", "ln c", "ln b", "ln g")
A, D, LN_C, LN_B, LN_G = range(5)

# Stands for ln 0. Any slope that can be fitted turns it into exp(−huge) = 0, so that x = 0 gives y = a exactly,
# and 0 × LN_ZERO is 0 where 0 × −inf would be nan.
LN_ZERO = -1e6
_LARGEST_V = 700.0  # e^700 is still a number


@dataclass(frozen=True, slots=True)
class Family:
    """Which of the logistic curves: the direction of ``v`` and whether g is a parameter."""

    mirror: bool
    asymmetric: bool

    @property
    def sign(self) -> float:
        return -1.0 if self.mirror else 1.0

    @property
    def p(self) -> int:
        """Index of the coordinate that multiplies h."""
        return D if self.mirror else A

    @property
    def q(self) -> int:
        """Index of the coordinate that multiplies k."""
        return A if self.mirror else D


FAMILIES = {
    Model.FOUR_PL: Family(mirror=False, asymmetric=False),
    Model.THREE_PL: Family(mirror=False, asymmetric=False),
    Model.FIVE_PL: Family(mirror=False, asymmetric=True),
    Model.FIVE_PL_R: Family(mirror=True, asymmetric=True),
}


def ln_from_x(x: Array) -> Array:
    """Natural logarithm with ``LN_ZERO`` for 0; concentrations must not be negative."""
    positive = x > 0
    return np.where(positive, np.log(np.where(positive, x, 1.0)), LN_ZERO)


@dataclass(frozen=True, slots=True)
class Shape:
    """h and k = 1 − h with what their derivatives need; every array is (N, P)."""

    h: Array
    k: Array
    v: Array
    slope: Array  # dh/dv
    sigmoid: Array  # exp v / (1 + exp v)
    power: Array | None  # g·ln(1 + exp v); None where g = 1
    v_c: Array  # dv/d ln c, (P)


def shape_of(family: Family, ln_x: Array, coordinates: Array) -> Shape:
    """Evaluate the shape of P curves at N concentrations. ``ln_x`` is (N, P) or (N, 1), ``coordinates`` (5, P)."""
    b = np.exp(coordinates[LN_B])
    v_c = -family.sign * b
    v = (coordinates[LN_C] - ln_x) * v_c
    if not family.asymmetric:
        growth = np.exp(np.minimum(v, _LARGEST_V))
        h = 1.0 / (1.0 + growth)
        k = growth * h
        return Shape(h, k, v, -h * k, k, None, v_c)
    small = np.exp(-np.abs(v))
    near = 1.0 / (1.0 + small)
    sigmoid = np.where(v > 0, near, small * near)
    g = np.exp(coordinates[LN_G])
    power = g * (np.log1p(small) + np.maximum(v, 0.0))
    h = np.exp(-power)
    return Shape(h, -np.expm1(-power), v, -g * sigmoid * h, sigmoid, power, v_c)


def shape_gradient(shape: Shape) -> list[Array]:
    """Derivatives of h by ln c, ln b and, where g is a parameter, ln g."""
    columns = [shape.slope * shape.v_c, shape.slope * shape.v]
    if shape.power is not None:
        columns.append(-shape.power * shape.h)
    return columns


def response_of(family: Family, shape: Shape, coordinates: Array) -> Array:
    """Fitted responses (N, P)."""
    fitted: Array = coordinates[family.p] * shape.h + coordinates[family.q] * shape.k
    return fitted


def jacobian_of(family: Family, shape: Shape, coordinates: Array) -> Array:
    """Derivatives of the response by every coordinate: (5, N, P), or (4, N, P) where g is not a parameter."""
    out = np.empty((4 if shape.power is None else 5, *shape.h.shape))
    out[family.p], out[family.q] = shape.h, shape.k
    by_v = (coordinates[family.p] - coordinates[family.q]) * shape.slope
    np.multiply(by_v, shape.v_c, out=out[LN_C])
    np.multiply(by_v, shape.v, out=out[LN_B])
    if shape.power is not None:
        out[LN_G] = (coordinates[family.q] - coordinates[family.p]) * shape.power * shape.h
    return out


def weighted_curvature(family: Family, shape: Shape, coordinates: Array, weight: Array) -> Array:
    """Sum over the wells of ``weight`` times the second derivatives of the curve: (m, m, P) or (m, m), m = 5 or 4."""
    span = coordinates[family.p] - coordinates[family.q]
    g = np.exp(coordinates[LN_G]) if family.asymmetric else 1.0
    v, v_c = shape.v, shape.v_c
    table = np.empty((5, *v.shape))
    weighted, by_v, bend, both, square = table
    np.multiply(weight, shape.slope, out=weighted)
    np.multiply(weighted, v, out=by_v)
    np.multiply(weighted, 1.0 - (1.0 + g) * shape.sigmoid, out=bend)  # weight × d²h/dv²
    np.multiply(bend, v, out=both)
    both += weighted
    np.multiply(both, v, out=square)
    by_v, by_lnb, twice, mixed, square = np.add.reduce(table, axis=1)
    m = 4 if shape.power is None else 5
    out = np.zeros((m, m, *np.shape(span)))
    first = [by_v * v_c, by_lnb]
    out[LN_C, LN_C] = span * v_c * v_c * twice
    out[LN_C, LN_B] = out[LN_B, LN_C] = span * v_c * mixed
    out[LN_B, LN_B] = span * square
    if shape.power is not None:
        less = weighted * (1.0 - shape.power)
        own = weight * shape.h * shape.power
        first.append(-np.add.reduce(own))
        out[LN_C, LN_G] = out[LN_G, LN_C] = span * v_c * np.add.reduce(less)
        out[LN_B, LN_G] = out[LN_G, LN_B] = span * np.add.reduce(less * v)
        out[LN_G, LN_G] = span * np.add.reduce(own * (shape.power - 1.0))
    for index, total in enumerate(first, start=2):
        out[family.p, index] = out[index, family.p] = total
        out[family.q, index] = out[index, family.q] = -total
    return out
