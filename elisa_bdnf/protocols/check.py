"""A parsed document against a schema: the values by path, and everything that is wrong, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.toml import TomlDocument
from elisa_bdnf.protocols.fields import (
    Field,
    Objection,
    Table,
    Value,
    accept,
    closest_or_none,
    every_field,
    expectation,
    shown,
)

Path = tuple[str, ...]
PRESENT = ""  # stands for the key of an empty table that means something by being there ([timepoints.baseline])


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a path. ``at_value``: the key is right, its value is not.

    ``inside`` is the column within a text, counted from 1; 0: the whole value.
    """

    path: Path
    found: str
    expected: str = ""
    hint: str = ""
    at_value: bool = True
    inside: int = 0


@dataclass(slots=True)
class Checked:
    """What a document says, as far as it is right, and what is wrong with it."""

    values: dict[Path, Value] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def dotted(path: Sequence[str | int]) -> str:
    """``curve.weights``; parts that TOML would quote are quoted."""
    return ".".join(
        part if part.replace("_", "").replace("-", "").isalnum() and part.isascii() else f'"{part}"'
        for part in map(str, path)
    )


def check_data(data: Mapping[str, Any], schema: Table) -> Checked:
    """Every key of ``data`` is either accepted or a fault."""
    checked = Checked()
    _check_table(data, schema, (), schema, checked)
    return checked


def _check_table(data: Mapping[str, Any], table: Table, path: Path, schema: Table, into: Checked) -> None:
    for key, value in data.items():
        here = (*path, key)
        known = table.field_or_none(key)
        below = table.table_or_none(key)
        if known is not None:
            _check_value(value, known, here, into)
        elif below is None:
            into.faults.append(_unknown_key(table, here, schema))
        elif isinstance(value, dict):
            if not value and below is table.named:
                into.values[*here, PRESENT] = True
            _check_table(value, below, here, schema, into)
        elif below.shorthand and isinstance(value, str):
            _check_table({below.shorthand: value}, below, here, schema, into)
        else:
            expected = f"a table [{dotted(here)}]"
            into.faults.append(Fault(here, f"{dotted(here)} is {shown(value)}", expected))


def _check_value(value: object, known: Field, path: Path, into: Checked) -> None:
    accepted = accept(known, value)
    if isinstance(accepted, Objection):
        found = f"{dotted(path)} is {accepted.found}"
        into.faults.append(Fault(path, found, accepted.expected, accepted.hint))
    else:
        into.values[path] = accepted


def _unknown_key(table: Table, path: Path, schema: Table) -> Fault:
    key = path[-1]
    inside = f" in [{dotted(path[:-1])}]" if path[:-1] else ""
    hint = _hint(table, key, schema)
    names = table.names
    expected = f"one of {', '.join(names)}" if names and (len(names) <= 12 or not hint) else ""
    return Fault(path, f"unknown key {shown(key)}{inside}", expected, hint, at_value=False)


def _hint(table: Table, key: str, schema: Table) -> str:
    """The closest word here; else the same word somewhere else in the schema."""
    closest = closest_or_none(key, table.names)
    if closest:
        return f"perhaps {closest!r} is meant"
    places = [dotted(path) for path, known in every_field(schema) if known.name == key and "NAME" not in path]
    return f"perhaps {places[0]!r} is meant" if places else ""


def problem_from_fault(fault: Fault, document: TomlDocument) -> Problem:
    """A fault with its line and column."""
    line, column = document.value_position(fault.path) if fault.at_value else document.position(fault.path)
    place = f"{line}:{column + fault.inside}"  # the quote before a text is one column
    return Problem(fault.found, fault.expected, fault.hint, place, document.file)


def missing_key(path: Path, known: Field | None = None) -> Fault:
    """A key that must be there."""
    return Fault(path, f"{dotted(path)} is missing", expectation(known) if known else "", at_value=False)
