"""What the sheets of samples and controls share: from the wells of a group to its concentration, in formulas."""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.estimate import Estimate, RangeStatus
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import Reduce
from elisa_bdnf.model.response import Group, WellUse
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports.xlsx_book import Sheet
from elisa_bdnf.reports.xlsx_cells import Addresses, Cell, Column, Formula
from elisa_bdnf.reports.xlsx_formulas import inverse_formula, list_formula, status_formula
from elisa_bdnf.reports.xlsx_wells import WellPlaces

MEASURED = (
    Column("wells", "Wells", 9),
    Column("left_out", "Left out", 8),
    Column("n", "n", 4, "whole"),
    Column("mean", "Mean response", 10, "response"),
    Column("sd", "SD response", 9, "response"),
    Column("cv_response", "CV % response", 9, "percent"),
    Column("in_well", "In the well\n{unit}", 10, "digits"),
    Column("in_well_low", "In the well\nlow", 9, "digits"),
    Column("in_well_high", "In the well\nhigh", 9, "digits"),
    Column("status", "Range status", 12),
    Column("dilution", "Dilution factor", 8, "general"),
)
JUDGED = (
    Column("cv", "CV %", 6, "percent"),
    Column("cv_basis", "CV of", 12),
    Column("reportable", "Reportable", 10, "center"),
    Column("rules", "Findings", 12, "wrap"),
    Column("remark", "Remark", 50, "wrap"),
)
HAS_NUMBER = tuple(status.value for status in RangeStatus if status.has_number)


def explanation(result: PlateResult) -> str:
    """How the numbers of a row follow from one another, for the line below the title."""
    if not isinstance(result.analysis.curve, Curve):
        return "There is no curve, and so there are no concentrations; the sheet Curve says why."
    protocol = result.analysis.protocol
    how = (
        "in-well concentration = the curve's inverse at the mean response"
        if protocol.reduce is Reduce.MEAN_RESPONSE
        else "in-well concentration = mean of the wells' concentrations"
    )
    factor = " × volume factor" if protocol.dilution.volume_factor != 1 else ""
    confidence = f"{100 * protocol.curve.confidence:g} %"
    return (
        f"Mean over the used wells (sheet Wells); {how} (parameters: sheet Curve); concentration = in-well × dilution "
        f"factor{factor}, shown only where reportable. CI: {confidence} interval."
    )


def group_cells(places: WellPlaces, table: Addresses, position: int, group: Group) -> dict[str, Cell]:
    """Number of used wells, mean, SD and CV of their responses as formulas over the sheet of wells."""
    responses = places.cells("response", group.wells)
    mean, sd = list_formula("AVERAGE", responses), list_formula("STDEV", responses)
    count = list_formula("COUNT", responses)
    ratio = f"100*{table.here('sd', position)}/{table.here('mean', position)}"
    return {
        "n": Formula(count, group.n) if count else group.n,
        "mean": _live(mean, group.mean),
        "sd": _live(sd, group.sd),
        "cv_response": _live(ratio, group.cv_percent),
    }


def _live(formula: str | None, value: float) -> Cell:
    """A formula where the value exists; a formula without a value would only show an error."""
    if math.isnan(value):
        return None
    return Formula(formula, value) if formula else value


def read_on_curve(
    result: PlateResult, places: WellPlaces, table: Addresses, position: int, estimate: Estimate
) -> dict[str, Cell]:
    """In-well concentration, range status and CV; live wherever the curve has an answer."""
    cells: dict[str, Cell] = {
        "in_well": estimate.in_well,
        "in_well_low": estimate.in_well_low,
        "in_well_high": estimate.in_well_high,
        "status": estimate.status.value,
        "cv": estimate.cv_percent,
        "cv_basis": estimate.cv_basis,
    }
    curve = result.analysis.curve
    if not isinstance(curve, Curve) or not _is_read(estimate):
        return cells
    y, x = table.here("mean", position), table.here("in_well", position)
    singles = places.cells("in_well", estimate.group.wells)
    if result.analysis.protocol.reduce is Reduce.MEAN_RESPONSE:
        cells["in_well"] = Formula(inverse_formula(curve.model, y), estimate.in_well)
    elif mean := list_formula("AVERAGE", singles):
        cells["in_well"] = Formula(f'IF(COUNT({mean[8:-1]})={len(singles)},{mean},"")', estimate.in_well)
    if estimate.in_well is not None or result.analysis.protocol.reduce is Reduce.MEAN_RESPONSE:
        cells["status"] = Formula(status_formula(curve.model, y, x), estimate.status.value)
    if estimate.cv_percent is not None:
        cells["cv"] = _cv(table, position, estimate, singles)
    return cells


def _is_read(estimate: Estimate) -> bool:
    """Whether the used wells alone say what the sample is: a saturated replicate does, though it is in no mean."""
    saturated = any(well.use is WellUse.SATURATED for well in estimate.group.left_out)
    return not saturated and estimate.status not in (RangeStatus.SATURATED, RangeStatus.NO_VALUE)


def _cv(table: Addresses, position: int, estimate: Estimate, singles: Sequence[str]) -> Cell:
    if estimate.cv_basis == "response":
        return Formula(table.here("cv_response", position), estimate.cv_percent)
    sd, mean = list_formula("STDEV", singles), list_formula("AVERAGE", singles)
    return Formula(f"100*{sd}/{mean}", estimate.cv_percent) if sd else estimate.cv_percent


def product_formula(result: PlateResult, table: Addresses, position: int, estimate: Estimate) -> str:
    """In-well concentration × dilution factor where one is stated, × volume factor where the sample has one."""
    content = estimate.group.content
    terms = [table.here("in_well", position)]
    if content.dilution_factor is not None:
        terms.append(table.here("dilution", position))
        if content.role is Role.SAMPLE and result.analysis.protocol.dilution.volume_factor != 1:
            terms.append("volume_factor")
    return "*".join(terms)


def has_number_formula(table: Addresses, position: int) -> str:
    """Whether the range status lets a number be given."""
    status = table.here("status", position)
    return "OR(" + ",".join(f'{status}="{word}"' for word in HAS_NUMBER) + ")"


def colour(sheet: Sheet, table: Addresses, count: int) -> None:
    """Conditional formats: they follow the formulas when a reviewer changes a cell."""
    book = sheet.book
    status = table.area("status", count)
    for criteria, word, style in (("begins with", "below", "below"), ("begins with", "above", "above")):
        rule = {"type": "text", "criteria": criteria, "value": word, "format": book.rule_format(style)}
        sheet.worksheet.conditional_format(status, rule)
    no = {"type": "cell", "criteria": "==", "value": '"no"', "format": book.rule_format("bad")}
    sheet.worksheet.conditional_format(table.area("reportable", count), no)
