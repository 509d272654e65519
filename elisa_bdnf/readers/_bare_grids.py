"""Matrices without labels, or with row letters or column numbers alone: runs of lines of numbers that fill a plate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import column_number_or_none, row_letter_or_none
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import STANDARD_SHAPES, row_name_from_index

_WHOLE = frozenset((rows, columns) for rows, columns in STANDARD_SHAPES.values() if columns >= 12)
_FEWEST = 4  # numbers of a line


@dataclass(frozen=True, slots=True)
class BareGrid:
    """Lines ``start`` to ``end`` (not included), ``width`` values from position ``left``, and the labels it has."""

    start: int
    end: int
    left: int
    width: int
    labels: str = "no labels"

    @property
    def is_whole(self) -> bool:
        """Whether it is just a plate of 96 wells or more: nothing smaller is sure to be one."""
        return (self.end - self.start, self.width) in _WHOLE


def bare_grids(page: Page) -> list[BareGrid]:
    """Every run of lines with at least four numbers and at most a row letter beside them.

    Raises ExportError where row letters are not A, B, C, … .
    """
    found = [_without_numbers(page, grid) for grid in _runs(page)]
    for grid in found:
        _refuse_other_letters(page, grid)
    return found


def _runs(page: Page) -> Iterator[BareGrid]:
    start, shape = 0, (0, 0)
    for index in range(len(page.rows) + 1):
        here = _span_of_numbers(page, index)
        if here != shape:
            if shape[1]:
                yield BareGrid(start, index, *shape, "row letters alone" if _letter(page, start) else "no labels")
            start, shape = index, here


def _letter(page: Page, row: int) -> bool:
    first = next((text for text in page.rows[row] if text), "")
    return row_letter_or_none(first) is not None


def _span_of_numbers(page: Page, index: int) -> tuple[int, int]:
    row = page.rows[index] if index < len(page.rows) else ()
    left = next((position for position, text in enumerate(row) if text), 0)
    left += row_letter_or_none(row[left]) is not None if row else 0
    values = row[left:]
    if len(values) < _FEWEST or not all(text and is_number_or_word(text) for text in values):
        return 0, 0
    odd = page.odd and any((index, left + offset) in page.odd for offset in range(len(values)))
    return (0, 0) if odd else (left, len(values))


def _without_numbers(page: Page, grid: BareGrid) -> BareGrid:
    """Without a first line of column numbers that just belongs to the lines below."""
    first = page.rows[grid.start][grid.left : grid.left + grid.width]
    counted = [column_number_or_none(text) for text in first] == list(range(1, grid.width + 1))
    below = BareGrid(grid.start + 1, grid.end, grid.left, grid.width, "column numbers alone")
    return below if counted and below.is_whole else grid


def _refuse_other_letters(page: Page, grid: BareGrid) -> None:
    for row in range(grid.start, grid.end) if _letter(page, grid.start) else ():
        label, due = page.rows[row][grid.left - 1], row - grid.start
        if row_letter_or_none(label) != due:
            raise ExportError(
                f"{label!r} stands where plate row {row_name_from_index(due)} is due",
                expected="rows A, B, C, … in order, and column numbers above them",
                place=page.place(row, grid.left - 1),
            )
