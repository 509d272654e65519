"""A protocol file to start from: it extends another, and shows every value in force as a comment."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.protocols.check import Path, dotted
from elisa_bdnf.protocols.describe import toml_of_value
from elisa_bdnf.protocols.design import TABLES_OF_DESIGN
from elisa_bdnf.protocols.fields import Field, Table, expectation
from elisa_bdnf.protocols.layers import Merged
from elisa_bdnf.protocols.schema import NOT_INHERITED, protocol_schema

_HEAD = """\
# A protocol of your own. It extends {parent}: each line that begins with "#= " shows a value in force there.
# Remove the "#= " of a line and change its value; leave the others, so that they follow {parent}.
# Lines that begin with "#  " are keys that are not set there.
# Check the file with:  elisa-bdnf protocol check {file}

id = {id}
title = {title}
description = ""
extends = {extends}
"""


def template_of_protocol(protocol: Protocol, settings: Merged, reference: str, stem: str) -> str:
    """Text of a file called ``stem``.toml that extends ``reference``, which was loaded as ``protocol``."""
    schema = protocol_schema()
    head = _HEAD.format(
        parent=protocol.id,
        file=f"{stem}.toml",
        id=toml_of_value(re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-") or "my-protocol"),
        title=toml_of_value(f"{protocol.title} (ours)"),
        extends=toml_of_value(reference),
    )
    own = tuple(field for field in schema.fields if field.name not in NOT_INHERITED)
    lines = ["", *_fields(Table("", "", own), (), settings), *_kit(settings)]
    for table in schema.tables:
        if table.name != "kit":
            lines += _table(table, (table.name,), settings)
    return head + "\n".join([*lines, *_rules(settings)]) + "\n"


def _kit(settings: Merged) -> Iterator[str]:
    yield from _comment("Kit file: an id or a path. To replace single values of it, write [kit] with use = … instead.")
    kit = settings.text("kit", "use")
    yield f"#= kit = {toml_of_value(kit)}" if kit else '#  kit = "promega-emax-g7610"'


def _table(table: Table, path: Path, settings: Merged) -> Iterator[str]:
    meant = TABLES_OF_DESIGN[settings.text("design", "kind")]
    if (path[0] == "design" and len(path) == 2 and table not in meant) or path == ("qc", "rules"):
        return
    if table.fields:
        yield from ("", *_comment(table.doc), f"[{dotted(path)}]")
        yield from _fields(table, path, settings)
    for below in table.tables:
        yield from _table(below, (*path, below.name), settings)
    if table.named:
        for name in settings.names(*path):
            yield from _table(table.named, (*path, name), settings)


def _fields(table: Table, path: Path, settings: Merged) -> Iterator[str]:
    for field in table.fields:
        yield from _comment(f"{field.doc} Value: {expectation(field)}.")
        yield _line(field, path, settings)


def _line(field: Field, path: Path, settings: Merged) -> str:
    value = settings.values.get((*path, field.name))
    if value is not None:
        return f"#= {field.name} = {toml_of_value(value)}"
    example = field.example if field.default is None else field.default
    return f"#  {field.name} = {'…' if example is None else toml_of_value(example)}"


def _rules(settings: Merged) -> Iterator[str]:
    yield from ("", "# Rules of the preset; more of them and what they do: elisa-bdnf rules")
    for rule in settings.names("qc", "rules"):
        yield from ("", f"[qc.rules.{rule}]")
        for path, value in settings.under("qc", "rules", rule):
            yield f"#= {dotted(path)} = {toml_of_value(value)}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 110, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
