"""Rows of the catalogue of checks → rules → cases: nothing is missing, and every limit is tried on both sides."""

from __future__ import annotations

import pytest

from elisa_bdnf import qc
from elisa_bdnf.examples.case import cases
from elisa_bdnf.qc.rule import Rule
from qc.boundaries import BOUNDARIES, COUNTS

CORE = (
    "INP-01", "INP-02", "INP-03", "INP-05", "INP-07", "WEL-01", "WEL-03", "BLK-01", "BLK-02", "BLK-03", "REP-01",
    "REP-03", "REP-04", "REP-05", "STD-01", "STD-02", "STD-03", "STD-04", "STD-05", "FIT-01", "FIT-02", "FIT-03",
    "FIT-07", "RNG-01", "RNG-02", "QCS-01", "QCS-03", "CTL-01", "CTL-02", "CTL-03", "CTL-04", "CTL-05", "CTL-06",
    "SMP-01", "SMP-02", "SMP-03", "SMP-04", "SMP-PLT", "PRE-01", "DIL-01", "DIL-03", "DIL-04", "DIL-05", "PLT-01",
    "PLT-02", "PLT-03", "SUB-01", "SUB-02", "SUB-03", "SUB-04", "STU-03", "STU-05", "P2-01",
)  # fmt: skip
EXTENDED = (
    "INP-04", "INP-06", "WEL-02", "WEL-04", "BLK-04", "REP-02", "REP-06", "STD-06", "FIT-04", "FIT-05", "FIT-06",
    "QCS-02", "QCS-04", "SMP-05", "SMP-06", "DIL-02", "PLT-04", "PLT-05", "SUB-05", "STU-01", "STU-02", "STU-04",
    "P2-02",
)  # fmt: skip
ALL = {**qc.STUDY_RULES, **qc.RULES}
ON_PLATES = list(qc.RULES.values())


def test_the_catalogue_has_its_rows() -> None:
    assert len(CORE) == 48 + 5  # CTL-01 to CTL-06 are one row
    assert len(EXTENDED) == 23
    assert {*CORE, *EXTENDED} - set(ALL) == set()


@pytest.mark.parametrize("rule", ON_PLATES, ids=lambda rule: rule.id)
def test_a_rule_passes_one_plate_and_objects_to_another(rule: Rule) -> None:
    own = [case for case in cases() if case.rule == rule.id]
    assert any(case.finds for case in own)
    assert any(not case.finds and not case.not_evaluated for case in own)


# Limits that two cases stand on either side of: the one that passes (or finds less), the one that does not.
BY_CASES = {
    ("WEL-01", "reading.max_response"): ("just below the limit", "on the limit"),
    ("WEL-02", "fail_below"): ("on the second limit", "below the second limit"),
    ("STD-02", "fail_sd"): ("a small fall", "a large fall"),
    ("STD-03", "limits.recovery_percent"): ("within 20 % under ich-m10-lba", "one level off"),
    ("QCS-01", "fraction"): ("two of three controls", "one of three controls"),
    ("QCS-01", "level_fraction"): ("one of six wells out", "a whole level out"),
    ("REP-07", "max_levels"): ("one level equal by chance", "two levels copied"),
    ("SMP-04", "fail_above"): ("just below 100 ng/mL of plasma", "just above 100 ng/mL of plasma"),
    ("SMP-04", "fail_below"): ("just above 2 pg/mL of plasma", "just below 2 pg/mL of plasma"),
    ("PRE-01", "far_spin_minutes"): ("everything known and within", "everything beyond"),
    ("PRE-01", "far_freeze_thaw"): ("everything known and within", "everything beyond"),
    ("PRE-01", "far_storage_days"): ("everything known and within", "everything beyond"),
    ("PLT-01", "far_shift"): ("right wells low", "right wells far lower under ich-m10-lba"),
    ("CTL-01", "z"): ("on the limit", "above the limit"),
    ("CTL-02", "z"): ("on the limit", "above the limit"),
    ("CTL-03", "z"): ("once on the limit", "the same control twice"),
    ("CTL-04", "z"): ("one on the limit", "two controls on opposite sides"),
    ("CTL-05", "z"): ("the first on the limit", "four times one control"),
    ("CTL-05", "in_a_row"): ("three times", "four times one control"),
    ("CTL-06", "in_a_row"): ("nine times", "ten times one control"),
    ("FIT-06", "z"): ("on the limit", "the inflection moved"),
    ("STU-02", "cv_percent"): ("on the limit", "above the limit"),
    **{(f"CTL-0{n}", "min_plates"): ("nine plates make a chart and no verdict", "") for n in range(1, 7)},
    ("FIT-06", "min_plates"): ("nine plates", ""),
    ("QCS-03", "min_plates"): ("four plates before", "right and repeatable"),
    ("STU-02", "min_plates"): ("two plates", "on the limit"),
    ("SUB-05", "within_subject_cv_percent"): ("within five times the baseline", "beyond the reference change"),
}
# Settings on which no plate stands exactly: what they do, and where it is tried.
NOT_A_LIMIT = {
    ("FIT-01", "min_starts"): "a local minimum cannot be made on purpose with so few standards",
    ("FIT-04", "p_value"): "p takes few values; those of the runs test are tried in test_patterns",
    ("FIT-06", "frozen_plates"): "how many plates make the limits: test_limits_are_frozen_from_the_first_plates",
    ("PLT-01", "p_value"): "p takes few values; the signed-rank test is tried against scipy",
    ("PLT-03", "p_value"): "as of PLT-01",
    ("PLT-04", "deviations"): "a factor of the spread; with 0 the limit is the shift, see PLT-04 shift",
    ("QCS-03", "total_percent"): "the sum of the other two",
    ("QCS-03", "total_ends_percent"): "as total_percent",
    ("REP-07", "min_response"): "below it equal readings are noise: how many levels count",
    ("STD-03", "limits.recovery_ends_percent"): "as limits.recovery_percent",
    ("SUB-05", "analytical_cv_percent"): "part of the reference change value",
    **{(f"CTL-0{n}", "min_to_reject"): "from warning to rejection: cases that warn only" for n in range(1, 7)},
}


def limits(rule: Rule) -> set[tuple[str, str]]:
    numbers = {name for name, value in rule.settings.items() if not isinstance(value, bool | str)}
    return {(rule.id, name) for name in (*numbers, *rule.keys)}


def test_every_limit_is_tried_from_both_sides() -> None:
    tried = {(each.rule, each.setting) for each in (*BOUNDARIES, *COUNTS)}
    for key, names in BY_CASES.items():
        known = {case.name for case in cases() if case.rule == key[0]}
        assert {name for name in names if name} <= known, key
    untried = set().union(*(limits(rule) for rule in ON_PLATES)) - tried - set(BY_CASES) - set(NOT_A_LIMIT)
    assert untried == set()
