"""Tecan Magellan lists: a line for each well, columns in any order, what was done below the last well.

Well positions  Label1   Label2          or  Raw data  Well positions  Plate
0s       0s              up to two more lines of heads
24.8 °C  25.1 °C
A1              0.0557   0.0509
Measurement 1: / Measurement wavelength: 485 nm / …
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import InstrumentResult, Reading, Source
from elisa_bdnf.readers._key_lines import (
    Header,
    date_remarks,
    header_from_rows,
    not_an_endpoint,
    unread_keys,
)
from elisa_bdnf.readers._likely_kind import with_likely_kind
from elisa_bdnf.readers._magellan_words import USED_KEYS, channels_by_label, is_derived, result_name
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import Cells, decimal_mark, refuse_without_values, results, shape_of
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._tecan_blocks import names_a_program
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells
from elisa_bdnf.readers._well_lists import column_cells, refuse_repeated_wells, wells_by_row

_WELLS, _PLATE = "well positions", "plate"
_HEAD_ROWS = 6
_SHEET = "magellan sheet"
_CODES = frozenset(["layout", "well ids", "well id", "sample id", "sample ids", "sample id list"])
_RAW = re.compile(r"(?:raw data|label\s*[0-9]*|od\W?[0-9]*|[0-9]{3,4}\s*nm)\Z", re.IGNORECASE)


def recognizes(file: InputFile) -> bool:
    """``Well positions`` among the heads, or a sheet that Magellan named and that holds no matrix."""
    if file.kind not in ("xlsx", "xls", "text"):
        return False
    return any(_head_row_or_none(page) is not None or _is_magellan_sheet(page) for page in file.pages)


def _is_magellan_sheet(page: Page) -> bool:
    named = page.name.casefold().startswith(_SHEET)
    return named and not names_a_program(page) and not any("<>" in row for row in page.rows)


def _head_row_or_none(page: Page) -> int | None:
    for row, cells in enumerate(page.rows[:_HEAD_ROWS]):
        if _WELLS in map(str.casefold, cells):
            return row
    return None


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each plate that the list names, or for each sheet."""
    refuse_unless(recognizes(file), file, READER.title)
    source = Source(file.name, file.sha256, READER.name, "Magellan")
    pages = [page for page in file.pages if _head_row_or_none(page) is not None]
    if not pages:
        page = next(page for page in file.pages if _is_magellan_sheet(page))
        raise ExportError(
            f"the columns are {', '.join(page.rows[0][:8])}" if page.rows else "the sheet is empty",
            expected="a column 'Well positions'",
            hint="add it to the export in Magellan",
            place=page.place(0, 0),
        )
    return tuple(reading for page in pages for reading in _readings(page, source, named=len(pages) > 1))


def _readings(page: Page, source: Source, *, named: bool) -> list[Reading]:
    head = _head_row_or_none(page) or 0
    heads = [text.casefold() for text in page.rows[head]]
    well_column = heads.index(_WELLS)
    first = _first_well_row(page, head, well_column)
    _refuse_series(page, head, first)
    wells = wells_by_row(page, first, [well_column])
    _refuse_without_head(page, head, wells)
    last = max(wells, default=first - 1)
    header = (*_heads_as_header(page, head, first), *header_from_rows(page.rows[last + 1 :]))
    plate_column = heads.index(_PLATE) if _PLATE in heads else None
    by_plate: dict[str, dict[int, Well]] = {}
    name = _first_plate(page, wells, plate_column) or (page.name if named else "Plate 1")
    for row, well in wells.items():
        if plate_column is not None and page.text(row, plate_column):
            name = page.text(row, plate_column)  # lines below without a name are of the same plate
        by_plate.setdefault(name, {})[row] = well
    columns = {i: text for i, text in enumerate(page.rows[head]) if i not in (well_column, plate_column)}
    return [_reading(page, name, rows, columns, header, source) for name, rows in by_plate.items()] or _nothing()


def _refuse_without_head(page: Page, head: int, wells: Mapping[int, Well]) -> None:
    """A number below no head is one of another column; words there (a legend) are a person's."""
    heads = page.rows[head]
    for row in wells:
        if len(page.rows[row]) <= len(heads) and all(heads):
            continue
        for column, text in enumerate(page.rows[row]):
            if text and not (column < len(heads) and heads[column]) and is_number_or_word(text):
                raise ExportError(
                    f"{text!r} stands below no head",
                    expected="a head above every column of values",
                    hint="a cell was lost or added in this line; export the list again",
                    place=page.place(row, column),
                )


def _first_plate(page: Page, wells: Mapping[int, Well], column: int | None) -> str:
    return next((text for row in wells if column is not None and (text := page.text(row, column))), "")


def _nothing() -> list[Reading]:
    raise ExportError("the list names no well", expected="a line such as A1 below the heads")


def _first_well_row(page: Page, head: int, well_column: int) -> int:
    """Up to two more lines of heads (time, temperature) have no well and something else."""
    row = head + 1
    while row <= head + 2 and row < len(page.rows) and page.rows[row] and not page.text(row, well_column):
        row += 1
    return row


def _refuse_series(page: Page, head: int, first: int) -> None:
    """A label for several times, or times without a label of their own: a kinetic."""
    labels = [text for text in page.rows[head] if text]
    unlabeled = [
        column
        for row in range(head + 1, first)
        for column, text in enumerate(page.rows[row])
        if text and not page.text(head, column)
    ]
    if len(set(labels)) < len(labels) or unlabeled:
        what = "a Magellan list with several values for each label (kinetic or scan)"
        raise not_an_endpoint(what, place=page.place(head, 0))


def _heads_as_header(page: Page, head: int, first: int) -> Header:
    found = []
    for column, label in enumerate(page.rows[head]):
        said = " ".join(text for row in range(head + 1, first) if (text := page.text(row, column)))
        if label and said:
            found.append((label, said))
    return tuple(found)


def _reading(
    page: Page, name: str, rows: dict[int, Well], columns: Mapping[int, str], header: Header, source: Source
) -> Reading:
    refuse_repeated_wells(page, rows, [0])
    tables = {column: column_cells(page, rows, column) for column in columns}
    filled = {column: cells for column, cells in tables.items() if any(cells.values())}
    measured = {column: cells for column, cells in filled.items() if _is_measured(columns[column], cells)}
    shape = shape_of(tables.values())
    decimal = decimal_mark(measured.values())
    channels, likely = with_likely_kind(
        channels_by_label([(columns[column], cells) for column, cells in measured.items()], shape, decimal, header)
    )
    refuse_without_values(channels, name)
    calculated: list[InstrumentResult] = []
    codes = Cells()
    for column, cells in filled.items():
        if columns[column].casefold() in _CODES:
            codes = cells
        elif column not in measured:
            calculated += results(result_name(columns[column]) or f"column {column + 1}", cells, decimal)
    said = {well: WellSaid(code) for well, code in codes.items() if code}
    return Reading(
        source,
        name,
        shape,
        channels,
        header=header,
        unread_header=unread_keys(header, USED_KEYS),
        layout=layout_from_wells(said, shape, decimal=decimal),
        instrument_results=tuple(calculated),
        remarks=(
            *date_remarks(*(value for key, value in header if key.startswith("Date"))),
            *likely,
        ),
    )


def _is_measured(label: str, cells: Cells) -> bool:
    """By the label where it says so; a column of another name is one if most of its cells are numbers."""
    if not label or label.casefold() in _CODES or is_derived(label):
        return False
    texts = [text for text in cells.values() if text]
    numbers = [t for t in texts if is_number_or_word(t)]
    return bool(_RAW.match(label)) or 2 * len(numbers) > len(texts)


READER = Reader(
    name="tecan_magellan",
    title="Tecan Magellan list of wells",
    recognizes=recognizes,
    read=read,
    marks=("well positions", "magellan sheet"),
    software="Magellan",
    real_example=True,
    forms=("workbook: a line for each well, columns in any order",),
)
