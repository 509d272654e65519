"""Paired tests, multiplicity, power and reference change, against R and against published tables."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.study.statistics import (
    Contrast,
    NoResult,
    SignedRank,
    holm,
    measurement_variance,
    paired,
    pairs_needed,
    power_of_pairs,
    reference_change,
    signed_rank,
)

DIFFERENCES = [0.3, -0.1, 0.45, 0.2, 0.8, 0.05, -0.31, 0.6, 0.33]
TIED = [0.3, -0.1, 0.45, 0.2, 0.8, 0.05, -0.3, 0.6, 0.33]


def test_paired_tests_agree_with_r() -> None:
    tests = paired([0.0] * 9, DIFFERENCES, "24h")
    assert isinstance(tests.t_test, Contrast)
    assert isinstance(tests.signed_rank, SignedRank)
    # R 4.2: t.test(x), wilcox.test(x, conf.int = TRUE)
    numbers = (tests.t_test.t, tests.t_test.df, tests.t_test.p, tests.t_test.low, tests.t_test.high)
    assert numbers == pytest.approx((2.241833668851, 8, 0.055267095927, -0.007378656341, 0.522934211896), rel=1e-9)
    ranks = tests.signed_rank
    assert (ranks.w, ranks.p, ranks.low, ranks.high, ranks.pseudomedian) == pytest.approx(
        (38, 0.07421875, -0.025, 0.55, 0.25)
    )


def brute_force_p(differences: list[float]) -> float:
    """Share of all sign changes that are at least as far from the middle."""
    d = np.abs([x for x in differences if x != 0])
    ranks = np.array([(d < x).sum() + ((d == x).sum() + 1) / 2 for x in d])
    w = ranks[np.array([x > 0 for x in differences if x != 0])].sum()
    middle = ranks.sum() / 2
    sums = [np.dot(signs, ranks) for signs in itertools.product((0, 1), repeat=len(ranks))]
    return float(np.mean([abs(s - middle) >= abs(w - middle) for s in sums]))


@pytest.mark.parametrize(
    "differences", [TIED, DIFFERENCES, [0.1, 0.1, -0.1, 0.2, 0.0, 0.2], [1, 2, 3], [-1, -1, -1, 2]]
)
def test_signed_ranks_count_every_sign_with_ties_and_zeros(differences: list[float]) -> None:
    result = signed_rank(differences)
    assert isinstance(result, SignedRank)
    assert result.p == pytest.approx(brute_force_p(differences), rel=1e-12)
    assert result.zeros == differences.count(0.0)


def test_many_pairs_use_the_normal_distribution_as_r_does() -> None:
    result = signed_rank(np.arange(1, 202.0) - 60.3)
    assert isinstance(result, SignedRank)
    assert (result.p, result.low, result.high) == pytest.approx((2.144429e-15, 32.2, 49.2), rel=1e-5)


@pytest.mark.parametrize("decimals", [9, 1])
def test_estimates_of_many_ranks_are_those_of_all_averages(decimals: int) -> None:
    d = np.round(np.random.default_rng(3).normal(0.1, 1, 203), decimals)
    d = d[d != 0]
    first, second = np.triu_indices(d.size)
    walsh = np.sort((d[first] + d[second]) / 2)
    result = signed_rank(d)
    assert isinstance(result, SignedRank)
    assert result.pseudomedian == pytest.approx(np.median(walsh), abs=1e-11)
    assert result.low is not None
    below = np.searchsorted(walsh, result.low, side="right")
    depth = d.size * (d.size + 1) / 4 - 1.959964 * math.sqrt(d.size * (d.size + 1) * (2 * d.size + 1) / 24)
    assert walsh[int(depth) - 1] == pytest.approx(result.low, abs=1e-11)
    assert below >= int(depth)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([], [], "needs at least 2 complete pairs; there are 0"),
        ([1.0], [2.0], "needs at least 2 complete pairs; there is 1"),
        ([1.0, 2.0, 5.0], [1.1, 2.1, 5.1], "all 3 pairs have the same difference"),
    ],
)
def test_too_little_for_a_t_test_is_said(before: list[float], after: list[float], reason: str) -> None:
    t_test = paired(before, after).t_test
    assert isinstance(t_test, NoResult)
    assert reason in t_test.reason


def test_no_difference_at_all_has_no_ranks() -> None:
    assert isinstance(paired([1.0, 2.0], [1.0, 2.0]).signed_rank, NoResult)


@pytest.mark.parametrize(
    ("p", "primary", "adjusted"),
    [
        # as given by p.adjust of R with method holm
        ([0.01, 0.04, 0.03, 0.005], None, [0.03, 0.06, 0.06, 0.02]),
        ([0.01, 0.04, 0.03, 0.005], 1, [0.03, 0.04, 0.06, 0.02]),
        ([0.6, 0.9], None, [1.0, 1.0]),
        ([0.02], None, [0.02]),
        ([], None, []),
    ],
)
def test_holm(p: list[float], primary: int | None, adjusted: list[float]) -> None:
    assert holm(p, primary) == pytest.approx(adjusted)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.randoms())
def test_holm_does_not_depend_on_the_order(p: list[float], random: object) -> None:
    shuffled = sorted(range(len(p)), key=lambda _: random.random())  # type: ignore[attr-defined]
    again = holm([p[k] for k in shuffled])
    assert [again[shuffled.index(k)] for k in range(len(p))] == pytest.approx(list(holm(p)))


@pytest.mark.parametrize(
    ("cv", "alpha", "pairs"),
    [
        (0.15, 0.05, (13, 8, 5)),
        (0.25, 0.05, (31, 16, 8)),
        (0.40, 0.05, (73, 36, 17)),
        (0.15, 0.0125, (19, 11, 7)),
        (0.25, 0.0125, (44, 23, 12)),
        (0.40, 0.0125, (103, 52, 24)),
    ],
)
def test_pairs_for_rises_of_20_30_and_50_percent(cv: float, alpha: float, pairs: tuple[int, ...]) -> None:
    assert tuple(pairs_needed(ratio, cv, alpha=alpha) for ratio in (1.2, 1.3, 1.5)) == pairs


def test_power_agrees_with_r_and_with_simulation() -> None:
    # power.t.test of R (paired, strict): delta ln 1.3, sd √(2 ln(1 + 0.25²))
    assert power_of_pairs(12, 1.3, 0.25) == pytest.approx(0.6621309297, rel=1e-8)
    sd = math.sqrt(2 * math.log1p(0.25**2))
    d = np.random.default_rng(7).normal(math.log(1.3), sd, (20_000, 12))
    t = d.mean(1) / (d.std(1, ddof=1) / math.sqrt(12))
    assert np.mean(np.abs(t) > 2.200985) == pytest.approx(power_of_pairs(12, 1.3, 0.25), abs=0.01)


@pytest.mark.parametrize(
    ("pairs", "ratio", "cv"), [(2, 1.01, 0.5), (500, 20.0, 0.01), (2, 1e6, 1e-3), (100_000, 1.001, 3.0)]
)
def test_power_is_a_probability_at_the_extremes(pairs: int, ratio: float, cv: float) -> None:
    assert 0.0499 <= power_of_pairs(pairs, ratio, cv) <= 1.0


@pytest.mark.parametrize(("ratio", "cv"), [(1.0, 0.2), (0.0, 0.2), (1.2, 0.0), (1.0001, 2.0)])
def test_no_sample_size_without_a_question(ratio: float, cv: float) -> None:
    assert isinstance(pairs_needed(ratio, cv), NoResult)


@pytest.mark.parametrize(("cv", "down", "up"), [(0.10, -24, 32), (0.15, -34, 51), (0.20, -42, 73), (0.25, -49, 98)])
def test_reference_change_values(cv: float, down: int, up: int) -> None:
    assert tuple(round(100 * (ratio - 1)) for ratio in reference_change(cv)) == (down, up)


def test_measurement_variance_undoes_an_interval() -> None:
    sd, z = 0.08, 1.959963984540054
    assert measurement_variance(100 * math.exp(-z * sd), 100 * math.exp(z * sd)) == pytest.approx(sd**2)
    assert [measurement_variance(*pair) for pair in [(None, 2), (0, 2), (3, 2), (1, math.inf), (1, math.nan)]] == [
        0
    ] * 5
