"""Text files and workbooks seen alike: pages of rows of texts, each cell with its place for messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from elisa_bdnf.inputs.cell_names import cell_name
from elisa_bdnf.inputs.file import KIND_TITLES, InputFile
from elisa_bdnf.inputs.sheet_values import CellKind, CellValue, text_from_value
from elisa_bdnf.inputs.text import CELL_BLANKS, numbers_of_cells

if TYPE_CHECKING:
    from elisa_bdnf.inputs.workbook import Sheet

NO_ODD: Mapping[tuple[int, int], CellKind] = MappingProxyType({})


@dataclass(frozen=True)
class Page:
    """A text file or one sheet. ``rows`` hold texts without blanks around them, each row up to its last text.

    ``odd`` says what a cell was that is neither text nor number in a workbook (a date, an error, …). ``lines`` are
    those of a text, as they stand there.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    odd: Mapping[tuple[int, int], CellKind] = field(default_factory=lambda: NO_ODD)
    is_sheet: bool = False
    lines: tuple[str, ...] = ()
    delimiter: str = ""

    def place(self, row: int, column: int) -> str:
        """``Sheet1!D7`` in a workbook, the number of the line in a text."""
        if not self.is_sheet:
            return str(row + 1)
        return f"{self.name}!{cell_name(row, column)}"

    def text(self, row: int, column: int) -> str:
        """The text of a cell, empty beyond the last one."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else ""

    @cached_property
    def kept(self) -> dict[object, Any]:
        """What was found on the page, by what it is: it need not be looked for again."""
        return {}

    @cached_property
    def firsts(self) -> tuple[str, ...]:
        """The first text of every row."""
        return tuple([row[0] if row else "" for row in self.rows])

    @cached_property
    def folded_firsts(self) -> tuple[str, ...]:
        """The first text of every row, without regard to capitals."""
        return tuple(map(str.casefold, self.firsts))

    def width(self, row: int) -> int | None:
        """How many cells a line of a text has, empty ones at its end included; None where that cannot be told."""
        return self.widths[row] if row < len(self.widths) else None

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """How many cells every line of a text has; empty where that cannot be told."""
        if self.delimiter.isspace() and self.delimiter != "\t":
            return ()
        return tuple(numbers_of_cells(self.lines, self.delimiter))

    def ends_empty(self, row: int) -> bool:
        """Whether a line of a text has an empty cell at its end, so that nobody cut such cells off."""
        return self.lines[row].rstrip(" ").endswith(self.delimiter)


def spoken_place(place: str) -> str:
    """A place inside a sentence: ``line 12``, ``line 12, column 3``, ``Sheet1!D7``."""
    line, colon, column = place.partition(":")
    if not line.isdigit() or (colon and not column.isdigit()):
        return place
    return f"line {line}, column {column}" if colon else f"line {line}"


def pages_from_file(file: InputFile) -> tuple[Page, ...]:
    """The text, or every sheet that holds something. Raises the file's own kind of error for other kinds of files."""
    if file.kind in ("xlsx", "xls"):
        return tuple(_page_from_sheet(sheet) for sheet in file.sheets)
    if file.kind != "text":
        hint = "save it as .xlsx or .csv" if file.kind in ("ods", "html", "xml") else ""
        hint = "save it without a password" if file.kind == "encrypted" else hint
        expected = "a table as .csv, .txt or .xlsx"
        raise file.error(f"this is {KIND_TITLES[file.kind]}", expected=expected, hint=hint, file=file.name)
    return (Page("", file.rows, lines=file.lines, delimiter=file.delimiter),)


def _page_from_sheet(sheet: Sheet) -> Page:
    return Page(sheet.name, tuple([_texts_of(row) for row in sheet.rows]), sheet.odd, is_sheet=True)


def _texts_of(row: Sequence[CellValue]) -> tuple[str, ...]:
    texts = [value.strip(CELL_BLANKS) if isinstance(value, str) else text_from_value(value) for value in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)
