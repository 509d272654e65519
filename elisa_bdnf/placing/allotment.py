"""Which subject goes on which plate: whole, groups spread evenly, on as few plates as hold them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf.errors import LayoutError, Problem
from elisa_bdnf.placing.wish import Wish, drawn
from elisa_bdnf.samples.sheet import SampleRow


@dataclass(frozen=True, slots=True)
class Subject:
    """The samples that must stand on one plate. A sample of nobody is a subject of its own."""

    name: str
    group: str
    rows: tuple[SampleRow, ...]


def subjects_of(rows: Sequence[SampleRow], wish: Wish) -> list[Subject]:
    """The subjects of a sheet in its order. Raises LayoutError for one in two groups, or too large for a plate."""
    of_subject: dict[tuple[str, str], list[SampleRow]] = {}
    for row in rows:
        key = ("subject", row.subject) if row.subject else ("sample", row.sample)
        of_subject.setdefault(key, []).append(row)
    problems, found = [], []
    for (_, name), own in of_subject.items():
        groups = list(dict.fromkeys(row.attributes.get(wish.balance, "") for row in own))
        if len(groups) > 1:
            listed = ", ".join(repr(group) for group in groups)
            told = f"subject {name!r} has several words for {wish.balance}: {listed}"
            problems.append(Problem(told, "one group for a subject", place=own[0].place))
        if len(own) > wish.capacity:
            told = f"subject {name!r} has {len(own)} samples, and a plate has room for {wish.capacity}"
            hint = "take fewer replicates or controls, or a larger plate (--wells 384)"
            problems.append(Problem(told, "all samples of a subject on one plate", hint, place=own[0].place))
        found.append(Subject(name, groups[0], tuple(own)))
    if problems:
        raise LayoutError(problems=problems)
    return found


def plates_of(subjects: Sequence[Subject], wish: Wish) -> list[list[Subject]]:
    """Subjects by plate, in the order of the sheet on each; as few plates as are needed."""
    samples = sum(len(subject.rows) for subject in subjects)
    number = max(1, -(-samples // wish.capacity))
    while (found := _spread(subjects, wish, number)) is None:
        number += 1
    place = {id(subject): at for at, subject in enumerate(subjects)}
    return [sorted(plate, key=lambda subject: place[id(subject)]) for plate in found]


def _spread(subjects: Sequence[Subject], wish: Wish, number: int) -> list[list[Subject]] | None:
    """Over so many plates, the largest subjects first; None where one of them does not fit any more.

    Each goes where its group has the fewest, then where there is most room; equal ones by lot.
    """
    plates: list[list[Subject]] = [[] for _ in range(number)]
    load, groups = [0] * number, [Counter[str]() for _ in range(number)]
    for subject in sorted(subjects, key=lambda s: (-len(s.rows), drawn(wish.seed, "subject", s.name))):
        size = len(subject.rows)
        room = [at for at in range(number) if load[at] + size <= wish.capacity]
        if not room:
            return None
        chosen = min(room, key=lambda at: (groups[at][subject.group], load[at], at))
        plates[chosen].append(subject)
        load[chosen] += size
        groups[chosen][subject.group] += 1
    return plates


def groups_on(plate: Sequence[Subject]) -> Mapping[str, int]:
    """How many subjects of each group a plate has; nothing where the sheet has no groups."""
    counted = Counter(subject.group for subject in plate)
    return {} if set(counted) <= {""} else dict(sorted(counted.items()))
