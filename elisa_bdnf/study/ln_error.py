"""Values with an error on the ln scale: means, ratios and differences of concentrations that were measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from elisa_bdnf.study.statistics import NoResult
from elisa_bdnf.study.statistics.contrasts import t_contrast
from elisa_bdnf.study.statistics.values import exp_or_inf

Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Measured:
    """A positive value and the SD of its logarithm; ``sd`` None where no interval is known."""

    value: float
    sd: float | None = None

    @property
    def low(self) -> float | None:
        return None if self.sd is None else self.value * exp_or_inf(-Z * self.sd)

    @property
    def high(self) -> float | None:
        return None if self.sd is None else self.value * exp_or_inf(Z * self.sd)

    def times(self, factor: float) -> Measured:
        """A known factor changes no relative error."""
        return Measured(self.value * factor, self.sd)

    def over(self, other: Measured) -> Measured:
        """Relative errors of independent values add as squares."""
        return Measured(self.value / other.value, both(self.sd, other.sd))


def both(one: float | None, other: float | None) -> float | None:
    """√(a² + b²); None where either is not known."""
    return None if one is None or other is None else math.hypot(one, other)


def geometric_mean(values: Sequence[Measured]) -> Measured:
    """Of independent values; raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    n = len(values)
    mean = math.exp(math.fsum(math.log(each.value) for each in values) / n)
    sds = [each.sd for each in values]
    if any(sd is None for sd in sds):
        return Measured(mean)
    return Measured(mean, math.sqrt(math.fsum((sd or 0.0) ** 2 for sd in sds)) / n)


def difference(one: Measured, other: Measured) -> tuple[float, float | None, float | None]:
    """One − other with its interval, one-sided widths added as squares (MOVER, Zou & Donner 2008)."""
    net = one.value - other.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return net, None, None
    low = net - math.hypot(one.value - one.low, other.high - other.value)
    return net, low, net + math.hypot(one.high - one.value, other.value - other.low)


def t_interval(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """Mean and 95 % t interval; no interval below two values or without scatter."""
    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return mean, None, None
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    if sd == 0:
        return mean, None, None
    about = t_contrast("", mean, sd / math.sqrt(n), n - 1)
    return mean, about.low, about.high


def fieller(numerators: Sequence[float], denominators: Sequence[float]) -> tuple[float, float, float] | NoResult:
    """Ratio of the means of paired values with Fieller's 95 % interval (Fieller 1954), t with n − 1 df.

    A :class:`NoResult` where the denominator cannot be told from 0, since no bounded interval exists then.
    """
    n = len(numerators)
    if n < 2:
        return NoResult("an interval needs at least two culture batches")
    a, b = math.fsum(numerators) / n, math.fsum(denominators) / n
    dof = n * (n - 1)
    vaa = math.fsum((x - a) ** 2 for x in numerators) / dof
    vbb = math.fsum((y - b) ** 2 for y in denominators) / dof
    vab = math.fsum((x - a) * (y - b) for x, y in zip(numerators, denominators, strict=True)) / dof
    t = t_contrast("", 0.0, 1.0, n - 1).high
    g = t * t * vbb / (b * b)
    if g >= 1 or b <= 0:
        return NoResult("the effect of the drug over batches cannot be told from none")
    ratio = a / b
    inside = vaa - 2 * ratio * vab + ratio * ratio * vbb - g * (vaa - vab * vab / vbb if vbb > 0 else vaa)
    center = ratio - g * (vab / vbb if vbb > 0 else 0.0)
    width = t / b * math.sqrt(max(0.0, inside))
    return ratio, (center - width) / (1 - g), (center + width) / (1 - g)
