"""A wellmap file and what it includes, merged into one tree whose leaves remember file and line.

What a file says itself outranks what it includes, and a later included file outranks an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from elisa_bdnf.errors import LayoutError, Problem
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.toml import TomlDocument, read_toml
from elisa_bdnf.layouts._groups import GROUPS, Key, Part, groups_from_document
from elisa_bdnf.layouts._patterns import Shift, shift_from_text

MAX_DEPTH = 8
MAX_FILES = 40

_TOP = (*GROUPS, "meta", "elisa")
_META = ("path", "paths", "include", "concat", "alert", "style", "param_styles")
_EXTRAS = ("columns", "unit")
_INCLUDE = ("path", "shift")
_SLIPS = {"column": "col", "columns": "col", "plates": "plate", "wells": "well", "rows": "row", "blocks": "block"}


@dataclass(slots=True)
class Tree:
    """Groups of a layout, each value with its place, each pattern already moved by the shift of an inclusion."""

    groups: Part
    meta: Mapping[str, Any]
    extras: dict[str, Any]
    document: TomlDocument
    remarks: list[str] = field(default_factory=list)
    sha256: str = ""
    included: list[tuple[str, str]] = field(default_factory=list)

    def problem(self, path: Key, found: str, expected: str = "", hint: str = "") -> Problem:
        return Problem(found, expected, hint, self.document.place(path), self.document.file)


def read_tree(path: Path, *, shift: Shift = (0, 0), above: tuple[Path, ...] = ()) -> Tree:
    """A layout file with all that it includes. Raises LayoutError with every unknown key of a file at once."""
    file = InputFile.open(path, error=LayoutError)
    document = read_toml(file.data, file.name, error=LayoutError)
    problems = list(_unknown_keys(document))
    if problems:
        raise LayoutError(problems=problems)
    meta, extras = document.data.get("meta", {}), document.data.get("elisa", {})
    groups = groups_from_document(document, shift)
    tree = Tree(groups, meta, dict(extras), document, sha256=file.sha256)
    if isinstance(meta.get("alert"), str):
        tree.remarks.append(f"{file.name} says: {' '.join(meta['alert'].split())[:500]}")
    _include(tree, path, shift, above)
    return tree


def _include(tree: Tree, path: Path, shift: Shift, above: tuple[Path, ...]) -> None:
    chain = (*above, path.resolve())
    if len(chain) > MAX_DEPTH:
        raise LayoutError(problems=[tree.problem(("meta", "include"), f"files include one another {MAX_DEPTH} deep")])
    for other, by in reversed(list(_included(tree, path))):
        if other.resolve() in chain:
            raise LayoutError(problems=[tree.problem(("meta", "include"), f"{other.name} includes itself")])
        included = read_tree(other, shift=(shift[0] + by[0], shift[1] + by[1]), above=chain)
        _merge(tree.groups, included.groups)
        _merge(tree.extras, included.extras)
        tree.included += [(other.name, included.sha256), *included.included]
        tree.remarks += [*included.remarks, f"includes {other.name} (sha256 {included.sha256[:12]}…)"]


def _included(tree: Tree, path: Path) -> Iterator[tuple[Path, Shift]]:
    listed = tree.meta.get("include", [])
    for entry in listed if isinstance(listed, list) else [listed]:
        text, shift = entry, (0, 0)
        if isinstance(entry, dict):
            wrong = sorted(set(entry) - set(_INCLUDE))
            text = entry.get("path")
            if wrong or text is None:
                found = f"unknown key {wrong[0]!r}" if wrong else "no path"
                raise LayoutError(problems=[tree.problem(("meta", "include"), found, "path and, if wanted, shift")])
            shift = _shift(tree, entry.get("shift"))
        if not isinstance(text, str) or not text.strip():
            raise LayoutError(problems=[tree.problem(("meta", "include"), f"{text!r}", "the path of a layout file")])
        yield path.parent / text, shift


def _shift(tree: Tree, text: object) -> Shift:
    if text is None:
        return (0, 0)
    try:
        return shift_from_text(str(text))
    except ValueError as error:
        raise LayoutError(problems=[tree.problem(("meta", "include"), str(error))]) from None


def _merge(mine: Part, theirs: Mapping[Any, Any]) -> None:
    for key, value in theirs.items():
        if isinstance(value, dict) and isinstance(mine.get(key, {}), dict):
            _merge(mine.setdefault(key, {}), value)
        else:
            mine.setdefault(key, value)


def merged(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Part:
    """Both trees in one; where both say something of the same key, the first wins."""
    result: Part = {}
    _merge(result, mine)
    _merge(result, theirs)
    return result


def _unknown_keys(document: TomlDocument) -> Iterator[Problem]:
    yield from _unknown(document, (), document.data, _TOP)
    for group, known in (("meta", _META), ("elisa", _EXTRAS)):
        table = document.data.get(group, {})
        if not isinstance(table, dict):
            yield Problem(f"{group} has a value of its own", "a table", "", document.place((group,)), document.file)
        else:
            yield from _unknown(document, (group,), table, known)


def _unknown(document: TomlDocument, above: Key, table: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Problem]:
    for key in table:
        if key not in known:
            close = get_close_matches(key.casefold(), [*known, *_SLIPS] if not above else known, n=1, cutoff=0.5)
            meant = close[0] if close else ""
            meant = meant if above else _SLIPS.get(meant, meant)
            where = f"in [{above[0]}]" if above else "at the top"
            hint = f"did you mean {meant!r}?" if meant else ""
            yield Problem(
                f"unknown key {key!r} {where}", ", ".join(known), hint, document.place((*above, key)), document.file
            )
