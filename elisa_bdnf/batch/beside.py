"""Exports that read the same, each judged once more beside the others, when all were done by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from elisa_bdnf.batch.copies import Alike, Printed, copies
from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.pairing import Unit
from elisa_bdnf.batch.store import Done
from elisa_bdnf.batch.together import between_from_plain
from elisa_bdnf.comparing import RULE

MOST = 3  # others that an export is judged beside: one is enough to reject it


def copies_among(entries: Iterable[Entry], between_plates: Mapping[str, Any]) -> tuple[Alike, ...]:
    """The plates of these exports that read the same, by the settings that travel with a plan."""
    prints = [Printed(entry.row.file, each) for entry in entries for each in entry.prints]
    return tuple(copies(prints, between_from_plain(between_plates).settings(RULE)))


def judged_beside(
    units: Sequence[Unit],
    entries: Iterable[Entry],
    same: Iterable[Alike],
    do: Callable[[list[Unit]], Iterable[Done]],
    *,
    all_units: bool = False,
) -> Iterator[Done]:
    """Do what was judged beside other exports than those that read the ``same``; ``entries`` are those of the units.

    ``do`` is given these units, each with its others; with a history ``all_units``, if there is any of them, since
    plates after one that is rejected now are told something else. What was done anew is passed on.
    """
    others = _others(same)
    paths = {unit.file: unit.path for unit in units}
    known = {entry.row.file: entry.compared for entry in entries}
    wanted = [replace(unit, compared={f: paths[f] for f in others.get(unit.file, ())}) for unit in units]
    changed = [unit for unit in wanted if known[unit.file] != tuple(unit.compared or ())]
    if changed:
        yield from (done for done in do(wanted if all_units else changed) if done.fresh)


def _others(found: Iterable[Alike]) -> dict[str, tuple[str, ...]]:
    """Export → the others to judge it beside, the first of them by their names."""
    others: dict[str, set[str]] = {}
    for alike in found:
        for ones, rest in ((alike.ones, alike.others), (alike.others, alike.ones)):
            first = sorted({plate.export for plate in rest})[: MOST + 1]  # one of them may be the export itself
            for plate in ones:
                others.setdefault(plate.export, set()).update(first)
    return {export: tuple(sorted(each - {export})[:MOST]) for export, each in others.items()}
