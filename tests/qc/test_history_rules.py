"""Rules on earlier plates: exact triggers, how far they go with few plates, and how often they cry wolf."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from elisa_bdnf import qc
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.examples.earlier import CONTROLS, charted, of_controls
from elisa_bdnf.model.control_chart import limits_from
from elisa_bdnf.model.finding import Verdict
from elisa_bdnf.model.history import EarlierPlates
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.qc.subjects import PlateSubject
from elisa_bdnf.qc.westgard_rules import too_few
from plates import plate, protocol

WESTGARD = ("CTL-01", "CTL-02", "CTL-03", "CTL-04", "CTL-05", "CTL-06")


def judged(earlier: EarlierPlates | None) -> PlateResult:
    return qc.judge(replace(analyze(*plate(), protocol()), earlier=earlier))


@pytest.mark.parametrize("rule", [*WESTGARD, "FIT-06", "QCS-03"])
def test_without_a_history_no_rule_passes(rule: str) -> None:
    assert rule in {each.rule for each in judged(None).not_evaluated}


def test_a_rejection_by_a_chart_is_a_rejection() -> None:
    result = judged(of_controls(20, {"QC25": [3.5]}))
    assert result.verdict is Verdict.REJECTED
    finding = next(f for f in result.findings if f.rule == "CTL-02")
    assert finding.wells == ("A3", "A4")
    assert "of 20 plates" in finding.message
    assert finding.measured == "3.5"


def test_limits_are_frozen_from_the_first_plates() -> None:
    assert limits_from([1.0, 3.0] * 10 + [500.0]) == limits_from([1.0, 3.0] * 10)
    assert limits_from([1.0, 3.0]).n == 2


def test_too_few_plates_are_counted() -> None:
    reasons = {each.reason for each in judged(of_controls(7, {"QC25": [0.0]})).not_evaluated if each.rule == "CTL-01"}
    assert reasons == {too_few(7, 10)}


# False alarms in percent as DOMAIN §4 simulated them, for limits that are known.
FALSE_ALARMS = {2: (8.9, 0.6, 0.3, 0.1, 0.4, 0.6), 3: (13.4, 0.8, 0.6, 0.3, 0.6, 0.8)}


@pytest.mark.parametrize("controls", [2, 3])
def test_false_alarms_are_those_of_the_table(controls: int) -> None:
    """Plates in control: z values beside a long baseline; a run of ten sees the nine plates before."""
    plates, length = 1200, 10
    random = np.random.default_rng(20260101)
    names = list(CONTROLS)[:controls]
    rules = [qc.RULES[rule] for rule in WESTGARD]
    base = of_controls(20, dict.fromkeys(names, ())).plates
    analysis = analyze(*plate(), protocol())
    hits = np.zeros(len(rules))
    for z in random.standard_normal((plates, length, controls)):
        rows = [charted(100 + i, dict(zip(names, row, strict=True))) for i, row in enumerate(z.tolist())]
        earlier = EarlierPlates("simulated", rows[-1], (*base, *rows[:-1]))
        subject = PlateSubject(replace(analysis, earlier=earlier))
        hits += [any(True for _ in rule.function(subject)) for rule in rules]
    found = 100 * hits / plates
    expected = np.array(FALSE_ALARMS[controls])
    error = 100 * np.sqrt(expected / 100 * (1 - expected / 100) / plates)
    assert np.all(np.abs(found - expected) < 3.5 * error + 0.1), found


@pytest.mark.parametrize(
    ("values", "levels"),
    [((75.0, 100.0, 125.0), []), ((74.0, 100.0, 126.0), ["warn"]), ((50.0, 150.0), []), ((), [])],
    ids=["on the limit", "above the limit", "two plates", "no plates"],
)
def test_the_scatter_between_plates_of_a_batch(values: tuple[float, ...], levels: list[str]) -> None:
    plates = [charted(i, {"QC100": value - 100.0}) for i, value in enumerate(values)]
    findings, missing = qc.judge_together(plates, protocol().qc)
    assert [f.level.value for f in findings if f.rule == "STU-02"] == levels
    assert len(missing) == (0 < len(values) < 3)


def test_a_rule_over_plates_is_no_rule_of_a_plate() -> None:
    assert "STU-02" not in judged(None).rules_applied
