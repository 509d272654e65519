"""How far a concentration moves when the analyst had chosen otherwise: model, weights, or one standard less.

For a logistic curve all alternatives of one family advance together from the fitted parameters, each with weights of
its own (0 for a standard that is left out): the cost of a fit or two, not of a dozen. What does not settle there, and
straight lines, are fitted one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.analysis.calibrate import calibrate, points_from_levels
from elisa_bdnf.analysis.curves import invert_or_none
from elisa_bdnf.analysis.equations import Target
from elisa_bdnf.analysis.fit import Points, fixed_coordinates, free_coordinates, initial_weights
from elisa_bdnf.analysis.identify import span_of
from elisa_bdnf.analysis.refine import refine
from elisa_bdnf.analysis.search import Problems, search
from elisa_bdnf.analysis.shape import FAMILIES, LN_B, LN_C, LN_G, Array, Family, ln_from_x
from elisa_bdnf.analysis.starts import frame
from elisa_bdnf.analysis.variance import floor_of, observed_weights
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, NoCurve, WeightKind, weights_from_text
from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.protocol import LimitSettings, Protocol, Reduce
from elisa_bdnf.model.result import Estimate

_WEIGHTS = {"none": 0.0, "power:0.5": 0.5, "power:1": 1.0}
_SETTLED = 1e-6  # gradient; what is left moves a concentration by less than a millionth of its error
_ITERATIONS = 20
_GAIN_5PL, _ITERATIONS_5PL = 1e-3, 4
_LARGEST_LN = 690.0


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
        rows = [_inverse(family, coordinates, y) for _, family, coordinates in self.batches]
        for _, curve in self.singles:
            found = [invert_or_none(curve, float(value)) for value in y]
            rows.append(np.array([[np.nan if x is None else x for x in found]]))
        return np.concatenate(rows) if rows else np.empty((0, len(y)))


def alternatives(curve: Curve, limits: LimitSettings) -> Alternatives:
    """Every curve to compare with; changes for which no curve can be fitted are left out.

    Compared are 5PL for 4PL and 4PL for all others; weights none, power:0.5 and power:1; and every standard above zero
    left out in turn, with the power of the variance as it is.
    """
    levels = [point.level for point in curve.standards if point.in_fit]
    family = FAMILIES.get(curve.model)
    if family is None or curve.report.no_finite_estimate:
        return Alternatives((), tuple(_fitted(levels, curve.spec, limits)))
    points = points_from_levels(levels, curve.spec)
    start = np.array([[curve.a], [curve.d], [np.log(curve.c)], [np.log(curve.b)], [np.log(curve.g)]])
    batch, lost = _same_model(curve, family, points, levels, start)
    batches = [batch]
    if curve.model is Model.FOUR_PL:
        batches += _five_pl(curve, points, start)
    else:
        lost |= {Model.FOUR_PL.value}
    singles = [pair for pair in _fitted(levels, curve.spec, limits, lost) if pair[0] in lost] if lost else []
    return Alternatives(tuple(b for b in batches if b[0]), tuple(singles))


def _same_model(
    curve: Curve, family: Family, points: Points, levels: Sequence[Level], start: Array
) -> tuple[tuple[tuple[str, ...], Family, Array], set[str]]:
    """Other weights and one standard less; with the names of those that did not settle."""
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
    target = Target(
        family, ln_from_x(points.x), points.y, np.array(weights).T, free, np.array(thetas), floor_of(points.y)
    )
    state, _ = refine(target, np.repeat(start, len(names), axis=1), most=_ITERATIONS)
    settled = (state.gradient < _SETTLED) | (state.rss <= 0)
    kept = tuple(name for name, good in zip(names, settled, strict=True) if good)
    return (kept, family, state.coordinates[:, settled]), set(names) - set(kept)


def _five_pl(curve: Curve, points: Points, start: Array) -> list[tuple[tuple[str, ...], Family, Array]]:
    """A 5PL, from the 4PL on downhill until a step gains less than a thousandth of the sum of squares.

    Often the data do not determine g and there is no lowest point; a curve on the floor of that valley fits as well as
    any other on it, and further on concentrations move by less than half a percent.
    """
    spec, family, theta = curve.spec, FAMILIES[Model.FIVE_PL], None
    fixed = fixed_coordinates(spec.fixed)
    free = free_coordinates(family, fixed)
    if len(points.y) < len(free):
        return []
    if curve.report.theta is not None:
        theta = np.array([curve.report.theta])
    weight = initial_weights(spec.weights, theta, points.y, points.level_mean)
    ln_x = ln_from_x(points.x)
    _, low, high = frame(family, *span_of(ln_x))
    found = search(Problems(family, ln_x, points.y, np.sqrt(weight), fixed, low, high), start, tolerance=_GAIN_5PL)
    base = np.ones_like(points.y) if theta is not None else weight
    target = Target(family, ln_x, points.y, base, free, theta, floor_of(points.y) if theta is not None else 0.0)
    state, _ = refine(target, found.coordinates, most=_ITERATIONS_5PL)
    return [((Model.FIVE_PL.value,), family, state.coordinates)] if np.all(np.isfinite(state.coordinates)) else []


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


def _inverse(family: Family, coordinates: Array, y: Array) -> Array:
    """Concentrations (K, S) of responses (S) on K curves; nan at and beyond the asymptotes."""
    p, q = coordinates[family.p][:, None], coordinates[family.q][:, None]
    ln_c, b = coordinates[LN_C][:, None], np.exp(coordinates[LN_B])[:, None]
    with np.errstate(all="ignore"):  # responses outside the curve become nan, which is what is wanted
        h, k = (y - q) / (p - q), (p - y) / (p - q)
        power = np.where(k < 0.5, -np.log1p(-k), -np.log(h)) / np.exp(coordinates[LN_G])[:, None]
        ln_x = ln_c + family.sign * np.where(power > 700, power, np.log(np.expm1(power))) / b
        inside = (h > 0) & (k > 0) & (power > 0) & (np.abs(ln_x) < _LARGEST_LN)
        return np.where(inside, np.exp(ln_x), np.nan)


def with_robustness(
    curve: Curve | NoCurve, protocol: Protocol, *groups: Sequence[Estimate]
) -> tuple[list[Estimate], ...]:
    """The estimates with their robustness, as far as they have a concentration in the range."""
    if isinstance(curve, NoCurve) or not any(e.status.has_number for estimates in groups for e in estimates):
        return tuple(list(estimates) for estimates in groups)
    others = alternatives(curve, protocol.limits)
    numbers = [e for estimates in groups for e in estimates if e.status.has_number and e.in_well is not None]
    moved = dict(zip(map(id, numbers), _moves(numbers, others, protocol.reduce), strict=True))
    return tuple(
        [replace(e, robustness=moved[id(e)]) if id(e) in moved else e for e in estimates] for estimates in groups
    )


def _moves(estimates: Sequence[Estimate], others: Alternatives, how: Reduce) -> list[Robustness | None]:
    """All responses are read on all curves at once."""
    of_each = [(e.group.mean,) if how is Reduce.MEAN_RESPONSE else e.group.responses for e in estimates]
    there = others.concentrations([y for responses in of_each for y in responses])
    found, begin = [], 0
    for estimate, responses in zip(estimates, of_each, strict=True):
        mean = there[:, begin : begin + len(responses)].mean(axis=1).tolist()
        begin += len(responses)
        interval = estimate.in_well_low, estimate.in_well_high
        found.append(robustness(others.changes, mean, estimate.in_well or 0.0, interval))
    return found


def robustness(
    changes: Sequence[str], there: Sequence[float], in_well: float, interval: tuple[float | None, float | None]
) -> Robustness | None:
    """How far one concentration in the well moves; ``there`` is what it becomes under each of the changes.

    None where there is nothing to compare with.
    """
    known = [(x, name) for x, name in zip(there, changes, strict=True) if math.isfinite(x)]
    lost = tuple(name for x, name in zip(there, changes, strict=True) if not math.isfinite(x))
    if not known:
        return None
    moves = [(100 * abs(x / in_well - 1), name) for x, name in known]
    percent, change = max(moves, key=lambda move: move[0])
    low, high = interval
    outside = any((low is not None and x < low) or (high is not None and x > high) for x, _ in known)
    return Robustness(percent, change, outside or bool(lost), lost)
