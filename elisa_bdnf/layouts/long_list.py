"""Layouts as long tables: one line per well, with a column ``well`` or the two columns ``row`` and ``column``."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.inputs.columns import misspelled_or_none
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import spoken_place
from elisa_bdnf.inputs.tables import Table, heading_problems, hint_on_well, odd_cell_problems, well_or_none
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.layouts._build import Facts, layout_from_facts
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well

_SHOWN_AS_THEY_ARE = {"anchor": frozenset(["truth value"]), "responder": frozenset(["truth value"])}
_IDENTITY = frozenset(["well", "row", "column", "plate"])


def layouts_from_table(
    table: Table, file: InputFile, shape: Shape | None, plate: str | None
) -> list[tuple[Layout | None, list[Problem]]]:
    """One layout for each value of a column ``plate``, else one, bound to ``plate``."""
    problems = [*heading_problems(table), *_misspelled(table), *odd_cell_problems(table, _SHOWN_AS_THEY_ARE)]
    if problems:
        return [(None, problems)]
    try:
        decimal = table.decimal()
    except ElisaError as error:
        return [(None, list(error.problems))]
    by_plate, problems = _facts_by_plate(table)
    built = []
    for name, facts in by_plate.items():
        layout, wrong = layout_from_facts(
            facts, origin=file.name, sha256=file.sha256, shape=shape, plate=name or plate, decimal=decimal
        )
        built.append((None if problems else layout, [*problems, *wrong]))
    return built or [
        (None, [*problems, Problem("the table names no well", "lines with a well", place=table.page.name)])
    ]


def _facts_by_plate(table: Table) -> tuple[dict[str, Facts], list[Problem]]:
    plates: dict[str, dict[Well, dict[str, Fact]]] = {}
    first: dict[tuple[str, Well], int] = {}
    problems = []
    plate_heading = table.heading("plate")
    for line in table.lines:
        plate = table.text(line, plate_heading) if plate_heading else ""
        well = well_or_none(table, line)
        if well is None:
            problems.append(_no_well(table, line))
        elif (plate, well) in first:
            where = spoken_place(table.page.place(first[plate, well], 0))
            found = f"well {well} is assigned twice{f' on plate {plate!r}' if plate else ''}; the first time in {where}"
            problems.append(Problem(found, "each well once", place=table.page.place(line, 0)))
        else:
            first[plate, well] = line
            plates.setdefault(plate, {})[well] = dict(_facts_of_line(table, line))
    return dict(plates), problems


def _facts_of_line(table: Table, line: int) -> Iterator[tuple[str, Fact]]:
    for heading in table.headings:
        if heading.column.name not in _IDENTITY and table.text(line, heading):
            yield heading.column.name, table.fact(line, heading)


def _no_well(table: Table, line: int) -> Problem:
    heading = table.heading("well") or table.heading("row")
    if heading is None:
        return Problem("no well", place=table.page.place(line, 0))
    text = table.text(line, heading)
    found = f"{text!r} is no well" if text else "the line names no well"
    return Problem(found, "a well such as A1", hint_on_well(text), place=table.place(line, heading))


def _misspelled(table: Table) -> Iterator[Problem]:
    for heading in table.headings:
        if not heading.column.known and (meant := misspelled_or_none(heading.text)):
            place = table.place(table.top, heading)
            yield Problem(f"unknown column {heading.text!r}", hint=f"did you mean {meant!r}?", place=place)
