"""Every spelling of a time in a study, understood once, and all that are not understood said together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf.errors import Problem
from elisa_bdnf.model.measurement import UnderstoodTimepoint
from elisa_bdnf.model.timepoint import (
    Timepoint,
    UnknownTimepoint,
    minutes_from_text_or_none,
    name_from_minutes,
    timepoint_from_text,
)
from elisa_bdnf.study.rows import RawRow

_BASELINE = Timepoint("baseline", None)


@dataclass(frozen=True, slots=True)
class Times:
    """Spelling → timepoint; ``planned`` are the timepoints of the study in their order."""

    by_text: Mapping[str, Timepoint]
    planned: tuple[Timepoint, ...]
    understood: tuple[UnderstoodTimepoint, ...]


def times_from_rows(rows: Sequence[RawRow], declared: Sequence[Timepoint]) -> tuple[Times, list[Problem]]:
    """Understand each spelling once. Without declared timepoints a time is whatever its amount and unit say.

    A declared timepoint that no row has stays planned if it is required: its absence is what a rule looks for.
    """
    counts: dict[str, int] = {}
    first: dict[str, RawRow] = {}
    for row in rows:
        counts[row.timepoint] = counts.get(row.timepoint, 0) + 1
        first.setdefault(row.timepoint, row)
    found: dict[str, Timepoint] = {}
    problems: list[Problem] = []
    for text, row in first.items():
        try:
            found[text] = timepoint_from_text(text, declared) if declared else _undeclared(text)
        except UnknownTimepoint as unknown:
            problems.append(_problem(str(unknown), row, counts[text], declared))
    there = {timepoint.name for timepoint in found.values()}
    planned = [t for t in declared if t.required or t.name in there]
    planned += [t for t in dict.fromkeys(found.values()) if t.name not in {p.name for p in planned}]
    understood = [UnderstoodTimepoint(text, t.name, t.minutes, counts[text]) for text, t in found.items()]
    order = {t.name: _minutes(t) for t in planned}
    return Times(
        found,
        tuple(sorted(planned, key=_minutes)),
        tuple(sorted(understood, key=lambda each: (order[each.timepoint], each.text))),
    ), problems


def _minutes(timepoint: Timepoint) -> float:
    return -1.0 if timepoint.minutes is None else timepoint.minutes


def _undeclared(text: str) -> Timepoint:
    """A time as it stands: a word for baseline, or an amount with its unit."""
    try:
        return timepoint_from_text(text, [_BASELINE])
    except UnknownTimepoint as unknown:
        try:
            minutes = minutes_from_text_or_none(text)
        except ValueError:
            raise unknown from None
        if minutes is None:
            raise UnknownTimepoint(f"{text!r} has no unit and is no word for a baseline") from None
        return Timepoint(name_from_minutes(minutes), minutes)


def _problem(said: str, row: RawRow, count: int, declared: Sequence[Timepoint]) -> Problem:
    more = f" (and {count - 1} more row{'s' * (count > 2)})" if count > 1 else ""
    return Problem(
        f"timepoint {said}{more}"
        if row.timepoint
        else f"{'1 row has' if count == 1 else f'{count} rows have'} no timepoint",
        expected=", ".join(timepoint.name for timepoint in declared) or "an amount with a unit, or baseline",
        hint="write it with its unit, or declare it or an alias in a protocol of your own",
        place=row.place or f"sample {row.sample}",
        file=row.source,
    )
