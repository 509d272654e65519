"""A ``Plate:`` block of SoftMax Pro → matrices of texts: raw ones by wavelength, and the reduced one.

``PlateFormat`` prints the plate as it lies, wavelengths side by side, without row letters; ``TimeFormat`` prints one
line per wavelength below a line of well names. The reduced matrix comes last and has no temperature in its heading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import column_number_or_none, wells_of_row
from elisa_bdnf.inputs.numbers import numbers_from_texts
from elisa_bdnf.model.plate import (
    STANDARD_SHAPES,
    Shape,
    Well,
    row_column_from_well,
    well_from_row_column,
    well_from_text_or_none,
)
from elisa_bdnf.readers._cells import Cells, plate_shape
from elisa_bdnf.readers._softmax_blocks import Block
from elisa_bdnf.readers._softmax_head import (
    COLUMN_KEYS,
    ROW_KEYS,
    PlateHead,
    head_from_block,
    refuse_moved_head,
    says_what_was_read,
    stated_range,
    was_read,
)

_LETTER = re.compile(r"[A-Za-z]")  # which every name of a well has


@dataclass(frozen=True, slots=True)
class PlateBlock:
    """What a plate block holds. ``raw`` are (wavelength as printed, texts), in order; a second one is a second read."""

    head: PlateHead
    shape: Shape
    raw: tuple[tuple[str, Cells], ...]
    reduced: Cells | None
    line: int
    remarks: tuple[str, ...] = ()
    temperatures: tuple[str, ...] = ()  # of the chamber, one for each reading that states one

    @property
    def stated_wells(self) -> frozenset[Well]:
        """The wells that the head says were read; empty where it does not say, as in copies."""
        rows, columns = (stated_range(self.head, *keys) for keys in (ROW_KEYS, COLUMN_KEYS))
        read = tuple([column for column in range(self.shape.columns) if column in columns])
        return frozenset().union(*(wells_of_row(row, read) for row in range(self.shape.rows) if row in rows))

    @property
    def was_read(self) -> bool:
        """Whether any well holds anything; a plate section that was never read is exported with empty cells or NaN."""
        matrices = [cells for _, cells in self.raw] + ([self.reduced] if self.reduced else [])
        return any(text not in ("", "NaN") for cells in matrices for text in cells.values())


@dataclass(slots=True)
class _Matrices:
    raw: list[Cells] = field(default_factory=list)
    reduced: list[Cells] = field(default_factory=list)
    unfilled: list[int] = field(default_factory=list)  # lines of headings without values below


def plate_from_block(block: Block) -> PlateBlock:
    """Read an endpoint plate. Raises ExportError where lines and heading contradict each other."""
    head = head_from_block(block)
    if head["arrangement"] not in ("PlateFormat", "TimeFormat"):
        raise ExportError(
            f"plate {head.name!r} is arranged as {head['arrangement']!r}",
            expected="PlateFormat or TimeFormat",
            place=str(block.line),
        )
    refuse_moved_head(head, block.line)
    read = _by_rows if head["arrangement"] == "PlateFormat" else _by_wells
    matrices, shape = read(block, head)
    remarks = [] if block.ended else [f"Plate {head.name!r} has no ~End: the export was cut off or edited there."]
    remarks += [f"Line {n} names wells of plate {head.name!r} and no values stand below it." for n in matrices.unfilled]
    raw, more = _with_wavelengths(head, matrices.raw)
    reduced = next(iter(matrices.reduced), None)
    return PlateBlock(head, shape, raw, reduced, block.line, (*remarks, *more), tuple(_temperatures(block)))


def _temperatures(block: Block) -> Iterator[str]:
    """The second cells below the heading ``Temperature``, which stand in the first line of each reading only."""
    for row in block.rows:
        if len(row) > 1 and row[1] and not row[1].startswith("Temperature"):
            yield row[1]


def _with_wavelengths(head: PlateHead, raw: list[Cells]) -> tuple[tuple[tuple[str, Cells], ...], list[str]]:
    wavelengths = head.wavelengths or ("",)
    if len(raw) == len(wavelengths):
        return tuple(zip(wavelengths, raw, strict=True)), []
    if len(raw) == 2 * len(wavelengths):
        remark = f"Plate {head.name!r} was read twice; which of the two reads is the pre-read, the export does not say."
        return tuple(zip(wavelengths * 2, raw, strict=True)), [remark]
    if not raw:
        return (), []
    raise ExportError(
        f"plate {head.name!r} holds {len(raw)} matrices", expected=f"{len(wavelengths)} ({' '.join(wavelengths)} nm)"
    )


def _by_wells(block: Block, head: PlateHead) -> tuple[_Matrices, Shape]:
    """TimeFormat: a line of well names, then one line for each wavelength."""
    matrices = _Matrices()
    wells: list[Well | None] = []
    reduced = head.is_reduced
    seen: set[Well] = set()
    for index, row in enumerate(block.rows):
        named = _LETTER.search("".join(row[2:]))
        names = list(map(well_from_text_or_none, row[2:])) if named else []
        if any(names) and (all(names) or all(map(math.isnan, numbers_from_texts(row[2:])))):
            wells, reduced = names, head.is_reduced or not row[1]
            matrices.unfilled.append(block.line + 1 + index)
            seen.update(well for well in names if well)
        elif any(row):
            line = block.line + 1 + index
            width = block.width(index) if len(row) < len(wells) + 2 else len(row)
            texts = _texts_by_well(wells, row[2:], line, head, width - 2)
            (matrices.reduced if reduced else matrices.raw).append(texts)
            matrices.unfilled.clear()
    return matrices, _shape(head, seen)


def _texts_by_well(wells: Sequence[Well | None], cells: Sequence[str], line: int, head: PlateHead, width: int) -> Cells:
    """The line had ``width`` cells, of which ``cells`` are those up to the last that is not empty."""
    names = [well for well in wells if well]
    found, named = Cells(), len(names)
    if wells and len(cells) == len(wells) == named:  # as most lines are
        found.add(names, cells, (line - 1,) * named, range(2, named + 2))
        return found
    beyond = [cell for well, cell in zip(wells, cells, strict=False) if not well and cell] + list(cells[len(wells) :])
    if not wells or any(beyond):
        raise ExportError(f"plate {head.name!r} has values without a well above them", place=str(line))
    lacking = [well for well in wells[width:] if well] if width < named else []
    if any(was_read(head, well) for well in lacking) or (lacking and not says_what_was_read(head)):
        raise ExportError(
            f"plate {head.name!r} has {sum(map(bool, cells))} values for {named} wells",
            expected="one value for each well that was read",
            place=str(line),
        )
    columns = [n for n, well in enumerate(wells[:width]) if well]
    texts = [cells[n] if n < len(cells) else "" for n in columns]
    found.add([well for well in wells[:width] if well], texts, (line - 1,) * len(columns), [n + 2 for n in columns])
    return found


def _by_rows(block: Block, head: PlateHead) -> tuple[_Matrices, Shape]:
    """PlateFormat: a line of column numbers (one run for each wavelength), then every row of the plate."""
    matrices = _Matrices()
    runs: list[tuple[int, int]] = []
    reduced = head.is_reduced
    columns = 0
    index = 0
    while index < len(block.rows):
        row = block.rows[index]
        if found := _column_runs(row):
            runs, reduced = found, head.is_reduced or not row[1]
            columns = max(columns, *(count for _, count in runs))
            index += 1
        elif not any(row) and not _begins_matrix(block.rows, index, runs):
            index += 1
            continue
        if not runs:
            raise ExportError(
                f"plate {head.name!r} has values without column numbers above them", place=str(block.line + 1 + index)
            )
        rows = _rows_of_matrix(block, index, columns, head)
        (matrices.reduced if reduced else matrices.raw).extend(_split(rows, runs, block, index, head))
        index += len(rows)
    wells = {well for texts in (*matrices.raw, *matrices.reduced) for well in texts}
    return matrices, _shape(head, wells)


def _begins_matrix(rows: Sequence[Sequence[str]], index: int, runs: Sequence[tuple[int, int]]) -> bool:
    """Whether an empty line is the first plate row, not read, of a matrix: it is, right below the column numbers."""
    return bool(runs) and index > 0 and bool(_column_runs(rows[index - 1]))


def _column_runs(row: Sequence[str]) -> list[tuple[int, int]]:
    """Position and length of every run 1, 2, 3, … behind the first two cells; empty if anything else stands there."""
    runs: list[tuple[int, int]] = []
    for position, cell in enumerate(row[2:], start=2):
        number = column_number_or_none(cell)
        if not cell:
            continue
        if number == 1 and cell == "1":
            runs.append((position, 1))
        elif runs and number == runs[-1][1] + 1 and position == runs[-1][0] + runs[-1][1]:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            return []
    return runs if runs and (runs[0][1] > 1 or row[1].startswith("Temperature")) else []


def _rows_of_matrix(block: Block, start: int, columns: int, head: PlateHead) -> Sequence[Sequence[str]]:
    """As many lines as the plate has rows; lines of rows that were not read are empty and count."""
    shape = _stated_shape(head) or plate_shape(1, columns)
    rows = block.rows[start : start + shape.rows]
    short = next((n for n, row in enumerate(rows) if _column_runs(row)), len(rows))
    if short < shape.rows:
        filled = [row for row in rows[:short] if any(row)]
        raise ExportError(
            f"plate {head.name!r} has {len(filled)} lines of values",
            expected=f"{shape.rows}, one for each row of the plate",
            hint="the export was cut off or edited",
            place=str(block.line + 1 + start),
        )
    return rows


def _split(
    rows: Sequence[Sequence[str]], runs: Sequence[tuple[int, int]], block: Block, start: int, head: PlateHead
) -> list[Cells]:
    line = block.line + 1 + start
    end = max(position + count for position, count in runs)
    outside = set(range(2, end)).difference(*(range(position, position + count) for position, count in runs))
    for offset, row in enumerate(rows):
        if len(row) > end or any(row[n] for n in outside if n < len(row)):
            found = f"plate {head.name!r} has values outside its columns"
            raise ExportError(found, expected=f"nothing beyond column {end}", place=str(line + offset))
        if len(row) < end and _is_cut(block.width(start + offset), runs, offset, head):
            found = f"plate {head.name!r} has {sum(map(bool, row[2:]))} values in this row"
            raise ExportError(found, expected="one for each column that was read", place=str(line + offset))
    return [_cells_of_run(rows, position, count, line) for position, count in runs]


def _is_cut(width: int, runs: Sequence[tuple[int, int]], row: int, head: PlateHead) -> bool:
    """Whether a line of so many cells ends before a well that was read."""
    lacking = (n for position, count in runs for n in range(count) if position + n >= width)
    return any(was_read(head, well_from_row_column(row, n)) for n in lacking)


def _cells_of_run(rows: Sequence[Sequence[str]], position: int, count: int, line: int) -> Cells:
    found = Cells()
    columns = tuple(range(count))
    for offset, row in enumerate(rows):
        texts = row[position : position + count]
        texts = (*texts, *[""] * (count - len(texts)))
        found.add_row(wells_of_row(offset, columns), texts, line + offset - 1, position)
    return found


def _stated_shape(head: PlateHead) -> Shape | None:
    wells = head.number("wells")
    return Shape(*STANDARD_SHAPES[wells]) if wells in STANDARD_SHAPES else None


def _shape(head: PlateHead, wells: set[Well]) -> Shape:
    rows, columns = zip(*map(row_column_from_well, wells), strict=True) if wells else ((0,), (0,))
    return plate_shape(max(rows) + 1, max(columns) + 1, head.number("wells"))
