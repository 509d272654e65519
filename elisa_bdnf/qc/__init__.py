"""Rules between analysis and report: one function is one rule, ``judge`` is the whole engine.

Importing this package registers every rule; the order of the imports below is the order of DOMAIN §10.0: input, wells,
blanks, standards, curve, range, controls, samples, dilutions, subjects.
"""

from __future__ import annotations

from collections.abc import Mapping

from elisa_bdnf.model.protocol import RuleSchema
from elisa_bdnf.model.result import Analysis, PlateResult

from elisa_bdnf.qc import engine
from elisa_bdnf.qc import (  # isort: skip  (the order of the rules)
    input_rules, well_rules, blank_rules, standard_rules, curve_rules, control_rules, sample_rules, subject_rules,
)  # fmt: skip
from elisa_bdnf.qc.rule import RULES, Rule

__all__ = ["RULES", "RULE_MODULES", "Rule", "judge", "schemas"]

RULE_MODULES = (
    input_rules, well_rules, blank_rules, standard_rules, curve_rules, control_rules, sample_rules, subject_rules,
)  # fmt: skip


def judge(analysis: Analysis, overrides: Mapping[str, str] = engine.NO_OVERRIDES) -> PlateResult:
    """Judge a plate by all registered rules."""
    return engine.judge(analysis, RULES, overrides)


def schemas() -> dict[str, RuleSchema]:
    """What protocols may change of each rule."""
    return {rule.id: rule.schema for rule in RULES.values()}
