"""A study as a workbook: the tables of the report, and every value at full precision for programs.

Sheets for people show what the page shows, with numbers as numbers and intervals in a column of their own; the last
sheets are the tidy records of the csv files, up to as many lines as a workbook opens quickly with.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from elisa_bdnf.reports.parts import Table
from elisa_bdnf.reports.records import Record
from elisa_bdnf.reports.study_parts import Prose, Section, StudyDocument
from elisa_bdnf.reports.study_records import StudyRecords
from elisa_bdnf.reports.xlsx import NO_CLOCK, OPTIONS
from elisa_bdnf.reports.xlsx_cells import cell_text, lines, number_format
from elisa_bdnf.reports.xlsx_styles import STYLES
from elisa_bdnf.reports.xlsx_summary import TONE_STYLE

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LEAST_WIDTH, MOST_WIDTH, LINE = 9.0, 46.0, 13.5
Cell = str | float | int

SUMMARY_WIDTHS = (26.0, 26.0, 60.0)
LONGEST_NAME = 31  # of a sheet, in Excel
MOST_RECORDS = 3000  # lines of a sheet of records; the csv files hold any number


def xlsx_from_study(document: StudyDocument, records: StudyRecords) -> bytes:
    """The workbook of one judged study; the same study gives the same bytes."""
    from xlsxwriter import Workbook  # noqa: PLC0415 not needed to start the program

    stream = io.BytesIO()
    workbook = Workbook(stream, OPTIONS)
    workbook.set_properties({"title": cell_text(document.title), "author": "elisa-bdnf", "created": NO_CLOCK})
    book = StudyBook(workbook)
    _summary(book, document)
    for section in document.sections:
        tables = [block for block in section.blocks if isinstance(block, Table)]
        if tables:
            _tables(book, section, tables)
    _records(book, "Values", "One line per subject and timepoint", records.values)
    _records(book, "Measurements", "Every row that came in, used or not", records.measurements)
    workbook.close()
    return stream.getvalue()


class StudyBook:
    """A workbook with its styles; text is written as typed strings, so that no cell is ever a formula."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self._formats: dict[tuple[str, str], Format] = {}

    def sheet(self, name: str, title: str, widths: Sequence[float]) -> Worksheet:
        """A sheet with its title in the first row."""
        worksheet = self.workbook.add_worksheet(name[:LONGEST_NAME])
        for index, width in enumerate(widths):
            worksheet.set_column(index, index, width)
        worksheet.hide_gridlines(2)
        worksheet.set_landscape()
        worksheet.set_paper(9)
        worksheet.fit_to_pages(1, 0)
        worksheet.set_row(0, 24)
        worksheet.write_string(0, 0, cell_text(title), self.format("title"))
        return worksheet

    def format(self, styles: str, shown: str = "") -> Format:
        """The cell format of styles separated by blanks, later ones over earlier ones."""
        key = (styles, shown)
        if key not in self._formats:
            properties: dict[str, Any] = dict(STYLES["base"])
            for style in styles.split():
                properties.update(STYLES[style])
            properties |= {"num_format": shown} if shown else {}
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def put(self, worksheet: Worksheet, row: int, column: int, cell: object, styles: str = "") -> None:
        """A number that is finite as a number, a text as a text, nothing as nothing."""
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            if math.isfinite(cell):
                shown = "0" if isinstance(cell, int) else number_format(cell)
                worksheet.write_number(row, column, cell, self.format(f"digits {styles}", shown))
            return
        if cell is not None and cell != "":
            worksheet.write_string(row, column, cell_text(str(cell)), self.format(styles or "text"))


def _summary(book: StudyBook, document: StudyDocument) -> None:
    sheet = book.sheet("Summary", document.title, SUMMARY_WIDTHS)
    row = 1
    for text in (document.subtitle, document.summary):
        book.put(sheet, row, 0, text, "note")
        row += 1
    for banner in document.banners:
        row = _paragraph(
            book, sheet, row, f"{banner.title}: {banner.text}", f"wrap {TONE_STYLE[banner.tone] or 'calm'}"
        )
    row += 1
    for fact in document.facts:
        for column, (text, styles) in enumerate(((fact.label, "name"), (fact.text, "bold"), (fact.help, "note"))):
            book.put(sheet, row, column, text, styles)
        row += 1
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Prose):
                row = _prose(book, sheet, row + 1, block.title or section.title, block.paragraphs)


def _prose(book: StudyBook, sheet: Worksheet, row: int, title: str, paragraphs: Sequence[str]) -> int:
    for column in range(len(SUMMARY_WIDTHS)):
        book.put(sheet, row, column, title if column == 0 else " ", "section")
    for paragraph in paragraphs:
        row = _paragraph(book, sheet, row + 1, paragraph, "wrap") - 1
    return row + 1


def _paragraph(book: StudyBook, sheet: Worksheet, row: int, text: str, styles: str) -> int:
    """A long text over all columns; merged, since nobody sorts it. Returns the next row."""
    sheet.merge_range(row, 0, row, len(SUMMARY_WIDTHS) - 1, "", book.format(styles))
    sheet.write_string(row, 0, cell_text(text), book.format(styles))
    sheet.set_row(row, LINE * lines(text, sum(SUMMARY_WIDTHS)) + 2)
    return row + 1


def _tables(book: StudyBook, section: Section, tables: Sequence[Table]) -> None:
    """All tables of a section under one another."""
    grids = [list(_grid(table)) for table in tables]
    count = max(len(row) for grid in grids for row in grid)
    longest = [max((_length(row[c]) for g in grids for row in g if c < len(row)), default=0) for c in range(count)]
    widths = [min(MOST_WIDTH, max(LEAST_WIDTH, length + 3.0)) for length in longest]
    sheet = book.sheet(_sheet_name(section), section.title, widths)
    row = 2
    for table, grid in zip(tables, grids, strict=True):
        book.put(sheet, row, 0, table.title, "section")
        if table.note:
            book.put(sheet, row + 1, 0, table.note, "note")
        row = _table(book, sheet, row + 2, grid, table, widths) + 2
    sheet.freeze_panes(1, 1)


def _sheet_name(section: Section) -> str:
    return section.title.replace("/", " ")


def _table(
    book: StudyBook, sheet: Worksheet, row: int, grid: list[list[Cell]], table: Table, widths: Sequence[float]
) -> int:
    for column, title in enumerate(grid[0]):
        book.put(sheet, row, column, title, "header")
    sheet.set_row(row, 2 * LINE + 2)
    if not table.rows:
        book.put(sheet, row + 1, 0, table.empty or "None.", "note")
        return row + 2
    for offset, (cells, known) in enumerate(zip(grid[1:], table.rows, strict=True), 1):
        wrapped = f"wrap {TONE_STYLE[known.tone]}"
        for column, cell in enumerate(cells):
            book.put(sheet, row + offset, column, cell, wrapped if isinstance(cell, str) else "")
        tall = max(lines(cell, width) for cell, width in zip(cells, widths, strict=False) if isinstance(cell, str))
        if tall > 1:
            sheet.set_row(row + offset, LINE * tall + 1)
    return row + len(grid)


def _grid(table: Table) -> Iterator[list[Cell]]:
    """Titles and rows; a column whose cells have a second line gets a column of its own for it."""
    doubled = {i for row in table.rows for i, cell in enumerate(row.cells) if cell.sub}
    titles: list[Cell] = []
    for index, column in enumerate(table.columns):
        title = f"{column.title}\n{column.unit}" if column.unit else column.title
        titles += [title, f"{column.title}, more"] if index in doubled else [title]
    yield titles
    for row in table.rows:
        cells: list[Cell] = []
        for index, cell in enumerate(row.cells):
            shown = cell.value if isinstance(cell.value, (int, float)) else cell.text
            cells += [shown, cell.sub] if index in doubled else [shown]
        yield cells


def _length(cell: Cell) -> int:
    if isinstance(cell, float):
        return 8
    return max(map(len, str(cell).split("\n")))


def _records(book: StudyBook, name: str, title: str, records: Sequence[Record]) -> None:
    """Records as they stand in the csv files, filtered and frozen."""
    if not records:
        return
    keys = list(records[0])
    if len(records) > MOST_RECORDS:
        sheet = book.sheet(name, title, SUMMARY_WIDTHS)
        said = f"{len(records)} lines would make this workbook slow to open: they are in {name.lower()}.csv beside it."
        book.put(sheet, 2, 0, said, "note")
        return
    sheet = book.sheet(name, title, [max(LEAST_WIDTH, len(key) + 2.0) for key in keys])
    for column, key in enumerate(keys):
        book.put(sheet, 2, column, key, "header")
    for row, record in enumerate(records, 3):
        for column, key in enumerate(keys):
            value = record[key]
            book.put(sheet, row, column, str(value).lower() if isinstance(value, bool) else value)
    sheet.autofilter(2, 0, 2 + len(records), len(keys) - 1)
    sheet.freeze_panes(3, 1)
