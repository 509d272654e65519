"""Plates and well names.

Wells are named as people write them, ``A1`` to ``H12`` (``AA`` to ``AF`` on 1536-well plates), never zero-padded.
Everything is ordered row by row: A1, A2, … A12, B1, …
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

Well = str

STANDARD_SHAPES = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24), 1536: (32, 48)}

_WELL = re.compile(r"\s*([A-Za-z]{1,2})\s*0*([1-9][0-9]?)\s*\Z")


@lru_cache(maxsize=64)
def row_name_from_index(index: int) -> str:
    """0 → ``A``, 25 → ``Z``, 26 → ``AA``."""
    return chr(65 + index) if index < 26 else "A" + chr(65 + index - 26)


def row_index_from_name(name: str) -> int:
    """``A`` → 0, ``AF`` → 31; raises ValueError for anything that is not a row name."""
    upper = name.strip().upper()
    if len(upper) == 1 and "A" <= upper <= "Z":
        return ord(upper) - 65
    if len(upper) == 2 and upper[0] == "A" and "A" <= upper[1] <= "F":
        return 26 + ord(upper[1]) - 65
    raise ValueError(f"{name!r} is not a plate row (A to Z, AA to AF)")


@lru_cache(maxsize=4096)
def well_from_row_column(row: int, column: int) -> Well:
    """Zero-based row and column → well name."""
    return f"{row_name_from_index(row)}{column + 1}"


@lru_cache(maxsize=4096)
def row_column_from_well(well: Well) -> tuple[int, int]:
    """Well name → zero-based row and column; raises ValueError for anything else."""
    match = _WELL.match(well)
    if match is None:
        raise ValueError(f"{well!r} is not a well name such as A1")
    return row_index_from_name(match[1]), int(match[2]) - 1


@lru_cache(maxsize=8192)
def well_from_text_or_none(text: str) -> Well | None:
    """``A1``, ``a01``, ``A 1`` → ``A1``; None for anything that is not a well name."""
    match = _WELL.match(text)
    if match is None:
        return None
    try:
        return well_from_row_column(row_index_from_name(match[1]), int(match[2]) - 1)
    except ValueError:
        return None


def well_order(well: Well) -> tuple[int, int]:
    """Sort key: row by row."""
    return row_column_from_well(well)


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows and columns of a plate."""

    rows: int
    columns: int

    @property
    def size(self) -> int:
        return self.rows * self.columns

    def wells(self) -> Iterator[Well]:
        """Every well, row by row."""
        return iter(_wells(self.rows, self.columns))

    def __contains__(self, well: object) -> bool:
        if not isinstance(well, str):
            return False
        try:
            row, column = row_column_from_well(well)
        except ValueError:
            return False
        return row < self.rows and column < self.columns

    def index(self, well: Well) -> int:
        """Position of a well in row-by-row order; raises ValueError for a well that is not on the plate."""
        row, column = row_column_from_well(well)
        if row >= self.rows or column >= self.columns:
            raise ValueError(f"well {well} is not on a plate of {self.rows} × {self.columns} wells")
        return row * self.columns + column

    def __str__(self) -> str:
        return f"{self.rows} × {self.columns}"


@lru_cache(maxsize=16)
def _wells(rows: int, columns: int) -> tuple[Well, ...]:
    return tuple(well_from_row_column(row, column) for row in range(rows) for column in range(columns))


def shape_from_extent(rows: int, columns: int) -> Shape:
    """The smallest usual plate that holds so many rows and columns; raises ValueError above 1536 wells."""
    for most_rows, most_columns in STANDARD_SHAPES.values():
        if rows <= most_rows and columns <= most_columns:
            return Shape(most_rows, most_columns)
    raise ValueError(f"{rows} × {columns} wells is more than a 1536-well plate")
