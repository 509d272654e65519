"""The sheet of wells, where every number of the workbook begins, and the plate as a picture."""

from __future__ import annotations

import math

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.estimate import WellEstimate
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.plate import Well, row_column_from_well, row_name_from_index
from elisa_bdnf.model.protocol import BlankMode
from elisa_bdnf.model.response import WellResponse, WellUse
from elisa_bdnf.model.result import Analysis, PlateResult
from elisa_bdnf.reports.xlsx_book import Book, Sheet, mark_style, plate_mark
from elisa_bdnf.reports.xlsx_cells import FIRST_ROW, Addresses, Cell, Column, Formula, Row, letter_from_index
from elisa_bdnf.reports.xlsx_formulas import inverse_formula, list_formula, status_formula

WELL_COLUMNS = (
    Column("plate", "Plate", 10),
    Column("well", "Well", 6, "bold center"),
    Column("role", "Role", 10),
    Column("name", "Name", 16),
    Column("subject", "Subject", 12),
    Column("timepoint", "Timepoint", 11),
    Column("nominal", "Nominal\n{unit}", 10, "general"),
    Column("dilution", "Dilution factor", 9, "general"),
    Column("raw", "Raw", 9, "typed response"),
    Column("reference", "Reference", 10, "typed response"),
    Column("response", "Response", 10, "response"),
    Column("in_well", "In the well\n{unit}", 11, "digits"),
    Column("status", "Range status", 13),
    Column("use", "Use", 11),
    Column("reason", "Reason", 50),
    Column("note", "Export's note", 12),
    Column("instrument", "Instrument\n{unit}", 12, "digits"),
)


class WellPlaces:
    """Where the wells are on their sheet."""

    def __init__(self, result: PlateResult) -> None:
        self.addresses = Addresses("Wells", WELL_COLUMNS)
        self.position = {well.well: i for i, well in enumerate(result.analysis.responses.wells)}

    def cells(self, key: str, wells: tuple[Well, ...]) -> list[str]:
        """The cells of some wells in one column, as formulas on other sheets name them."""
        return [self.addresses.there(key, self.position[well]) for well in wells if well in self.position]


def write_wells(book: Book, places: WellPlaces) -> None:
    """One row per well of the plate, row by row."""
    analysis = book.result.analysis
    sheet = book.sheet(
        "Wells",
        "Wells",
        f"{analysis.responses.correction}. Concentrations in {book.unit}, as read in the well. "
        "Blue: as exported; black: formulas. Greyed wells take no part in any mean.",
        [column.width for column in WELL_COLUMNS],
    )
    estimates = _estimates(analysis)
    said = {r.well: r for r in analysis.reading.instrument_results if r.quantity == "concentration"}
    rows = []
    for position, well in enumerate(analysis.responses.wells):
        cells = _measured(book, places, well, position) | _read_on_curve(book, places, well, position, estimates)
        if result := said.get(well.well):
            word = result.note.text if result.note else None
            cells["instrument"] = word if result.value is None else result.value
        rows.append(Row(cells, "" if well.use is WellUse.USED else "muted", {"plate": mark_style(book.result)}))
    sheet.main_table(WELL_COLUMNS, rows, frozen_columns=2)


def _estimates(analysis: Analysis) -> dict[Well, WellEstimate]:
    single = list(analysis.standard_wells)
    for estimate in (*analysis.controls, *analysis.samples):
        single += estimate.wells
    return {estimate.well: estimate for estimate in single}


def _measured(book: Book, places: WellPlaces, well: WellResponse, position: int) -> dict[str, Cell]:
    content = well.content
    return {
        "plate": plate_mark(book.result),
        "well": well.well,
        "role": content.role.value,
        "name": content.name,
        "subject": content.subject,
        "timepoint": content.timepoint,
        "nominal": content.nominal,
        "dilution": content.dilution_factor,
        "raw": well.raw,
        "reference": well.reference,
        "response": _response(book.result.analysis, places, well, position),
        "use": well.use.value,
        "reason": well.reason,
        "note": well.note.text if well.note else None,
    }


def _response(analysis: Analysis, places: WellPlaces, well: WellResponse, position: int) -> Cell:
    if math.isnan(well.response):
        return None
    terms = [places.addresses.here("raw", position)]
    if not math.isnan(well.reference):
        terms.append(places.addresses.here("reference", position))
    if analysis.responses.blank_mean is not None:
        terms.append("blank_mean")
    return Formula("-".join(terms), well.response)


def _read_on_curve(
    book: Book, places: WellPlaces, well: WellResponse, position: int, estimates: dict[Well, WellEstimate]
) -> dict[str, Cell]:
    estimate, curve = estimates.get(well.well), book.result.analysis.curve
    if estimate is None:
        return {}
    if not isinstance(curve, Curve):
        return {"in_well": estimate.in_well, "status": estimate.status.value}
    y, x = places.addresses.here("response", position), places.addresses.here("in_well", position)
    status: Cell = Formula(status_formula(curve.model, y, x), estimate.status.value)
    if well.content.role in (Role.STANDARD, Role.BLANK) or math.isnan(curve.limits.lloq):
        status = estimate.status.value  # limits of quantification are for what is asked, not for what is known
    return {
        "in_well": Formula(inverse_formula(curve.model, y), estimate.in_well),
        "status": status,
    }


def blank_mean_cell(result: PlateResult, places: WellPlaces) -> Cell:
    """The mean blank as a formula over the blank wells' raw cells; None where no blank is subtracted."""
    mean = result.analysis.responses.blank_mean
    if mean is None or result.analysis.protocol.reading.blank is not BlankMode.SUBTRACT:
        return mean
    blanks = [w for w in result.analysis.responses.wells if w.content.role is Role.BLANK and w.use is WellUse.USED]
    raw = list_formula("AVERAGE", places.cells("raw", tuple(well.well for well in blanks)))
    referenced = tuple(well.well for well in blanks if not math.isnan(well.reference))
    reference = list_formula("AVERAGE", places.cells("reference", referenced))
    if raw is None or (referenced and reference is None):
        return mean
    return Formula(f"{raw}-{reference}" if referenced else raw, mean)


def write_plate(book: Book, places: WellPlaces) -> None:
    """The plate twice: responses as a heat map, and what the layout put where."""
    analysis = book.result.analysis
    shape = analysis.reading.shape
    width = 9.0 if shape.columns <= 12 else 6.5
    sheet = book.sheet(
        "Plate",
        "Plate map",
        f"Plate {analysis.reading.plate}: responses above, contents below. Wells that are struck through take no part.",
        [6.0] + [width] * shape.columns,
        columns=max(shape.columns + 1, 9),
    )
    top = sheet.section(FIRST_ROW - 1, "Response", shape.columns + 1)
    _grid_header(sheet, top, shape.rows, shape.columns)
    first = f"$B${top + 2}:${letter_from_index(shape.columns)}${top + 1 + shape.rows}"
    sheet.worksheet.conditional_format(first, HEAT)
    below = sheet.section(top + shape.rows + 2, "Contents", shape.columns + 1)
    _grid_header(sheet, below, shape.rows, shape.columns)
    for position, well in enumerate(analysis.responses.wells):
        row, column = row_column_from_well(well.well)
        out = "" if well.use in (WellUse.USED, WellUse.EMPTY) else "struck"
        value = (
            None if math.isnan(well.response) else Formula(places.addresses.there("response", position), well.response)
        )
        sheet.put(top + 1 + row, column + 1, value, f"boxed small response center {out}")
        styles = f"boxed small wrap center {well.content.role.value} {out}"
        sheet.put(below + 1 + row, column + 1, _content_text(well.content), styles)
    for row in range(shape.rows):
        sheet.worksheet.set_row(below + 1 + row, 34 if shape.columns <= 12 else 26)
    _legend(sheet, below + shape.rows + 2)
    sheet.worksheet.freeze_panes(FIRST_ROW - 1, 1)


HEAT = {
    "type": "3_color_scale",
    "min_color": "#F7FBFF",
    "mid_color": "#FFE08A",
    "max_color": "#E4572E",
}


def _grid_header(sheet: Sheet, row: int, rows: int, columns: int) -> None:
    for column in range(columns):
        sheet.put(row, column + 1, str(column + 1), "header")
    for index in range(rows):
        sheet.put(row + 1 + index, 0, row_name_from_index(index), "header")


def _content_text(content: Content) -> str:
    if content.role is Role.EMPTY:
        return ""
    if content.role is Role.STANDARD and content.nominal is not None:
        return f"{content.name}\n{content.nominal:g}" if content.name else f"{content.nominal:g}"
    where = [part for part in (content.subject, content.timepoint) if part and part not in content.name]
    return "\n".join([content.name, " ".join(where)]) if where else content.name


def _legend(sheet: Sheet, row: int) -> None:
    for index, role in enumerate(Role):
        sheet.put(row, 1 + index, role.value, f"boxed small center {role.value}")
