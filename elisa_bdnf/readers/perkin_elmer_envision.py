"""PerkinElmer EnVision csv: for each read ``Plate information``, background, and a matrix; the assay stands below.

Plate information
Plate,Repeat,Barcode,…,Label,…,Measinfo,…          a calculated result has a Formula instead of the Label
1,1,="",…,A450(1),…,De=1st Ex=Btm Em=N/A …
Background information / …
Results for A450(1) - channel 1 (A)                may be missing, and with it the row letters and column numbers
,01,02,03,…,
A,0.045,…
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import are_numbers_or_words
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._envision_labels import (
    PLATE,
    emission_of_label,
    heads_a_list,
    is_perkin_elmer,
    kind_from_measinfo,
    wavelength_of_label,
)
from elisa_bdnf.readers._key_lines import Header, date_remarks, header_from_rows, unread_keys, value_of
from elisa_bdnf.readers._likely_kind import with_likely_kind
from elisa_bdnf.readers._limits import MOST_MEASUREMENTS, MOST_PLATES, refuse_more_than
from elisa_bdnf.readers._matrix_checks import refuse_unequal
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import (
    Cells,
    bare_cells,
    cells_of,
    channel,
    decimal_mark,
    grid_remarks,
    grids_at_left,
    refuse_without_values,
    shape_of,
)
from elisa_bdnf.readers._plate_map import ENVISION_CODES, layout_from_map, maps_of_plate
from elisa_bdnf.readers._reader import TEXTS, Reader

_BACKGROUND = "background information"
_BEHIND = frozenset(["basic assay information", "protocol information", "plate type:", "platemap:"])
_TITLE = re.compile(r"(?:Results for|Calculated results:)\s*(.*)", re.IGNORECASE)
_USED = frozenset(
    ["Plate", "Repeat", "Label", "Formula", "Measinfo", "Number of rows", "Number of columns", "Measurement date"]
)


@dataclass(frozen=True, slots=True)
class _Block:
    """One matrix with the line of ``Plate information`` above it."""

    facts: Mapping[str, str]
    title: str
    cells: Cells
    rows: int
    columns: int
    place: str
    remarks: tuple[str, ...] = ()

    @property
    def plate(self) -> str:
        """A second reading of a whole plate is a plate of its own here."""
        repeat = self.facts.get("Repeat", "1")
        return self.facts.get("Plate", "1") + (f" (repeat {repeat})" if repeat not in ("", "1") else "")

    @property
    def is_calculated(self) -> bool:
        return bool(self.facts.get("Formula"))

    @property
    def label(self) -> str:
        return self.title or self.facts.get("Formula") or self.facts.get("Label") or "Results"


def recognizes(file: InputFile) -> bool:
    """``Plate information`` with ``Plate, Repeat`` below it near the top, and no list of wells."""
    if file.kind != "text":
        return False
    (page,) = file.pages
    return is_perkin_elmer(page) and not any(map(heads_a_list, page.rows[:60]))


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each plate number; what was calculated from a plate are channels of it."""
    refuse_unless(recognizes(file), file, READER.title)
    (page,) = file.pages
    starts = [row for row, text in enumerate(page.folded_firsts) if text == PLATE]
    ends = (row for row, text in enumerate(page.folded_firsts) if text in _BEHIND and row >= starts[-1])
    end = next(ends, len(page.rows))
    _refuse_untitled(page, starts, end)
    outside = (*range(starts[0]), *range(end, len(page.rows)))
    around = [row for row in outside if not _is_map_line(page, row)]
    assay = header_from_rows(page.rows[row] for row in around)
    stated = _stated_shape(assay)
    blocks = [_block(page, start, stop, stated) for start, stop in zip(starts, [*starts[1:], end], strict=True)]
    _refuse_other_extent(blocks, stated)
    source = Source(file.name, file.sha256, READER.name, _software(page))
    decimal = decimal_mark(block.cells for block in blocks)
    plates: dict[str, list[_Block]] = {}
    for block in blocks:
        plates.setdefault(block.plate, []).append(block)
    refuse_more_than(MOST_PLATES, len(plates), "plates")
    refuse_more_than(MOST_MEASUREMENTS, max(map(len, plates.values())), "matrices of one plate")
    return tuple(_reading(page, name, own, assay, source, decimal, stated) for name, own in plates.items())


def _refuse_untitled(page: Page, starts: Sequence[int], end: int) -> None:
    for row in range(end):
        if page.rows[row][:2] == ("Plate", "Repeat") and row - 1 not in starts:
            raise ExportError(
                "a plate begins without the line 'Plate information'",
                expected="that line above 'Plate, Repeat, …'",
                hint="the file was edited or is cut off; export it again",
                place=page.place(row, 0),
            )


def _is_map_line(page: Page, row: int) -> bool:
    """Lines of plate maps are not keys."""
    return len(page.rows[row]) > 6 and len(page.text(row, 0)) <= 2


def _block(page: Page, start: int, stop: int, stated: Shape | None) -> _Block:
    facts = _plate_facts(page, start, stop)
    title_row = next((row for row in range(start + 3, stop) if _TITLE.match(page.firsts[row])), None)
    match = _TITLE.match(page.text(title_row, 0)) if title_row is not None else None
    # a formula can hold commas, which split its cell
    title = ", ".join(filter(None, [match[1], *page.rows[title_row or 0][1:]])) if match else ""
    grids = grids_at_left(page, start + 3, stop)
    place = page.place(start, 0)
    if len(grids) > 1:
        raise ExportError("two matrices below one 'Plate information'", expected="one for each", place=place)
    if grids:
        rows, columns = grids[0].extent
        cells, remarks = cells_of(page, grids[0]), grid_remarks(page, grids[0])
        return _Block(facts, title, cells, rows, columns, place, remarks)
    return _bare_block(page, _Block(facts, title, Cells(), 0, 0, place), start, stop, stated)


def _plate_facts(page: Page, start: int, stop: int) -> dict[str, str]:
    """The two lines below ``Plate information``: what is known of the plate and the measurement, and the values."""
    heads, values = (page.rows[row] if row < stop else () for row in (start + 1, start + 2))
    if heads[:2] != ("Plate", "Repeat") or not (values and values[0].isdecimal()):
        raise ExportError(
            "no heads and values stand below 'Plate information'",
            expected="a line 'Plate, Repeat, …', and below it the number of the plate and the rest",
            hint="the file was edited or is cut off; export it again",
            place=page.place(start, 0),
        )
    refuse_unequal(page, start + 1, start + 2)
    facts = {head: value.strip('="') for head, value in zip(heads, values, strict=False) if head}
    return facts | _background(page, start + 3, stop)


def _background(page: Page, start: int, stop: int) -> dict[str, str]:
    """The lines of the table ``Background information``, each with the heads above it."""
    top = next((row for row in range(start, stop) if page.firsts[row].casefold() == _BACKGROUND), stop)
    end = next((row for row in range(top, stop) if not page.rows[row]), stop)
    lines = [zip(page.rows[top + 1], page.rows[row], strict=False) for row in range(top + 2, end)]
    return {
        f"Background information {number}": ", ".join(f"{head} {value}" for head, value in line if head and value)
        for number, line in enumerate(lines, start=1)
    }


def _bare_block(page: Page, block: _Block, start: int, stop: int, stated: Shape | None) -> _Block:
    """A matrix without labels: it must have a line for every row of the plate, or nobody knows which rows it has."""
    at = next((row for row in range(start + 3, stop) if page.firsts[row].casefold() == _BACKGROUND), start + 3)
    first = next((row for row in range(at, stop) if _is_bare_line(page, row)), stop)
    last = next((row for row in range(first, stop) if not _is_bare_line(page, row)), stop)
    rows, columns = last - first, max((len(page.rows[row]) for row in range(first, last)), default=0)
    whole = (rows, columns) in STANDARD_SHAPES.values()
    if not (rows == stated.rows and columns <= stated.columns if stated else whole):
        raise ExportError(
            f"{rows} lines of {columns} values without row letters below 'Plate information'" if rows else "no matrix",
            expected=f"a matrix with labels, or a line for each row of the plate{f' of {stated}' if stated else ''}",
            place=block.place,
        )
    return replace(block, cells=bare_cells(page, first, last, 0, columns), rows=rows, columns=columns)


def _is_bare_line(page: Page, row: int) -> bool:
    cells = page.rows[row]
    return len(cells) > 1 and are_numbers_or_words(cells)


def _stated_shape(assay: Header) -> Shape | None:
    rows, columns = value_of(assay, "Number of rows"), value_of(assay, "Number of columns")
    extent = (int(rows), int(columns)) if rows.isdecimal() and columns.isdecimal() else None
    return Shape(*extent) if extent in STANDARD_SHAPES.values() else None  # type: ignore[misc]


def _refuse_other_extent(blocks: Sequence[_Block], stated: Shape | None) -> None:
    for block in blocks:
        if stated and (block.rows > stated.rows or block.columns > stated.columns):
            raise ExportError(
                f"a matrix of {block.rows} × {block.columns} wells on a plate of {stated}",
                expected="the plate type that was measured",
                place=block.place,
            )


def _software(page: Page) -> str:
    firsts = (page.text(row, 0) for row in range(len(page.rows) - 1, -1, -1))
    found = next((text for text in firsts if text.startswith("Exported with")), "")
    return found.removeprefix("Exported with").strip() or "EnVision"


def _reading(
    page: Page,
    name: str,
    blocks: Sequence[_Block],
    assay: Header,
    source: Source,
    decimal: str,
    stated: Shape | None,
) -> Reading:
    shape = shape_of((block.cells for block in blocks), stated.size if stated else None)
    labels = unique_labels(block.label for block in blocks)
    made = [_channel(label, block, page, shape, decimal) for label, block in zip(labels, blocks, strict=True)]
    channels, likely = with_likely_kind(made)
    refuse_without_values(channels, name)
    header = (*(pair for block in blocks for pair in block.facts.items()), *assay)
    barcode = next((b for block in blocks if (b := block.facts.get("Barcode"))), "")
    remarks = [*date_remarks(value_of(header, "Measurement date")), *likely, *_remarks(blocks, stated)]
    remarks += _untitled_maps(page, blocks)
    if not assay:
        remarks.append("The export says nothing about the assay and the plate type: it may be cut off behind a plate.")
    return Reading(
        source,
        barcode if barcode and len(barcode) > 2 and "(repeat" not in name else f"Plate {name}",
        shape,
        channels,
        header=header,
        unread_header=unread_keys(header, _USED),
        layout=layout_from_map(page, maps_of_plate(page, name), shape, ENVISION_CODES),
        remarks=tuple(remarks),
    )


def _untitled_maps(page: Page, blocks: Sequence[_Block]) -> Iterator[str]:
    """Maps of the plate lie below all plates; without their title they would be matrices that nobody reads."""
    behind = next((row for row, text in enumerate(page.folded_firsts) if text in _BEHIND), len(page.rows))
    titled = any(text.startswith("platemap") for text in page.folded_firsts)
    lost = [grid for grid in grids_at_left(page, behind) if not titled]
    if blocks and lost:
        yield f"The matrix in line {lost[0].top + 1}, below the plates, has no title (Platemap) and was not read."


def _remarks(blocks: Sequence[_Block], stated: Shape | None) -> Iterator[str]:
    for block in blocks:
        yield from block.remarks
        if stated and not block.remarks and (block.rows, block.columns) != (stated.rows, stated.columns):
            yield f"The matrix of {block.label!r} has {block.rows} × {block.columns} wells of a plate of {stated}."


def _channel(label: str, block: _Block, page: Page, shape: Shape, decimal: str) -> Channel:
    measinfo, name = block.facts.get("Measinfo", ""), block.facts.get("Label", label)
    kind = kind_from_measinfo(measinfo, label)
    nm = None
    if kind in (ChannelKind.ABSORBANCE, ChannelKind.UNKNOWN) and not block.is_calculated:
        nm = wavelength_of_label(page, name)
    elif kind is ChannelKind.FLUORESCENCE and not block.is_calculated:
        nm = emission_of_label(page, name, measinfo)
    correction = Correction.REDUCED if block.is_calculated else Correction.NONE
    return channel(label, block.cells, shape, decimal, wavelength_nm=nm, kind=kind, correction=correction)


READER = Reader(
    name="perkin_elmer_envision",
    title="PerkinElmer EnVision csv",
    recognizes=recognizes,
    read=read,
    marks=("plate information",),
    kinds=TEXTS,
    software="EnVision Workstation 1.14",
    real_example=True,
    forms=(
        "titled matrices, one or several plates, with calculated results and plate map",
        "matrices without titles and labels, if they are whole",
    ),
)
