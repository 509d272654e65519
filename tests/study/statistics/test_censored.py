"""Censored values in the mixed model: against integrals written out, against REML, and in simulation."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import log_ndtr
from scipy.stats import norm

from courses import Course, simulate_course
from elisa_bdnf.study.statistics import Contrast, MixedFit, NoResult, contrasts, fit_censored, fit_mixed, fit_normal
from elisa_bdnf.study.statistics._marginal import Rows, alike, marginal
from elisa_bdnf.study.statistics._profile import Peak, Surface

Floats = npt.NDArray[np.float64]
Sides = npt.NDArray[np.intp]


def censored_at(course: Course, low: float, high: float = np.inf) -> tuple[Floats, Sides]:
    side = np.where(course.y < low, -1, np.where(course.y > high, 1, 0))
    return np.clip(course.y, low, high), side


def fit(course: Course, y: Floats, side: Sides, **more: Any) -> MixedFit:
    result = fit_censored(y, course.x, course.names, **course.groups, censoring=side, **more)
    assert isinstance(result, MixedFit)
    assert result.convergence.converged
    return result


def log_likelihood_written_out(rows: Rows, beta: Floats, gamma: Floats) -> float:
    """One integral per subject, by a general-purpose routine."""
    parts = [one_integral(rows, rows.subject == k, beta, gamma) for k in np.unique(rows.subject)]
    return float(np.sum(parts))


def one_integral(rows: Rows, mine: npt.NDArray[np.bool_], beta: Floats, gamma: Floats) -> float:
    y, side, mean, sd = rows.y[mine], rows.side[mine], rows.x[mine] @ beta, np.sqrt(gamma[1] + rows.known[mine])

    def log_density(b: float) -> float:
        z = (y - mean - b) / sd
        each = np.where(side == 0, norm.logpdf(z) - np.log(sd), log_ndtr(-side * z))
        return float(each.sum() + norm.logpdf(b, scale=math.sqrt(gamma[0])))

    grid = np.linspace(-8, 8, 2001) * math.sqrt(gamma[0])
    values = np.array([log_density(b) for b in grid])
    top, inside = values.max(), grid[values > values.max() - 60]
    edges = np.linspace(inside[0], inside[-1], 12)
    areas = [quad(lambda b: math.exp(log_density(b) - top), *pair, epsabs=1e-13)[0] for pair in pairwise(edges)]
    return float(top + math.log(sum(areas)))


@pytest.mark.parametrize("gamma", [(0.16, 0.04), (0.7, 0.02), (0.01, 0.3)])
def test_the_integrals_are_those_written_out(gamma: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    course = simulate_course(rng, 6, sd_subject=0.8)
    y, side = censored_at(course, 0.1, 0.9)
    side[:5], side[5:10], side[10:15] = -1, 1, 0  # with all below, all above and all measured among the subjects
    rows = Rows(course.x, y, side, np.arange(0, 30, 5), np.repeat(np.arange(6), 5), rng.uniform(0, 0.05, 30))
    blocks, beta = alike(rows), np.array([0.2, 0.3, 0.2, 0.1, 0.0])
    assert len(blocks) == 3
    start = tuple(np.zeros(block.starts.size) for block in blocks)
    here = marginal(blocks, beta, np.array(gamma), start)
    assert here.log_likelihood == pytest.approx(log_likelihood_written_out(rows, beta, np.array(gamma)), abs=1e-8)
    step = 1e-5 * np.eye(5)
    up, down = ([marginal(blocks, beta + s * d, np.array(gamma), here.modes) for d in step] for s in (1, -1))
    slope = [(a.log_likelihood - b.log_likelihood) / 2e-5 for a, b in zip(up, down, strict=True)]
    assert here.score == pytest.approx(np.array(slope), rel=1e-5, abs=1e-6)
    curvature = [-(a.score - b.score) / 2e-5 for a, b in zip(up, down, strict=True)]
    assert here.information == pytest.approx(np.array(curvature), rel=1e-4, abs=1e-5)


def test_without_censored_values_the_criterion_is_that_of_reml_and_so_is_the_fit() -> None:
    course = simulate_course(np.random.default_rng(11), 10, arms=2)
    reml = fit_mixed(course.y, course.x, course.names, **course.groups)
    assert isinstance(reml, MixedFit)
    rows = Rows(
        course.x, course.y, np.zeros(50, dtype=np.intp), np.arange(0, 50, 5), np.repeat(np.arange(10), 5), np.zeros(50)
    )
    start = Peak(np.inf, np.zeros(10), np.eye(10), (np.zeros(10),))
    at_reml = Surface(rows, alike(rows), np.array([reml.sd_subject**2, reml.sd_residual**2]), start, restricted=True)
    assert at_reml.criterion == pytest.approx(reml.criterion, abs=1e-9)
    drop = at_reml.gradient @ np.linalg.solve(at_reml.information, at_reml.gradient)
    assert drop == pytest.approx(0, abs=1e-7)
    assert at_reml.peak.coefficients == pytest.approx(reml.coefficients, abs=1e-9)
    nothing = fit_censored(course.y, course.x, course.names, **course.groups, censoring=np.zeros(50, dtype=int))
    assert isinstance(nothing, MixedFit)
    assert (nothing.method, nothing.criterion) == ("REML", reml.criterion)


def test_a_limit_that_tells_nothing_leaves_the_fit_of_the_other_values() -> None:
    course = simulate_course(np.random.default_rng(12), 12)
    side, y = np.zeros(60, dtype=np.intp), course.y.copy()
    side[[3, 17, 40]], y[[3, 17, 40]] = -1, 50.0  # "below e⁵⁰" is true of everything
    kept = np.flatnonzero(side == 0)
    others = fit_mixed(y[kept], course.x[kept], course.names, subject=[course.subject[k] for k in kept])
    assert isinstance(others, MixedFit)
    got = fit(course, y, side)
    assert got.coefficients == pytest.approx(others.coefficients, abs=1e-5)
    assert (got.sd_subject, got.sd_residual) == pytest.approx((others.sd_subject, others.sd_residual), rel=1e-4)
    assert got.criterion == pytest.approx(others.criterion, abs=1e-7)


def test_maximum_likelihood_is_that_of_a_search_over_everything_at_once() -> None:
    course = simulate_course(np.random.default_rng(13), 8, effects=(0.0, 0.3, 0.1))
    y, side = censored_at(course, float(np.quantile(course.y, 0.3)))
    got = fit(course, y, side, restricted=False)
    rows = Rows(course.x, y, side, np.arange(0, 24, 3), np.repeat(np.arange(8), 3), np.zeros(24))
    blocks = alike(rows)
    modes = tuple(np.zeros(block.starts.size) for block in blocks)
    at = np.array([*got.coefficients, got.sd_subject, got.sd_residual])

    def criterion(v: Floats) -> float:
        return -2 * marginal(blocks, v[:3], v[3:] ** 2, modes).log_likelihood

    best = minimize(criterion, at + 0.02, tol=1e-12)
    assert got.criterion == pytest.approx(best.fun, abs=1e-6)
    assert best.x == pytest.approx(at, abs=1e-3)
    covariance = 2 * np.linalg.inv(
        second_derivatives(lambda v: -2 * marginal(blocks, v[:3], v[3:] ** 2, modes).log_likelihood, at)
    )
    assert got.covariance == pytest.approx(covariance[:3, :3], rel=1e-3)


def second_derivatives(function: Any, at: Floats, step: float = 1e-3) -> Floats:
    moves = step * np.eye(at.size)
    return np.array(
        [
            [(function(at + a + b) - function(at + a - b) - function(at - a + b) + function(at - a - b)) for b in moves]
            for a in moves
        ]
    ) / (4 * step**2)


def test_turning_everything_upside_down_turns_the_fit() -> None:
    course = simulate_course(np.random.default_rng(14), 12, arms=2)
    y, side = censored_at(course, float(np.quantile(course.y, 0.2)), float(np.quantile(course.y, 0.95)))
    up, down = fit(course, y, side), fit(course, -y, -side)
    assert down.coefficients == pytest.approx(-up.coefficients, abs=1e-5)
    assert down.covariance == pytest.approx(up.covariance, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(
    ("side", "reason"),
    [
        ([-1] * 20, "every value is censored"),
        ([0, 0, 0] + [-1] * 17, "nothing is left to estimate the scatter from"),
        ([0, -1, -1, -1, -1, -1, 0, -1, -1, -1, 0, -1, -1, -1, -1, -1, 0, -1, -1, -1], "measured values"),
    ],
)
def test_too_much_censoring_has_a_reason(side: list[int], reason: str) -> None:
    course = simulate_course(np.random.default_rng(15), 4)
    result = fit_censored(course.y, course.x, course.names, subject=course.subject, censoring=side)
    assert isinstance(result, NoResult)
    assert reason in result.reason


def test_a_timepoint_without_a_measured_value_has_no_contrast_and_the_others_have() -> None:
    course = simulate_course(np.random.default_rng(16), 10)
    side = np.where(course.x[:, 4] == 1, -1, 0)
    got = fit(course, course.y, side)
    *others, last = contrasts(got, np.eye(5)[1:], course.names[1:])
    assert all(isinstance(other, Contrast) for other in others)
    assert isinstance(last, NoResult)
    assert "timepoint7d" in last.reason
    assert "10 censored values where nothing was measured" in got.notes[0]


def test_plates_are_fixed_effects_beside_censored_values() -> None:
    course = simulate_course(np.random.default_rng(17), 20, plates=3, sd_plate=0.3)
    y, side = censored_at(course, float(np.quantile(course.y, 0.2)))
    got = fit(course, y, side)
    assert got.names[-2:] == ("plate P0", "plate P1")
    assert got.sd_plate is None
    assert "fixed effects" in got.notes[0]
    assert isinstance(contrasts(got, np.eye(5)[1:2], ["120min"])[0], Contrast)


@pytest.mark.parametrize("side", [[0, 2, 0], [0, 0]])
def test_sides_are_below_measured_or_above(side: list[int]) -> None:
    with pytest.raises(ValueError, match="censoring"):
        fit_censored([1, 2, 3], [[1]] * 3, ["(Intercept)"], subject=["a", "a", "b"], censoring=side)


def test_known_variances_and_no_variance_between_subjects_are_no_obstacle() -> None:
    rng = np.random.default_rng(18)
    course = simulate_course(rng, 12, sd_subject=0.0)
    y, side = censored_at(course, float(np.quantile(course.y, 0.25)))
    flat = fit(course, y, side, known_variance=rng.uniform(0.005, 0.01, 60))
    assert "known measurement variances" in flat.method
    heavy = fit(course, y, side, known_variance=np.full(60, 0.5))
    assert heavy.boundary == ("subject", "residual")
    assert all(
        isinstance(c, Contrast) and np.isfinite([c.se, c.df, c.p]).all()
        for c in contrasts(heavy, np.eye(5), heavy.names)
    )


TRUTH = np.log([1.5, 1.8])
STUDIES = 60


def changes(result: MixedFit | NoResult) -> list[Contrast]:
    assert isinstance(result, MixedFit)
    return [c for c in contrasts(result, np.eye(3)[1:], ["120min", "230min"]) if isinstance(c, Contrast)]


def simulated_changes() -> dict[str, list[Contrast]]:
    """Of the same studies, about 30 % below one limit: as censored values, and with the limit or half of it instead."""
    rng = np.random.default_rng(2025)
    found: dict[str, list[Contrast]] = {"censored": [], "limit": [], "half": []}
    for _ in range(STUDIES):
        course = simulate_course(rng, 20, sd_subject=0.5, sd_residual=0.3, effects=(0.0, *TRUTH))
        y, side = censored_at(course, 0.03)
        found["censored"] += changes(fit(course, y, side))
        for name, values in {"limit": y, "half": np.where(side < 0, y - math.log(2), y)}.items():
            found[name] += changes(fit_mixed(values, course.x, course.names, subject=course.subject))
    return found


def bias_and_coverage(found: list[Contrast]) -> tuple[float, float]:
    truth = np.tile(TRUTH, STUDIES)
    bias = float(np.expm1(np.mean([c.estimate for c in found] - truth)))
    return bias, float(np.mean([c.low <= t <= c.high for c, t in zip(found, truth, strict=True)]))


def test_thirty_percent_censored_neither_bias_the_change_nor_spoil_its_interval() -> None:
    found = {name: bias_and_coverage(list_) for name, list_ in simulated_changes().items()}
    bias, coverage = found["censored"]
    assert abs(bias) <= 0.03
    assert 0.93 <= coverage <= 0.97
    assert found["limit"][0] < -0.05
    assert found["limit"][1] < 0.8
    assert abs(found["half"][0]) > abs(bias)


@pytest.mark.parametrize("seed", range(3))
def test_a_censored_mean_has_the_standard_error_of_the_information(seed: int) -> None:
    y = np.random.default_rng(seed).normal(0.2, 1.3, 25)
    side = np.where(y < -0.6, -1, np.where(y > 1.8, 1, 0))
    values = np.clip(y, -0.6, 1.8)
    fit = fit_normal(values.tolist(), side.tolist())
    assert fit is not None

    def minus_log_likelihood(mean: float, sd: float) -> float:
        z = (values - mean) / sd
        return -float(np.where(side == 0, norm.logpdf(z) - math.log(sd), log_ndtr(-side * z)).sum())

    at, h = np.array([fit.mean, fit.sd]), 1e-4
    steps = h * np.eye(2)
    bend = np.array([[sum(s * r * minus_log_likelihood(*(at + s * a + r * b)) for s in (1, -1) for r in (1, -1))
                      for a in steps] for b in steps]) / (4 * h * h)  # fmt: skip
    slope = [minus_log_likelihood(*(at + step)) - minus_log_likelihood(*(at - step)) for step in steps]
    assert slope == pytest.approx([0, 0], abs=1e-6)
    assert fit.se == pytest.approx(math.sqrt(np.linalg.inv(bend)[0, 0] * 25 / 24), rel=1e-4)


def test_a_fit_that_does_not_settle_ends_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    course = simulate_course(np.random.default_rng(4), 8)
    y, side = censored_at(course, 0.1)
    monkeypatch.setattr("elisa_bdnf.study.statistics.censored.TERMS_PER_ROW", 100.0)
    result = fit_censored(y, course.x, course.names, **course.groups, censoring=side)
    assert isinstance(result, NoResult)
    assert "no clear maximum" in result.reason
