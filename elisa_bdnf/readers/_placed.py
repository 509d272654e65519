"""Cells of wells with their places, from labelled matrices and lists in texts and workbooks alike.

The vendors' formats differ in what stands around a matrix, not in what a matrix is: the checks that no value is lost to
a damaged label are made here, once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import Grid, column_number_or_none, find_grids, wells_of_row
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import (
    STANDARD_SHAPES,
    Shape,
    row_column_from_well,
    row_name_from_index,
)
from elisa_bdnf.model.reading import Channel
from elisa_bdnf.readers._cells import Cells, channel, decimal_mark, plate_shape, results

__all__ = [
    "Cells",
    "bare_cells",
    "cells_of",
    "channel",
    "decimal_mark",
    "grid_remarks",
    "grids_at_left",
    "refuse_without_values",
    "results",
    "shape_of",
]

_WHOLE_WIDTHS = frozenset(columns for _, columns in STANDARD_SHAPES.values() if columns >= 12)


def grids_at_left(page: Page, start: int = 0, stop: int | None = None) -> list[Grid]:
    """Labelled matrices whose row letters stand in the first column; whatever stands farther right is a person's."""
    return [grid for grid in find_grids(page.rows, start=start, stop=stop) if grid.left == 0]


def cells_of(page: Page, grid: Grid) -> Cells:
    """Cells of all labelled wells. Raises ExportError where values stand beside or below the labels."""
    _refuse_unlabeled_columns(page, grid)
    _refuse_unlabeled_row(page, grid)
    found = Cells(page)
    for line in grid.lines:
        found.add_row(wells_of_row(line.row, grid.columns), line.cells, line.index, grid.left + 1)
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


def bare_cells(page: Page, first: int, last: int, left: int, columns: int) -> Cells:
    """Wells of a matrix without labels, by position: rows ``first`` to ``last`` (not included) from column ``left``."""
    found = Cells(page)
    for row in range(first, last):
        texts = page.rows[row][left : left + columns] if row < len(page.rows) else ()
        wells = wells_of_row(row - first, tuple(range(columns)))
        found.add_row(wells, (*texts, *[""] * (columns - len(texts))), row, left)
    return found


def shape_of(tables: Iterable[Cells], wells: int | None = None) -> Shape:
    """The plate that holds every well of the tables; ``wells`` is the size that the export states."""
    places = [row_column_from_well(well) for well in {well: None for cells in tables for well in cells}]
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
