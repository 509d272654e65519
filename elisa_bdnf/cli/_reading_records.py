"""Readings as JSON and CSV: everything that an export holds, at full precision."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.plate import Well, well_order
from elisa_bdnf.model.reading import Channel, InstrumentResult, Note, Reading
from elisa_bdnf.reports.csv_tables import csv_from_records

READING_SCHEMA = "elisa-bdnf/reading/1"


def json_from_readings(readings: Sequence[Reading]) -> str:
    """One document for the file; see the published schema."""
    source = readings[0].source
    named = {"file": source.file, "sha256": source.sha256, "format": source.format, "software": source.software}
    return json_text({"schema": READING_SCHEMA, "source": named, "plates": [_plate(r) for r in readings]})


def json_text(document: Mapping[str, Any]) -> str:
    """ASCII, so that no terminal or pipe has to know an encoding."""
    return json.dumps(document, allow_nan=False, indent=1) + "\n"


def _plate(reading: Reading) -> dict[str, Any]:
    layout, curve = reading.layout, reading.instrument_curve
    contents = sorted(layout.contents.items(), key=lambda item: well_order(item[0])) if layout else []
    return {
        "name": reading.plate,
        "rows": reading.shape.rows,
        "columns": reading.shape.columns,
        "channels": [_channel(reading, channel) for channel in reading.channels],
        "layout": [_content(well, content) for well, content in contents],
        "instrument_results": [_result(result) for result in reading.instrument_results],
        "unit": layout.unit if layout else None,
        "instrument_curve": curve
        and {
            "model": curve.model,
            "formula": curve.formula,
            "parameters": dict(curve.parameters),
            "r_squared": curve.r_squared,
            "response": curve.response_label or None,
        },
        "remarks": [*reading.remarks, *(layout.remarks if layout else ())],
        "header": [{"key": key, "value": value} for key, value in reading.header],
        "unread_header": list(reading.unread_header),
    }


def _channel(reading: Reading, channel: Channel) -> dict[str, Any]:
    return {
        "label": channel.label,
        "wavelength_nm": channel.wavelength_nm,
        "kind": channel.kind.value,
        "correction": channel.correction.value,
        "values": [
            {"well": well, "value": _number(value), "note": _word(channel.notes.get(well))}
            for well, value in zip(reading.shape.wells(), channel.values, strict=True)
        ],
    }


def _content(well: Well, content: Content) -> dict[str, Any]:
    return {
        "well": well,
        "role": content.role.value,
        "name": content.name,
        "concentration": content.nominal,
        "dilution_factor": content.dilution_factor,
    }


def _result(result: InstrumentResult) -> dict[str, Any]:
    return {"well": result.well, "quantity": result.quantity, "value": result.value, "note": _word(result.note)}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _word(note: Note | None) -> str | None:
    return note.text if note else None


def csv_from_readings(readings: Sequence[Reading]) -> str:
    """A long table: one line per well and channel, then one per result of the reader's software."""
    return csv_from_records([record for reading in readings for record in _records(reading)], _COLUMNS).decode()


_COLUMNS = (
    "plate", "well", "role", "name", "nominal", "dilution_factor",
    "quantity", "wavelength_nm", "kind", "correction", "value", "note", "note_kind",
)  # fmt: skip


def _records(reading: Reading) -> Iterator[dict[str, Any]]:
    for channel in reading.channels:
        about = (channel.label, channel.wavelength_nm, channel.kind.value, channel.correction.value)
        for well, value in zip(reading.shape.wells(), channel.values, strict=True):
            yield _record(reading, well, about, _number(value), channel.notes.get(well))
    for result in reading.instrument_results:
        derived = (result.quantity, None, "instrument_result", None)
        yield _record(reading, result.well, derived, result.value, result.note)


def _record(
    reading: Reading,
    well: Well,
    about: tuple[str, float | None, str, str | None],
    value: float | None,
    note: Note | None,
) -> dict[str, Any]:
    content = reading.layout.contents.get(well) if reading.layout else None
    held = (content.role.value, content.name, content.nominal, content.dilution_factor) if content else (None,) * 4
    said = (note.text, note.kind.value) if note else (None, None)
    return dict(zip(_COLUMNS, (reading.plate, well, *held, *about, value, *said), strict=True))
