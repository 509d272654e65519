"""Fit one standard curve: search from many starts, finish on the gradient, say what is determined and what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.analysis.equations import State, Target
from elisa_bdnf.analysis.identify import NEGLIGIBLE, best_of, is_interior, is_remote, limits_of, span_of, step
from elisa_bdnf.analysis.search import AGREEMENT, Found, Problems, believed, search
from elisa_bdnf.analysis.settle import Outcome, settle
from elisa_bdnf.analysis.shape import FAMILIES, LN_B, LN_C, LN_G, A, Array, D, Family, ln_from_x, response_of, shape_of
from elisa_bdnf.analysis.sigmoid_search import search_4pl
from elisa_bdnf.analysis.starts import bent_starts, frame, thorough_starts
from elisa_bdnf.analysis.valley import valley
from elisa_bdnf.analysis.variance import floor_of, observed_weights, power_weights, theta_of
from elisa_bdnf.model.curve import CurveSpec, WeightKind, Weights

# Weights of the first curve and of the level means that differ so much lead to another curve, as beside an outlier.
_OTHER_WEIGHTS = 2.0
_GAIN, _LITTLE_GAIN = 1e-7, 1e-14  # of the sum of squares, for which a search takes no further step
COORDINATE_OF = {"a": A, "d": D, "c": LN_C, "b": LN_B, "g": LN_G}


@dataclass(frozen=True, slots=True)
class Points:
    """What is fitted: concentrations, responses, the average response of each one's level, all (N, 1)."""

    x: Array
    y: Array
    level_mean: Array


def points_from_table(x: Sequence[float], y: Sequence[float]) -> Points:
    """Points of a plain table; equal concentrations are one level."""
    xs, ys = np.asarray(x, dtype=float)[:, None], np.asarray(y, dtype=float)[:, None]
    means = {value: float(np.mean(ys[xs == value])) for value in np.unique(xs)}
    return Points(xs, ys, np.array([[means[value]] for value in xs[:, 0]]))


def fixed_coordinates(fixed: Mapping[str, float]) -> dict[int, float]:
    """Fixed parameters of the canonical form as fixed fitting coordinates; b, c and g must be positive."""
    out = {}
    for name, value in fixed.items():
        index = COORDINATE_OF[name]
        out[index] = float(value) if index in (A, D) else float(np.log(value))
    return out


def free_coordinates(family: Family, fixed: Mapping[int, float]) -> tuple[int, ...]:
    """Indices of the coordinates that are fitted."""
    return tuple(i for i in range(5 if family.asymmetric else 4) if i not in fixed)


def initial_weights(weights: Weights, theta: Array | None, y: Array, level_mean: Array) -> Array:
    """Weights to search with: final ones unless they follow the curve, else those of the level means."""
    if theta is None:
        return observed_weights(weights.kind, y)
    power, _ = power_weights(level_mean, theta, floor_of(y))
    relative: Array = power / np.max(power, axis=0)
    return relative


def initial_theta(weights: Weights, y: Array, level_mean: Array) -> Array | None:
    """θ to begin with: the given one, else from the scatter of replicates around their means, else 0.5."""
    if weights.kind is not WeightKind.POWER:
        return None
    if weights.theta is not None:
        return np.full(y.shape[-1], weights.theta)
    scatter = theta_of(y - level_mean, level_mean, np.ones_like(y, dtype=bool), floor_of(y))
    return np.where(np.any(y != level_mean, axis=0), np.clip(scatter, 0.0, 1.5), 0.5)


# Steps that overflow are never better, and are not taken.
@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def fit_logistic(points: Points, spec: CurveSpec, starts: Sequence[Mapping[str, float]] | None = None) -> Outcome:
    """Fit a 4PL, 5PL, 5PL-R or 3PL. ``starts`` (parameters of the canonical form) replace the built-in ones."""
    family = FAMILIES[spec.model]
    fixed = fixed_coordinates(spec.fixed)
    ln_x = ln_from_x(points.x)
    theta = initial_theta(spec.weights, points.y, points.level_mean)
    weight = initial_weights(spec.weights, theta, points.y, points.level_mean)
    grid, lower, upper = frame(family, *span_of(ln_x))
    problems = Problems(family, ln_x, points.y, np.sqrt(weight), fixed, lower, upper)
    target = _target(points, spec.weights, theta, family, ln_x, free_coordinates(family, fixed))
    plain = starts is None and not (family.asymmetric or fixed)
    if plain:
        outcome = _from_valley(target, spec.weights, problems, weight)
        if outcome is not None:
            return outcome
        grid = thorough_starts(ln_x[:, 0], points.y[:, 0])
    elif starts is None and family.asymmetric:
        grid = np.hstack((grid, bent_starts(family, ln_x[:, 0], points.y[:, 0], weight[:, 0])))
    if starts is not None:
        grid = _given_starts(starts)
    return _from_starts(target, spec.weights, problems, grid)


def _from_valley(target: Target, weights: Weights, problems: Problems, weight: Array) -> Outcome | None:
    """The fit of a 4PL whose sum of squares has one valley only; None where the search must look further."""
    seen = valley(problems.ln_x[:, 0], problems.y[:, 0], weight[:, 0])
    if seen.coordinates is not None and target.theta is not None:
        own = _weights_along(seen.coordinates, target, target.theta)
        change = own / weight
        if change.max() > _OTHER_WEIGHTS * change.min():
            again = valley(problems.ln_x[:, 0], problems.y[:, 0], own[:, 0])
            seen = seen if again.coordinates is None else again
    if seen.coordinates is None:
        return None

    outcome = settle(target, weights, seen.coordinates, _nearer(problems))
    if not is_interior(outcome, problems) or is_remote(outcome) or step(outcome, problems):
        return None
    return replace(outcome, starts=seen.slopes, starts_at_optimum=seen.leading_down)


def _nearer(problems: Problems) -> Callable[[State], Array | None]:
    """A search on from a curve, with the weights that it gives its wells; None where nothing lower is found."""

    def nearer(state: State) -> Array | None:
        share = state.weight / np.max(state.weight)
        found = _search(replace(problems, root_weight=np.sqrt(share)), state.coordinates, _LITTLE_GAIN)
        return found.coordinates if found.rss[0] < np.sum(share * state.residual**2) else None

    return nearer


def _weights_along(coordinates: Array, target: Target, theta: Array) -> Array:
    """The weights that a curve itself gives its points."""
    shape = shape_of(target.family, target.ln_x, coordinates)
    power, _ = power_weights(response_of(target.family, shape, coordinates), theta, target.floor)
    return power


def _from_starts(target: Target, weights: Weights, problems: Problems, grid: Array) -> Outcome:
    """The fit by a search from every start, compared with its limits where it is no proper minimum."""
    found = believed(_search(problems, grid), problems)
    best = int(found.rss.argmin())
    outcome = settle(target, weights, found.coordinates[:, [best]], _nearer(problems))
    outcome = replace(
        outcome,
        starts=grid.shape[-1],
        starts_at_optimum=_agreeing(found),
        iterations=int(found.iterations[best]) + outcome.iterations,
    )
    proper = is_interior(outcome, problems)
    if proper and not is_remote(outcome):
        return outcome
    limits = limits_of(target, weights, problems, np.hstack((grid, outcome.state.coordinates)), outcome)
    best_one = best_of(outcome, limits, problems, proper=proper)
    if weights.kind is WeightKind.POWER and best_one.unidentified:
        return _where_its_own_weights_lead(best_one, target, weights, problems, grid)
    return best_one


def _where_its_own_weights_lead(
    limit: Outcome, target: Target, weights: Weights, problems: Problems, grid: Array
) -> Outcome:
    """The proper fit beside a limit, where the weights of the limit have a lower minimum; else the limit.

    It was compared under the weights of the level means, and re-weighting need not rest where those led.
    """
    own = limit.state.weight / np.max(limit.state.weight)
    problems = replace(problems, root_weight=np.sqrt(own))
    found = believed(_search(problems, grid), problems)
    best = int(found.rss.argmin())
    if not found.rss[best] < float(np.sum(own * limit.state.residual**2)) * (1 - NEGLIGIBLE):
        return limit
    outcome = settle(target, weights, found.coordinates[:, [best]], _nearer(problems))
    if not is_interior(outcome, problems) or is_remote(outcome) or step(outcome, problems):
        return limit
    return replace(
        outcome,
        starts=limit.starts,
        starts_at_optimum=_agreeing(found),
        iterations=limit.iterations + int(found.iterations[best]) + outcome.iterations,
    )


def _search(problems: Problems, grid: Array, gain: float = _GAIN) -> Found:
    if problems.family.asymmetric or problems.fixed:
        return search(problems, grid, tolerance=min(gain, 1e-9))
    return search_4pl(problems, grid, tolerance=gain)


def _agreeing(found: Found) -> int:
    best = float(found.rss.min())
    return int(np.count_nonzero(found.rss <= best * (1 + AGREEMENT) + 1e-300))


def _given_starts(starts: Sequence[Mapping[str, float]]) -> Array:
    grid = np.zeros((5, len(starts)))
    for column, start in enumerate(starts):
        for index, value in fixed_coordinates(start).items():
            grid[index, column] = value
    return grid


def _target(
    points: Points, weights: Weights, theta: Array | None, family: Family, ln_x: Array, free: tuple[int, ...]
) -> Target:
    if theta is None:
        return Target(family, ln_x, points.y, observed_weights(weights.kind, points.y), free)
    return Target(family, ln_x, points.y, np.ones_like(points.y), free, theta, floor_of(points.y))
