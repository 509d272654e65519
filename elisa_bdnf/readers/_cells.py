"""Cells of wells → channels and instrument results; every word that nobody knows is named, all of them at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from elisa_bdnf.errors import ExportError, Problem
from elisa_bdnf.inputs.numbers import (
    EMPTY_CELL,
    WellCell,
    decimals_from_text,
    decimals_of_number,
    number_from_text_or_none,
    response_or_none,
    result_or_none,
)
from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape, Well, shape_from_extent
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, InstrumentResult, Note, NoteKind

_AMBIGUOUS_DATE = re.compile(r"\s*([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-][0-9]{2,4}\b")


class PlacedText(NamedTuple):
    """What stands in a cell of a well, and on which line (from 1) of the export."""

    text: str
    line: int


WellTexts = Mapping[Well, PlacedText]


def responses_from_texts(label: str, texts: WellTexts, decimal: str) -> dict[Well, WellCell]:
    """Numbers and notes of a measured channel. Raises ExportError naming well, line and every unknown word."""
    cells = {well: response_or_none(placed.text, decimal) for well, placed in texts.items()}
    unknown = [
        Problem(
            f"{texts[well].text.strip()!r} in well {well} of {label!r}",
            expected="a number, or a word for a missing one such as OVRFLW or Masked",
            place=str(texts[well].line),
        )
        for well, cell in cells.items()
        if cell is None
    ]
    if unknown:
        raise ExportError(problems=unknown)
    return {well: cell or EMPTY_CELL for well, cell in cells.items()}


@lru_cache(maxsize=16)
def wells_of(shape: Shape) -> tuple[Well, ...]:
    """Every well, row by row."""
    return tuple(shape.wells())


def channel_from_cells(
    label: str,
    cells: Mapping[Well, WellCell],
    shape: Shape,
    *,
    wavelength_nm: float | None = None,
    kind: ChannelKind = ChannelKind.ABSORBANCE,
    correction: Correction = Correction.NONE,
) -> Channel:
    """A channel over the whole plate; wells that the export does not name hold nan and no note."""
    wells = wells_of(shape)
    values = tuple([cells[well].value if well in cells else math.nan for well in wells])
    notes = {well: note for well in wells if well in cells and (note := cells[well].note) is not None}
    return Channel(label, values, wavelength_nm, kind, correction, notes)


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


def results_from_texts(quantity: str, texts: WellTexts, decimal: str) -> tuple[InstrumentResult, ...]:
    """What the software calculated for each well; words outside the vocabulary are kept as they are.

    A user's formula may give any word (``Positive``), so an unknown one is no damage here as it is in a channel.
    """
    return tuple(
        result
        for well, placed in texts.items()
        if (result := instrument_result_or_none(quantity, well, placed.text, decimal))
    )


def instrument_result_or_none(quantity: str, well: Well, text: str, decimal: str) -> InstrumentResult | None:
    """What the software calculated for a well; None for an empty cell."""
    value = number_from_text_or_none(text, decimal)
    if value is not None:
        return InstrumentResult(well, quantity, value, None, decimals_of_number(text, decimal))
    cell = result_or_none(text, decimal)
    if cell is EMPTY_CELL:
        return None
    if cell is None:
        return InstrumentResult(well, quantity, None, Note(" ".join(text.split()), NoteKind.WORD))
    known = None if math.isnan(cell.value) else cell.value
    return InstrumentResult(well, quantity, known, cell.note, decimals_from_text(text.strip(" *"), decimal))


def plate_shape(rows: int, columns: int, wells: int | None = None) -> Shape:
    """The plate that holds so many rows and columns.

    ``wells`` is the size that the export states; it counts if such a plate is large enough. Otherwise a matrix that is
    just a whole plate is one, and anything smaller than 96 wells is part of a 96-well plate, which ELISAs are run on.
    Raises ExportError above 1536 wells.
    """
    if wells in STANDARD_SHAPES:
        stated = Shape(*STANDARD_SHAPES[wells])
        if rows <= stated.rows and columns <= stated.columns:
            return stated
    if (rows, columns) in STANDARD_SHAPES.values():
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
