"""Editing of standards: one case a step of ``curve_edit_v1``, and what must not matter."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from elisa_bdnf.analysis.edit import edit_standards
from elisa_bdnf.analysis.outliers import outlier_or_none
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, NoCurve, weights_from_text
from elisa_bdnf.model.evidence import EditedPart, Editing
from elisa_bdnf.model.protocol import EditingSettings, LimitSettings, ReplicateEditing
from numerics.test_range_and_samples import response

X = (0.0, 7.8, 15.6, 31.25, 62.5, 125.0, 250.0, 500.0)
M10 = EditingSettings(cv_percent=20, cv_ends_percent=25, least_levels=6)
M10_LIMITS = LimitSettings(recovery_percent=20, recovery_ends_percent=25)


def levels(factors: dict[float, float] | None = None, wells: int = 2) -> tuple[Level, ...]:
    sides = (0.99, 1.01, 1.0)[:wells]
    return tuple(
        Level(
            x, tuple(response(x) * s * (factors or {}).get(x, 1.0) for s in sides), tuple(f"A{i}" for i in range(wells))
        )
        for x in X
    )


def edited(factors: dict[float, float], settings: EditingSettings = M10) -> Editing:
    return edit_standards(levels(factors), CurveSpec(), M10_LIMITS, settings)


def curve_in(found: Editing) -> Curve:
    assert isinstance(found.curve, Curve)
    return found.curve


def test_nothing_to_edit() -> None:
    found = edited({})
    assert (found.edits, found.failure) == ((), "")
    assert found.curve is found.acquired


def test_one_level_goes_and_the_log_says_why() -> None:
    found = edited({62.5: 1.35})
    assert [(e.what, e.nominal) for e in found.edits] == [(EditedPart.LEVEL, 62.5)]
    edit = found.edits[0]
    assert edit.recovery_percent is not None
    assert edit.recovery_percent > 120
    assert edit.deviation == pytest.approx((edit.recovery_percent - 100) / 20)
    assert edit.parameters is not None
    assert edit.wells == ("A0", "A1")
    assert found.failure == ""


def test_where_a_good_standard_goes_first_the_lack_of_fit_is_plain() -> None:
    """A middle standard 45 % high bends the curve: by the rule the top goes, and FIT-03 (p < 0.01) has to warn."""
    wrong = 0
    for seed in range(12):
        noise = np.random.default_rng(seed)
        made = [
            Level(
                x, tuple(float(y) for y in response(x) * (1.45 if x == 62.5 else 1) * (1 + 0.03 * noise.normal(size=2)))
            )
            for x in X
        ]
        found = edit_standards(made, CurveSpec(), LimitSettings(), EditingSettings())
        gone = {edit.nominal for edit in found.edits if not found.failure}
        if gone and 62.5 not in gone:
            wrong += 1
            p = curve_in(found).report.lack_of_fit_p
            assert p is not None
            assert p < 0.01
    assert wrong


def test_a_level_left_out_stands_beside_the_curve_and_never_passes() -> None:
    found = edited({62.5: 1.35})
    gone = next(p for p in curve_in(found).standards if p.level.nominal == 62.5)
    assert (gone.edited, gone.in_fit) == (True, False)
    assert curve_in(found).report.n == 14
    exact = edit_standards([v for v in levels() if v.nominal != 62.5], CurveSpec(), M10_LIMITS, M10)
    assert (curve_in(found).a, curve_in(found).c) == (curve_in(exact).a, curve_in(exact).c)


def test_an_end_moves_the_range_and_the_new_end_keeps_the_narrow_limit() -> None:
    found = edited({7.8: 1.5})
    assert [e.nominal for e in found.edits] == [7.8]
    assert curve_in(found).limits.lloq == 15.6
    assert curve_in(found).ends == (7.8, 500.0)
    assert "left out by editing" in curve_in(found).limits.lloq_reason


def test_seven_levels_can_lose_one() -> None:
    found = edited({31.25: 1.8, 250.0: 0.6})
    assert len(found.edits) <= 1
    assert "6 of 7 levels must remain" in found.failure


def test_editing_that_does_not_save_the_curve_changes_nothing() -> None:
    found = edited({31.25: 1.8, 250.0: 0.6})
    assert found.curve is found.acquired
    assert found.in_force == ()


def test_neighbours_inside_are_not_both_removed() -> None:
    found = edited({62.5: 1.8, 125.0: 1.8}, EditingSettings(least_levels=4, share=0.5))
    removed = {e.nominal for e in found.edits}
    assert not {62.5, 125.0} <= removed


def test_a_level_that_lost_its_wells_counts_as_removed() -> None:
    """Of seven planned levels one had no number: none may go any more."""
    present = [level for level in levels({31.25: 1.8}) if level.nominal != 125.0]
    found = edit_standards(present, CurveSpec(), M10_LIMITS, M10, planned=X[1:])
    assert found.edits == ()
    assert found.failure


def test_a_well_of_three_goes_where_allowed() -> None:
    three = [Level(x, tuple(response(x) * s for s in (0.995, 1.0, 1.005))) for x in X]
    three[4] = Level(62.5, (response(62.5), response(62.5) * 1.01, response(62.5) * 1.9), ("A1", "A2", "A3"))
    allowing = replace(M10, replicates=ReplicateEditing.DROP_ONE_OF_THREE)
    found = edit_standards(three, CurveSpec(), M10_LIMITS, allowing)
    assert [(e.what, e.wells) for e in found.edits] == [(EditedPart.WELL, ("A3",))]
    kept = edit_standards(three, CurveSpec(), M10_LIMITS, M10)
    assert all(e.what is not EditedPart.WELL for e in kept.edits)


OUTLIERS = {
    "none of two": ((1.0, 2.0), None),
    "three that agree": ((1.0, 1.02, 1.01), None),
    "the high one": ((1.0, 1.02, 2.0), 2),
    "the low one": ((1.0, 0.3, 1.02), 1),
    "spread evenly": ((0.6, 1.0, 1.4), None),
    "the others do not agree": ((0.5, 1.0, 9.0), None),
    "one of four": ((1.0, 1.02, 1.01, 3.0), 3),
    "two pairs": ((1.0, 1.01, 2.0, 2.01), None),
    "equal but one": ((1.0, 1.0, 2.0), 2),
    "2.9 times the range of the others": ((1.0, 1.15, 1.585), None),
    "3.1 times the range of the others": ((1.0, 1.15, 1.615), 2),
}


@pytest.mark.parametrize("name", OUTLIERS)
def test_replicate_rule(name: str) -> None:
    values, expected = OUTLIERS[name]
    assert outlier_or_none(values, 20.0, 3.0) == expected


@pytest.mark.parametrize(("limit", "expected"), [(34.0, 2), (36.0, None)])
def test_what_scatters_within_its_limit_stays(limit: float, expected: int | None) -> None:
    """0.50, 0.51 and 0.90: CV 35.8 %."""
    assert outlier_or_none((0.50, 0.51, 0.90), limit, 3.0) == expected


@pytest.mark.parametrize(("nominal", "goes"), [(500.0, False), (250.0, True), (7.8, False), (0.0, False)])
def test_wells_of_the_ends_have_a_wider_limit_and_those_of_zero_stay(nominal: float, goes: bool) -> None:
    """Three wells with a CV of 17 to 18 %: more than 15 %, less than 25 % of the lowest and the highest standard."""
    three = [Level(x, tuple(response(x) * s for s in (0.995, 1.0, 1.35 if x == nominal else 1.005)),
                   ("A1", "A2", "A3")) for x in X]  # fmt: skip
    allowing = EditingSettings(replicates=ReplicateEditing.DROP_ONE_OF_THREE)
    found = edit_standards(three, CurveSpec(), LimitSettings(), allowing)
    assert [edit.nominal for edit in found.edits if edit.what is EditedPart.WELL] == ([nominal] if goes else [])


def test_a_standard_on_the_plateau_goes_after_those_with_a_figure() -> None:
    """How far it is off nobody can say: it counts as 1 times its limit, and without the other nothing is wrong."""
    wrong = {160.0: 1.3, 5120.0: 1.02}
    made = [
        Level(x, tuple(response(x) * side * wrong.get(x, 1.0) for side in (0.99, 1.01)), ("A1", "A2"))
        for x in (0.0, *(40.0 * 2**i for i in range(8)))
    ]
    found = edit_standards(made, CurveSpec(), M10_LIMITS, M10)
    assert isinstance(found.acquired, Curve)
    assert next(p for p in found.acquired.standards if p.level.nominal == 5120.0).recovery_percent is None
    assert [(edit.nominal, round(edit.deviation or 0, 2)) for edit in found.edits] == [(160.0, 1.32)]


def test_an_anchor_goes_for_its_own_faults_only() -> None:
    five = replace(M10, least_levels=5)
    base = [replace(level, anchor=level.nominal == 500.0) for level in levels()]
    assert edit_standards(base, CurveSpec(), M10_LIMITS, M10).edits == ()
    low = [replace(level, responses=(1.0, 1.01)) if level.anchor else level for level in base]
    found = edit_standards(low, CurveSpec(), M10_LIMITS, five)
    assert [e.what for e in found.edits] == [EditedPart.ANCHOR]
    assert found.edits[0].reason == "anchor out of order beside its neighbour"
    wide = [replace(level, responses=(1.2, 2.4)) if level.anchor else level for level in base]
    found = edit_standards(wide, CurveSpec(), M10_LIMITS, five)
    assert found.edits[0].reason == "anchor with a CV above its limit"


@pytest.mark.parametrize(("pooled_sd", "goes"), [(2.5, False), (3.5, True)])
def test_an_anchor_may_lie_three_pooled_sd_out_of_order(pooled_sd: float, goes: bool) -> None:
    base = levels()
    means = {level.nominal: level.mean for level in base}
    pooled = math.sqrt(sum((y - level.mean) ** 2 for level in base for y in level.responses) / len(base))
    top = means[250.0] - pooled_sd * pooled
    half = (means[500.0] * 0.01,)  # the same scatter as before, so that the pooled SD stays
    anchored = [
        replace(level, anchor=True, responses=(top - half[0], top + half[0])) if level.nominal == 500 else level
        for level in base
    ]
    found = edit_standards(anchored, CurveSpec(), M10_LIMITS, replace(M10, least_levels=5))
    assert (EditedPart.ANCHOR in [edit.what for edit in found.edits]) == goes


def test_a_standard_below_zero_goes_before_those_that_it_bends() -> None:
    """It pulls the foot of the curve down, and good standards beside it fail by less."""
    spec = CurveSpec(weights=weights_from_text("power:0.5"))
    found = edit_standards(levels({31.25: 0.15}), spec, M10_LIMITS, M10)
    reason = "response beyond that of concentration 0, 5.00 times its limit at least"
    assert [(edit.nominal, edit.reason, edit.recovery_percent) for edit in found.edits] == [(31.25, reason, None)]
    assert found.edits[0].deviation == 5.0
    assert found.failure == ""


@pytest.mark.parametrize(("wells", "first"), [((0.03, 0.03), 15.6), ((0.02, 0.04), 31.25)])
def test_of_two_that_fail_alike_the_suspect_goes_first_then_the_lower(wells: tuple[float, float], first: float) -> None:
    """Two standards below zero fail by 5 times their limit; wells with a CV of 47 % make the higher one suspect."""
    made = {0.0: (0.3, 0.301) * 4, 15.6: (0.03, 0.03), 31.25: wells}
    alike = [Level(level.nominal, made.get(level.nominal, level.responses)) for level in levels()]
    spec = CurveSpec(weights=weights_from_text("none"))
    edit = edit_standards(alike, spec, M10_LIMITS, replace(M10, least_levels=5)).edits[0]
    assert (edit.nominal, edit.recovery_percent, edit.deviation) == (first, None, 5.0)


def test_no_curve_is_a_failure() -> None:
    found = edit_standards(levels()[:3], CurveSpec(), M10_LIMITS, M10)
    assert isinstance(found.curve, NoCurve)
    assert found.failure == found.curve.reason


DISTURBED = {62.5: 1.35}


def test_order_of_levels_and_wells_does_not_matter() -> None:
    turned = [replace(level, responses=level.responses[::-1]) for level in levels(DISTURBED)][::-1]
    found = edit_standards(turned, CurveSpec(), M10_LIMITS, M10)
    assert [e.nominal for e in found.edits] == [62.5]
    assert curve_in(found).c == pytest.approx(curve_in(edited(DISTURBED)).c, rel=1e-12)


@pytest.mark.parametrize(("of_nominal", "of_response"), [(1000.0, 1.0), (1.0, 37.0), (1e-3, 0.5)])
def test_units_do_not_matter(of_nominal: float, of_response: float) -> None:
    """Standards × k or responses × k: the same edits, concentrations × k."""
    scaled = [
        replace(v, nominal=of_nominal * v.nominal, responses=tuple(of_response * y for y in v.responses))
        for v in levels(DISTURBED)
    ]
    found = edit_standards(scaled, CurveSpec(), M10_LIMITS, M10)
    assert [e.nominal for e in found.edits] == [of_nominal * 62.5]
    assert curve_in(found).c == pytest.approx(of_nominal * curve_in(edited(DISTURBED)).c, rel=1e-9)


def test_editing_what_was_edited_changes_nothing() -> None:
    once = edited(DISTURBED)
    rest = [p.level for p in curve_in(once).standards if not p.edited]
    again = edit_standards(rest, CurveSpec(), M10_LIMITS, M10)
    assert again.edits == ()
    assert (curve_in(again).a, curve_in(again).d) == (curve_in(once).a, curve_in(once).d)
