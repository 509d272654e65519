"""Rows of a Gen5 export → its sections, plate by plate, without a meaning yet.

What stands where: FORMATS in the module of the reader. Lines of a matrix are keyed by the label behind them, since
their order changes from one plate row to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import Grid, find_grids, wells_of_row
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.readers._cells import Cells
from elisa_bdnf.readers._gen5_across import WellsAcross, wells_across_or_none
from elisa_bdnf.readers._gen5_checks import label_of, layout_remarks, refuse_astray, refuse_lines_without_label
from elisa_bdnf.readers._gen5_list import WellList, is_list_head, list_from_rows
from elisa_bdnf.readers._gen5_procedure import Read, read_step
from elisa_bdnf.readers._limits import MOST_MEASUREMENTS, MOST_PLATES, refuse_more_than

Rows = Sequence[Sequence[str]]

_DOCUMENT_KEYS = ("Software Version", "Experiment File Path", "Protocol File Path")
_CURVE_HEAD = "curve name"
_TABLES = {"time": "kinetic", "wavelength": "spectrum"}
_READ_NUMBER = re.compile(r" Read#[0-9]+\Z")  # behind the lines of such a matrix
_AT_TIME = re.compile(r"(?:.* - )?Time\s+[0-9]+ \([0-9:.,]+\)\Z")  # above the matrix of a time point
_TIME = re.compile(r"[0-9]+:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?\Z")
_MOST_READS = 60  # of one label on one plate
_LAYOUT_LABELS = frozenset(["Well ID", "Name", "Conc/Dil"])


@dataclass(frozen=True, slots=True)
class Section:
    """One plate: ``quantities`` and ``layout`` are label → well → text, in the order of the export."""

    first_line: int
    header: tuple[tuple[str, str], ...]
    reads: tuple[Read, ...]
    layout: Mapping[str, Cells]
    quantities: Mapping[str, Cells]
    curves: tuple[Mapping[str, str], ...]
    tables: tuple[str, ...]  # what stands there beside matrices: "kinetic", "spectrum", "area scan"
    remarks: tuple[str, ...] = ()

    def value(self, key: str) -> str:
        """The first value of a header key, or empty."""
        return next((value for name, value in self.header if name == key), "")


@dataclass(slots=True)
class _Draft:
    header: list[tuple[str, str]] = field(default_factory=list)
    curves: list[Mapping[str, str]] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    reads: list[tuple[str, bool, list[str], int]] = field(default_factory=list)
    layout: dict[str, Cells] = field(default_factory=dict)
    quantities: dict[str, Cells] = field(default_factory=dict)
    kinetic: set[str] = field(default_factory=set)  # the steps that begin and end one


def sections_from_rows(rows: Rows) -> tuple[Section, ...]:
    """Every plate of the export, in order."""
    starts = _plate_starts(rows)
    refuse_more_than(MOST_PLATES, len(starts), "plates")
    stops = [*starts[1:], len(rows)]
    sections = []
    document: tuple[tuple[str, str], ...] = ()
    for start, stop in zip(starts, stops, strict=True):
        section = _section(rows, start, stop, document)
        document = tuple(item for item in section.header if item[0] in _DOCUMENT_KEYS)
        sections.append(section)
    return tuple(sections)


def _plate_starts(rows: Rows) -> list[int]:
    """Indexes at which plates begin: at ``Plate Number``, or at the document keys in front of it."""
    starts: list[int] = []
    reached = 0
    for index, row in enumerate(rows):
        if row and row[0].startswith("Plate Number") and _key(row) == "Plate Number":
            start = index
            while start > reached and (not any(rows[start - 1]) or _key(rows[start - 1]) in _DOCUMENT_KEYS):
                start -= 1
            starts.append(start if starts else 0)
            reached = index + 1
    return starts or [0]


def _key(row: Sequence[str]) -> str:
    return row[0].removesuffix(":").strip() if row else ""


def _section(rows: Rows, start: int, stop: int, document: tuple[tuple[str, str], ...]) -> Section:
    draft = _Draft()
    grids = find_grids(rows, start=start, stop=stop, several_lines=True)
    for grid in grids:
        title = _title_above(rows, grid.top, start)
        if _AT_TIME.match(title) or any(_READ_NUMBER.search(label_of(line)) for line in grid.lines[:2]):
            draft.tables.append("kinetic")
        else:
            _take_grid(draft, grid, title)
    _take_lines(draft, rows, start, stop, grids)
    keys = {key for key, _ in draft.header}
    header = (*(item for item in document if item[0] not in keys), *draft.header)
    reads = tuple(read_step(*read) for read in draft.reads)
    tables = tuple(dict.fromkeys(draft.tables))
    remarks = tuple(draft.remarks)
    return Section(start + 1, header, reads, draft.layout, draft.quantities, tuple(draft.curves), tables, remarks)


def _title_above(rows: Rows, top: int, start: int) -> str:
    """The line above a matrix that holds one cell only; csv copies have a line of empty cells in between."""
    for index in range(top - 1, max(top - 4, start) - 1, -1):
        filled = [cell for cell in rows[index] if cell]
        if filled:
            return filled[0] if len(filled) == 1 else ""
    return ""


def _take_grid(draft: _Draft, grid: Grid, title: str) -> None:
    is_layout = title.casefold() == "layout" or bool(_LAYOUT_LABELS & {label_of(line) for line in grid.lines})
    target = draft.layout if is_layout else draft.quantities
    refuse_lines_without_label(grid, "Results" if is_layout else title)
    if is_layout:
        draft.remarks += layout_remarks(grid)
    for line in grid.lines:
        label = label_of(line)
        for note in line.beyond[1:]:
            if note:
                draft.header.append((f"beside line {line.index + 1}", note))
        wells = wells_of_row(line.row, grid.columns)
        _with_room(target, label or title or f"line {line.index + 1}", wells).add_row(
            wells, line.cells, line.index, grid.left + 1
        )


def _with_room(target: dict[str, Cells], label: str, wells: Iterable[Well]) -> Cells:
    """The cells of a label that do not hold these wells: a label that comes twice for them is a second quantity."""
    name, occurrence = label, 1
    while name in target and not target[name].keys().isdisjoint(wells):
        occurrence += 1
        name = f"{label} ({occurrence})"
        if occurrence > _MOST_READS:
            raise ExportError(
                f"the wells of {label!r} stand more than {_MOST_READS} times on one plate",
                expected="each well once, below a line 'Plate Number' for every plate",
            )
    if name not in target:
        target[name] = Cells()
    return target[name]


def _take_lines(draft: _Draft, rows: Rows, start: int, stop: int, grids: list[Grid]) -> None:
    """Everything that is no matrix: keys and values, the procedure, curves, tables over time or wavelength."""
    ends = {grid.top: grid.bottom for grid in grids}
    index = start
    while index < stop:
        if index in ends:
            index = ends[index]
            continue
        index = _take_line(draft, rows, index, stop)


def _take_line(draft: _Draft, rows: Rows, index: int, stop: int) -> int:
    """A line of text, or a table that begins here; gives the index of what comes next."""
    cells = rows[index]
    filled = [cell for cell in cells if cell]
    if not filled:
        return index + 1
    if filled[0] in ("Well ID", "Name", "Well") and (across := wells_across_or_none(rows, index, stop)):
        return _take_found(draft, across)
    if (len(filled) > 2 and is_list_head(cells)) or _is_bare_list_head(rows, index, stop):
        return _take_found(draft, list_from_rows(rows, index, stop))
    if table := _table_or_none(filled):
        draft.tables.append(table)
        return _end_of_block(rows, index, stop)
    if filled[0].casefold() == _CURVE_HEAD:
        end, at = _end_of_block(rows, index, stop), cells.index(filled[0])  # in a workbook one column to the right
        draft.curves += _curves([row[at:] for row in rows[index:end]])
        return end
    _take_text(draft, cells, filled, index + 1)
    return index + 1


def _is_bare_list_head(rows: Rows, index: int, stop: int) -> bool:
    """``Well⇥450`` above lines such as ``A1⇥0.095``: a list without IDs, since the plate had no layout."""
    cells, below = rows[index], rows[index + 1] if index + 1 < stop else ()
    if "Well" not in cells[:2] or len(cells) - cells.count("") < 2:
        return False
    at = cells.index("Well")
    return len(below) > at and well_from_text_or_none(below[at]) is not None


def _take_found(draft: _Draft, found: WellList | WellsAcross) -> int:
    """A list may say once more what matrices above it hold: then nothing is added. Gives where it ends."""
    for target, columns in ((draft.layout, found.layout), (draft.quantities, found.quantities)):
        for label, cells in columns.items():
            if not cells.items() <= target.get(label, Cells()).items():
                _with_room(target, label, cells).take(cells)
    draft.remarks += found.remarks
    return found.end


def _end_of_block(rows: Rows, index: int, stop: int) -> int:
    while index < stop and any(rows[index]):
        index += 1
    return index


def _table_or_none(filled: Sequence[str]) -> str | None:
    """What a table that lists wells across is a table of."""
    first = filled[0].casefold()
    kind = _TABLES.get(first, "area scan" if first.startswith(("x read", "y read", "x/y")) else "")
    across = filled[1:4]
    turned = all(map(_TIME.match if kind == "kinetic" else str.isdigit, across)) and len(across) > 1
    return kind if kind and (turned or any(map(well_from_text_or_none, across))) else None


def _curves(rows: Rows) -> Iterator[Mapping[str, str]]:
    head = rows[0]
    for row in rows[1:]:
        yield {name: cell for name, cell in zip(head, row, strict=False) if name}


def _take_text(draft: _Draft, cells: Sequence[str], filled: Sequence[str], line: int) -> None:
    refuse_astray(filled, line)
    if cells[0].removesuffix(":") == "Reader Type" and any(key == "Reader Type" for key, _ in draft.header):
        raise ExportError(
            "a second plate begins here without its number",
            expected="a line 'Plate Number' above the keys of each plate",
            hint="a line was lost; export the file again",
            place=str(line),
        )
    if len(filled) > 2 and filled[-1] in _LAYOUT_LABELS:
        raise ExportError(
            f"this line of the layout ({filled[-1]}) is part of no matrix",
            expected="column numbers above the layout, and a row letter in front of the first line of each plate row",
            hint="a line was lost; export the file again",
            place=str(line),
        )
    indented = not cells[0]
    if indented and draft.header:
        key = draft.header[-1][0]
        if draft.reads and key.startswith("Read"):
            draft.reads[-1][2].append(filled[0])
        draft.header.append((key, " ".join(filled)))
        return
    key = filled[0].removesuffix(":").strip()
    if key == "Read":
        refuse_more_than(MOST_MEASUREMENTS, len(draft.reads) + 1, "read steps on one plate")
        kinetic = {"Start Kinetic"} == draft.kinetic
        draft.reads.append((filled[1] if len(filled) > 1 else "", kinetic, [], line))
    if key in ("Start Kinetic", "End Kinetic"):
        draft.kinetic.add(key)
    draft.header.append((key, " ".join(filled[1:])))
