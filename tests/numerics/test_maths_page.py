"""The worked example of docs/maths.md, by the program; pooled θ and its degrees of freedom."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.dilutions import result_from_dilutions
from elisa_bdnf.analysis.intervals import degrees_of_freedom, effective_degrees_of_freedom
from elisa_bdnf.analysis.limits import detection_limits
from elisa_bdnf.analysis.outliers import cv_percent, outlier_or_none
from elisa_bdnf.analysis.pooling import pooled_theta
from elisa_bdnf.analysis.quantify import quantify
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, weights_from_text
from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import DilutionSettings
from elisa_bdnf.model.response import Group
from numerics.reference import EVERYTHING
from plates import protocol

X = (0.0, 10.0, 40.0, 100.0, 300.0, 900.0, 2000.0, 4000.0)


def example() -> Curve:
    levels = tuple(Level(x, (0.05 + 3 * x / (x + 300),) * 2) for x in X)
    curve = calibrate(levels, CurveSpec(), EVERYTHING)
    assert isinstance(curve, Curve)
    covariance = tuple(tuple(0.0004 if i == j == 2 else 0.0 for j in range(4)) for i in range(4))
    report = replace(curve.report, residual_sd=0.03, degrees_of_freedom=12)
    return replace(
        curve, a=0.05, b=1.0, c=300.0, d=3.05, covariance=covariance, covariance_of=("a", "d", "ln c", "ln b"),
        report=report, standard_errors=MappingProxyType({}),
    )  # fmt: skip


def test_worked_example() -> None:
    group = Group(Content(Role.SAMPLE, "P1", dilution_factor=20.0), ("A1", "A2"), (1.0, 1.1), 1.05, 0.0707, 6.7)
    found = quantify([group], example(), protocol())[0]
    assert found.in_well == pytest.approx(150.0, rel=1e-12)
    assert (found.in_well_low, found.in_well_high) == pytest.approx((137.8, 163.3), abs=0.05)
    assert found.concentration == pytest.approx(3000.0, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((2756, 3266), abs=0.6)


def test_degrees_of_freedom_of_an_estimated_power() -> None:
    """Those of the fit in the middle of the responses, fewer at the ends, and only where θ was estimated."""
    logs = [-2.0, -1.0, 0.0, 1.0]
    assert effective_degrees_of_freedom(12, -0.5, logs) == pytest.approx(12)
    assert effective_degrees_of_freedom(12, 1.0, logs) == pytest.approx(1 / (1 / 12 + 2.25 / 5))
    curve = example()
    assert degrees_of_freedom(curve, [1.0]) == [12]
    estimated = replace(curve, report=replace(curve.report, theta_estimated=True, theta=1.0))
    high, middle, below, zero = degrees_of_freedom(estimated, [3.0, 0.7, -5.0, 0.0])
    assert 1 < high < middle <= 12
    assert below == zero


@pytest.mark.parametrize("theta", [0.5, 1.0])
def test_pooled_theta_finds_the_truth(theta: float) -> None:
    x = np.repeat(2000 / 2.0 ** np.arange(8), 2)
    mean = 3.0 - 2.94 / (1 + (x / 500) ** 1.2)
    noise = np.random.default_rng(2).standard_normal((16, 60))
    assert pooled_theta(x, mean[:, None] + 0.05 * mean[:, None] ** theta * noise) == pytest.approx(theta, abs=0.06)


def test_one_plate_pooled_is_that_plate() -> None:
    x = np.repeat(2000 / 2.0 ** np.arange(8), 2)
    y = (3.0 - 2.94 / (1 + (x / 500) ** 1.2)) * (1 + 0.05 * np.random.default_rng(8).standard_normal(16))
    levels = [Level(float(v), tuple(float(r) for r in y[x == v])) for v in np.unique(x)]
    curve = calibrate(levels, CurveSpec(weights=weights_from_text("power")), EVERYTHING)
    assert isinstance(curve, Curve)
    assert pooled_theta(x, y[:, None]) == pytest.approx(curve.report.theta, abs=1e-5)


def test_worked_limits_of_blank_and_detection() -> None:
    curve = example()
    zero = replace(curve.standards[0], level=Level(0.0, (0.050, 0.054, 0.048, 0.056)))
    lob, lod, _ = detection_limits(replace(curve, standards=(zero, *curve.standards[1:])))
    assert (lob, lod) == pytest.approx((0.803, 1.097), abs=0.001)


def test_worked_dilutions() -> None:
    def read(factor: float, *responses: float) -> Estimate:
        content = Content(Role.SAMPLE, "P1", dilution_factor=factor)
        mean = sum(responses) / len(responses)
        return quantify([Group(content, ("A1", "A2"), responses, mean, 0.0, 0.0)], example(), protocol())[0]

    found = result_from_dilutions([read(20.0, 1.0, 1.1), read(40.0, 0.7, 0.7)], example(), DilutionSettings())
    assert found.concentration == pytest.approx(3159.6, abs=0.1)
    assert found.cv_percent == pytest.approx(7.14, abs=0.01)
    assert (found.low, found.high) == pytest.approx((2961, 3371), abs=0.6)


def test_worked_replicates() -> None:
    group = Group(Content(Role.SAMPLE, "P1", dilution_factor=20.0), ("A1", "A2"), (1.0, 1.1), 1.05, 0.0707, 6.7)
    found = quantify([group], example(), protocol())[0]
    assert [well.in_well for well in found.wells] == pytest.approx([139.0, 161.5], abs=0.05)
    assert found.other_in_well == pytest.approx(150.3, abs=0.05)
    assert cv_percent((0.50, 0.51, 0.90)) == pytest.approx(35.8, abs=0.05)
    assert outlier_or_none((0.50, 0.51, 0.90), 20.0, 3.0) == 2
    assert outlier_or_none((0.40, 0.60, 0.80), 20.0, 3.0) is None
