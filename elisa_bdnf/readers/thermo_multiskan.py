"""Thermo Multiskan text: ``Photometric1`` with labelled matrices, or ``Results of Photometric1`` with bare ones.

Photometric1 / Plate 1: Plate 1                 semicolons, decimal comma, CR line ends occur together
Sample;1;2;…     ids with their dilution (Un_0001 1/10)
Abs;1;2;…

Results of Photometric1 / ⇥Plate:1 - Wavelength:340 / ⇥Iteration: 1
⇥0.044⇥0.123…                                   a line for each row, of tabs alone where nothing was read
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.grid import wells_of_row
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import STANDARD_SHAPES, Well
from elisa_bdnf.model.reading import Correction, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._key_lines import (
    Header,
    header_from_rows,
    not_an_endpoint,
    unread_keys,
    wavelength_from_text_or_none,
)
from elisa_bdnf.readers._matrix_checks import left_out_remarks, short_row_remarks
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
from elisa_bdnf.readers._reader import TEXTS, Reader
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells

_HEAD_LINES = 12
_STEP = re.compile(r"(?:Results of\s+)?(?P<step>Photometric\s*[0-9]+)\Z", re.IGNORECASE)
_PLATE = re.compile(r"Plate\s*(?P<number>[0-9]+)\s*:\s*(?P<name>.*)\Z", re.IGNORECASE)
_BARE_PLATE = re.compile(r"Plate\s*:\s*(?P<number>\S+)(?:\s*-\s*Wavelength\s*:\s*(?P<nm>[0-9.,]+))?", re.IGNORECASE)
_ITERATION = re.compile(r"Iteration\s*:\s*[0-9]+", re.IGNORECASE)
_WITH_DILUTION = re.compile(r"(?P<code>\S.*?)\s+(?P<dilution>1[/:][0-9.,]+)\Z")
_USED = frozenset(["Photometric1", "Plate 1"])


@dataclass(frozen=True, slots=True)
class _Table:
    """One matrix: its plate, step and wavelength, and the quantity in its corner."""

    plate: str
    step: str
    nm: float | None
    corner: str
    cells: Cells
    remarks: tuple[str, ...] = ()


def recognizes(file: InputFile) -> bool:
    """A line ``Photometric1`` or ``Results of Photometric1`` near the top of a text."""
    if file.kind != "text":
        return False
    return any(_STEP.match(line.split(file.delimiter)[0].strip(' "')) for line in file.lines[:_HEAD_LINES])


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each plate. Raises ExportError for iterations (kinetics)."""
    refuse_unless(recognizes(file), file, READER.title)
    (page,) = file.pages
    is_bare = any(_BARE_PLATE.search(text) for row in page.rows[:_HEAD_LINES] for text in row[:3])
    tables = list(_bare_tables(page, file) if is_bare else _labelled_tables(page))
    if not any(table.corner.casefold() != "sample" for table in tables):
        raise ExportError("there is no matrix of measured values", expected="a matrix with Abs in its corner")
    source = Source(file.name, file.sha256, READER.name, "Multiskan")
    names = list(dict.fromkeys(table.plate for table in tables))
    header = _header(page)
    return tuple(_reading(name, [t for t in tables if t.plate == name], header, source) for name in names)


def _header(page: Page) -> Header:
    inside = {row for grid in grids_at_left(page) for row in range(grid.top, grid.bottom)}
    rows = (row for index, row in enumerate(page.rows) if index not in inside)
    return header_from_rows(row for row in rows if not all(is_number_or_word(text) for text in row))


def _labelled_tables(page: Page) -> Iterable[_Table]:
    step, plate, nm, last = "Photometric", "", None, 0
    seen: set[tuple[str, ...]] = set()
    for grid in grids_at_left(page):
        for row in range(last, grid.top):
            text = page.text(row, 0)
            if match := _STEP.match(text):
                step, nm = match["step"], None
            elif match := _PLATE.match(text):
                plate = match["name"] or f"Plate {match['number']}"
            elif text.casefold().startswith("wavelength"):
                nm = wavelength_from_text_or_none(" ".join(page.rows[row]))
        key = (plate, step, str(nm), grid.corner)
        if key in seen and grid.corner.casefold() != "sample":
            raise not_an_endpoint(
                f"a Multiskan export with {grid.corner} of {plate} several times", place=str(grid.top + 1)
            )
        seen.add(key)
        about = f"No line above the matrix in line {grid.top + 1} names its plate ('Plate 1: …')."
        last = grid.bottom
        is_ids = grid.corner.casefold() == "sample"
        remarks = (
            (*left_out_remarks(page, grid), *short_row_remarks(page, grid)) if is_ids else grid_remarks(page, grid)
        )
        yield _Table(
            plate or "Plate 1", step, nm, grid.corner, cells_of(page, grid), (*remarks, *([] if plate else [about]))
        )


def _bare_tables(page: Page, file: InputFile) -> Iterable[_Table]:
    iterations = [row for row in range(len(page.rows)) if _ITERATION.match("".join(page.rows[row]))]
    plates = [(row, match) for row in range(len(page.rows)) if (match := _BARE_PLATE.match("".join(page.rows[row])))]
    if len(iterations) > len(plates):
        raise not_an_endpoint(f"a Multiskan measurement over time ({len(iterations)} iterations)")
    step = next((m["step"] for row in page.rows if row and (m := _STEP.match(row[0]))), "Photometric")
    stops = [*(row for row, _ in plates[1:]), len(page.rows)]
    for (row, match), stop in zip(plates, stops, strict=True):
        nm = wavelength_from_text_or_none(match["nm"] or "")
        cells = _bare_cells(file, row + 1, stop)
        if not cells:
            raise ExportError(
                f"{''.join(page.rows[row])!r} stands above no values", expected="a matrix below", place=str(row + 1)
            )
        yield _Table(f"Plate {match['number']}", step, nm, "Abs", cells)


def _bare_cells(file: InputFile, start: int, stop: int) -> Cells:
    """Lines with one empty cell in front; a line of tabs alone is a row that was not read."""
    rows = range(start, stop)
    lines = [row for row in rows if file.lines[row].startswith("\t") and not _ITERATION.search(file.lines[row])]
    columns = dict(STANDARD_SHAPES.values()).get(len(lines), 0)
    found, widest = Cells(), 0
    for index, row in enumerate(lines):
        texts = _without_alignment(file.lines[row].split("\t")[1:], columns, row + 1)
        widest = widest or len(texts)
        if texts and len(texts) != widest:
            raise ExportError(
                f"{len(texts)} values in a row of the plate, {widest} in the one above, without column numbers",
                expected="as many values in every row that was read",
                place=str(row + 1),
            )
        found.add_row(wells_of_row(index, tuple(range(len(texts)))), [text.strip() for text in texts], row, 1)
    return found


def _without_alignment(cells: Sequence[str], columns: int, line: int) -> list[str]:
    """Two tabs behind a short number align the columns; they look like an empty well unless all wells were read."""
    last = max((i for i, cell in enumerate(cells) if cell.strip()), default=-1)
    used = list(cells[: last + 1])
    filled = [cell for cell in used if cell.strip()]
    if len(filled) > columns or (len(filled) < len(used) and len(filled) != columns):
        raise ExportError(
            f"{len(filled)} values and {len(used) - len(filled)} empty cells between them, without column numbers",
            expected="a line for each row of the plate and a value in every column, or none at the end only",
            place=str(line),
        )
    return filled


def _reading(name: str, tables: Sequence[_Table], header: Header, source: Source) -> Reading:
    measured = [table for table in tables if _correction_or_none(table.corner) is not None]
    if not measured:
        corners = ", ".join(table.corner for table in tables)
        raise ExportError(f"only {corners} is here", expected="the measured absorbance (Abs)", place=f"plate {name}")
    shape = shape_of(table.cells for table in tables)
    decimal = decimal_mark(table.cells for table in tables if table.corner.casefold() != "sample")
    labels = unique_labels(map(_label, measured))
    channels = tuple(
        channel(
            label,
            table.cells,
            shape,
            decimal,
            wavelength_nm=table.nm,
            correction=_correction_or_none(table.corner) or Correction.NONE,
        )
        for label, table in zip(labels, measured, strict=True)
    )
    refuse_without_values(channels, name)
    others = [table for table in tables if table not in measured and table.corner.casefold() != "sample"]
    ids = {
        well: code
        for table in tables
        if table.corner.casefold() == "sample"
        for well, code in table.cells.items()
        if code
    }
    return Reading(
        source,
        name,
        shape,
        channels,
        header=header,
        unread_header=unread_keys(header, _USED),
        layout=layout_from_wells(_said(ids), shape, decimal=decimal),
        instrument_results=tuple(r for t in others for r in results(f"{t.step}: {t.corner}", t.cells, decimal)),
        remarks=tuple(remark for table in tables for remark in table.remarks),
    )


def _label(table: _Table) -> str:
    name = table.step if table.corner.casefold() == "abs" else f"{table.step}: {table.corner}"
    return f"{name} ({table.nm:g} nm)" if table.nm else name


def _correction_or_none(corner: str) -> Correction | None:
    small = corner.casefold()
    if small in ("abs", "absorbance", "od", "raw"):
        return Correction.NONE
    return Correction.BLANK if small.startswith("blank") else None


def _said(ids: Mapping[Well, str]) -> dict[Well, WellSaid]:
    """``Un_0001 1/10``: the part behind the blank is the dilution."""
    matches = {well: _WITH_DILUTION.match(text) for well, text in ids.items()}
    return {
        well: WellSaid(match["code"], dilution=match["dilution"]) if match else WellSaid(ids[well])
        for well, match in matches.items()
    }


READER = Reader(
    name="thermo_multiskan",
    title="Thermo Multiskan csv and txt",
    recognizes=recognizes,
    read=read,
    marks=("photometric",),
    kinds=TEXTS,
    software="Multiskan",
    real_example=True,
    forms=(
        "`Photometric1` with labelled matrices of ids and absorbances (csv)",
        "`Results of Photometric1` with values alone (txt; the real example was a kinetic, which is refused)",
    ),
)
