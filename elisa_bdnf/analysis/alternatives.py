"""Other curves through the same standards: another model, other weights, one standard less.

For a sigmoid all alternatives of its own family advance together from the fitted parameters, each with weights of its
own (0 for a standard that is left out): the cost of a fit or two, not of a dozen. Straight lines, and what does not
settle with a parameter held, are fitted one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.analysis.asymmetry import downhill, responses_of
from elisa_bdnf.analysis.calibrate import calibrate, points_from_levels
from elisa_bdnf.analysis.equations import Target, evaluate, moved, solve_scaled
from elisa_bdnf.analysis.fit import Points, fixed_coordinates, free_coordinates
from elisa_bdnf.analysis.identify import span_of
from elisa_bdnf.analysis.inverses import coordinates_of, in_wells, inverse
from elisa_bdnf.analysis.merged import merged
from elisa_bdnf.analysis.refine import refine
from elisa_bdnf.analysis.search import Problems
from elisa_bdnf.analysis.shape import FAMILIES, LN_C, Array, Family, Flags, ln_from_x, response_of, shape_of
from elisa_bdnf.analysis.sigmoid_search import search_4pl
from elisa_bdnf.analysis.starts import frame
from elisa_bdnf.analysis.variance import floor_of, observed_weights, power_weights
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, WeightKind, Weights, weights_from_text
from elisa_bdnf.model.protocol import LimitSettings

_WEIGHTS = {"none": 0.0, "power:0.5": 0.5, "power:1": 1.0}
_SETTLED = 1e-6  # gradient; what is left moves a concentration by less than a millionth of its error
_ON_THE_FLOOR = 1e-5  # gradient beyond which a curve that runs away has not reached the floor of its valley
_SETTLED_WELL = 1e-8  # gradient at which a curve is not followed any further
_PLAIN_STEPS, _LARGE_STEP, _SMALL_STEP = 3, 0.1, 1e-6  # steps of Newton's; squares of steps as shares of the RSS
_ITERATIONS, _ITERATIONS_FOLLOWED = 20, 5
_ROUNDS = 2  # of search and refinement for curves that run away
_GAIN_NEAR, _GAIN = 1e-3, 1e-5  # of the sum of squares, for which a search takes no further step
_GAIN_5PL, _ROUNDS_5PL = 1e-5, 2
_OFF = 8.0  # b·(ln c − ln x): where a curve that has no finite estimate is begun


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Other curves through the same standards: names of what was changed, and how to read responses on them."""

    batches: tuple[tuple[tuple[str, ...], Family, Array], ...]  # names, family, coordinates (5, K)
    singles: tuple[tuple[str, Curve], ...] = ()

    @property
    def changes(self) -> tuple[str, ...]:
        return tuple(name for names, _, _ in self.batches for name in names) + tuple(name for name, _ in self.singles)

    def concentrations(self, responses: Sequence[float]) -> Array:
        """(number of changes, number of responses), nan where a response has no inverse."""
        y = np.array(responses, dtype=float)
        rows = [inverse(family, coordinates, y) for _, family, coordinates in self.batches]
        rows += [np.array([in_wells(curve, responses)], dtype=float) for _, curve in self.singles]
        return np.concatenate(rows) if rows else np.empty((0, len(y)))


def alternatives(curve: Curve, limits: LimitSettings) -> Alternatives:
    """Every curve to compare with; changes for which no curve can be fitted are left out.

    Compared are 5PL for 4PL and 4PL for all others; weights none, power:0.5 and power:1; and every standard above zero
    left out in turn, with the power of the variance as it is.
    """
    levels = [point.level for point in curve.standards if point.in_fit]
    family = FAMILIES.get(curve.model)
    plain = curve.model is Model.FOUR_PL and not curve.spec.fixed
    if family is None or (curve.report.no_finite_estimate and not plain):
        return Alternatives((), tuple(_fitted(levels, _spec_in_force(curve), limits)))
    points = points_from_levels(levels, curve.spec)
    start = _start(curve, points)
    at_fit = coordinates_of(curve)[:, None]
    begun = response_of(family, shape_of(family, ln_from_x(points.x), at_fit), at_fit)
    names, target = _same_model(curve, family, points, levels)
    if plain:
        coordinates, settled = _followed(target, begun, start)
    else:
        state, _ = refine(target, np.repeat(start, len(names), axis=1), most=_ITERATIONS)
        coordinates, settled = state.coordinates, (state.gradient < _SETTLED) | (state.rss <= 0)
    batches = [(tuple(n for n, good in zip(names, settled, strict=True) if good), family, coordinates[:, settled])]
    lost = {name for name, good in zip(names, settled, strict=True) if not good}
    five = _five_pl(curve, points, start) if plain else None
    if five is None:
        lost.add((Model.FIVE_PL if curve.model is Model.FOUR_PL else Model.FOUR_PL).value)
    else:
        batches.append(((Model.FIVE_PL.value,), FAMILIES[Model.FIVE_PL], five))
    singles = [pair for pair in _fitted(levels, _spec_in_force(curve), limits, lost) if pair[0] in lost] if lost else []
    return Alternatives(tuple(b for b in batches if b[0]), tuple(singles))


def _spec_in_force(curve: Curve) -> CurveSpec:
    """With the power of the variance that was estimated, which the alternatives keep."""
    if not curve.report.theta_estimated:
        return curve.spec
    return replace(curve.spec, weights=Weights(WeightKind.POWER, curve.report.theta))


def _start(curve: Curve, points: Points) -> Array:
    """The fitted parameters (5, 1); of a curve whose inflection is infinitely far away a place on the way there."""
    start = coordinates_of(curve)[:, None]
    if curve.report.no_finite_estimate:
        low, high = span_of(ln_from_x(points.x))
        start[LN_C] = np.clip(start[LN_C], low - _OFF / curve.b, high + _OFF / curve.b)
    return start


def _same_model(
    curve: Curve, family: Family, points: Points, levels: Sequence[Level]
) -> tuple[tuple[str, ...], Target]:
    """Names and equations of the fits with other weights and with one standard less."""
    spec, theta_in_force = curve.spec, curve.report.theta
    own = np.ones(len(points.y)) if theta_in_force is not None else observed_weights(spec.weights.kind, points.y[:, 0])
    changed = [(f"weights {text}", np.ones_like(own), theta) for text, theta in _WEIGHTS.items()
               if text not in (str(spec.weights), f"power:{theta_in_force}")]  # fmt: skip
    changed += [
        (f"without standard {level.nominal:g}", np.where(points.x[:, 0] == level.nominal, 0.0, own),
         theta_in_force or 0.0) for level in levels if level.nominal > 0
    ]  # fmt: skip
    names, weights, thetas = zip(*changed, strict=True)
    free = free_coordinates(family, fixed_coordinates(spec.fixed))
    ln_x, floor = ln_from_x(points.x), floor_of(points.y)
    return names, Target(family, ln_x, points.y, np.array(weights).T, free, np.array(thetas), floor)


def _followed(target: Target, begun: Array, start: Array) -> tuple[Array, Flags]:
    """Every alternative of a 4PL at its minimum, or on the floor of a valley that has no end; and which ones are there.

    Mostly all are near after a short search. Where one is not, the search goes on: it follows a curve whose plateau
    runs away much faster than Newton's steps do. On the floor of such a valley one curve is as good as any other:
    further on concentrations hardly move. ``begun`` are the responses of the curve as it was fitted (N, 1).
    """
    searched = _searched(target, begun, np.repeat(start, target.weight.shape[-1], axis=1), _GAIN_NEAR)
    coordinates, there = _by_plain_steps(target, searched)
    if not there.all():
        far = ~there
        coordinates[:, far], there[far] = _on_the_floor(_subset(target, far), begun, searched[:, far])
    return coordinates, there & np.all(np.isfinite(coordinates), axis=0)


def _by_plain_steps(target: Target, coordinates: Array) -> tuple[Array, Flags]:
    """Coordinates after Newton's steps as they are, and which of them these led to the end.

    Where a step is large it must be watched, and is not taken. The last step is not looked at: it is so small that
    Newton's method, which squares errors, leaves nothing.
    """
    near = np.ones(coordinates.shape[-1], dtype=bool)
    for _ in range(_PLAIN_STEPS):
        state = evaluate(target, coordinates)
        step = solve_scaled(state.newton, state.scale, state.score)
        size = np.maximum.reduce(np.abs(step) * state.scale) ** 2
        near &= size <= _LARGE_STEP * state.rss
        coordinates = np.where(near, moved(target, coordinates, step), coordinates)
        small = size <= _SMALL_STEP * state.rss
        if np.all(small | ~near):
            break
    return coordinates, near & small


def _on_the_floor(target: Target, begun: Array, coordinates: Array) -> tuple[Array, Flags]:
    """Coordinates at the minimum, or on the floor of a valley without end, and which of them are there."""
    fitted = begun
    for _ in range(_ROUNDS):
        coordinates = _searched(target, fitted, coordinates, _GAIN)
        state, _ = refine(target, coordinates, most=_ITERATIONS_FOLLOWED, enough=_SETTLED_WELL)
        coordinates, fitted = state.coordinates, state.fitted
        if np.all((state.gradient < _SETTLED) | (state.rss <= 0)):
            break
    return coordinates, (state.gradient < _ON_THE_FLOOR) | (state.rss <= 0)


def _subset(target: Target, which: Flags) -> Target:
    theta = None if target.theta is None else target.theta[which]
    return replace(target, weight=target.weight[:, which], theta=theta)


def _searched(target: Target, fitted: Array, coordinates: Array, gain: float) -> Array:
    """A search with the weights of the responses ``fitted``, until a step would gain less than ``gain``."""
    power, _ = power_weights(fitted, target.theta if target.theta is not None else 0.0, target.floor)
    _, low, high = frame(target.family, *span_of(target.ln_x))
    problems = Problems(target.family, target.ln_x, target.y, np.sqrt(target.weight * power), {}, low, high)
    return search_4pl(problems, coordinates, tolerance=gain).coordinates


def _five_pl(curve: Curve, points: Points, start: Array) -> Array | None:
    """A 5PL (5, 1), from the 4PL on downhill, with the weights of the 4PL; then on with its own.

    Often the data do not determine g and there is no lowest point; a curve on the floor of that valley fits as well as
    any other on it.
    """
    family, theta, floor = FAMILIES[Model.FIVE_PL], curve.report.theta, float(floor_of(points.y)[0])
    if len(points.y) < len(free_coordinates(family, {})):
        return None
    y, at_fit, place = points.y[:, 0], coordinates_of(curve), start[:, 0]
    levels = merged(ln_from_x(points.x)[:, 0], y, observed_weights(curve.spec.weights.kind, y))
    for _ in range(_ROUNDS_5PL if theta else 1):
        factors = [1.0] * len(levels)
        if theta:
            factors = [max(f, floor) ** (-2.0 * theta) for f in responses_of(family, levels, at_fit)]
        at_fit = place = downhill(family, levels, factors, place, _GAIN_5PL)
    return place[:, None] if np.all(np.isfinite(place)) else None


def _fitted(
    levels: Sequence[Level], spec: CurveSpec, limits: LimitSettings, only: set[str] | None = None
) -> Iterator[tuple[str, Curve]]:
    """One fit after the other, with the full search."""
    for name, subset, changed in _changes(levels, spec):
        if only is None or name in only:
            curve = calibrate(subset, changed, limits)
            if isinstance(curve, Curve):
                yield name, curve


def _changes(levels: Sequence[Level], spec: CurveSpec) -> Iterator[tuple[str, Sequence[Level], CurveSpec]]:
    if spec.model in FAMILIES:
        model = Model.FIVE_PL if spec.model is Model.FOUR_PL else Model.FOUR_PL
        fixed = {} if model is Model.FOUR_PL else spec.fixed
        yield model.value, levels, replace(spec, model=model, fixed=fixed)
    for text in _WEIGHTS:
        if text != str(spec.weights) and (spec.model is not Model.LOG_LOG or spec.weights.kind is WeightKind.POWER):
            yield f"weights {text}", levels, replace(spec, weights=weights_from_text(text))
    for level in levels:
        if level.nominal > 0:
            yield f"without standard {level.nominal:g}", [o for o in levels if o is not level], spec
