"""``elisa-bdnf rules``: what is checked before anything is reported, and why."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.errors import UsageError

if TYPE_CHECKING:
    from elisa_bdnf.qc import Rule


def rules(
    words_: Annotated[
        list[str] | None, typer.Argument(metavar="[RULE]", help="One rule in full, e.g. STD-03.", show_default=False)
    ] = None,
    protocol: Annotated[
        str, typer.Option("--protocol", "-p", metavar="ID|FILE", help="Show the settings of this protocol.")
    ] = "generic",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the catalogue as a page.")] = False,
) -> None:
    """List the QC rules, or explain one with its limits in force and examples.

    \b
      elisa-bdnf rules
      elisa-bdnf rules STD-03 --protocol human-infusion-plasma
    """
    from elisa_bdnf import protocols, qc
    from elisa_bdnf.cli import _rule_words as words

    rule = _asked_for(words_ or [])
    chosen = list(qc.CATALOGUE) if rule is None else [_named(rule, {each.id: each for each in qc.CATALOGUE})]
    if markdown:
        from elisa_bdnf.examples.words import THE_GOOD_PLATE, THE_GOOD_STUDY, examples_of
        from elisa_bdnf.qc.catalogue import markdown_of_rules

        typer.echo(markdown_of_rules(chosen, examples_of, f"{THE_GOOD_PLATE}\n\n{THE_GOOD_STUDY}"), nl=False)
        return
    in_force = protocols.load_protocol(protocol, qc.schemas())
    if as_json:
        entries = [words.entry(each, in_force, examples=rule is not None) for each in chosen]
        typer.echo(json.dumps({"schema": "elisa-bdnf/rules/1", "rules": entries}, indent=2, ensure_ascii=False))
    elif rule is not None:
        typer.echo(words.explained(chosen[0], in_force))
    else:
        for each in chosen:
            typer.echo(f"{each.id:<8} {each.level.value:<12} {each.subject:<9} {each.summary}")


def _asked_for(words: list[str]) -> str | None:
    """The rule that was asked for, None for all; ``rules list`` and ``rules show RULE`` are understood as well."""
    rest = words[1:] if words and words[0] in ("list", "show") else words
    if len(rest) > 1 or (words[:1] == ["list"] and rest) or words == ["show"]:
        raise UsageError(f"{' '.join(words)!r} does not name one rule", expected="nothing, or one rule such as STD-03")
    return rest[0] if rest else None


def _named(name: str, known: dict[str, Rule]) -> Rule:
    if name.upper() in known:
        return known[name.upper()]
    near = get_close_matches(name.upper(), known, n=3)
    raise UsageError(f"there is no rule {name!r}", hint=f"did you mean {' or '.join(near)}?" if near else "")
