"""Quantiles of Student's t without scipy: accurate to 1e-12 (relative), whole or broken degrees of freedom.

P(T ≤ t) comes from the regularized incomplete beta function by its continued fraction (Abramowitz & Stegun 26.5.8,
26.7.1), the quantile from Newton steps on that, started at the normal quantile with the expansion of
Abramowitz & Stegun 26.7.5.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function, by the modified method of Lentz."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or tiny)
    result = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / (1.0 + even * d or tiny)
        c = 1.0 + even / c or tiny
        result *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / (1.0 + odd * d or tiny)
        c = 1.0 + odd / c or tiny
        result *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return result


def _incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """Regularized I_x(a, b) with y = 1 − x given, so that neither end loses digits."""
    if x <= 0 or y <= 0:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(y))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _beta_fraction(a, b, x) / a
    return 1.0 - front * _beta_fraction(b, a, y) / b


def f_tail(f: float, numerator_df: float, denominator_df: float) -> float:
    """P(F > f) for f ≥ 0 (Abramowitz & Stegun 26.6.2)."""
    total = denominator_df + numerator_df * f
    return _incomplete_beta(0.5 * denominator_df, 0.5 * numerator_df, denominator_df / total, numerator_df * f / total)


def t_tail(t: float, df: float) -> float:
    """P(T > t) for t ≥ 0."""
    total = df + t * t
    return 0.5 * _incomplete_beta(0.5 * df, 0.5, df / total, t * t / total)


def t_density(t: float, df: float) -> float:
    """Density of Student's t."""
    constant = math.lgamma(0.5 * (df + 1)) - math.lgamma(0.5 * df) - 0.5 * math.log(df * math.pi)
    return math.exp(constant - 0.5 * (df + 1) * math.log1p(t * t / df))


@lru_cache(maxsize=1024)
def t_quantile(probability: float, df: float) -> float:
    """The t that is exceeded with 1 − ``probability``; infinite ``df`` gives the normal quantile.

    Raises ValueError where ``probability`` is not inside 0 to 1 or ``df`` is not positive.
    """
    if not 0 < probability < 1 or not df > 0:
        raise ValueError("a t quantile needs a probability inside 0 to 1 and positive degrees of freedom")
    if probability < 0.5:
        return -t_quantile(1.0 - probability, df)
    if probability == 0.5:
        return 0.0
    z = _NORMAL.inv_cdf(probability)
    if math.isinf(df):
        return z
    tail = 1.0 - probability
    low, high = 0.0, max(1.0, z + (z**3 + z) / (4 * df))
    while t_tail(high, df) > tail:
        low, high = high, 2 * high
    t = min(max(z + (z**3 + z) / (4 * df), low), high)
    for _ in range(200):
        excess = t_tail(t, df) - tail
        low, high = (t, high) if excess > 0 else (low, t)
        density = t_density(t, df)  # 0 far out, where few degrees of freedom put the quantile
        following = t + excess / density if density > 0 else high
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - t) <= 1e-15 * abs(t):
            return following
        t = following
    return t
