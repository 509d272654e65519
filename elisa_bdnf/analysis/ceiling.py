"""Does the reader stop at some response? Many wells at the plate's maximum are a ceiling, not a coincidence.

A reader that saturates (or a gain that was set too high) gives the same highest number again and again. No check of
replicates, recoveries or R² sees it: saturated duplicates agree perfectly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

LEAST_RESPONSE = 2.0  # OD; below, nothing saturates
LEAST_WELLS, MANY_WELLS = 3, 5
NEAR = 0.01  # OD: the spread of a saturated reader's numbers
TIGHT = 0.004  # OD: of three wells at a plateau of the curve, one plate in some hundreds lies so close


def ceiling_or_none(responses: Iterable[float]) -> float | None:
    """The response at and above which the wells of a plate are at the reader's ceiling; None where there is none.

    Three wells lie within 0.01 of the maximum and above 2 OD, more than in the next 0.03 below, and two of them read
    the very same or all lie within 0.004; or five crowd there, more than twice as many as below. A plateau of the curve
    scatters, a ceiling does not: benchmarks/faults.py counts both.
    """
    known = [value for value in responses if math.isfinite(value)]
    top = max(known, default=0.0)
    near = [value for value in known if value >= top - NEAR]
    if top < LEAST_RESPONSE or len(near) < LEAST_WELLS:
        return None
    below = sum(top - 4 * NEAR <= value < top - NEAR for value in known)
    equal = len(near) - len(set(near))
    crowded = len(near) >= MANY_WELLS and len(near) > 2 * below
    tight = max(near) - min(near) <= TIGHT
    return min(near) if crowded or ((equal or tight) and len(near) > below) else None
