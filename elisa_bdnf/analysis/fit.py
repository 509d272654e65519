"""Fit one standard curve: search from many starts, finish on the gradient, say what is determined and what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.analysis.limiting import FAR_ASYMMETRY, power_law_limits
from elisa_bdnf.analysis.refine import State, Target, refine
from elisa_bdnf.analysis.search import AGREEMENT, Found, Problems, search
from elisa_bdnf.analysis.shape import FAMILIES, LN_B, LN_C, LN_G, LN_ZERO, A, Array, Counts, D, Family, Flags, ln_from_x
from elisa_bdnf.analysis.sigmoid_search import search_4pl
from elisa_bdnf.analysis.starts import frame, screened_starts
from elisa_bdnf.analysis.variance import LARGEST_THETA, floor_of, observed_weights, power_weights, theta_of
from elisa_bdnf.model.curve import CurveSpec, WeightKind, Weights

COORDINATE_OF = {"a": A, "d": D, "c": LN_C, "b": LN_B, "g": LN_G}
NAMES = ("a", "d", "c", "b", "g")
NEGLIGIBLE = 1e-5  # relative difference in the sum of squares that does not decide between limiting models
IDENTIFIED_ASYMMETRY = 7.5  # |ln g| beyond which a curve cannot be told from its limit g → 0 or ∞
LOST = 1e-6  # gradient of a fit that runs away: its θ is not worth refining
SHARP = 1e-12  # gradient of a proper minimum; larger ones are found on the way to infinity
FAR_ASYMMETRY_SEEN = 4.0  # |ln g| beyond which the limits g → 0 and ∞ are tried too
FAR_PLATEAU = 1e4  # × the fitted rise: a plateau so far away is compared with one at infinity
AGREEING = 3  # the search for a 4PL ends when so many starts found the same lowest sum of squares


@dataclass(frozen=True, slots=True)
class Points:
    """What is fitted: concentrations, responses, the average response of each one's level, all (N, 1)."""

    x: Array
    y: Array
    level_mean: Array


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


def fit_logistic(points: Points, spec: CurveSpec, starts: Sequence[Mapping[str, float]] | None = None) -> Outcome:
    """Fit a 4PL, 5PL, 5PL-R or 3PL. ``starts`` (parameters of the canonical form) replace the built-in ones."""
    family = FAMILIES[spec.model]
    fixed = fixed_coordinates(spec.fixed)
    ln_x = ln_from_x(points.x)
    grid, lower, upper = frame(family, *_span(ln_x))
    if starts is not None:
        grid = _given_starts(starts)
    elif not (family.asymmetric or fixed):
        grid = screened_starts(ln_x[:, 0], points.y)[:, :, 0]
    theta = initial_theta(spec.weights, points.y, points.level_mean)
    weight = initial_weights(spec.weights, theta, points.y, points.level_mean)
    problems = Problems(family, ln_x, points.y, np.sqrt(weight), fixed, lower, upper)
    found = _search(problems, grid)
    target = _target(points, spec.weights, theta, family, ln_x, free_coordinates(family, fixed))
    best = int(found.rss.argmin())
    outcome = _settle(target, spec.weights, found.coordinates[:, [best]])
    outcome = replace(
        outcome,
        starts=grid.shape[-1],
        starts_at_optimum=_agreeing(found),
        iterations=int(found.iterations[best]) + outcome.iterations,
    )
    proper = _is_interior(outcome, problems)
    if proper and not _is_remote(outcome):
        return outcome
    limits = _limits(target, spec.weights, problems, np.hstack((grid, outcome.state.coordinates)))
    return _best_of(outcome, limits, problems, _exact(target), proper=proper)


def _span(ln_x: Array) -> tuple[float, float]:
    """Lowest and highest ln x above zero concentration."""
    real = ln_x[ln_x > LN_ZERO]
    return float(real.min()), float(real.max())


def _search(problems: Problems, grid: Array) -> Found:
    if problems.family.asymmetric or problems.fixed:
        return search(problems, grid)
    return search_4pl(problems, grid, tolerance=1e-7, agreeing=min(AGREEING, grid.shape[-1]))


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


def _settle(target: Target, weights: Weights, coordinates: Array) -> Outcome:
    """Refine, and estimate θ where it is not given."""
    if weights.kind is WeightKind.POWER and weights.theta is None:
        state, iterations, estimated, settled = refine_with_theta(target, coordinates)
        target = replace(target, theta=estimated)
    else:
        state, iterations = refine(target, coordinates)
        settled = np.array([True])
    value = None if target.theta is None else float(target.theta[0])
    remarks = []
    if weights.theta is None and value is not None and not 0 < value < LARGEST_THETA:
        remarks.append(
            f"the power of the variance could not be estimated inside 0 to {LARGEST_THETA:g}: {value:g} is used"
        )
    converged = bool(settled[0]) and bool(state.gradient[0] < 1e-7 or state.rss[0] <= _exact(target))
    floor = float(np.asarray(target.floor).ravel()[0])
    return Outcome(
        state, tuple(target.free), value, 0, 0, int(iterations[0]), converged, floor,
        tie=target.tie or 0.0, remarks=tuple(remarks),
    )  # fmt: skip


def _exact(target: Target) -> float:
    """A sum of squares that is nothing but rounding."""
    return float(np.sum(target.weight * (1e-13 * np.max(np.abs(target.y))) ** 2))


def refine_with_theta(target: Target, coordinates: Array) -> tuple[State, Counts, Array, Flags]:
    """Alternate between the curve given θ and θ given the curve, with secant steps, to the joint fixed point."""
    theta = np.array(target.theta, dtype=float)
    used = np.broadcast_to(target.weight > 0, target.y.shape)
    state, iterations = refine(target, coordinates)
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
        state, more = refine(target, state.coordinates)
        iterations = iterations + more
    return state, iterations, theta, np.abs(excess) < 1e-8


def _is_interior(outcome: Outcome, problems: Problems) -> bool:
    """Whether the fit is a proper minimum: converged, curved in every direction, inside the box."""
    if not outcome.converged or not (
        outcome.state.gradient[0] < SHARP or outcome.state.rss[0] < 1e-18 * np.sum(problems.y**2)
    ):
        return False
    return not _undetermined(outcome, problems)


def _is_remote(outcome: Outcome) -> bool:
    """Whether a minimum lies so far out that the limit beyond it may be lower still."""
    rise = float(np.ptp(outcome.state.fitted))
    place = outcome.coordinates
    return abs(float(place[D] - place[A])) > FAR_PLATEAU * rise or abs(float(place[LN_G])) > FAR_ASYMMETRY_SEEN


def _undetermined(outcome: Outcome, problems: Problems) -> tuple[str, ...]:
    """Parameters that left the box, or along which the sum of squares does not curve upwards."""
    place, low, high = (part[:, 0].tolist() for part in (outcome.state.coordinates, problems.low, problems.high))
    bad = {i for i in outcome.free if not low[i] < place[i] < high[i]}
    if LN_G in outcome.free and abs(place[LN_G]) > IDENTIFIED_ASYMMETRY:
        bad.add(LN_G)
    scale = outcome.state.scale[:, 0]
    matrix = outcome.state.newton[:, :, 0] / scale[:, None] / scale
    values, vectors = np.linalg.eigh(matrix + matrix.T)
    if not values[0] > 2e-11:
        bad |= {i for i, weight in zip(outcome.free, vectors[:, 0].tolist(), strict=True) if abs(weight) > 0.2}
    return tuple(NAMES[i] for i in outcome.free if i in bad)


def _limits(target: Target, weights: Weights, problems: Problems, grid: Array) -> list[Outcome]:
    """The limiting models of the family that can be fitted."""
    ln_x, weight = problems.ln_x[:, 0], problems.root_weight[:, 0] ** 2
    fits = []
    for limit in power_law_limits(
        problems.family, ln_x, problems.y[:, 0], weight, problems.fixed, *_span(problems.ln_x)
    ):
        tied = replace(target, free=limit.free, anchor=np.array([limit.anchor]), tie=limit.tie)
        one = _settle(tied, weights, limit.coordinates)
        fits.append(replace(one, unidentified=limit.unidentified, remarks=(*one.remarks, limit.sentence)))
    if problems.family.asymmetric and LN_G not in problems.fixed:
        fits += [_extreme_asymmetry(target, weights, problems, grid, sign) for sign in (-1.0, 1.0)]
    return [one for one in fits if one.converged]


def _best_of(outcome: Outcome, limits: Sequence[Outcome], problems: Problems, exact: float, *, proper: bool) -> Outcome:
    """A proper minimum unless a limit is lower; otherwise the limit unless the fit, where it stopped, is lower."""
    if proper:
        better = [one for one in limits if _frozen(one, problems) < _frozen(outcome, problems) * (1 - 1e-9) - exact]
        candidates = better or [outcome]
    else:
        running = outcome.converged or problems.family.asymmetric
        candidates = [*limits, *([_named(outcome, problems)] if running else [])] or [outcome]
    lowest = min(_frozen(one, problems) for one in candidates)
    enough = lowest * (1 + NEGLIGIBLE) + exact
    best = next(one for one in candidates if _frozen(one, problems) <= enough)
    return replace(
        best, starts=outcome.starts, starts_at_optimum=outcome.starts_at_optimum, iterations=outcome.iterations
    )


def _frozen(outcome: Outcome, problems: Problems) -> float:
    """Sum of squares with the weights of the search, in which fits of different limits can be compared."""
    return float(np.sum((problems.root_weight * outcome.state.residual) ** 2))


def _named(outcome: Outcome, problems: Problems) -> Outcome:
    """A fit on its way to infinity, with the parameters that have no finite estimate."""
    names = _undetermined(outcome, problems)
    sentence = (
        f"{' and '.join(names)} have no finite estimate: the fit improves for ever while they change together; "
        "concentrations inside the standards are not affected"
    )
    return replace(outcome, converged=True, unidentified=names, remarks=(*outcome.remarks, sentence))


def _extreme_asymmetry(target: Target, weights: Weights, problems: Problems, grid: Array, sign: float) -> Outcome:
    """The curve for g → 0 or g → ∞, which 5PL fits often run away to."""
    held = {**problems.fixed, LN_G: sign * FAR_ASYMMETRY}
    starts = grid.copy()
    if sign > 0:  # (1 + (x/c)^b)^−g depends on g·c^−b only: c moves along
        starts[LN_C] += problems.family.sign * (FAR_ASYMMETRY - starts[LN_G]) * np.exp(-starts[LN_B])
    wider = np.zeros((5, 1))
    wider[LN_C] = 100.0 * np.ptp(starts[LN_C])
    found = search(replace(problems, fixed=held, low=problems.low - wider, high=problems.high + wider), starts)
    best = int(np.argmin(found.rss))
    one = _settle(
        replace(target, free=tuple(i for i in target.free if i != LN_G)), weights, found.coordinates[:, [best]]
    )
    runaway = "c" if sign > 0 else "a" if problems.family.mirror else "d"
    sentence = (
        f"{runaway} and g have no finite estimate: the fit improves for ever towards g → {'∞' if sign > 0 else '0'}; "
        "concentrations inside the standards are not affected"
    )
    return replace(one, unidentified=(runaway, "g"), remarks=(*one.remarks, sentence))
