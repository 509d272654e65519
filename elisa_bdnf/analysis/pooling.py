"""The power of the variance from many plates together: one plate says little about it, twenty say enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from elisa_bdnf.analysis.batch import fit_many
from elisa_bdnf.analysis.shape import FAMILIES, Array, ln_from_x, response_of, shape_of
from elisa_bdnf.analysis.variance import LARGEST_THETA, floor_of
from elisa_bdnf.model.curve import Model, WeightKind, Weights
from elisa_bdnf.model.history import ChartedLevel

_TOLERANCE = 1e-6
_MOST_ITERATIONS = 50
_FEWEST_LEVELS = 5


LEAST_PLATES, MOST_PLATES = 10, 20


def theta_of_plates(plates: Sequence[Sequence[ChartedLevel]], *, zero_in_fit: bool) -> tuple[float, int] | None:
    """θ of the first 20 of earlier plates, and their number; None below ten.

    The first ones, so that θ stays once twenty plates are there and results of a method stay comparable. Plates are
    pooled where they have the same standards in the same number of wells, which is what most plates of a method have.
    """
    designs = [_design(levels, zero_in_fit=zero_in_fit) for levels in plates]
    usual = Counter(designs).most_common(1)[0][0] if designs else ()
    chosen = [levels for levels, design in zip(plates, designs, strict=True) if design == usual][:MOST_PLATES]
    if len(chosen) < LEAST_PLATES or len(usual) < _FEWEST_LEVELS:
        return None
    x = np.array([nominal for nominal, count in usual for _ in range(count)])
    wanted = {nominal for nominal, _ in usual}
    y = [[value for level in levels if level.nominal in wanted for value in level.responses] for levels in chosen]
    return pooled_theta(x, np.array(y).T), len(chosen)


def _design(levels: Sequence[ChartedLevel], *, zero_in_fit: bool) -> tuple[tuple[float, int], ...]:
    return tuple((level.nominal, len(level.responses)) for level in levels if zero_in_fit or level.nominal > 0)


def pooled_theta(x: Array, y: Array) -> float:
    """θ shared by all plates (columns of ``y``, measured at ``x``), each with its own curve and its own σ.

    Alternates between the curves given θ and the θ that maximizes the sum of the plates' pseudo-likelihoods.
    """
    theta = 1.0
    for _ in range(_MOST_ITERATIONS):
        fitted = fit_many(x, y, Weights(WeightKind.POWER, theta))
        family = FAMILIES[Model.FOUR_PL]
        curve = response_of(family, shape_of(family, ln_from_x(x)[:, None], fitted.coordinates), fitted.coordinates)
        usable = fitted.found
        following = _best_theta((y - curve)[:, usable], np.maximum(curve, floor_of(y))[:, usable])
        if abs(following - theta) < _TOLERANCE:
            return following
        theta = following
    return theta


def _best_theta(residual: Array, curve: Array) -> float:
    """The root of the summed scores, by halving: each plate's score falls with θ, so their sum does."""
    ln_f = np.log(curve)
    ln_f = ln_f - ln_f.mean(axis=0)
    squared = residual**2

    def score(theta: float) -> float:
        share = squared * np.exp(-2.0 * theta * ln_f)
        return float(np.sum(len(ln_f) * np.sum(share * ln_f, axis=0) / np.sum(share, axis=0)))

    low, high = 0.0, LARGEST_THETA
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if score(middle) > 0 else (low, middle)
    return 0.5 * (low + high)
