"""The replicate rule REP-04: one well of three or more, where the others agree and it stands far apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

_SLACK = 1e-9


def cv_percent(values: Sequence[float]) -> float | None:
    """100 · SD / mean with n − 1; None below two values or where their mean is not positive."""
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    if mean <= 0:
        return None
    return 100 * math.sqrt(math.fsum((y - mean) ** 2 for y in values) / (len(values) - 1)) / mean


def outlier_or_none(values: Sequence[float], limit_percent: float, min_gap: float) -> int | None:
    """Index of the value to leave out; None where there is no such value.

    It must be one of three or more; their CV above the limit, that of the others within it; and its distance to the
    nearest other at least ``min_gap`` times the range of the others. Of two values none is ever left out: which of
    them is wrong, two numbers cannot tell.
    """
    whole = cv_percent(values)
    if len(values) < 3 or whole is None or whole <= limit_percent * (1 + _SLACK):
        return None
    order = sorted(range(len(values)), key=lambda i: values[i])
    ordered = [values[i] for i in order]
    low_gap, high_gap = ordered[1] - ordered[0], ordered[-1] - ordered[-2]
    if low_gap > high_gap:
        index, gap, others = order[0], low_gap, ordered[1:]
    else:
        index, gap, others = order[-1], high_gap, ordered[:-1]
    cv = cv_percent(others)
    agrees = cv is not None and cv <= limit_percent * (1 + _SLACK)
    return index if agrees and gap >= min_gap * (others[-1] - others[0]) * (1 - _SLACK) else None
