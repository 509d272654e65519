"""Editing of standards, robustness of a result, several dilutions of one sample."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elisa_bdnf.analysis.dilutions import DilutionPolicy, series_from_estimates
from elisa_bdnf.analysis.edit import Edited, EditSettings, edit_standards
from elisa_bdnf.analysis.robustness import alternatives, robustness
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, NoCurve
from elisa_bdnf.model.protocol import LimitSettings
from numerics.test_range_and_samples import curve_of, estimate, response, standards

X = (0.0, 7.8, 15.6, 31.25, 62.5, 125.0, 250.0, 500.0)


def levels(factors: dict[float, float] | None = None, wells: int = 2) -> tuple[Level, ...]:
    sides = (0.99, 1.01, 1.0)[:wells]
    return tuple(
        Level(
            x, tuple(response(x) * s * (factors or {}).get(x, 1.0) for s in sides), tuple(f"A{i}" for i in range(wells))
        )
        for x in X
    )


def edited(factors: dict[float, float], settings: EditSettings | None = None) -> Edited:
    return edit_standards(levels(factors), CurveSpec(), LimitSettings(), settings)


def test_nothing_to_edit() -> None:
    found = edited({})
    assert (found.edits, found.failure) == ((), "")
    assert found.curve == found.acquired


def test_one_level_goes_and_the_log_says_why() -> None:
    found = edited({62.5: 1.35})
    assert [(e.what, e.nominal) for e in found.edits] == [("level", 62.5)]
    edit = found.edits[0]
    assert edit.recovery_percent is not None
    assert edit.recovery_percent > 120
    assert edit.parameters is not None
    assert edit.wells == ("A0", "A1")
    assert isinstance(found.acquired, Curve)
    assert isinstance(found.curve, Curve)
    assert len(found.curve.standards) == len(found.acquired.standards) - 1
    assert found.failure == ""


def test_an_end_moves_the_range() -> None:
    found = edited({7.8: 1.5})
    assert [e.nominal for e in found.edits] == [7.8]
    assert isinstance(found.curve, Curve)
    assert found.curve.limits.lloq == 15.6


def test_seven_levels_can_lose_one() -> None:
    found = edited({31.25: 1.8, 250.0: 0.6})
    assert len(found.edits) <= 1
    assert "no more may be left out" in found.failure


def test_neighbours_inside_are_not_both_removed() -> None:
    found = edited({62.5: 1.8, 125.0: 1.8}, EditSettings(least_levels=4, share=0.5))
    removed = {e.nominal for e in found.edits}
    assert not {62.5, 125.0} <= removed


def test_a_well_of_three_goes_where_allowed() -> None:
    three = [Level(x, tuple(response(x) * s for s in (0.995, 1.0, 1.005))) for x in X]
    three[4] = Level(62.5, (response(62.5), response(62.5) * 1.01, response(62.5) * 1.9), ("A1", "A2", "A3"))
    found = edit_standards(three, CurveSpec(), LimitSettings(), EditSettings(drop_wells=True))
    assert [(e.what, e.wells) for e in found.edits] == [("well", ("A3",))]
    kept = edit_standards(three, CurveSpec(), LimitSettings(), EditSettings(drop_wells=False))
    assert all(e.what != "well" for e in kept.edits)


def test_an_anchor_goes_for_its_own_faults_only() -> None:
    base = [replace(level, anchor=level.nominal == 500.0) for level in levels()]
    assert edit_standards(base, CurveSpec(), LimitSettings()).edits == ()
    low = [replace(level, responses=(1.0, 1.01)) if level.anchor else level for level in base]
    found = edit_standards(low, CurveSpec(), LimitSettings(), EditSettings(least_levels=5))
    assert [(e.what, e.reason) for e in found.edits] == [("anchor", "anchor out of order beside its neighbour")]
    wide = [replace(level, responses=(1.2, 2.4)) if level.anchor else level for level in base]
    found = edit_standards(wide, CurveSpec(), LimitSettings(), EditSettings(least_levels=5))
    assert found.edits[0].reason == "anchor with a CV above its limit"


def test_no_curve_is_a_failure() -> None:
    found = edit_standards(levels()[:3], CurveSpec(), LimitSettings())
    assert isinstance(found.curve, NoCurve)
    assert found.failure.startswith("no curve")


def test_robustness_is_small_inside_and_names_the_change() -> None:
    others = alternatives(standards(), CurveSpec(), LimitSettings())
    assert {"weights none", "without standard 125", "5pl"} <= {other.change for other in others}
    inside = robustness(curve_of(), others, response(100.0))
    assert inside.percent is not None
    assert inside.percent < 1.0
    assert inside.change
    beyond = robustness(curve_of(), others, 3.6)
    assert beyond.percent is None


def test_a_wrong_standard_shows_in_the_robustness() -> None:
    bad = tuple(
        replace(v, responses=tuple(1.4 * y for y in v.responses)) if v.nominal == 15.6 else v for v in standards()
    )
    found = robustness(curve_of(bad), alternatives(bad, CurveSpec(), LimitSettings()), response(20.0))
    assert found.percent is not None
    assert found.percent > 5
    assert found.change == "without standard 15.6"


def dilutions(*pairs: tuple[float, float]) -> list:
    return [estimate(response(x) * 0.99, response(x) * 1.01, factor=factor) for factor, x in pairs]


def test_dilutions_that_agree() -> None:
    found = series_from_estimates(dilutions((10, 800.0), (40, 200.0), (20, 400.0), (80, 100.0)), curve_of())
    assert [e.group.content.dilution_factor for e in found.estimates] == [10, 20, 40, 80]
    assert found.reported == (20, 40, 80)
    assert found.concentration == pytest.approx(8000, rel=0.01)
    assert found.cv_percent == pytest.approx(0.0, abs=0.5)
    assert found.slope == pytest.approx(0.0, abs=0.01)
    assert found.hook is None


@pytest.mark.parametrize(
    ("policy", "reported"), [(DilutionPolicy.LOWEST_FACTOR, (20,)), (DilutionPolicy.NEAREST_C, (20,))]
)
def test_policy(policy: DilutionPolicy, reported: tuple[float, ...]) -> None:
    pairs = dilutions((20, 400.0), (40, 200.0), (80, 100.0))
    assert series_from_estimates(pairs, curve_of(), policy).reported == reported


def test_hook_and_slope() -> None:
    hooked = series_from_estimates(dilutions((10, 150.0), (40, 200.0), (160, 55.0)), curve_of())
    assert hooked.hook == (10, 40)
    assert hooked.slope is not None
    assert hooked.slope > 0.25
    nothing = series_from_estimates(dilutions((10, 2.0)), curve_of())
    assert (nothing.concentration, nothing.reported, nothing.cv_percent) == (None, (), None)
