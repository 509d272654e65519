"""The layout in SkanIt workbooks: ``Layout definitions`` with three lines per plate row, or the ``Sample`` matrices.

Name  Plate 1
      1       2          the line of a row letter holds ids, the next one groups, the third one
A     Std1    Un1        the concentration of a standard (0.5 microg/ml) or the dilution of a sample (1:25)
      Group 1 Group 1
      0.5 ug/ml 1:25
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elisa_bdnf.inputs.grid import column_number_or_none, row_letter_or_none
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.units import name_and_unit_from_text
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well, well_from_row_column, well_from_text_or_none
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells

LAYOUT_SHEET = "Layout definitions"
_ID, _GROUP, _AMOUNT = 0, 1, 2


def wells_by_plate(pages: Iterable[Page]) -> dict[str, dict[Well, WellSaid]]:
    """Plate name → well → what ``Layout definitions`` says of it."""
    return {name: wells for page in pages for name, wells in _plates(page)}


def _plates(page: Page) -> Iterable[tuple[str, dict[Well, WellSaid]]]:
    starts = [row for row in range(len(page.rows)) if page.text(row, 0).casefold() == "name"]
    for start, stop in zip(starts, [*starts[1:], len(page.rows)], strict=True):
        yield page.text(start, 1), _wells(page, start, stop)


def _wells(page: Page, start: int, stop: int) -> dict[Well, WellSaid]:
    columns: dict[int, int] = {}
    texts: dict[Well, dict[int, str]] = {}
    letter_row, plate_row = -1, -1
    for row in range(start, stop):
        numbers = {i: n for i, cell in enumerate(page.rows[row]) if i and (n := column_number_or_none(cell))}
        letter = row_letter_or_none(page.text(row, 0))
        if not columns and len(numbers) > 1 and not page.text(row, 0):
            columns = numbers
        elif columns and letter is not None:
            letter_row, plate_row = row, letter
        if letter_row >= 0 and row - letter_row <= _AMOUNT:
            for position, number in columns.items():
                if text := page.text(row, position):
                    texts.setdefault(well_from_row_column(plate_row, number - 1), {})[row - letter_row] = text
    return {well: _said(lines) for well, lines in texts.items() if lines.get(_ID)}


def _said(lines: Mapping[int, str]) -> WellSaid:
    amount = lines.get(_AMOUNT, "")
    is_dilution = amount.startswith(("1:", "1/"))
    group = (("group", lines[_GROUP]),) if _GROUP in lines else ()
    return WellSaid(lines[_ID], "" if is_dilution else amount, amount if is_dilution else "", group)


def standards_of_curve(pages: Iterable[Page]) -> dict[Well, str]:
    """Well → concentration with its unit, from the table ``Well, Sample, Conc. [unit], …`` of standard curves."""
    found: dict[Well, str] = {}
    for page in pages:
        for row, heads in enumerate(page.rows):
            position = next((i for i, head in enumerate(heads) if head.casefold().startswith("conc")), None)
            if heads[:1] == ("Well",) and position is not None:
                unit = name_and_unit_from_text(heads[position])[1] or ""
                found |= dict(_standards_below(page, row + 1, position, unit))
    return found


def _standards_below(page: Page, start: int, position: int, unit: str) -> Iterable[tuple[Well, str]]:
    """Lines up to the first empty one; the ``Average`` ahead of replicates names no well."""
    for row in range(start, len(page.rows)):
        if not page.rows[row]:
            return
        well = well_from_text_or_none(page.text(row, 0))
        if well and page.text(row, position):
            yield well, f"{page.text(row, position)} {unit}".strip()


def layout_of_plate(said: Mapping[Well, WellSaid], shape: Shape, decimal: str) -> Layout | None:
    """The layout of one plate; None where nothing is said about its wells."""
    return layout_from_wells(said, shape, decimal=decimal)
