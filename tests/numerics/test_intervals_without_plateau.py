"""Where a plateau is never reached the curve is a power law, whose intervals are computed here for themselves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curve_reading import read_responses
from elisa_bdnf.analysis.intervals import ln_standard_errors
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, WeightKind, Weights
from numerics.reference import EVERYTHING

X = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
LEVELS = {
    "upper plateau of a rising curve": lambda x: 0.05 + 0.002 * x**1.3,
    "lower plateau of a falling curve": lambda x: 3 - 0.002 * x**1.3,
    "upper plateau of a falling curve": lambda x: 0.1 + 2 * x**-0.5,
    "lower plateau of a rising curve": lambda x: 3 - 2 * x**-0.5,
}


def power_law(p: np.ndarray, ln_x: np.ndarray) -> np.ndarray:
    return p[0] + p[1] * np.exp(p[2] * ln_x)


def by_hand(ln_x: np.ndarray, y: np.ndarray, theta: float, read: float, wells: int) -> tuple[float, float]:
    """ln x of a response and its standard error: iterated weights, Gauss-Newton covariance, delta method."""
    fitted = y
    p = np.array([y[0], (y[-1] - y[0]) / math.exp(ln_x[-1]), 1.0])
    for _ in range(60):
        weight = np.abs(fitted) ** -theta

        def residual(p: np.ndarray, weight: np.ndarray = weight) -> np.ndarray:
            return (y - power_law(p, ln_x)) * weight

        starts = [p] if fitted is not y else [p, np.array([y[-1], y[0] - y[-1], -0.5])]
        found = [optimize.least_squares(residual, s, x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15) for s in starts]
        best = min(found, key=lambda one: one.cost)
        p, fitted = best.x, power_law(best.x, ln_x)
    sigma2 = float(np.sum(residual(p) ** 2)) / (len(y) - 3)

    def gradient(at: np.ndarray) -> np.ndarray:
        return np.stack([np.ones_like(at), np.exp(p[2] * at), p[1] * at * np.exp(p[2] * at)])

    j = gradient(ln_x) * weight
    ln_read = math.log((read - p[0]) / p[1]) / p[2]
    g = gradient(np.array([ln_read]))[:, 0]
    variance = sigma2 * (read ** (2 * theta) / wells + g @ np.linalg.solve(j @ j.T, g))
    return ln_read, math.sqrt(variance) / abs(p[1] * p[2] * math.exp(p[2] * ln_read))


@pytest.mark.parametrize("theta", [0.0, 1.0])
@pytest.mark.parametrize("name", LEVELS)
def test_delta_method(name: str, theta: float) -> None:
    levels = [Level(x, tuple(LEVELS[name](x) * side for side in (0.9975, 1.0025))) for x in X]
    weights = Weights(WeightKind.POWER, theta) if theta else Weights(WeightKind.NONE)
    curve = calibrate(levels, CurveSpec(Model.FOUR_PL, weights), EVERYTHING)
    assert isinstance(curve, Curve)
    assert len(curve.report.no_finite_estimate) == 2
    y = LEVELS[name](30.0)
    (reading,) = read_responses(curve, [y], [2])
    ln_x = np.repeat(np.log(X), 2)
    expected, error = by_hand(ln_x, np.array([v for level in levels for v in level.responses]), theta, y, 2)
    half = stats.t.ppf(0.975, len(ln_x) - 3) * error
    assert half < 0.1
    assert reading.in_well == pytest.approx(math.exp(expected), rel=1e-6)
    assert (reading.interval.low, reading.interval.high) == pytest.approx(
        (math.exp(expected - half), math.exp(expected + half)), rel=1e-5
    )


def test_where_a_curve_is_flat_to_the_last_digit_the_error_is_infinite() -> None:
    """Its slope there is 1e-300 and less: no warning, and no number that looks like one."""
    levels = [Level(x, (LEVELS["lower plateau of a rising curve"](x),) * 2) for x in X]
    curve = calibrate(levels, CurveSpec(Model.FOUR_PL, Weights(WeightKind.NONE)), EVERYTHING)
    assert isinstance(curve, Curve)
    steep = replace(curve, a=0.1, d=3.0, c=8.0, b=500.0, report=replace(curve.report, residual_sd=1e12))
    errors = ln_standard_errors(steep, np.log([1.0, 2.0, 8.0, 40.0]), 2)
    assert np.isinf(errors[[0, 1, 3]]).all()
    assert np.isfinite(errors[2])
