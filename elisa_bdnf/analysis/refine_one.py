"""Finish the fit of a single curve: the steps of ``refine``, decided with plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from elisa_bdnf.analysis.equations import State, Target, evaluate, moved, solve_one
from elisa_bdnf.analysis.shape import LN_G, Array
from elisa_bdnf.analysis.sigmoid_newton import SigmoidEquations

SHARP = 1e-15  # gradient at which nothing is left to gain
LAST_STEP = 1e-7  # of a standard error, about
ROUNDING = 1e-12  # gradient below which a step that hardly helps is the last one
_NOTHING_LEFT = 1e-13  # gradient, and step in standard errors, that are not worth another evaluation


class Place(Protocol):
    """Where a fit stands."""

    @property
    def gradient(self) -> float: ...
    @property
    def rss(self) -> float: ...


P = TypeVar("P", bound=Place)


class Equations(Protocol[P]):
    """What a fit must solve; the coordinates are its own matter."""

    def at(self, coordinates: Any) -> P: ...
    def step(self, place: P, damping: float) -> tuple[Any, float]: ...
    def frozen(self, place: P, trial: P) -> float: ...


def refine_one(target: Target, coordinates: Array, most: int, most_damping: float) -> tuple[State, int]:
    """Converge from ``coordinates`` (5); ``target`` and the final state are without the axis of problems.

    Given up after ``most`` iterations, or where steps fail until the damping is above ``most_damping``.
    """
    plain = SigmoidEquations.of(target)
    if plain is None:
        found, iterations = _followed(_Arrays(target), coordinates, most, most_damping)
        return found.state, iterations
    a, d, ln_c, ln_b, _ = coordinates.tolist()
    place, iterations = _followed(plain, (a, d, ln_c, ln_b), most, most_damping)
    return evaluate(target, np.array((*place.coordinates, coordinates[LN_G]))), iterations


def _followed(equations: Equations[P], coordinates: object, most: int, most_damping: float) -> tuple[P, int]:
    """Newton's steps from place to place while they help, damped ones where they do not."""
    here = equations.at(coordinates)
    damping, iterations = 0.0, 0
    while here.gradient > SHARP and iterations < most and damping <= most_damping:
        following, size = equations.step(here, damping)
        if here.gradient < _NOTHING_LEFT and size * size <= _NOTHING_LEFT**2 * here.rss:
            break
        iterations += 1
        trial = equations.at(following)
        frozen = equations.frozen(here, trial)
        close = trial.gradient < here.gradient < 1e-2 and frozen <= here.rss * (1 + 1e-6)
        better = (close or frozen < here.rss) and trial.gradient < np.inf
        if not better:
            if here.gradient < ROUNDING:
                break
            damping = max(damping, 1e-4) * 10
            continue
        # Newton squares its error: after a step so small nothing is left.
        last = not damping and size * size < LAST_STEP**2 * here.rss
        little = trial.gradient > 0.25 * here.gradient and trial.gradient < ROUNDING
        here, damping = trial, 0.0 if damping < 1e-3 else damping / 10
        if last or little:
            break
    return here, iterations


@dataclass(frozen=True, slots=True)
class _ArrayPlace:
    state: State
    gradient: float
    rss: float


class _Arrays:
    """The equations of any curve, on arrays."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def at(self, coordinates: Array) -> _ArrayPlace:
        state = evaluate(self.target, coordinates)
        return _ArrayPlace(state, float(state.gradient), float(state.rss))

    def step(self, place: _ArrayPlace, damping: float) -> tuple[Array, float]:
        state = place.state
        matrix = state.newton
        if damping:
            matrix = state.information * (1.0 + damping * np.eye(len(state.score)))
        step = solve_one(matrix, state.scale, state.score)
        size = float(np.maximum.reduce(np.abs(step * state.scale)))
        return moved(self.target, state.coordinates, step), size

    def frozen(self, place: _ArrayPlace, trial: _ArrayPlace) -> float:
        return trial.rss if self.target.theta is None else float(place.state.weight @ trial.state.residual**2)
