"""A hook in the standards: the highest respond less than one below them.

No curve of this program turns back, and what is read on it is only ever the lower of the two concentrations. Editing
may have taken the highest standard out of the curve; what it showed stays true of the assay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from elisa_bdnf.model.curve import Level
from elisa_bdnf.model.hook import Hook

_SHARE = 0.05  # of the whole rise: less than that is no hook that matters
_ERRORS = 3.0  # standard errors of the difference of the two means
_CV = 0.05  # of a well, where no standard has replicates


def hook_or_none(levels: Sequence[Level], *, rising: bool) -> Hook | None:
    """The hook of all standards by ascending concentration; None where there is none.

    From the strongest response on every further standard must respond less than the one before, and the last of them
    by 5 % of the whole rise and by 3 standard errors of the difference, from the pooled CV of the replicates.
    """
    above = [level for level in levels if level.nominal > 0]
    means = [level.mean if rising else -level.mean for level in above]
    if len(above) < 3:
        return None
    top = means.index(max(means))
    back = means[top:]
    fall = back[0] - back[-1]
    if len(back) < 2 or any(b >= a for a, b in pairwise(back)) or fall < _SHARE * (max(means) - min(means)):
        return None
    peak, last = above[top], above[-1]
    error = _pooled_cv(above) * math.sqrt(sum(level.mean**2 / len(level.responses) for level in (peak, last)))
    return Hook(peak.nominal, peak.mean, last.nominal, last.mean, rising) if fall >= _ERRORS * error else None


def _pooled_cv(levels: Sequence[Level]) -> float:
    """As a share, over the levels with replicates and a positive mean."""
    repeated = [level for level in levels if len(level.responses) > 1 and level.mean > 0]
    df = sum(len(level.responses) - 1 for level in repeated)
    squares = math.fsum((y / level.mean - 1) ** 2 for level in repeated for y in level.responses)
    return math.sqrt(squares / df) if df else _CV
