"""A case → what the rules say of it, by the way that every plate goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from elisa_bdnf import protocols, qc
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.examples.case import Case
from elisa_bdnf.examples.change import plate_from_case, second_plate
from elisa_bdnf.examples.earlier import MEAN, charted, earlier_from_case
from elisa_bdnf.model.finding import Finding, NotEvaluated
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.result import Analysis, PlateResult

PROTOCOL = Path(__file__).resolve().parent / "example.toml"


def analyzed(case: Case, more: Mapping[str, str] = {}) -> Analysis:
    """The plate of a case, calculated under its settings and ``more``."""
    protocol = _protocol(tuple({**case.settings, **more}.items()))
    reading, layout = plate_from_case(case)
    reading = replace(reading, remarks=case.remarks)
    return replace(
        analyze(reading, layout, protocol),
        siblings=() if case.other_plate is None else (second_plate(reading, case.other_plate),),
        read_on=case.read_on,
        earlier=None if case.earlier is None else earlier_from_case(case.earlier),
    )


@cache
def _protocol(overrides: tuple[tuple[str, str], ...]) -> Protocol:
    return protocols.load_protocol(str(PROTOCOL), qc.schemas(), dict(overrides))


def judged(case: Case) -> PlateResult:
    """The plate of a case, judged by all rules."""
    return qc.judge(analyzed(case))


def said_of(case: Case) -> tuple[list[Finding], list[NotEvaluated]]:
    """What the rule of the case finds, and what it lacked."""
    if case.over_plates:
        protocol = _protocol(tuple(case.settings.items()))
        plates = [charted(place, {"QC100": value - MEAN}) for place, value in enumerate(case.over_plates)]
        found, missing = qc.judge_together(plates, protocol.qc)
    else:
        result = judged(case)
        found, missing = result.findings, result.not_evaluated
    return [f for f in found if f.rule == case.rule], [each for each in missing if each.rule == case.rule]
