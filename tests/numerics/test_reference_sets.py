"""Every reference fit: parameters, standard errors, covariance, sums of squares, inverses and intervals."""

from __future__ import annotations

import math

import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import curve_variance, invert_or_none, predict, slope
from elisa_bdnf.analysis.intervals import inversion, ln_standard_error
from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.model.curve import Curve
from numerics.reference import EVERYTHING, Case, cases, digits
from shared import needs_reference

pytestmark = needs_reference


def fitted(case: Case) -> Curve:
    curve = calibrate(case.levels, case.spec, EVERYTHING)
    assert isinstance(curve, Curve), curve
    return curve


@pytest.mark.parametrize("case", cases("ok"), ids=str)
def test_optimum(case: Case) -> None:
    curve, fit = fitted(case), case.fit
    assert curve.report.no_finite_estimate == ()
    for name, expected in fit["params"].items():
        assert digits(getattr(curve, name), expected) >= 8, name
    for name, expected in fit["se"].items():
        assert digits(curve.standard_errors[name], expected) >= 8, name
    assert digits(curve.report.residual_sum_of_squares, fit["rss"]) >= 9
    assert digits(curve.report.residual_sd, fit["sigma"]) >= 9
    assert (curve.report.degrees_of_freedom, curve.report.n) == (fit["df"], fit["n"])
    if "theta" in fit:
        assert digits(curve.report.theta or 0.0, fit["theta"]) >= 8
    check_inverses(curve, fit)


def check_inverses(curve: Curve, fit: dict) -> None:
    t = t_quantile(0.975, float(fit["df"]))
    assert digits(t, fit["t975"]) >= 12
    for row in fit["inverse"]:
        x = invert_or_none(curve, row["y"])
        if row["x"] is None:
            assert x is None
            continue
        assert x is not None
        assert digits(x, row["x"]) >= 7
        assert digits(ln_standard_error(curve, row["y"], x, 1), row["se_lnx_m1"]) >= 6
        assert digits(ln_standard_error(curve, row["y"], x, 2), row["se_lnx_m2"]) >= 6
        assert digits(math.sqrt(curve_variance(curve, x)) / abs(slope(curve, x)), row["se_lnx_curve"]) >= 6
        if "inversion95_x_m1" in row:
            check_inversion(curve, row, t, x)


def check_inversion(curve: Curve, row: dict, t: float, x: float) -> None:
    """The reference looks for bounds within e^12 of x; beyond that both may say what they like."""
    found = inversion(curve, row["y"], 1, t, x)
    for bound, expected in zip((found.low, found.high), row["inversion95_x_m1"], strict=True):
        assert bound is not None
        if expected is not None:
            assert digits(bound, expected) >= 6
        else:
            assert bound in (0.0, math.inf) or abs(math.log(bound / x)) > 11.9


@pytest.mark.parametrize("case", cases("no_finite_optimum"), ids=str)
def test_power_law_limit(case: Case) -> None:
    """No finite d and c, but the limit y = a + k·(x/x_max)^b, so every concentration inside is known."""
    curve, fit = fitted(case), case.fit
    limit = fit["limit_params"]
    assert set(curve.report.no_finite_estimate) == {"d", "c"}
    assert not {"d", "c"} & set(curve.standard_errors)
    assert digits(curve.report.residual_sum_of_squares, fit["rss_infimum"]) >= 9
    assert digits(curve.a, limit["intercept"]) >= 7
    assert digits(curve.b, limit["b"]) >= 7
    highest = case.levels[-1].nominal
    for share in (0.1, 0.4, 0.9):
        y = limit["intercept"] + limit["k_at_xmax"] * share ** limit["b"]
        x = invert_or_none(curve, y)
        assert x is not None
        assert digits(x, share * highest) >= 6


@pytest.mark.parametrize("case", cases("not_identified"), ids=str)
def test_not_identified(case: Case) -> None:
    """Said to be so, at a sum of squares no higher than the reference could reach, with concentrations inside."""
    curve, fit = fitted(case), case.fit
    assert curve.report.no_finite_estimate != ()
    assert not set(curve.report.no_finite_estimate) & set(curve.standard_errors)
    assert curve.report.residual_sum_of_squares <= fit["rss_upper_bound_of_infimum"] * (1 + 5e-5)
    low, high = (level.nominal for level in (case.levels[1], case.levels[-1]))
    x = math.sqrt(low * high)
    inside = invert_or_none(curve, predict(curve, x))
    if inside is None:  # a kinked curve that is flat at x: its response is the asymptote itself
        assert digits(predict(curve, x), curve.d) >= 12
    else:
        assert digits(inside, x) >= 6


@pytest.mark.parametrize("case", cases("gls_not_converged"), ids=str)
def test_theta_without_reference(case: Case) -> None:
    """R and the reference program gave up; the answer must still be finite and say what it is."""
    curve = fitted(case)
    assert curve.report.theta is not None
    assert 0 <= curve.report.theta <= 3
    assert math.isfinite(curve.report.residual_sum_of_squares)
