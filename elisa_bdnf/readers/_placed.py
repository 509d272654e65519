"""Cells of wells with their places, from labelled matrices and lists in texts and workbooks alike.

The vendors' formats differ in what stands around a matrix, not in what a matrix is: the checks that no value is lost to
a damaged label are made here, once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from elisa_bdnf.errors import ExportError, Problem
from elisa_bdnf.inputs.grid import Grid, column_number_or_none, find_grids, wells_of_row
from elisa_bdnf.inputs.numbers import (
    EMPTY_CELL,
    WellCell,
    decimal_mark_from_rows,
    is_number_or_word,
    response_or_none,
)
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import (
    STANDARD_SHAPES,
    Shape,
    Well,
    row_column_from_well,
    row_name_from_index,
)
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, InstrumentResult
from elisa_bdnf.readers._cells import channel_from_cells, instrument_result_or_none, plate_shape

_WHOLE_WIDTHS = frozenset(columns for _, columns in STANDARD_SHAPES.values() if columns >= 12)


class Placed(NamedTuple):
    """What stands in a cell; ``place`` is for messages, ``line`` counts from 1."""

    text: str
    place: str
    line: int


Cells = Mapping[Well, Placed]


def placed(page: Page, row: int, column: int) -> Placed:
    """The cell at zero-based row and column."""
    return Placed(page.text(row, column), page.place(row, column), row + 1)


def placed_run(page: Page, row: int, first: int, count: int) -> list[Placed]:
    """So many cells of a row, from column ``first``."""
    texts = page.rows[row][first : first + count] if row < len(page.rows) else ()
    texts = (*texts, *[""] * (count - len(texts)))
    if page.is_sheet:
        return [Placed(text, page.place(row, column), row + 1) for column, text in enumerate(texts, start=first)]
    place = str(row + 1)
    return [Placed(text, place, row + 1) for text in texts]


def grids_at_left(page: Page, start: int = 0, stop: int | None = None) -> list[Grid]:
    """Labelled matrices whose row letters stand in the first column; whatever stands farther right is a person's."""
    return [grid for grid in find_grids(page.rows, start=start, stop=stop) if grid.left == 0]


def cells_of(page: Page, grid: Grid) -> dict[Well, Placed]:
    """Cells of all labelled wells. Raises ExportError where values stand beside or below the labels."""
    _refuse_unlabeled_columns(page, grid)
    _refuse_unlabeled_row(page, grid)
    count = len(grid.columns)
    found: dict[Well, Placed] = {}
    for line in grid.lines:
        wells = wells_of_row(line.row, grid.columns)
        found.update(zip(wells, placed_run(page, line.index, grid.left + 1, count), strict=True))
    return found


def _refuse_unlabeled_columns(page: Page, grid: Grid) -> None:
    if len(grid.columns) in _WHOLE_WIDTHS:
        return
    for line in grid.lines:
        if line.beyond and line.beyond[0] not in ("", None):
            raise ExportError(
                f"{line.beyond[0]!r} stands to the right of the last column number, {grid.columns[-1] + 1}",
                expected="a column number above every column of the plate",
                place=page.place(line.index, grid.right),
            )


def _refuse_unlabeled_row(page: Page, grid: Grid) -> None:
    if grid.bottom >= len(page.rows):
        return
    inside = page.rows[grid.bottom][grid.left + 1 : grid.right]
    values = [text for text in inside if text]
    is_header = [column_number_or_none(text) for text in values] == [c + 1 for c in grid.columns][: len(values)]
    if values and not is_header and all(is_number_or_word(text) for text in values):
        label = page.text(grid.bottom, grid.left)
        raise ExportError(
            f"the line below the matrix holds values, but {label!r} is no plate row",
            expected=f"a row letter after {row_name_from_index(grid.lines[-1].row)}, or an empty line",
            place=page.place(grid.bottom, grid.left),
        )


def grid_remarks(grid: Grid) -> tuple[str, ...]:
    """Sentences about rows that a matrix leaves out, and about what stands beside it."""
    rows = {line.row for line in grid.lines}
    gaps = [row_name_from_index(row) for row in range(max(rows)) if row not in rows]
    remarks = [f"The matrix in line {grid.top + 1} leaves out plate row {', '.join(gaps)}."] if gaps else []
    if any(line.beyond for line in grid.lines):
        remarks.append(f"Cells to the right of the matrix in line {grid.top + 1} are not part of it and were not read.")
    return tuple(remarks)


def bare_cells(page: Page, first: int, last: int, left: int, columns: int) -> dict[Well, Placed]:
    """Wells of a matrix without labels, by position: rows ``first`` to ``last`` (not included) from column ``left``."""
    whole = tuple(range(columns))
    return {
        well: cell
        for row in range(first, last)
        for well, cell in zip(wells_of_row(row - first, whole), placed_run(page, row, left, columns), strict=True)
    }


def decimal_mark(tables: Iterable[Cells]) -> str:
    """The one decimal mark of all the cells. Raises ExportError where it is not one."""
    by_line: dict[int, list[str]] = {}
    for cells in tables:
        for cell in cells.values():
            by_line.setdefault(cell.line, []).append(cell.text)
    return decimal_mark_from_rows([by_line.get(line, []) for line in range(1, max(by_line, default=0) + 1)])


def channel(
    label: str,
    cells: Cells,
    shape: Shape,
    decimal: str,
    *,
    wavelength_nm: float | None = None,
    kind: ChannelKind = ChannelKind.ABSORBANCE,
    correction: Correction = Correction.NONE,
) -> Channel:
    """A measured channel. Raises ExportError that names every cell with a word nobody knows."""
    read = {well: response_or_none(cell.text, decimal) for well, cell in cells.items()}
    unknown = [
        Problem(
            f"{cells[well].text!r} in well {well} of {label!r}",
            expected="a number, or a word for a missing one such as OVER or Masked",
            place=cells[well].place,
        )
        for well, cell in read.items()
        if cell is None
    ]
    if unknown:
        raise ExportError(problems=unknown)
    known: dict[Well, WellCell] = {well: cell or EMPTY_CELL for well, cell in read.items()}
    return channel_from_cells(label, known, shape, wavelength_nm=wavelength_nm, kind=kind, correction=correction)


def results(quantity: str, cells: Cells, decimal: str) -> tuple[InstrumentResult, ...]:
    """What the software calculated for each well that is not empty; unknown words are kept as words."""
    found = (instrument_result_or_none(quantity, well, cell.text, decimal) for well, cell in cells.items())
    return tuple(result for result in found if result)


def shape_of(tables: Iterable[Cells], wells: int | None = None) -> Shape:
    """The plate that holds every well of the tables; ``wells`` is the size that the export states."""
    places = [row_column_from_well(well) for cells in tables for well in cells]
    rows, columns = (max((place[axis] for place in places), default=0) + 1 for axis in (0, 1))
    return plate_shape(rows, columns, wells)


def refuse_without_values(channels: Sequence[Channel], plate: str) -> None:
    """Raises ExportError where not one well of a plate holds a number or a word."""
    if not any(c.notes or any(not math.isnan(value) for value in c.values) for c in channels):
        raise ExportError(
            "no well holds a measured value",
            expected="a matrix or list of endpoint values",
            place=f"plate {plate}",
        )
