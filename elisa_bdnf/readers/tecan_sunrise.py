"""Tecan Sunrise workbooks of XFluor4: a sheet for each read, with one matrix or with difference and both raw ones.

SUNRISE;   Serial number …
Measurement wavelength:      450   (column E)
Reference wavelength:        620
Dual wave data (difference)
<>  1  2  3 …
Rawdata (dual wave measurement)     at the measurement wavelength, then the same at the reference wavelength
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.reading import Channel, Correction, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._key_lines import (
    Header,
    date_remarks,
    header_from_rows,
    not_an_endpoint,
    unread_keys,
    value_of,
    wavelength_from_text_or_none,
)
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import (
    Cells,
    cells_of,
    channel,
    decimal_mark,
    grid_remarks,
    grids_at_left,
    refuse_without_values,
    shape_of,
)
from elisa_bdnf.readers._reader import Reader

_DIFFERENCE = re.compile(r"differen", re.IGNORECASE)
_MEASUREMENT = "Measurement wavelength"
_REFERENCE_KEY = "Reference wavelength"
_USED = frozenset([_MEASUREMENT, _REFERENCE_KEY, "Date"])
_TOLERANCE = 0.0021  # three numbers rounded to three decimals


def recognizes(file: InputFile) -> bool:
    """``SUNRISE;`` in the first cell of a sheet."""
    return file.kind in ("xlsx", "xls", "text") and any(_is_sunrise(page) for page in file.pages)


def _is_sunrise(page: Page) -> bool:
    return any(page.text(row, 0).upper().startswith("SUNRISE") for row in range(min(3, len(page.rows))))


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each sheet."""
    refuse_unless(recognizes(file), file, READER.title)
    pages = [page for page in file.pages if _is_sunrise(page)]
    source = Source(file.name, file.sha256, READER.name, "XFluor4 (Sunrise)")
    return tuple(_reading(page, source, named=len(pages) > 1) for page in pages)


def _reading(page: Page, source: Source, *, named: bool) -> Reading:
    grids = grids_at_left(page)
    if not grids:
        text = " ".join(cell for row in page.rows for cell in row)
        if re.search(r"kinetic|cycle|interval", text, re.IGNORECASE):
            raise not_an_endpoint("a Sunrise measurement over time (kinetic)", place=page.name)
        raise ExportError("there is no matrix of a plate", expected="<> above the row letters", place=page.name)
    inside = {row for grid in grids for row in range(grid.top, grid.bottom)}
    header = header_from_rows(row for index, row in enumerate(page.rows) if index not in inside)
    tables = [(_title(page, grid.top), cells_of(page, grid)) for grid in grids]
    shape = shape_of(cells for _, cells in tables)
    channels, remarks = _channels(tables, shape, header)
    name = page.name if named else value_of(header, "Plate-ID") or value_of(header, "Plate ID") or "Plate 1"
    refuse_without_values(channels, name)
    return Reading(
        source,
        name,
        shape,
        channels,
        header=header,
        unread_header=unread_keys(header, _USED),
        remarks=(
            *date_remarks(value_of(header, "Date")),
            *(remark for grid in grids for remark in grid_remarks(page, grid)),
            *remarks,
        ),
    )


def _title(page: Page, top: int) -> str:
    """Every text between the matrix above and this one: the title, and the wavelength where it stands there."""
    texts: list[str] = []
    for row in range(top - 1, max(-1, top - 5), -1):
        cells = [text for text in page.rows[row] if text]
        if not cells and texts:
            break
        if len(cells) > 6:
            break
        texts = [*cells, *texts]
    return " ".join(texts)


def _channels(
    tables: Sequence[tuple[str, Cells]], shape: Shape, header: Header
) -> tuple[tuple[Channel, ...], tuple[str, ...]]:
    decimal = decimal_mark(cells for _, cells in tables)
    measured = wavelength_from_text_or_none(value_of(header, _MEASUREMENT))
    reference = wavelength_from_text_or_none(value_of(header, _REFERENCE_KEY))
    raw = [table for table in tables if not _DIFFERENCE.search(table[0])]
    if len(tables) > 3 or len(raw) > 2 or (len(raw) == 2 and reference is None):
        raise not_an_endpoint(f"a Sunrise sheet with {len(raw)} raw matrices: a well was read several times")
    labels = unique_labels(title or "Rawdata" for title, _ in tables)
    made: list[Channel] = []
    for label, (title, cells) in zip(labels, tables, strict=True):
        corrected = bool(_DIFFERENCE.search(title))
        is_second = len(raw) == 2 and cells is raw[1][1]
        nm = reference if is_second and not corrected else measured
        correction = Correction.REFERENCE if corrected else Correction.NONE
        made.append(channel(label, cells, shape, decimal, wavelength_nm=nm, correction=correction))
    return _checked(tuple(made))


def _checked(channels: tuple[Channel, ...]) -> tuple[tuple[Channel, ...], tuple[str, ...]]:
    """Three matrices say which is which by themselves: the difference is the measurement minus the reference."""
    difference = [c for c in channels if c.correction is Correction.REFERENCE]
    raw = [c for c in channels if c.correction is Correction.NONE]
    if len(difference) != 1 or len(raw) != 2 or _is_difference(difference[0], raw[0], raw[1]):
        return channels, ()
    if _is_difference(difference[0], raw[1], raw[0]):
        first, second = raw[0].wavelength_nm, raw[1].wavelength_nm
        swapped = {raw[0].label: second, raw[1].label: first}
        sentence = "The raw matrix of the reference stands first, as the differences show."
        return tuple(_with_nm(c, swapped.get(c.label, c.wavelength_nm)) for c in channels), (sentence,)
    return channels, ("The difference matrix is not the measurement minus the reference in every well.",)


def _with_nm(old: Channel, nm: float | None) -> Channel:
    return replace(old, wavelength_nm=nm)


def _is_difference(difference: Channel, one: Channel, other: Channel) -> bool:
    wells = zip(difference.values, one.values, other.values, strict=True)
    return all(abs(a - b - d) < _TOLERANCE for d, a, b in wells if not math.isnan(d + a + b))


READER = Reader(
    name="tecan_sunrise",
    title="Tecan Sunrise workbook of XFluor4",
    recognizes=recognizes,
    read=read,
    marks=("sunrise",),
    software="XFluor4 4.50",
    real_example=True,
    forms=(
        "workbook of XFluor4: a sheet for each read, at one wavelength",
        "the same with difference, measurement and reference; no real example was at hand",
    ),
)
