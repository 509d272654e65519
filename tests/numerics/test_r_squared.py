"""R² as the maths page defines it: weighted, on what was fitted, around the weighted mean."""

from __future__ import annotations

import numpy as np
import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import predict
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, weights_from_text
from numerics.reference import EVERYTHING

POWERS = {"none": 0.0, "1/y": 1.0, "1/y2": 2.0, "power:1": 2.0}


@pytest.mark.parametrize("text", POWERS)
@pytest.mark.parametrize("model", [Model.FOUR_PL, Model.LINEAR])
def test_r_squared_by_hand(model: Model, text: str) -> None:
    noise = np.random.default_rng(8)
    levels = [
        Level(float(x), tuple(float((0.2 + 2 * x / (x + 300)) * (1 + 0.1 * noise.standard_normal())) for _ in "12"))
        for x in 10 * 2.0 ** np.arange(7)
    ]
    curve = calibrate(levels, CurveSpec(model, weights_from_text(text)), EVERYTHING)
    assert isinstance(curve, Curve)
    y = np.array([response for level in levels for response in level.responses])
    fitted = np.array([predict(curve, level.nominal) for level in levels for _ in level.responses])
    weight = (fitted if text == "power:1" else y) ** -POWERS[text]
    around = y - np.average(y, weights=weight)
    expected = 1 - np.sum(weight * (y - fitted) ** 2) / np.sum(weight * around**2)
    assert 0.5 < expected < 0.999
    assert curve.report.r_squared == pytest.approx(expected, rel=1e-10)
