"""The t quantile against scipy."""

from __future__ import annotations

import math

import pytest
import scipy.stats

from elisa_bdnf.analysis.student_t import t_quantile, t_tail


@pytest.mark.parametrize("df", [1, 1.5, 2, 3, 4, 7, 12, 30, 100, 1000, 1e5])
@pytest.mark.parametrize("probability", [0.5001, 0.6, 0.8, 0.95, 0.975, 0.995, 0.9999, 1 - 1e-8, 0.025])
def test_quantile(df: float, probability: float) -> None:
    expected = float(scipy.stats.t.ppf(probability, df))
    assert t_quantile(probability, float(df)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("t", [0.0, 0.3, 2.0, 40.0])
def test_tail(t: float) -> None:
    assert t_tail(t, 7.0) == pytest.approx(float(scipy.stats.t.sf(t, 7)), rel=1e-12)


def test_ends() -> None:
    assert t_quantile(0.975, math.inf) == pytest.approx(1.959963984540054, rel=1e-14)
    assert t_quantile(0.5, 5.0) == 0
    for probability, df in ((0.0, 5.0), (1.0, 5.0), (0.9, 0.0), (0.9, math.nan)):
        with pytest.raises(ValueError, match="t quantile"):
            t_quantile(probability, df)


def test_a_tiny_fraction_of_a_degree_of_freedom() -> None:
    """The quantile is astronomical, and there is one."""
    t = t_quantile(0.975, 0.02)
    assert t > 1e30
    assert t_tail(t, 0.02) == pytest.approx(0.025, rel=1e-9)
