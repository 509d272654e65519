"""Allotrope Simple Model of plate readers (ASM JSON), which converters write from the exports of many vendors.

    plate reader aggregate document / plate reader document [ measurement aggregate document
        measurement document [ sample document { location identifier A1, well plate identifier … },
                               device control aggregate document …, absorbance { value, unit } ] ]

A value beside an error (``OVRFLW``) is no measurement: some converters write −0.0 there. Only the word is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.model.reading import Channel, ChannelKind, InstrumentResult, NoteKind, Reading, Source
from elisa_bdnf.readers._asm_layout import layout_from_samples
from elisa_bdnf.readers._asm_values import (
    as_object,
    error_or_none,
    measured_text,
    number_or_none,
    objects_due,
    objects_of,
    text_of,
    value_text,
)
from elisa_bdnf.readers._cells import NamedCells
from elisa_bdnf.readers._gen5_quantities import is_concentration
from elisa_bdnf.readers._key_lines import Header, date_remarks, not_an_endpoint, unread_keys
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import Cells, channel, refuse_without_values, results, shape_of
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._safe_json import Json, object_from_text

_TOP = "plate reader aggregate document"
_KINDS = {
    "absorbance": ChannelKind.ABSORBANCE,
    "fluorescence": ChannelKind.FLUORESCENCE,
    "luminescence": ChannelKind.LUMINESCENCE,
}
_MOST_READS = 4  # reads of one wavelength in each well; more are a series
_USED = frozenset(["plate well count", "measurement time", "software name", "software version"])


@dataclass(frozen=True, slots=True)
class _Measured:
    """One value of one well."""

    plate: str
    well: Well
    label: str
    kind: ChannelKind
    nm: float | None
    text: str
    unit: str
    identifier: str
    sample: Mapping[str, Json]


def recognizes(file: InputFile) -> bool:
    """JSON that names a ``plate reader aggregate document``."""
    return file.kind == "json" and f'"{_TOP}"' in file.text


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each plate identifier. Raises ExportError for data cubes (kinetics, spectra)."""
    refuse_unless(recognizes(file), file, READER.title)
    root = object_from_text(file.text)
    top = as_object(root.get(_TOP))
    measured = list(_measurements(top))
    if not measured:
        raise ExportError("the document holds no measured well", expected="absorbance with a location such as A1")
    header = tuple(_header(root, top))
    software = " ".join(v for k, v in header if k in ("software name", "software version"))
    source = Source(file.name, file.sha256, READER.name, software or "ASM")
    plates = list(dict.fromkeys(m.plate for m in measured))
    return tuple(_reading(plate, [m for m in measured if m.plate == plate], top, header, source) for plate in plates)


def _measurements(top: Mapping[str, Json]) -> Iterator[_Measured]:
    for document in objects_due(top, "plate reader document"):
        for aggregate in objects_due(document, "measurement aggregate document"):
            for measurement in objects_due(aggregate, "measurement document"):
                yield from _values(measurement)


def _values(measurement: Mapping[str, Json]) -> Iterator[_Measured]:
    cubes = [key for key in measurement if key.endswith("data cube")]
    if cubes:
        raise not_an_endpoint(f"an ASM document with a {cubes[0]} (kinetic or spectrum)")
    sample = as_object(measurement.get("sample document"))
    if text_of(sample.get("well location identifier")) and text_of(sample.get("location identifier")).isdigit():
        raise not_an_endpoint("an ASM document of spots in wells (electrochemiluminescence, ELISpot)")
    location = text_of(sample.get("location identifier")) or text_of(sample.get("well location identifier"))
    control = as_object(measurement.get("device control aggregate document")).get("device control document")
    settings = next(objects_of(control), {})
    for key, kind in _KINDS.items():
        if key not in measurement:
            continue
        well = well_from_text_or_none(location)
        if well is None:
            raise ExportError(f"a measured {key} at {location!r}", expected="a location such as A1")
        excitation = _wavelength_or_none(settings, "excitation wavelength setting")
        nm = _wavelength_or_none(settings, "detector wavelength setting")
        parts = [key, f"{excitation:g}/" if excitation else "", f"{nm:g} nm" if nm else ""]
        yield _Measured(
            text_of(sample.get("well plate identifier")) or "Plate 1",
            well,
            f"{parts[0]} {parts[1]}{parts[2]}".strip(),
            kind,
            nm,
            error_or_none(measurement, key) or measured_text(measurement[key], key, well),
            text_of(as_object(measurement[key]).get("unit")),
            text_of(measurement.get("measurement identifier")),
            sample,
        )


def _wavelength_or_none(settings: Mapping[str, Json], key: str) -> float | None:
    """Converters write 0 or 1 nm where an export names no wavelength."""
    nm = number_or_none(settings, key)
    return nm if nm is not None and 190 <= nm <= 1100 else None


def _header(root: Mapping[str, Json], top: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Every text and number outside the wells, in the order of the file."""
    for key, value in root.items():
        if isinstance(value, str):
            yield key, value
    for name in ("device system document", "data system document"):
        yield from _pairs(top.get(name))
    seen: set[tuple[str, str]] = set()
    for document in objects_of(top.get("plate reader document")):
        for aggregate in objects_of(document.get("measurement aggregate document")):
            rest = {key: value for key, value in aggregate.items() if key != "measurement document"}
            for pair in _pairs(rest):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _pairs(value: Json) -> Iterator[tuple[str, str]]:
    for document in objects_of(value):
        for key, item in document.items():
            if isinstance(item, dict) and "value" in item:
                yield key, f"{value_text(item)} {text_of(item.get('unit'))}".strip()
            elif isinstance(item, (dict, list)):
                yield from _pairs(item)
            else:
                yield key, value_text(item)


def _reading(
    plate: str, measured: Sequence[_Measured], top: Mapping[str, Json], header: Header, source: Source
) -> Reading:
    tables = _tables(measured)
    size = next((value.split()[0] for key, value in header if key == "plate well count" and value), "")
    shape = shape_of(
        (cells for _, cells in tables.values()), int(float(size)) if size.replace(".", "").isdigit() else None
    )
    channels: list[Channel] = []
    for label, (first, cells) in tables.items():
        channels.append(channel(label, cells, shape, ".", wavelength_nm=first.nm, kind=first.kind))
    refuse_without_values([channel for channel in channels if _says_anything(channel)], plate)
    samples = {m.well: m.sample for m in measured}
    dates = [value for key, value in header if key == "measurement time"][:1]
    return Reading(
        source,
        plate,
        shape,
        tuple(channels),
        header=header,
        unread_header=unread_keys(header, _USED),
        layout=layout_from_samples(samples, shape),
        instrument_results=tuple(_calculated(top, {m.identifier: m.well for m in measured if m.identifier})),
        remarks=(*date_remarks(*dates), *_unit_remarks(measured), *_empty_remarks(measured)),
    )


def _says_anything(made: Channel) -> bool:
    """Whether a well holds a number, or a word for more than that there is none."""
    known = any(note.kind is not NoteKind.MISSING for note in made.notes.values())
    return known or any(not math.isnan(value) for value in made.values)


def _empty_remarks(measured: Iterable[_Measured]) -> Iterator[str]:
    if wells := [m.well for m in measured if m.text == ""]:
        yield f"A measurement without a value stands for {', '.join(dict.fromkeys(wells))}; they count as not read."


def _unit_remarks(measured: Iterable[_Measured]) -> Iterator[str]:
    """Converters write absorbances as they stand in the export and yet call the unit mAU."""
    if any(m.unit == "mAU" for m in measured):
        yield "The document gives absorbances in mAU; the numbers are taken as they stand."


def _tables(measured: Iterable[_Measured]) -> dict[str, tuple[_Measured, Cells]]:
    """Label → the first value and all cells; a second read of one wavelength is a second channel."""
    tables: dict[str, tuple[_Measured, Cells]] = {}
    for m in measured:
        number, label = 1, m.label
        while label in tables and m.well in tables[label][1]:
            number += 1
            label = f"{m.label} ({number})"
        if number > _MOST_READS:
            raise not_an_endpoint(f"an ASM document with more than {_MOST_READS} values of {m.label} in well {m.well}")
        tables.setdefault(label, (m, NamedCells()))[1][m.well] = m.text
    return tables


def _calculated(top: Mapping[str, Json], wells: Mapping[str, Well]) -> Iterator[InstrumentResult]:
    """Calculated data whose sources are all in one well of this plate."""
    aggregate = as_object(top.get("calculated data aggregate document"))
    for document in objects_of(aggregate.get("calculated data document")):
        sources = objects_of(as_object(document.get("data source aggregate document")).get("data source document"))
        found = {wells.get(text_of(source.get("data source identifier"))) for source in sources}
        well = found.pop() if len(found) == 1 else None
        if well is not None:
            name = text_of(document.get("calculated data name")) or "calculated"
            text = value_text(document.get("calculated result"))
            yield from results("concentration" if is_concentration(name) else name, {well: text}, ".")


READER = Reader(
    name="allotrope_asm",
    title="Allotrope ASM JSON of a plate reader",
    recognizes=recognizes,
    read=read,
    marks=("plate reader",),
    kinds=frozenset(["json"]),
    software="plate-reader ASM (REC 2024/06 and 2025/03) as allotropy writes it",
    real_example=True,
    forms=("endpoint documents; those with data cubes are refused",),
)
