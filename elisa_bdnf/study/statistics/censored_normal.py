"""A normal distribution fitted by maximum likelihood to numbers and limits, by EM (Dempster et al. 1977)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

_STANDARD = NormalDist()
_TOLERANCE = 1e-10
_MOST_STEPS = 5000


class NormalFit(NamedTuple):
    """By maximum likelihood: ``sd`` with divisor n; ``se`` of the mean from the observed information, with n − 1."""

    mean: float
    sd: float
    se: float


def fit_normal(values: Sequence[float], sides: Sequence[int]) -> NormalFit | None:
    """The normal distribution of values of which some are limits.

    ``sides``: 0 a number, −1 known to lie below the value, +1 above. None where fewer than two different numbers are
    there, since a scatter cannot be estimated from limits alone.
    """
    numbers = [value for value, side in zip(values, sides, strict=True) if side == 0]
    if len(set(numbers)) < 2:
        return None
    mean = math.fsum(numbers) / len(numbers)
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in numbers) / len(numbers))
    for _ in range(_MOST_STEPS):
        moments = [_moments(value, side, mean, sd) for value, side in zip(values, sides, strict=True)]
        new_mean = math.fsum(first for first, _ in moments) / len(moments)
        variance = math.fsum(second - 2 * new_mean * first + new_mean**2 for first, second in moments) / len(moments)
        new_sd = math.sqrt(max(variance, 1e-300))
        done = abs(new_mean - mean) + abs(new_sd - sd) < _TOLERANCE * max(1.0, abs(mean), sd)
        mean, sd = new_mean, new_sd
        if done:
            break
    return NormalFit(mean, sd, _standard_error(values, sides, mean, sd))


def _standard_error(values: Sequence[float], sides: Sequence[int], mean: float, sd: float) -> float:
    """Of the mean: the observed information on mean and SD inverted, times n / (n − 1) as for values without limits."""
    bends = [_bends(side, (value - mean) / sd) for value, side in zip(values, sides, strict=True)]
    of_mean, of_both, of_sd = (math.fsum(column) for column in zip(*bends, strict=True))
    n = len(values)
    return sd * math.sqrt(n / (n - 1) / (of_mean - of_both**2 / of_sd))


def _bends(side: int, z: float) -> tuple[float, float, float]:
    """Minus the second derivatives of ln f in mean, in both, and in SD, times SD². ``z`` is standardized."""
    if side == 0:
        return 1.0, 2 * z, 3 * z * z - 1
    a = side * z  # the value lies beyond a, on the upper side by symmetry
    slope = _hazard(a)
    bend = slope * (slope - a)
    return bend, side * (a * bend + slope), a * a * bend + 2 * a * slope


def _hazard(a: float) -> float:
    """Density over upper tail; far out it is a + 1/a."""
    beyond = _STANDARD.cdf(-a)
    return _STANDARD.pdf(a) / beyond if beyond > 1e-290 else a + 1 / a


def _moments(value: float, side: int, mean: float, sd: float) -> tuple[float, float]:
    """Expected value and square of one observation, given what is known of it."""
    if side == 0:
        return value, value * value
    z = side * (value - mean) / sd  # beyond z on the upper side, by symmetry
    ratio = _hazard(z)
    first = mean + side * sd * ratio
    return first, mean * mean + sd * sd + side * sd * (value + mean) * ratio
