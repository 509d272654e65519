"""The worked examples of docs/maths.md, read from the page and done by the program; θ pooled and from one plate."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from elisa_bdnf import workflow
from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.dilutions import result_from_dilutions
from elisa_bdnf.analysis.intervals import (
    degrees_of_freedom,
    effective_degrees_of_freedom,
    interval,
    ln_standard_errors,
    t_values_or_none,
)
from elisa_bdnf.analysis.limits import detection_limits
from elisa_bdnf.analysis.outliers import cv_percent, outlier_or_none
from elisa_bdnf.analysis.pooling import pooled_theta
from elisa_bdnf.analysis.quantify import quantify
from elisa_bdnf.analysis.robustness import robustness
from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.model.curve import Curve, CurveSpec, FitOn, Level, weights_from_text
from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import DilutionSettings
from elisa_bdnf.model.response import Group
from elisa_bdnf.model.result import PlateResult
from numerics.maths_page import printed, values
from numerics.reference import EVERYTHING
from plates import protocol

X = (0.0, 10.0, 40.0, 100.0, 300.0, 900.0, 2000.0, 4000.0)


def example() -> Curve:
    """The curve of section 6, with the numbers that stand there."""
    (a, b, c, d, theta, sigma, df) = values(
        6, "A 4PL with a = #, b = #, c = #, d = #; weights `power:#` with σ = #, # degrees of freedom"
    )
    (variance, _) = values(6, "Var(ln c) = # (SE # %)")
    levels = tuple(Level(x, (a + (d - a) * x / (x + c),) * 2) for x in X)
    curve = calibrate(levels, CurveSpec(weights=weights_from_text(f"power:{theta:g}")), EVERYTHING)
    assert isinstance(curve, Curve)
    covariance = tuple(tuple(variance if i == j == 2 else 0.0 for j in range(4)) for i in range(4))
    report = replace(curve.report, residual_sd=sigma, degrees_of_freedom=int(df))
    return replace(
        curve, a=a, b=b, c=c, d=d, covariance=covariance, covariance_of=("a", "d", "ln c", "ln b"), report=report,
        standard_errors=MappingProxyType({}),
    )  # fmt: skip


def read(factor: float, *responses: float) -> Estimate:
    """A sample of the example curve."""
    content = Content(Role.SAMPLE, "P1", dilution_factor=factor)
    wells = tuple(f"A{number}" for number in range(1, len(responses) + 1))
    mean = sum(responses) / len(responses)
    return quantify([Group(content, wells, responses, mean, 0.0, 0.0)], example(), protocol())[0]


def sample() -> Estimate:
    factor, *responses = values(6, "Two wells of a sample diluted 1:# read # and #.")
    return read(factor, *responses)


def test_worked_example() -> None:
    found = sample()
    (in_well,) = printed(6, "300·(0.33333/0.66667)^(1/1) | #")
    low, high = printed(6, "| in the well | 150·e^(∓0.08484) | # to # |")
    concentration, sample_low, sample_high = printed(6, "| in the sample | × 20 | # (# to #) |")
    assert in_well.is_(found.in_well)
    assert low.is_(found.in_well_low)
    assert high.is_(found.in_well_high)
    assert concentration.is_(found.concentration)
    assert sample_low.is_(found.low)
    assert sample_high.is_(found.high)


def test_steps_of_the_worked_example() -> None:
    """What a reader writes down on the way."""
    curve, found = example(), sample()
    (se,) = printed(6, "| SE(ln x) | √(0.000496 + 0.000178)/0.66667 | # |")
    (t, half) = printed(6, "| t for 12 degrees of freedom, 95 % | table | # | | half-width | 2.1788·0.03894 | # |")
    assert found.in_well is not None
    error = ln_standard_errors(curve, np.array([np.log(found.in_well)]), 2)[0]
    assert se.is_(float(error))
    assert t.is_(t_quantile(0.975, curve.report.degrees_of_freedom))
    assert half.is_(float(error) * t_quantile(0.975, 12))


def test_worked_limits_of_blank_and_detection() -> None:
    *zeros, mean, sd, _ = values(4, "zero wells that read #, #, # and #: mean #, SD #, y_B = # + 1.645·0.003651")
    curve = example()
    zero = replace(curve.standards[0], level=Level(0.0, tuple(zeros)))
    lob, lod, _ = detection_limits(replace(curve, standards=(zero, *curve.standards[1:])))
    (blank,) = printed(4, "300·(0.00801/3)/(1 − 0.00801/3) = #, LOD")
    (detection,) = printed(4, "300·(0.01093/3)/(1 − 0.01093/3) = #.")
    assert (mean, sd) == pytest.approx((np.mean(zeros), np.std(zeros, ddof=1)), abs=1e-6)
    assert blank.is_(lob)
    assert detection.is_(lod)


def test_worked_replicates() -> None:
    found = sample()
    alone = printed(7, "read # and #: their mean is")
    (mean, by_response) = printed(7, "their mean is # where the mean response gives #.")
    assert all(number.is_(well.in_well) for number, well in zip(alone, found.wells, strict=True))
    assert mean.is_(found.other_in_well)
    assert by_response.is_(found.in_well)


def test_worked_outliers() -> None:
    gap = values(7, "at least # times the range of the others")[0]
    one, two, three, cv, _, others = printed(7, "#, # and #: CV # %; without # # %;")
    odd = (one.value, two.value, three.value)
    assert cv.is_(cv_percent(odd))
    assert others.is_(cv_percent(odd[:2]))
    assert outlier_or_none(odd, 20.0, gap) == 2
    assert outlier_or_none(values(7, "ratio 39: 0.90 goes. #, #, #: distance"), 20.0, gap) is None


def test_worked_dilutions() -> None:
    (strong, _, concentration, _) = printed(8, "1:# reads # (#, s = #)")
    (weak, response) = values(8, "1:# reads # twice")
    first = sample()
    assert concentration.is_(first.concentration)
    second = read(weak, response, response)
    in_well, other, _ = printed(8, "in the well #, #, s = #, v/m")
    assert in_well.is_(second.in_well)
    assert other.is_(second.concentration)
    found = result_from_dilutions([first, second], example(), DilutionSettings())
    mean, cv = printed(8, "Mean #, CV # %. Own errors")
    low, high = printed(8, "half-width 2.1788·0.0298 = 0.0649; interval # to #.")
    assert strong.is_(first.group.content.dilution_factor)
    assert mean.is_(found.concentration)
    assert cv.is_(found.cv_percent)
    assert low.is_(found.low)
    assert high.is_(found.high)


def test_worked_next_dilution() -> None:
    in_well, factor, c, _, _, _, wanted = values(8, "# in the well at 1:# on a curve with c = #: #·# = #, so 1:#.")
    curve = example()
    curve = replace(curve, c=c, limits=replace(curve.limits, lloq=10.0, uloq=in_well * 0.9))
    response = curve.a + (curve.d - curve.a) * in_well / (in_well + c)
    content = Content(Role.SAMPLE, "P1", dilution_factor=factor)
    found = quantify([Group(content, ("A1",), (response,), response, 0.0, 0.0)], curve, protocol())[0]
    assert found.suggested_dilution == wanted


def test_worked_editing() -> None:
    editing = _edited().analysis.editing
    assert editing is not None
    (edit,) = editing.in_force
    nominal, read_as, recovery, off, limit, times = printed(9, "# is recovered as #, # %; #/# = # times its limit;")
    levels, remain, go = printed(9, "max(0.75·#, 5) = 5.25, so # levels must remain and # may go;")
    assert edit.recovery_percent is not None
    assert nominal.is_(edit.nominal)
    assert read_as.is_(edit.recovery_percent * edit.nominal / 100)
    assert recovery.is_(edit.recovery_percent)
    assert times.is_(edit.deviation)
    assert off.value / limit.value == pytest.approx(times.value, abs=times.rounding)
    assert go.value == levels.value - remain.value == editing.allowed
    lowest, highest = printed(9, "without it the others are recovered at # to # %.")
    assert isinstance(editing.curve, Curve)
    others = [p.recovery_percent for p in editing.curve.standards if p.is_quantitative and not p.edited]
    assert lowest.is_(min(others))
    assert highest.is_(max(others))


def _edited() -> PlateResult:
    request = workflow.RunRequest()
    path = Path(__file__).resolve().parents[2] / "fixtures" / "edited-standard" / "plate.csv"
    return workflow.run(path, request, workflow.protocol_from_request(request)).results[0]


def test_worked_robustness() -> None:
    x, low, high, five, less = values(10, "# (# to #) that becomes # under 5PL and # without a standard")
    (shown,) = printed(10, '3 % and 6 %, so "#"')
    (found,) = robustness(["5pl", "without standard 250"], np.array([[five], [less]]), [x], [(low, high)])
    assert found is not None
    assert shown.is_(found.percent)
    assert (found.change, found.beyond_interval) == ("without standard 250", False)
    (outside,) = robustness(["5pl"], np.array([[high + 0.1]]), [x], [(low, high)])
    assert outside is not None
    assert outside.beyond_interval


def test_the_interval_is_by_inversion_from_ten_percent_on_and_the_variance_has_a_floor() -> None:
    """Half-widths t·SE(ln x) of 0.099 and 0.101; the floor is 0.5 % of the largest response that was fitted."""
    curve = example()
    middle = 1.05
    (error,) = ln_standard_errors(curve, np.array([math.log(150.0)]), 2)
    for half, method in ((0.099, "delta"), (0.101, "inversion")):
        scale = half / (t_quantile(0.975, 12.0) * float(error))
        covariance = tuple(tuple(scale**2 * v for v in row) for row in curve.covariance)
        report = replace(curve.report, residual_sd=scale * curve.report.residual_sd)
        assert interval(replace(curve, covariance=covariance, report=report), middle, 2).method == method
    assert curve.report.response_floor == pytest.approx(0.005 * max(p.response for p in curve.standards))


def test_degrees_of_freedom_of_an_estimated_power() -> None:
    """One less than those of the fit in the middle of the responses, fewer at the ends; only where θ was estimated."""
    logs = [-2.0, -1.0, 0.0, 1.0]
    assert effective_degrees_of_freedom(12, -0.5, logs) == pytest.approx(11)
    assert effective_degrees_of_freedom(12, 1.0, logs) == pytest.approx(1 / (1 / 11 + 4 / 12 * 2.25 / 5))
    curve = example()
    assert t_values_or_none(curve, [1.0, 2.0]) == [t_quantile(0.975, 12.0)] * 2
    estimated = replace(curve, report=replace(curve.report, theta_estimated=True, theta=1.0))
    high, middle, below, zero = degrees_of_freedom(estimated, [3.0, 0.7, -5.0, 0.0])
    assert 1 < high < middle <= 11
    assert below == zero
    found = t_values_or_none(estimated, [3.0])
    assert found == pytest.approx([math.sqrt(12 / 11) * t_quantile(0.975, high)])
    wells = [replace(p.level, responses=p.level.responses * (1 + (p.level.nominal > 300))) for p in curve.standards]
    points = tuple(replace(p, level=level) for p, level in zip(curve.standards, wells, strict=True))
    doubled = replace(estimated, standards=points)
    on_means = replace(doubled, spec=replace(curve.spec, fit_on=FitOn.MEANS))
    logs = [math.log(p.fitted) for p in curve.standards]
    assert degrees_of_freedom(on_means, [0.7]) == [effective_degrees_of_freedom(12, math.log(0.7), logs)]
    assert degrees_of_freedom(doubled, [0.7]) != degrees_of_freedom(on_means, [0.7])
    single = replace(estimated, report=replace(estimated.report, degrees_of_freedom=1))
    assert t_values_or_none(single, [1.0]) is None
    assert interval(single, 1.0, 2).low is None


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
