"""``elisa-bdnf rules``: what is checked before anything is reported, and why."""

from __future__ import annotations

import json
import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.errors import UsageError

if TYPE_CHECKING:
    from elisa_bdnf.model.protocol import RuleSettings
    from elisa_bdnf.qc import Rule


def rules(
    rule: Annotated[str | None, typer.Argument(metavar="[RULE]", help="One rule in full, e.g. STD-03.")] = None,
    protocol: Annotated[
        str | None, typer.Option("--protocol", "-p", metavar="ID|FILE", help="Show the settings of this protocol.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the catalogue as a page.")] = False,
) -> None:
    """List the QC rules, or explain one.

    \b
      elisa-bdnf rules
      elisa-bdnf rules STD-03 --protocol human-infusion-plasma
    """
    from elisa_bdnf import protocols, qc

    in_force = protocols.load_protocol(protocol, qc.schemas()).qc.rules if protocol else {}
    chosen = list(qc.CATALOGUE) if rule is None else [_named(rule, {each.id: each for each in qc.CATALOGUE})]
    if as_json:
        typer.echo(json.dumps({"schema": "elisa-bdnf/rules/1", "rules": [_entry(r) for r in chosen]}, indent=2))
    elif markdown:
        from elisa_bdnf.qc.catalogue import markdown_of_rules

        typer.echo(markdown_of_rules(chosen), nl=False)
    elif rule is not None:
        typer.echo(_explained(chosen[0], in_force.get(chosen[0].id)))
    else:
        for each in chosen:
            typer.echo(f"{each.id:<8} {each.level.value:<12} {each.subject:<9} {each.summary}")


def _named(name: str, known: dict[str, Rule]) -> Rule:
    if name.upper() in known:
        return known[name.upper()]
    near = get_close_matches(name.upper(), known, n=3)
    raise UsageError(f"there is no rule {name!r}", hint=f"did you mean {' or '.join(near)}?" if near else "")


def _entry(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.id,
        "subject": rule.subject,
        "level": rule.level.value,
        "settings": dict(rule.settings),
        "protocol_keys": list(rule.keys),
        "summary": rule.summary,
        "source": rule.source,
    }


def _explained(rule: Rule, settings: RuleSettings | None) -> str:
    lines = [f"{rule.id}  ({rule.level.value}, looks at each {rule.subject})", "", rule.documentation, ""]
    for name, default in rule.settings.items():
        value = settings.values.get(name, default) if settings else default
        origin = settings.origins.get(name, "default of the rule") if settings else "default of the rule"
        lines.append(f"  {name} = {value}    ({origin})")
    lines += [f"  the limit is {key} of protocol or preset" for key in rule.keys]
    if settings is not None and not settings.enabled:
        lines.append("  switched off by the protocol")
    return "\n".join([*lines, "", *textwrap.wrap(f"Rests on: {rule.source}", 100)])
