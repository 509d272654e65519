"""Tables held column by column: of the largest, a cell is not made before somebody asks for it.

A page needs no cells, only what the columns say; terminal and workbooks ask for rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple, overload

from elisa_bdnf.model.plate import Well
from elisa_bdnf.reports.parts import Cell, Row, Tone


class Cells(NamedTuple):
    """One column from the first row to the last, its parts those of :class:`Cell`; None where no cell has the part."""

    texts: Sequence[str]
    values: Sequence[float | str | None] | None = None
    tones: Sequence[Tone] | None = None
    helps: Sequence[str] | None = None
    subs: Sequence[str] | None = None
    wells: Sequence[tuple[Well, ...]] | None = None


class Stacked(Sequence[Row]):
    """The rows of a table as its columns; ``keys`` and ``tones`` are those of the rows."""

    def __init__(self, columns: Sequence[Cells], keys: Sequence[str], tones: Sequence[Tone] | None = None) -> None:
        self.columns = columns
        self.keys = keys
        self.tones = tones or [Tone.PLAIN] * len(keys)
        self._rows: tuple[Row, ...] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self._made()[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._made())

    def _made(self) -> tuple[Row, ...]:
        if self._rows is None:
            cells = zip(*map(_cells, self.columns), strict=True)
            self._rows = tuple(map(Row, cells, self.keys, self.tones))
        return self._rows


def _cells(column: Cells) -> Iterator[Cell]:
    texts, values, tones, helps, subs, wells = column
    return map(
        Cell,
        texts,
        values or repeat(None),
        tones or repeat(Tone.PLAIN),
        helps or repeat(""),
        subs or repeat(""),
        wells or repeat(()),
    )


def stacked(rows: Sequence[Row]) -> Stacked:
    """The same rows column by column; all have equally many cells."""
    if isinstance(rows, Stacked):
        return rows
    columns = zip(*[row.cells for row in rows], strict=True)
    return Stacked(
        [Cells(*zip(*cells, strict=True)) for cells in columns],  # which has the order of the parts of a cell
        [row.key for row in rows],
        [row.tone for row in rows],
    )
