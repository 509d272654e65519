"""The page of the rules is the rules."""

from __future__ import annotations

from pathlib import Path

from elisa_bdnf import qc
from elisa_bdnf.examples.words import THE_GOOD_PLATE, THE_GOOD_STUDY, examples_of
from elisa_bdnf.qc.catalogue import markdown_of_rules

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown_of_rules(
        qc.CATALOGUE, examples_of, f"{THE_GOOD_PLATE}\n\n{THE_GOOD_STUDY}"
    ), "write it again with: elisa-bdnf rules --markdown > docs/rules.md"


def test_every_rule_is_documented_and_rests_on_something() -> None:
    for rule in (*qc.CATALOGUE, *qc.STUDY_RULES.values()):
        assert len(rule.documentation) > 60, rule.id
        assert rule.source, rule.id
