"""Two lists of records → which belong together, and which of their fields changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from elisa_bdnf.changes.change import Change, Changed, Kind
from elisa_bdnf.changes.numbers import digits_or_none, percent_or_none, same
from elisa_bdnf.kept.documents import Json, text

Pair = tuple[Json | None, Json | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How strictly: ``tolerance`` in percent; ``same_program``: a field that one of the two lacks is a difference.

    Another version may have other fields, and that it has them is no news of the plate.
    """

    tolerance: float = 0.0
    same_program: bool = True


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of record: how it is found again, called, and which fields say nothing of its own.

    ``keys`` are sets of fields that identify a record, the best first.
    """

    kind: Kind
    keys: Sequence[Sequence[str]]
    subject: Callable[[Json], str]
    ignored: frozenset[str] = frozenset()
    shown: Callable[[Json], str] = lambda record: text(record, "text")  # what a person reads of it


def changed_records(
    before: Sequence[Json], after: Sequence[Json], sort: Sort, comparison: Comparison
) -> Iterator[Changed]:
    """Every record that is not the same in both lists."""
    for one, other in paired(before, after, sort.keys):
        if one is None or other is None:
            there = one or other or {}
            only = "before" if other is None else "after"
            yield Changed(sort.kind, sort.subject(there), (), _shown(one, other, sort), only)
        elif changes := tuple(changed_fields(one, other, comparison, sort.ignored)):
            yield Changed(sort.kind, sort.subject(other), changes, _shown(one, other, sort))


def _shown(one: Json | None, other: Json | None, sort: Sort) -> tuple[str, str]:
    return sort.shown(one) if one else "", sort.shown(other) if other else ""


def changed_fields(
    before: Json, after: Json, comparison: Comparison, ignored: frozenset[str] = frozenset()
) -> Iterator[Change]:
    """Every field that is not the same, in the order of the records."""
    for field in dict.fromkeys([*before, *after]):
        if field in ignored or (not comparison.same_program and (field not in before or field not in after)):
            continue
        one, other = before.get(field), after.get(field)
        if not same(one, other, comparison.tolerance):
            yield Change(field, one, other, percent_or_none(one, other), digits_or_none(one, other))


def paired(before: Sequence[Json], after: Sequence[Json], keys: Sequence[Sequence[str]]) -> list[Pair]:
    """Records that are the same thing, in the order of ``after``; those that are gone come last.

    First those that agree in all fields of the first of ``keys``, then, of what is left, those that agree in the
    second, and so on: a sample whose dilution factor was corrected is still that sample. Equal ones are taken in their
    order.
    """
    left, found = list(range(len(before))), dict[int, int]()
    for fields in keys:
        places = defaultdict(list)
        for at in left:
            places[_key_or_none(before[at], fields)].append(at)
        for at, record in enumerate(after):
            key = _key_or_none(record, fields)
            if at not in found and key is not None and places.get(key):
                found[at] = places[key].pop(0)
        taken = set(found.values())
        left = [at for at in left if at not in taken]
    pairs: list[Pair] = [(before[found[at]] if at in found else None, record) for at, record in enumerate(after)]
    return pairs + [(before[at], None) for at in left]


def _key_or_none(record: Json, fields: Sequence[str]) -> str | None:
    """What it is found again by; None where it lacks the first of the fields."""
    if record.get(fields[0]) in (None, ""):
        return None
    return json.dumps([record.get(field) for field in fields], sort_keys=True)
