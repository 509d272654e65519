"""The catalogue of rules as a page, made from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable

from elisa_bdnf.qc.rule import Rule

_HEAD = """# QC rules

Made from the code by `elisa-bdnf rules --markdown`; do not edit.

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


def markdown_of_rules(rules: Iterable[Rule]) -> str:
    """One section a rule: what it does and why, its level, its settings with their defaults, what it rests on."""
    return "\n".join([_HEAD, *(_section(rule) for rule in rules)])


def _section(rule: Rule) -> str:
    lines = [f"## {rule.id}", "", rule.documentation, ""]
    lines.append(f"- looks at each **{rule.subject}**; level `{rule.level.value}` where the text names no other")
    lines += [f"- `{name}` = {_literal(value)}" for name, value in rule.settings.items()]
    lines += [f"- limit: `{key}` of protocol or preset" for key in rule.keys]
    lines += [f"- rests on: {rule.source}", ""]
    return "\n".join(lines)


def _literal(value: float | str | bool) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()
