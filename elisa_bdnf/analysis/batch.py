"""Many 4PL curves at once on the same concentrations: simulations, leave-one-out, many plates of one kit.

The arithmetic is that of a single fit; the curves advance together, in chunks that bound the memory. Each curve starts
from the best of the shapes on the grid of ``starts``; those that do not end in a minimum are started again from all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.equations import State, Target, inverse_of
from elisa_bdnf.analysis.refine import refine
from elisa_bdnf.analysis.search import Problems
from elisa_bdnf.analysis.settle import refine_with_theta
from elisa_bdnf.analysis.shape import FAMILIES, LN_ZERO, Array, Flags, ln_from_x
from elisa_bdnf.analysis.sigmoid_search import search_4pl
from elisa_bdnf.analysis.starts import best_start, frame, thorough_starts
from elisa_bdnf.analysis.variance import floor_of, observed_weights, power_weights
from elisa_bdnf.model.curve import Model, WeightKind, Weights

_FAMILY = FAMILIES[Model.FOUR_PL]
_CHUNK = 1024
_ENOUGH = 1e-10  # gradient at which nothing of interest is left to gain
_GAIN = 1e-5  # of the sum of squares, for which a search takes no further step


@dataclass(frozen=True, slots=True)
class BatchFit:
    """K fitted curves. ``coordinates`` (5, K): a, d, ln c, ln b, ln g; ``covariance`` (4, 4, K) of the first four.

    ``found`` says which ended in a minimum; the others (no finite optimum) want a single fit, which names the reason.
    """

    coordinates: Array
    rss: Array
    gradient: Array
    covariance: Array
    theta: Array | None
    found: Flags


def fit_many(x: Array, y: Array, weights: Weights, *, chunk: int = _CHUNK) -> BatchFit:
    """Fit a 4PL to every column of ``y`` (N, K), measured at the concentrations ``x`` (N)."""
    parts = [_fit_chunk(x, y[:, begin : begin + chunk], weights) for begin in range(0, y.shape[1], chunk)]
    thetas = [part.theta for part in parts if part.theta is not None]
    return BatchFit(
        np.concatenate([part.coordinates for part in parts], axis=-1),
        np.concatenate([part.rss for part in parts]),
        np.concatenate([part.gradient for part in parts]),
        np.concatenate([part.covariance for part in parts], axis=-1),
        np.concatenate(thetas) if thetas else None,
        np.concatenate([part.found for part in parts]),
    )


def _fit_chunk(x: Array, y: Array, weights: Weights) -> BatchFit:
    ln_x = ln_from_x(x)
    theta = None
    if weights.kind is WeightKind.POWER:
        theta = np.full(y.shape[1], 1.0 if weights.theta is None else weights.theta)
    root = np.sqrt(_first_weights(x, y, weights, theta))
    real = ln_x[ln_x > LN_ZERO]
    _, low, high = frame(_FAMILY, float(real.min()), float(real.max()))
    problems = Problems(_FAMILY, ln_x[:, None], y, root, {}, low, high)
    begin = search_4pl(problems, best_start(ln_x, y), tolerance=_GAIN).coordinates
    state, theta = _finish(problems, weights, theta, begin)
    lost = ~_settled(state)
    if lost.any():
        state, theta = _again(problems, weights, theta, state, lost)
    return _result(state, theta, low, high)


def _first_weights(x: Array, y: Array, weights: Weights, theta: Array | None) -> Array:
    """For power weights those of the level means; (N, 1) where no weights are wanted."""
    if theta is None:
        return np.ones((len(y), 1)) if weights.kind is WeightKind.NONE else observed_weights(weights.kind, y)
    _, level = np.unique(x, return_inverse=True)
    means = np.stack([np.add.reduce(y[level == each]) / np.count_nonzero(level == each) for each in np.unique(level)])
    power, _ = power_weights(means[level], theta, floor_of(y))
    first: Array = power / np.max(power, axis=0)
    return first


def _finish(problems: Problems, weights: Weights, theta: Array | None, begin: Array) -> tuple[State, Array | None]:
    fixed = problems.root_weight**2 if theta is None else np.ones((len(problems.y), 1))
    floor = floor_of(problems.y) if theta is not None else 0.0
    target = Target(_FAMILY, problems.ln_x, problems.y, fixed, (0, 1, 2, 3), theta, floor)
    if theta is not None and weights.theta is None:
        state, _, estimated, _ = refine_with_theta(target, begin)
        return state, estimated
    return refine(target, begin, enough=_ENOUGH)[0], theta


def _again(
    problems: Problems, weights: Weights, theta: Array | None, state: State, lost: Flags
) -> tuple[State, Array | None]:
    """Those without a minimum from all their starts, one at a time: there are few of them."""
    coordinates = state.coordinates.copy()
    for index in np.flatnonzero(lost):
        one = np.zeros(len(lost), dtype=bool)
        one[index] = True
        grid = thorough_starts(problems.ln_x[:, 0], problems.y[:, index])
        wide = Problems(
            _FAMILY,
            problems.ln_x,
            problems.y[:, one],
            problems.subset(one).root_weight,
            {},
            problems.low,
            problems.high,
        )
        found = search_4pl(wide, grid)
        coordinates[:, index] = found.coordinates[:, int(found.rss.argmin())]
    return _finish(problems, weights, theta, coordinates)


def _settled(state: State) -> Flags:
    """Whether the gradient vanished, or the curve goes through every point and there is none."""
    exact = state.rss <= 1e-20 * np.add.reduce(state.weight * state.fitted**2)
    settled: Flags = (state.gradient < 1e-9) | exact
    return settled


def _result(state: State, theta: Array | None, low: Array, high: Array) -> BatchFit:
    n, m = len(state.residual), len(state.score)
    scale = state.scale[:, None] * state.scale
    inverse = inverse_of(state.information / scale + 1e-15 * np.eye(m)[:, :, None]) / scale
    inside = np.all((state.coordinates[2:4] > low[2:4]) & (state.coordinates[2:4] < high[2:4]), axis=0)
    found = inside & _settled(state)
    return BatchFit(state.coordinates, state.rss, state.gradient, inverse * (state.rss / (n - m)), theta, found)
