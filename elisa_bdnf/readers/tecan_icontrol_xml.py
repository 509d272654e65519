"""Tecan i-control XML: ``MeasurementResultData`` with a ``Section`` for each label, wells in it as elements.

    <Section Name="OD450"> <Parameters> <Parameter Name="Wavelength" Value="450" Unit="nm"/> …
      <Data Cycle="1"> <Well Pos="A1" Type="Single"> <Single Status="Measured">0.123</Single>

i-control says ``Invalid`` of values near the limit of the detector: they are kept, and named in a remark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.plate import Shape, Well, well_from_text_or_none
from elisa_bdnf.model.reading import Channel, ChannelKind, Note, NoteKind, Reading, Source
from elisa_bdnf.readers._cells import NamedCells, unique_labels
from elisa_bdnf.readers._key_lines import (
    Header,
    kind_from_text,
    not_an_endpoint,
    unread_keys,
    value_of,
    wavelength_from_text_or_none,
)
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import Cells, channel, decimal_mark, refuse_without_values, shape_of
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._tecan_blocks import plate_size
from elisa_bdnf.readers._xml import Element, root_from_bytes

_States = dict[Well, str]
_OVERFLOW = frozenset(["over", "overflow"])
_UNDERSTOOD = _OVERFLOW | {"", "measured"}
_ROOT = "MeasurementResultData"
_USED = frozenset(["Mode", "Wavelength", "Measurement Wavelength", "Plate", "Section"])


def recognizes(file: InputFile) -> bool:
    """XML whose first element is ``MeasurementResultData``."""
    return file.kind == "xml" and f"<{_ROOT}" in file.text[:4000]


def read(file: InputFile) -> tuple[Reading, ...]:
    """One plate; sections read over time or as a scan are named in a remark, or refused where nothing else is."""
    refuse_unless(recognizes(file), file, READER.title)
    root = root_from_bytes(file.data)
    sections = root.all("Section")
    series = {id(section): what for section in sections if (what := _series(section))}
    endpoint = [section for section in sections if id(section) not in series]
    said = [f"{s.attributes.get('Name', '')} was read {series[id(s)]}" for s in sections if id(s) in series]
    if not endpoint:
        what = "; ".join(said) or "it holds no section"
        raise not_an_endpoint(f"an i-control export without an endpoint: {what}")
    header = _header(root, sections)
    source = Source(file.name, file.sha256, READER.name, _software(root))
    tables = [(section, _cells(section)) for section in endpoint]
    shape = shape_of((cells for _, cells in tables), plate_size(header))
    states = [_states(section) for section in endpoint]
    channels = _channels(tables, states, shape)
    refuse_without_values(channels, "1")
    plate = root.first_or_none("Plate")
    skipped = [f"{sentence}; that is not read." for sentence in said]
    remarks = (*skipped, *_invalid_remarks(endpoint, states))
    unread = unread_keys(header, _USED)
    name = f"Plate {plate.text}" if plate and plate.text else "Plate 1"
    return (Reading(source, name, shape, channels, header=header, unread_header=unread, remarks=remarks),)


def _series(section: Element) -> str:
    data = section.all("Data")
    if len(data) > 1:
        return f"over time ({len(data)} cycles)"
    wells = [well for block in data for well in block.all("Well")]
    if any(well.attributes.get("Type", "Single") != "Single" or len(well.children) > 1 for well in wells):
        return "several times in each well (scan or multiple reads)"
    return ""


def _software(root: Element) -> str:
    versions = [version.text for version in root.everywhere("Version")]
    own = next((text for text in versions if text.startswith("Tecan i-control")), "")
    return own.replace("Tecan i-control ,", "i-control").strip() or "i-control"


def _header(root: Element, sections: Sequence[Element]) -> Header:
    pairs = list(root.attributes.items())
    head = root.first_or_none("Header")
    if head is not None:
        pairs += [("Version", version.text) for version in head.everywhere("Version")]
        pairs += _parameters(head)
        pairs += [(item.name, item.text) for block in head.all("Instrument") for item in block.children]
    for section in sections:
        pairs += [("Section", section.attributes.get("Name", "")), *_parameters(section)]
        pairs += [(item.name, item.text) for item in section.children if item.name.startswith("Time_")]
    return tuple(pairs)


def _parameters(parent: Element) -> list[tuple[str, str]]:
    found = []
    for item in parent.everywhere("Parameter"):
        value = f"{item.attributes.get('Value', '')} {item.attributes.get('Unit', '')}".strip()
        found.append((item.attributes.get("Name", ""), value))
    return found


def _cells(section: Element) -> Cells:
    inside = f"section {section.attributes.get('Name', '')}, "
    found = NamedCells(inside)
    for item in (well for block in section.all("Data") for well in block.all("Well")):
        position = item.attributes.get("Pos", "")
        well = well_from_text_or_none(position)
        if well is None or well in found:
            place = f"{inside}well {position}"
            raise ExportError(f"the well {position!r}", expected="each well once, such as A1", place=place)
        single = item.first_or_none("Single")
        found[well] = single.text.strip() if single else ""
    return found


def _channels(tables: Sequence[tuple[Element, Cells]], states: Sequence[_States], shape: Shape) -> tuple[Channel, ...]:
    decimal = decimal_mark(cells for _, cells in tables)
    labels = unique_labels(section.attributes.get("Name", "") or "Section" for section, _ in tables)
    found = []
    for label, (section, cells), said in zip(labels, tables, states, strict=True):
        header = tuple(_parameters(section))
        kind = kind_from_text(value_of(header, "Mode"))
        stated = value_of(header, "Measurement Wavelength") or value_of(header, "Wavelength")
        nm = wavelength_from_text_or_none(stated) if kind is ChannelKind.ABSORBANCE else None
        found.append(_with_states(channel(label, cells, shape, decimal, wavelength_nm=nm, kind=kind), said, shape))
    return tuple(found)


def _with_states(made: Channel, said: _States, shape: Shape) -> Channel:
    """A number that i-control calls overflow is none; one that it calls invalid stays, as the remark says."""
    states = {w: status for w, status in said.items() if status.casefold() in _OVERFLOW}
    values = [math.nan if well in states else value for well, value in zip(shape.wells(), made.values, strict=True)]
    notes = {**made.notes, **{well: Note(status, NoteKind.OVERFLOW) for well, status in states.items()}}
    return replace(made, values=tuple(values), notes=notes) if states else made


def _states(section: Element) -> _States:
    """Well → what i-control says of it."""
    found = {}
    for item in (well for block in section.all("Data") for well in block.all("Well")):
        single, well = item.first_or_none("Single"), well_from_text_or_none(item.attributes.get("Pos", ""))
        if single is not None and well is not None:
            found[well] = single.attributes.get("Status", "")
    return found


def _invalid_remarks(sections: Sequence[Element], states: Sequence[_States]) -> list[str]:
    remarks = []
    for section, said in zip(sections, states, strict=True):
        wells = [well for well, status in said.items() if status.casefold() not in _UNDERSTOOD]
        if wells:
            name = section.attributes.get("Name", "")
            remarks.append(f"{name}: i-control marks {', '.join(wells)} as invalid; their numbers are kept.")
    return remarks


READER = Reader(
    name="tecan_icontrol_xml",
    title="Tecan i-control XML",
    recognizes=recognizes,
    read=read,
    marks=("measurementresultdata",),
    kinds=frozenset(["xml"]),
    software="i-control 1.10",
    real_example=True,
    forms=("`MeasurementResultData` with a section for each label",),
)
