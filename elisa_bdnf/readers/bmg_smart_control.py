"""BMG SMART Control and MARS workbooks: titled matrices on ``Microplate End point``, the same with wells across.

User: … / Path: … / Test ID: … / Date: … / Fluorescence (FI)          one cell for each line
1. Layout / 2. Standard Concentrations in ng/mL / 3. Dilutions / 4. Raw Data (…) / 5. Blank corrected based on …
"""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import Reading, Source
from elisa_bdnf.readers._bmg_across import plate_across, refuse_without_wells, wells_across_or_none
from elisa_bdnf.readers._bmg_plate import (
    BmgPlate,
    differing_wells,
    is_bmg_top,
    plate_from_matrices,
    reading_from_plate,
)
from elisa_bdnf.readers._key_lines import Header, header_from_rows
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import grids_at_left
from elisa_bdnf.readers._reader import WORKBOOKS, Reader

_TOP_ROWS = 16


def recognizes(file: InputFile) -> bool:
    """A sheet with ``User:``, ``Path:`` and ``Test ID:`` at its top, or with wells across above ``Content``."""
    if file.kind not in ("xlsx", "xls") or any(_is_text_of_mars(page) for page in file.pages):
        return False
    return any(_is_bmg(page) for page in file.pages)


def _is_text_of_mars(page: Page) -> bool:
    """A list ``Well, Content, …`` or several plates below one another: the text of MARS, saved as a workbook."""
    is_list = any(row[0].casefold() == "well" and row[1].casefold() == "content" for row in page.rows[:60] if row[1:])
    return is_list or sum([first.startswith("User:") for first in page.firsts]) > 1


def _is_bmg(page: Page) -> bool:
    if is_bmg_top(text for row in page.rows[:_TOP_ROWS] for text in row[:3]):
        return True
    row = wells_across_or_none(page)
    return row is not None and "content" in {page.text(below, 0).casefold() for below in range(row + 1, row + 4)}


def read(file: InputFile) -> tuple[Reading, ...]:
    """One plate; where each sheet holds a table with wells across and no matrices, one plate for each sheet."""
    refuse_unless(recognizes(file), file, READER.title)
    pages = [page for page in file.pages if _is_bmg(page)]
    source = Source(file.name, file.sha256, READER.name, "SMART Control or MARS")
    matrices = [page for page in pages if grids_at_left(page)]
    across = [(page, row) for page in pages if (row := wells_across_or_none(page)) is not None]
    others = [page for page in pages if page not in matrices and wells_across_or_none(page) is None]
    for page in others:
        refuse_without_wells(page)
    if matrices:
        # keys of sheets such as Protocol Information
        more = tuple(pair for page in others for pair in header_from_rows(page.rows))
        return tuple(_reading_from_matrices(page, across, more, source, len(matrices)) for page in matrices)
    if not across:
        raise ExportError(
            "there is no matrix of a plate and no table of wells", expected="a sheet such as Microplate End point"
        )
    return tuple(
        reading_from_plate(plate_across(page, row), source, page.name if len(across) > 1 else "")
        for page, row in across
    )


def _reading_from_matrices(
    page: Page, across: Sequence[tuple[Page, int]], more: Header, source: Source, plates: int
) -> Reading:
    plate = plate_from_matrices(page)
    remarks = list(plate.remarks)
    if plates == 1:
        remarks += [
            sentence for other, row in across for sentence in _differences(plate, plate_across(other, row), other.name)
        ]
    full = BmgPlate((*plate.header, *more), plate.method, plate.tables, tuple(remarks))
    return reading_from_plate(full, source, page.name if plates > 1 else "")


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
    kinds=WORKBOOKS,
    software="SMART Control",
    real_example=True,
    forms=(
        "`Microplate End point`: layout, standards, dilutions and reads as matrices below one another",
        "table with the wells across, a sheet for each plate (Omega, CLARIOstar)",
    ),
)
