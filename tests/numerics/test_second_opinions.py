"""NIST, R and scipy: the same numbers by other people's programs."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import curve_fit

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import curve_variance, invert_or_none, slope
from elisa_bdnf.analysis.intervals import inversion, ln_standard_error
from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.model.curve import Curve, CurveSpec, Model, weights_from_text
from numerics.reference import EVERYTHING, SETS, digits, levels_from_table, levels_of, read
from shared import needs_reference

NONE = weights_from_text("none")
MANY = 10**18  # wells: leaves the error of the curve alone


def curve_of(levels: Any, spec: CurveSpec, **options: Any) -> Curve:
    curve = calibrate(levels, spec, EVERYTHING, **options)
    assert isinstance(curve, Curve), curve
    return curve


@needs_reference
@pytest.mark.parametrize("start", ["start1", "start2"])
def test_nist_rat42(start: str) -> None:
    """Rat42 is y = b1/(1 + exp(b2 − b3·t)): a 4PL in x = e^t with a = 0, from both starts that NIST gives."""
    data = json.loads((SETS / "_nist_generic.json").read_text(encoding="utf-8"))["Rat42"]
    b = data["starts"][start]
    begin = {"a": 0.0, "d": b["b1"], "b": b["b3"], "c": math.exp(b["b2"] / b["b3"])}
    levels = levels_from_table([math.exp(t) for t in data["x"]], data["y"])
    curve = curve_of(levels, CurveSpec(Model.THREE_PL, NONE, fixed={"a": 0.0}), starts=[begin])
    sure, sd = data["certified"], data["certified_sd"]
    assert digits(curve.d, sure["b1"]) >= 10
    assert digits(curve.b, sure["b3"]) >= 10
    assert digits(curve.b * math.log(curve.c), sure["b2"]) >= 10
    assert digits(curve.standard_errors["d"], sd["b1"]) >= 10
    assert digits(curve.standard_errors["b"], sd["b3"]) >= 9
    assert digits(curve.report.residual_sum_of_squares, data["rss"]) >= 10
    assert digits(curve.report.residual_sd, data["residual_sd"]) >= 10


@needs_reference
def test_checkpoints_of_dnase_run_1() -> None:
    """Figures that were computed once and are printed in documents; independent of the JSON."""
    curve = curve_of(levels_of("dnase_run01"), CurveSpec(weights=NONE))
    assert (curve.a, curve.d) == pytest.approx((-0.00789717437, 2.37723886653), rel=1e-9)
    assert (curve.c, curve.b) == pytest.approx((4.51498978687, 0.94110682028), rel=1e-9)
    assert curve.report.residual_sum_of_squares == pytest.approx(0.00470725495816, rel=1e-11)
    x = invert_or_none(curve, 1.0)
    assert x == pytest.approx(3.24024992, rel=2e-8)  # R stopped there
    t = t_quantile(0.975, 12.0)
    alone, single = inversion(curve, 1.0, MANY, t, x), inversion(curve, 1.0, 1, t, x)
    assert (alone.low, alone.high) == pytest.approx((3.1182, 3.3695), abs=6e-5)
    assert (single.low, single.high) == pytest.approx((2.9675, 3.5374), abs=6e-5)
    assert math.sqrt(curve_variance(curve, x)) / slope(curve, x) * x == pytest.approx(0.0576283, abs=6e-8)
    assert ln_standard_error(curve, 1.0, x, 1) * x == pytest.approx(0.1305760, abs=6e-8)


@needs_reference
@pytest.mark.parametrize(
    ("block", "name", "fixed"),
    [
        ("dnase_run01_4pl_investr", "dnase_run01", {}),
        ("dnase_run01_3pl_investr", "dnase_run01", {"a": 0.0}),
        ("nasturtium_3pl_investr", "drc_nasturtium", {"d": 0.0}),
    ],
)
def test_inverse_predictions_of_investr(block: str, name: str, fixed: dict[str, float]) -> None:
    """investr 1.4.2 with one response, or curve error only; with several unknown wells it changes the df, we do not."""
    rows = json.loads((SETS / "_inverse_and_gnls_from_R.json").read_text(encoding="utf-8"))[block]["rows"]
    curve = curve_of(levels_of(name), CurveSpec(weights=NONE, fixed=fixed))
    t = t_quantile(0.975, float(curve.report.degrees_of_freedom))
    compared = 0
    for row in rows:
        if isinstance(row["y0"], list):
            continue
        wells = MANY if row["mean.response"] else 1
        x = invert_or_none(curve, row["y0"])
        assert x == pytest.approx(row["estimate"], rel=2e-6)  # what nls converged to
        if row["interval"] == "inversion":
            found = inversion(curve, row["y0"], wells, t, x)
            assert (found.low, found.high) == pytest.approx((row["lower"], row["upper"]), rel=3e-4, abs=2e-5)
        else:
            error = ln_standard_error(curve, row["y0"], x, wells) * x
            assert error == pytest.approx(row["se"], rel=1e-5)
            assert (x - t * error, x + t * error) == pytest.approx((row["lower"], row["upper"]), rel=3e-5)
        compared += 1
    assert compared >= 2


@needs_reference
@pytest.mark.parametrize(
    ("block", "name", "fixed"),
    [
        ("dnase_run01_4pl_gnls_varPower", "dnase_run01", {}),
        ("dnase_pooled_4pl_gnls_varPower", "dnase_pooled", {}),
        ("dnase_run01_3pl_gnls_varPower", "dnase_run01", {"a": 0.0}),
        ("dnase_pooled_3pl_gnls_varPower", "dnase_pooled", {"a": 0.0}),
    ],
)
def test_gnls_of_nlme(block: str, name: str, fixed: dict[str, float]) -> None:
    """As many digits as gnls reaches at its tightest tolerance (5 to 6)."""
    theirs = json.loads((SETS / "_inverse_and_gnls_from_R.json").read_text(encoding="utf-8"))[block]
    curve = curve_of(levels_of(name), CurveSpec(weights=weights_from_text("power"), fixed=fixed))
    assert curve.report.theta == pytest.approx(theirs["theta"], rel=2e-5)
    assert curve.report.residual_sd == pytest.approx(theirs["sigma"], rel=2e-5)
    coefficients = theirs["coef"]
    assert curve.d == pytest.approx(coefficients.get("d", coefficients.get("Asym")), rel=2e-5)
    assert math.log(curve.c) == pytest.approx(coefficients.get("lc", coefficients.get("xmid")), rel=2e-5)


@needs_reference
def test_published_example_of_donors() -> None:
    """The ETH example end to end: a fixed at the blank, mean of two wells, log2 concentrations and curve error."""
    published = next(p for p in read("eth_igg")["published"] if "back-calculated" in p["what"])["values"]
    curve = curve_of(levels_of("eth_igg"), CurveSpec(weights=NONE, fixed={"a": 0.0045}))
    for row in published:
        x = invert_or_none(curve, row["od"])
        assert x is not None
        assert math.log2(x) == pytest.approx(row["log2conc"], abs=0.012)
        error = ln_standard_error(curve, row["od"], x, MANY) / math.log(2)
        assert t_quantile(0.975, 15.0) * error == pytest.approx(row["log2conf"], abs=0.0015)


def logistic(x: Any, a: float, d: float, c: float, b: float) -> Any:
    return d + (a - d) / (1 + (x / c) ** b)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("weights", ["none", "1/y", "1/y2"])
def test_scipy_finds_no_lower_minimum(seed: int, weights: str) -> None:
    """curve_fit from the truth as a start, rising and falling curves: same minimum, same parameters and errors."""
    noise = np.random.default_rng(seed)
    truth = np.array([0.07, 2.9, 300.0, noise.uniform(0.8, 1.8)])
    if seed % 3 == 0:
        truth[:2] = truth[1::-1]
    x = np.repeat(np.append(1000 / 2.0 ** np.arange(8), 0.0), 2)
    y = np.abs(logistic(x, *truth) * (1 + 0.04 * noise.standard_normal(len(x))))
    sigma = {"none": None, "1/y": np.sqrt(y), "1/y2": y}[weights]
    theirs, covariance = curve_fit(logistic, x, y, truth, sigma=sigma, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    curve = curve_of(levels_from_table(x, y), CurveSpec(weights=weights_from_text(weights)))
    rss = float(np.sum(((y - logistic(x, *theirs)) / (1 if sigma is None else sigma)) ** 2))
    assert curve.report.residual_sum_of_squares <= rss * (1 + 1e-12)
    assert (curve.a, curve.d, curve.c, curve.b) == pytest.approx(tuple(theirs), rel=2e-4, abs=1e-6)
    errors = np.sqrt(np.diag(covariance))
    assert [curve.standard_errors[n] for n in "adcb"] == pytest.approx(list(errors), rel=2e-3)


def test_power_weights_are_the_fixed_point_of_reweighting() -> None:
    """Re-weight by hand with scipy until nothing moves."""
    noise = np.random.default_rng(5)
    x = np.repeat(1000 / 2.0 ** np.arange(8), 2)
    y = logistic(x, 0.06, 3.0, 280.0, 1.2) * (1 + 0.05 * noise.standard_normal(16))
    place = np.array([0.06, 3.0, 280.0, 1.2])
    for _ in range(60):
        place, _ = curve_fit(logistic, x, y, place, sigma=logistic(x, *place) ** 0.8, xtol=1e-15, ftol=1e-15)
    curve = curve_of(levels_from_table(x, y), replace(CurveSpec(), weights=weights_from_text("power:0.8")))
    assert (curve.a, curve.d, curve.c, curve.b) == pytest.approx(tuple(place), rel=1e-5)
