"""What all sheets share: safe cells, styles, tables with a header that repeats, and the verdict on top of every sheet.

Text from data is written as typed strings and nothing else, so that ``=cmd|…`` stays what somebody typed. Formulas are
written by this package alone, each with the value that the analysis computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports.xlsx_cells import (
    FIRST_ROW,
    HEADER_ROW,
    NOTE_ROW,
    TITLE_ROW,
    VERDICT_ROW,
    Cell,
    Column,
    Formula,
    Row,
    cell_text,
    lines,
    number_format,
)
from elisa_bdnf.reports.xlsx_formula_sheet import FormulaSheet
from elisa_bdnf.reports.xlsx_styles import STYLES

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

A4 = 9
LINE_HEIGHT = 13.5
NO_UNIT = "unit not stated"


class Book:
    """A workbook with its styles, and the verdict that each of its sheets has to carry."""

    def __init__(self, workbook: Workbook, result: PlateResult, verdict: str) -> None:
        self.workbook = workbook
        self.result = result
        self.verdict = verdict
        self.unit = result.analysis.protocol.unit or NO_UNIT
        self._formats: dict[tuple[str, str], Format] = {}

    def format(self, styles: str, number: float | None = None) -> Format:
        """The cell format of styles separated by blanks, later ones over earlier ones.

        A style that ends in ``digits`` shows four significant digits of ``number``.
        """
        shown = number_format(number) if number is not None and styles.endswith("digits") else ""
        key = (styles, shown)
        found = self._formats.get(key)
        if found is None:
            properties: dict[str, Any] = dict(STYLES["base"])
            for style in styles.split():
                properties.update(STYLES[style])
            if shown:
                properties["num_format"] = shown
            found = self._formats[key] = self.workbook.add_format(properties)
        return found

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
        if note:
            sheet.paragraph(NOTE_ROW, note, "wrap note", widths)
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
        if isinstance(cell, str) and cell:
            self.worksheet.write_string(row, column, cell_text(cell), self.book.format(styles))
            return
        value = cell.value if isinstance(cell, Formula) else cell
        number = None if value is None or isinstance(value, str) or not math.isfinite(value) else value
        form = self.book.format(styles, number)
        if isinstance(cell, Formula):
            shown = value if isinstance(value, str) else "" if number is None else number
            self.worksheet.write_formula(row, column, "=" + cell.text, form, shown)
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
            wrapped = [(row.cells.get(column.key), column.width) for column in columns if column.style == "wrap"]
            self.grow(first_row + offset, max((lines(cell, width) for cell, width in wrapped), default=1))

    def main_table(self, columns: Sequence[Column], rows: Sequence[Row], frozen_columns: int) -> None:
        """The table that a sheet is about: frozen, filtered, and with a header on each printed page."""
        self.table(columns, rows)
        self.worksheet.set_row(HEADER_ROW, 42)
        self.worksheet.freeze_panes(FIRST_ROW, frozen_columns)
        self.worksheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(len(rows), 1), len(columns) - 1)
        self.worksheet.repeat_rows(VERDICT_ROW, HEADER_ROW)

    def paragraph(self, row: int, text: str, styles: str, widths: Sequence[float]) -> None:
        """A long text over columns of these widths; merged, since nobody sorts it."""
        self.merged(row, 0, len(widths) - 1, text, styles)
        self.grow(row, lines(text, sum(widths)))

    def merged(self, row: int, first: int, last: int, text: str, styles: str) -> None:
        """A text in one cell made of several."""
        self.worksheet.merge_range(row, first, row, last, "", self.book.format(styles))
        self.put(row, first, text, styles)

    def grow(self, row: int, count: int) -> None:
        """Make room for so many lines; programs do not agree on when to do that by themselves."""
        if count > 1:
            self.worksheet.set_row(row, LINE_HEIGHT * count + 1)

    def section(self, row: int, title: str, columns: int, first: int = 0) -> int:
        """A heading inside a sheet; returns the row below it."""
        self.stripe(row, title, "section", columns, first)
        return row + 1


def plate_mark(result: PlateResult) -> str:
    """What stands in every row of every table, so that a copied row still says it."""
    return "accepted" if result.accepted else "REJECTED"


def mark_style(result: PlateResult) -> str:
    """How :func:`plate_mark` looks."""
    return "mark_accepted" if result.accepted else "mark_rejected"


def _pair_style(cell: Cell) -> str:
    value = cell.value if isinstance(cell, Formula) else cell
    return "text" if isinstance(value, str) else "left digits"
