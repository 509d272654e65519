"""Labelled plate matrices: column numbers above, row letters at the left, found anywhere among rows of cells.

    corner  1      2      3          the corner may be empty or say what the matrix holds (``Abs``, ``<>``, a plate)
    A       0.123  0.456  0.789      cells are texts without blanks around them, as pages hold them
    B       0.124  0.457

Wells are named by their labels and never by position: a matrix may begin at any row and column, leave rows or columns
out, end its lines early or carry empty cells to the right. Labels that contradict each other are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.plate import (
    Shape,
    Well,
    row_index_from_name,
    row_name_from_index,
    shape_from_extent,
    well_from_row_column,
)

Rows = Sequence[Sequence[str]]

MOST_COLUMNS = 48
MOST_GRIDS = 5_000

_COLUMN_NUMBERS = {
    form.format(number): number for number in range(1, MOST_COLUMNS + 1) for form in ("{}", "{:02}", "{:03}", "{}.0")
}
ROW_LETTERS = {
    name: row_index_from_name(name)
    for upper in (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *(f"A{letter}" for letter in "ABCDEF"))
    for name in (upper, upper.lower())
}


@dataclass(frozen=True, slots=True)
class GridLine:
    """One line of a matrix.

    ``index`` counts from 0 in the rows that were searched (line number − 1); ``row`` is the plate's row, from 0;
    ``cells`` has one cell for each of the grid's columns; ``beyond`` are the cells to the right of the last of them, as
    far as the last that is not empty.
    """

    index: int
    row: int
    cells: tuple[str, ...]
    beyond: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The last cell that is not empty to the right of the matrix: what Gen5 calls its lines by; else empty."""
        return self.beyond[-1] if self.beyond else ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A labelled matrix. ``top`` is the index of the line of column numbers, ``left`` the position of the row letters.

    ``columns`` are zero-based plate columns in order. With ``several_lines`` a plate row may have several lines.
    """

    top: int
    left: int
    corner: str
    columns: tuple[int, ...]
    lines: tuple[GridLine, ...]

    @property
    def bottom(self) -> int:
        """Index of the first row after the matrix."""
        return self.lines[-1].index + 1

    @property
    def right(self) -> int:
        """Position of the first cell to the right of the last column."""
        return self.left + 1 + len(self.columns)

    @property
    def extent(self) -> tuple[int, int]:
        """How many rows and columns a plate must have to hold it."""
        return self.lines[-1].row + 1, self.columns[-1] + 1

    def shape(self) -> Shape:
        """The smallest usual plate that holds the matrix."""
        return shape_from_extent(*self.extent)

    def cells(self) -> dict[Well, str]:
        """Cell of every labelled well, row by row; for matrices with one line per plate row."""
        return dict(self.wells_of(self.lines))

    def wells_of(self, lines: Iterable[GridLine]) -> Iterator[tuple[Well, str]]:
        """Wells and cells of some of the lines."""
        for line in lines:
            yield from zip(wells_of_row(line.row, self.columns), line.cells, strict=True)

    def place(self, well: Well) -> tuple[int, int]:
        """Index of the line and position of the cell of a well; for messages. Raises KeyError for other wells."""
        for line in self.lines:
            for position, column in enumerate(self.columns):
                if well_from_row_column(line.row, column) == well:
                    return line.index, self.left + 1 + position
        raise KeyError(well)


@lru_cache(maxsize=256)
def wells_of_row(row: int, columns: tuple[int, ...]) -> tuple[Well, ...]:
    """Names of the wells of a plate row, from 0, in some of its columns."""
    return tuple(well_from_row_column(row, column) for column in columns)


def column_number_or_none(text: str) -> int | None:
    """``1``, ``01`` or ``1.0`` → 1; None above 48 and for anything else."""
    return _COLUMN_NUMBERS.get(text)


def row_letter_or_none(text: str, *, after_z: bool = False) -> int | None:
    """``A`` → 0 … ``AF`` → 31. With ``after_z`` a small letter goes on behind Z, as BMG writes large plates."""
    index = ROW_LETTERS.get(text)
    return index + 26 if index is not None and after_z and index < 6 and len(text) == 1 and text.islower() else index


def find_grids(rows: Rows, *, start: int = 0, stop: int | None = None, several_lines: bool = False) -> list[Grid]:
    """Every labelled matrix in ``rows[start:stop]``, from top to bottom and then left to right.

    With ``several_lines`` lines without a letter belong to the row above them (Gen5); otherwise they end the matrix.
    Raises ExportError where labels contradict each other: a letter or number twice or out of order.
    """
    stop = len(rows) if stop is None else min(stop, len(rows))
    grids: list[Grid] = []
    above: list[Grid] = []  # matrices that reach down to the row looked at: counts rise in them, too
    without_letter = map(ROW_LETTERS.keys().isdisjoint, rows[start + 1 : stop])  # no matrix begins above such a line
    for top in [top for top, lacks in enumerate(without_letter, start) if not lacks]:
        above = [grid for grid in above if grid.bottom > top]
        for left, columns in _headers(rows[top]):
            if any(grid.left == left and grid.top < top for grid in above):
                continue
            if grid := _grid_or_none(rows, top, left, columns, stop, several_lines):
                grids.append(grid)
                if len(grids) > MOST_GRIDS:
                    raise ExportError(f"there are more than {MOST_GRIDS:,} matrices", hint="split the file")
                above.append(grid)
    return grids


def _headers(row: Sequence[str]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Runs of column numbers, with the position of the cell before each run.

    A run begins 1, … or n, n + 1, …, for counts are numbers as well; a run of one is a column number only where
    nothing else stands in the line.
    """
    if _COLUMN_NUMBERS.keys().isdisjoint(row):
        return
    numbers = [_COLUMN_NUMBERS.get(cell) for cell in row]
    alone = sum(map(bool, row)) == 1
    position = 1
    while position < len(row):
        if numbers[position] is None:
            position += 1
            continue
        run = _run_of_numbers(numbers, position)
        if (alone or _begins_like_columns(run)) and row[position - 1] not in ROW_LETTERS:
            yield position - 1, run
        position += len(run)


def _begins_like_columns(run: tuple[int, ...]) -> bool:
    return len(run) > 1 and (run[1] == run[0] + 1 or (run[0] == 0 and run[1] > 0))


def _run_of_numbers(numbers: Sequence[int | None], position: int) -> tuple[int, ...]:
    end = position
    while end < len(numbers) and numbers[end] and (numbers[end] != 1 or end == position):
        end += 1
    return tuple([number - 1 for number in numbers[position:end] if number])


def _grid_or_none(
    rows: Rows, top: int, left: int, columns: tuple[int, ...], stop: int, several_lines: bool
) -> Grid | None:
    lines = tuple(_lines_below(rows, top, left, columns, stop, several_lines))
    if not lines:
        return None
    if _COLUMN_NUMBERS.get(rows[top][left]) == columns[0]:
        found = f"the column number {rows[top][left]} stands above the row letters"
        raise ExportError(found, expected="column numbers above the values", place=str(top + 1))
    if list(columns) != sorted(set(columns)):
        raise ExportError("the column numbers above the plate do not rise", expected="1, 2, 3, …", place=str(top + 1))
    rising = [line.row for line in lines]
    if rising != sorted(rising) or (not several_lines and len(set(rising)) < len(rising)):
        _refuse_letters(lines)
    return Grid(top, left, rows[top][left], columns, lines)


def _refuse_letters(lines: Sequence[GridLine]) -> None:
    for above, below in pairwise(lines):
        if below.row <= above.row:
            found = f"plate row {row_name_from_index(below.row)} stands below row {row_name_from_index(above.row)}"
            raise ExportError(found, expected="row letters in order, each once", place=str(below.index + 1))


def _lines_below(
    rows: Rows, top: int, left: int, columns: tuple[int, ...], stop: int, several_lines: bool
) -> Iterator[GridLine]:
    row: int | None = None
    right = left + 1 + len(columns)
    for index in range(top + 1, stop):
        cells = rows[index]
        letter = None
        if left < len(cells):
            letter = ROW_LETTERS.get(cells[left])
            if row is not None and row >= 25:
                letter = row_letter_or_none(cells[left], after_z=True)
        if letter is None:
            goes_on = several_lines and row is not None and not any(cells[: left + 1]) and any(cells[left + 1 :])
            if not goes_on:
                return
        else:
            row = letter
        inside, beyond = tuple(cells[left + 1 : right]), tuple(cells[right:])
        if len(inside) < len(columns):
            inside = (*inside, *[""] * (len(columns) - len(inside)))
        if beyond and not beyond[-1]:
            beyond = _without_empty_tail(beyond)
        yield GridLine(index, row or 0, inside, beyond)


def _without_empty_tail(cells: Sequence[str]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return tuple(cells[:end])
