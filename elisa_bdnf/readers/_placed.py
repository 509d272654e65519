"""Cells of wells with their places, from labelled matrices and lists in texts and workbooks alike.

The vendors' formats differ in what stands around a matrix, not in what a matrix is: the checks that no value is lost to
a damaged label are made here, once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import Grid, find_grids, wells_of_row
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Shape, Well, row_column_from_well
from elisa_bdnf.model.reading import Channel
from elisa_bdnf.readers._calculated import results
from elisa_bdnf.readers._cells import Cells, channel, decimal_mark, plate_shape
from elisa_bdnf.readers._matrix_checks import grid_remarks, refuse_damage, refuse_moved_cells, refuse_rows_astray

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


def grids_at_left(page: Page, start: int = 0, stop: int | None = None) -> list[Grid]:
    """Labelled matrices whose row letters stand in the first column; whatever stands farther right is a person's.

    Raises ExportError for rows of a plate that are part of none.
    """
    key = (grids_at_left, start, len(page.rows) if stop is None else stop)
    if key not in page.kept:
        found = [grid for grid in find_grids(page.rows, start=start, stop=stop) if grid.left == 0]
        refuse_rows_astray(page, found, *key[1:])
        page.kept[key] = found
    grids: list[Grid] = page.kept[key]
    return grids


def cells_of(page: Page, grid: Grid) -> Cells:
    """Cells of all labelled wells. Raises ExportError where the matrix shows damage."""
    refuse_damage(page, grid)
    found = Cells(page)
    for line in grid.lines:
        found.add_row(wells_of_row(line.row, grid.columns), line.cells, line.index, grid.left + 1)
    return found


def bare_cells(page: Page, first: int, last: int, left: int, columns: int) -> Cells:
    """Wells of a matrix without labels, by position: rows ``first`` to ``last`` (not included) from column ``left``.

    Raises ExportError where a line has lost or gained a cell.
    """
    refuse_moved_cells(page, range(first, last), labeled=False)
    found = Cells(page)
    for row in range(first, last):
        texts = page.rows[row][left : left + columns] if row < len(page.rows) else ()
        wells = wells_of_row(row - first, tuple(range(columns)))
        found.add_row(wells, (*texts, *[""] * (columns - len(texts))), row, left)
    return found


def shape_of(tables: Iterable[Cells], wells: int | None = None) -> Shape:
    """The plate that holds every well of the tables; ``wells`` is the size that the export states."""
    extents = [_extent(tuple(cells)) for cells in tables]
    rows, columns = (max([extent[axis] for extent in extents], default=1) for axis in (0, 1))
    return plate_shape(rows, columns, wells, from_a1=not extents or any(extent[2] for extent in extents))


@lru_cache(maxsize=64)
def _extent(wells: tuple[Well, ...]) -> tuple[int, int, bool]:
    """How many rows and columns it takes to hold the wells; whether row A and column 1 are among theirs."""
    places = [row_column_from_well(well) for well in wells]
    rows, columns = (max([place[axis] for place in places], default=0) + 1 for axis in (0, 1))
    return rows, columns, all(min([place[axis] for place in places], default=0) == 0 for axis in (0, 1))


def refuse_without_values(channels: Sequence[Channel], plate: str) -> None:
    """Raises ExportError where not one well of a plate holds a number or a word."""
    if not any(c.notes or any(not math.isnan(value) for value in c.values) for c in channels):
        raise ExportError(
            "no well holds a measured value",
            expected="a matrix or list of endpoint values",
            place=f"plate {plate}",
        )
