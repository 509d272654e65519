"""Responses outside the curve: the bound is where the response of the asymptote itself becomes implausible."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curve_reading import read_responses
from elisa_bdnf.analysis.curves import curve_variance, predict
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
