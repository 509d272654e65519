"""The CV of a concentration over the range of the standards, and the stretch that is precise enough."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from elisa_bdnf.analysis.curves import predict
from elisa_bdnf.analysis.intervals import ln_standard_error
from elisa_bdnf.analysis.profile import precision_profile
from numerics.test_range_and_samples import X, curve_of, standards

NOISE = np.random.default_rng(3)
CURVE = curve_of(tuple(
    replace(level, responses=tuple(float(y * (1 + 0.1 * NOISE.standard_normal())) for y in level.responses))
    for level in standards()
))  # fmt: skip


def cv(x: float, wells: int = 2) -> float:
    return 100 * ln_standard_error(CURVE, predict(CURVE, x), x, wells)


def test_points_are_the_errors_of_intervals_between_the_lowest_and_the_highest_standard() -> None:
    profile = precision_profile(CURVE, 3, 20.0)
    assert len(profile.points) == 25
    assert (profile.points[0][0], profile.points[-1][0]) == (min(x for x in X if x), max(X))
    assert np.diff(np.log([x for x, _ in profile.points])) == pytest.approx(math.log(500 / 7.8) / 24)
    assert [value for _, value in profile.points] == pytest.approx([cv(x, 3) for x, _ in profile.points])


def test_the_stretch_ends_where_the_cv_passes_the_limit() -> None:
    """By interpolation in ln x, within 2 % of where it really does."""
    least = min(value for _, value in precision_profile(CURVE, 2, 20.0).points)
    limit = 1.15 * least
    profile = precision_profile(CURVE, 2, limit)
    middle = min(profile.points, key=lambda point: point[1])[0]
    low = optimize.brentq(lambda x: cv(x) - limit, 7.8, middle)
    high = optimize.brentq(lambda x: cv(x) - limit, middle, 500.0)
    assert (profile.low, profile.high) == pytest.approx((low, high), rel=0.02)
    assert (profile.limit_percent, profile.wells, profile.reason) == (limit, 2, "")


def test_a_generous_limit_ends_at_the_standards_and_a_strict_one_nowhere() -> None:
    everything = precision_profile(CURVE, 2, 1000.0)
    assert (everything.low, everything.high) == (7.8, 500.0)
    nothing = precision_profile(CURVE, 2, 0.01)
    assert (nothing.low, nothing.high) == (None, None)
    assert "nowhere at most 0.01 %" in nothing.reason


def test_without_degrees_of_freedom_there_is_a_reason() -> None:
    bare = replace(CURVE, report=replace(CURVE.report, degrees_of_freedom=0))
    profile = precision_profile(bare, 2, 20.0)
    assert profile.points == ()
    assert profile.reason == "the curve has no errors: see its remarks"
