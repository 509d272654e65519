"""Paired tests for small studies: t on the ln scale and Wilcoxon's signed ranks, of the same differences."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from elisa_bdnf.study.statistics.contrasts import t_contrast
from elisa_bdnf.study.statistics.values import Contrast, Floats, NoResult, PairedTests, SignedRank

MOST_EXACT = 200
"""Up to here the distribution of the signed ranks is counted out; beyond, it is normal for every practical purpose."""


def paired(before: Sequence[float], after: Sequence[float], name: str = "") -> PairedTests:
    """Compare two measurements of the same subjects, both given as ln concentration, pair by pair.

    The t test has n − 1 degrees of freedom. Signed ranks: pairs without a difference are left out, equal ones share
    their mean rank, and p comes from all 2ⁿ signs of these very ranks, so that ties need no approximation.
    """
    difference = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    return PairedTests(name, difference.size, _t_test(difference, name), signed_rank(difference))


def _t_test(difference: Floats, name: str) -> Contrast | NoResult:
    n = difference.size
    if n < 2:
        return NoResult(f"a paired t test needs at least 2 complete pairs; there {'is' if n == 1 else 'are'} {n}")
    mean, sd = float(difference.mean()), float(difference.std(ddof=1))
    if sd <= 1e-12 * max(1.0, abs(mean)):
        return NoResult(f"all {n} pairs have the same difference: there is no scatter to compare it with")
    return t_contrast(name, mean, sd / math.sqrt(n), n - 1)


def signed_rank(differences: Sequence[float] | Floats) -> SignedRank | NoResult:
    """Wilcoxon's signed-rank test that the differences lie symmetrically about 0 (Wilcoxon 1945; Hollander & Wolfe)."""
    every = np.asarray(differences, dtype=np.float64)
    # Differences of logarithms that are equal on paper differ in their last bit.
    d = np.round(every[np.abs(every) > 1e-12], 12)
    if d.size == 0:
        return NoResult("no pair shows a difference: there is nothing to rank")
    ranks = _mean_ranks(np.abs(d))
    w = float(ranks[d > 0].sum())
    middle, low, high = _estimate(d)
    ties = bool(np.unique(ranks).size < ranks.size)
    return SignedRank(d.size, every.size - d.size, ties, w, _two_sided(ranks, w), middle, low, high)


def _mean_ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: Floats = (last - (count - 1) / 2)[place]
    return ranks


def _counts(doubled_ranks: Sequence[int]) -> Floats:
    """Share of the 2ⁿ signs that give each sum of (doubled) positive ranks."""
    shares = np.zeros(sum(doubled_ranks) + 1)
    shares[0] = 1.0
    for rank in doubled_ranks:
        moved = np.zeros_like(shares)
        moved[rank:] = shares[: shares.size - rank]
        shares = 0.5 * (shares + moved)
    return shares


def _two_sided(ranks: Floats, w: float) -> float:
    if ranks.size > MOST_EXACT:
        middle, sd = float(ranks.sum()) / 2, math.sqrt(float((ranks**2).sum()) / 4)
        # Half a rank of continuity correction, as R's wilcox.test.
        return min(1.0, 2 * float(ndtr(-max(0.0, abs(w - middle) - 0.5) / sd)))
    doubled = np.rint(2 * ranks).astype(int)
    shares = _counts(doubled.tolist())
    smaller = min(round(2 * w), int(doubled.sum()) - round(2 * w))
    return min(1.0, 2 * float(shares[: smaller + 1].sum()))


def _estimate(d: Floats) -> tuple[float, float | None, float | None]:
    """Median of the Walsh averages, and those between which it lies with at least 95 % (None where n is too small)."""
    if d.size > MOST_EXACT:
        return _estimate_of_many(d)
    first, second = np.triu_indices(d.size)
    walsh = np.sort((d[first] + d[second]) / 2)
    depth = int(np.searchsorted(np.cumsum(_counts([*range(1, d.size + 1)])), 0.025, side="right"))
    bounds = (float(walsh[depth - 1]), float(walsh[-depth])) if depth else (None, None)
    return float(np.median(walsh)), *bounds


def _estimate_of_many(d: Floats) -> tuple[float, float, float]:
    """The same to twelve digits of the range, without all n(n + 1)/2 averages; the depth is that of a normal sum."""
    n = d.size
    pairs = n * (n + 1) // 2
    depth = int(n * (n + 1) / 4 - 1.959963984540054 * math.sqrt(n * (n + 1) * (2 * n + 1) / 24))
    ordered = np.sort(d)
    middle = (_walsh_average(ordered, (pairs + 1) // 2) + _walsh_average(ordered, pairs // 2 + 1)) / 2
    return middle, _walsh_average(ordered, depth), _walsh_average(ordered, pairs + 1 - depth)


def _walsh_average(ordered: Floats, place: int) -> float:
    """The ``place``-th smallest Walsh average, by bisection on how many are at most as large: n log n for each step."""
    low, high = float(ordered[0]), float(ordered[-1])
    at = np.arange(ordered.size)
    for _ in range(42):
        middle = (low + high) / 2
        # Of those to the right of i (itself included), how many bring the average with it to the middle or below.
        partners = np.searchsorted(ordered, 2 * middle - ordered, side="right") - at
        low, high = (low, middle) if int(np.maximum(partners, 0).sum()) >= place else (middle, high)
    return high
