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

_MOST_ITERATIONS = 200
_SHARP = 1e-15  # gradient at which nothing is left to gain
_LAST_STEP = 1e-7  # of a standard error, about
_ROUNDING = 1e-12  # gradient below which a step that hardly helps is the last one


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
    scale: Array  # (m, P): length of every column of the weighted Jacobian

    @property
    def gradient(self) -> Array:
        """Largest cosine between the weighted residuals and a column of the Jacobian: 0 at the optimum."""
        size = self.scale * np.sqrt(self.rss)
        cosine: Array = np.maximum.reduce(np.abs(self.score) / np.where(size > 0, size, np.inf))
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
    if len(free) < len(jacobian):
        jacobian = jacobian[free]
    weight = target.weight
    weight_slope = None
    if target.theta is not None:
        power, slope = power_weights(fitted, target.theta, target.floor)
        weight, weight_slope = weight * power, weight * slope
    weighted_residual = weight * residual
    information = np.einsum("inp,jnp->ijp", jacobian * weight, jacobian)
    newton = information
    if target.tie is None:
        curvature = weighted_curvature(family, shape, coordinates, weighted_residual)
        newton = information - (curvature if len(free) == len(curvature) else curvature[np.ix_(free, free)])
    if weight_slope is not None:
        newton = newton - np.einsum("inp,jnp->ijp", jacobian * (weight_slope * residual), jacobian)
    score = np.einsum("inp,np->ip", jacobian, weighted_residual)
    rss = np.add.reduce(weighted_residual * residual)
    scale = np.sqrt(np.maximum(np.einsum("iip->ip", information), 1e-300))
    return State(coordinates, fitted, residual, weight, jacobian, score, information, newton, rss, scale)


def solve_scaled(matrix: Array, scale: Array, right: Array) -> Array:
    """Solve P systems (m, m, P) after scaling rows and columns by ``scale`` (m, P)."""
    scaled = (matrix / (scale[:, None] * scale)).transpose(2, 0, 1)
    vector = (right / scale).T[..., None]
    try:
        solved = np.linalg.solve(scaled, vector)
    except np.linalg.LinAlgError:  # one of the systems is singular
        clean = np.where(np.isfinite(scaled), scaled, 0.0)
        solved = np.stack([np.linalg.pinv(m) @ v for m, v in zip(clean, vector, strict=True)])
    return solved[..., 0].T / scale


def _moved(target: Target, coordinates: Array, step: Array) -> Array:
    out = coordinates.copy()
    for row, index in enumerate(target.free):
        out[index] += step[row] if index < LN_C else np.minimum(np.maximum(step[row], -3.0), 3.0)
    if target.tie is not None and target.anchor is not None:
        out[LN_C] = target.anchor + target.tie * np.exp(-out[LN_B])
    return out


def refine(target: Target, coordinates: Array, *, most: int = _MOST_ITERATIONS) -> tuple[State, Counts]:
    """Converge on the gradient; returns the final state and the number of iterations per problem, at most ``most``."""
    if coordinates.shape[-1] == 1:
        return _refine_one(target, coordinates, most)
    state = evaluate(target, coordinates)
    gradient = state.gradient
    iterations = np.zeros(len(gradient), dtype=np.int64)
    damping = np.zeros(len(gradient))
    running = gradient > _SHARP
    diagonal = np.arange(len(target.free))
    for _ in range(most):
        if not running.any():
            break
        iterations += running
        scale, matrix = state.scale, state.newton
        if damping.any():
            matrix = np.where(damping == 0, state.newton, state.information)
            matrix[diagonal, diagonal] += damping * scale**2
        step = np.where(running, solve_scaled(matrix, scale, state.score), 0.0)
        trial = evaluate(target, _moved(target, state.coordinates, step))
        tried = trial.gradient
        frozen = np.add.reduce(state.weight * trial.residual**2)
        # Near the optimum rounding hides whether the sum of squares fell: there the gradient decides.
        close = (tried < gradient) & (frozen <= state.rss * (1 + 1e-6)) & (gradient < 1e-2)
        better = running & (close | (frozen < state.rss)) & (tried < np.inf)
        stuck = np.where(better, tried > 0.25 * gradient, True) & (np.minimum(tried, gradient) < _ROUNDING)
        size = np.maximum.reduce(np.abs(step) * scale)
        stuck |= better & (damping == 0) & (size**2 < _LAST_STEP**2 * state.rss)
        state = _choose(better, trial, state)
        gradient = np.where(better, tried, gradient)
        running = running & ~(stuck | (gradient < _SHARP) | (damping > 1e8))
        damping = np.where(better, np.where(damping < 1e-3, 0.0, damping / 10), np.maximum(damping, 1e-4) * 10)
    return state, iterations


def _refine_one(target: Target, coordinates: Array, most: int) -> tuple[State, Counts]:
    """The same for a single problem, where deciding with plain numbers costs a tenth of deciding with arrays."""
    state = evaluate(target, coordinates)
    gradient, damping, iterations = float(state.gradient[0]), 0.0, 0
    while gradient > _SHARP and iterations < most and damping <= 1e8:
        iterations += 1
        matrix = state.newton
        if damping:
            matrix = state.information * (1.0 + damping * np.eye(len(state.score)))[:, :, None]
        step = solve_scaled(matrix, state.scale, state.score)
        trial = evaluate(target, _moved(target, state.coordinates, step))
        tried, rss = float(trial.gradient[0]), float(state.rss[0])
        frozen = float(np.add.reduce(state.weight * trial.residual**2)[0])
        close = tried < gradient < 1e-2 and frozen <= rss * (1 + 1e-6)
        better = (close or frozen < rss) and tried < np.inf
        if not better and gradient < _ROUNDING:
            break
        if better:
            size = float(np.maximum.reduce(np.abs(step) * state.scale)[0])
            last = not damping and size**2 < _LAST_STEP**2 * rss  # Newton squares its error: nothing is left after it
            little = last or (tried > 0.25 * gradient and tried < _ROUNDING)
            state, gradient = trial, tried
            if little:
                break
        damping = (0.0 if damping < 1e-3 else damping / 10) if better else max(damping, 1e-4) * 10
    return state, np.array([iterations])


def _choose(better: Flags, new: State, old: State) -> State:
    if better.all():
        return new
    if not better.any():
        return old
    return State(*(np.where(better, getattr(new, name), getattr(old, name)) for name in State.__dataclass_fields__))
