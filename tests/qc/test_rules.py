"""Every rule on plates that it must pass and plates that it must object to: the cases that the program shows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from elisa_bdnf import qc
from elisa_bdnf.examples.case import Case, cases
from elisa_bdnf.examples.judged import analyzed, judged, said_of
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.finding import FindingLevel, Verdict
from elisa_bdnf.model.protocol import QcSettings, RuleSettings
from elisa_bdnf.model.result import PlateResult
from qc.boundaries import BOUNDARIES, COUNTS, Boundary, Count

CASES = cases()
UNEDITED = {"editing.standards": "none", "editing.replicates": "keep"}


def named(rule: str, name: str) -> Case:
    return next(case for case in CASES if (case.rule, case.name) == (rule, name))


@cache
def result_at(index: int) -> PlateResult:
    return judged(CASES[index])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.name}")
def test_rule(case: Case) -> None:
    found, missing = said_of(case)
    assert [f"{f.level.value} {f.subject}" for f in found] == list(case.finds)
    assert missing or not case.not_evaluated


def judged_with(rule: str, plate: dict[str, object], settings: dict[str, object]) -> PlateResult:
    """The plate under a protocol that edits nothing, with these settings of the rule."""
    case = Case(rule, "boundary", **plate)  # type: ignore[arg-type]
    more = {f"qc.rules.{rule}.{name}": str(value) for name, value in settings.items()}
    return qc.judge(analyzed(case, UNEDITED | more))


def found_with(boundary: Boundary, limit: float) -> int:
    """How many findings a rule has when its limit is set to this."""
    limit = round(limit) if boundary.whole else limit
    result = judged_with(boundary.rule, boundary.plate, {**boundary.others, boundary.setting: limit})
    return sum(finding.rule == boundary.rule for finding in result.findings)


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=lambda b: f"{b.rule} {b.setting}")
def test_a_value_on_its_limit_passes_and_one_beyond_fails(boundary: Boundary) -> None:
    case = Case(boundary.rule, "boundary", **boundary.plate)
    value = boundary.value(analyzed(case, UNEDITED))
    step = (1 if boundary.beyond == "below" else -1) * (1 if boundary.whole else max(abs(value) * 1e-6, 1e-8))
    passing, failing = (value - step, value) if boundary.fails_on else (value, value + step)
    assert found_with(boundary, failing) == found_with(boundary, passing) + 1


@pytest.mark.parametrize("count", COUNTS, ids=lambda c: f"{c.rule} {c.setting}")
def test_a_rule_judges_from_its_number_on(count: Count) -> None:
    for asked, judges in ((count.there, True), (count.there + 1, False)):
        missing = judged_with(count.rule, count.plate, {count.setting: asked}).not_evaluated
        assert (count.rule not in {each.rule for each in missing}) is judges


def test_a_level_in_the_protocol_replaces_the_rules_own() -> None:
    analysis = analyzed(named("STD-02", "a large fall"), {"qc.rules.STD-02.level": "info"})
    assert {f.level for f in qc.judge(analysis).findings if f.rule == "STD-02"} == {FindingLevel.INFO}


def test_a_curve_whose_parameters_are_not_all_determined_rejects_the_plate() -> None:
    analysis = analyzed(named("STD-01", "five levels"))
    assert isinstance(analysis.curve, Curve)
    for plateau, rejected in (((), True), (("d", "c"), False)):
        report = replace(analysis.curve.report, rank=3, no_finite_estimate=plateau)
        result = qc.judge(replace(analysis, curve=replace(analysis.curve, report=report)))
        said = [f.message for f in result.findings if f.rule == "FIT-01"]
        assert said == (["the standards determine 3 of the 4 parameters of the curve"] if rejected else [])
        assert (result.verdict is Verdict.REJECTED) is rejected


SOME = range(0, len(CASES), len(CASES) // 12)


@pytest.mark.parametrize("rule", sorted(qc.RULES))
def test_switching_a_rule_off_removes_exactly_its_findings(rule: str) -> None:
    for result in map(result_at, SOME):
        analysis = result.analysis
        settings = {**analysis.protocol.qc.rules, rule: RuleSettings(enabled=False)}
        off = QcSettings("kit-research", "Kit", settings)
        without = qc.judge(replace(analysis, protocol=replace(analysis.protocol, qc=off)))
        with_it = [f for f in result.findings if f.rule != rule]
        assert [f.message for f in without.findings] == [f.message for f in with_it]


def test_a_rejected_plate_reports_nothing() -> None:
    result = judged(named("STD-02", "a large fall"))
    assert result.verdict is Verdict.REJECTED
    assert not any(sample.reportable for sample in result.samples)
    assert all("rejected" in sample.reason for sample in result.samples)


def test_what_refuses_an_input_says_what_to_try() -> None:
    errors = (case for case in CASES if any(found.startswith("error") for found in case.finds))
    refusing = [f for case in errors for f in judged(case).findings if f.level is FindingLevel.ERROR]
    assert refusing
    assert [f"{f.rule}: {f.message}" for f in refusing if not f.hint] == []
