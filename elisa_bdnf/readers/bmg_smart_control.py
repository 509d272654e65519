"""BMG SMART Control and MARS workbooks: titled matrices on ``Microplate End point``, the same with wells across.

User: … / Path: … / Test ID: … / Date: … / Fluorescence (FI)          one cell for each line
1. Layout / 2. Standard Concentrations in ng/mL / 3. Dilutions / 4. Raw Data (…) / 5. Blank corrected based on …
"""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import well_from_text_or_none
from elisa_bdnf.model.reading import Reading, Source
from elisa_bdnf.readers._bmg_plate import (
    BmgPlate,
    differing_wells,
    header_and_method,
    is_bmg_top,
    plate_from_matrices,
    reading_from_plate,
    title_of,
)
from elisa_bdnf.readers._key_lines import Header, header_from_rows, not_an_endpoint
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import Cells, grids_at_left
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._well_lists import row_cells, wells_by_column

_TOP_ROWS = 16


def recognizes(file: InputFile) -> bool:
    """A sheet with ``User:``, ``Path:`` and ``Test ID:`` at its top, or with wells across above ``Content``."""
    if file.kind not in ("xlsx", "xls"):
        return False
    return any(_is_bmg(page) for page in file.pages)


def _is_bmg(page: Page) -> bool:
    if is_bmg_top(text for row in page.rows[:_TOP_ROWS] for text in row[:3]):
        return True
    row = _wells_across_or_none(page)
    return row is not None and "content" in {page.text(below, 0).casefold() for below in range(row + 1, row + 4)}


def read(file: InputFile) -> tuple[Reading, ...]:
    """One plate; where each sheet holds a table with wells across and no matrices, one plate for each sheet."""
    refuse_unless(recognizes(file), file, READER.title)
    pages = [page for page in file.pages if _is_bmg(page)]
    source = Source(file.name, file.sha256, READER.name, "SMART Control or MARS")
    matrices = [page for page in pages if grids_at_left(page)]
    across = [page for page in pages if _wells_across_or_none(page) is not None]
    if matrices:
        more = _header_of_others(pages, [*matrices, *across])
        return tuple(_reading_from_matrices(page, across, more, source, len(matrices)) for page in matrices)
    if not across:
        raise ExportError(
            "there is no matrix of a plate and no table of wells", expected="a sheet such as Microplate End point"
        )
    return tuple(
        reading_from_plate(_plate_across(page), source, page.name if len(across) > 1 else "") for page in across
    )


def _reading_from_matrices(page: Page, across: Sequence[Page], more: Header, source: Source, plates: int) -> Reading:
    plate = plate_from_matrices(page)
    remarks = list(plate.remarks)
    if plates == 1:
        remarks += [sentence for other in across for sentence in _differences(plate, _plate_across(other), other.name)]
    full = BmgPlate((*plate.header, *more), plate.method, plate.tables, tuple(remarks))
    return reading_from_plate(full, source, page.name if plates > 1 else "")


def _header_of_others(pages: Sequence[Page], known: Sequence[Page]) -> Header:
    """Keys of sheets such as ``Protocol Information``."""
    return tuple(pair for page in pages if page not in known for pair in header_from_rows(page.rows))


def _wells_across_or_none(page: Page) -> int | None:
    for row in range(min(len(page.rows), 60)):
        if page.text(row, 0).casefold() == "well" and well_from_text_or_none(page.text(row, 1)):
            return row
    return None


def _plate_across(page: Page) -> BmgPlate:
    top = _wells_across_or_none(page) or 0
    header, method = header_and_method(page.rows[:top])
    wells = wells_by_column(page, top)
    tables: list[tuple[str, Cells]] = []
    for row in range(top + 1, len(page.rows)):
        title = title_of(page.text(row, 0))
        if not title and page.rows[row]:
            raise ExportError(
                "values stand beside no title", expected="a title in the first column", place=page.place(row, 0)
            )
        if title and title in {known for known, _ in tables}:
            raise not_an_endpoint(f"a table with {title!r} several times for each well", place=page.place(row, 0))
        if title and (row == top + 1 or tables):
            tables.append((title, row_cells(page, row, wells)))
    return BmgPlate(header, method, tables)


def _differences(plate: BmgPlate, other: BmgPlate, sheet: str) -> list[str]:
    """Sentences where the two prints of one quantity in a workbook disagree: somebody edited one of them."""
    printed = {title.casefold(): cells for title, cells in other.tables}
    sentences = []
    for title, cells in plate.tables:
        name = title.casefold()
        if name in printed and name != "layout" and (wells := differing_wells(cells, printed[name])):
            sentences.append(f"{title!r} differs between the plate and the sheet {sheet!r} in {', '.join(wells)}.")
    return sentences


READER = Reader(
    name="bmg_smart_control",
    title="BMG SMART Control or MARS workbook",
    recognizes=recognizes,
    read=read,
    marks=("user", "content"),
    software="SMART Control",
    real_example=True,
    forms=(
        "`Microplate End point`: layout, standards, dilutions and reads as matrices below one another",
        "table with the wells across, a sheet for each plate (Omega, CLARIOstar)",
    ),
)
