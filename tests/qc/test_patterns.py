"""The two tests of chance that rules use, against other ways to the same number."""

from __future__ import annotations

from itertools import groupby, permutations

import numpy as np
import pytest
from scipy import stats

from elisa_bdnf.qc.curve_rules import runs_p
from elisa_bdnf.qc.pattern_rules import wilcoxon_p


@pytest.mark.parametrize(("n", "shift"), [(10, 0.0), (12, 0.5), (16, 1.0), (40, 0.3)])
def test_the_signed_rank_test_is_that_of_scipy(n: int, shift: float) -> None:
    differences = np.random.default_rng(n).standard_normal(n) + shift
    expected = stats.wilcoxon(differences, correction=True, method="asymptotic").pvalue
    assert wilcoxon_p(differences.tolist()) == pytest.approx(expected, rel=1e-9)


def test_ties_and_zeros_of_the_signed_rank_test() -> None:
    differences = [0.1, 0.1, -0.1, 0.2, 0.2, 0.3, 0.0, 0.4, 0.5, 0.5, -0.2, 0.6]
    expected = stats.wilcoxon(differences, zero_method="wilcox", correction=True, method="asymptotic").pvalue
    assert wilcoxon_p(differences) == pytest.approx(expected, rel=1e-9)
    assert wilcoxon_p([0.0, 0.0]) == 1.0


@pytest.mark.parametrize("signs", [(1, 1, 1, 1, 0, 0, 0, 0), (1, 1, 0, 0, 0, 1, 1), (1, 0, 1, 0, 1, 0), (1, 1, 1)])
def test_the_runs_test_counts_orders(signs: tuple[int, ...]) -> None:
    def runs(order: tuple[int, ...]) -> int:
        return sum(1 for _ in groupby(order))

    orders = set(permutations(signs))
    expected = sum(runs(order) <= runs(signs) for order in orders) / len(orders)
    assert runs_p([bool(sign) for sign in signs]) == pytest.approx(expected)
