"""Rules between analysis and report: one function is one rule, ``judge`` is the whole engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elisa_bdnf.model.history import ChartedPlate
from elisa_bdnf.model.protocol import Protocol, RuleSchema
from elisa_bdnf.model.result import Analysis, Finding, NotEvaluated, PlateResult
from elisa_bdnf.qc import (
    blank_rules,
    control_rules,
    curve_rules,
    dilution_rules,
    engine,
    history_rules,
    input_rules,
    method_rules,
    pattern_rules,
    preanalytic_rules,
    replicate_rules,
    sample_rules,
    standard_rules,
    subject_rules,
    well_rules,
    westgard_rules,
)
from elisa_bdnf.qc.rule import REGISTERED, Rule

__all__ = ["RULES", "Rule", "judge", "judge_together", "schemas"]

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
    dilution_rules,
    preanalytic_rules,
    pattern_rules,
    subject_rules,
)
RULES: Mapping[str, Rule] = {
    rule.id: rule for module in _ORDER for rule in REGISTERED.values() if rule.function.__module__ == module.__name__
}


def judge(analysis: Analysis, overrides: Mapping[str, str] = engine.NO_OVERRIDES) -> PlateResult:
    """Judge a plate by all registered rules."""
    return engine.judge(analysis, RULES, overrides)


def judge_together(
    plates: Iterable[ChartedPlate], protocol: Protocol
) -> tuple[tuple[Finding, ...], tuple[NotEvaluated, ...]]:
    """Judge the controls of several accepted plates that were assessed together."""
    return engine.judge_together(history_rules.series_over(plates), protocol, RULES)


def schemas() -> dict[str, RuleSchema]:
    """What protocols may change of each rule."""
    return {rule.id: rule.schema for rule in RULES.values()}
