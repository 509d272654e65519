"""What is odd or missing in a plate of a Gen5 export, in sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import chain

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.plate import Shape, Well, row_column_from_well, row_name_from_index, well_order
from elisa_bdnf.model.reading import Channel, Correction
from elisa_bdnf.readers._cells import ambiguous_date_or_none, filled_wells, wells_of
from elisa_bdnf.readers._gen5_quantities import is_speed
from elisa_bdnf.readers._gen5_sections import Section
from elisa_bdnf.readers._holes import remarks_on_holes

_PATH_LENGTH = re.compile(r"path ?length", re.IGNORECASE)


def holds_anything(section: Section) -> bool:
    """Whether any matrix has a cell that is not empty."""
    return any(any(cells.values()) for cells in section.quantities.values())


def left_out(section: Section) -> str:
    """The sentence about a plate without values."""
    return f"{section.value('Plate Number') or 'A plate'} (line {section.first_line}) holds no values; it was not read."


def remarks_on(section: Section) -> list[str]:
    """What a person should know about the plate before using its numbers."""
    remarks = []
    reading_type = section.value("Reading Type")
    if reading_type and reading_type != "Reader":
        remarks.append(f"Reading Type is {reading_type!r}: Gen5 did not get these numbers from a reader itself.")
    if remark := ambiguous_date_or_none(section.value("Date")):
        remarks.append(remark)
    if section.tables:
        remarks.append(f"The export also holds a {' and a '.join(section.tables)} table, which is not read.")
    if not section.curves and any(key.endswith("Fitting Results") for key, _ in section.header):
        remarks.append("The export announces a curve (Fitting Results) and holds none.")
    if reading_type and not section.value("Plate Number"):
        remarks.append("The export does not say which plate this is (Plate Number).")
    said = [name for name, cells in section.layout.items() if any(cells.values())]
    if said and "Well ID" not in said:
        remarks.append(f"The layout states {' and '.join(said)}, but no Well ID; it is not used.")
    if len(section.curves) > 1:
        names = ", ".join(next(iter(curve.values()), "") for curve in section.curves)
        remarks.append(f"Gen5 fitted several curves ({names}); the first one is shown.")
    return [*remarks, *section.remarks]


def unproven_path_lengths(section: Section, channels: Sequence[Channel]) -> list[str]:
    """Sentences about ``Corrected […]`` where neither procedure nor a matrix tells of a path length."""
    corrected = [channel.label for channel in channels if channel.correction is Correction.PATH_LENGTH]
    texts = (*section.quantities, *(f"{key} {value}" for key, value in section.header))
    if not corrected or any(_PATH_LENGTH.search(text) for text in texts):
        return []
    return [
        f"{label!r} is taken to be corrected for path length, which Gen5 calls so; nothing else here tells of one."
        for label in corrected
    ]


def missing_parts(section: Section, channels: Sequence[Channel], shape: Shape) -> list[str]:
    """What one part of the export names and another does not hold: regions that were not read, or a cut-off export."""
    read_wells = {*chain.from_iterable(map(filled_wells, section.quantities.values()))}
    named = set(filled_wells(section.layout.get("Well ID", {})))
    held = {channel.wavelength_nm for channel in channels}
    stated = dict.fromkeys(nm for read in section.reads if not read.kinetic for nm in read.wavelengths)
    remarks = [
        f"The procedure reads {nm:g} nm, of which the export holds no matrix." for nm in stated if nm not in held
    ]
    labels = [label.removeprefix("Blank ") for label in section.quantities]
    remarks += [
        f"The procedure has a read {read.label!r}, of which the export holds no matrix."
        for read in section.reads
        if read.label and not read.kinetic and not any(label.startswith(f"{read.label}:") for label in labels)
    ]
    if lost := sorted(named - read_wells, key=well_order):
        remarks.append(f"The layout names wells without any value: {_some(lost)}.")
    shown = {*chain.from_iterable(section.layout.values())}
    beyond = read_wells - shown if shown else frozenset()
    if beyond and (rows := sorted(_rows_of(beyond) - _rows_of(shown))):
        names = ", ".join(map(row_name_from_index, rows))
        remarks.append(f"The layout does not show plate row {names}, which has values.")
    taken = {channel.label for channel in channels}
    for label, texts in section.quantities.items():
        if label not in taken and (lost := sorted(read_wells - texts.keys(), key=well_order)):
            remarks.append(f"{label!r} does not cover wells that others do: {_some(lost)}.")
    return [*remarks, *remarks_on_holes(channels, shape, _stated_wells(section, shape))]


def _rows_of(wells: Collection[Well]) -> set[int]:
    return {row_column_from_well(well)[0] for well in wells}


def _stated_wells(section: Section, shape: Shape) -> frozenset[Well]:
    """The whole plate, where every read of the procedure says so; else nothing is known."""
    endpoint = [read for read in section.reads if not read.kinetic]
    return frozenset(wells_of(shape)) if endpoint and all(read.full_plate for read in endpoint) else frozenset()


def _some(wells: Sequence[str]) -> str:
    return f"{', '.join(wells[:6])}{f' … ({len(wells)} in all)' if len(wells) > 6 else ''}"


def _line_of_read(section: Section) -> int:
    """Of the read that is no endpoint, else of the first one; of the plate where the procedure names none."""
    reads = sorted(section.reads, key=lambda read: not read.kinetic and read.geometry == "Endpoint")
    return reads[0].line if reads else section.first_line


def nothing_measured(section: Section) -> ExportError:
    """The refusal of a plate without a measured endpoint, saying what there is instead."""
    modes = sorted({f"{read.mode} {read.geometry}".strip() for read in section.reads if read.geometry})
    place = f"plate {section.value('Plate Number') or 'without a name'}, line {_line_of_read(section)}"
    if any(read.kinetic for read in section.reads) or "kinetic" in section.tables:
        found = "this plate was read over time (kinetic)"
    elif section.tables:
        found = f"this plate was read as {' and '.join(section.tables)}"
    elif holds_anything(section):
        found = f"only calculated values are here ({', '.join(list(section.quantities)[:3])})"
    else:
        found = "the export holds no measurements"
    if modes:
        found += f", procedure {', '.join(modes)}"
    hint = "add the raw data of the endpoint read to the export in Gen5"
    speeds = [label for label in section.quantities if is_speed(label)]
    if "kinetic" in section.tables and speeds:
        hint += f"; exported without the time points, {', '.join(map(repr, speeds))} would be read"
    return ExportError(
        found,
        expected="a matrix of measured endpoint values for each plate",
        hint=hint,
        place=place,
    )
