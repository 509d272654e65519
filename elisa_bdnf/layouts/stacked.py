"""Layouts as stacked grids, the form of plater: one matrix per attribute, titled in its corner or in the line above.

Every cell is accounted for: what is neither a grid, nor its title, nor the name of a plate is an error, so that a row
whose letter is missing cannot vanish.
"""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.inputs.columns import column_from_text, misspelled_or_none
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.tables import odd_cell_problem
from elisa_bdnf.inputs.titled_grids import Astray, GridPlate, TitledGrid, plates_of_grids
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.layouts._build import layout_from_facts
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well

_NUMERIC = ("concentration", "low", "high", "dilution")


def layouts_from_grids(
    page: Page, file: InputFile, shape: Shape | None, plate: str | None
) -> list[tuple[Layout | None, list[Problem]]]:
    """One layout per plate that the page names, else one; empty for a page without a grid."""
    try:
        plates, astray = plates_of_grids(page)
        decimal = decimal_mark_from_rows(_numeric_rows(page, plates))
    except ElisaError as error:
        return [(None, list(error.problems))]
    problems = [_outside(page, line) for line in astray] if plates else []
    problems += _shape_problems(plates, shape)
    built = []
    for each in plates:
        facts, wrong = _facts(page, each)
        problems += wrong
        layout, more = layout_from_facts(
            facts, origin=file.name, sha256=file.sha256, shape=shape, plate=each.name or plate, decimal=decimal
        )
        built.append((None if problems else layout, [*problems, *more]))
    return built


def _outside(page: Page, line: Astray) -> Problem:
    return Problem(
        f"{line.texts[0][:40]!r} stands outside every grid",
        "grids with column numbers above and row letters at the left, without gaps",
        place=page.place(line.row, line.column),
    )


def _facts(page: Page, plate: GridPlate) -> tuple[dict[Well, dict[str, Fact]], list[Problem]]:
    facts: dict[Well, dict[str, Fact]] = {}
    problems: list[Problem] = []
    seen: set[str] = set()
    for grid in plate.grids:
        name = _attribute(page, grid)
        problems += _title_problems(grid, name, seen)
        seen.add(name)
        for well, fact, at in grid.facts():
            if kind := page.odd.get(at):
                problems.append(odd_cell_problem(kind.value, fact.text, fact.place))
            facts.setdefault(well, {}).setdefault(name, fact)
    return facts, problems


def _attribute(page: Page, grid: TitledGrid) -> str:
    """The attribute that a grid holds: by its title, the name of its sheet, or else the samples."""
    if grid.title:
        return grid.column.name
    named = column_from_text(page.name)
    return named.name if page.is_sheet and named.known else "sample"


def _title_problems(grid: TitledGrid, name: str, seen: set[str]) -> Iterator[Problem]:
    if grid.title and not grid.column.known and (meant := misspelled_or_none(grid.title)):
        yield Problem(f"unknown attribute {grid.title!r}", hint=f"did you mean {meant!r}?", place=grid.place)
    if name in seen:
        expected = "one grid per attribute, or a line 'Plate: NAME' between"
        yield Problem(f"a second grid of {name!r}", expected, place=grid.place)


def _numeric_rows(page: Page, plates: list[GridPlate]) -> list[list[str]]:
    """Cells of numbers at their own line, so that errors name it."""
    rows: list[list[str]] = [[] for _ in page.rows]
    for grid in (grid for plate in plates for grid in plate.grids):
        if grid.column.name in _NUMERIC:
            for _, fact, (row, _) in grid.facts():
                rows[row].append(fact.text)
    return rows


def _shape_problems(plates: list[GridPlate], shape: Shape | None) -> Iterator[Problem]:
    """A ninth row below a 96-well plate is a mistake, unless the grid fills a larger plate."""
    for grid in (grid for plate in plates for grid in plate.grids):
        rows, columns = grid.grid.extent
        if shape is None and (rows > 8 or columns > 12) and (rows, columns) not in ((16, 24), (32, 48)):
            found = f"a grid of {rows} rows and {columns} columns"
            yield Problem(found, "8 × 12, 16 × 24 or 32 × 48 wells", place=grid.place)
