"""Responses outside the curve: the bound is where the response of the asymptote itself becomes implausible."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curve_reading import read_responses
from elisa_bdnf.analysis.curves import curve_variance, predict
from elisa_bdnf.analysis.intervals import t_values_or_none
from elisa_bdnf.analysis.scatter import well_variance
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, weights_from_text
from elisa_bdnf.model.estimate import RangeStatus
from numerics.reference import EVERYTHING

NOISE = np.random.default_rng(12)
SCATTER = 1 + 0.03 * NOISE.standard_normal((9, 2))
X = (0.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)


def curve_of(model: Model, weights: str, *, rising: bool) -> Curve:
    level = [0.05 + 2.9 * (x / 90) ** 1.3 / (1 + (x / 90) ** 1.3) for x in X]
    level = level if rising else [3.0 - y for y in level]
    wells = [Level(x, tuple(float(y * s) for s in each)) for x, y, each in zip(X, level, SCATTER, strict=True)]
    curve = calibrate(wells, CurveSpec(model, weights_from_text(weights)), EVERYTHING)
    assert isinstance(curve, Curve)
    return curve


@pytest.mark.parametrize("model", [Model.FOUR_PL, Model.FIVE_PL, Model.FIVE_PL_R])
@pytest.mark.parametrize("weights", ["none", "power:1", "1/y2"])
@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("wells", [1, 3])
def test_bound(model: Model, weights: str, rising: bool, wells: int) -> None:
    curve = curve_of(model, weights, rising=rising)
    t = stats.t.ppf(0.975, curve.report.degrees_of_freedom)

    def excess(ln_x: float, asymptote: float) -> float:
        x = math.exp(ln_x)
        expected = predict(curve, x)
        scatter = well_variance(curve, expected if weights == "power:1" else asymptote) / wells
        return abs(asymptote - expected) - t * math.sqrt(scatter + curve_variance(curve, x))

    middle = math.log(curve.c)
    step = 1.0 if rising else -1.0
    beyond = {RangeStatus.BELOW_CURVE: curve.a - step * 0.3, RangeStatus.ABOVE_CURVE: curve.d + step * 0.3}
    (below, above) = read_responses(curve, list(beyond.values()), [wells, wells])
    assert [below.status, above.status] == list(beyond)
    assert (below.in_well, above.in_well) == (None, None)
    assert below.interval.low == 0.0
    assert above.interval.high == math.inf
    lowest = optimize.brentq(excess, middle - 12, middle, (curve.a,))
    highest = optimize.brentq(excess, middle, middle + 12, (curve.d,))
    assert below.interval.high == pytest.approx(math.exp(lowest), rel=1e-7)
    assert above.interval.low == pytest.approx(math.exp(highest), rel=1e-7)
    assert below.interval.remark == "one-sided: the response lies at or beyond the asymptote below the standards"
    assert above.interval.remark == "one-sided: the response lies at or beyond the asymptote above the standards"
    further = read_responses(curve, [curve.d + step * 9], [wells])[0]
    assert further.interval.low == pytest.approx(above.interval.low)  # further out, it may not claim more


@pytest.mark.parametrize("rising", [True, False])
def test_bound_of_a_log_log_line(rising: bool) -> None:
    """For a response of 0 or less that of the floor, 0.5 % of the largest: on the ln scale of the fit."""
    power = 0.8 if rising else -0.8
    series = zip(X[1:], SCATTER[1:], strict=True)
    wells = [Level(x, tuple(float(v) for v in 0.3 * x**power * each)) for x, each in series]
    curve = calibrate(wells, CurveSpec(Model.LOG_LOG, weights_from_text("none")), EVERYTHING)
    assert isinstance(curve, Curve)
    t = stats.t.ppf(0.975, curve.report.degrees_of_freedom)
    floor = 0.005 * max(y for level in wells for y in level.responses)

    def excess(ln_x: float) -> float:
        variance = curve.report.residual_sd**2 / 2 + np.array([1, ln_x]) @ np.array(curve.covariance) @ [1, ln_x]
        return float(abs(math.log(floor) - curve.a - curve.b * ln_x) - t * math.sqrt(variance))

    middle = (math.log(floor) - curve.a) / curve.b
    step = 1.0 if rising else -1.0
    end = optimize.brentq(excess, *sorted((middle, middle + 5 * step)))
    (found,) = read_responses(curve, [-0.1], [2])
    assert found.status is (RangeStatus.BELOW_CURVE if rising else RangeStatus.ABOVE_CURVE)
    expected = (0.0, math.exp(end)) if rising else (math.exp(end), math.inf)
    assert (found.interval.low, found.interval.high) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("weights", ["none", "power"])
def test_bound_of_a_line(weights: str) -> None:
    """As for the response of concentration 0; a power that was estimated gives its own t."""
    wells = [Level(x, tuple(float(v) for v in (0.2 + 0.01 * x) * each)) for x, each in zip(X, SCATTER, strict=True)]
    curve = calibrate(wells, CurveSpec(Model.LINEAR, weights_from_text(weights)), EVERYTHING)
    assert isinstance(curve, Curve)
    found = t_values_or_none(curve, [0.1])
    assert found is not None
    (t,) = found
    plain = stats.t.ppf(0.975, curve.report.degrees_of_freedom)
    assert t == pytest.approx(plain) if weights == "none" else t > 1.2 * plain

    def excess(x: float) -> float:
        y = predict(curve, x) if weights == "power" else curve.a
        return abs(curve.a - predict(curve, x)) - t * math.sqrt(well_variance(curve, y) / 2 + curve_variance(curve, x))

    (read,) = read_responses(curve, [0.1], [2])
    assert (read.status, read.interval.low) == (RangeStatus.BELOW_CURVE, 0.0)
    assert read.interval.high == pytest.approx(optimize.brentq(excess, 1e-6, 200.0), rel=1e-6)
