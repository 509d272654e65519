"""Limits from standards, and what a sample's responses say: number, limit or reason."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.limits import failure_or_empty, limits_from_standards
from elisa_bdnf.analysis.quantify import quantify
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, NoCurve, weights_from_text
from elisa_bdnf.model.estimate import Estimate, RangeStatus
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import (
    DilutionSettings,
    Extrapolation,
    LimitSettings,
    MissingDilution,
    Reduce,
)
from elisa_bdnf.model.response import Group, WellResponse, WellUse
from plates import protocol

X = (500.0, 250.0, 125.0, 62.5, 31.25, 15.6, 7.8, 0.0)


def response(x: float) -> float:
    return 3.1 - 3.04 / (1 + (x / 320) ** 1.1)


def standards() -> tuple[Level, ...]:
    """Duplicates 2 % apart on the curve."""
    return tuple(Level(x, (response(x) * 0.99, response(x) * 1.01)) for x in X)


def curve_of(levels: tuple[Level, ...] | None = None, limits: LimitSettings | None = None) -> Curve:
    curve = calibrate(levels or standards(), CurveSpec(), limits or LimitSettings())
    assert isinstance(curve, Curve)
    return curve


def estimate(
    *responses: float, curve: Curve | NoCurve | None = None, saturated: int = 0, role: Role = Role.SAMPLE,
    factor: float | None = 20.0, **changes: Any,
) -> Estimate:  # fmt: skip
    content = Content(role, "P1", dilution_factor=factor)
    wells = tuple(f"A{i + 1}" for i in range(len(responses)))
    mean = math.fsum(responses) / len(responses) if responses else math.nan
    left = tuple(
        WellResponse(f"B{i + 1}", content, math.nan, math.nan, math.nan, WellUse.SATURATED, "over range")
        for i in range(saturated)
    )
    spread = math.nan
    if len(responses) > 1:
        spread = math.sqrt(math.fsum((y - mean) ** 2 for y in responses) / (len(responses) - 1))
    group = Group(content, wells, responses, mean, spread, 100 * spread / mean if mean > 0 else math.nan, left)
    return quantify([group], curve if curve is not None else curve_of(), protocol(**changes))[0]


@pytest.mark.parametrize(
    ("failing", "lloq", "uloq"),
    [
        ((), 7.8, 500.0),
        ((62.5,), 7.8, 500.0),  # one standard wrong inside: the range goes on beyond it
        ((62.5, 31.25), 62.5 * 2, 500.0),  # two neighbours are a gap; of 7.8–15.6 and 125–500 the longer stretch
        ((7.8,), 15.6, 500.0),
        ((500.0,), 7.8, 250.0),
        ((7.8, 15.6, 500.0), 31.25, 250.0),
        ((15.6, 62.5, 250.0), 7.8, 500.0),
        ((31.25, 62.5, 500.0), 7.8, 15.6),  # of two equal stretches the lower
    ],
)
def test_limits(failing: tuple[float, ...], lloq: float, uloq: float) -> None:
    curve = curve_of()
    points = tuple(
        replace(p, recovery_percent=150.0 if p.level.nominal in failing else p.recovery_percent)
        for p in curve.standards
    )
    limits = limits_from_standards(replace(curve, standards=points), LimitSettings())
    assert (limits.lloq, limits.uloq) == (lloq, uloq)
    assert ("150.0 %" in limits.lloq_reason) == (lloq > 7.8)
    assert ("150.0 %" in limits.uloq_reason) == (uloq < 500)


def test_a_standard_within_three_sd_of_zero_is_no_limit() -> None:
    """SD pooled over zero and the three lowest levels: √((3 × 2e-6 + 8e-4)/4) = 0.0142; 0.041 of 7.8 is 2.9 of them."""
    wells = {0.0: (0.059, 0.061), 7.8: (0.100, 0.102), 15.6: (0.15, 0.152), 31.25: (0.26, 0.30)}
    levels = tuple(replace(level, responses=wells.get(level.nominal, level.responses)) for level in standards())
    wide = LimitSettings(recovery_percent=50, recovery_ends_percent=50)
    assert curve_of(levels, replace(wide, separation=2.8)).limits.lloq == 7.8
    hidden = curve_of(levels, replace(wide, separation=3.0)).limits
    assert hidden.lloq == 15.6
    assert "standard 7.8 lies 2.9 SD from zero" in hidden.lloq_reason


def test_the_ends_have_a_limit_of_their_own() -> None:
    """28 % off: allowed at the lowest and the highest standard (30 %), not between them (25 %)."""
    points = curve_of().standards
    off = [replace(point, recovery_percent=128.0) for point in points]
    assert [failure_or_empty(point, LimitSettings(), at_end=True) for point in off] == [""] * len(off)
    assert all("allowed 75 to 125 %" in failure_or_empty(point, LimitSettings(), at_end=False) for point in off)
    curve = replace(curve_of(), standards=tuple(off))
    limits = limits_from_standards(curve, LimitSettings())
    assert (limits.lloq, limits.uloq) == (7.8, 7.8)  # of two equal stretches, each of an end alone, the lower
    read = estimate(response(7.8), response(7.8), curve=replace(curve, limits=replace(limits, lloq=7.0)))
    assert read.status is RangeStatus.WITHIN


def test_limits_ignore_anchors_and_zero() -> None:
    levels = tuple(replace(level, anchor=level.nominal in (7.8, 500.0)) for level in standards())
    limits = curve_of(levels).limits
    assert (limits.lloq, limits.uloq) == (15.6, 250.0)


def test_limits_where_nothing_passes() -> None:
    limits = curve_of(limits=LimitSettings(cv_percent=0.5)).limits
    assert math.isnan(limits.lloq)
    assert limits.lloq_reason.startswith("no standard passes")
    assert estimate(0.5, 0.5, curve=curve_of(limits=LimitSettings(cv_percent=0.5))).status is RangeStatus.NO_VALUE


def test_fixed_limits_hold_inside_the_standards_only() -> None:
    inside = curve_of(limits=LimitSettings(lloq=20.0, uloq=300.0)).limits
    assert (inside.lloq, inside.uloq) == (20.0, 300.0)
    outside = curve_of(limits=LimitSettings(lloq=1.0, uloq=900.0)).limits
    assert (outside.lloq, outside.uloq) == (7.8, 500.0)
    assert "does not support" in outside.lloq_reason


@pytest.mark.parametrize("fixed", [{"lloq": 600.0}, {"uloq": 5.0}, {"lloq": 550.0, "uloq": 700.0}])
def test_a_fixed_limit_beyond_the_other_end_leaves_no_range(fixed: dict[str, float]) -> None:
    """It must not come out above the ULOQ of the plate: every response would be both too low and too high."""
    curve = curve_of(limits=LimitSettings(**fixed))
    assert math.isnan(curve.limits.lloq)
    assert math.isnan(curve.limits.uloq)
    assert "nothing is left between LLOQ" in curve.limits.lloq_reason
    read = estimate(0.5, 0.5, curve=curve)
    assert (read.status, read.concentration, read.limit) == (RangeStatus.NO_VALUE, None, None)


def test_detection_limit_needs_four_zero_wells() -> None:
    assert curve_of().limits.lod is None
    assert "4 wells" in curve_of().limits.lod_reason
    more = (*standards()[:-1], Level(0.0, (0.058, 0.06, 0.062, 0.061, 0.059)))
    lod = curve_of(more).limits.lod
    assert lod is not None
    assert 0 < lod < 7.8


CASES = {
    "within": ((response(100.0),) * 2, RangeStatus.WITHIN, 100.0),
    "at the LLOQ": ((response(7.8) * (1 + 1e-13),) * 2, RangeStatus.WITHIN, 7.8),
    "below the LLOQ": ((response(4.0),) * 2, RangeStatus.BELOW_LLOQ, 4.0),
    "above the ULOQ": ((response(900.0),) * 2, RangeStatus.ABOVE_ULOQ, 900.0),
    "below the curve": ((0.03, 0.03), RangeStatus.BELOW_CURVE, None),
    "above the curve": ((3.4, 3.5), RangeStatus.ABOVE_CURVE, None),
}


@pytest.mark.parametrize("name", CASES)
def test_status(name: str) -> None:
    responses, status, in_well = CASES[name]
    exact = calibrate(
        tuple(Level(x, (response(x) * 0.999999, response(x) * 1.000001)) for x in X), CurveSpec(), LimitSettings()
    )
    found = estimate(*responses, curve=exact)
    assert found.status is status
    assert found.in_well == (None if in_well is None else pytest.approx(in_well, rel=1e-3))
    assert (found.concentration is not None) == status.has_number
    assert (found.limit is not None) == (not status.has_number)
    assert bool(found.reason) == (not status.has_number)


def test_numbers_go_through_the_dilution() -> None:
    one, twenty = estimate(1.0, 1.05, factor=1.0), estimate(1.0, 1.05, factor=20.0)
    assert one.in_well == twenty.in_well
    assert one.concentration == one.in_well
    for name in ("concentration", "low", "high"):
        assert getattr(twenty, name) == pytest.approx(20 * getattr(one, name), rel=1e-14)
    assert one.low is not None
    assert one.concentration is not None
    assert one.high is not None
    assert one.low < one.concentration < one.high
    acid = estimate(1.0, 1.05, dilution=DilutionSettings(volume_factor=1.04))
    assert acid.concentration == pytest.approx(1.04 * (twenty.concentration or 0.0))
    assert estimate(0.03).limit == pytest.approx(20 * 7.8)


def test_more_wells_narrow_the_interval() -> None:
    two, eight = estimate(1.0, 1.0), estimate(*[1.0] * 8)
    assert two.in_well == eight.in_well
    assert (eight.in_well_high or 0) < (two.in_well_high or 0)


def test_missing_dilution() -> None:
    found = estimate(1.0, 1.0, factor=None)
    assert (found.concentration, found.status) == (None, RangeStatus.WITHIN)
    assert "dilution" in found.reason
    in_well = estimate(1.0, 1.0, factor=None, dilution=DilutionSettings(MissingDilution.IN_WELL))
    assert in_well.concentration == in_well.in_well
    assert estimate(1.0, 1.0, factor=None, role=Role.CONTROL).concentration == in_well.in_well


def test_saturated_wells_are_information() -> None:
    found = estimate(2.9, saturated=1)
    assert (found.status, found.concentration, found.in_well) == (RangeStatus.SATURATED, None, None)
    assert found.limit == 20 * 500
    assert found.suggested_dilution == 200


def test_suggested_dilution() -> None:
    assert estimate(response(900.0), factor=20.0).suggested_dilution == 100  # 20 × max(2, 900/320) = 56, up to 100
    assert estimate(1.0).suggested_dilution is None
    assert estimate(3.5, factor=2.0).suggested_dilution == 20
    assert estimate(response(520.0), factor=26.0).suggested_dilution == 100  # at least twice as much: 52, not 42


def test_where_the_inflection_is_outside_the_range_its_geometric_middle_is_aimed_at() -> None:
    """LLOQ 15.6 and ULOQ 62.5, c 320: from 300 in the well to √(15.6·62.5) = 31 is 9.6 times."""
    curve = curve_of(limits=LimitSettings(lloq=15.6, uloq=62.5))
    assert estimate(response(300.0), factor=10.0, curve=curve).suggested_dilution == 100
    assert estimate(response(70.0), factor=10.0, curve=curve).suggested_dilution == 50  # 2.24 times, so 22.4
    assert estimate(response(61.0), factor=10.0, curve=curve).suggested_dilution is None


def test_a_control_states_its_own_dilution() -> None:
    assert estimate(1.0, 1.0, factor=4.0, role=Role.CONTROL).concentration == pytest.approx(
        4 * (estimate(1.0, 1.0, factor=1.0).concentration or 0)
    )


def test_extrapolation_only_when_asked() -> None:
    settings = LimitSettings(extrapolation=Extrapolation.TO_ASYMPTOTES)
    found = estimate(response(900.0), limits=settings)
    assert found.status is RangeStatus.EXTRAPOLATED
    assert found.concentration is not None
    assert "extrapolated" in found.reason
    assert estimate(3.5, limits=settings).concentration is None


def test_no_curve_and_no_wells() -> None:
    refused = calibrate(standards()[:2], CurveSpec(), LimitSettings())
    assert isinstance(refused, NoCurve)
    found = estimate(1.0, 1.0, curve=refused)
    assert (found.status, found.concentration) == (RangeStatus.NO_VALUE, None)
    assert refused.reason in found.reason
    assert estimate().status is RangeStatus.NO_VALUE


def test_mean_of_concentrations() -> None:
    mean = estimate(0.6, 1.2, reduce=Reduce.MEAN_CONCENTRATION)
    wells = [well.in_well or 0.0 for well in mean.wells]
    assert mean.in_well == pytest.approx(math.fsum(wells) / 2, rel=1e-12)
    assert mean.robustness is not None
    each = [estimate(y, reduce=Reduce.MEAN_CONCENTRATION).robustness for y in (0.6, 1.2)]
    moves = [np.array(found.moves) * x for found, x in zip(each, wells, strict=True) if found]
    assert mean.robustness.percent == pytest.approx(100 * np.max(np.abs(sum(moves))) / sum(wells), rel=1e-6)
    partly = estimate(1.2, 3.5, reduce=Reduce.MEAN_CONCENTRATION)
    assert (partly.status, partly.concentration) == (RangeStatus.ABOVE_CURVE, None)
    assert "1 of 2 wells" in partly.reason


def test_cv_of_concentrations_or_of_responses() -> None:
    both = estimate(1.0, 1.1)
    low, high = (well.in_well or 0.0 for well in both.wells)
    assert both.cv_basis == "concentration"
    assert both.cv_percent == pytest.approx(100 * (high - low) / math.sqrt(2) / ((low + high) / 2))  # n − 1
    beyond = estimate(0.03, 0.08, 0.09)
    assert beyond.cv_basis == "response"
    assert beyond.cv_percent == beyond.group.cv_percent
    assert (estimate(1.0).cv_percent, estimate(1.0).cv_basis) == (None, "")


@pytest.mark.parametrize("y", [-1.0, 0.0, 0.02, 0.06, 0.0601, 0.07, 1.0, 2.9, 3.05, 3.1, 4.0, 100.0])
def test_never_negative_never_nan(y: float) -> None:
    found = estimate(y, y)
    for value in (found.in_well, found.in_well_low, found.in_well_high, found.concentration, found.limit):
        assert value is None or value >= 0
    assert found.in_well_low is not None
    assert found.in_well_high is not None
    assert found.in_well_low <= found.in_well_high
    assert found.status in RangeStatus


def test_falling_curve() -> None:
    """In a competitive assay a high response means a low concentration."""
    falling = tuple(Level(x, tuple(3.2 - y for y in level.responses)) for x, level in zip(X, standards(), strict=True))
    curve = calibrate(falling, CurveSpec(weights=weights_from_text("none")), LimitSettings())
    assert estimate(3.3, curve=curve).status is RangeStatus.BELOW_CURVE
    assert estimate(0.01, curve=curve).status is RangeStatus.ABOVE_CURVE
    assert estimate(saturated=2, curve=curve).status is RangeStatus.BELOW_CURVE
