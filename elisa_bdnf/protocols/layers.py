"""Files and the command line as layers, the later one winning, and every value with the layer that it comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.toml import TomlDocument, key_from_text
from elisa_bdnf.protocols.check import Fault, Path, dotted, problem_from_fault
from elisa_bdnf.protocols.design import TABLES_OF_DESIGN
from elisa_bdnf.protocols.fields import (
    Field,
    Kind,
    Objection,
    Table,
    Value,
    accept,
    closest_or_none,
    every_field,
    field_at_or_none,
    hint_of_closest,
    shown,
)
from elisa_bdnf.protocols.schema import NOT_INHERITED

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one place.

    ``document`` is None for what stands in no file: defaults, the command line, what follows from a kit. ``prefix`` is
    where the document's keys hang in a protocol (a kit's ``lod`` is the protocol's ``kit.lod``). ``folder`` is where
    the files that it names are looked for, beside what is shipped.
    """

    origin: str
    values: Mapping[Path, Value]
    document: TomlDocument | None = None
    prefix: Path = ()
    folder: FilePath | None = None

    def problem(self, fault: Fault) -> Problem:
        """The fault with its file, line and column, or the option that brought it."""
        if self.document is not None:
            inside = fault.path[: len(self.prefix)] == self.prefix
            here = fault.path[len(self.prefix) :] if inside else fault.path
            return problem_from_fault(replace(fault, path=here), self.document)
        place = f"--set {dotted(fault.path)}" if self.origin == COMMAND_LINE else ""
        return Problem(fault.found, fault.expected, fault.hint, place)


@dataclass(slots=True)
class Merged:
    """Values after all layers, each with the layer that set it."""

    values: dict[Path, Value] = field(default_factory=dict)
    layers: dict[Path, Layer] = field(default_factory=dict)

    def lay(self, layer: Layer) -> None:
        """Put a layer on top."""
        for path, value in layer.values.items():
            self.values[path] = value
            self.layers[path] = layer

    def lay_all(self, other: Merged) -> None:
        """Put another stack on top, each value keeping its layer."""
        self.values.update(other.values)
        self.layers.update(other.layers)

    def under(self, *above: str) -> Iterator[tuple[Path, Value]]:
        """Values below a table, with what remains of their paths, in the order in which they were first set."""
        for path, value in self.values.items():
            if path[: len(above)] == above:
                yield path[len(above) :], value

    def names(self, *above: str) -> tuple[str, ...]:
        """Names of the tables below a named table."""
        return tuple(dict.fromkeys(path[0] for path, _ in self.under(*above)))

    def text(self, *path: str) -> str:
        value = self.values.get(path, "")
        return value if isinstance(value, str) else ""

    def number_or_none(self, *path: str) -> float | None:
        """The number; None where there is none, or a word that says so."""
        value = self.values.get(path)
        return None if value is None or isinstance(value, str | tuple) else float(value)

    def flag(self, *path: str) -> bool:
        return self.values.get(path) is True

    def numbers(self, *path: str) -> tuple[float, ...]:
        value = self.values.get(path, ())
        return tuple(float(item) for item in value) if isinstance(value, tuple) else ()

    def texts(self, *path: str) -> tuple[str, ...]:
        value = self.values.get(path, ())
        return tuple(str(item) for item in value) if isinstance(value, tuple) else ()

    def origin(self, path: Path) -> str:
        return self.layers[path].origin if path in self.layers else "default"


def merge(layers: Iterable[Layer]) -> Merged:
    """Lay one layer over the other.

    A layer that names another kit or design starts that table anew: values meant for the old one are dropped.
    """
    merged = Merged()
    for layer in layers:
        if layer.document is not None:
            _drop(merged, [(name,) for name in NOT_INHERITED if (name,) in merged.values])
        _drop_replaced(merged, layer)
        merged.lay(layer)
    return merged


def _drop_replaced(merged: Merged, layer: Layer) -> None:
    if ("kit", "use") in layer.values or ("kit", "id") in layer.values:
        _drop(merged, [path for path in merged.values if path[0] == "kit"])
    kind = layer.values.get(("design", "kind"))
    if isinstance(kind, str):
        kept = {table.name for table in TABLES_OF_DESIGN[kind]}
        _drop(merged, [path for path in merged.values if path[0] == "design" and len(path) > 2 and path[1] not in kept])


def _drop(merged: Merged, paths: list[Path]) -> None:
    for path in paths:
        del merged.values[path], merged.layers[path]


def layer_from_overrides(overrides: Mapping[str, str], schema: Table, folder: FilePath) -> tuple[Layer, list[Problem]]:
    """``key=value`` pairs of the command line, checked like a file."""
    values: dict[Path, Value] = {}
    problems: list[Problem] = []
    for key, text in overrides.items():
        checked = _override(key, text, schema)
        if isinstance(checked, Problem):
            problems.append(checked)
        else:
            values.update([checked])
    return Layer(COMMAND_LINE, values, folder=folder), problems


def _override(key: str, text: str, schema: Table) -> tuple[Path, Value] | Problem:
    place = f"--set {key}"
    try:
        path: Path = key_from_text(key)
    except ValueError as error:
        return Problem(str(error), place=place)
    table = schema.table_or_none(path[0])
    if len(path) == 1 and table and table.shorthand:
        path = (*path, table.shorthand)
    known = field_at_or_none(schema, path)
    if path[0] in ("id", "extends"):
        return Problem(f"{key} cannot be set here", "a setting; the file says what it is and extends", place=place)
    if known is None:
        return Problem(f"there is no setting {shown(key)}", hint=_hint(key, path, schema), place=place)
    accepted = accept(known, _value_from_text(known, text))
    if isinstance(accepted, Objection):
        return Problem(f"{dotted(path)} is {accepted.found}", accepted.expected, accepted.hint, place)
    return path, accepted


def _hint(key: str, path: Path, schema: Table) -> str:
    known = [dotted(path) for path, _ in every_field(schema) if "NAME" not in path]
    same_leaf = [name for name in known if name.rpartition(".")[2] == path[-1]]
    if closest_or_none(key, known):
        return hint_of_closest(key, known)
    return f"perhaps {same_leaf[0]!r} is meant" if same_leaf else ""


def _value_from_text(known: Field, text: str) -> object:
    """What TOML would make of the text, without the quotes that a shell eats; lists by commas."""
    if known.kind is Kind.TEXT or text in known.words:
        return text
    if known.kind in (Kind.NUMBERS, Kind.TEXTS):
        items = [item.strip() for item in text.strip().removeprefix("[").removesuffix("]").split(",")]
        items = [item for item in items if item]
        return items if known.kind is Kind.TEXTS else [_plain(item) for item in items]
    return _plain(text)


def _plain(text: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except ValueError:
        return text
    value = parsed["value"]
    return value if len(parsed) == 1 and isinstance(value, int | float) else text
