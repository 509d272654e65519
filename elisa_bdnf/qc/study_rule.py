"""How a rule on a whole study is registered: as a rule on plates, in a registry of its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import MappingProxyType

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.qc.rule import Rule, Verdicts

REGISTERED: dict[str, Rule] = {}
_SHOWN = 8


def study_rule(
    id: str,  # noqa: A002
    level: FindingLevel,
    source: str,
) -> Callable[[Callable[..., Verdicts]], Callable[..., Verdicts]]:
    """Register a function as the rule ``id`` of studies; a rule of plates may have the same id and look at less."""

    def register(function: Callable[..., Verdicts]) -> Callable[..., Verdicts]:
        _, *rest = inspect.signature(function).parameters.values()
        settings = MappingProxyType({parameter.name: parameter.default for parameter in rest})
        REGISTERED[id] = Rule(id, level, source, function, "study", settings)
        return function

    return register


def listed(names: Sequence[str]) -> str:
    """The first few of a list, and how many more there are."""
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
