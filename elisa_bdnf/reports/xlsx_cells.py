"""Cells, columns and rows before they are written, and where they will lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from elisa_bdnf.reports.digits import decimals_for
from elisa_bdnf.reports.inert import show

TITLE_ROW, NOTE_ROW, VERDICT_ROW, HEADER_ROW = range(4)
FIRST_ROW = HEADER_ROW + 1
LONGEST_TEXT = 32_000  # Excel takes 32,767 characters in a cell


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula without its ``=`` and the value that it has now; None: it shows nothing."""

    text: str
    value: float | str | None


Cell = str | float | int | Formula | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``style`` names an entry of ``STYLES``."""

    key: str
    title: str
    width: float
    style: str = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: cells by column key, a style for all of them, and styles of single cells on top of it."""

    cells: Mapping[str, Cell]
    style: str = ""
    cell_styles: Mapping[str, str] = field(default_factory=dict)


def letter_from_index(index: int) -> str:
    """0 → ``A``, 26 → ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Addresses:
    """Where the cells of a table lie: column by key, row by position in the table."""

    def __init__(
        self, sheet: str, columns: Sequence[Column], first_row: int = FIRST_ROW, first_column: int = 0
    ) -> None:
        self.sheet = sheet
        self.first_row = first_row
        self._letters = {column.key: letter_from_index(first_column + i) for i, column in enumerate(columns)}

    def here(self, key: str, position: int) -> str:
        """The cell as a formula on the same sheet names it: ``K5``."""
        return f"{self._letters[key]}{self.first_row + position + 1}"

    def there(self, key: str, position: int) -> str:
        """The cell as a formula on another sheet names it: ``Wells!K5``."""
        return f"{self.sheet}!{self.here(key, position)}"

    def area(self, key: str, count: int) -> str:
        """A whole column of the table for conditional formats and charts on the same sheet."""
        return f"${self._letters[key]}${self.first_row + 1}:${self._letters[key]}${self.first_row + max(count, 1)}"


def number_format(value: float, digits: int = 4) -> str:
    """A format that shows so many significant digits, without an exponent between 1e-5 and 1e9."""
    if value == 0 or not math.isfinite(value):
        return "0"
    if not 1e-5 <= abs(value) < 1e9:
        return "0." + "0" * (digits - 1) + "E+00"
    decimals = decimals_for(value, digits)
    return "0." + "0" * decimals if decimals else "0"


def cell_text(text: str) -> str:
    """Text from data as a cell can hold it: what cannot be printed is shown as an escape, nothing is cut silently."""
    shown = text if text.isprintable() else "\n".join(show(line) for line in text.split("\n"))
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]} … ({len(shown)} characters)"


def lines(cell: Cell, width: float) -> int:
    """How many lines a wrapped text takes in a column of so many characters."""
    if not isinstance(cell, str):
        return 1
    if "\n" not in cell:
        return max(1, math.ceil(1.02 * len(cell) / width))
    return sum(lines(line, width) for line in cell.split("\n"))
