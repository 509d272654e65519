"""``Platemap`` sections of PerkinElmer and Revvity exports: codes of wells, ``-`` where nothing is defined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from elisa_bdnf.inputs.grid import Grid
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.readers._matrix_checks import short_row_remarks
from elisa_bdnf.readers._placed import cells_of, grids_at_left
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells


def layout_from_map(page: Page, grids: Iterable[Grid], shape: Shape) -> Layout | None:
    """The layout of one plate from its maps (one for each group); None where no well is defined."""
    maps = list(grids)
    said = {
        well: WellSaid(code)
        for grid in maps
        for well, code in cells_of(page, grid).items()
        if code and code not in ("-", "undefined") and well in shape
    }
    layout = layout_from_wells(said, shape, letters=True)
    short = [sentence for grid in maps for sentence in short_row_remarks(page, grid)]
    return replace(layout, remarks=(*layout.remarks, *short)) if layout and short else layout


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
