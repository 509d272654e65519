"""Mixed models against a likelihood written out in full, against statsmodels, and on designs that cannot be fitted."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from courses import Course, simulate_course
from elisa_bdnf.study.statistics import Contrast, MixedFit, NoResult, contrasts, fit_mixed

Floats = npt.NDArray[np.float64]


def fit(course: Course, **more: Any) -> MixedFit:
    result = fit_mixed(course.y, course.x, course.names, **course.groups, **more)
    assert isinstance(result, MixedFit)
    return result


def brute_force_criterion(course: Course, sds: Floats, known: Floats) -> float:
    """−2 ln of the restricted likelihood: the normal density of n − p contrasts that hold no fixed effect, n × n."""
    groups = [course.subject, *([course.plate] if course.plate else [])]
    v = np.diag(sds[-1] ** 2 + known)
    for sd, group in zip(sds, groups, strict=False):
        v += sd**2 * (np.array(group)[:, None] == np.array(group)[None, :])
    q = np.linalg.qr(course.x, mode="complete")[0][:, course.x.shape[1] :]
    density = multivariate_normal.logpdf(q.T @ course.y, cov=q.T @ v @ q)
    # lme4 leaves out the constant ln|X′X|, which this density has.
    return float(-2 * density + np.linalg.slogdet(course.x.T @ course.x)[1])


@pytest.mark.parametrize(("plates", "seed"), [(0, 1), (0, 2), (4, 3), (6, 4)])
def test_known_variances_enter_as_in_a_likelihood_written_out(plates: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    course = simulate_course(rng, 12, arms=2, plates=plates)
    known = rng.uniform(0.001, 0.03, course.y.size)
    got = fit(course, known_variance=known)
    sds = np.array([got.sd_subject, *([got.sd_plate] if plates else []), got.sd_residual])
    assert got.criterion == pytest.approx(brute_force_criterion(course, sds, known), abs=1e-8)
    best = minimize(
        lambda s: brute_force_criterion(course, np.abs(s), known), sds * 1.2, method="Nelder-Mead", tol=1e-9
    )
    assert best.fun == pytest.approx(got.criterion, abs=1e-7)
    assert np.abs(best.x) == pytest.approx(sds, rel=2e-3, abs=2e-3)


def test_plates_that_take_all_of_the_scatter_are_left_out() -> None:
    """Eight values of four subjects, seven plates: the likelihood of an error of nothing has no end."""
    values = [395.58, 376.08, 561.71, 336.57, 260.66, 291.26, 174.52, 247.81]
    at_baseline = np.array([1, 0, 1, 1, 1, 0, 0, 0])
    course = Course(
        np.log(values),
        np.column_stack([np.ones(8), 1 - at_baseline]),
        ("(Intercept)", "24h"),
        ("S02", "S04", "S03", "S01", "S04", "S01", "S03", "S02"),
        ("P4", "P6", "P3", "P5", "P8", "P1", "P7", "P4"),
    )
    got = fit(course)
    assert got.sd_plate is None
    assert got.notes == ("the values are too few to tell an effect of plates from the error: none is in the model",)
    assert got.sd_residual == fit(replace(course, plate=None)).sd_residual > 0.05


def test_the_same_known_variance_everywhere_only_moves_the_residual() -> None:
    course = simulate_course(np.random.default_rng(5), 15)
    plain, known = fit(course), fit(course, known_variance=np.full(course.y.size, 0.01))
    assert known.coefficients == pytest.approx(plain.coefficients)
    assert known.covariance == pytest.approx(plain.covariance)
    assert known.sd_residual**2 + 0.01 == pytest.approx(plain.sd_residual**2)
    assert known.method == "REML with known measurement variances"


def test_known_variances_that_explain_everything_leave_no_residual() -> None:
    course = simulate_course(np.random.default_rng(6), 15, sd_residual=0.05)
    got = fit(course, known_variance=np.full(course.y.size, 0.1))
    assert got.sd_residual == 0.0
    assert "residual" in got.boundary
    for contrast in contrasts(got, np.eye(5), got.names):
        assert isinstance(contrast, Contrast)
        assert np.isfinite([contrast.se, contrast.df, contrast.p, contrast.low, contrast.high]).all()


@pytest.mark.parametrize("seed", range(4))
def test_statsmodels_gives_the_same_fit(seed: int) -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM  # noqa: PLC0415 - 2 s of import, for this test only

    rng = np.random.default_rng(100 + seed)
    full = simulate_course(rng, 20, arms=2)
    kept = np.sort(rng.choice(full.y.size, 85, replace=False))
    course = Course(full.y[kept], full.x[kept], full.names, tuple(full.subject[k] for k in kept))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = MixedLM(course.y, course.x, groups=np.array(course.subject)).fit(reml=True, gtol=1e-10)
    got = fit(course)
    assert got.coefficients == pytest.approx(other.fe_params, rel=1e-5, abs=1e-7)
    # Its printed errors come from the joint Hessian with the variances; lme4 and we take (X'V⁻¹X)⁻¹ at the estimate.
    assert np.sqrt(np.diag(got.covariance)) == pytest.approx(other.bse_fe, rel=2e-3)
    v = other.scale * np.eye(course.y.size)
    v += float(other.cov_re[0, 0]) * (np.array(course.subject)[:, None] == np.array(course.subject))
    assert got.covariance == pytest.approx(np.linalg.inv(course.x.T @ np.linalg.solve(v, course.x)), rel=2e-5, abs=1e-9)
    assert (got.sd_subject**2, got.sd_residual**2) == pytest.approx((float(other.cov_re[0, 0]), other.scale), rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-5, 5), scale=st.floats(1e-3, 1e3))
def test_shifting_scaling_and_shuffling_move_the_fit_along(seed: int, shift: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    course = simulate_course(
        rng, int(rng.integers(3, 12)), sd_subject=float(rng.choice([0, 0.1, 1])), plates=int(rng.choice([0, 3]))
    )
    order = rng.permutation(course.y.size)
    plate = tuple(course.plate[k] for k in order) if course.plate else None
    moved = Course(
        shift + scale * course.y[order], course.x[order], course.names, tuple(course.subject[k] for k in order), plate
    )
    a, b = fit(course), fit(moved)
    expected = scale * a.coefficients + shift * np.eye(a.coefficients.size)[0]
    assert b.coefficients == pytest.approx(expected, rel=1e-6, abs=1e-6 * scale)
    assert b.sd_residual == pytest.approx(scale * a.sd_residual, rel=1e-6)
    assert b.sd_subject == pytest.approx(scale * a.sd_subject, rel=1e-5, abs=1e-6 * scale)
    assert b.boundary == a.boundary


COURSE = simulate_course(np.random.default_rng(1), 4)


@pytest.mark.parametrize(
    ("y", "x", "subject", "reason"),
    [
        ([], [], [], "there are no values"),
        ([1, 2], [[1], [1]], ["a", "b"], "every subject has one value only"),
        ([1, 2, 3], [[1], [1], [1]], ["a", "a", "a"], "all values are from one subject"),
        ([1, 2], [[1, 0], [1, 1]], ["a", "b"], "2 values for 2 coefficients"),
        ([3, 3, 3, 3], [[1, 0], [1, 1], [1, 0], [1, 1]], ["a", "a", "b", "b"], "there is no scatter to measure by"),
        ([3, 4, 3, 4], [[1, 0], [1, 1], [1, 0], [1, 1]], ["a", "a", "b", "b"], "there is no scatter to measure by"),
        ([3, 4, 5, 6], [[1, 0], [1, 1], [1, 0], [1, 1]], ["a", "a", "b", "b"], "follow the same course exactly"),
    ],
)
def test_what_cannot_be_fitted_has_a_reason(
    y: list[float], x: list[list[float]], subject: list[str], reason: str
) -> None:
    names = ["(Intercept)", "timepoint24h"][: len(x[0]) if x else 2]
    result = fit_mixed(y, x, names, subject=subject)
    assert isinstance(result, NoResult)
    assert reason in result.reason


@pytest.mark.parametrize(
    ("plate", "note"),
    [
        (["P1"] * 20, "all values are from one plate"),
        ([f"P{k}" for k in range(20)], "each value is from a plate of its own"),
        ([f"P{s}" for s in COURSE.subject], "each subject has a plate of its own"),
        (["P1"] * 10 + ["P2"] * 10, "rests on 2 plates"),
    ],
)
def test_plates_that_cannot_be_told_apart_are_noted(plate: list[str], note: str) -> None:
    result = fit_mixed(COURSE.y, COURSE.x, COURSE.names, subject=COURSE.subject, plate=plate)
    assert isinstance(result, MixedFit)
    assert note in result.notes[0]
    assert (result.sd_plate is None) is ("rests" not in note)


@pytest.mark.parametrize(("y", "known"), [([np.nan, 1, 2], None), ([1, 2, 3], [0, 0, -1]), ([1, 2, 3], [0, 0])])
def test_numbers_that_are_none_are_a_mistake_of_the_caller(y: list[float], known: list[float] | None) -> None:
    with pytest.raises(ValueError, match="must"):
        fit_mixed(y, [[1]] * 3, ["(Intercept)"], subject=["a", "a", "b"], known_variance=known)


def test_timepoints_without_data_and_groups_of_one_subject_are_fitted_without_them() -> None:
    course = simulate_course(np.random.default_rng(8), 7, arms=6)  # one arm has two subjects, the others one
    result = fit(course)
    assert np.isfinite(result.covariance).all()
    empty = Course(
        course.y, np.column_stack([course.x, np.zeros(course.y.size)]), (*course.names, "timepoint14d"), course.subject
    )
    without = fit(empty)
    assert without.dropped == ("timepoint14d",)
    assert without.coefficients == pytest.approx(result.coefficients)
