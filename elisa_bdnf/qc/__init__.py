"""Rules between analysis and report: one function is one rule, ``judge`` is the whole engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from elisa_bdnf.model.finding import Finding, NotEvaluated
from elisa_bdnf.model.history import ChartedPlate
from elisa_bdnf.model.protocol import Protocol, QcSettings, RuleSchema
from elisa_bdnf.model.result import Analysis, PlateResult
from elisa_bdnf.model.waiver import NO_DECISIONS, Decisions
from elisa_bdnf.qc import (
    blank_rules,
    control_rules,
    curve_rules,
    dilution_rules,
    engine,
    geometry_rules,
    history_rules,
    input_rules,
    kin_rules,
    method_rules,
    pattern_rules,
    preanalytic_rules,
    replicate_rules,
    sample_rules,
    standard_rules,
    study_balance_rules,
    study_rule,
    study_rules,
    study_subject_rules,
    subject_rules,
    well_rules,
    westgard_rules,
)
from elisa_bdnf.qc.rule import REGISTERED, Rule

if TYPE_CHECKING:
    from elisa_bdnf.model.study import StudyAnalysis, StudyResult

__all__ = ["CATALOGUE", "RULES", "STUDY_RULES", "Rule", "judge", "judge_study", "judge_together", "schemas"]

# The order in which rules are applied and findings listed (DOMAIN §10.0).
_ORDER = (
    input_rules,
    method_rules,
    well_rules,
    blank_rules,
    standard_rules,
    curve_rules,
    control_rules,
    westgard_rules,
    history_rules,
    replicate_rules,
    sample_rules,
    kin_rules,
    dilution_rules,
    preanalytic_rules,
    pattern_rules,
    geometry_rules,
    subject_rules,
)
RULES: Mapping[str, Rule] = {
    rule.id: rule for module in _ORDER for rule in REGISTERED.values() if rule.function.__module__ == module.__name__
}

STUDY_RULES: Mapping[str, Rule] = {
    rule.id: rule
    for module in (study_rules, study_balance_rules, study_subject_rules)
    for rule in study_rule.REGISTERED.values()
    if rule.function.__module__ == module.__name__
}

# What people are told about: a rule that looks at plates and at studies is listed as it looks at plates.
CATALOGUE: tuple[Rule, ...] = (*RULES.values(), *(rule for rule in STUDY_RULES.values() if rule.id not in RULES))


def judge(
    analysis: Analysis,
    overrides: Mapping[str, str] = engine.NO_OVERRIDES,
    decisions: Decisions = NO_DECISIONS,
    before: PlateResult | None = None,
) -> PlateResult:
    """Judge a plate by all registered rules; ``before`` is the plate without the ``decisions`` of a person."""
    return engine.judge(analysis, RULES, overrides, decisions, before)


def judge_together(
    plates: Iterable[ChartedPlate], settings: QcSettings
) -> tuple[tuple[Finding, ...], tuple[NotEvaluated, ...]]:
    """Judge the controls of several accepted plates that were assessed together."""
    return engine.judge_together(history_rules.series_over(plates), settings, RULES)


def judge_study(analysis: StudyAnalysis) -> StudyResult:
    """Judge a study by all rules of studies."""
    from elisa_bdnf.qc import study_engine  # noqa: PLC0415  (a plate alone needs none of its values)

    return study_engine.judge_study(analysis, STUDY_RULES)


def waivable(protocol: Protocol) -> list[str]:
    """The rules whose findings on a plate a person may waive: ours and the lab's own."""
    return [*RULES, *(rule.id for rule in protocol.qc.own)]


def schemas() -> dict[str, RuleSchema]:
    """What protocols may change of each rule; one id on plates and on studies has the settings of both."""
    found = {rule.id: rule.schema for rule in RULES.values()}
    for rule in STUDY_RULES.values():
        also = found[rule.id].settings if rule.id in found else {}
        found[rule.id] = RuleSchema(rule.id, rule.schema.levels, {**also, **rule.settings})
    return found
