"""Layouts in csv, txt and xlsx: a long table where there are headings for wells, stacked grids otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elisa_bdnf.errors import LayoutError, Problem
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.tables import well_table_or_none
from elisa_bdnf.layouts._build import layouts_or_error
from elisa_bdnf.layouts.long_list import layouts_from_table
from elisa_bdnf.layouts.stacked import layouts_from_grids
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape

Built = list[tuple[Layout | None, list[Problem]]]


def read_spreadsheet(path: Path, *, shape: Shape | None = None, encoding: str | None = None) -> tuple[Layout, ...]:
    """Every layout of a text or workbook. Raises ElisaError; several sheets with layouts are plates of those names."""
    file = InputFile.open(path, error=LayoutError, encoding=encoding)
    by_page = [(page, _layouts_of(page, file, shape, None)) for page in file.pages]
    laid_out = [(page, built) for page, built in by_page if built]
    if not laid_out:
        raise LayoutError(
            "neither a table with a column 'well' nor a grid of wells was found",
            expected="a long table (well, role, sample, concentration, dilution, …) or grids titled role, sample, …",
            hint="write one to start from with: elisa-bdnf layout new",
            file=file.name,
        )
    if len(laid_out) > 1:
        laid_out = [(page, _layouts_of(page, file, shape, page.name)) for page, _ in laid_out]
    found = layouts_or_error([one for _, built in laid_out for one in built], file.name)
    said = file.decoding_remarks if file.kind == "text" else ()
    return tuple([replace(layout, remarks=(*layout.remarks, *said)) for layout in found]) if said else found


def _layouts_of(page: Page, file: InputFile, shape: Shape | None, plate: str | None) -> Built:
    table = well_table_or_none(page)
    if table is not None:
        return layouts_from_table(table, file, shape, plate)
    return layouts_from_grids(page, file, shape, plate)
