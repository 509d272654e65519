"""Cases for a person: what is changed on the good plate, and what the rule says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from typing import Any

from elisa_bdnf.examples.case import Case, cases
from elisa_bdnf.examples.judged import said_of
from elisa_bdnf.examples.study import StudyCase, said_of_study, study_cases
from elisa_bdnf.qc.rule import plain

THE_GOOD_PLATE = (
    "The examples change a good plate: seven standards (500 to 7.8 pg/mL) and a zero standard in columns 1 and 2, "
    "controls of 25, 100 and 300 pg/mL in A3 to C4, plasma of two subjects at three timepoints, diluted 1:20, in A5 to "
    "F6. Everything is in duplicate and lies on a known curve."
)

THE_GOOD_STUDY = (
    "The examples change a good study: plasma of twelve subjects of two arms at five timepoints, on two plates of one "
    "lot; for rules of a release assay, cells of three cultures with all their controls."
)


@dataclass(frozen=True, slots=True)
class Example:
    """``changed``: in words, what differs from the good plate. ``said``: what the rule says of it, a line each."""

    name: str
    changed: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """One that passes and one that does not, and how many there are of either."""

    passing: Example | None
    failing: Example | None
    counts: tuple[int, int, int]  # pass, fail, not evaluated


@cache
def examples_of(rule: str) -> Examples:
    """A plate that a rule passes and one that it objects to: two that differ as little as the cases have."""
    every: tuple[Case | StudyCase, ...] = (*cases(), *study_cases())
    own = [case for case in every if case.rule == rule]
    passing = [case for case in own if not case.finds and not case.not_evaluated]
    failing = [case for case in own if case.finds]
    neighbors = next(((a, b) for a, b in pairwise(own) if a in passing and b in failing), None)
    good, bad = neighbors or (next(iter(passing), None), next(iter(failing), None))
    return Examples(
        None if good is None else _example(good),
        None if bad is None else _example(bad),
        (len(passing), len(failing), sum(case.not_evaluated for case in own)),
    )


def _example(case: Case | StudyCase) -> Example:
    findings, _ = said_of(case) if isinstance(case, Case) else said_of_study(case)
    said = [
        f"{f.level.value}, {f.subject}: {f.message}"
        + (f" (measured {f.measured}, limit {f.limit})" if f.measured and f.limit else "")
        for f in findings
    ]
    changes = _changes(case) if isinstance(case, Case) else _changes_of_study(case)
    return Example(case.name, "; ".join(changes) or f"the good {_WHAT[type(case)]} as it is", tuple(said))


_WHAT = {Case: "plate", StudyCase: "study"}


def _changes_of_study(case: StudyCase) -> Iterator[str]:
    for change in case.change:
        where = " and ".join(f"{key} {value}" for key, value in change["where"].items())
        made = " and ".join(f"{key} {value}" if value != "" else f"no {key}" for key, value in change["to"].items())
        yield f"rows of {where} have {made}"
    yield from (f"left out: {text}" for text in case.leave_out)
    for subject, factor in case.again.items():
        yield f"{subject} was measured once more, {plain(factor)} times as high"
    yield from (f"set {key} = {value}" for key, value in case.set.items())


def _changes(case: Case) -> Iterator[str]:
    """What differs from the good plate, one thing each."""
    yield from _numbers("reads", case.response, " OD")
    yield from _numbers("reads as", case.in_well, " pg/mL would")
    yield from _numbers("reads", case.times, " times as much")
    yield from _numbers("reads", case.plus, " OD more")
    if case.standards:
        yield f"the standards of rows A to H read what rows {', '.join(case.standards)} should"
    yield from (f"well {well} holds the word {word}" for well, word in case.note.items())
    if case.unread:
        yield f"the export has no number for {_wells(case.unread)}"
    if case.leave_out:
        yield f"the layout does not have {_wells(case.leave_out)}"
    yield from _contents(case)
    yield from _beside(case)
    yield from (f"set {key} = {value}" for key, value in case.settings.items())


def _numbers(verb: str, said: Mapping[str, float], unit: str) -> Iterator[str]:
    """Wells with equal numbers are named together."""
    for value, items in groupby(said.items(), key=lambda item: item[1]):
        wells = [well for well, _ in items]
        verb_ = verb if len(wells) == 1 and wells[0] not in _MANY else verb.replace("reads", "read", 1)
        yield f"{_wells(wells)} {verb_} {plain(value)}{unit}"


_MANY = {
    "standards": "the standards",
    "left": "the left wells of all duplicates",
    "right": "the right wells of all duplicates",
}


def _wells(wells: Sequence[str]) -> str:
    named = [_MANY.get(well, well) for well in wells]
    return ", ".join(named[:-1]) + f" and {named[-1]}" if len(named) > 1 else named[0]


def _contents(case: Case) -> Iterator[str]:
    for well, said in case.content.items():
        yield f"what {well} holds: {_said(said)}"
    for (words, reads), wells in _grouped(case.add).items():
        yield f"{_wells(wells)} hold{'s' if len(wells) == 1 else ''} {words}{reads}"
    if case.pairs:
        yield f"further samples in duplicate in {_wells(tuple(case.pairs))} and the wells to their right"


def _grouped(add: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for well, said in add.items():
        about = {k: v for k, v in said.items() if k not in ("like", "role", "in_well", "response", "times", "reads_as")}
        what = f"the same as {said['like']}" if "like" in said else f"a {said['role']}"
        words = f"{what} with {_said(about)}" if about else what
        reads = f", {plain(said['in_well'])} pg/mL in the well" if "in_well" in said else ""
        reads += f", reading {plain(said['response'])} OD" if "response" in said else ""
        found.setdefault((words, reads), []).append(well)
    return found


def _said(said: Mapping[str, Any]) -> str:
    pairs = {**said, **said.get("attributes", {})}
    pairs.pop("attributes", None)
    texts = [f"no {key}" if value == "" else f"{key} {_value(value)}" for key, value in pairs.items()]
    return ", ".join(texts).replace("_", " ") or "nothing else stated"


def _value(value: object) -> str:
    return plain(float(value)) if isinstance(value, int | float) else str(value)


def _beside(case: Case) -> Iterator[str]:
    """What is known beside the responses."""
    if case.wavelength_nm != 450:
        yield f"read at {plain(case.wavelength_nm)} nm"
    if case.reference is not None:
        yield f"also read at 570 nm, 0.04 and {plain(case.reference_slope)} times the response"
        yield from _numbers("reads", case.reference, " OD there")
    if case.read_on:
        yield f"read on {case.read_on.isoformat()}"
    if case.other_plate is not None:
        yield f"another plate of the export reads the same in {case.other_plate} wells"
    yield from (f"the reader of the export says: {remark}" for remark in case.remarks)
    if case.over_plates:
        yield f"on {len(case.over_plates)} plates the means of QC100 are {_listed(case.over_plates)}"
    yield from _earlier(case.earlier) if case.earlier is not None else ()


def _earlier(said: Mapping[str, Any]) -> Iterator[str]:
    if "reason" in said:
        yield said["reason"]
        return
    yield f"after {said['plates']} plates of the same kit lot"
    for name, values in said.get("z", {}).items():
        before = f", after {_listed(values[:-1])}" if values[1:] else ""
        yield f"{name} has z = {_value(values[-1])}{before}"
    if "curve" in said:
        of = said["curve"]
        yield f"c = {plain(of['c'], 4)}, top standard {plain(of['top'])}, zero standard {plain(of['zero'])}"


def _listed(values: Sequence[float | str]) -> str:
    if len(values) > 3 and len(set(values)) == 1:
        return f"{len(values)} times {_value(values[0])}"
    return ", ".join(_value(value) for value in values)
