"""Numbers for machine formats, which know neither nan nor infinity."""

from __future__ import annotations

import math
from collections.abc import Iterable


def finite_or_none(value: float | None) -> float | None:
    """Neither nan nor infinity has a place in JSON; an open bound is null, and a remark says that it is open."""
    return value if value is not None and math.isfinite(value) else None


def all_finite_or_none(values: Iterable[float | None]) -> list[float | None]:
    """:func:`finite_or_none` of each."""
    return [value if value is not None and -math.inf < value < math.inf else None for value in values]
