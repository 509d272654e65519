"""Cells of wells → channels; every word that nobody knows is named, all of them at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import compress, repeat
from typing import Protocol

from elisa_bdnf.errors import ExportError, Problem
from elisa_bdnf.inputs.numbers import (
    decimal_mark_from_rows,
    numbers_among_words_or_none,
    numbers_or_none,
    response_or_none,
    responses_from_texts,
)
from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape, Well, shape_from_extent
from elisa_bdnf.model.reading import EMPTY_NOTES, Channel, ChannelKind, Correction, Note, NoteKind

_AMBIGUOUS_DATE = re.compile(r"\s*([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-][0-9]{2,4}\b")


class Places(Protocol):
    """Whatever can say, in words for messages, where the cell at zero-based row and column stands."""

    def place(self, row: int, column: int, /) -> str: ...


class Lines:
    """A text: a cell stands in a line, counted from 1."""

    def place(self, row: int, _column: int, /) -> str:
        return str(row + 1)


class Cells(dict[Well, str]):
    """Well → text of its cell, without blanks around it; empty where the export has an empty cell.

    Where a cell stands is worked out where a message or the decimal mark needs it, which is rare: not once per cell.
    """

    __slots__ = ("_places", "_spans")

    def __init__(self, places: Places = Lines()) -> None:  # noqa: B008 - it has no state
        super().__init__()
        self._places = places
        self._spans: list[tuple[Sequence[Well], Sequence[int], Sequence[int]]] = []

    def add(self, wells: Sequence[Well], texts: Iterable[str], rows: Sequence[int], columns: Sequence[int]) -> None:
        """Texts of wells and the row and column of each of them."""
        self.update(zip(wells, texts, strict=True))
        self._spans.append((wells, rows, columns))

    def put(self, well: Well, text: str, row: int, column: int) -> None:
        """The text of one well."""
        self[well] = text
        self._spans.append(((well,), (row,), (column,)))

    def add_row(self, wells: Sequence[Well], texts: Sequence[str], row: int, first: int) -> None:
        """Texts that stand side by side in a row, from column ``first``."""
        self.add(wells, texts, (row,) * len(wells), range(first, first + len(wells)))

    def take(self, others: Cells) -> None:
        """The cells of others, with their places."""
        self.update(others)
        self._spans += others._spans

    def position(self, well: Well) -> tuple[int, int]:
        """Row and column of a well; raises KeyError for a well that is not here."""
        for wells, rows, columns in self._spans:
            if well in wells:
                index = list(wells).index(well)
                return rows[index], columns[index]
        raise KeyError(well)

    def place(self, well: Well) -> str:
        return self._places.place(*self.position(well))

    def by_line(self) -> Iterator[tuple[int, str]]:
        """Line, from 1, and text of every cell."""
        for wells, rows, _ in self._spans:
            for well, row in zip(wells, rows, strict=True):
                yield row + 1, self[well]


class NamedCells(Cells):
    """Cells of a document without lines, in which a message names the well."""

    __slots__ = ("_inside",)

    def __init__(self, inside: str = "") -> None:
        super().__init__()
        self._inside = inside

    def place(self, well: Well) -> str:
        return f"{self._inside}well {well}"

    def by_line(self) -> Iterator[tuple[int, str]]:
        return ((1, text) for text in self.values())


def filled_wells(cells: Mapping[Well, str]) -> Iterator[Well]:
    """The wells whose cells are not empty."""
    return compress(cells, cells.values())


def decimal_mark(tables: Iterable[Cells], lines: Iterable[tuple[int, Sequence[str]]] = ()) -> str:
    """The one decimal mark of all the cells, and of further ``lines`` (number from 1, cells).

    Raises ExportError where it is not one.
    """
    tables, lines = list(tables), list(lines)
    if not any("," in "".join(texts) for texts in (*(cells.values() for cells in tables), *(c for _, c in lines))):
        return "."
    by_line: dict[int, list[str]] = {}
    for cells in tables:
        for line, text in cells.by_line():
            by_line.setdefault(line, []).append(text)
    for line, texts in lines:
        by_line.setdefault(line, []).extend(texts)
    return decimal_mark_from_rows([by_line.get(line, []) for line in range(1, max(by_line, default=0) + 1)])


@lru_cache(maxsize=16)
def wells_of(shape: Shape) -> tuple[Well, ...]:
    """Every well, row by row."""
    return tuple(shape.wells())


@lru_cache(maxsize=16)
def places_of(shape: Shape) -> Mapping[Well, int]:
    """Well → its position, row by row."""
    return {well: n for n, well in enumerate(shape.wells())}


def channel(
    label: str,
    cells: Cells,
    shape: Shape,
    decimal: str,
    *,
    wavelength_nm: float | None = None,
    kind: ChannelKind = ChannelKind.ABSORBANCE,
    correction: Correction = Correction.NONE,
) -> Channel:
    """A channel over the whole plate; wells that the export does not name hold nan and no note.

    Raises ExportError that names every cell with a word nobody knows.
    """
    wells = wells_of(shape)
    numbers = numbers_or_none(cells.values(), decimal)
    if numbers is None:
        values, notes = _values_and_notes(label, cells, decimal, wells)
    else:
        values, notes = _in_order(cells, numbers, wells), EMPTY_NOTES
    return Channel(label, values, wavelength_nm, kind, correction, notes)


def _in_order(cells: Cells, numbers: Sequence[float], wells: tuple[Well, ...]) -> tuple[float, ...]:
    if tuple(cells) == wells:
        return tuple(numbers)
    by_well = dict(zip(cells, numbers, strict=True))
    return tuple(map(by_well.get, wells, repeat(math.nan)))


def _values_and_notes(
    label: str, cells: Cells, decimal: str, wells: tuple[Well, ...]
) -> tuple[tuple[float, ...], Mapping[Well, Note]]:
    """For matrices with words or marks in them, each of which is looked at once."""
    if among := numbers_among_words_or_none(cells.values(), decimal):
        (values, places), items = among, list(cells.items())
        unlike = [items[n] for n in places]
    else:
        values = responses_from_texts(cells.values(), decimal)
        unlike = [item for item, number in zip(cells.items(), values, strict=True) if item[1] and math.isnan(number)]
    words = {text: response_or_none(text, decimal) for text in {text for _, text in unlike}}
    read = {well: words[text] for well, text in unlike}
    unknown = [
        Problem(
            f"{cells[well]!r} in well {well} of {label!r}",
            expected="a number, or a word for a missing one such as OVRFLW, OVER or Masked",
            place=cells.place(well),
        )
        for well, cell in read.items()
        if cell is None
    ]
    if unknown:
        raise ExportError(problems=unknown)
    known = {well: cell for well, cell in read.items() if cell is not None}
    if known:
        values = [known[well].value if well in known else value for well, value in zip(cells, values, strict=True)]
    notes = {well: note for well in wells if well in known and (note := known[well].note) is not None}
    return _in_order(cells, values, wells), notes


def with_measured_reasons(channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Where a corrected channel only says that it could not be computed, say why: the word of the measured channel.

    A difference with an overflow in it is printed as ``?????``, but what happened to the well is the overflow.
    """
    reasons = {
        well: note
        for channel in reversed(channels)
        if channel.correction is Correction.NONE
        for well, note in channel.notes.items()
        if note.kind is not NoteKind.ERROR
    }
    return tuple(
        channel
        if channel.correction is Correction.NONE
        else replace(channel, notes={well: _reason(note, reasons.get(well)) for well, note in channel.notes.items()})
        for channel in channels
    )


def _reason(note: Note, measured: Note | None) -> Note:
    return measured if note.kind is NoteKind.ERROR and measured is not None else note


def plate_shape(rows: int, columns: int, wells: int | None = None, *, from_a1: bool = True) -> Shape:
    """The plate that holds so many rows and columns, from A1; ``from_a1``: row A and column 1 are among them.

    ``wells`` is the size that the export states; it counts if such a plate is large enough. Otherwise a matrix that is
    just a whole plate is one, and anything smaller than 96 wells is part of a 96-well plate, which ELISAs are run on.
    Raises ExportError above 1536 wells.
    """
    if wells in STANDARD_SHAPES:
        stated = Shape(*STANDARD_SHAPES[wells])
        if rows <= stated.rows and columns <= stated.columns:
            return stated
    if from_a1 and (rows, columns) in STANDARD_SHAPES.values():
        return Shape(rows, columns)
    try:
        return shape_from_extent(max(rows, 8), max(columns, 12))
    except ValueError as error:
        raise ExportError(str(error)) from None


def ambiguous_date_or_none(text: str) -> str | None:
    """A sentence where a date can be read with the day or the month first, and the two differ."""
    match = _AMBIGUOUS_DATE.match(text)
    if match is None or match[1] == match[2] or not (0 < int(match[1]) <= 12 and 0 < int(match[2]) <= 12):
        return None
    return f"The date {text.strip()} can have the day or the month first; it is kept as written."


def unique_labels(labels: Iterable[str]) -> list[str]:
    """Labels in order; the second of two equal ones gets `` (2)``, since channels are chosen by label."""
    seen: dict[str, int] = {}
    unique = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        unique.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return unique
