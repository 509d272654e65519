"""Waivers × plates: which decisions of a person concern which plate of an export, and whether each of them was used."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from elisa_bdnf import waivers
from elisa_bdnf.errors import Problem, WaiverError
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.read_date import read_date_or_none
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.model.waiver import NO_DECISIONS, Decision, Decisions


@dataclass(frozen=True, slots=True)
class Deciding:
    """The decisions of a file beside the plates of one export.

    ``own`` are those of each plate, ``layouts`` the plates as the layouts say, ``decided`` the same with the wells that
    were excluded; ``idle`` the exclusions that name nothing on a plate that they concern.
    """

    decisions: Decisions
    own: tuple[Decisions, ...]
    layouts: tuple[Layout, ...]
    decided: tuple[Layout, ...]
    idle: tuple[frozenset[Decision], ...]

    def refuse_idle(self, results: Sequence[PlateResult], *, shared: bool, open_rules: Collection[str] = ()) -> bool:
        """Raise :class:`WaiverError` for entries that changed nothing on any plate.

        ``shared``: what concerns no plate of this export may concern another export. ``open_rules``: those that did not
        get to see everything yet; returns whether there are waivers of theirs that may still be needed.
        """
        used: set[Decision] = set()
        for result, own, idle in zip(results, self.own, self.idle, strict=True):
            used |= set(own.exclusions) - idle
            used |= {finding.waived for finding in result.findings if finding.waived is not None}
        concerned = {entry for own in self.own for entry in own.entries}
        left = [e for e in self.decisions.entries if e not in used and (e in concerned or not shared)]
        idle_now = [entry for entry in left if entry.rule not in open_rules]
        if idle_now:
            raise waivers.unused(self.decisions, idle_now)
        return bool(left)


def decide(
    file: Path | None, rules: Sequence[str], readings: Sequence[Reading], layouts: Sequence[Layout],
    day: date | None, *, shared: bool,
) -> Deciding:  # fmt: skip
    """Read a file of waivers and exclusions, if there is one, and see what it means for the plates of an export.

    ``day`` is the day of the reading where a person gave it. Raises :class:`WaiverError` for what is wrong in the file,
    for entries that had expired, and, where the file is ``shared`` by several exports, for entries without a plate.
    """
    decisions = waivers.read_decisions(file, rules) if file else NO_DECISIONS
    if shared:
        _refuse_unbound(decisions)
    own, decided, idle = [], [], []
    for reading, layout in zip(readings, layouts, strict=True):
        mine = waivers.of_plate(decisions, names_of(reading), day_of_reading(reading, day))
        excluded, nothing = waivers.with_exclusions(layout, mine)
        own.append(mine)
        decided.append(replace(layout, excluded=excluded) if excluded else layout)
        idle.append(frozenset(nothing))
    return Deciding(decisions, tuple(own), tuple(layouts), tuple(decided), tuple(idle))


def day_of_reading(reading: Reading, day: date | None) -> date | None:
    """The day that a person gave, else the one that the export states without doubt."""
    return day or read_date_or_none(reading.header)


def names_of(reading: Reading) -> tuple[str, ...]:
    """What a plate may be called in a file of decisions."""
    return names_from(reading.plate, reading.source.file, reading.source.sha256)


def names_from(plate: str, file: str, sha256: str) -> tuple[str, ...]:
    """The name of a plate, its file with and without the ending, and the SHA-256 of the file."""
    bare = file.rpartition("/")[2]
    return plate, bare, bare.rpartition(".")[0] or bare, sha256


def _refuse_unbound(decisions: Decisions) -> None:
    problems = [
        Problem(
            f"{entry.about} names no plate, and the file is used for several exports",
            "plate = the name of the plate, its file or its SHA-256",
            "",
            entry.place,
            decisions.file,
        )
        for entry in decisions.entries
        if entry.plate is None
    ]
    if problems:
        raise WaiverError(problems=problems)


def refuse_unmet(file: Path, rules: Sequence[str], plates: Sequence[tuple[str, ...]]) -> None:
    """Raise :class:`WaiverError` for entries of a shared file that concern none of the plates, given by their names."""
    decisions = waivers.read_decisions(file, rules)
    left = [entry for entry in decisions.entries if not any(entry.concerns(*names) for names in plates)]
    if left:
        raise waivers.unused(decisions, left, "no such plate")
