"""Finish a fit: Newton on all free parameters at once, until the gradient itself is zero to rounding.

The equation that is solved is Σ w·(y − f)·∂f = 0. With weights that follow the curve (power of the mean) the solution
is the fixed point of iteratively re-weighted least squares; its exact derivative is known, so Newton needs a handful
of steps where re-weighting needs dozens. Where Newton does not help, damped Gauss–Newton steps do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.shape import (
    LN_B,
    LN_C,
    Array,
    Counts,
    Family,
    Flags,
    jacobian_of,
    response_of,
    shape_of,
    weighted_curvature,
)
from elisa_bdnf.analysis.variance import power_weights

_MOST_ITERATIONS = 50


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

    def subset(self, keep: Flags) -> Target:
        def part(array: Array) -> Array:
            return array if array.shape[-1] == 1 else array[..., keep]

        return Target(
            self.family,
            part(self.ln_x),
            part(self.y),
            part(self.weight),
            self.free,
            None if self.theta is None else part(self.theta),
            part(self.floor) if isinstance(self.floor, np.ndarray) else self.floor,
            None if self.anchor is None else part(self.anchor),
            self.tie,
        )


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

    @property
    def gradient(self) -> Array:
        """Largest cosine between the weighted residuals and a column of the Jacobian: 0 at the optimum."""
        m = len(self.score)
        size = np.sqrt(self.information[np.arange(m), np.arange(m)] * self.rss)
        cosine: Array = np.max(np.abs(self.score) / np.where(size > 0, size, np.inf), axis=0)
        return cosine


def evaluate(target: Target, coordinates: Array) -> State:
    """Residuals, weights, score and both second-derivative matrices."""
    family, free = target.family, list(target.free)
    shape = shape_of(family, target.ln_x, coordinates)
    fitted = response_of(family, shape, coordinates)
    residual = target.y - fitted
    jacobian = jacobian_of(family, shape, coordinates)
    if target.tie is not None:
        jacobian[LN_B] -= jacobian[LN_C] * (target.tie * np.exp(-coordinates[LN_B]))
    jacobian = jacobian[free]
    weight, weight_slope = np.broadcast_to(target.weight, fitted.shape), None
    if target.theta is not None:
        power, slope = power_weights(fitted, target.theta, target.floor)
        weight, weight_slope = weight * power, weight * slope
    weighted = jacobian * weight
    information = np.einsum("inp,jnp->ijp", weighted, jacobian)
    newton = information
    if target.tie is None:
        newton = information - weighted_curvature(family, shape, coordinates, weight * residual)[np.ix_(free, free)]
    if weight_slope is not None:
        newton = newton - np.einsum("inp,jnp->ijp", jacobian * (weight_slope * residual), jacobian)
    score = np.einsum("inp,np->ip", weighted, residual)
    rss = np.einsum("np,np->p", weight * residual, residual)
    return State(coordinates, fitted, residual, weight, jacobian, score, information, newton, rss)


def solve_scaled(matrix: Array, scale: Array, right: Array) -> Array:
    """Solve P systems (m, m, P) after scaling rows and columns by ``scale`` (m, P); singular ones give a zero step."""
    scaled = np.moveaxis(matrix / scale[:, None] / scale[None], -1, 0)
    scaled = np.where(np.isfinite(scaled), scaled, 0.0)
    vector = np.moveaxis(right / scale, -1, 0)[..., None]
    try:
        solved = np.linalg.solve(scaled, vector)[..., 0]
    except np.linalg.LinAlgError:
        solved = np.stack([np.linalg.pinv(m) @ v for m, v in zip(scaled, vector, strict=True)])[..., 0]
    return np.moveaxis(solved, 0, -1) / scale


def _moved(target: Target, coordinates: Array, step: Array) -> Array:
    out = coordinates.copy()
    limited = step.copy()
    for row, index in enumerate(target.free):
        if index >= LN_C:
            limited[row] = np.clip(step[row], -3.0, 3.0)
    out[list(target.free)] += limited
    if target.tie is not None and target.anchor is not None:
        out[LN_C] = target.anchor + target.tie * np.exp(-out[LN_B])
    return out


def refine(target: Target, coordinates: Array) -> tuple[State, Counts]:
    """Converge on the gradient; returns the final state and the number of iterations per problem."""
    state = evaluate(target, coordinates)
    count = coordinates.shape[-1]
    iterations = np.zeros(count, dtype=np.int64)
    damping = np.zeros(count)
    gradient = state.gradient
    running = np.ones(count, dtype=bool)
    m = len(target.free)
    diagonal = np.arange(m)
    for _ in range(_MOST_ITERATIONS):
        iterations[running] += 1
        scale = np.sqrt(np.maximum(state.information[diagonal, diagonal], 1e-300))
        matrix = np.where(damping == 0, state.newton, state.information)
        matrix = matrix.copy()
        matrix[diagonal, diagonal] += damping * scale**2
        step = np.where(running, solve_scaled(matrix, scale, state.score), 0.0)
        trial = evaluate(target, _moved(target, state.coordinates, step))
        tried = trial.gradient
        frozen = np.einsum("np,np->p", state.weight * trial.residual, trial.residual)
        downhill = frozen < state.rss
        close = (tried < gradient) & (frozen <= state.rss * (1 + 1e-6)) & (gradient < 1e-2)
        better = running & np.isfinite(tried) & (close | downhill)
        moved = np.max(np.abs(step) * scale, axis=0) / np.sqrt(np.maximum(state.rss, 1e-300))
        state = _choose(better, trial, state)
        gradient = np.where(better, tried, gradient)
        running &= ~((gradient < 1e-15) | (~better & ((gradient < 1e-12) | (damping > 1e8))) | (moved < 1e-16))
        damping = np.where(better, np.where(damping < 1e-3, 0.0, damping / 10), np.maximum(damping, 1e-4) * 10)
        if not running.any():
            break
    return state, iterations


def _choose(better: Flags, new: State, old: State) -> State:
    if better.all():
        return new
    return State(*(np.where(better, getattr(new, name), getattr(old, name)) for name in State.__dataclass_fields__))
