"""Newton's method for variances, which cannot be negative: the minimum may lie on a bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from elisa_bdnf.study.statistics.values import Convergence, Floats, Mask

ENOUGH = 1e-14
"""Stop when a further step promises less than this in −2 ln L: some 1e-7 standard errors of a variance."""

MOST_STEPS = 200
MOST_HALVINGS = 40


class Slopes(Protocol):
    """What an evaluation offers the search; ``information`` is the Hessian or something positive definite like it."""

    @property
    def criterion(self) -> float: ...
    @property
    def gradient(self) -> Floats: ...
    @property
    def information(self) -> Floats: ...


E = TypeVar("E", bound=Slopes)


def minimize(
    evaluate: Callable[[Floats], E], start: Floats, floors: Floats, ceiling: float, enough: float = ENOUGH
) -> tuple[Floats, E, Convergence]:
    """Walk to a minimum of ``criterion`` with every component from its floor to the common ceiling.

    A component at its floor whose slope points below it stays there until the slope turns.
    """
    gamma, here, decrement = start, evaluate(start), np.inf
    for count in range(MOST_STEPS):
        direction, decrement = _direction(here, (gamma > floors) | (here.gradient < 0))
        following = None if decrement < enough else _descend(evaluate, gamma, here, direction, (floors, ceiling))
        if following is None:
            return gamma, here, Convergence(bool(decrement < 1e-7), count, decrement)
        gamma, here = following
    return gamma, here, Convergence(False, MOST_STEPS, decrement)


def _direction(here: Slopes, free: Mask) -> tuple[Floats, float]:
    """Newton's step among the free components, and the drop that it promises."""
    direction = np.zeros_like(here.gradient)
    index = np.flatnonzero(free)
    if index.size == 0:
        return direction, 0.0
    information = here.information[np.ix_(index, index)]
    ridge = 1e-12 * np.trace(information) + 1e-300
    direction[index] = -np.linalg.solve(information + ridge * np.eye(index.size), here.gradient[index])
    return direction, float(-here.gradient @ direction) / 2


def _descend(
    evaluate: Callable[[Floats], E], gamma: Floats, here: E, direction: Floats, bounds: tuple[Floats, float]
) -> tuple[Floats, E] | None:
    """The longest of the halved steps that lowers the criterion, None if none does."""
    noise = 1e-13 * (1 + abs(here.criterion))
    floors, ceiling = bounds
    # Where 0 is no value at all, a bad quadratic must not carry us beside it: one order of magnitude a step.
    lowest = np.where(floors > 0, np.maximum(floors, gamma / 10), floors)
    for halving in range(MOST_HALVINGS):
        following = np.clip(gamma + direction * 0.5**halving, lowest, ceiling)
        promised = float(here.gradient @ (following - gamma))
        there = evaluate(following)
        if there.criterion <= here.criterion + 1e-4 * min(promised, 0.0) + noise:
            return (following, there) if not np.array_equal(following, gamma) else None
    return None
