"""From where a search ended to a finished fit: the gradient at zero, θ estimated where it is not given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.analysis.equations import State, Target
from elisa_bdnf.analysis.refine import refine
from elisa_bdnf.analysis.shape import A, Array, Counts, D, Flags
from elisa_bdnf.analysis.variance import LARGEST_THETA, theta_of
from elisa_bdnf.model.curve import WeightKind, Weights

_PATIENCE = 8  # steps of Newton's method after which a curve is searched for again
_PATIENCE_AT_LAST = 40
_TWO_FAILURES = 5e-3  # damping after two steps in a row that led nowhere
_ROUNDS = 6
_FAR_PLATEAU = 1e4  # × the fitted rise
SETTLED = 1e-12  # gradient at the end of a fit
LOST = 1e-6  # gradient of a fit that runs away: its θ is not worth refining


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished fit. ``coordinates`` (5,) are (a, d, ln c, ln b, ln g); ``unidentified`` have no finite optimum."""

    state: State
    free: tuple[int, ...]
    theta: float | None
    starts: int
    starts_at_optimum: int
    iterations: int
    converged: bool
    floor: float
    tie: float = 0.0
    unidentified: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def coordinates(self) -> Array:
        return self.state.coordinates[:, 0]


def settle(
    target: Target, weights: Weights, coordinates: Array, nearer: Callable[[State], Array | None] | None = None
) -> Outcome:
    """Refine, and estimate θ where it is not given.

    ``nearer`` searches on from where some steps ended, if they are still far from the end.
    """
    if weights.kind is WeightKind.POWER and weights.theta is None:
        state, iterations, estimated, settled = refine_with_theta(target, coordinates, nearer)
        target = replace(target, theta=estimated)
    else:
        state, iterations = _found(target, coordinates, nearer)
        settled = np.array([True])
    value = None if target.theta is None else float(target.theta[0])
    remarks = []
    if weights.theta is None and value is not None and not 0 < value < LARGEST_THETA:
        remarks.append(
            f"the power of the variance could not be estimated inside 0 to {LARGEST_THETA:g}: {value:g} is used"
        )
    converged = bool(settled[0]) and bool(state.gradient[0] < 1e-7 or state.rss[0] <= rounding_of(target))
    floor = float(np.asarray(target.floor).ravel()[0])
    return Outcome(
        state, tuple(target.free), value, 0, 0, int(iterations[0]), converged, floor,
        tie=target.tie or 0.0, remarks=tuple(remarks),
    )  # fmt: skip


def _found(target: Target, coordinates: Array, nearer: Callable[[State], Array | None] | None) -> tuple[State, Counts]:
    """Newton's steps, and searches between them: these follow the floor of a bent valley, where steps fail.

    A curve that is still under way after some rounds runs away, or has no minimum at all.
    """
    if nearer is None:
        return refine(target, coordinates)
    state, iterations = refine(target, coordinates, most=_PATIENCE, most_damping=_TWO_FAILURES)
    for _ in range(_ROUNDS):
        if state.gradient[0] <= SETTLED:
            return state, iterations
        lower = nearer(state)
        if lower is None:
            break
        state, more = refine(target, lower, most=_PATIENCE, most_damping=_TWO_FAILURES)
        iterations = iterations + more
        if is_far_out(state):
            break
    state, more = refine(target, state.coordinates, most=200 if target.family.asymmetric else _PATIENCE_AT_LAST)
    return state, iterations + more


def is_far_out(state: State) -> bool:
    """Whether a plateau is so far away that the limit beyond it must be looked at."""
    rise = float(np.ptp(state.fitted))
    return abs(float(state.coordinates[D, 0] - state.coordinates[A, 0])) > _FAR_PLATEAU * rise


def rounding_of(target: Target) -> float:
    """A sum of squares that is nothing but rounding, whatever the unit of the response."""
    largest = float(np.max(np.abs(target.y)))
    theta = 0.0 if target.theta is None else float(np.max(target.theta))
    return float(np.sum(target.weight)) * 1e-26 * largest ** (2 - 2 * theta) if largest > 0 else 0.0


def refine_with_theta(
    target: Target, coordinates: Array, nearer: Callable[[State], Array | None] | None = None
) -> tuple[State, Counts, Array, Flags]:
    """Alternate between the curve given θ and θ given the curve, with secant steps, to the joint fixed point."""
    theta = np.array(target.theta, dtype=float)
    used = np.broadcast_to(target.weight > 0, target.y.shape)
    state, iterations = _found(target, coordinates, nearer)
    earlier_theta, earlier_excess = None, None
    excess = np.zeros_like(theta)
    for _ in range(20):
        best = theta_of(state.residual, state.fitted, used, target.floor)
        excess = best - theta
        if np.all(np.abs(excess) < 1e-11) or np.all(state.gradient > LOST):
            break
        following = best
        if earlier_theta is not None and earlier_excess is not None:
            difference = excess - earlier_excess
            secant = theta - excess * (theta - earlier_theta) / np.where(difference == 0, np.inf, difference)
            usable = np.isfinite(secant) & (np.abs(secant - theta) < 0.5) & (np.abs(difference) > 1e-14)
            following = np.where(usable, np.clip(secant, 0.0, LARGEST_THETA), best)
        earlier_theta, earlier_excess, theta = theta, excess, following
        target = replace(target, theta=theta)
        state, more = _found(target, state.coordinates, nearer)
        iterations = iterations + more
    return state, iterations, theta, np.abs(excess) < 1e-8
