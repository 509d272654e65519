"""The layout in SkanIt workbooks: ``Layout definitions`` with three lines per plate row, or the ``Sample`` matrices.

Name  Plate 1
      1       2          the line of a row letter holds ids, the next one groups, the third one
A     Std1    Un1        the concentration of a standard (0.5 microg/ml) or the dilution of a sample (1:25)
      Group 1 Group 1
      0.5 ug/ml 1:25
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from elisa_bdnf.inputs.grid import column_number_or_none, row_letter_or_none
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.units import name_and_unit_from_text
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well, well_from_row_column, well_from_text_or_none, well_order
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells

LAYOUT_SHEET = "Layout definitions"
_ID, _GROUP, _AMOUNT = 0, 1, 2
_LINES = 3


def wells_by_plate(pages: Sequence[Page]) -> tuple[dict[str, dict[Well, WellSaid]], tuple[str, ...]]:
    """Plate name → well → what ``Layout definitions`` says of it; and sentences about plates that could not be used."""
    found = [(name, wells) for page in pages for name, wells in _plates(page)]
    remarks = tuple(
        f"The {LAYOUT_SHEET} of {name!r} have lines more or less than three for each plate row, or column numbers that "
        "do not rise; they were not used."
        for name, wells in found
        if wells is None
    )
    unnamed = tuple(
        f"The {LAYOUT_SHEET} name no plate (a line Name, Plate 1 above them); they were not used."
        for page in pages
        if any(page.rows) and not _starts(page)
    )
    return {name: wells for name, wells in found if wells is not None}, (*remarks, *unnamed)


def _plates(page: Page) -> Iterable[tuple[str, dict[Well, WellSaid] | None]]:
    starts = _starts(page)
    for start, stop in pairwise([*starts, len(page.rows)]):
        yield page.text(start, 1), _wells_or_none(page, start, stop)


def _starts(page: Page) -> list[int]:
    return [row for row in range(len(page.rows)) if page.firsts[row].casefold() == "name"]


def _wells_or_none(page: Page, start: int, stop: int) -> dict[Well, WellSaid] | None:
    """None where a line or a column is missing or too many: its text would belong to another well."""
    head = next((row for row in range(start, stop) if len(_numbers(page, row)) > 1 and not page.firsts[row]), stop)
    columns = _numbers(page, head) if head < stop else {}
    letters = {row: i for row in range(head + 1, stop) if (i := row_letter_or_none(page.firsts[row])) is not None}
    regular = all(row == head + 1 + _LINES * i for row, i in letters.items())
    last = max(letters, default=head) + _AMOUNT
    more = any(page.rows[row] for row in range(last + 1, stop))
    if not regular or more or any(number != position for position, number in columns.items()):
        return None
    texts = {
        well_from_row_column(i, number - 1): tuple(page.text(row + line, position) for line in range(_LINES))
        for row, i in letters.items()
        for position, number in columns.items()
        if page.text(row, position)
    }
    return {well: _said(lines) for well, lines in texts.items()}


def _numbers(page: Page, row: int) -> dict[int, int]:
    return {i: n for i, cell in enumerate(page.rows[row]) if i and (n := column_number_or_none(cell))}


def _said(lines: Sequence[str]) -> WellSaid:
    amount = lines[_AMOUNT]
    is_dilution = amount.startswith(("1:", "1/"))
    group = (("group", lines[_GROUP]),) if lines[_GROUP] else ()
    return WellSaid(lines[_ID], "" if is_dilution else amount, amount if is_dilution else "", group)


def standards_of_curve(pages: Iterable[Page]) -> dict[Well, str]:
    """Well → concentration with its unit, from the table ``Well, Sample, Conc. [unit], …`` of standard curves."""
    found: dict[Well, str] = {}
    for page in pages:
        for row, heads in enumerate(page.rows):
            if heads[:1] != ("Well",):
                continue
            position = next((i for i, head in enumerate(heads) if head.casefold().startswith("conc")), None)
            if position is not None:
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


def differing_ids(said: Mapping[Well, WellSaid], ids: Mapping[Well, str]) -> tuple[str, ...]:
    """A sentence where ``Layout definitions`` and the ids beside the results disagree: one of them was changed."""
    wells = [well for well in {**said, **ids} if ids.get(well, "") != (said[well].code if well in said else "")]
    if not (said and ids and wells):
        return ()
    named = ", ".join(sorted(wells, key=well_order))
    return (f"The {LAYOUT_SHEET} and the matrix Sample beside the results differ in {named}; the former were used.",)


def layout_of_plate(said: Mapping[Well, WellSaid], shape: Shape, decimal: str) -> Layout | None:
    """The layout of one plate; None where nothing is said about its wells."""
    return layout_from_wells(said, shape, decimal=decimal)
