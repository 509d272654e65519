"""Patterns of wells, rows and columns as wellmap writes them: ``A1``, ``A1,B2``, ``A1-B2``, ``A1,A3,...,A11``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from elisa_bdnf.model.plate import row_column_from_well, row_index_from_name, row_name_from_index, well_from_row_column

MOST_ROWS, MOST_COLUMNS = 32, 48

Place = tuple[int, int]
Shift = tuple[int, int]
Item = TypeVar("Item", Place, int)

_BLOCK = re.compile(r"([0-9]{1,4})x([0-9]{1,4})\Z")
_SHIFT = re.compile(r"\s*(\S+)\s+to\s+(\S+)\s*\Z")


def wells_from_pattern(pattern: str) -> Iterator[Place]:
    """Zero-based (row, column) of every well. Raises ValueError for what is no pattern or is on no plate."""
    yield from _items(pattern, _place_from_text, _rectangle)


def rows_from_pattern(pattern: str) -> Iterator[int]:
    """Zero-based rows of ``A``, ``A,C``, ``A-C``, ``A,C,...,G``. Raises ValueError."""
    yield from _items(pattern, _row_from_text, _steps)


def columns_from_pattern(pattern: str) -> Iterator[int]:
    """Zero-based columns of ``1``, ``1,3``, ``1-3``, ``1,3,...,11``. Raises ValueError."""
    yield from _items(pattern, _column_from_text, _steps)


def block_size_from_text(text: str) -> Place:
    """``2x1`` → 1 row, 2 columns: written as width × height, returned as (rows, columns). Raises ValueError."""
    match = _BLOCK.match(text.strip())
    if match is None or not (0 < int(match[1]) <= MOST_COLUMNS and 0 < int(match[2]) <= MOST_ROWS):
        raise ValueError(f"{text!r} is no size of a block (width x height, such as 2x1)")
    return int(match[2]), int(match[1])


def shift_from_text(text: str) -> Shift:
    """``A1 to B3`` → one row down, two columns to the right. Raises ValueError."""
    match = _SHIFT.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no shift (such as 'A1 to B3')")
    (row, column), (to_row, to_column) = _place_from_text(match[1]), _place_from_text(match[2])
    return to_row - row, to_column - column


def interleaved(first: int, other: int) -> int:
    """Row (or column) of an interleaved one at a given column (or row): it alternates between two neighbours."""
    return first + other % 2 if first % 2 == 0 else first - other % 2


def place_name(place: Place) -> str:
    return well_from_row_column(*place)


def shifted_pattern(pattern: str, shift: Shift, what: str) -> str:
    """A pattern of wells, rows (``what`` is row) or columns (col), moved. Raises ValueError off the plate."""
    if shift == (0, 0):
        return pattern.strip()
    parts = [part.strip() for part in pattern.split(",")]
    return ",".join(
        part if part == "..." else "-".join(_shifted(end, shift, what) for end in part.split("-")) for part in parts
    )


def _shifted(text: str, shift: Shift, what: str) -> str:
    row = _row_from_text(text) if what == "row" else 0
    column = _column_from_text(text) if what == "col" else 0
    if what not in ("row", "col"):
        row, column = _place_from_text(text)
    row, column = row + (shift[0] if what != "col" else 0), column + (shift[1] if what != "row" else 0)
    if not (0 <= row < MOST_ROWS and 0 <= column < MOST_COLUMNS):
        raise ValueError(f"the shift moves {text!r} off the plate")
    if what == "row":
        return row_name_from_index(row)
    return str(column + 1) if what == "col" else place_name((row, column))


def _items(
    pattern: str, read: Callable[[str], Item], between: Callable[[Item, Item | None, Item], Iterator[Item]]
) -> Iterator[Item]:
    tokens = [token.strip() for token in pattern.split(",")]
    if "..." in tokens:
        if len(tokens) != 4 or tokens[2] != "...":
            raise ValueError(f"{pattern!r} should be written first,second,...,last")
        yield from between(read(tokens[0]), read(tokens[1]), read(tokens[3]))
        return
    for token in tokens:
        first, dash, last = token.partition("-")
        if dash:
            yield from between(read(first), None, read(last))
        else:
            yield read(token)


def _place_from_text(text: str) -> Place:
    row, column = row_column_from_well(text)
    if row >= MOST_ROWS or column >= MOST_COLUMNS:
        raise ValueError(f"{text!r} is on no plate")
    return row, column


def _row_from_text(text: str) -> int:
    return row_index_from_name(text)


def _column_from_text(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 4 and 0 < int(digits) <= MOST_COLUMNS):
        raise ValueError(f"{text!r} is not a plate column (1 to {MOST_COLUMNS})")
    return int(digits) - 1


def _steps(first: int, second: int | None, last: int) -> Iterator[int]:
    step = 1 if second is None else second - first
    if step < 1 or last < first or (last - first) % step:
        raise ValueError(f"there is no way from {first + 1} to {last + 1} in equal steps forward")
    yield from range(first, last + 1, step)


def _rectangle(first: Place, second: Place | None, last: Place) -> Iterator[Place]:
    """All wells between two corners; a step along one edge alone is one well in the other direction."""
    rows = _edge(first[0], None if second is None else second[0], last[0])
    columns = _edge(first[1], None if second is None else second[1], last[1])
    for row in rows:
        for column in columns:
            yield row, column


def _edge(first: int, second: int | None, last: int) -> list[int]:
    if first == last and second in (None, first):
        return [first]
    return list(_steps(first, second, last))
