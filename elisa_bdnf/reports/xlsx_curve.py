"""The sheet of the curve: its parameters and limits as named cells, how it was fitted, and the chart."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.reports import words
from elisa_bdnf.reports.parts import Fact
from elisa_bdnf.reports.xlsx_book import Book, Sheet
from elisa_bdnf.reports.xlsx_cells import FIRST_ROW, HEADER_ROW, Cell, lines
from elisa_bdnf.reports.xlsx_chart import chart_from_result_or_none, write_chart
from elisa_bdnf.reports.xlsx_formulas import PARAMETERS, name
from elisa_bdnf.reports.xlsx_summary import write_facts
from elisa_bdnf.reports.xlsx_wells import WellPlaces, blank_mean_cell

CURVE_WIDTHS = (17, 30, 15, 52, 3, 14, 16, 15, 13, 13, 13)


def write_curve(book: Book, places: WellPlaces, facts: Sequence[Fact]) -> None:
    """Parameters and limits as named cells, the chart, and the points that it draws."""
    curve = book.result.analysis.curve
    if isinstance(curve, NoCurve):
        note = "No curve was fitted, and nothing was read from one."
    else:
        note = f"{words.EQUATION[curve.model]}. The formulas of this workbook read these cells by their names."
    sheet = book.sheet("Curve", "Curve", note, CURVE_WIDTHS, columns=len(CURVE_WIDTHS))
    for index, title in enumerate(("Name", "Value", "Standard error", "Meaning")):
        sheet.put(HEADER_ROW, index, title, "header")
    row = _named_cells(sheet, places)
    if isinstance(curve, NoCurve):
        row = sheet.pairs(row + 1, 0, (("Reason", curve.reason), ("Cause", curve.cause), ("What to try", curve.hint)))
    row = sheet.section(row + 1, "The fit", 4)
    write_facts(sheet, row, facts, CURVE_WIDTHS[:4])
    if chart := chart_from_result_or_none(book.result):
        write_chart(sheet, chart)
    sheet.worksheet.freeze_panes(FIRST_ROW, 0)
    sheet.worksheet.repeat_rows(0, HEADER_ROW)


def _named_cells(sheet: Sheet, places: WellPlaces) -> int:
    """Write what formulas refer to by name, one a row; returns the next free row."""
    row = FIRST_ROW
    for key, value, error, meaning in _named_values(sheet.book, places):
        sheet.put(row, 0, key, "bold mono")
        sheet.put(row, 1, value, "general left")
        sheet.put(row, 2, error, "digits")
        sheet.put(row, 3, meaning, "wrap note")
        sheet.grow(row, lines(meaning, CURVE_WIDTHS[3]))
        sheet.book.workbook.define_name(key, f"=Curve!$B${row + 1}")
        row += 1
    return row


def _named_values(book: Book, places: WellPlaces) -> list[tuple[str, Cell, Cell, str]]:
    result, unit = book.result, book.unit
    curve, protocol = result.analysis.curve, result.analysis.protocol
    named: list[tuple[str, Cell, Cell, str]] = []
    if isinstance(curve, Curve):
        for key in PARAMETERS[curve.model]:
            fixed = " (fixed)" if key in curve.spec.fixed else ""
            meaning = words.PARAMETERS[curve.model].get(key, "") + fixed
            if curve.estimate_or_none(key) is None:
                meaning += "; NO FINITE ESTIMATE: this number only stands in, so that the formulas can follow the curve"
            named.append((name(key), getattr(curve, key), curve.standard_errors.get(key), meaning))
        limits = curve.limits
        named.append(("LLOQ", limits.lloq, None, f"{unit} in the well: {limits.lloq_reason}"))
        named.append(("ULOQ", limits.uloq, None, f"{unit} in the well: {limits.uloq_reason}"))
    extrapolation = protocol.limits.extrapolation.value
    named.append(("extrapolation", extrapolation, None, "what is done beyond LLOQ and ULOQ (protocol)"))
    factor = protocol.dilution.volume_factor
    named.append(("volume_factor", factor, None, "multiplies every dilution factor (protocol)"))
    blank = blank_mean_cell(result, places)
    if blank is not None:
        named.append(("blank_mean", blank, None, "subtracted from every well"))
    return named
