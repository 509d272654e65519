"""Robustness: the batched alternatives are those that fitting one by one gives."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from elisa_bdnf.analysis.alternatives import Alternatives, alternatives
from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import invert_or_none, predict
from elisa_bdnf.analysis.intervals import interval
from elisa_bdnf.analysis.robustness import robustness
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, WeightKind, Weights, weights_from_text
from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.protocol import LimitSettings
from numerics.test_range_and_samples import curve_of, response, standards

LIMITS = LimitSettings()
RESPONSES = (0.09, 0.2, 0.5, 1.0, 1.6)
NOISE = np.random.default_rng(5)


def noisy(level: Level) -> Level:
    return replace(level, responses=tuple(float(y * (1 + 0.04 * NOISE.standard_normal())) for y in level.responses))


NOISY = tuple(noisy(level) for level in standards())


def moved(curve: Curve, others: Alternatives, y: float) -> Robustness | None:
    x = invert_or_none(curve, y)
    assert x is not None
    bounds = interval(curve, y, 2)
    return robustness(others.changes, others.concentrations([y]), [x], [(bounds.low, bounds.high)])[0]


def one_by_one(spec: CurveSpec, change: str, levels: tuple[Level, ...] = NOISY) -> Curve:
    if change.startswith("weights "):
        spec = replace(spec, weights=weights_from_text(change.removeprefix("weights ")))
    elif change.startswith("without standard "):
        levels = tuple(v for v in levels if f"{v.nominal:g}" != change.removeprefix("without standard "))
    else:
        spec = replace(spec, model=Model(change))
    found = calibrate(levels, spec, LIMITS)
    assert isinstance(found, Curve)
    return found


@pytest.mark.parametrize("text", ["power:1", "power:0.5", "none", "1/y", "1/y2"])
def test_batched_alternatives_are_those_fitted_one_by_one(text: str) -> None:
    spec = CurveSpec(weights=weights_from_text(text))
    curve = calibrate(NOISY, spec, LIMITS)
    assert isinstance(curve, Curve)
    others = alternatives(curve, LIMITS)
    assert len(others.changes) >= 9
    for change, row in zip(others.changes, others.concentrations(RESPONSES), strict=True):
        there = one_by_one(spec, change)
        expected = [invert_or_none(there, y) or math.nan for y in RESPONSES]
        tolerance = 0.002 if change == "5pl" else 1e-7  # the 5PL is followed downhill for some steps only
        assert row == pytest.approx(expected, rel=tolerance, nan_ok=True), change


@pytest.mark.parametrize(
    ("model", "weights", "fixed"),
    [
        (Model.FOUR_PL, "power", {}),
        (Model.FOUR_PL, "power:1", {"a": 0.06}),
        (Model.THREE_PL, "none", {"d": 3.2}),
        (Model.FIVE_PL_R, "power:1", {"b": 1.1}),
        (Model.LINEAR, "power", {}),
    ],
)
def test_every_model_keeps_its_power_and_what_is_held(model: Model, weights: str, fixed: dict[str, float]) -> None:
    """Each alternative is a fit of its own with the power as estimated; a 4PL beside another model holds nothing."""
    curve = calibrate(NOISY, CurveSpec(model, weights_from_text(weights), fixed=fixed), LIMITS)
    assert isinstance(curve, Curve)
    spec = (
        replace(curve.spec, weights=Weights(WeightKind.POWER, curve.report.theta)) if weights == "power" else curve.spec
    )
    others = alternatives(curve, LIMITS)
    assert {"without standard 62.5", "weights power:0.5"} <= set(others.changes)
    for change, row in zip(others.changes, others.concentrations(RESPONSES), strict=True):
        there = one_by_one(replace(spec, fixed={}) if change == "4pl" else spec, change)
        expected = [invert_or_none(there, y) or math.nan for y in RESPONSES]
        tolerance = 0.002 if change == "5pl" else 1e-6
        assert row == pytest.approx(expected, rel=tolerance, nan_ok=True), change


def without_plateau(seed: int, *, upper: bool) -> tuple[Level, ...]:
    """Standards that rise along a power of x: without an upper plateau, or without a lower one."""
    noise = np.random.default_rng(seed)
    cv = 0.08 if upper else 0.06
    return tuple(
        Level(x, tuple(float(y * (1 + cv * noise.standard_normal())) for _ in "12"))
        for x in (1500 / 2**k for k in range(8))
        for y in [0.04 + 1.6 * (x / 1500) ** 1.1 if upper else 3.1 - 1.6 * (x / 11.7) ** -0.35]
    )


@pytest.mark.parametrize("text", ["power:1", "power:0.5"])
@pytest.mark.parametrize("seed", [9, 12, 14, 20, 23, 31, 33])
def test_alternatives_of_a_curve_without_upper_plateau(seed: int, text: str) -> None:
    """Where a plateau runs away, the alternatives are still those that a search of their own finds."""
    are_those_of_their_own(without_plateau(seed, upper=True), text, (30.0, 100.0, 400.0, 1200.0))


@pytest.mark.parametrize("text", ["none", "power:0.5"])
@pytest.mark.parametrize("seed", [4, 37, 42])
def test_alternatives_of_a_curve_without_lower_plateau(seed: int, text: str) -> None:
    are_those_of_their_own(without_plateau(seed, upper=False), text, (15.0, 30.0, 100.0, 400.0))


def are_those_of_their_own(levels: tuple[Level, ...], text: str, concentrations: tuple[float, ...]) -> None:
    spec = CurveSpec(weights=weights_from_text(text))
    curve = calibrate(levels, spec, LIMITS)
    assert isinstance(curve, Curve)
    others = alternatives(curve, LIMITS)
    responses = [predict(curve, x) for x in concentrations]
    for change, row in zip(others.changes, others.concentrations(responses), strict=True):
        there = one_by_one(spec, change, levels)
        expected = [invert_or_none(there, y) or math.nan for y in responses]
        assert row == pytest.approx(expected, rel=0.02 if change == "5pl" else 1e-3, nan_ok=True), change


def test_small_inside_and_names_the_change() -> None:
    others = alternatives(curve_of(), LIMITS)
    assert {"weights none", "without standard 125", "5pl"} <= set(others.changes)
    inside = moved(curve_of(), others, response(100.0))
    assert inside is not None
    assert inside.percent < 1.0
    assert inside.change in others.changes
    assert not inside.beyond_interval


def test_a_wrong_standard_shows() -> None:
    bad = tuple(
        replace(v, responses=tuple(1.4 * y for y in v.responses)) if v.nominal == 15.6 else v for v in standards()
    )
    curve = curve_of(bad)
    found = moved(curve, alternatives(curve, LIMITS), response(20.0))
    assert found is not None
    assert found.percent > 5
    assert found.change == "without standard 15.6"


def test_a_lost_concentration_is_named_and_flagged() -> None:
    found = robustness(("weights none", "5pl"), np.array([[math.nan], [101.0]]), [100.0], [(50.0, 200.0)])
    assert found == [Robustness(pytest.approx(1.0), "5pl", beyond_interval=True, lost=("weights none",))]
    assert robustness(("5pl",), np.array([[math.nan]]), [100.0], [(50.0, 200.0)]) == [None]


def test_lines_are_compared_as_well() -> None:
    line = calibrate(
        tuple(Level(x, (0.05 + 0.004 * x, 0.052 + 0.0041 * x)) for x in (0.0, 10.0, 50.0, 100.0, 200.0, 400.0)),
        CurveSpec(model=Model.LINEAR, weights=weights_from_text("none")), LIMITS,
    )  # fmt: skip
    assert isinstance(line, Curve)
    assert {"weights power:1", "without standard 100"} <= set(alternatives(line, LIMITS).changes)
