"""Molecular Devices SpectraMax iD3/iD5 XML: SpreadsheetML with keys, then ``Well data`` of each plate.

Plate  (1 of 2) / Plate name  … / Measurement mode  Abs / Measurement type  Endpoint
Well data
Wavelength(Ex/Em)  450 nm/-   1  2  3 …
A          0.05 …
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.grid import find_grids
from elisa_bdnf.inputs.numbers import is_number, number_from_text_or_none
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.sheet_values import text_from_value
from elisa_bdnf.model.reading import Channel, ChannelKind, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._key_lines import (
    Header,
    date_remarks,
    header_from_rows,
    kind_from_text,
    not_an_endpoint,
    unread_keys,
    value_of,
    wavelength_from_text_or_none,
)
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import (
    cells_of,
    channel,
    decimal_mark,
    grid_remarks,
    refuse_without_values,
    shape_of,
)
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._xml import root_from_bytes, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_ROWS, _MOST_COLUMNS = 20_000, 1_000
_PLATE = re.compile(r"Plate\s+\(([0-9]+) of ([0-9]+)\)", re.IGNORECASE)
_CORNER = "wavelength(ex/em)"
_USED = frozenset(["Plate name", "Measurement mode", "Measurement type", "Rows", "Columns", "Read Time", "Path check"])


def recognizes(file: InputFile) -> bool:
    """SpreadsheetML with ``Wavelength(Ex/Em)`` or ``Plate name`` and an instrument's name."""
    if file.kind != "xml" or 'progid="Excel.Sheet"' not in file.text[:2000]:
        return False
    return ">Instrument name<" in file.text and (">Plate name<" in file.text or ">Well data<" in file.text)


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each plate."""
    refuse_unless(recognizes(file), file, READER.title)
    pages = [_page(sheet) for sheet in root_from_bytes(file.data).findall("Worksheet")]
    page = next((page for page in pages if any(_PLATE.match(_first(row)) for row in page.rows)), None)
    if page is None:
        raise ExportError("there is no plate", expected="'Plate (1 of …)' above keys and a matrix")
    starts = [row for row in range(len(page.rows)) if _PLATE.match(page.firsts[row])]
    top = header_from_rows(page.rows[: starts[0]])
    source = Source(file.name, file.sha256, READER.name, f"SpectraMax {value_of(top, 'Software version')}".strip())
    stops = [*starts[1:], len(page.rows)]
    _refuse_other_number(page, starts)
    return tuple(_reading(page, start, stop, top, source) for start, stop in zip(starts, stops, strict=True))


def _refuse_other_number(page: Page, starts: Sequence[int]) -> None:
    """``Plate  (1 of 2)``: every plate is counted."""
    counted = [match.groups() for row in starts if (match := _PLATE.match(page.firsts[row]))]
    expected = [(str(n + 1), counted[0][1]) for n in range(int(counted[0][1]) if len(counted[0][1]) < 4 else 0)]
    if counted != expected:
        found = ", ".join(f"{number} of {total}" for number, total in counted)
        raise ExportError(
            f"the plates are counted {found}",
            expected="every plate once, in order",
            hint="a line was lost; export the file again",
            place=page.place(starts[0], 0),
        )


def _first(row: Sequence[str]) -> str:
    return row[0] if row else ""


def _page(sheet: Element) -> Page:
    """Rows of texts; ``Index`` skips rows and cells, ``MergeAcross`` covers the next cells."""
    rows: list[tuple[str, ...]] = []
    for row in sheet.iter("Row"):
        at = _position(row, len(rows), _MOST_ROWS)
        rows.extend(() for _ in range(at - len(rows)))
        cells: list[str] = []
        for cell in row.findall("Cell"):
            place = _position(cell, len(cells), _MOST_COLUMNS)
            merged = cell.get("MergeAcross", "0")
            across = min(int(merged), _MOST_COLUMNS) if merged.isascii() and merged.isdigit() and len(merged) < 5 else 0
            cells += [""] * (place - len(cells)) + [_text(cell)] + [""] * across
        while cells and not cells[-1]:
            cells.pop()
        rows.append(tuple(cells))
    return Page(sheet.get("Name", ""), tuple(rows), is_sheet=True)


def _position(element: Element, following: int, most: int) -> int:
    """Zero-based position: the stated one (from 1), else the next."""
    index = element.get("Index", "")
    if not index and following < most:  # as most are
        return following
    usable = index.isascii() and index.isdigit() and len(index) < 8
    stated = int(index) - 1 if usable else following
    if (index and not (usable and following <= stated)) or stated >= most:
        raise ExportError(f"a cell or row with the index {index or following}", expected=f"rising numbers up to {most}")
    return stated


def _text(cell: Element) -> str:
    """Numbers as Python prints them: ``4.2000000000000003E-2`` is 0.042."""
    data = cell.find("Data")
    if data is None:
        return ""
    text = text_of(data).strip(" \t\u00a0\r\n")
    number = number_from_text_or_none(text) if data.get("Type") == "Number" else None
    return text if number is None else text_from_value(number)


def _reading(page: Page, start: int, stop: int, top: Header, source: Source) -> Reading:
    grids = [grid for grid in find_grids(page.rows, start=start, stop=stop) if grid.left == 1]
    inside = {row for grid in grids for row in range(grid.top, grid.bottom)}
    own = header_from_rows(page.rows[row] for row in range(start, stop) if row not in inside)
    header = (*top, *own)
    name = value_of(own, "Plate name") or f"Plate {start + 1}"
    kind_of_read = value_of(own, "Measurement type")
    if kind_of_read and kind_of_read.casefold() != "endpoint":
        raise not_an_endpoint(f"a SpectraMax export of the type {kind_of_read!r}", place=f"plate {name}")
    if not grids:
        raise ExportError("there is no matrix of values", expected="'Well data' above a matrix", place=f"plate {name}")
    tables = [(grid.corner or "Well data", cells_of(page, grid)) for grid in grids]
    _refuse_values_outside(page, range(start, stop), inside)
    if len({label for label, _ in tables}) < len(tables):
        raise not_an_endpoint("a SpectraMax export with one wavelength several times", place=f"plate {name}")
    shape = shape_of((cells for _, cells in tables), _size(own))
    decimal = decimal_mark(cells for _, cells in tables)
    kind = kind_from_text(value_of(own, "Measurement mode"))
    labels = unique_labels(label for label, _ in tables)
    channels = tuple(
        _with_wavelength(channel(label, cells, shape, decimal, kind=kind))
        for label, (_, cells) in zip(labels, tables, strict=True)
    )
    refuse_without_values(channels, name)
    return Reading(
        source,
        name,
        shape,
        channels,
        header=header,
        unread_header=unread_keys(header, _USED),
        remarks=(
            *date_remarks(value_of(own, "Read Time")),
            *_remarks(own),
            *(r for g in grids for r in grid_remarks(page, g)),
        ),
    )


def _refuse_values_outside(page: Page, rows: Iterable[int], inside: Collection[int]) -> None:
    """A matrix that lost its line of column numbers leaves lines of numbers that belong to none."""
    for row in rows:
        if row not in inside and sum(map(is_number, page.rows[row])) > 1:
            raise ExportError(
                "a line of numbers belongs to no matrix",
                expected="a line 'Wavelength(Ex/Em)' with the numbers of the columns above it",
                place=page.place(row, 0),
            )


def _with_wavelength(made: Channel) -> Channel:
    """``450 nm/-``, ``485 nm/535 nm``: excitation and emission; of an absorbance the first one."""
    excitation, _, emission = made.label.partition("/")
    detected = {ChannelKind.ABSORBANCE: excitation, ChannelKind.FLUORESCENCE: emission}.get(made.kind, "")
    return replace(made, wavelength_nm=wavelength_from_text_or_none(detected))


def _size(header: Header) -> int | None:
    rows, columns = value_of(header, "Rows"), value_of(header, "Columns")
    return int(rows) * int(columns) if rows.isdecimal() and columns.isdecimal() and len(rows + columns) < 6 else None


def _remarks(header: Header) -> Iterable[str]:
    if not value_of(header, "Measurement mode"):
        yield "The export does not say how the plate was measured (Measurement mode)."
    if not value_of(header, "Plate name"):
        yield "The export does not name the plate (Plate name)."
    if value_of(header, "Path check").casefold() == "true":
        yield "Path check was on; the export does not say whether the values are per centimeter."


READER = Reader(
    name="softmax_id3_xml",
    title="SpectraMax iD3 XML (SpreadsheetML)",
    recognizes=recognizes,
    read=read,
    kinds=frozenset(["xml"]),
    software="SpectraMax iD3 1.2",
    real_example=True,
    forms=("SpreadsheetML, one or several plates",),
)
