"""Revvity Kaleido csv (EnSight), versions 2 and 3: ``Results for …`` with a matrix, the rest of the run below.

    Results for ABS mono 1                                  2.x
    Barcode: V-2020 …, PlateRepeat: 1, WellRepeat: 1
    ,1,2,3,…
    EnSight Results from / … / Result for ABS 1             3.x
    Barcode,Repeat,Loop no,Well scan x,…  and a line of values

Version 3 prints the numbers of rows and columns the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.grid import Grid
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import Channel, ChannelKind, InstrumentResult, Reading, Source
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
from elisa_bdnf.readers._limits import MOST_MEASUREMENTS, MOST_PLATES, refuse_more_than
from elisa_bdnf.readers._matrix_checks import refuse_unequal
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import (
    Cells,
    cells_of,
    channel,
    decimal_mark,
    grid_remarks,
    grids_at_left,
    refuse_without_values,
    results,
    shape_of,
)
from elisa_bdnf.readers._plate_map import KALEIDO_CODES, layout_from_map
from elisa_bdnf.readers._reader import TEXTS, Reader

_TITLE = re.compile(r"Results? for\s+(?P<technology>.+)\Z", re.IGNORECASE)
_FACT = re.compile(r"(?P<key>[A-Za-z]+):\s*(?P<value>.*)\Z")
_IMAGE = re.compile(r".+\.(?:tiff?|png|jpe?g)\Z", re.IGNORECASE)
_SEVERAL = ("Loop no", "Well scan x", "Well scan y", "TRF Window")
_PLATE_MAP = "platemap"
_USED = frozenset(["Barcode", "Software version", "Number of rows", "Number of columns", "Measurement Started"])


@dataclass(frozen=True, slots=True)
class _Table:
    """One matrix, what was measured by its name, and what the line above says (barcode, repeats, parameter)."""

    technology: str
    facts: Mapping[str, str]
    cells: Cells
    place: str
    remarks: tuple[str, ...]

    @property
    def parameter(self) -> str:
        return self.facts.get("AnalysisParameter") or self.facts.get("Analysis Parameter") or ""

    @property
    def barcode(self) -> str:
        return self.facts.get("Barcode", "")

    @property
    def label(self) -> str:
        repeats = [f"{k} {v}" for k in ("PlateRepeat", "WellRepeat", "Repeat") if (v := self.facts.get(k))]
        later = [text for text in repeats if not text.endswith(" 1")]
        return " ".join([self.technology, *later])


def recognizes(file: InputFile) -> bool:
    """``Results for`` with a line ``Barcode:`` below, or ``EnSight Results from``."""
    if file.kind != "text":
        return False
    firsts = [line.strip(' ",;\t') for line in file.lines[:12]]
    titled = any(_TITLE.match(text) for text in firsts) and any(text.startswith("Barcode:") for text in firsts)
    return titled or any(text.startswith("EnSight Results from") for text in firsts)


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each barcode; results of an analysis are kept as instrument results."""
    refuse_unless(recognizes(file), file, READER.title)
    (page,) = file.pages
    map_row = next((r for r in range(len(page.rows)) if page.firsts[r].casefold() == _PLATE_MAP), len(page.rows))
    grids = grids_at_left(page)
    bottoms = [0, *(grid.bottom for grid in grids)]
    tables = [_table(page, grid, below) for grid, below in zip(grids, bottoms, strict=False) if grid.top < map_row]
    if not tables:
        raise ExportError("there is no matrix of results", expected="'Results for …' above a matrix")
    inside = {row for grid in grids for row in range(grid.top, grid.bottom)}
    header = header_from_rows(row for index, row in enumerate(page.rows) if index not in inside)
    maps = [grid for grid in grids if grid.top > map_row]
    context = _Context(page, header, maps, Source(file.name, file.sha256, READER.name, _software(header)))
    plates: dict[str, list[_Table]] = {}
    for table in tables:
        plates.setdefault(table.barcode, []).append(table)
    refuse_more_than(MOST_PLATES, len(plates), "plates")
    refuse_more_than(MOST_MEASUREMENTS, max(map(len, plates.values())), "matrices of one plate")
    return tuple(_reading(name, own, context) for name, own in plates.items())


@dataclass(frozen=True, slots=True)
class _Context:
    page: Page
    header: Header
    maps: Sequence[Grid]
    source: Source


def _table(page: Page, grid: Grid, below: int) -> _Table:
    """The matrix with its title; ``below`` is where the matrix above it ends."""
    facts, place = _facts_above(page, grid.top), page.place(grid.top, 0)
    lowest = -1 if facts else below - 1
    title = next((m for row in range(grid.top - 1, lowest, -1) if (m := _TITLE.match(page.text(row, 0)))), None)
    if title is None:
        raise ExportError(
            "a matrix stands below no 'Results for …'", expected="the name of what was measured", place=place
        )
    if not facts:
        raise ExportError(
            "a matrix stands below no line with its barcode",
            expected="'Barcode: …, PlateRepeat: …', or 'Barcode, Repeat, …' and a line of values",
            place=place,
        )
    several = [f"{key} {facts[key]}" for key in _SEVERAL if facts.get(key)]
    if several:
        raise not_an_endpoint(f"a Kaleido measurement at several places or times ({', '.join(several)})", place=place)
    cells = cells_of(page, grid)
    if any(map(_IMAGE.match, cells.values())):
        raise not_an_endpoint(f"a Kaleido export of images ({title['technology']})", place=place)
    return _Table(title["technology"].strip(), facts, cells, place, grid_remarks(page, grid))


def _facts_above(page: Page, top: int) -> dict[str, str]:
    """``Barcode: …, PlateRepeat: 1`` in one line, or heads and values in two."""
    for row in range(top - 1, max(-1, top - 5), -1):
        cells = page.rows[row]
        if cells and cells[0].startswith("Barcode:"):
            return {match["key"]: match["value"].strip() for cell in cells if (match := _FACT.match(cell))}
        if cells[:2] == ("Barcode", "Repeat"):
            refuse_unequal(page, row, row + 1)
            return {head: page.text(row + 1, i) for i, head in enumerate(cells) if head}
    return {}


def _software(header: Header) -> str:
    stated = value_of(header, "Software version")
    return stated or next(
        (key.removeprefix("Exported with ") for key, _ in header if key.startswith("Exported")), "Kaleido"
    )


def _reading(name: str, tables: Sequence[_Table], context: _Context) -> Reading:
    size = _plate_size(context.header)
    shape = shape_of((table.cells for table in tables), size)
    measured = [table for table in tables if not table.parameter]
    decimal = decimal_mark(table.cells for table in measured)
    labels = unique_labels(table.label for table in measured)
    channels = tuple(
        _with_optics(channel(label, table.cells, shape, decimal), table, context.page)
        for label, table in zip(labels, measured, strict=True)
    )
    if not channels:
        raise not_an_endpoint(
            f"a Kaleido export of analysis results only ({tables[0].parameter})", place=tables[0].place
        )
    refuse_without_values(channels, name)
    calculated: list[InstrumentResult] = []
    for table in tables:
        if table.parameter:
            calculated += results(f"{table.technology}: {table.parameter}", table.cells, decimal)
    return Reading(
        context.source,
        name or "Plate 1",
        shape,
        channels,
        header=context.header,
        unread_header=unread_keys(context.header, _USED),
        layout=layout_from_map(context.page, context.maps, shape, KALEIDO_CODES),
        instrument_results=tuple(calculated),
        remarks=(
            *date_remarks(value_of(context.header, "Measurement Started")),
            *(remark for table in tables for remark in table.remarks),
            *(() if name else ("The export names no plate (Barcode is empty); it is called 'Plate 1'.",)),
        ),
    )


def _plate_size(header: Header) -> int | None:
    rows, columns = value_of(header, "Number of rows"), value_of(header, "Number of columns")
    return int(rows) * int(columns) if rows.isdecimal() and columns.isdecimal() and len(rows + columns) < 6 else None


def _with_optics(made: Channel, table: _Table, page: Page) -> Channel:
    """Kind by the name of the technology, or by whether light was sent in and came out."""
    facts = _operation(page, table.technology)
    excited = next((v for k, v in facts.items() if k.casefold().startswith("excitation wavelength")), "")
    emits = any(key.casefold().startswith(("emission", "ems")) for key in facts)
    kind = kind_from_text(table.technology)
    if kind is ChannelKind.UNKNOWN:
        kind = ChannelKind.FLUORESCENCE if emits else ChannelKind.ABSORBANCE if excited else ChannelKind.UNKNOWN
    emitted = next((v for k, v in facts.items() if k.casefold().startswith(("emission wavelength", "ems w"))), "")
    stated = {ChannelKind.ABSORBANCE: excited, ChannelKind.FLUORESCENCE: emitted}.get(kind, "")
    nm = wavelength_from_text_or_none(stated)
    return replace(made, wavelength_nm=nm, kind=kind)


def _operation(page: Page, technology: str) -> dict[str, str]:
    """Keys of ``Tech,,,,ABS mono 1`` or ``Operation,,,ABS 1`` up to the next empty line."""
    if _operation not in page.kept:
        starts = [row for row, text in enumerate(page.firsts) if text in ("Tech", "Operation")]
        page.kept[_operation] = {page.rows[row][-1]: row for row in reversed(starts)}
    row: int | None = page.kept[_operation].get(technology)
    if row is None:
        return {}
    end = next((r for r in range(row, len(page.rows)) if not page.rows[r]), len(page.rows))
    return {line[0]: line[-1] for line in page.rows[row + 1 : end] if len(line) > 1}


READER = Reader(
    name="revvity_kaleido",
    title="Revvity Kaleido csv (EnSight)",
    recognizes=recognizes,
    read=read,
    marks=("results for", "results from"),
    kinds=TEXTS,
    software="Kaleido 2.0 to 3.5",
    real_example=True,
    forms=(
        "Kaleido 2: `Results for …`",
        "Kaleido 3: `EnSight Results from`, several barcodes",
    ),
)
