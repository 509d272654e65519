"""Statements about wells, and whether they agree with one another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.plate import Well, well_order


class Fact(NamedTuple):
    """One statement about a well and where it stands; ``unit`` is that of a heading such as ``conc_pg_mL``."""

    text: str
    place: str = ""
    unit: str | None = None
    file: str = ""


WellFacts = Mapping[str, Fact]
Complaint = tuple[Problem, str, Well]  # what is wrong, where it was written, and in which well


def problems_by_kind(complaints: Iterable[Complaint]) -> list[Problem]:
    """One problem for each thing that is wrong, however many wells it is wrong in; the place is that of the first."""
    kinds: dict[Problem, list[tuple[str, Well]]] = {}
    for problem, place, well in complaints:
        kinds.setdefault(problem, []).append((place, well))
    return [
        replace(problem, found=f"{problem.found} in {listed_wells([well for _, well in where])}", place=where[0][0])
        for problem, where in kinds.items()
    ]


def listed_wells(wells: Sequence[Well]) -> str:
    """``well A1``, ``wells A1, A2``, ``wells A1, A2, A3, A4, A5, A6 and 90 more``."""
    shown = ", ".join(wells[:6])
    if len(wells) > 6:
        return f"wells {shown} and {len(wells) - 6} more"
    return f"well{'s' * (len(wells) > 1)} {shown}"


def one_unit(facts: Mapping[Well, WellFacts]) -> tuple[str | None, list[Problem]]:
    """The unit of all concentrations, from ``unit`` or from headings; None where nobody states one."""
    problems: list[Problem] = []
    units: dict[str, tuple[Well, Fact]] = {}
    for well in sorted(facts, key=well_order):
        for fact in _unit_facts(facts[well]):
            unit = fact.unit or unit_from_text_or_none(fact.text)
            if unit is None:
                found = f"{fact.text!r} is no unit of concentration"
                problems.append(Problem(found, "pg/mL, ng/mL, pM, …", place=fact.place, file=fact.file))
            else:
                units.setdefault(unit, (well, fact))
    if len(units) > 1:
        said = " and ".join(f"{unit} (well {well})" for unit, (well, _) in units.items())
        fact = next(iter(units.values()))[1]
        problems.append(
            Problem(f"concentrations in {said}", "one unit in the whole layout", place=fact.place, file=fact.file)
        )
    return next(iter(units), None), problems


def _unit_facts(said: WellFacts) -> Iterator[Fact]:
    for name in ("concentration", "low", "high"):
        fact = said.get(name)
        if fact is not None and fact.unit and fact.text.strip():
            yield fact
    if (fact := said.get("unit")) is not None and fact.text.strip():
        yield fact


def spelling_problems(contents: Mapping[Well, Content]) -> Iterator[Problem]:
    """``BD-01`` and ``bd-01`` are one sample to a person and two to a program: refused."""
    spellings: dict[tuple[Role, str], dict[str, Well]] = {}
    for well, content in contents.items():
        if content.role is not Role.BLANK:
            spellings.setdefault((content.role, folded(content.name)), {}).setdefault(content.name, well)
    for names in spellings.values():
        if len(names) > 1:
            said = " and ".join(f"{name!r} (well {well})" for name, well in names.items())
            yield Problem(
                f"the names {said} differ only in case or blanks",
                "one spelling",
                place=f"well {next(iter(names.values()))}",
            )
    yield from _of_two_roles(spellings)


def _of_two_roles(spellings: Mapping[tuple[Role, str], Mapping[str, Well]]) -> Iterator[Problem]:
    """A control that is called like a sample: a role that one of two replicates lost, and a sheet joins by name."""
    for (role, name), controls in spellings.items():
        if role is Role.CONTROL and (samples := spellings.get((Role.SAMPLE, name))):
            (shown, well), other = next(iter(controls.items())), next(iter(samples.values()))
            found = f"{shown!r} is a control in well {well} and a sample in well {other}"
            yield Problem(found, "one role, or different names", place=f"well {other}")


def folded(name: str) -> str:
    """A name without regard to case, blanks and the ways in which one letter can be coded (``Ä`` in one or two)."""
    return "".join((name if name.isascii() else unicodedata.normalize("NFKC", name)).casefold().split())


def identity_problems(contents: Mapping[Well, Content]) -> Iterator[Problem]:
    """One sample of one timepoint has one subject and one matrix."""
    first: dict[tuple[str, str | None], tuple[Well, Content]] = {}
    for well, content in contents.items():
        if content.role is not Role.SAMPLE:
            continue
        other_well, other = first.setdefault((content.name, content.timepoint), (well, content))
        for what in ("subject", "matrix"):
            mine, theirs = getattr(content, what) or "none", getattr(other, what) or "none"
            if mine != theirs:
                yield Problem(
                    f"sample {content.name!r} has {what} {theirs!r} in {other_well} and {mine!r} in {well}",
                    f"one {what} for one sample",
                    place=f"well {well}",
                )
