"""Certified values of the Statistical Reference Datasets of NIST whose models are held forms of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.model.curve import Curve, CurveSpec, Model, weights_from_text
from numerics.reference import EVERYTHING, digits, levels_from_table

MISRA = {
    77.6: 10.07, 114.9: 14.73, 141.1: 17.94, 190.8: 23.93, 239.9: 29.61, 289.0: 35.18, 332.8: 40.02,
    378.4: 44.82, 434.8: 50.76, 477.3: 55.05, 536.8: 61.01, 593.1: 66.40, 689.1: 75.47, 760.0: 81.78,
}  # fmt: skip


@dataclass(frozen=True)
class Certified:
    data: dict[float, float]
    model: Model
    fixed: dict[str, float]
    values: dict[str, float]
    errors: dict[str, float]
    rss: float
    starts: tuple[dict[str, float], ...]  # both of NIST where the model is not a line, and ours


B, C = 3.3799746163e2, 3.9039091287e-4  # of Misra1b
E, F = 6.3642725809e2, 2.0813627256e-4  # of Misra1c
SETS = {
    # y = β₁(1 − (1 + β₂x/2)⁻²)
    "Misra1b": Certified(MISRA, Model.FIVE_PL, {"a": 0, "b": 1, "g": 2}, {"d": B, "c": 2 / C}, {"d": 3.1643950207},
                         7.5464681533e-2, ({"d": 500, "c": 2 / 1e-4}, {"d": 300, "c": 2 / 2e-4})),
    # y = β₁(1 − (1 + 2β₂x)^−½)
    "Misra1c": Certified(MISRA, Model.FIVE_PL, {"a": 0, "b": 1, "g": 0.5}, {"d": E, "c": 0.5 / F}, {"d": 4.6638326572},
                         4.0966836971e-2, ({"d": 500, "c": 0.5 / 1e-4}, {"d": 600, "c": 0.5 / 2e-4})),
    # a line through 0
    "NoInt1": Certified({float(x): x + 70.0 for x in range(60, 71)}, Model.LINEAR, {"a": 0}, {"b": 2.07438016528926},
                        {"b": 0.0165289256198347}, 127.272727272727, ()),
    "NoInt2": Certified({4.0: 3.0, 5.0: 4.0, 6.0: 4.0}, Model.LINEAR, {"a": 0}, {"b": 0.727272727272727},
                        {"b": 0.0420827318078432}, 0.272727272727273, ()),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "start"), [(name, i) for name, one in SETS.items() for i in range(-1, len(one.starts))]
)
def test_certified(name: str, start: int) -> None:
    """From NIST's first and second start, and (−1) from our own."""
    sure = SETS[name]
    options: dict[str, Any] = {} if start < 0 else {"starts": [{**sure.fixed, **sure.starts[start]}]}
    spec = CurveSpec(sure.model, weights_from_text("none"), fixed=sure.fixed)
    curve = calibrate(levels_from_table(list(sure.data), list(sure.data.values())), spec, EVERYTHING, **options)
    assert isinstance(curve, Curve), curve
    for parameter, value in sure.values.items():
        assert digits(getattr(curve, parameter), value) >= 10
    for parameter, error in sure.errors.items():
        assert digits(curve.standard_errors[parameter], error) >= 9
    assert digits(curve.report.residual_sum_of_squares, sure.rss) >= 10
