"""Standards through which no curve goes, each with the name of its cause."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from elisa_bdnf.analysis.assemble import curve_from_outcome
from elisa_bdnf.analysis.calibrate import calibrate, points_from_levels
from elisa_bdnf.analysis.fit import fit_logistic
from elisa_bdnf.analysis.intervals import interval
from elisa_bdnf.analysis.profile import precision_profile
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, NoCurve, weights_from_text
from numerics.reference import EVERYTHING

X = (500.0, 250.0, 125.0, 62.5, 31.25, 15.6, 7.8, 0.0)
GOOD = (2.0, 1.4, 0.9, 0.52, 0.3, 0.18, 0.12, 0.06)
NONE = weights_from_text("none")


def levels(y: tuple[float, ...], x: tuple[float, ...] = X) -> tuple[Level, ...]:
    return tuple(Level(a, (b * 0.98, b * 1.02)) for a, b in zip(x, y, strict=True))


CASES = {
    "flat": (levels((0.5, 0.51, 0.5, 0.49, 0.5, 0.51, 0.5, 0.5)), CurveSpec()),
    "not_monotone": (levels((0.3, 2.0, 0.2, 1.4, 0.06, 0.9, 0.52, 0.31)), CurveSpec()),
    "too_few_levels": (levels((2.0, 0.9, 0.06), (500.0, 100.0, 0.0)), CurveSpec()),
    "one_level_dominates": (levels((2.0, 0.061, 0.06, 0.06, 0.059, 0.06, 0.06, 0.06)), CurveSpec()),
    "no_curvature": (levels((2.1, 1.8, 1.5, 1.2, 0.9, 0.6, 0.3), X[:-1]), CurveSpec(weights=NONE)),
    "not_positive": (levels((*GOOD[:-1], -0.001)), CurveSpec(weights=weights_from_text("1/y2"))),
    "settings": (levels(GOOD), CurveSpec(Model.THREE_PL)),
}


@pytest.mark.parametrize("cause", CASES)
def test_cause(cause: str) -> None:
    found = calibrate(*CASES[cause], EVERYTHING)
    assert isinstance(found, NoCurve)
    assert found.cause == cause
    assert found.reason
    assert found.levels == tuple(sorted(CASES[cause][0], key=lambda level: level.nominal))


@pytest.mark.parametrize(
    "spec",
    [
        CurveSpec(fixed={"q": 1.0}),
        CurveSpec(fixed={"c": -1.0}),
        CurveSpec(fixed={"a": 0.0, "b": 1.0, "c": 5.0, "d": 3.0}),
        CurveSpec(Model.LINEAR, fixed={"c": 1.0}),
    ],
)
def test_settings_that_cannot_be(spec: CurveSpec) -> None:
    found = calibrate(levels(GOOD), spec, EVERYTHING)
    assert isinstance(found, NoCurve)
    assert found.cause == "settings"


def test_a_straight_rise_is_a_curve_without_a_plateau() -> None:
    """Proportional responses: d and c are infinite, the concentrations are right, and it is said."""
    curve = calibrate(levels(tuple(0.05 + 0.003 * x for x in X)), CurveSpec(weights=NONE), EVERYTHING)
    assert isinstance(curve, Curve)
    assert set(curve.report.no_finite_estimate) == {"d", "c"}
    assert any("plateau" in remark for remark in curve.report.remarks)
    for point in curve.standards[1:]:
        assert point.back_calculated == pytest.approx(point.level.nominal, rel=1e-4)


def test_as_many_parameters_as_points() -> None:
    curve = calibrate(
        [Level(x, (y,)) for x, y in zip(X[:4], GOOD[:4], strict=True)], CurveSpec(weights=NONE), EVERYTHING
    )
    assert isinstance(curve, Curve)
    assert curve.report.degrees_of_freedom == 0
    assert curve.standard_errors == {}
    assert any("no intervals" in remark for remark in curve.report.remarks)


def test_zero_standard_outside_the_fit_is_still_shown() -> None:
    curve = calibrate(levels(GOOD), CurveSpec(zero_in_fit=False), EVERYTHING)
    assert isinstance(curve, Curve)
    zero = curve.standards[0]
    assert (zero.level.nominal, zero.in_fit, zero.recovery_percent) == (0.0, False, None)
    assert curve.report.n == 14


@pytest.mark.parametrize("parameter", ["a", "b", "c", "d"])
def test_any_parameter_can_be_fixed(parameter: str) -> None:
    free = calibrate(levels(GOOD), CurveSpec(weights=NONE), EVERYTHING)
    assert isinstance(free, Curve)
    value = getattr(free, parameter)
    fixed = calibrate(levels(GOOD), CurveSpec(Model.THREE_PL, NONE, fixed={parameter: value}), EVERYTHING)
    assert isinstance(fixed, Curve)
    assert [getattr(fixed, n) for n in "abcd"] == pytest.approx([getattr(free, n) for n in "abcd"], rel=1e-6)
    assert parameter not in fixed.standard_errors
    assert fixed.report.degrees_of_freedom == free.report.degrees_of_freedom + 1


def test_flat_standards_are_called_flat_and_not_disordered() -> None:
    causes = []
    for seed in range(60):
        wells = 1 + 0.05 * np.random.default_rng(seed).normal(size=(len(X), 2))
        found = calibrate([Level(x, (float(a), float(b))) for x, (a, b) in zip(X, wells, strict=True)], CurveSpec(),
                          EVERYTHING)  # fmt: skip
        causes.append(found.cause if isinstance(found, NoCurve) else "curve")
    assert causes.count("not_monotone") <= 2
    assert causes.count("flat") >= 0.85 * len(causes)


@pytest.mark.parametrize("model", [Model.FOUR_PL, Model.FIVE_PL, Model.FIVE_PL_R])
def test_a_step_between_two_standards_has_no_shape(model: Model) -> None:
    step = levels((2.0, 2.02, 2.0, 2.0, 0.05, 0.05, 0.051, 0.05))
    found = calibrate(step, CurveSpec(model), EVERYTHING)
    assert isinstance(found, NoCurve)
    assert found.cause == "one_level_dominates"


@pytest.mark.parametrize(("second", "refused"), [(0.15, True), (0.25, False)])
def test_the_other_levels_must_make_up_a_twentieth_of_the_rise(second: float, refused: bool) -> None:
    """4.6 % and 9.8 % of it."""
    found = calibrate(levels((2.0, second, 0.12, 0.1, 0.085, 0.075, 0.068, 0.06)), CurveSpec(), EVERYTHING)
    assert isinstance(found, NoCurve) is refused


def test_where_the_standards_do_not_determine_all_parameters_there_are_no_errors() -> None:
    """Two parameters that change the responses in the same way: errors without that direction would be too small."""
    spec = CurveSpec(weights=NONE)
    points = points_from_levels(levels(GOOD), spec)
    outcome = fit_logistic(points, spec)
    alike = outcome.state.jacobian.copy()
    alike[3] = alike[2]
    found = curve_from_outcome(replace(outcome, state=replace(outcome.state, jacobian=alike)), points, spec)
    assert found.report.rank == 3
    assert (dict(found.standard_errors), found.covariance) == ({}, ())
    assert found.report.remarks == ("the standards determine 3 of 4 parameters: no standard errors and no intervals",)
    read = interval(found, 1.0, 2)
    assert (read.low, read.high) == (None, None)
    assert read.remark == "no interval: the standards determine 3 of the 4 parameters of the curve"
    assert precision_profile(replace(found, standards=curve_of(GOOD).standards), 2, 20.0).points == ()


def curve_of(y: tuple[float, ...]) -> Curve:
    curve = calibrate(levels(y), CurveSpec(weights=NONE), EVERYTHING)
    assert isinstance(curve, Curve)
    return curve


def test_a_power_that_runs_away_is_named_as_the_cause() -> None:
    """The higher the power the likelier these means; with a power given there is a curve."""
    y = (233107, 229616, 213699, 184178, 127352, 54473, 18121, 10686, 9438)
    rows = [Level(18118 / 4.447**i, (float(value),)) for i, value in enumerate(y)]
    found = calibrate(rows, CurveSpec(weights=weights_from_text("power")), EVERYTHING)
    assert isinstance(found, NoCurve)
    assert found.cause == "not_converged"
    assert "do not determine the power" in found.reason
    assert "power:1" in found.hint
    assert isinstance(calibrate(rows, CurveSpec(weights=weights_from_text("power:1")), EVERYTHING), Curve)


def test_one_degree_of_freedom_is_enough_for_an_interval() -> None:
    single = tuple(
        Level(x, (y,)) for x, y in zip((400.0, 200.0, 100.0, 50.0, 25.0), (2.1, 1.5, 0.9, 0.5, 0.3), strict=True)
    )
    curve = calibrate(single, CurveSpec(weights=NONE), EVERYTHING)
    assert isinstance(curve, Curve)
    assert curve.report.degrees_of_freedom == 1
    assert curve.report.residual_sd**2 == pytest.approx(curve.report.residual_sum_of_squares)
    assert interval(curve, 1.0, 1).low is not None


@pytest.mark.parametrize(("sign", "which"), [(1, "upper"), (-1, "lower")])
def test_the_plateau_that_is_missing_at_low_concentrations_has_its_name(sign: int, which: str) -> None:
    falling = levels(tuple(3 + sign * (0.1 + 2 * x**-0.5) for x in X[:-1]), X[:-1])
    curve = calibrate(falling, CurveSpec(weights=NONE), EVERYTHING)
    assert isinstance(curve, Curve)
    assert f"the {which} plateau at low concentrations is not reached" in curve.report.remarks[0]
