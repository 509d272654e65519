"""Before a study and for one person: how many pairs, and how large a change is more than chance.

Both rest on a within-subject coefficient of variation of a lognormal quantity: the standard deviation of ln
concentration is s = √ln(1 + CV²), that of the difference of two is √2·s.
"""

from __future__ import annotations

import math

from scipy.special import nctdtr, ndtri, stdtrit

from elisa_bdnf.study.statistics.values import NoResult

MOST_PAIRS = 100_000


def sd_from_cv(cv: float) -> float:
    """Standard deviation of ln x for a lognormal x with this coefficient of variation (a fraction, 0.25 = 25 %)."""
    return math.sqrt(math.log1p(cv * cv))


def power_of_pairs(pairs: int, ratio: float, cv: float, alpha: float = 0.05) -> float:
    """Power of the two-sided paired t test on ln concentrations to see a true ``ratio`` of geometric means.

    ``cv`` is the total within-subject coefficient of variation of one measurement (biology and assay, a fraction).
    The t statistic is noncentral with parameter √n·|ln ratio| / (√2·s) and n − 1 degrees of freedom.
    """
    df = pairs - 1
    shift = math.sqrt(pairs) * abs(math.log(ratio)) / (math.sqrt(2) * sd_from_cv(cv))
    critical = float(stdtrit(df, 1 - alpha / 2))
    lower_tail = float(nctdtr(df, shift, -critical))
    return 1 - float(nctdtr(df, shift, critical)) + (lower_tail if math.isfinite(lower_tail) else 0.0)


def pairs_needed(ratio: float, cv: float, power: float = 0.8, alpha: float = 0.05) -> int | NoResult:
    """The smallest number of complete pairs with at least this power; see :func:`power_of_pairs`."""
    if ratio <= 0 or ratio == 1 or cv <= 0:
        return NoResult(
            "a sample size needs a ratio other than 1 (1.2 for +20 %) and a coefficient of variation above 0"
        )
    low, high = 1, 2
    while power_of_pairs(high, ratio, cv, alpha) < power:
        low, high = high, 2 * high
        if high > MOST_PAIRS:
            return NoResult(f"more than {MOST_PAIRS} pairs would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of_pairs(middle, ratio, cv, alpha) >= power else (middle, high)
    return high


def reference_change(cv: float, level: float = 0.95) -> tuple[float, float]:
    """Ratios of two measurements of one person beyond which the change is more than chance: (down, up).

    exp(∓ z·√2·s) with z the two-sided normal quantile of ``level``: the lognormal reference change value of Fokkema
    et al. 2006. ``cv`` = √(CV_A² + CV_I²), analytical and within-subject biological variation, as a fraction.
    """
    width = float(ndtri(0.5 + level / 2)) * math.sqrt(2) * sd_from_cv(cv)
    return math.exp(-width), math.exp(width)
