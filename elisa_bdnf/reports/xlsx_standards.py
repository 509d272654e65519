"""The sheet of standards: what the curve gives back for each level."""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve, Level, StandardPoint
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports.standard_tables import acquired_points
from elisa_bdnf.reports.xlsx_book import Book, Sheet, mark_style, plate_mark
from elisa_bdnf.reports.xlsx_cells import Addresses, Cell, Column, Formula, Row
from elisa_bdnf.reports.xlsx_formulas import inverse_formula, list_formula, response_formula
from elisa_bdnf.reports.xlsx_wells import WellPlaces

STANDARD_COLUMNS = (
    Column("plate", "Plate", 10),
    Column("name", "Standard", 16, "bold"),
    Column("nominal", "Nominal\n{unit}", 10, "typed general"),
    Column("wells", "Wells", 12),
    Column("n", "n", 5, "whole"),
    Column("response", "Mean response", 11, "response"),
    Column("cv", "CV % response", 10, "percent"),
    Column("fitted", "Fitted response", 11, "response"),
    Column("residual", "Response − fitted", 11, "response"),
    Column("back", "Back-calculated\n{unit}", 14, "digits"),
    Column("recovery", "Recovery %", 10, "percent"),
    Column("allowed", "Allowed ± %", 9, "percent"),
    Column("acquired", "Recovery % before editing", 11, "percent"),
    Column("in_fit", "In the fit", 9, "center"),
    Column("remark", "Remark", 48),
)
STANDARDS = Addresses("Standards", STANDARD_COLUMNS)


def write_standards(book: Book, places: WellPlaces) -> None:
    """One row per level, with what the curve gives back for it."""
    curve = book.result.analysis.curve
    sheet = book.sheet(
        "Standards",
        "Standards",
        f"Back-calculated = the curve's inverse at the mean response, in {book.unit}; recovery = 100 × back-calculated "
        "/ nominal. Coloured where it is outside what the protocol allows.",
        [column.width for column in STANDARD_COLUMNS],
    )
    if isinstance(curve, Curve):
        rows = [_standard_row(book, places, curve, i, point) for i, point in enumerate(curve.standards)]
    else:
        rows = [_level_row(book, places, i, level) for i, level in enumerate(curve.levels)]
    sheet.main_table(STANDARD_COLUMNS, rows, frozen_columns=2)
    _colour_recoveries(sheet, len(rows), book.result.analysis.protocol.limits.cv_percent)


def _colour_recoveries(sheet: Sheet, count: int, cv_limit: float) -> None:
    book = sheet.book
    recovery, allowed = STANDARDS.here("recovery", 0), STANDARDS.here("allowed", 0)
    for test, style in ((">", "bad"), ("<=", "good")):
        criteria = f"=AND(ISNUMBER(${recovery}),ISNUMBER(${allowed}),ABS(${recovery}-100){test}${allowed}+1E-9)"
        rule = {"type": "formula", "criteria": criteria, "format": book.rule_format(style)}
        sheet.worksheet.conditional_format(STANDARDS.area("recovery", count), rule)
    wide = {"type": "cell", "criteria": ">", "value": cv_limit, "format": book.rule_format("caution")}
    sheet.worksheet.conditional_format(STANDARDS.area("cv", count), wide)


def _level_row(book: Book, places: WellPlaces, position: int, level: Level) -> Row:
    """A level without a curve: what was measured is still there to be looked at."""
    responses = places.cells("response", level.wells)
    average, spread = list_formula("AVERAGE", responses), list_formula("STDEV", responses)
    mean = level.mean if level.responses else math.nan
    cells: dict[str, Cell] = {
        "plate": plate_mark(book.result),
        "name": level.name,
        "nominal": level.nominal,
        "wells": ", ".join(level.wells),
        "n": len(level.responses),
        "response": Formula(average, mean) if average else mean,
        "remark": "anchor: helps the fit, outside the quantitative range" if level.anchor else "",
    }
    deviation = _sd(level.responses)
    if spread and deviation is not None and mean > 0:
        cells["cv"] = Formula(f"100*{spread}/{STANDARDS.here('response', position)}", 100 * deviation / mean)
    return Row(cells, "", {"plate": mark_style(book.result)})


def _sd(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _standard_row(book: Book, places: WellPlaces, curve: Curve, position: int, point: StandardPoint) -> Row:
    row = _level_row(book, places, position, point.level)
    y, x = STANDARDS.here("response", position), STANDARDS.here("nominal", position)
    fitted, back = STANDARDS.here("fitted", position), STANDARDS.here("back", position)
    cells: dict[str, Cell] = dict(row.cells)
    cells["fitted"] = Formula(response_formula(curve.model, x), point.fitted)
    cells["residual"] = Formula(f"{y}-{fitted}", point.response - point.fitted)
    cells["back"] = Formula(inverse_formula(curve.model, y), point.back_calculated)
    if point.recovery_percent is not None:
        cells["recovery"] = Formula(f'IF(ISNUMBER({back}),100*{back}/{x},"")', point.recovery_percent)
        cells["allowed"] = _allowed_percent(book.result, curve, point)
    cells["in_fit"] = "yes" if point.in_fit else "no"
    if point.edited:
        cells["remark"] = "left out by editing: see the sheet Editing"
    before = acquired_points(book.result)
    old = next((before[well] for well in point.level.wells if well in before), None)
    cells["acquired"] = old.recovery_percent if old else None
    return Row(cells, "" if point.in_fit else "muted", row.cell_styles)


def _allowed_percent(result: PlateResult, curve: Curve, point: StandardPoint) -> float | None:
    """The wider limit at the lowest and the highest level; none for an anchor."""
    if point.level.anchor:
        return None
    limits = result.analysis.protocol.limits
    return limits.recovery_ends_percent if point.level.nominal in curve.ends else limits.recovery_percent
