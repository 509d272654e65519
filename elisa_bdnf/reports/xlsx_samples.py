"""The sheets of samples and controls: one row each, down to the number that may be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports import words
from elisa_bdnf.reports.parts import Document, Table
from elisa_bdnf.reports.sample_tables import (
    accepted_bounds,
    control_in_range_or_none,
    control_recovery,
    found_in_control,
)
from elisa_bdnf.reports.shown import matrix_or_none, shown
from elisa_bdnf.reports.xlsx_book import Book, mark_style, plate_mark
from elisa_bdnf.reports.xlsx_cells import Addresses, Cell, Column, Formula, Row
from elisa_bdnf.reports.xlsx_groups import (
    JUDGED,
    MEASURED,
    colour,
    explanation,
    group_cells,
    has_number_formula,
    product_formula,
    read_on_curve,
)
from elisa_bdnf.reports.xlsx_wells import WellPlaces

SAMPLE_COLUMNS = (
    Column("plate", "Plate", 10),
    Column("sample", "Sample", 10, "bold"),
    Column("subject", "Subject", 9),
    Column("timepoint", "Timepoint", 10),
    Column("matrix", "Matrix", 12),
    *MEASURED,
    Column("concentration", "Concentration\n{unit}", 13, "bold digits"),
    Column("text", "Report as\n{unit}", 14, "bold right"),
    Column("low", "CI low\n{unit}", 9, "digits"),
    Column("high", "CI high\n{unit}", 9, "digits"),
    Column("reported", "Reported", 9, "center"),
    Column("robustness", "Robust ± %", 8, "percent"),
    Column("moved_by", "Moved most by", 16, "wrap"),
    *JUDGED,
)
CONTROL_COLUMNS = (
    Column("plate", "Plate", 10),
    Column("sample", "Control", 10, "bold"),
    Column("nominal", "Nominal\n{unit}", 10, "general"),
    Column("accepted_low", "Accepted from", 10, "general"),
    Column("accepted_high", "Accepted to", 10, "general"),
    *MEASURED,
    Column("concentration", "Found\n{unit}", 11, "bold digits"),
    Column("recovery", "Recovery %", 9, "percent"),
    Column("in_range", "In range", 8, "center"),
    Column("low", "CI low\n{unit}", 9, "digits"),
    Column("high", "CI high\n{unit}", 9, "digits"),
    *JUDGED,
)
SAMPLES = Addresses("Samples", SAMPLE_COLUMNS)
CONTROLS = Addresses("Controls", CONTROL_COLUMNS)


def write_samples(book: Book, places: WellPlaces, document: Document) -> None:
    """One row per sample, in the order of the plate."""
    sheet = book.sheet("Samples", "Samples", explanation(book.result), _widths(SAMPLE_COLUMNS, book.result.samples))
    rows = []
    used = {id(e) for each in book.result.results for e in each.result.used}
    for position, (judged, remark) in enumerate(zip(book.result.samples, _remarks(document.samples), strict=True)):
        content, may = judged.estimate.group.content, shown(judged)
        cells: dict[str, Cell] = {
            "subject": content.subject,
            "timepoint": content.timepoint,
            "matrix": matrix_or_none(content, book.result.analysis.protocol),
            "concentration": _reported(book.result, position, judged, may.number),
            "text": may.text,
            "low": may.low,
            "high": may.high,
            "reported": "yes" if id(judged.estimate) in used else "no",
            "remark": remark,
            **_robustness(judged),
        }
        rows.append(_row(book, places, SAMPLES, position, judged, cells))
    sheet.main_table(SAMPLE_COLUMNS, rows, frozen_columns=2)
    colour(sheet, SAMPLES, len(rows))


def _robustness(judged: JudgedSample) -> dict[str, Cell]:
    """The largest move of the result, what causes it, and whether it leaves the interval."""
    found = judged.estimate.robustness
    if found is None:
        return {}
    beyond = f"{found.change}: beyond the interval" if found.beyond_interval else found.change
    return {"robustness": found.percent, "moved_by": beyond}


def write_controls(book: Book, places: WellPlaces, document: Document) -> None:
    """One row per control; they keep their numbers on a rejected plate, since often they are the reason."""
    note = f"{explanation(book.result)} Recovery = 100 × found / nominal."
    sheet = book.sheet("Controls", "Controls", note, _widths(CONTROL_COLUMNS, book.result.controls))
    rows = []
    for position, (judged, remark) in enumerate(zip(book.result.controls, _remarks(document.controls), strict=True)):
        cells = _control_cells(book.result, position, judged)
        rows.append(_row(book, places, CONTROLS, position, judged, {**cells, "remark": remark}))
    sheet.main_table(CONTROL_COLUMNS, rows, frozen_columns=2)
    colour(sheet, CONTROLS, len(rows))
    outside = {"type": "cell", "criteria": "==", "value": '"no"', "format": book.rule_format("bad")}
    sheet.worksheet.conditional_format(CONTROLS.area("in_range", len(rows)), outside)


def _widths(columns: Sequence[Column], judged: Sequence[JudgedSample]) -> list[float]:
    """The columns' widths, with room for the longest name."""
    longest = max((len(each.estimate.group.content.name) for each in judged), default=0)
    named = min(40.0, longest + 2.0)
    return [max(column.width, named) if column.key == "sample" else column.width for column in columns]


def _remarks(table: Table) -> list[str]:
    """The remarks as the other reports word them, in the order of the rows."""
    index = [column.key for column in table.columns].index("remark")
    return [row.cells[index].text for row in table.rows]


def _row(
    book: Book, places: WellPlaces, table: Addresses, position: int, judged: JudgedSample, more: Mapping[str, Cell]
) -> Row:
    group = judged.estimate.group
    cells: dict[str, Cell] = {
        "plate": plate_mark(book.result),
        "sample": group.content.name,
        "wells": ", ".join(group.wells),
        "left_out": ", ".join(well.well for well in group.left_out),
        "dilution": group.content.dilution_factor,
        "reportable": "yes" if judged.reportable else "no",
        "rules": ", ".join(judged.findings),
        **group_cells(places, table, position, group),
        **read_on_curve(book.result, places, table, position, judged.estimate),
        **more,
    }
    rules = "caution" if judged.findings else ""
    return Row(cells, "", {"plate": mark_style(book.result), "text": range_style(judged), "rules": rules})


def _reported(result: PlateResult, position: int, judged: JudgedSample, number: float | None) -> Cell:
    """in-well × dilution factor, and nothing where it may not be reported."""
    estimate = judged.estimate
    no_factor = estimate.status.has_number and estimate.concentration is None
    if not isinstance(result.analysis.curve, Curve) or estimate.in_well is None or no_factor:
        return None
    reportable = f'{SAMPLES.here("reportable", position)}="yes"'
    condition = f"AND({reportable},{has_number_formula(SAMPLES, position)})"
    product = product_formula(result, SAMPLES, position, estimate)
    return Formula(f'IF({condition},{product},"")', number)


def _control_cells(result: PlateResult, position: int, judged: JudgedSample) -> dict[str, Cell]:
    content, found = judged.estimate.group.content, found_in_control(judged)
    low, high = accepted_bounds(judged)
    cells: dict[str, Cell] = {"nominal": content.nominal, "accepted_low": low, "accepted_high": high}
    inside = control_in_range_or_none(judged)
    cells["in_range"] = None if inside is None else "yes" if inside else "no"
    if found is None:
        return cells
    here = CONTROLS.here("concentration", position)
    product = product_formula(result, CONTROLS, position, judged.estimate)
    cells["concentration"] = Formula(f'IF({has_number_formula(CONTROLS, position)},{product},"")', found)
    cells |= {"low": judged.estimate.low, "high": judged.estimate.high}
    recovery = control_recovery(judged)
    if recovery is not None:
        nominal = CONTROLS.here("nominal", position)
        cells["recovery"] = Formula(f'IF(ISNUMBER({here}),100*{here}/{nominal},"")', recovery)
    if inside is not None:
        cells["in_range"] = Formula(_in_range_formula(here, position, judged), "yes" if inside else "no")
    return cells


def _in_range_formula(found: str, position: int, judged: JudgedSample) -> str:
    low, high = accepted_bounds(judged)
    tests = [f"ISNUMBER({found})"]
    if low is not None:
        tests.append(f"{found}>={CONTROLS.here('accepted_low', position)}")
    if high is not None:
        tests.append(f"{found}<={CONTROLS.here('accepted_high', position)}")
    return f'IF(AND({",".join(tests)}),"yes","no")'


def range_style(judged: JudgedSample) -> str:
    """The style of a result by what may be read of it."""
    status = judged.estimate.status
    if not judged.reportable:
        return "bad"
    if status in words.BELOW:
        return "below"
    return "" if status is RangeStatus.WITHIN else "above"
