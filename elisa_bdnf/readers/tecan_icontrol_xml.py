"""Tecan i-control XML: ``MeasurementResultData`` with a ``Section`` for each label, wells in it as elements.

    <Section Name="OD450"> <Parameters> <Parameter Name="Wavelength" Value="450" Unit="nm"/> …
      <Data Cycle="1"> <Well Pos="A1" Type="Single"> <Single Status="Measured">0.123</Single>

i-control says ``Invalid`` of values near the limit of the detector: they are kept, and named in a remark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.plate import Shape, Well, well_from_text_or_none
from elisa_bdnf.model.reading import Channel, Note, NoteKind, Reading, Source
from elisa_bdnf.readers._cells import NamedCells, unique_labels
from elisa_bdnf.readers._key_lines import (
    Header,
    kind_from_text,
    not_an_endpoint,
    unread_keys,
    value_of,
    wavelength_of_keys_or_none,
)
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import Cells, channel, decimal_mark, refuse_without_values, shape_of
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._tecan_blocks import plate_size
from elisa_bdnf.readers._xml import root_from_bytes, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_States = dict[Well, str]
_OVERFLOW = frozenset(["over", "overflow"])
_UNDERSTOOD = _OVERFLOW | {"", "measured"}
_ROOT = "MeasurementResultData"
_USED = frozenset(["Mode", "Wavelength", "Measurement Wavelength", "Plate", "Section"])


def recognizes(file: InputFile) -> bool:
    """XML whose first element is ``MeasurementResultData``."""
    return file.kind == "xml" and f"<{_ROOT}" in file.text[:4000]


@dataclass(frozen=True)
class _Section:
    """What was measured under one label: its keys, and wells with their elements."""

    element: Element

    @cached_property
    def name(self) -> str:
        return self.element.get("Name", "")

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        return _parameters(self.element)

    @cached_property
    def wells(self) -> list[Element]:
        return self.element.findall("Data/Well")

    @cached_property
    def series(self) -> str:
        """Why it is no endpoint; empty where it is one."""
        cycles = len(self.element.findall("Data"))
        if cycles > 1:
            return f"over time ({cycles} cycles)"
        if max(map(len, self.wells), default=0) > 1 or {well.get("Type", "Single") for well in self.wells} - {"Single"}:
            return "several times in each well (scan or multiple reads)"
        return ""

    @cached_property
    def singles(self) -> list[Element | None]:
        return [well.find("Single") for well in self.wells]

    @cached_property
    def states(self) -> _States:
        """Well → what i-control says of it, if that is more than that it was measured."""
        said = {
            well_from_text_or_none(well.get("Pos", "")): single.get("Status", "")
            for well, single in zip(self.wells, self.singles, strict=True)
            if single is not None and single.get("Status") != "Measured"
        }
        return {well: status for well, status in said.items() if well is not None}


def read(file: InputFile) -> tuple[Reading, ...]:
    """One plate; sections read over time or as a scan are named in a remark, or refused where nothing else is."""
    refuse_unless(recognizes(file), file, READER.title)
    root = root_from_bytes(file.data)
    sections = [_Section(element) for element in root.findall("Section")]
    endpoint = [section for section in sections if not section.series]
    said = [f"{section.name} was read {section.series}" for section in sections if section.series]
    if not endpoint:
        what = "; ".join(said) or "it holds no section"
        raise not_an_endpoint(f"an i-control export without an endpoint: {what}")
    header = _header(root, sections)
    source = Source(file.name, file.sha256, READER.name, _software(root))
    tables = [(section, _cells(section)) for section in endpoint]
    shape = shape_of((cells for _, cells in tables), plate_size(header))
    channels = _channels(tables, shape)
    refuse_without_values(channels, "1")
    plate = text_of(root.find("Plate"))
    skipped = [f"{sentence}; that is not read." for sentence in said]
    remarks = (*skipped, *_invalid_remarks(endpoint))
    unread = unread_keys(header, _USED)
    name = f"Plate {plate}" if plate else "Plate 1"
    return (Reading(source, name, shape, channels, header=header, unread_header=unread, remarks=remarks),)


def _software(root: Element) -> str:
    versions = [text_of(version) for version in root.iter("Version")]
    own = next((text for text in versions if text.startswith("Tecan i-control")), "")
    return own.replace("Tecan i-control ,", "i-control").strip() or "i-control"


def _header(root: Element, sections: Sequence[_Section]) -> Header:
    pairs = list(root.attrib.items())
    head = root.find("Header")
    if head is not None:
        pairs += [("Version", text_of(version)) for version in head.iter("Version")]
        pairs += _parameters(head)
        pairs += [(item.tag, text_of(item)) for item in head.findall("Instrument/*")]
    for section in sections:
        pairs += [("Section", section.name), *section.parameters]
        pairs += [(item.tag, text_of(item)) for item in section.element if item.tag.startswith("Time_")]
    return tuple(pairs)


def _parameters(parent: Element) -> list[tuple[str, str]]:
    return [
        (item.get("Name", ""), f"{item.get('Value', '')} {item.get('Unit', '')}".strip())
        for item in parent.iter("Parameter")
    ]


def _cells(section: _Section) -> Cells:
    inside = f"section {section.name}, "
    found = NamedCells(inside)
    positions = [item.get("Pos", "") for item in section.wells]
    texts = [
        (single.text or "").strip() if single is not None and not len(single) else text_of(single)
        for single in section.singles
    ]
    for position, text in zip(positions, texts, strict=True):
        well = well_from_text_or_none(position)
        if well is None or well in found:
            place = f"{inside}well {position}"
            raise ExportError(f"the well {position!r}", expected="each well once, such as A1", place=place)
        found[well] = text
    return found


def _channels(tables: Sequence[tuple[_Section, Cells]], shape: Shape) -> tuple[Channel, ...]:
    decimal = decimal_mark(cells for _, cells in tables)
    labels = unique_labels(section.name or "Section" for section, _ in tables)
    found = []
    for label, (section, cells) in zip(labels, tables, strict=True):
        header = tuple(section.parameters)
        kind = kind_from_text(value_of(header, "Mode"))
        nm = wavelength_of_keys_or_none(header, kind)
        made = channel(label, cells, shape, decimal, wavelength_nm=nm, kind=kind)
        found.append(_with_states(made, section.states, shape))
    return tuple(found)


def _with_states(made: Channel, said: _States, shape: Shape) -> Channel:
    """A number that i-control calls overflow is none; one that it calls invalid stays, as the remark says."""
    states = {w: status for w, status in said.items() if status.casefold() in _OVERFLOW}
    if not states:
        return made
    values = [math.nan if well in states else value for well, value in zip(shape.wells(), made.values, strict=True)]
    notes = {**made.notes, **{well: Note(status, NoteKind.OVERFLOW) for well, status in states.items()}}
    return replace(made, values=tuple(values), notes=notes)


def _invalid_remarks(sections: Sequence[_Section]) -> list[str]:
    remarks = []
    for section in sections:
        wells = [well for well, status in section.states.items() if status.casefold() not in _UNDERSTOOD]
        if wells:
            remarks.append(f"{section.name}: i-control marks {', '.join(wells)} as invalid; their numbers are kept.")
    return remarks


READER = Reader(
    name="tecan_icontrol_xml",
    title="Tecan i-control XML",
    recognizes=recognizes,
    read=read,
    kinds=frozenset(["xml"]),
    software="i-control 1.10",
    real_example=True,
    forms=("`MeasurementResultData` with a section for each label",),
)
