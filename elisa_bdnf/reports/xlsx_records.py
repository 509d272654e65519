"""The sheets that hold the record: findings, the instrument's own numbers, and where everything came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from elisa_bdnf.model.result import Comparison
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.parts import Document, Table
from elisa_bdnf.reports.source_tables import equal_at_printed_digits_or_none
from elisa_bdnf.reports.xlsx_book import Book, Sheet, mark_style, plate_mark
from elisa_bdnf.reports.xlsx_cells import FIRST_ROW, HEADER_ROW, Addresses, Cell, Column, Formula, Row
from elisa_bdnf.reports.xlsx_summary import TONE_STYLE, write_banners
from elisa_bdnf.reports.xlsx_wells import WellPlaces

COMPARISON_COLUMNS = (
    Column("plate", "Plate", 10),
    Column("well", "Well", 8, "bold center"),
    Column("name", "Name", 20),
    Column("ours", "Ours, in the well\n{unit}", 15, "digits"),
    Column("instrument", "Instrument\n{unit}", 15, "typed digits"),
    Column("difference", "Difference\n{unit}", 14, "difference"),
    Column("size", "|Difference|\n{unit}", 14, "difference"),
    Column("percent", "Difference %", 12, "difference"),
    Column("digits", "Decimals printed", 10, "whole"),
    Column("equal", "Equal at printed digits", 12, "center"),
    Column("note", "Instrument's note", 18),
)
COMPARISONS = Addresses("Instrument", COMPARISON_COLUMNS, FIRST_ROW + 2)
_LEAST_WIDTH, _MOST_WIDTH = 8, 70


def write_findings(book: Book, document: Document) -> None:
    """Every finding, then the rules that could not be applied, then the wells that were left out."""
    columns, rows = _from_document(book, document.findings)
    sheet = book.sheet(
        "Findings", document.findings.title, document.findings.note, [c.width for c in columns], columns=len(columns)
    )
    sheet.main_table(columns, rows, frozen_columns=1)
    row = FIRST_ROW + len(rows)
    if not rows:
        sheet.put(row, 0, document.findings.empty or "No findings.", "note")
        row += 1
    for table in (document.not_evaluated, *document.decided, document.exclusions):
        row = _more(sheet, row + 1, table)


def _from_document(book: Book, table: Table) -> tuple[list[Column], list[Row]]:
    """A table of words with the mark of the plate in front of each row."""
    columns = [Column("plate", "Plate", 10)]
    for index, column in enumerate(table.columns):
        longest = max([len(column.title), *(len(row.cells[index].text) for row in table.rows)])
        columns.append(Column(column.key, column.title, min(_MOST_WIDTH, max(_LEAST_WIDTH, longest + 2)), "wrap"))
    rows = []
    for row in table.rows:
        cells: dict[str, Cell] = {"plate": plate_mark(book.result)}
        styles = {"plate": mark_style(book.result)}
        for column, cell in zip(table.columns, row.cells, strict=True):
            cells[column.key] = f"{cell.text}\n{cell.sub}" if cell.sub else cell.text
            styles[column.key] = TONE_STYLE[cell.tone]
        rows.append(Row(cells, TONE_STYLE[row.tone], styles))
    return columns, rows


def _more(sheet: Sheet, row: int, table: Table) -> int:
    """A further table below the main one; returns the next free row."""
    columns, rows = _from_document(sheet.book, table)
    columns[-1] = replace(columns[-1], style="text")  # runs on to the right: the widths are those of the main table
    row = sheet.section(row, table.title, len(columns))
    if not rows:
        sheet.put(row, 0, table.empty or "None.", "note")
        return row + 1
    sheet.worksheet.set_row(row, 28)
    sheet.table(columns, rows, row + 1)
    return row + 1 + len(rows)


def write_dilutions(book: Book, document: Document) -> None:
    """Samples at several dilutions, one row each; no sheet where there is none."""
    if document.dilutions is None:
        return
    columns, rows = _from_document(book, document.dilutions)
    widths = [column.width for column in columns]
    sheet = book.sheet("Dilutions", document.dilutions.title, document.dilutions.note, widths)
    sheet.main_table(columns, rows, frozen_columns=2)


def write_editing(book: Book, document: Document) -> None:
    """What editing left out of the standards, and both curves; no sheet where it left nothing out."""
    if document.edits is None:
        return
    tables = [table for table in (document.edits, document.curve_versions) if table is not None]
    made = [_from_document(book, table) for table in tables]
    widths = [max(c.width for c in at if c) for at in zip_longest(*(columns for columns, _ in made))]
    sheet = book.sheet("Editing", document.edits.title, document.edits.note, widths)
    columns, rows = made[0]
    sheet.main_table(columns, rows, frozen_columns=1)
    for table in tables[1:]:
        _more(sheet, FIRST_ROW + len(rows) + 1, table)


def write_comparison(book: Book, places: WellPlaces, sentence: str) -> None:
    """Our concentration in each well beside the one that the reader's software printed."""
    comparisons = book.result.analysis.comparisons
    if not comparisons:
        return
    widths = [column.width for column in COMPARISON_COLUMNS]
    sheet = book.sheet("Instrument", "The instrument's own numbers", sentence, widths)
    rows = [_comparison_row(book, places, i, comparison) for i, comparison in enumerate(comparisons)]
    pairs = [(c.ours, c.instrument.value) for c in comparisons]
    largest = max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=0.0)
    area = COMPARISONS.area("size", len(rows))
    sheet.put(HEADER_ROW, 0, "Largest difference", "name")
    sheet.put(HEADER_ROW, 3, Formula(f"MAX({area})", largest), "bold digits")
    sheet.put(HEADER_ROW, 4, book.unit, "text")
    sheet.worksheet.set_row(COMPARISONS.first_row - 1, 42)
    sheet.table(COMPARISON_COLUMNS, rows, COMPARISONS.first_row)
    off = {"type": "cell", "criteria": "==", "value": '"no"', "format": book.rule_format("caution")}
    sheet.worksheet.conditional_format(COMPARISONS.area("equal", len(rows)), off)
    last = COMPARISONS.first_row + len(rows)
    sheet.worksheet.autofilter(COMPARISONS.first_row - 1, 0, last - 1, len(COMPARISON_COLUMNS) - 1)
    sheet.worksheet.freeze_panes(COMPARISONS.first_row, 2)
    sheet.worksheet.repeat_rows(HEADER_ROW - 1, COMPARISONS.first_row - 1)
    _instrument_curve(sheet, last + 1)


def _comparison_row(book: Book, places: WellPlaces, position: int, comparison: Comparison) -> Row:
    instrument, ours = comparison.instrument, comparison.ours
    content = book.result.analysis.layout.contents.get(comparison.well)
    cells: dict[str, Cell] = {
        "plate": plate_mark(book.result), "well": comparison.well, "name": content.name if content else "",
        "ours": _ours(places, comparison), "instrument": instrument.value, "digits": instrument.digits,
        "note": instrument.note.text if instrument.note else "", "size": None,
    }  # fmt: skip
    if ours is not None and instrument.value is not None:
        a, b = COMPARISONS.here("ours", position), COMPARISONS.here("instrument", position)
        difference = ours - instrument.value
        cells["difference"] = Formula(f"{a}-{b}", difference)
        cells["size"] = Formula(f"ABS({COMPARISONS.here('difference', position)})", abs(difference))
        if instrument.value:
            cells["percent"] = Formula(f"100*({a}-{b})/ABS({b})", 100 * difference / abs(instrument.value))
        cells["equal"] = _equal(comparison, position)
    return Row(cells, "", {"plate": mark_style(book.result)})


def _equal(comparison: Comparison, position: int) -> Cell:
    """Half a unit of the last printed digit, with a sliver for the rounding of either side."""
    equal = "yes" if equal_at_printed_digits_or_none(comparison) else "no"
    if comparison.instrument.digits is None:
        return equal
    size, theirs = COMPARISONS.here("size", position), COMPARISONS.here("instrument", position)
    half = f"0.5*10^-{COMPARISONS.here('digits', position)}*(1+1E-6)+1E-12*ABS({theirs})"
    return Formula(f'IF({size}<={half},"yes","no")', equal)


def _ours(places: WellPlaces, comparison: Comparison) -> Cell:
    """The cell of the sheet of wells, where our number is made."""
    cells = places.cells("in_well", (comparison.well,))
    return Formula(cells[0], comparison.ours) if cells and comparison.ours is not None else comparison.ours


def _instrument_curve(sheet: Sheet, row: int) -> None:
    curve = sheet.book.result.analysis.reading.instrument_curve
    if curve is None:
        return
    row = sheet.section(row, "The curve that the reader's software fitted", len(COMPARISON_COLUMNS))
    pairs: list[tuple[str, Cell]] = [("Model", curve.model or "not stated"), ("Formula", curve.formula or "not stated")]
    pairs += [(f"Parameter {name}", value) for name, value in curve.parameters]
    pairs += [("R²", digits.r_squared(curve.r_squared)), ("Fitted response", curve.response_label or "not stated")]
    sheet.pairs(row, 0, pairs)


def write_provenance(book: Book, document: Document) -> None:
    """Files, checksums, versions, settings, remarks: what somebody needs to get the same numbers again."""
    columns, rows = _from_document(book, document.provenance)
    sheet = book.sheet("Provenance", document.provenance.title, document.provenance.note, [c.width for c in columns])
    sheet.main_table(columns, rows, frozen_columns=1)
    row = write_banners(sheet, FIRST_ROW + len(rows) + 1, document.banners, [column.width for column in columns])
    for title, texts in (
        ("Remarks", document.remarks), ("Methods", document.methods), ("Limitations", document.limitations),
    ):  # fmt: skip
        row = _texts(sheet, row + 1, title, texts, columns)
    _more(sheet, row + 1, document.header)


def _texts(sheet: Sheet, row: int, title: str, texts: Sequence[str], columns: Sequence[Column]) -> int:
    """Paragraphs over the width of the sheet."""
    row = sheet.section(row, title, len(columns))
    widths = [column.width for column in columns]
    for text in texts or ("None.",):
        sheet.paragraph(row, text, "wrap", widths)
        row += 1
    return row
