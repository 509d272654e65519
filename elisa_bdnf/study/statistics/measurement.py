"""What a measurement interval says about the error of a logarithm."""

from __future__ import annotations

import math
from functools import lru_cache

from scipy.special import ndtri


def measurement_variance(low: float | None, high: float | None, level: float = 0.95) -> float:
    """Variance of ln concentration behind an interval ``low`` to ``high``: ((ln high − ln low) / 2z)².

    Back-calculated intervals are close to symmetric on the ln scale inside the quantitative range, so that half their
    width there is z standard errors. 0 (not known) where an end is missing, not finite or not above 0.
    """
    if low is None or high is None or not 0 < low <= high < math.inf:
        return 0.0
    return ((math.log(high) - math.log(low)) / (2 * _normal_quantile(0.5 + level / 2))) ** 2


@lru_cache(maxsize=8)
def _normal_quantile(p: float) -> float:
    return float(ndtri(p))
