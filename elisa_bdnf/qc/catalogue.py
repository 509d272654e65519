"""The catalogue of rules as a page, made from the rules themselves and from the plates that they are tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol as Shape

from elisa_bdnf.qc.rule import Rule

_HEAD = """# QC rules

Made from the code by `elisa-bdnf rules --markdown`; do not edit. `elisa-bdnf rules STD-03 --protocol my-lab.toml` shows
one rule with the limits in force under a protocol and the file that set each.

Rules run between the analysis and the report, in this order. A finding of level `info` or `warn` is shown;
`fail_result` withholds that result; `fail_plate` rejects the plate, and none of its results is reportable; `error`
refuses the input. A value exactly on its limit passes. A rule that lacks what it would need is listed as not
evaluated, never as passed. A protocol may switch a rule off, give it another level (which then replaces all levels of
that rule), and change any setting:

```toml
[qc.rules.REP-03]
cv_percent = 15
```

"""


class ShownExample(Shape):
    """What is changed, and what the rule says of it."""

    @property
    def name(self) -> str: ...
    @property
    def changed(self) -> str: ...
    @property
    def said(self) -> tuple[str, ...]: ...


class ShownExamples(Shape):
    """One that passes, one that does not, and how many cases there are of each kind."""

    @property
    def passing(self) -> ShownExample | None: ...
    @property
    def failing(self) -> ShownExample | None: ...
    @property
    def counts(self) -> tuple[int, int, int]: ...


Examples = Callable[[str], ShownExamples]


def markdown_of_rules(rules: Iterable[Rule], examples_of: Examples, good_plate: str = "") -> str:
    """A table of all rules, then a section each: what and why, level, settings, examples, and what it rests on."""
    known = [(rule, examples_of(rule.id)) for rule in rules]
    table = ["| rule | looks at | level | what | cases that pass / object / lack something |", "|---|---|---|---|---|"]
    table += [_row(rule, examples) for rule, examples in known]
    sections = [_section(rule, examples) for rule, examples in known]
    return _HEAD + "\n".join([*table, "", good_plate, "", *sections])


def _row(rule: Rule, examples: ShownExamples) -> str:
    cases = " / ".join(map(str, examples.counts))
    return f"| [{rule.id}](#{rule.id.casefold()}) | {rule.subject} | {rule.level.value} | {rule.summary} | {cases} |"


def _section(rule: Rule, examples: ShownExamples) -> str:
    lines = [f"## {rule.id}", "", rule.documentation, ""]
    lines.append(f"- looks at each **{rule.subject}**; level `{rule.level.value}` where the text names no other")
    lines += [f"- `{name}` = {literal(value)}" for name, value in rule.settings.items()]
    lines += [f"- limit: `{key}` of protocol or preset" for key in rule.keys]
    lines += list(_example("passes", examples.passing)) + list(_example("objects", examples.failing))
    return "\n".join([*lines, f"- rests on: {rule.source}", ""])


def _example(word: str, example: ShownExample | None) -> Iterator[str]:
    if example is not None:
        yield f"- {word}: *{example.name}* ({example.changed})"
        yield from (f"  - {said}" for said in example.said)


def literal(value: float | str | bool) -> str:
    """A setting as one writes it."""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()
