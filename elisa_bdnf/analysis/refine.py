"""Finish a fit: Newton on all free parameters at once, until the gradient itself is zero to rounding.

Newton needs a handful of steps where re-weighting needs dozens. Where it does not help, damped Gauss–Newton steps do.
"""

from __future__ import annotations

import numpy as np

from elisa_bdnf.analysis.equations import State, Target, evaluate, moved, solve_scaled
from elisa_bdnf.analysis.refine_one import LAST_STEP, ROUNDING, SHARP, refine_one
from elisa_bdnf.analysis.shape import Array, Counts, Flags

_MOST_ITERATIONS = 200
_MOST_DAMPING = 1e8


def refine(
    target: Target,
    coordinates: Array,
    *,
    most: int = _MOST_ITERATIONS,
    enough: float = SHARP,
    most_damping: float = _MOST_DAMPING,
) -> tuple[State, Counts]:
    """Converge on the gradient; returns the final state and the number of iterations per problem, at most ``most``.

    A single problem is given up where its steps fail until the damping is above ``most_damping``. Of several problems
    none is followed any further whose gradient is below ``enough``.
    """
    if coordinates.shape[-1] == 1:
        found, count = refine_one(target.single(), coordinates[:, 0], most, most_damping)
        return found.as_batch(), np.array([count])
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
        stuck = np.where(better, tried > 0.25 * gradient, True) & (np.minimum(tried, gradient) < ROUNDING)
        size = np.maximum.reduce(np.abs(step) * scale)
        stuck |= better & (damping == 0) & (size * size < LAST_STEP**2 * state.rss)
        state = _choose(better | ~running, trial, state)  # those that stand still are the same in both
        gradient = np.where(better, tried, gradient)
        running = running & ~(stuck | (gradient < enough) | (damping > _MOST_DAMPING))
        damping = np.where(better, np.where(damping < 1e-3, 0.0, damping / 10), np.maximum(damping, 1e-4) * 10)
    return state, iterations


def _choose(better: Flags, new: State, old: State) -> State:
    if better.all():
        return new
    if not better.any():
        return old
    return State(*(np.where(better, getattr(new, name), getattr(old, name)) for name in State.__dataclass_fields__))
