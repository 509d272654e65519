"""``Platemap`` sections of PerkinElmer and Revvity exports: codes of wells, ``-`` where nothing is defined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from elisa_bdnf.inputs.grid import Grid
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.layout import Layout, Role
from elisa_bdnf.model.plate import Shape, row_name_from_index
from elisa_bdnf.readers._matrix_checks import short_row_remarks
from elisa_bdnf.readers._placed import cells_of, grids_at_left
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells

KALEIDO_CODES: Mapping[str, Role] = dict.fromkeys(["E", "LB", "LC", "LH", "ZH", "ZL"], Role.CONTROL)
ENVISION_CODES: Mapping[str, Role] = {
    **dict.fromkeys(["LC", "LH", "ZH", "ZL"], Role.CONTROL),
    "LB": Role.BLANK,
    "S": Role.SAMPLE,
}
_SAMPLE_CODE = re.compile(r"S[0-9]{0,4}\Z", re.IGNORECASE)
_SAMPLES = "The codes S of the plate map are samples in this software; its standards are STD."


def layout_from_map(page: Page, grids: Iterable[Grid], shape: Shape, own: Mapping[str, Role]) -> Layout | None:
    """The layout of one plate from its maps (one for each group); None where no well is defined."""
    maps = list(grids)
    said = {
        well: WellSaid(code)
        for grid in maps
        for well, code in cells_of(page, grid).items()
        if code and code not in ("-", "undefined") and well in shape
    }
    layout = layout_from_wells(said, shape, letters=True, own=own)
    short = [sentence for grid in maps for sentence in (*short_row_remarks(page, grid), *_lost_rows(grid, shape))]
    is_sample = own.get("S") is Role.SAMPLE and any(_SAMPLE_CODE.match(of_well.code) for of_well in said.values())
    remarks = (*short, _SAMPLES) if is_sample else short
    return replace(layout, remarks=(*layout.remarks, *remarks)) if layout and remarks else layout


def _lost_rows(grid: Grid, shape: Shape) -> Iterator[str]:
    """Maps show every row of the plate, whatever is in it."""
    named = {line.row for line in grid.lines}
    lost = ", ".join(row_name_from_index(row) for row in range(shape.rows) if row not in named)
    if lost:
        yield f"The plate map in line {grid.top + 1} has no row {lost}: nothing is known of the wells there."


def maps_of_plate(page: Page, name: str) -> list[Grid]:
    """EnVision's maps below ``Platemap:`` that are of one plate number."""
    if maps_of_plate not in page.kept:
        page.kept[maps_of_plate] = _maps_by_plate(page)
    maps: dict[str, list[Grid]] = page.kept[maps_of_plate]
    return maps.get(name.split(" ", maxsplit=1)[0], [])


def _maps_by_plate(page: Page) -> dict[str, list[Grid]]:
    start = next((row for row, text in enumerate(page.firsts) if text.casefold().startswith("platemap")), None)
    if start is None:
        return {}
    found: dict[str, list[Grid]] = {}
    plate = ""
    grids = {grid.top: grid for grid in grids_at_left(page, start)}
    for row in range(start, len(page.rows)):
        if page.firsts[row].startswith("Calculations"):
            break
        plate = page.text(row, 4) if page.firsts[row] == "Plate" else plate
        if row in grids:
            found.setdefault(plate, []).append(grids[row])
    return found
