"""Several dilutions of one sample → one result; and relations that must hold whatever the numbers are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elisa_bdnf.analysis.alternatives import alternatives
from elisa_bdnf.analysis.dilutions import result_from_dilutions, results_from_samples
from elisa_bdnf.analysis.robustness import robustness_of_mean
from elisa_bdnf.model.curve import Level, NoCurve
from elisa_bdnf.model.estimate import Estimate, RangeStatus, SampleResult
from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.protocol import DilutionPolicy, DilutionSettings, LimitSettings
from numerics.test_range_and_samples import X, curve_of, estimate, response

CURVE = curve_of()
USUAL = DilutionSettings()


def dilutions(*pairs: tuple[float, float]) -> list[Estimate]:
    """(dilution factor, concentration in the well)."""
    return [estimate(response(x) * 0.99, response(x) * 1.01, factor=factor) for factor, x in pairs]


def result(*pairs: tuple[float, float], policy: DilutionPolicy = DilutionPolicy.MEAN_IN_RANGE) -> SampleResult:
    return result_from_dilutions(dilutions(*pairs), CURVE, replace(USUAL, policy=policy))


def factors(found: SampleResult) -> tuple[float | None, ...]:
    return tuple(e.group.content.dilution_factor for e in found.used)


def test_dilutions_that_agree() -> None:
    found = result((10, 800.0), (40, 200.0), (20, 400.0), (80, 100.0))
    assert [e.group.content.dilution_factor for e in found.estimates] == [10, 20, 40, 80]
    assert factors(found) == (20, 40, 80)
    assert found.concentration == pytest.approx(8000, rel=0.01)
    assert found.cv_percent == pytest.approx(0.0, abs=0.5)
    assert found.slope == pytest.approx(0.0, abs=0.01)
    assert (found.hook, found.status, found.limit) == (None, RangeStatus.WITHIN, None)
    assert found.reason == "mean of the 3 dilutions in range, 1:20, 1:40 and 1:80"


def test_the_interval_of_a_mean_is_narrower_but_keeps_the_error_of_the_curve() -> None:
    found = result((20, 400.0), (40, 200.0), (80, 100.0))
    assert found.low is not None
    assert found.high is not None
    assert found.concentration is not None
    assert found.low < found.concentration < found.high
    widths = [(e.high or 0) - (e.low or 0) for e in found.used]
    assert found.high - found.low < min(widths)
    assert found.high - found.low > min(widths) / 3


def test_a_mean_of_dilutions_without_an_upper_bound_has_none() -> None:
    """Read near the plateau of a plate that scatters; with delta errors alone it was a number too large to hold."""
    noisy = tuple(Level(x, (response(x) * 0.75, response(x) * 1.25)) for x in (5000.0, *X))
    wide = LimitSettings(recovery_percent=90, recovery_ends_percent=90, cv_percent=90, separation=0)
    curve = curve_of(noisy, wide)
    for share in (0.99, 1 - 1e-7):
        y = curve.a + (curve.d - curve.a) * share
        read = [_within(estimate(y * 0.9999, y * 1.0001, factor=f, curve=curve)) for f in (10.0, 12.0)]
        found = result_from_dilutions(read, curve, USUAL)
        assert found.high == math.inf
        assert found.low == pytest.approx(math.fsum(e.low or 0 for e in read) / 2)
        assert found.reason.endswith("; no upper bound: the curve is too flat above")


def _within(read: Estimate) -> Estimate:
    """As it would be with standards up to there."""
    factor = read.group.content.dilution_factor or 1.0
    x, low, high = (factor * (value or 0.0) for value in (read.in_well, read.in_well_low, read.in_well_high))
    return read._replace(status=RangeStatus.WITHIN, concentration=x, low=low, high=high)


def test_the_robustness_of_a_mean_is_that_of_the_mean() -> None:
    """Dilutions move together, against the mean's own interval, which is narrower than theirs."""
    bent = tuple(
        Level(x, tuple(y * (1.12 if x == 125 else 1) for y in (response(x) * 0.99, response(x) * 1.01))) for x in X
    )
    curve = curve_of(bent)
    estimates = [
        estimate(response(x) * 0.99, response(x) * 1.01, factor=f, curve=curve) for f, x in ((20, 300.0), (40, 150.0))
    ]
    found = result_from_dilutions(estimates, curve, USUAL)
    assert found.robustness is not None
    assert found.concentration is not None
    assert len(found.robustness.changes) == len(found.robustness.moves) >= 9
    others = alternatives(curve, LimitSettings())
    moved = []
    for change in found.robustness.changes:
        place = others.changes.index(change)
        there = others.concentrations([e.group.mean for e in estimates])[place]
        mean = float(there @ [20.0, 40.0]) / 2
        moved.append(100 * abs(mean / found.concentration - 1))
    assert found.robustness.percent == pytest.approx(max(moved))
    assert found.robustness.change == found.robustness.changes[moved.index(max(moved))]
    each = [e.robustness.percent for e in estimates if e.robustness]
    assert found.robustness.percent < max(each)
    assert result_from_dilutions(estimates[:1], curve, USUAL).robustness == estimates[0].robustness
    single = result_from_dilutions(estimates, curve, replace(USUAL, policy=DilutionPolicy.LOWEST_FACTOR))
    assert single.robustness == estimates[0].robustness


def test_a_mean_can_leave_its_interval_where_no_dilution_leaves_its_own() -> None:
    """Each moves by 6 %, inside ± 8 %; their mean moves by as much and has ± 5 %."""
    moves = (0.06,)
    parts = [Robustness(6.0, "5pl", beyond_interval=False, changes=("5pl",), moves=moves)] * 2
    used = [e._replace(robustness=part) for e, part in zip(dilutions((20, 400.0), (40, 200.0)), parts, strict=True)]
    found = robustness_of_mean(used, 8000.0, (7600.0, 8400.0))
    assert found is not None
    assert found.percent == pytest.approx(6.0, rel=0.01)
    assert found.beyond_interval
    assert robustness_of_mean([used[0], used[1]._replace(robustness=None)], 8000.0, (7600.0, 8400.0)) is None


@pytest.mark.parametrize(
    ("policy", "reported"),
    [
        (DilutionPolicy.MEAN_IN_RANGE, (20, 40, 80)),
        (DilutionPolicy.LOWEST_FACTOR, (20,)),
        (DilutionPolicy.NEAREST_C, (20,)),
    ],
)
def test_policy(policy: DilutionPolicy, reported: tuple[float, ...]) -> None:
    found = result((20, 400.0), (40, 200.0), (80, 100.0), policy=policy)
    assert factors(found) == reported
    if len(reported) == 1:
        only = found.used[0]
        assert (found.concentration, found.low, found.high) == (only.concentration, only.low, only.high)


@pytest.mark.parametrize(("share", "hook"), [(0.96, None), (0.94, (10.0, 100.0))])
def test_a_response_may_fall_a_little_towards_the_stronger_dilution(
    share: float, hook: tuple[float, ...] | None
) -> None:
    """By 5 % of it; both lie above the range, so that only the responses speak."""
    weak = estimate(3.0, 3.0, factor=100.0)
    strong = estimate(3.0 * share, 3.0 * share, factor=10.0)
    assert result_from_dilutions([strong, weak], CURVE, USUAL).hook == hook


@pytest.mark.parametrize(("second", "said"), [(200.0, False), (250.0, True)])
def test_dilutions_whose_intervals_do_not_meet_are_said(second: float, said: bool) -> None:
    """8000 and 10 000 with ± 5 %: the interval of the mean holds neither, since errors of diluting are not in it."""
    found = result((20, 400.0), (40, second))
    lows, highs = zip(*((e.low or 0, e.high or 0) for e in found.used), strict=True)
    assert (max(lows) > min(highs)) is said
    assert ("differ by more than their intervals" in found.reason) is said


def test_the_middle_is_that_of_the_range_where_the_inflection_is_outside() -> None:
    """LLOQ 15.6 and ULOQ 125: nearest √(15.6·125) = 44 is 50, nearest the inflection at 320 would be 100."""
    curve = curve_of(limits=LimitSettings(lloq=15.6, uloq=125.0))
    pairs = ((10, 100.0), (20, 50.0), (50, 20.0))
    read = [estimate(response(x) * 0.99, response(x) * 1.01, factor=f, curve=curve) for f, x in pairs]
    found = result_from_dilutions(read, curve, replace(USUAL, policy=DilutionPolicy.NEAREST_C))
    assert factors(found) == (20,)
    assert "the middle of the curve (44.16 in the well)" in found.reason


def test_a_slope_needs_three_dilutions() -> None:
    assert result((20, 400.0), (40, 200.0)).slope is None
    assert result((20, 400.0), (40, 200.0), (80, 100.0)).slope is not None


def test_a_hook_discredits_what_is_less_diluted() -> None:
    found = result((10, 150.0), (40, 200.0), (160, 50.0), (640, 12.5))
    assert found.hook == (10, 40)
    assert factors(found) == (640,)
    assert found.concentration == pytest.approx(8000, rel=0.02)
    assert found.slope is not None
    assert found.slope > 0.25
    assert "hook" in found.reason


def test_a_hook_whose_weaker_dilution_is_too_high_gives_a_bound() -> None:
    """1:10 reads in range, 1:100 above it: the number at 1:10 is worth nothing."""
    found = result((10, 300.0), (100, 2000.0))
    assert (found.status, found.concentration) == (RangeStatus.ABOVE_ULOQ, None)
    assert found.limit == 100 * 500.0
    assert "not believed for a hook: 1:10" in found.reason


def test_noise_near_zero_is_no_hook() -> None:
    low = [estimate(y, y, factor=f) for f, y in ((2.0, 0.062), (4.0, 0.068))]
    assert result_from_dilutions(low, CURVE, USUAL).hook is None


def test_a_saturated_strong_dilution_is_no_hook_but_the_other_way_round_is() -> None:
    strong, weak = estimate(3.0, factor=10.0, saturated=1), dilutions((100, 100.0))[0]
    assert result_from_dilutions([strong, weak], CURVE, USUAL).hook is None
    strong, weak = dilutions((10, 100.0))[0], estimate(3.0, factor=100.0, saturated=1)
    assert result_from_dilutions([strong, weak], CURVE, USUAL).hook == (10, 100)


BOUNDS = {
    "all above": (((10, 5000.0), (20, 2500.0)), RangeStatus.ABOVE_ULOQ, 20 * 500.0),
    "all below": (((10, 3.0), (20, 1.5)), RangeStatus.BELOW_LLOQ, 10 * 7.8),
    "above and below": (((10, 600.0), (1000, 6.0)), RangeStatus.ABOVE_ULOQ, 10 * 500.0),
    "contradicting": (((100, 900.0), (200, 2.0)), RangeStatus.NO_VALUE, None),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_no_dilution_in_range(name: str) -> None:
    pairs, status, limit = BOUNDS[name]
    found = result(*pairs)
    assert (found.status, found.concentration, found.low, found.high) == (status, None, None, None)
    assert found.limit == (None if limit is None else pytest.approx(limit))
    assert found.reason


def test_a_single_dilution_is_its_own_result() -> None:
    only = dilutions((20, 100.0))[0]
    found = result_from_dilutions([only], CURVE, USUAL)
    assert (found.concentration, found.low, found.high, found.used) == (
        only.concentration,
        only.low,
        only.high,
        (only,),
    )
    assert not found.is_series


def test_without_a_curve_there_is_a_reason() -> None:
    none = NoCurve("flat", "the standards are flat")
    found = result_from_dilutions([estimate(1.0, curve=none, factor=f) for f in (10.0, 20.0)], none, USUAL)
    assert (found.status, found.concentration) == (RangeStatus.NO_VALUE, None)
    assert "flat" in found.reason


def test_samples_are_told_apart_by_everything_but_the_dilution() -> None:
    two = dilutions((10, 100.0), (20, 50.0))
    other = two[1]._replace(group=two[1].group._replace(content=replace(two[1].group.content, timepoint="24h")))
    assert len(results_from_samples(two, CURVE, USUAL)) == 1
    assert len(results_from_samples([two[0], other], CURVE, USUAL)) == 2


FACTORS = st.lists(st.sampled_from([1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 1000.0]), min_size=1, max_size=5,
                   unique=True)  # fmt: skip
IN_WELL = st.floats(0.5, 3000.0)


@settings(max_examples=60, deadline=None)
@given(FACTORS, st.lists(IN_WELL, min_size=5, max_size=5), st.sampled_from(DilutionPolicy), st.randoms())
def test_order_and_scale_do_not_matter(factors_, in_wells, policy, random) -> None:
    """Shuffled dilutions give the same; dilution factors × k give concentrations, bounds and limits × k."""
    wanted = replace(USUAL, policy=policy)
    pairs = list(zip(factors_, in_wells, strict=False))
    one = result_from_dilutions(dilutions(*pairs), CURVE, wanted)
    random.shuffle(pairs)
    assert result_from_dilutions(dilutions(*pairs), CURVE, wanted) == one
    seven = result_from_dilutions(dilutions(*((7 * f, x) for f, x in pairs)), CURVE, wanted)
    assert seven.status is one.status
    for name in ("concentration", "low", "high", "limit"):
        there, here = getattr(seven, name), getattr(one, name)
        assert there == (None if here is None else pytest.approx(7 * here, rel=1e-12))


@settings(max_examples=60, deadline=None)
@given(FACTORS, st.lists(IN_WELL, min_size=5, max_size=5), st.sampled_from(DilutionPolicy))
def test_a_result_has_a_number_a_bound_or_a_reason(factors_, in_wells, policy) -> None:
    found = result_from_dilutions(
        dilutions(*zip(factors_, in_wells, strict=False)), CURVE, replace(USUAL, policy=policy)
    )
    assert (found.concentration is not None) == found.status.has_number
    if found.concentration is None:
        assert found.reason
        assert found.limit is not None or found.status is RangeStatus.NO_VALUE
    else:
        values = [e.concentration or 0.0 for e in found.in_range]
        assert min(values) * (1 - 1e-12) <= found.concentration <= max(values) * (1 + 1e-12)
        assert set(found.used) <= set(found.in_range)


def test_a_falling_curve_knows_no_hook_of_the_response() -> None:
    """In a competitive assay the response rises with dilution: that is how it works."""
    falling = tuple(Level(p.level.nominal, tuple(3.2 - y for y in p.level.responses)) for p in CURVE.standards)
    curve = curve_of(falling)
    pairs = [estimate(3.2 - response(x), factor=f, curve=curve) for f, x in ((10.0, 200.0), (20.0, 100.0))]
    assert result_from_dilutions(pairs, curve, USUAL).hook is None
