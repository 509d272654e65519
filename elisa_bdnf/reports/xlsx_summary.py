"""The first sheet: verdict, key facts, results by subject and timepoint, and how to follow a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from elisa_bdnf.reports.parts import Banner, Document, Fact, Table, Tone
from elisa_bdnf.reports.xlsx_book import Book, Sheet, mark_style, plate_mark
from elisa_bdnf.reports.xlsx_cells import HEADER_ROW, lines

TONE_STYLE = {Tone.PLAIN: "", Tone.GOOD: "good", Tone.WARN: "caution", Tone.BAD: "bad", Tone.MUTED: "quiet"}
SUMMARY_WIDTHS = (17, 19, 17, 17, 17, 17, 17, 17)
READING_GUIDE = (
    ("Wells", "raw − reference − blank = response; the curve's inverse at the response = in-well concentration"),
    ("Curve", "parameters and limits as named cells (curve_a, curve_b, …, LLOQ, ULOQ), which every formula reads"),
    ("Samples", "mean response of the used wells → in-well concentration → × dilution factor = concentration"),
    ("Standards", "what the curve gives back for each standard, and the recovery"),
)


def write_summary(book: Book, document: Document) -> None:
    """Everything that a reader in a hurry needs; all of it is in the other sheets in full."""
    columns = max(len(SUMMARY_WIDTHS), 1 + len(document.overview.columns) if document.overview else 0)
    widths = [*SUMMARY_WIDTHS, *[SUMMARY_WIDTHS[-1]] * (columns - len(SUMMARY_WIDTHS))]
    sheet = book.sheet("Summary", document.title, document.subtitle, widths)
    row = HEADER_ROW
    for reason in document.headline.reasons:
        sheet.paragraph(row, reason, "wrap bad", widths)
        row += 1
    row = write_banners(sheet, row, document.banners, widths)
    if document.overview is not None:
        row = sheet.section(row + 1, document.overview.title, columns)
        row = _overview(sheet, row, document.overview)
    row = sheet.section(row + 1, "Key facts", columns)
    row = write_facts(sheet, row, document.facts, widths)
    row = write_facts(sheet, row, document.accounting, widths)
    row = sheet.section(row + 1, "How to follow a number", columns)
    for name, text in READING_GUIDE:
        sheet.put(row, 0, name, "bold")
        sheet.put(row, 1, text, "text")
        row += 1
    sheet.worksheet.freeze_panes(HEADER_ROW, 1)
    sheet.worksheet.repeat_rows(0, HEADER_ROW - 1)


def write_banners(sheet: Sheet, row: int, banners: Iterable[Banner], widths: Sequence[float]) -> int:
    """What must be read before the numbers, one stripe each; returns the next free row."""
    for banner in banners:
        sheet.paragraph(row, f"{banner.title}: {banner.text}", f"wrap {TONE_STYLE[banner.tone] or 'calm'}", widths)
        row += 1
    return row


def write_facts(sheet: Sheet, row: int, facts: Iterable[Fact], widths: Sequence[float]) -> int:
    """Labels, texts and what is to be said beside them over columns of these widths; returns the next free row."""
    for fact in facts:
        sheet.put(row, 0, fact.label, "name")
        sheet.put(row, 1, fact.text, f"wrap {TONE_STYLE[fact.tone]}")
        if fact.help:
            sheet.merged(row, 2, len(widths) - 1, fact.help, "wrap note")
        sheet.grow(row, max(lines(fact.text, widths[1]), lines(fact.help, sum(widths[2:]))))
        row += 1
    return row


def _overview(sheet: Sheet, row: int, table: Table) -> int:
    """The matrix of results, each with its interval below it in the same cell."""
    result = sheet.book.result
    titles = ["Plate", *(column.title for column in table.columns)]
    for index, title in enumerate(titles):
        sheet.put(row, index, title, "header")
    for line in table.rows:
        row += 1
        sheet.put(row, 0, plate_mark(result), f"boxed {mark_style(result)}")
        for index, (cell, column) in enumerate(zip(line.cells, table.columns, strict=True), 1):
            text = f"{cell.text}\n{cell.sub}" if cell.sub else cell.text
            styles = f"boxed wrap {'center' if column.numeric else 'bold'} {TONE_STYLE[cell.tone]}"
            sheet.put(row, index, text, styles.strip())
        sheet.worksheet.set_row(row, 28)
    row += 1
    sheet.put(row, 0, table.note, "note")
    return row + 1


def verdict_line(document: Document) -> str:
    """What stands in the stripe on top of every sheet."""
    why = " The sheet Findings says why." if document.mark else ""
    return f"{document.headline.word} – {document.headline.sentence}{why}"
