"""What all sheets share: safe cells, styles, tables with a header that repeats, and the verdict on top of every sheet.

Text from data is written as typed strings and nothing else, so that ``=cmd|…`` stays what somebody typed. Formulas are
written by this package alone, each with the value that the analysis computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports.digits import decimals_for
from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.xlsx_formula_sheet import FormulaSheet
from elisa_bdnf.reports.xlsx_styles import STYLES

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

TITLE_ROW, NOTE_ROW, VERDICT_ROW, HEADER_ROW = range(4)
FIRST_ROW = HEADER_ROW + 1
LONGEST_TEXT = 32_000  # Excel takes 32,767 characters in a cell
A4 = 9


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


class Book:
    """A workbook with its styles, and the verdict that each of its sheets has to carry."""

    def __init__(self, workbook: Workbook, result: PlateResult, verdict: str) -> None:
        self.workbook = workbook
        self.result = result
        self.verdict = verdict
        self.unit = result.analysis.protocol.unit
        self._formats: dict[tuple[str, str], Format] = {}

    def format(self, styles: str, number: str = "") -> Format:
        """The cell format of styles separated by blanks (later ones win), with a number format where one is given."""
        key = (styles, number)
        if key not in self._formats:
            properties: dict[str, Any] = dict(STYLES["base"])
            for style in styles.split():
                properties.update(STYLES[style])
            if number:
                properties["num_format"] = number
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def rule_format(self, style: str) -> Format:
        """What a conditional format changes of a cell: colours only, so that the font and the digits stay."""
        key = (f"rule {style}", "")
        if key not in self._formats:
            colours = {k: v for k, v in STYLES[style].items() if k in ("font_color", "bg_color")}
            self._formats[key] = self.workbook.add_format(colours)
        return self._formats[key]

    def sheet(self, name: str, title: str, note: str, widths: Sequence[float], *, columns: int = 0) -> Sheet:
        """A new sheet with title, explanation and verdict in its first three rows."""
        worksheet = self.workbook.add_worksheet(name, FormulaSheet)
        sheet = Sheet(self, worksheet, name)
        for index, width in enumerate(widths):
            worksheet.set_column(index, index, width)
        worksheet.set_row(TITLE_ROW, 24)
        worksheet.hide_gridlines(2)
        sheet.put(TITLE_ROW, 0, title, "title")
        sheet.put(NOTE_ROW, 0, note, "note")
        sheet.stripe(
            VERDICT_ROW, self.verdict, "accepted" if self.result.accepted else "rejected", columns or len(widths)
        )
        worksheet.set_tab_color("#2E7D32" if self.result.accepted else "#C62828")
        worksheet.set_landscape()
        worksheet.set_paper(A4)
        worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        worksheet.fit_to_pages(1, 0)
        worksheet.set_footer("&L&A&C" + ("" if self.result.accepted else "PLATE REJECTED") + "&RPage &P of &N")
        return sheet


class Sheet:
    """A worksheet that takes cells by their kind."""

    def __init__(self, book: Book, worksheet: Worksheet, name: str) -> None:
        self.book = book
        self.worksheet = worksheet
        self.name = name

    def put(self, row: int, column: int, cell: Cell, styles: str = "") -> None:
        """Write a cell; a number that is not finite is an empty cell, since it would be an error in a formula."""
        number = _number_or_none(cell)
        automatic = "" if number is None or not styles.endswith("digits") else number_format(number)
        form = self.book.format(styles, automatic)
        if isinstance(cell, Formula):
            value = "" if cell.value is None or (number is None and not isinstance(cell.value, str)) else cell.value
            self.worksheet.write_formula(row, column, "=" + cell.text, form, value)
        elif isinstance(cell, str) and cell:
            self.worksheet.write_string(row, column, cell_text(cell), form)
        elif number is not None:
            self.worksheet.write_number(row, column, number, form)
        else:
            self.worksheet.write_blank(row, column, None, form)

    def stripe(self, row: int, text: str, styles: str, columns: int, first: int = 0) -> None:
        """A text that runs over a coloured stripe; no merged cells, which would break sorting and filtering."""
        self.put(row, first, text, styles)
        for column in range(first + 1, first + columns):
            self.put(row, column, None, styles)

    def pairs(self, row: int, column: int, pairs: Iterable[tuple[str, Cell]], styles: str = "") -> int:
        """Names and values under one another; returns the next free row."""
        for name, cell in pairs:
            self.put(row, column, name, "name")
            self.put(row, column + 1, cell, f"{styles} {_pair_style(cell)}".strip())
            row += 1
        return row

    def table(self, columns: Sequence[Column], rows: Sequence[Row], first_row: int = FIRST_ROW, first: int = 0) -> None:
        """A table with its header above ``first_row``, from column ``first`` on."""
        for index, column in enumerate(columns, first):
            self.put(first_row - 1, index, column.title.replace("{unit}", self.book.unit), "header")
        for offset, row in enumerate(rows):
            for index, column in enumerate(columns, first):
                cell, special = row.cells.get(column.key), row.cell_styles.get(column.key)
                if cell is None and not row.style and not special:
                    continue
                styles = f"{row.style} {special} {column.style}" if special else f"{row.style} {column.style}"
                self.put(first_row + offset, index, cell, styles)

    def main_table(self, columns: Sequence[Column], rows: Sequence[Row], frozen_columns: int) -> None:
        """The table that a sheet is about: frozen, filtered, and with a header on each printed page."""
        self.table(columns, rows)
        self.worksheet.set_row(HEADER_ROW, 42)
        self.worksheet.freeze_panes(FIRST_ROW, frozen_columns)
        self.worksheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(len(rows), 1), len(columns) - 1)
        self.worksheet.repeat_rows(VERDICT_ROW, HEADER_ROW)

    def section(self, row: int, title: str, columns: int, first: int = 0) -> int:
        """A heading inside a sheet; returns the row below it."""
        self.stripe(row, title, "section", columns, first)
        return row + 1


def cell_text(text: str) -> str:
    """Text from data as a cell can hold it: what cannot be printed is shown as an escape, nothing is cut silently."""
    shown = text if text.isprintable() else "\n".join(show(line) for line in text.split("\n"))
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]} … ({len(shown)} characters)"


def plate_mark(result: PlateResult) -> str:
    """What stands in every row of every table, so that a copied row still says it."""
    return "accepted" if result.accepted else "REJECTED"


def mark_style(result: PlateResult) -> str:
    """How :func:`plate_mark` looks."""
    return "mark_accepted" if result.accepted else "mark_rejected"


def _number_or_none(cell: Cell) -> float | None:
    value = cell.value if isinstance(cell, Formula) else cell
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return float(value)


def _pair_style(cell: Cell) -> str:
    return "left digits" if _number_or_none(cell) is not None else "text"
