"""Every rule on plates that it must pass and plates that it must object to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elisa_bdnf import qc
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.model.protocol import QcSettings, RuleSettings
from elisa_bdnf.model.result import FindingLevel, PlateResult, Verdict
from plates import plate, protocol
from qc.boundaries import BOUNDARIES, Boundary
from qc.cases import CASES, Case
from qc.history_cases import HISTORY_CASES


def judged(case: Case) -> PlateResult:
    reading, layout = plate(case.change, **case.plate)
    settings = {case.rule: RuleSettings(values=case.settings)} if case.settings else {}
    return qc.judge(replace(analyze(reading, layout, protocol(settings, **case.protocol)), **case.analysis))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.name}")
def test_rule(case: Case) -> None:
    found = [(f.level.value, f.subject) for f in judged(case).findings if f.rule == case.rule]
    assert found == list(case.expected)


def found_with(boundary: Boundary, limit: float) -> set[str]:
    """The findings of a rule when its limit is set to this."""
    reading, layout = plate(boundary.change, **boundary.plate)
    settings = RuleSettings(values={**boundary.others, boundary.setting: limit})
    result = qc.judge(analyze(reading, layout, protocol({boundary.rule: settings})))
    return {f"{f.level} {f.subject} {f.message}" for f in result.findings if f.rule == boundary.rule}


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=lambda b: f"{b.rule} {b.setting}")
def test_a_value_on_its_limit_passes_and_one_beyond_fails(boundary: Boundary) -> None:
    value = boundary.value(analyze(*plate(boundary.change, **boundary.plate), protocol()))
    toward = (1 if boundary.beyond == "below" else -1) * (1 if boundary.whole else abs(value) * 1e-6)
    assert len(found_with(boundary, value + toward)) == len(found_with(boundary, value)) + 1


def test_every_rule_has_a_passing_and_a_failing_case() -> None:
    cases = [*CASES, *HISTORY_CASES]
    passing = {case.rule for case in cases if not case.expected} | ALONE
    failing = {case.rule for case in cases if case.expected} | ALONE
    assert set(qc.RULES) - failing == set()
    assert set(qc.RULES) - passing - ALWAYS_REMARKS == set()


# Looks at several plates at once: see test_history_rules.
ALONE = {"STU-02"}
# A made plate holds three of the five timepoints, so this rule always has something to say about it.
ALWAYS_REMARKS = {"SUB-01"}


def test_every_finding_says_what_where_and_how_much() -> None:
    for case in CASES:
        for finding in judged(case).findings:
            assert finding.message
            assert finding.subject
            assert finding.preset == "kit-research"
            if finding.limit and finding.measured:
                assert finding.limit_origin


def test_a_level_in_the_protocol_replaces_the_rules_own() -> None:
    reading, layout = plate(next(c.change for c in CASES if c.rule == "STD-02" and c.name == "a large fall"))
    settings = {"STD-02": RuleSettings(level="info")}
    result = qc.judge(analyze(reading, layout, protocol(settings)))
    assert {f.level for f in result.findings if f.rule == "STD-02"} == {FindingLevel.INFO}


SOME = tuple(
    analyze(*plate(case.change, **case.plate), protocol(**case.protocol)) for case in CASES[:: len(CASES) // 12]
)


@pytest.mark.parametrize("rule", sorted(qc.RULES))
def test_switching_a_rule_off_removes_exactly_its_findings(rule: str) -> None:
    off = QcSettings("kit-research", "Kit", {rule: RuleSettings(enabled=False)})
    for analysis in SOME:
        without = qc.judge(replace(analysis, protocol=replace(analysis.protocol, qc=off)))
        assert without.findings == tuple(f for f in qc.judge(analysis).findings if f.rule != rule)


def test_a_rejected_plate_reports_nothing() -> None:
    reading, layout = plate(next(c.change for c in CASES if c.rule == "STD-02" and c.name == "a large fall"))
    result = qc.judge(analyze(reading, layout, protocol()))
    assert result.verdict is Verdict.REJECTED
    assert not any(sample.reportable for sample in result.samples)
    assert all("rejected" in sample.reason for sample in result.samples)


def test_what_refuses_an_input_says_what_to_try() -> None:
    refusing = [f for case in CASES for f in judged(case).findings if f.level is FindingLevel.ERROR]
    assert refusing
    assert all(finding.hint for finding in refusing)
