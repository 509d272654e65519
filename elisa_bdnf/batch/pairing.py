"""Which layout and which sample sheet is whose. More than one candidate is refused, never chosen from.

In this order: the option for all (``--layout``, ``--samples``), the line of the manifest, files beside the export
(``plate.layout.toml``, else ``layout.toml`` for its folder), a file elsewhere in the tree that is named after the
export (``layouts/plate.layout.toml``), and last, for exports without a layout of their own, a layout that names one of
their plates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from elisa_bdnf.batch.discover import Found, Tree, owner_of
from elisa_bdnf.batch.folder_names import folder_names
from elisa_bdnf.errors import Problem
from elisa_bdnf.model.batch import IgnoredRow


@dataclass(frozen=True, slots=True)
class Unit:
    """One export with what belongs to it: the unit of work.

    ``bound`` are layout files to look into for the plates of an export that has no other layout. With ``problems`` it
    is refused before it is read. ``compared`` (file → path) are other exports that read the same; None where that is
    not known yet.
    """

    file: str
    path: Path
    folder: str
    layout: Path | None = None
    samples: Path | None = None
    protocol: str | None = None
    bound: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    compared: Mapping[str, Path] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a line of the manifest says of an export; None where it says nothing."""

    layout: Path | None = None
    samples: Path | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every export with what belongs to it, and what is passed over; both sorted. ``name`` is that of the folder."""

    name: str
    protocol: str
    protocol_title: str
    units: tuple[Unit, ...]
    ignored: tuple[IgnoredRow, ...]
    between_plates: Mapping[str, Any] = field(default_factory=dict)  # settings of the rules on several plates


def pair(
    tree: Tree, manifest: Mapping[Path, Said], layout: Path | None, samples: Path | None
) -> tuple[tuple[Unit, ...], tuple[IgnoredRow, ...]]:
    """Give every export its layout and samples; ``layout`` and ``samples`` are the options for all of them.

    Returns the exports and what is passed over, both sorted.
    """
    names = folder_names([each.file for each in tree.exports] + [each.file for each, _ in tree.unreadable])
    layouts, sheets = _Companions(tree.layouts, tree, "layout"), _Companions(tree.sheets, tree, "samples")
    units = []
    for export in tree.exports:
        said = manifest.get(export.path.resolve(), Said())
        own_layout, wrong = layouts.of(export, layout or said.layout)
        own_sheet, odd = sheets.of(export, samples or said.samples)
        bound = () if own_layout or wrong else layouts.free
        unit = Unit(export.file, export.path, names[export.file], own_layout, own_sheet, said.protocol, bound)
        units.append(replace(unit, problems=(*wrong, *odd)))
    units += [Unit(each.file, each.path, names[each.file], problems=(wrong,)) for each, wrong in tree.unreadable]
    ignored = [*tree.ignored, *layouts.rows(units), *sheets.rows(units)]
    return tuple(sorted(units, key=lambda unit: unit.file)), tuple(sorted(ignored, key=lambda row: row.file))


class _Companions:
    """Layout files, or sample sheets, of a tree; ``word`` is what their names end in.

    A companion beside an export of its name belongs to that one alone. One without, in a folder such as ``layouts/``,
    belongs to the export of that name wherever it is. ``free`` are those that are named after no export at all.
    """

    def __init__(self, files: Sequence[Found], tree: Tree, word: str) -> None:
        self.files, self.word = files, word
        places = {(each.path.parent, each.path.stem.casefold()) for each in tree.exports}
        folders = {folder for folder, _ in places}
        self.exports = Counter(each.path.stem.casefold() for each in tree.exports)
        self.beside: dict[tuple[Path, str], list[Found]] = defaultdict(list)
        self.elsewhere: dict[str, list[Found]] = defaultdict(list)
        free = []
        for each in files:
            here, owner = each.path.parent, owner_of(each, word)
            if not each.path.stem.casefold().endswith(word):
                free.append(each.path)  # whose it is says its content, not its name
            elif (here, owner) in places or (not owner and here in folders):
                self.beside[here, owner].append(each)
            elif owner in self.exports:
                self.elsewhere[owner].append(each)
            else:
                free.append(each.path)
        self.free = tuple(free)
        self.contested: set[Path] = set()

    def of(self, export: Found, said: Path | None) -> tuple[Path | None, list[Problem]]:
        """What was said, or the one that belongs to an export by its name or place; else the problem with it."""
        if said is not None:
            return said, []
        stem, here = export.path.stem.casefold(), export.path.parent
        elsewhere = self.elsewhere.get(stem, [])
        candidates = [*self.beside.get((here, stem), []), *self.beside.get((here, ""), []), *elsewhere]
        if len(candidates) > 1 or (elsewhere and self.exports[stem] > 1):
            self.contested.update(each.path for each in candidates)
        if len(candidates) > 1:
            found = (
                f"more than one file could be its {self.word}: {', '.join(sorted(each.file for each in candidates))}"
            )
            return None, [Problem(found, "one of them", _HINT, file=export.file)]
        if elsewhere and self.exports[stem] > 1:
            found = f"{elsewhere[0].file} is named after {self.exports[stem]} exports"
            return None, [Problem(found, "one export of that name", _HINT, file=export.file)]
        return (candidates[0].path if candidates else None), []

    def rows(self, units: Sequence[Unit]) -> list[IgnoredRow]:
        """A line for each: no export itself, and a thing to look at where no export is its own."""
        used = {path for unit in units for path in (unit.layout, unit.samples) if path}
        searched = {path for unit in units for path in unit.bound}
        rows = []
        for each in self.files:
            kind = "a layout" if self.word == "layout" else "a sample sheet"
            if each.path in used:
                rows.append(IgnoredRow(each.file, f"{kind}, used"))
            elif each.path in searched:
                rows.append(IgnoredRow(each.file, f"{kind}, looked into for the plates of exports without one"))
            elif each.path in self.contested:
                rows.append(IgnoredRow(each.file, f"{kind}, but it is not clear of which export: see what was refused"))
            else:
                rows.append(IgnoredRow(each.file, f"{kind} that belongs to no export", odd=True))
        return rows


_HINT = "say which one in a manifest, with --manifest"
