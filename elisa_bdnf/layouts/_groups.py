"""Groups of a wellmap file (``[well]``, ``[block]``, ``[row]``, …) with file and line of every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from elisa_bdnf.errors import LayoutError, Problem
from elisa_bdnf.inputs.toml import TomlDocument
from elisa_bdnf.layouts._patterns import Shift, shifted_pattern

GROUPS = ("well", "row", "col", "irow", "icol", "block", "plate", "expt")
_PLATE_GROUPS = tuple(group for group in GROUPS if group not in ("plate", "expt"))

Part = dict[str, Any]
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """The value of a parameter and where it stands."""

    value: object
    file: str
    place: str


def groups_from_document(document: TomlDocument, shift: Shift) -> Part:
    """The groups of one file: every parameter a :class:`Leaf`, every pattern moved by ``shift``.

    The parameters of a plate itself stand under its ``expt``. Raises LayoutError with all that is misplaced.
    """
    reader = _Reader(document, shift)
    groups = {name: reader.group(name, (name,), document.data[name]) for name in GROUPS if name in document.data}
    if reader.problems:
        raise LayoutError(problems=reader.problems)
    return groups


@dataclass(slots=True)
class _Reader:
    document: TomlDocument
    shift: Shift
    problems: list[Problem] = field(default_factory=list)

    def group(self, name: str, path: Key, table: Any) -> Part:
        if not isinstance(table, dict):
            self._problem(path, f"{name!r} has a value of its own", "a table of parameters")
            return {}
        if name == "expt":
            return self._parameters(path, table)
        if name == "plate":
            return {plate: self._plate((*path, plate), below) for plate, below in table.items()}
        if name == "block":
            return {size: self._patterns(name, (*path, size), below) for size, below in table.items()}
        if name in ("irow", "icol") and self.shift != (0, 0):
            self._problem(path, f"[{name}] cannot be moved by a shift", "[row], [col], [block] or [well]")
        return self._patterns(name, path, table)

    def _plate(self, path: Key, table: Any) -> Part:
        if not isinstance(table, dict):
            self._problem(path, f"{path[-1]!r} stands among the plates but is none", "[plate.NAME] with its parameters")
            return {}
        if "expt" in table:
            self._problem((*path, "expt"), "[expt] inside a plate", "its parameters in the plate itself")
        groups = {name: self.group(name, (*path, name), table[name]) for name in _PLATE_GROUPS if name in table}
        own = {name: value for name, value in table.items() if name not in GROUPS}
        return {**groups, "expt": self._parameters(path, own)}

    def _patterns(self, name: str, path: Key, table: Any) -> Part:
        if not isinstance(table, dict):
            self._problem(path, f"{path[-1]!r} has a value of its own", "a pattern and then its parameters")
            return {}
        result: Part = {}
        for pattern, below in table.items():
            key = self._shifted(name, (*path, pattern), pattern)
            if not isinstance(below, dict):
                self._problem((*path, pattern), f"{pattern!r} has a value of its own", "parameters: A1.sample = …")
            elif key in result:
                self._problem((*path, pattern), f"{pattern!r} is given twice", "each pattern once")
            else:
                result[key] = self._parameters((*path, pattern), below)
        return result

    def _shifted(self, name: str, path: Key, pattern: str) -> str:
        try:
            return shifted_pattern(pattern, self.shift, name)
        except ValueError as error:
            self._problem(path, str(error), "a pattern of wells that stays on the plate")
            return pattern

    def _parameters(self, path: Key, table: Mapping[str, Any]) -> Part:
        leaves: Part = {}
        for name, value in table.items():
            if isinstance(value, (str, int, float, bool)):
                leaves[name] = Leaf(value, self.document.file, self.document.place((*path, name)))
            else:
                kind = (
                    "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a date or time"
                )
                hint = 'write it in quotes: "…"' if kind.startswith("a date") else ""
                self._problem(
                    (*path, name), f"the parameter {name!r} is {kind}", "a text, a number or true/false", hint
                )
        return leaves

    def _problem(self, path: Key, found: str, expected: str, hint: str = "") -> None:
        self.problems.append(Problem(found, expected, hint, self.document.place(path), self.document.file))
