"""What every finding carries, and that its numbers as they are printed are on the side of the limit that it says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from elisa_bdnf.examples.case import Case, cases
from elisa_bdnf.examples.judged import analyzed, said_of
from elisa_bdnf.model.finding import Finding
from qc.boundaries import BOUNDARIES, Boundary
from qc.test_rules import UNEDITED, judged_with

FAILING = [case for case in cases() if case.finds]


@pytest.mark.parametrize("case", FAILING, ids=lambda case: f"{case.rule} {case.name}")
def test_a_finding_is_complete(case: Case) -> None:
    for finding in said_of(case)[0]:
        assert finding.message
        assert finding.subject
        assert finding.action
        assert finding.preset in ("kit-research", "ich-m10-lba")
        assert finding.measured
        assert finding.limit
        assert finding.limit_origin
        assert on_its_side(finding), f"{finding.measured} beside {finding.limit}"


# Equal to the limit is beyond it already.
REACHED = {"WEL-01", "CTL-05", "CTL-06", "PRE-01", "SMP-PLT", "INP-05", "REP-07", "BLK-04", "REP-04"}
NUMBER = r"[−-]?\d+(?:\.\d+)?(?:e[+−-]?\d+)?"


def numbers(text: str) -> list[float]:
    return [float(each.replace("−", "-")) for each in re.findall(NUMBER, text)]


def on_its_side(finding: Finding) -> bool:
    """Whether the printed measure is beyond the printed limit; where they are no two numbers, nothing is claimed."""
    measured, limit = numbers(finding.measured), numbers(finding.limit)
    plain = re.fullmatch(rf"{NUMBER}( %| min| nm| pg/mL)?", finding.measured)
    if not plain or not limit or " of " in finding.measured:
        return True
    value = measured[0]
    if finding.limit.startswith("±"):
        return abs(value) > limit[0]
    if "±" in finding.limit:
        return abs(value - limit[0]) > limit[1]
    if " to " in finding.limit:
        return not limit[0] <= value <= limit[1]
    return value != limit[0] or finding.rule in REACHED


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=lambda b: f"{b.rule} {b.setting}")
def test_a_value_a_millionth_beyond_is_seen_beyond(boundary: Boundary) -> None:
    value = boundary.value(analyzed(Case(boundary.rule, "boundary", **boundary.plate), UNEDITED))
    step = (1 if boundary.beyond == "below" else -1) * (1 if boundary.whole else max(abs(value) * 1e-6, 1e-8))
    limit = round(value + step) if boundary.whole else value + step
    result = judged_with(boundary.rule, boundary.plate, {**boundary.others, boundary.setting: limit})
    found = [finding for finding in result.findings if finding.rule == boundary.rule]
    assert found
    assert [f"{f.measured} beside {f.limit}" for f in found if not on_its_side(f)] == []


def series(**in_well: float) -> Case:
    """One more sample at several dilutions: factor → concentration in the well."""
    wells: dict[str, dict[str, object]] = {}
    for column, (name, x) in enumerate(in_well.items(), 7):
        sample = {"role": "sample", "name": "X", "dilution_factor": float(name[1:]), "in_well": x}
        wells |= {f"G{column}": {**sample, "times": 1.004}, f"H{column}": {**sample, "times": 0.996}}
    return Case("SMP-01", "a series", add=wells)


SERIES = (
    ("SMP-01", {"x10": 30.0, "x40": 7.5}, "below the range at 1:40 (< 312.5); the sample is reported from 1:10"),
    ("SMP-02", {"x10": 900.0, "x40": 225.0}, "above the range at 1:10 (> 5000); the sample is reported from 1:40"),
    ("SMP-01", {"x10": 5.0, "x40": 1.0}, "below the range: reported as < 78.12"),
)


@pytest.mark.parametrize(("rule", "in_well", "message"), SERIES)
def test_no_dilution_is_called_reported_that_is_not(rule: str, in_well: dict[str, float], message: str) -> None:
    said = [f for f in said_of(replace(series(**in_well), rule=rule))[0] if f.subject == "sample X"]
    assert said[0].message == message
    assert all("assay again" not in f.message and "repeat" not in f.action for f in said)
