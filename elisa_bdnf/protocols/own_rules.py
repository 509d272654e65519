"""Rules that a lab writes into its protocol: ``[qc.own.background]``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elisa_bdnf.model.expression import ExpressionError, expression_from_text
from elisa_bdnf.model.protocol import OwnRule
from elisa_bdnf.model.quantities import objection_or_none
from elisa_bdnf.protocols.check import Fault
from elisa_bdnf.protocols.kit_schema import ID_PATTERN
from elisa_bdnf.protocols.layers import Merged

PREFIX = "LAB-"
_SHOWN = 200  # characters of a requirement that is wrong


def own_rule_faults(settings: Merged) -> Iterator[Fault]:
    """Names that cannot be, rules without a requirement, and requirements that are no expression, at their column."""
    for name in settings.names("qc", "own"):
        path = ("qc", "own", name)
        if not re.fullmatch(ID_PATTERN, name):
            yield Fault(path, f"the rule is called {name!r}", "small letters, digits and hyphens", at_value=False)
        if not settings.text(*path, "require"):
            yield Fault(path, f"[qc.own.{name}] requires nothing", 'require = "blank < 0.050"', at_value=False)
            continue
        text = settings.text(*path, "require")
        try:
            names = expression_from_text(text).names
            for known, column in names.items():
                if objection := objection_or_none(known):
                    raise ExpressionError(column, *objection)
        except ExpressionError as wrong:
            shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
            found = f"{shown!r}, column {wrong.column}: {wrong.found}"
            yield Fault((*path, "require"), found, wrong.expected, inside=wrong.column)


def own_rules(settings: Merged) -> tuple[OwnRule, ...]:
    """The rules that are switched on, in the order of the files."""
    return tuple(
        OwnRule(
            PREFIX + name,
            expression_from_text(settings.text("qc", "own", name, "require")),
            settings.text("qc", "own", name, "level") or "warn",
            settings.text("qc", "own", name, "why"),
            settings.origin(("qc", "own", name, "require")),
        )
        for name in settings.names("qc", "own")
        if settings.values.get(("qc", "own", name, "enabled"), True)
    )
