"""A reading as short lines of text, one for each plate row: a person can look at it, and a diff names the row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from elisa_bdnf.model.layout import Content, Layout
from elisa_bdnf.model.plate import Shape, Well, row_name_from_index
from elisa_bdnf.model.reading import InstrumentResult, Note, Reading


def digest(readings: Sequence[Reading]) -> str:
    """Everything that was read, in the order of the export."""
    return "\n".join(line for reading in readings for line in _lines(reading)) + "\n"


def _lines(reading: Reading) -> Iterator[str]:
    source = reading.source
    yield f"plate {reading.plate!r}: {reading.shape} wells, {source.format}, {source.software or 'no version'}"
    for channel in reading.channels:
        nm = "" if channel.wavelength_nm is None else f" {channel.wavelength_nm:g} nm"
        yield f"channel {channel.label!r}:{nm} {channel.kind.value}, correction {channel.correction.value}"
        numbers = dict(zip(reading.shape.wells(), channel.values, strict=True))
        cells = {well: _cell(value, channel.notes.get(well)) for well, value in numbers.items()}
        yield from _rows(reading.shape, cells)
    yield from _layout(reading.layout)
    yield from _results(reading)
    yield from (f"header {key!r} = {value!r}" for key, value in reading.header)
    yield f"unread {', '.join(reading.unread_header)}"
    said = reading.layout.remarks if reading.layout else ()
    yield from (f"remark {remark}" for remark in (*reading.remarks, *said))


def _rows(shape: Shape, cells: Mapping[Well, str]) -> Iterator[str]:
    for row in range(shape.rows):
        letter = row_name_from_index(row)
        texts = [cells.get(f"{letter}{column}", "") or "." for column in range(1, shape.columns + 1)]
        if any(text != "." for text in texts):
            yield f"  {letter} {' '.join(texts)}"


def _cell(value: float | None, note: Note | None) -> str:
    number = "" if value is None or math.isnan(value) else f"{value!r}"
    return f"{number}[{note.text} {note.kind.value}]" if note else number


def _layout(layout: Layout | None) -> Iterator[str]:
    if layout is None:
        yield "no layout"
        return
    yield f"layout, unit {layout.unit or 'unknown'}"
    yield from _rows(layout.shape, {well: _content(content) for well, content in layout.contents.items()})


def _content(content: Content) -> str:
    nominal = "" if content.nominal is None else f"={content.nominal!r}"
    factor = "" if content.dilution_factor is None else f"/{content.dilution_factor!r}"
    return f"{content.role.value}:{content.name}{nominal}{factor}".replace(" ", "_")


def _results(reading: Reading) -> Iterator[str]:
    by_quantity: dict[str, list[InstrumentResult]] = {}
    for result in reading.instrument_results:
        by_quantity.setdefault(result.quantity, []).append(result)
    for quantity, results in by_quantity.items():
        yield f"result {quantity!r}"
        yield from _rows(reading.shape, {result.well: _cell(result.value, result.note) for result in results})
    if curve := reading.instrument_curve:
        yield f"curve {curve.model}, fitted to {curve.response_label!r}, {curve.parameters}, R2 {curve.r_squared}"
