"""Tecan matrices with ``<>`` in their corner, as Magellan writes them to Excel; a second one holds the sample ids.

<>  1      2              the matrix of ids stands below that of the numbers, or on the next sheet
A   0.056  2.11
<>  1      2              STD500 in it is a standard of 500, BLANK and Empty are words
A   M1A    STD500
id   treatment        what else is known of an id may stand in a table below
M1A  A
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.grid import Grid
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.reading import Channel, Reading, Source
from elisa_bdnf.readers._holes import named
from elisa_bdnf.readers._key_lines import (
    Header,
    header_from_rows,
    not_an_endpoint,
    title_above,
    unread_keys,
)
from elisa_bdnf.readers._likely_kind import with_likely_kind
from elisa_bdnf.readers._magellan_words import USED_KEYS, channels_by_label, is_derived, result_name
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import (
    Cells,
    cells_of,
    decimal_mark,
    grid_remarks,
    grids_at_left,
    refuse_without_values,
    results,
    shape_of,
)
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._tecan_blocks import names_a_program
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells

CORNER = "<>"
_FILE = re.compile(r"\.(?:mth|wsp)\Z", re.IGNORECASE)  # of the method, above the matrix
_STANDARD = re.compile(r"STD\s*(?P<number>[0-9]+(?:[.,][0-9]+)?)\Z", re.IGNORECASE)


@dataclass(slots=True)
class _Plate:
    """What a sheet holds: titled matrices of numbers, at most one of ids, what else is said of ids, other lines."""

    name: str
    tables: list[tuple[str, Cells]]
    ids: Cells | None
    about: Mapping[str, Mapping[str, str]]
    header: Header
    remarks: list[str] = field(default_factory=list)


def recognizes(file: InputFile) -> bool:
    """A matrix with ``<>`` in its corner in a workbook or text that no program of Tecan's has put its name on."""
    if file.kind not in ("xlsx", "xls", "text"):
        return False
    pages = file.pages
    if any(names_a_program(page) for page in pages):
        return False
    return any(page.firsts[row] == CORNER for page in pages for row in range(len(page.rows)))


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each sheet with numbers; a sheet with ids only belongs to the one before it."""
    refuse_unless(recognizes(file), file, READER.title)
    source = Source(file.name, file.sha256, READER.name, "Magellan")
    plates: list[_Plate] = []
    unread = []
    for page in file.pages:
        found = _plate_or_none(page)
        if found is None:
            unread += [f"Sheet {page.name!r} holds no matrix with <> in its corner and was not read."]
            continue
        if found.tables or not plates:
            plates.append(found)
        elif plates[-1].ids is None:
            plates[-1].ids, plates[-1].about = found.ids, {**plates[-1].about, **found.about}
            plates[-1].remarks += [f"{page.name}: {remark}" for remark in found.remarks]
        else:
            raise ExportError("a second matrix of ids for one plate", expected="one", place=page.name)
    for plate in plates:
        plate.remarks += unread
    return tuple(_reading(plate, source, named=len(plates) > 1) for plate in plates)


def _plate_or_none(page: Page) -> _Plate | None:
    if any(page.firsts[row].casefold().startswith("cycle nr") for row in range(len(page.rows))):
        raise not_an_endpoint("a Tecan table over time (Cycle Nr.)", place=page.name)
    grids = [grid for grid in grids_at_left(page) if grid.corner == CORNER]
    if not grids:
        return None
    tables: list[tuple[str, Cells]] = []
    ids: Cells | None = None
    remarks: list[str] = []
    for position, grid in enumerate(grids):
        cells = cells_of(page, grid)
        remarks += grid_remarks(page, grid)
        if _holds_ids(cells):
            if ids is not None:
                raise ExportError("a second matrix of ids for one plate", expected="one", place=page.place(grid.top, 0))
            ids = cells
        else:
            above = grids[position - 1].bottom if position else 0
            title = title_above(page, grid.top, at_least=above)
            tables.append((title if title and not _FILE.search(title) else "Raw data", cells))
    return _Plate(page.name, tables, ids, _about_ids(page, grids), _header(page, grids), remarks)


def _holds_ids(cells: Cells) -> bool:
    """More words than numbers: one unknown word among numbers is damage."""
    texts = [text for text in cells.values() if text]
    return 2 * sum(1 for text in texts if not is_number_or_word(text)) > len(texts)


def _about_ids(page: Page, grids: Sequence[Grid]) -> dict[str, dict[str, str]]:
    """``id, treatment, medium`` below the matrices: id → what is said of it."""
    start = grids[-1].bottom
    for row in range(start, len(page.rows)):
        heads = page.rows[row]
        column = next((i for i, head in enumerate(heads) if head.casefold() == "id"), None)
        if column is not None:
            lines = page.rows[row + 1 :]
            named = [line for line in lines if len(line) > column and line[column]]
            return {line[column]: {h: t for h, t in zip(heads, line, strict=False) if h and t} for line in named}
    return {}


def _header(page: Page, grids: Sequence[Grid]) -> Header:
    inside = {row for grid in grids for row in range(grid.top, grid.bottom)}
    return header_from_rows(row for index, row in enumerate(page.rows) if index not in inside)


def _reading(plate: _Plate, source: Source, *, named: bool) -> Reading:
    name = plate.name if named and plate.name else "Plate 1"
    if not plate.tables:
        raise ExportError(
            "there is a matrix of ids, but none of numbers", expected="the measured matrix", place=plate.name
        )
    shape = shape_of(cells for _, cells in plate.tables)
    decimal = decimal_mark(cells for _, cells in plate.tables)
    measured = [(title, cells) for title, cells in plate.tables if not is_derived(title)]
    derived = [(title, cells) for title, cells in plate.tables if is_derived(title)]
    channels, likely = with_likely_kind(channels_by_label(measured, shape, decimal, plate.header))
    refuse_without_values(channels, name)
    if len({title for title, _ in measured}) < len(measured):
        plate.remarks.append(f"The export holds {len(measured)} matrices without names; they are numbered in order.")
    return Reading(
        source,
        name,
        shape,
        channels,
        header=plate.header,
        unread_header=unread_keys(plate.header, USED_KEYS),
        layout=_layout(plate, shape),
        instrument_results=tuple(
            result for title, cells in derived for result in results(result_name(title), cells, decimal)
        ),
        remarks=(*plate.remarks, *likely, *_without_id(plate, channels, shape)),
    )


def _without_id(plate: _Plate, channels: Sequence[Channel], shape: Shape) -> list[str]:
    """Magellan writes an id into every well, ``Empty`` where there is none."""
    if plate.ids is None:
        return []
    values = zip(shape.wells(), *(channel.values for channel in channels), strict=True)
    lost = [well for well, *numbers in values if not plate.ids.get(well) and not all(map(math.isnan, numbers))]
    return [f"The matrix of ids says nothing of {named(lost)}, where there are values."] if lost else []


def _layout(plate: _Plate, shape: Shape) -> Layout | None:
    """``STD62.5`` is a standard of 62.5, unless the numbers just count the standards."""
    if plate.ids is None:
        return None
    codes = {well: code for well, code in plate.ids.items() if code}
    numbers = {code: match["number"] for code in codes.values() if (match := _STANDARD.match(code))}
    counts = sorted(float(number.replace(",", ".")) for number in set(numbers.values()))
    if counts == [float(n) for n in range(1, len(counts) + 1)]:
        numbers = {}
    elif numbers:
        example = next(iter(numbers))
        plate.remarks.append(f"{example} and the like are read as standards of that concentration, without a unit.")
    said = {
        well: WellSaid(code, numbers.get(code, ""), attributes=tuple(plate.about.get(code, {}).items()))
        for well, code in codes.items()
    }
    return layout_from_wells(said, shape, decimal="," if any("," in number for number in numbers.values()) else ".")


READER = Reader(
    name="tecan_matrix",
    title="Tecan Magellan matrix (<> in its corner)",
    recognizes=recognizes,
    read=read,
    marks=("<>",),
    software="Magellan",
    real_example=True,
    forms=(
        "workbook, `.xlsx` or true `.xls`: numbers, and the ids of the samples below them or on a second sheet",
        "the same as text",
    ),
)
