"""Layouts as stacked grids, the form of plater: one matrix per attribute, titled in its corner or in the line above.

Every cell is accounted for: what is neither a grid, nor its title, nor the name of a plate is an error, so that a row
whose letter is missing cannot vanish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.inputs.columns import Column, column_from_text, misspelled_or_none
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.grid import Grid, find_grids, text_of
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.tables import odd_cell_problem
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.layouts._build import layout_from_facts
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well, well_from_row_column

_PLATE = re.compile(r"plate(?:\s+(?:id|name|number|no))?\s*(?:[:=#]\s*|\s+)(\S.*)\Z|(plate\s*[0-9]+)\Z", re.IGNORECASE)
_EMPTY_CORNERS = frozenset(["", "<>", "<_>", "plate", "well", "row", "#"])
_BETWEEN = re.compile(r"~End\Z|#.*", re.IGNORECASE)  # a SoftMax end of block, a comment
_NUMERIC = ("concentration", "low", "high", "dilution")


@dataclass(slots=True)
class _Plate:
    """Grids under one name of a plate: attribute → (its column, grid)."""

    name: str | None
    grids: dict[str, tuple[Column, Grid]] = field(default_factory=dict)


def layouts_from_grids(
    page: Page, file: InputFile, shape: Shape | None, plate: str | None
) -> list[tuple[Layout | None, list[Problem]]]:
    """One layout per plate that the page names, else one; empty for a page without a grid."""
    try:
        grids = find_grids(page.rows)
        if not grids:
            return []
        plates, problems = _plates(page, grids, plate)
        decimal = decimal_mark_from_rows(_numeric_rows(page, plates))
    except ElisaError as error:
        return [(None, list(error.problems))]
    problems += _shape_problems(page, grids, shape)
    built = []
    for each in plates:
        facts, wrong = _facts(page, each)
        problems += wrong
        layout, more = layout_from_facts(
            facts, origin=file.name, sha256=file.sha256, shape=shape, plate=each.name, decimal=decimal
        )
        built.append((None if problems else layout, [*problems, *more]))
    return built


def _plates(page: Page, grids: list[Grid], plate: str | None) -> tuple[list[_Plate], list[Problem]]:
    """Grids by plate, in the order of the page; problems for cells that belong to nothing."""
    plates = [_Plate(plate)]
    covered = {(row, column) for grid in grids for row, column in _cells_of(grid)}
    problems: list[Problem] = []
    astray: dict[int, tuple[tuple[int, int], str]] = {}  # the first text of each line that belongs to nothing
    below = 0
    for grid in grids:
        titles = _texts_between(page, below, grid.top, covered)
        below = max(below, grid.bottom)
        title = None
        for place, text in titles:
            if match := _PLATE.match(text):
                plates.append(_Plate((match[1] or match[2]).strip()))
            elif place[0] == _line_above(page, grid.top) and title is None and grid.corner.casefold() in _EMPTY_CORNERS:
                title = text
            else:
                astray.setdefault(place[0], (place, text))
        problems += _add_grid(page, plates[-1], grid, title)
    for place, text in _texts_between(page, below, len(page.rows), covered):
        astray.setdefault(place[0], (place, text))
    problems += [_astray(page, place, text) for place, text in astray.values()]
    return [each for each in plates if each.grids], problems


def _cells_of(grid: Grid) -> Iterator[tuple[int, int]]:
    for row in (grid.top, *(line.index for line in grid.lines)):
        for column in range(grid.left, grid.right):
            yield row, column


def _texts_between(
    page: Page, start: int, stop: int, covered: set[tuple[int, int]]
) -> list[tuple[tuple[int, int], str]]:
    """Texts that belong to no grid from the end of one grid to the head of the next, a plate's name as one text."""
    found = []
    for row in range(start, stop):
        cells = enumerate(page.rows[row])
        texts = [(column, text) for column, text in cells if text and (row, column) not in covered]
        if len(texts) == 2 and _PLATE.match(f"{texts[0][1]} {texts[1][1]}"):
            texts = [(texts[0][0], f"{texts[0][1]} {texts[1][1]}")]
        found += [((row, column), text) for column, text in texts if not _BETWEEN.match(text)]
    return found


def _line_above(page: Page, top: int) -> int:
    """The nearest line above that holds anything."""
    return next((row for row in range(top - 1, -1, -1) if any(page.rows[row])), -1)


def _astray(page: Page, place: tuple[int, int], text: str) -> Problem:
    return Problem(
        f"{text[:40]!r} stands outside every grid",
        "grids with column numbers above and row letters at the left, without gaps",
        place=page.place(*place),
    )


def _add_grid(page: Page, plate: _Plate, grid: Grid, title: str | None) -> Iterator[Problem]:
    text = title or (grid.corner if grid.corner.casefold() not in _EMPTY_CORNERS else "")
    text = text or (page.name if page.is_sheet and column_from_text(page.name).known else "sample")
    column = column_from_text(text)
    place = page.place(grid.top, grid.left)
    if not column.known and (meant := misspelled_or_none(text)):
        yield Problem(f"unknown attribute {text!r}", hint=f"did you mean {meant!r}?", place=place)
    if column.name in plate.grids:
        yield Problem(
            f"a second grid of {column.name!r}", "one grid per attribute, or a line 'Plate: NAME' between", place=place
        )
    plate.grids.setdefault(column.name, (column, grid))


def _facts(page: Page, plate: _Plate) -> tuple[dict[Well, dict[str, Fact]], list[Problem]]:
    facts: dict[Well, dict[str, Fact]] = {}
    problems = []
    for name, (column, grid) in plate.grids.items():
        for line in grid.lines:
            for offset, (plate_column, cell) in enumerate(zip(grid.columns, line.cells, strict=True)):
                text, at = text_of(cell), grid.left + 1 + offset
                if kind := page.odd.get((line.index, at)):
                    problems.append(odd_cell_problem(kind.value, text, page.place(line.index, at)))
                if text:
                    well = well_from_row_column(line.row, plate_column)
                    facts.setdefault(well, {})[name] = Fact(text, page.place(line.index, at), column.unit)
    return facts, problems


def _numeric_rows(page: Page, plates: list[_Plate]) -> list[list[str]]:
    """Cells of numbers at their own line, so that errors name it."""
    rows: list[list[str]] = [[] for _ in page.rows]
    for plate in plates:
        for name, (_, grid) in plate.grids.items():
            if name in _NUMERIC:
                for line in grid.lines:
                    rows[line.index] += [text_of(cell) for cell in line.cells]
    return rows


def _shape_problems(page: Page, grids: list[Grid], shape: Shape | None) -> Iterator[Problem]:
    """A ninth row below a 96-well plate is a mistake, unless the grid fills a larger plate."""
    for grid in grids:
        rows, columns = grid.extent
        if shape is None and (rows > 8 or columns > 12) and (rows, columns) not in ((16, 24), (32, 48)):
            found = f"a grid of {rows} rows and {columns} columns"
            yield Problem(found, "8 × 12, 16 × 24 or 32 × 48 wells", place=page.place(grid.top, grid.left))
