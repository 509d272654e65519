"""BMG MARS text exports: titled matrices, or a list with one line for each well.

User: …,Path: …,Test run no.: …            Well,Content, Raw Data (450),Standard Concentrations,
Test name: …,Date: …,Time: …               A02,Standard S1,2.31,100.000,
Absorbance
Raw Data (450)
,1,2,3,…
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import Reading, Source
from elisa_bdnf.readers._bmg_across import bmg_well_or_none, plate_across, wells_across_or_none
from elisa_bdnf.readers._bmg_plate import (
    BmgPlate,
    header_and_method,
    is_bmg_top,
    is_response,
    plate_from_matrices,
    reading_from_plate,
    title_of,
)
from elisa_bdnf.readers._key_lines import not_an_endpoint
from elisa_bdnf.readers._limits import MOST_PLATES, refuse_more_than
from elisa_bdnf.readers._matrix_checks import short_line_remarks
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._reader import TEXTS, Reader
from elisa_bdnf.readers._well_lists import (
    column_cells,
    refuse_columns_without_title,
    refuse_repeated_wells,
    wells_by_row,
)

_TOP_LINES = 12
_BEGIN = re.compile(r"User\s*[:=]", re.IGNORECASE)


def recognizes(file: InputFile) -> bool:
    """``User:``, ``Path:`` and ``Test …:`` in the first lines of a text, or a list ``Well, Content, Raw Data …``."""
    return file.kind == "text" and (
        is_bmg_top(file.lines[:_TOP_LINES]) or any(map(_is_head_of_list, file.pages[0].rows[:_TOP_LINES]))
    )


def _is_head_of_list(cells: Sequence[str]) -> bool:
    is_list = [text.casefold() for text in cells[:2]] == ["well", "content"]
    return is_list and any(is_response(title_of(text)) for text in cells[2:])


def read(file: InputFile) -> tuple[Reading, ...]:
    """One plate for each time that the lines at the top stand in the file."""
    refuse_unless(recognizes(file), file, READER.title)
    (page,) = file.pages
    source = Source(file.name, file.sha256, READER.name, "MARS")
    begins = [row for row in range(len(page.rows)) if _BEGIN.match(page.firsts[row])]
    refuse_more_than(MOST_PLATES, len(begins), "plates")
    parts = zip([0, *begins[1:]], [*begins[1:], len(page.rows)], strict=True)
    plates = [_plate(page, start, stop) for start, stop in parts]
    return tuple(
        reading_from_plate(replace(plate, remarks=(*file.decoding_remarks, *plate.remarks)), source) for plate in plates
    )


def _plate(page: Page, start: int, stop: int) -> BmgPlate:
    across = wells_across_or_none(page, start, stop)
    if across is not None:
        return plate_across(page, across, start, stop)
    list_row = next((row for row in range(start, stop) if _is_list_head(page, row)), None)
    return plate_from_matrices(page, start, stop) if list_row is None else _plate_from_list(page, start, list_row, stop)


def _is_list_head(page: Page, row: int) -> bool:
    return page.text(row, 0).casefold() in ("well", "well row") and len(page.rows[row]) > 1


def _plate_from_list(page: Page, start: int, head: int, stop: int) -> BmgPlate:
    columns = [0, 1] if page.text(head, 0).casefold() == "well row" else [0]
    header, method = header_and_method(page.rows[start:head], start + 1)
    titles = {i: title_of(text) for i, text in enumerate(page.rows[head]) if i not in columns and text}
    if any("time" in page.text(head + 1, i).casefold() for i in range(3)) or len(set(titles.values())) < len(titles):
        raise not_an_endpoint(
            "a BMG list with several values of one kind for each well (kinetic or scan)", place=str(head + 1)
        )
    wells = _with_rows_below_z(page, wells_by_row(page, head + 1, columns, stop), columns)
    refuse_repeated_wells(page, wells, columns)
    tables = [(title, column_cells(page, wells, column)) for column, title in titles.items()]
    refuse_columns_without_title(page, wells, {*columns, *titles})
    return BmgPlate(header, method, tables, short_line_remarks(page, tuple(wells)))


def _with_rows_below_z(page: Page, wells: dict[int, Well], columns: Sequence[int]) -> dict[int, Well]:
    if not any(page.firsts[row][:1].islower() for row in wells):
        return wells
    named = {row: bmg_well_or_none("".join([page.text(row, column) for column in columns])) for row in wells}
    return {row: well for row, well in named.items() if well}


READER = Reader(
    name="bmg_mars",
    title="BMG MARS text, matrices or list",
    recognizes=recognizes,
    read=read,
    marks=("user", "content"),
    kinds=TEXTS,
    software="MARS 3.40",
    real_example=True,
    forms=(
        "titled matrices, one or several plates",
        "list: a line for each well, with contents and standard concentrations",
        "table with the wells across",
    ),
)
