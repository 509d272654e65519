"""A rule in words: what it does and why, its limits in force and where they come from, and two examples."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from functools import reduce
from typing import Any

from elisa_bdnf.examples.words import THE_GOOD_PLATE, THE_GOOD_STUDY, Example, examples_of
from elisa_bdnf.model.protocol import Protocol, RuleSettings
from elisa_bdnf.qc import Rule
from elisa_bdnf.qc.catalogue import literal

_WIDTH = 100
_AS_SHIPPED = RuleSettings()


def explained(rule: Rule, protocol: Protocol) -> str:
    """The whole rule as text for a terminal."""
    settings = protocol.qc.rules.get(rule.id, _AS_SHIPPED)
    level = settings.level or rule.level.value
    lines = [f"{rule.id}  (looks at each {rule.subject}; level {level})", "", rule.documentation, ""]
    lines.append(f"In force under protocol {protocol.id}, preset {protocol.qc.preset}:")
    if not settings.enabled:
        lines.append("  the rule is switched off")
    limits = list(limits_in_force(rule, protocol))
    width = max((len(name) for name, _, _ in limits), default=0)
    lines += [f"  {name:<{width}} = {_shown(value):<8} {origin}" for name, value, origin in limits]
    if not limits:
        lines.append("  it has no limits that could be set")
    return "\n".join([*lines, "", *_examples(rule), *textwrap.wrap(f"Rests on: {rule.source}", _WIDTH)])


def limits_in_force(rule: Rule, protocol: Protocol) -> Iterator[tuple[str, Any, str]]:
    """Every limit of a rule: its name, its value and the file that set it."""
    settings = protocol.qc.rules.get(rule.id, _AS_SHIPPED)
    for name, default in rule.settings.items():
        yield name, settings.values.get(name, default), settings.origins.get(name, "default of the rule")
    for key in rule.keys:
        yield key, reduce(getattr, key.split("."), protocol), protocol.origins.get(key, "default")


def _shown(value: Any) -> str:
    return literal(value) if isinstance(value, float | int | str | bool) else str(value)


def _examples(rule: Rule) -> Iterator[str]:
    found = examples_of(rule.id)
    if found.passing is None and found.failing is None:
        return
    yield from textwrap.wrap(THE_GOOD_STUDY if rule.subject == "study" else THE_GOOD_PLATE, _WIDTH)
    yield ""
    for word, example in (("Passes", found.passing), ("Objects", found.failing)):
        if example is not None:
            yield f"{word}: {example.name}"
            yield from _indented(example.changed, "  ")
            for said in example.said:
                yield from _indented(said, "  → ")
            yield ""


def _indented(text: str, first: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first))


def entry(rule: Rule, protocol: Protocol, *, examples: bool) -> dict[str, object]:
    """The rule for programs; examples are calculated, so that they are given for a single rule only."""
    settings = protocol.qc.rules.get(rule.id, _AS_SHIPPED)
    limits = limits_in_force(rule, protocol)
    found: dict[str, object] = {
        "rule": rule.id,
        "subject": rule.subject,
        "level": rule.level.value,
        "settings": dict(rule.settings),
        "protocol_keys": list(rule.keys),
        "summary": rule.summary,
        "documentation": rule.documentation,
        "source": rule.source,
        "protocol": protocol.id,
        "preset": protocol.qc.preset,
        "enabled": settings.enabled,
        "level_in_force": settings.level or rule.level.value,
        "in_force": [{"name": name, "value": _plain(value), "origin": origin} for name, value, origin in limits],
    }
    if examples:
        of_rule = examples_of(rule.id)
        found |= {"passes": _record(of_rule.passing), "objects": _record(of_rule.failing)}
    return found


def _plain(value: Any) -> object:
    return value if value is None or isinstance(value, float | int | str | bool) else str(value)


def _record(example: Example | None) -> dict[str, Any] | None:
    return None if example is None else asdict(example)
