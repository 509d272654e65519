"""The equations of a fit at one place: residuals, weights, score, and both matrices of second derivatives.

The equation that is solved is Σ w·(y − f)·∂f = 0. With weights that follow the curve (power of the mean) the solution
is the fixed point of iteratively re-weighted least squares; its exact derivative is known. Everything is for P problems
at once, or for a single one without the axis of problems, which takes a third of the time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.shape import (
    LN_B,
    LN_C,
    Array,
    Family,
    jacobian_of,
    response_of,
    shape_of,
    weighted_curvature,
)
from elisa_bdnf.analysis.variance import power_weights

_MANY = 64  # problems from which on they are solved together, operation by operation
_PIVOT = 1e-13  # the least pivot of a matrix with a unit diagonal


@dataclass(frozen=True, slots=True)
class Target:
    """P problems over N wells with their weights.

    ``weight`` is the fixed part (counts, 1/y, 0 for padding). ``theta`` (P) multiplies it by f^(−2θ) on the curve.
    ``tie`` (P), where given, holds ln c at ``anchor + tie/b``: the curve far below (tie > 0) or above its inflection.
    """

    family: Family
    ln_x: Array
    y: Array
    weight: Array
    free: Sequence[int]
    theta: Array | None = None
    floor: Array | float = 0.0
    anchor: Array | None = None
    tie: float | None = None

    def single(self) -> Target:
        """The only problem, without the axis of problems."""
        theta, anchor = (None if value is None else value[..., 0] for value in (self.theta, self.anchor))
        floor = np.asarray(self.floor).ravel()[0]
        ln_x, y, weight = self.ln_x[:, 0], self.y[:, 0], self.weight[:, 0]
        return Target(self.family, ln_x, y, weight, self.free, theta, floor, anchor, self.tie)


@dataclass(frozen=True, slots=True)
class State:
    """Everything at one set of coordinates (5, P)."""

    coordinates: Array
    fitted: Array
    residual: Array
    weight: Array
    jacobian: Array  # (m, N, P) of the free coordinates
    score: Array  # (m, P): Σ w r ∂f
    information: Array  # (m, m, P): Σ w ∂f ∂f'
    newton: Array  # (m, m, P): minus the derivative of the score
    rss: Array
    scale: Array  # (m, P): length of every column of the weighted Jacobian
    gradient: Array  # (P): largest cosine between weighted residuals and a column of the Jacobian: 0 at the end

    def as_batch(self) -> State:
        """A single problem with the axis of problems."""
        return State(*(np.asarray(getattr(self, name))[..., None] for name in State.__dataclass_fields__))


def evaluate(target: Target, coordinates: Array) -> State:
    """Residuals, weights, score and both second-derivative matrices."""
    family, free = target.family, list(target.free)
    shape = shape_of(family, target.ln_x, coordinates)
    fitted = response_of(family, shape, coordinates)
    residual = target.y - fitted
    jacobian = jacobian_of(family, shape, coordinates)
    if target.tie is not None:
        jacobian[LN_B] -= jacobian[LN_C] * (target.tie * np.exp(-coordinates[LN_B]))
    if len(free) < len(jacobian):
        jacobian = jacobian[free]
    weight = target.weight
    weight_slope = None
    if target.theta is not None:
        power, slope = power_weights(fitted, target.theta, target.floor)
        weight, weight_slope = weight * power, weight * slope
    weighted_residual = weight * residual
    information = _products(jacobian, weight, jacobian)
    newton = information
    if target.tie is None:
        curvature = weighted_curvature(family, shape, coordinates, weighted_residual)
        newton = information - (curvature if len(free) == len(curvature) else curvature[np.ix_(free, free)])
    if weight_slope is not None:
        newton = newton - _products(jacobian, weight_slope * residual, jacobian)
    if jacobian.ndim == 2:
        score, rss, diagonal = jacobian @ weighted_residual, weighted_residual @ residual, information.diagonal()
    else:
        score, diagonal = np.einsum("inp,np->ip", jacobian, weighted_residual), np.einsum("iip->ip", information)
        rss = np.add.reduce(weighted_residual * residual)
    scale = np.sqrt(np.maximum(diagonal, 1e-300))
    gradient = _gradient(score, scale, rss)
    return State(coordinates, fitted, residual, weight, jacobian, score, information, newton, rss, scale, gradient)


def _gradient(score: Array, scale: Array, rss: Array) -> Array:
    steepest = np.maximum.reduce(np.abs(score / scale))
    if score.ndim == 1:
        return np.asarray(steepest / math.sqrt(rss) if rss > 0 else 0.0)
    cosine: Array = steepest / np.sqrt(np.where(rss > 0, rss, np.inf))
    return cosine


def _products(left: Array, weight: Array, right: Array) -> Array:
    """Σ over the wells of left × weight × right: (m, m, P), or (m, m) for a single problem."""
    if left.ndim == 2:
        product: Array = np.matmul(left * weight, right.T)
        return product
    many: Array = np.einsum("inp,jnp->ijp", left * weight, right)
    return many


def solve_scaled(matrix: Array, scale: Array, right: Array) -> Array:
    """Solve P systems (m, m, P) after scaling rows and columns by ``scale`` (m, P)."""
    scaled, vector = matrix / (scale[:, None] * scale), right / scale
    if matrix.shape[-1] > _MANY:
        solved = _eliminated(scaled.copy(), vector.copy())
        if np.isfinite(solved).all():
            out: Array = solved / scale
            return out
    by_library: Array = _solved_by_library(scaled.transpose(2, 0, 1), vector.T[..., None])[..., 0].T / scale
    return by_library


def _solved_by_library(scaled: Array, vector: Array) -> Array:
    try:
        return np.asarray(np.linalg.solve(scaled, vector), dtype=np.float64)
    except np.linalg.LinAlgError:  # one of the systems is singular
        clean = np.where(np.isfinite(scaled), scaled, 0.0)
        solved: Array = np.stack([np.linalg.pinv(m) @ v for m, v in zip(clean, vector, strict=True)])
        return solved


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _eliminated(matrix: Array, right: Array) -> Array:
    """Gauss on all problems at once, without pivoting; nan for a problem whose pivots vanish. Overwrites both."""
    count = len(right)
    for column in range(count):
        pivot = matrix[column, column]
        factor = matrix[column + 1 :, column] / np.where(np.abs(pivot) > _PIVOT, pivot, np.nan)
        matrix[column + 1 :, column + 1 :] -= factor[:, None] * matrix[column, column + 1 :]
        right[column + 1 :] -= factor * right[column]
    for column in range(count - 1, -1, -1):
        known = np.add.reduce(matrix[column, column + 1 :] * right[column + 1 :])
        right[column] = (right[column] - known) / matrix[column, column]
    return right


def inverse_of(matrix: Array) -> Array:
    """Inverses (m, m, P) of P positive definite matrices with a unit diagonal: Gauss and Jordan, without pivoting."""
    work = matrix.copy()
    for pivot in range(len(work)):
        share, column = 1.0 / work[pivot, pivot], work[:, pivot].copy()
        row = work[pivot] * share
        work -= column[:, None] * row
        work[pivot], work[:, pivot] = row, -column * share
        work[pivot, pivot] = share
    return work


def moved(target: Target, coordinates: Array, step: Array) -> Array:
    """Coordinates after a step of the free ones; logarithms move by 3 at most, a tied ln c follows ln b."""
    out = coordinates.copy()
    bounded = step if np.maximum.reduce(np.abs(step), axis=None) < 3.0 else np.clip(step, -3.0, 3.0)
    for row, index in enumerate(target.free):
        out[index] += step[row] if index < LN_C else bounded[row]
    if target.tie is not None and target.anchor is not None:
        out[LN_C] = target.anchor + target.tie * np.exp(-out[LN_B])
    return out


def solve_one(matrix: Array, scale: Array, right: Array) -> Array:
    """``solve_scaled`` for one system."""
    try:
        solved: Array = np.linalg.solve(matrix / (scale[:, None] * scale), right / scale) / scale
    except np.linalg.LinAlgError:
        return solve_scaled(matrix[:, :, None], scale[:, None], right[:, None])[:, 0]
    return solved
