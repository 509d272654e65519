"""The schema in other words: a page of documentation, and a JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.protocols.fields import Field, Kind, Table, Value, expectation
from elisa_bdnf.protocols.schema import preset_schema, protocol_schema

JSON_SCHEMA_ID = "elisa-bdnf/protocol-file/1"

_INTRODUCTION = """\
# Protocols

A protocol is a TOML file that says everything that changes a number: kit, read, curve, limits, dilution, timepoints and
the thresholds of the rules. Shipped ones are listed by `elisa-bdnf protocol list`; start your own with
`elisa-bdnf protocol new my-study.toml --from human-infusion-plasma` and check it with
`elisa-bdnf protocol check my-study.toml`, which names every mistake with its line and column.

What holds, from weakest to strongest: defaults of this page, the preset (`qc.preset`), the kit (`kit`), the protocols
that are extended (`extends`), the protocol itself, the command line (`--set key=value`).
`elisa-bdnf protocol show ID` prints every value in force and where it comes from.

`kit = "id"` and `design = "human_infusion"` are short for `[kit] use = "id"` and `[design] kind = "human_infusion"`.
Kits and presets are files of their own; a reference to one is an id (shipped, or `ID.toml` beside the protocol or in
its folder `kits` or `presets`) or a path. Where a list is asked for, a single value is a list of one.

This page is made from the program: `elisa-bdnf protocol keys --markdown`.
"""


def markdown_of_schema() -> str:
    """docs/protocols.md: every key of protocols, kits and presets."""
    protocol = protocol_schema()
    parts = [_INTRODUCTION, "## Keys of a protocol\n"]
    parts += _sections(protocol, ())
    parts += ["## Keys of a preset\n", *_section(preset_schema(), ())]
    parts += [
        "`[curve]`, `[limits]` and `[reading]` are as in a protocol; `[rules.RULE]` is as `[qc.rules.RULE]`.\n",
        "## Keys of a kit\n",
        "A kit file has the keys of `[kit]` above, without `use`, at its top.\n",
    ]
    return "\n".join(parts)


def _sections(table: Table, path: tuple[str, ...]) -> Iterator[str]:
    yield from _section(table, path)
    for below in table.tables:
        yield from _sections(below, (*path, below.name))
    if table.named:
        yield from _sections(table.named, (*path, table.named.name))


def _section(table: Table, path: tuple[str, ...]) -> Iterator[str]:
    if path:
        yield f"### `[{'.'.join(path)}]`\n"
        yield f"{table.doc}\n"
    if table.fields:
        rows = [
            f"| `{field.name}` | {_cell(_accepts(field))} | {_default(field)} | {_cell(field.doc)} |"
            for field in table.fields
        ]
        yield "\n".join(["| key | value | default | meaning |", "| --- | --- | --- | --- |", *rows, ""])


def _accepts(field: Field) -> str:
    return expectation(field).removeprefix("a ").removeprefix("one of ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _default(field: Field) -> str:
    if field.default is None or field.default in ("", ()):
        return ""
    return f"`{toml_of_value(field.default)}`"


def toml_of_value(value: Value) -> str:
    """A value as it is written in a TOML file; whole numbers without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        return f"[{', '.join(toml_of_value(item) for item in value)}]"
    return f"{value:.15g}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def json_schema_of_protocol() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of a protocol file, for editors that check TOML by one.

    Rules and their settings are open there, since they belong to the rules; the program checks them too.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": JSON_SCHEMA_ID,
        "title": "elisa-bdnf protocol",
        **_object(protocol_schema()),
    }


def _object(table: Table) -> dict[str, object]:
    is_rule = table.field_or_none("enabled") is not None and table.field_or_none("level") is not None
    properties = {
        **{field.name: _property(field) for field in table.fields},
        **{below.name: _table_property(below) for below in table.tables},
    }
    others: object = _object(table.named) if table.named else False
    if is_rule:
        others = {"type": ["number", "string", "boolean"]}
    found: dict[str, object] = {"description": table.doc, "type": "object"}
    return {**found, "properties": properties, "additionalProperties": others}


def _table_property(table: Table) -> dict[str, object]:
    short = table.field_or_none(table.shorthand) if table.shorthand else None
    if short is None:
        return _object(table)
    return {"anyOf": [_property(short), _object(table)]}


_JSON_TYPES = {
    Kind.TEXT: "string", Kind.NUMBER: "number", Kind.WHOLE: "integer", Kind.FLAG: "boolean", Kind.NUMBERS: "number",
    Kind.TEXTS: "string",
}  # fmt: skip


def _property(field: Field) -> dict[str, object]:
    one: dict[str, object] = {"type": _JSON_TYPES[field.kind], **_bounds(field)}
    found: dict[str, object] = {"description": field.doc + (f" Unit: {field.unit}." if field.unit else "")}
    if field.default is not None:
        found["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
    if field.kind in (Kind.NUMBERS, Kind.TEXTS):
        return {**found, "anyOf": [one, {"type": "array", "items": one}]}
    if field.words:
        return {**found, "anyOf": [one, {"enum": list(field.words)}]}
    return {**found, **one}


def _bounds(field: Field) -> dict[str, object]:
    bounds: dict[str, object] = {}
    if field.choices:
        bounds["enum"] = list(field.choices)
    if field.pattern:
        bounds["pattern"] = f"^({field.pattern})$"
    limits = {"minimum": field.least, "maximum": field.most, "exclusiveMinimum": field.above}
    return bounds | {name: value for name, value in limits.items() if value is not None}
