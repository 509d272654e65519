"""What must not matter does not, and what must scale does."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import invert_or_none
from elisa_bdnf.analysis.intervals import interval
from elisa_bdnf.model.curve import Curve, CurveSpec, FitOn, Level, Model, weights_from_text
from numerics.reference import EVERYTHING

NOISE = np.random.default_rng(20)
NOMINALS = [*(1000 / 2.0 ** np.arange(7)), 0.0]


def noisy_level(x: float) -> Level:
    mean = 0.06 + 2.9 / (1 + (300 / x) ** 1.2) if x else 0.06
    return Level(float(x), tuple(float(v) for v in mean * (1 + 0.04 * NOISE.standard_normal(2))))


LEVELS = tuple(noisy_level(x) for x in NOMINALS)
UNKNOWNS = (0.2, 0.8, 1.9)
SPECS = {text: CurveSpec(weights=weights_from_text(text)) for text in ("none", "1/y", "1/y2", "power:1", "power")}


def concentrations(levels: tuple[Level, ...], spec: CurveSpec, unknowns: tuple[float, ...] = UNKNOWNS) -> list[float]:
    """Back-calculated, with both bounds."""
    curve = calibrate(levels, spec, EVERYTHING)
    assert isinstance(curve, Curve), curve
    out: list[float] = []
    for y in unknowns:
        bounds = interval(curve, y, 2)
        out += [invert_or_none(curve, y) or math.nan, bounds.low or 0.0, bounds.high or math.inf]
    return out


@pytest.fixture(params=SPECS)
def spec(request: pytest.FixtureRequest) -> CurveSpec:
    return SPECS[request.param]


@pytest.mark.parametrize("k", [1e-3, 1000.0])
def test_standards_times_k(spec: CurveSpec, k: float) -> None:
    """M1: concentrations follow, whatever the weights."""
    scaled = tuple(replace(level, nominal=level.nominal * k) for level in LEVELS)
    assert concentrations(scaled, spec) == pytest.approx([k * x for x in concentrations(LEVELS, spec)], rel=1e-8)


@pytest.mark.parametrize("k", [0.01, 37.0])
def test_responses_times_k(spec: CurveSpec, k: float) -> None:
    """M2: concentrations stay, with relative weights too, since the floor of the variance is relative."""
    scaled = tuple(replace(level, responses=tuple(k * y for y in level.responses)) for level in LEVELS)
    expected = concentrations(LEVELS, spec)
    assert concentrations(scaled, spec, tuple(k * y for y in UNKNOWNS)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("text", ["none", "1/y", "1/y2", "power:0.5", "power:1"])
@pytest.mark.parametrize("inflection", [200.0, 1e5])
@pytest.mark.parametrize("k", [1e-9, 1e-4, 1.0, 1e4, 1e9])
def test_standards_without_scatter_in_any_unit(text: str, inflection: float, k: float) -> None:
    """What is nothing but rounding is told from what is a misfit by the responses, not by an absolute number."""

    def response(x: float) -> float:
        return k * (3.0 - 2.95 / (1.0 + (x / inflection) ** 1.1))

    levels = tuple(Level(x, (response(x),)) for x in (1000.0 / 2.0**i for i in range(8)))
    unknowns = tuple(response(x) for x in (20.0, 300.0, 900.0))
    found = concentrations(levels, CurveSpec(weights=weights_from_text(text)), unknowns)
    assert found[::3] == pytest.approx([20.0, 300.0, 900.0], rel=1e-6)


def test_constant_added_to_every_response() -> None:
    """M6: the lower asymptote takes it up, where all wells weigh the same."""
    shifted = tuple(replace(level, responses=tuple(y + 0.5 for y in level.responses)) for level in LEVELS)
    expected = concentrations(LEVELS, SPECS["none"])
    assert concentrations(shifted, SPECS["none"], tuple(y + 0.5 for y in UNKNOWNS)) == pytest.approx(expected, rel=1e-7)


def test_order_of_levels_and_replicates(spec: CurveSpec) -> None:
    """To the last digit: sums are taken in an order of their own, or exactly."""
    three = tuple(replace(level, responses=(*level.responses, 1.01 * level.responses[0])) for level in LEVELS)
    for levels in (LEVELS, three):
        turned = tuple(replace(level, responses=level.responses[::-1]) for level in levels[::-1])
        assert concentrations(turned, spec) == concentrations(levels, spec)


@pytest.mark.parametrize("text", ["none", "power:1", "power:0.5"])
def test_means_and_replicates_agree_on_the_curve(text: str) -> None:
    """With equal numbers of replicates the parameters are the same; only the scatter is estimated differently."""
    spec = CurveSpec(weights=weights_from_text(text))
    on_means, on_wells = (calibrate(LEVELS, replace(spec, fit_on=on), EVERYTHING) for on in FitOn)
    assert isinstance(on_means, Curve)
    assert isinstance(on_wells, Curve)
    for name in "abcd":
        assert getattr(on_means, name) == pytest.approx(getattr(on_wells, name), rel=1e-9)


def test_every_well_twice() -> None:
    """M7: the curve stays, the sum of squares doubles."""
    twice = tuple(replace(level, responses=level.responses * 2) for level in LEVELS)
    one, two = (calibrate(levels, SPECS["power:1"], EVERYTHING) for levels in (LEVELS, twice))
    assert isinstance(one, Curve)
    assert isinstance(two, Curve)
    assert (two.a, two.b, two.c, two.d) == pytest.approx((one.a, one.b, one.c, one.d), rel=1e-9)
    assert two.report.residual_sum_of_squares == pytest.approx(2 * one.report.residual_sum_of_squares, rel=1e-10)


def test_a_noise_free_level_more_changes_nothing() -> None:
    """M13: on data without noise the truth is found, with or without it."""

    def exact(xs: list[float]) -> tuple[Level, ...]:
        return tuple(Level(x, (0.05 + 2.95 / (1 + (250 / x) ** 1.1) if x else 0.05,) * 2) for x in xs)

    for xs in ([0.0, 5.0, 20.0, 80.0, 320.0, 1280.0], [0.0, 5.0, 20.0, 80.0, 160.0, 320.0, 1280.0]):
        curve = calibrate(exact(xs), SPECS["power:1"], EVERYTHING)
        assert isinstance(curve, Curve)
        assert (curve.a, curve.d, curve.c, curve.b) == pytest.approx((0.05, 3.0, 250.0, 1.1), rel=1e-6)


def test_falling_is_rising_upside_down() -> None:
    """A competitive curve: 3 − y of a rising one gives the same concentrations without weights."""
    falling = tuple(replace(level, responses=tuple(3 - y for y in level.responses)) for level in LEVELS)
    expected = concentrations(LEVELS, SPECS["none"])
    assert concentrations(falling, SPECS["none"], tuple(3 - y for y in UNKNOWNS)) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("model", [Model.FIVE_PL, Model.FIVE_PL_R])
def test_5pl_with_g_fixed_at_1_is_the_4pl(model: Model) -> None:
    four = concentrations(LEVELS, SPECS["power:1"])
    assert concentrations(LEVELS, replace(SPECS["power:1"], model=model, fixed={"g": 1.0})) == pytest.approx(
        four, rel=1e-8
    )


@pytest.mark.parametrize("model", [Model.LINEAR, Model.LOG_LOG])
@pytest.mark.parametrize("text", ["1/y", "1/y2", "power:1", "power:0.5"])
def test_weighted_straight_lines_against_polyfit(model: Model, text: str) -> None:
    """The weights of ln y are those of y times y² (of the line for ``power``)."""
    levels = tuple(level for level in LEVELS if level.nominal > 0)
    curve = calibrate(levels, CurveSpec(model, weights_from_text(text)), EVERYTHING)
    assert isinstance(curve, Curve)
    x = np.array([level.nominal for level in levels for _ in level.responses])
    y = np.array([r for level in levels for r in level.responses])
    logarithmic = model is Model.LOG_LOG
    fitted = np.exp(curve.a + curve.b * np.log(x)) if logarithmic else curve.a + curve.b * x
    sizes = {"1/y": y**0.5, "1/y2": y, "power:1": fitted, "power:0.5": np.maximum(fitted, 0.005 * y.max()) ** 0.5}
    sd = np.maximum(sizes[text], 0.005 * y.max()) if text == "power:1" and not logarithmic else sizes[text]
    u, v = (np.log(x), np.log(y)) if logarithmic else (x, y)
    if logarithmic:
        sd = sd / (fitted if "power" in text else y)
    assert (curve.b, curve.a) == pytest.approx(tuple(np.polyfit(u, v, 1, w=1 / sd)), rel=1e-8)


def test_straight_lines_against_polyfit() -> None:
    levels = tuple(level for level in LEVELS if level.nominal > 0)
    x = np.array([level.nominal for level in levels for _ in level.responses])
    y = np.array([r for level in levels for r in level.responses])
    line, covariance = np.polyfit(x, y, 1, cov=True)
    curve = calibrate(levels, CurveSpec(Model.LINEAR, weights_from_text("none")), EVERYTHING)
    assert isinstance(curve, Curve)
    assert (curve.b, curve.a) == pytest.approx(tuple(line), rel=1e-10)
    assert [curve.standard_errors[n] for n in "ba"] == pytest.approx(list(np.sqrt(np.diag(covariance))), rel=1e-8)
    double = calibrate(levels, CurveSpec(Model.LOG_LOG, weights_from_text("none")), EVERYTHING)
    assert isinstance(double, Curve)
    assert (double.b, double.a) == pytest.approx(tuple(np.polyfit(np.log(x), np.log(y), 1)), rel=1e-10)
    assert invert_or_none(double, math.exp(double.a + double.b * math.log(70.0))) == pytest.approx(70.0, rel=1e-12)
