"""Finish a fit: Newton on all free parameters at once, until the gradient itself is zero to rounding.

Newton needs a handful of steps where re-weighting needs dozens. Where it does not help, damped Gauss–Newton steps do.
"""

from __future__ import annotations

import numpy as np

from elisa_bdnf.analysis.equations import State, Target, evaluate, moved, solve_one, solve_scaled
from elisa_bdnf.analysis.shape import Array, Counts, Flags

_MOST_ITERATIONS = 200
_MOST_DAMPING = 1e8
_SHARP = 1e-15  # gradient at which nothing is left to gain
_LAST_STEP = 1e-7  # of a standard error, about
_NOTHING_LEFT = 1e-13  # gradient, and step in standard errors, that are not worth another evaluation
_ROUNDING = 1e-12  # gradient below which a step that hardly helps is the last one


def refine(
    target: Target,
    coordinates: Array,
    *,
    most: int = _MOST_ITERATIONS,
    enough: float = _SHARP,
    most_damping: float = _MOST_DAMPING,
) -> tuple[State, Counts]:
    """Converge on the gradient; returns the final state and the number of iterations per problem, at most ``most``.

    A single problem is given up where its steps fail until the damping is above ``most_damping``. Of several problems
    none is followed any further whose gradient is below ``enough``.
    """
    if coordinates.shape[-1] == 1:
        return _refine_one(target, coordinates, most, most_damping)
    state = evaluate(target, coordinates)
    gradient = state.gradient
    iterations = np.zeros(len(gradient), dtype=np.int64)
    damping = np.zeros(len(gradient))
    running = gradient > enough
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
        trial = evaluate(target, moved(target, state.coordinates, step))
        tried = trial.gradient
        frozen = trial.rss if target.theta is None else np.add.reduce(state.weight * trial.residual**2)
        # Near the optimum rounding hides whether the sum of squares fell: there the gradient decides.
        close = (tried < gradient) & (frozen <= state.rss * (1 + 1e-6)) & (gradient < 1e-2)
        better = running & (close | (frozen < state.rss)) & (tried < np.inf)
        stuck = np.where(better, tried > 0.25 * gradient, True) & (np.minimum(tried, gradient) < _ROUNDING)
        size = np.maximum.reduce(np.abs(step) * scale)
        stuck |= better & (damping == 0) & (size * size < _LAST_STEP**2 * state.rss)
        state = _choose(better | ~running, trial, state)  # those that stand still are the same in both
        gradient = np.where(better, tried, gradient)
        running = running & ~(stuck | (gradient < enough) | (damping > _MOST_DAMPING))
        damping = np.where(better, np.where(damping < 1e-3, 0.0, damping / 10), np.maximum(damping, 1e-4) * 10)
    return state, iterations


def _refine_one(target: Target, coordinates: Array, most: int, most_damping: float) -> tuple[State, Counts]:
    """The same for a single problem, without its axis and deciding with plain numbers: a fifth of the time."""
    target = target.single()
    state = evaluate(target, coordinates[:, 0])
    gradient, damping, iterations = float(state.gradient), 0.0, 0
    while gradient > _SHARP and iterations < most and damping <= most_damping:
        matrix = state.newton
        if damping:
            matrix = state.information * (1.0 + damping * np.eye(len(state.score)))
        step = solve_one(matrix, state.scale, state.score)
        rss = float(state.rss)
        size = float(np.maximum.reduce(np.abs(step * state.scale)))
        if gradient < _NOTHING_LEFT and size * size <= _NOTHING_LEFT**2 * rss:
            break
        iterations += 1
        trial = evaluate(target, moved(target, state.coordinates, step))
        tried = float(trial.gradient)
        frozen = float(trial.rss) if target.theta is None else float(state.weight @ trial.residual**2)
        close = tried < gradient < 1e-2 and frozen <= rss * (1 + 1e-6)
        better = (close or frozen < rss) and tried < np.inf
        if not better and gradient < _ROUNDING:
            break
        if better:
            last = (
                not damping and size * size < _LAST_STEP**2 * rss
            )  # Newton squares its error: nothing is left after it
            little = last or (tried > 0.25 * gradient and tried < _ROUNDING)
            state, gradient = trial, tried
            if little:
                break
        damping = (0.0 if damping < 1e-3 else damping / 10) if better else max(damping, 1e-4) * 10
    return state.as_batch(), np.array([iterations])


def _choose(better: Flags, new: State, old: State) -> State:
    if better.all():
        return new
    if not better.any():
        return old
    return State(*(np.where(better, getattr(new, name), getattr(old, name)) for name in State.__dataclass_fields__))
