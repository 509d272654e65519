"""A normal distribution fitted by maximum likelihood to numbers and limits, by EM (Dempster et al. 1977)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

_STANDARD = NormalDist()
_TOLERANCE = 1e-10
_MOST_STEPS = 5000


def fit_normal(values: Sequence[float], sides: Sequence[int]) -> tuple[float, float] | None:
    """Mean and SD (maximum likelihood, divisor n) of values of which some are limits.

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
    return mean, sd


def _moments(value: float, side: int, mean: float, sd: float) -> tuple[float, float]:
    """Expected value and square of one observation, given what is known of it."""
    if side == 0:
        return value, value * value
    z = side * (value - mean) / sd  # beyond z on the upper side, by symmetry
    beyond = _STANDARD.cdf(-z)
    # Far out in the tail the ratio of density and tail is z + 1/z.
    ratio = _STANDARD.pdf(z) / beyond if beyond > 1e-290 else z + 1 / z
    first = mean + side * sd * ratio
    return first, mean * mean + sd * sd + side * sd * (value + mean) * ratio
