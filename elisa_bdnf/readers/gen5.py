"""BioTek/Agilent Gen5: the standard text export, its comma-separated copy, and the same on a sheet for each plate.

    Software Version / Plate Number / Date / … / Procedure Details    keys and values; ``Read`` with indented lines
    Layout                                                            per plate row one line for each attribute
    Results, or one titled matrix per quantity                        the label stands behind each line
    … Fitting Results                                                 curve formula and parameters (3 digits)

Several plates repeat all of it from ``Plate Number`` on. Concentrations are as read in the well. Numbers between stars
were excluded by a person. Parameters have too few digits to be calculated with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import numbers_from_texts
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape, Well
from elisa_bdnf.model.reading import (
    Channel,
    ChannelKind,
    Correction,
    Reading,
    Source,
)
from elisa_bdnf.readers._cells import (
    channel,
    decimal_mark,
    wells_of,
    with_measured_reasons,
)
from elisa_bdnf.readers._gen5_layout import layout_from_attributes
from elisa_bdnf.readers._gen5_list import is_list_head
from elisa_bdnf.readers._gen5_quantities import (
    Difference,
    channel_meaning_or_none,
    difference_of,
    is_concentration,
    reduction_meaning_or_none,
)
from elisa_bdnf.readers._gen5_remarks import (
    holds_anything,
    left_out,
    missing_parts,
    nothing_measured,
    remarks_on,
    unproven_path_lengths,
)
from elisa_bdnf.readers._gen5_results import curve_or_none, results_from_section
from elisa_bdnf.readers._gen5_sections import Section, sections_from_rows
from elisa_bdnf.readers._limits import MOST_TEXT
from elisa_bdnf.readers._placed import shape_of
from elisa_bdnf.readers._reader import Reader

_HEAD_ROWS = 40
_USED_KEYS = frozenset(["Software Version", "Plate Number", "Reading Type", "Plate Type", "Read", "Date"])
_NOT_KEYS = frozenset(["Procedure Details", "Layout", "Results"])
_PLATE_SIZE = re.compile(r"\b(6|12|24|48|96|384|1536)\b")


def recognizes(file: InputFile) -> bool:
    """A ``Software Version`` with ``Experiment File Path`` below it, the head of the long report, or a well list."""
    return file.kind in ("text", "xlsx", "xls") and any(_is_own(page) for page in file.pages)


def _is_own(page: Page) -> bool:
    keys = {row[0].removesuffix(":").strip() for row in page.rows[:_HEAD_ROWS] if row}
    standard = "Software Version" in keys and keys & {"Experiment File Path", "Protocol File Path", "Plate Number"}
    if standard or ("Procedure Summary" in keys and "Plate Number" in keys):
        return True
    return _begins_with_list(page) or _holds_labelled_results(page)


def _begins_with_list(page: Page) -> bool:
    return is_list_head(next((row for row in page.rows if any(row)), ()))


def _holds_labelled_results(page: Page) -> bool:
    """``Results`` alone in its line above column numbers and rows that end with a label: an export without its head."""
    for row, cells in enumerate(page.rows[:_HEAD_ROWS]):
        if "Results" in cells[:2] and len([cell for cell in cells if cell]) == 1 and row + 2 < len(page.rows):
            heads, first = page.rows[row + 1], page.rows[row + 2]
            numbers = [cell for cell in heads if cell]
            return (
                len(first) == len(heads) + 1
                and numbers == [str(n + 1) for n in range(len(numbers))]
                and len(numbers) > 1
            )
    return False


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading per plate. Raises ExportError where no endpoint was measured, and for unknown words in wells."""
    pages = file.pages
    own = [page for page in pages if _is_own(page)] or list(pages)
    placed = [(page, section) for page in own for section in _sections(page)]
    filled = [(page, section) for page, section in placed if section.tables or holds_anything(section)]
    unread = [left_out(section) for _, section in placed if not (section.tables or holds_anything(section))]
    decimal = _decimal_mark([section for _, section in placed])
    software = next((section.value("Software Version") for _, section in placed), "")
    source = Source(file.name, file.sha256, READER.name, f"Gen5 {software}".strip())
    other = [f"Sheet {page.name!r} is no Gen5 export; it was not read." for page in pages if page not in own]
    remarks = (*(file.decoding_remarks if file.kind == "text" else ()), *unread, *other)
    return tuple(_on_page(page, section, source, decimal, remarks) for page, section in filled or placed)


def _sections(page: Page) -> tuple[Section, ...]:
    try:
        return sections_from_rows(page.rows)
    except ExportError as refused:
        raise _placed_on(page, refused) from None


def _on_page(page: Page, section: Section, source: Source, decimal: str, remarks: tuple[str, ...]) -> Reading:
    try:
        return _reading(section, source, decimal, remarks)
    except ExportError as refused:
        raise _placed_on(page, refused) from None


def _placed_on(page: Page, refused: ExportError) -> ExportError:
    """In a workbook, a line number is a row of a sheet."""
    if not page.is_sheet:
        return refused
    return ExportError(
        problems=(
            replace(p, place=f"{page.name}, row {p.place}" if p.place.isdigit() else p.place) for p in refused.problems
        )
    )


def _decimal_mark(sections: Sequence[Section]) -> str:
    """From all cells of wells, never from titles: ``400,460`` there is two wavelengths."""
    return decimal_mark(
        cells
        for section in sections
        for attribute, cells in (*section.quantities.items(), *section.layout.items())
        if attribute not in ("Well ID", "Name")
    )


def _reading(section: Section, source: Source, decimal: str, remarks: tuple[str, ...]) -> Reading:
    shape = _shape(section)
    channels = _channels(section, shape, decimal) or _reductions(section, shape, decimal)
    reduced = tuple([c.label for c in channels if c.correction is Correction.REDUCED])
    if not (reduced or any(c.correction is Correction.NONE for c in channels)) or not holds_anything(section):
        raise nothing_measured(section)
    channels, found = _with_differences(section, channels, shape, decimal)
    channels = with_measured_reasons(channels)
    layout = layout_from_attributes(section.layout, shape, decimal)
    results, result_remarks = results_from_section(section, channels, decimal)
    return Reading(
        source,
        section.value("Plate Number") or "Plate 1",
        shape,
        channels,
        header=section.header,
        unread_header=_unread(section),
        layout=layout,
        instrument_results=results,
        instrument_curve=curve_or_none(section, channels, results, decimal),
        remarks=(
            *remarks,
            *remarks_on(section),
            *(() if reduced else missing_parts(section, channels, shape)),
            *(
                f"{label!r} is what Gen5 reduced a read over time to; no single read is in the export."
                for label in reduced
            ),
            *found,
            *unproven_path_lengths(section, channels),
            *result_remarks,
        ),
    )


def _unread(section: Section) -> tuple[str, ...]:
    keys = dict.fromkeys(key for key, _ in section.header if key not in _USED_KEYS | _NOT_KEYS)
    return tuple(key for key in keys if not key.endswith("Fitting Results") and key not in section.quantities)


def _shape(section: Section) -> Shape:
    tables = (*section.quantities.values(), *section.layout.values())
    stated = _PLATE_SIZE.findall(section.value("Plate Type"))
    size = int(stated[0]) if len(stated) == 1 and int(stated[0]) in STANDARD_SHAPES else None
    return shape_of(tables, size)


def _channels(section: Section, shape: Shape, decimal: str) -> tuple[Channel, ...]:
    channels = []
    for label, cells in section.quantities.items():
        if meaning := channel_meaning_or_none(label, section.reads):
            nm, kind, correction = meaning.wavelength_nm, meaning.kind, meaning.correction
            channels.append(channel(label, cells, shape, decimal, wavelength_nm=nm, kind=kind, correction=correction))
    return tuple(channels)


def _reductions(section: Section, shape: Shape, decimal: str) -> tuple[Channel, ...]:
    """Speeds of a kinetic of which the export does not hold the time points: a value for each well."""
    if "kinetic" in section.tables or not any(read.kinetic for read in section.reads):
        return ()
    found = []
    for label, cells in section.quantities.items():
        if meaning := reduction_meaning_or_none(label, section.reads):
            nm, kind, correction = meaning.wavelength_nm, meaning.kind, meaning.correction
            found.append(channel(label, cells, shape, decimal, wavelength_nm=nm, kind=kind, correction=correction))
    return tuple(found)


def _with_differences(
    section: Section, channels: tuple[Channel, ...], shape: Shape, decimal: str
) -> tuple[tuple[Channel, ...], tuple[str, ...]]:
    """Matrices whose numbers are one measured absorbance minus another are channels, whatever the user called them."""
    raw = [c for c in channels if c.correction is Correction.NONE and c.kind is ChannelKind.ABSORBANCE]
    known = {each.label for each in channels}
    differences: list[Channel] = []
    remarks: list[str] = []
    wells = wells_of(shape)
    for label, cells in section.quantities.items():
        if len(raw) < 2 or label in known or is_concentration(label):
            continue
        if found := difference_of(_values(cells, wells, decimal), raw, wells):
            nm = next(measured.wavelength_nm for measured in raw if measured.label == found.first)
            differences.append(channel(label, cells, shape, decimal, wavelength_nm=nm, correction=Correction.REFERENCE))
            remarks.append(_sentence(label, found))
    blanked = [_blanked(section, difference, shape, decimal) for difference in differences]
    return (*channels, *differences, *(c for c in blanked if c)), tuple(remarks)


def _sentence(label: str, found: Difference) -> str:
    about = f"{label!r} is {found.first!r} minus {found.second!r}"
    if not found.deviating:
        return f"{about} in every well: a reference was subtracted."
    wells = ", ".join(found.deviating)
    return f"{about}, but not in {wells}: a number was edited there or stands in the wrong well."


def _blanked(section: Section, difference: Channel, shape: Shape, decimal: str) -> Channel | None:
    """``Blank Delta``: the blank subtracted from a difference."""
    label = f"Blank {difference.label}"
    if label not in section.quantities:
        return None
    nm = difference.wavelength_nm
    cells = section.quantities[label]
    return channel(label, cells, shape, decimal, wavelength_nm=nm, correction=Correction.BLANK)


def _values(cells: Mapping[Well, str], wells: Sequence[Well], decimal: str) -> list[float]:
    """Numbers of the wells, also those between stars; nan where there is none."""
    return numbers_from_texts([cells.get(well, "").strip("* ") for well in wells], decimal)


READER = Reader(
    name="gen5",
    title="BioTek/Agilent Gen5 export (text, csv, xlsx, well list; long report: no real example was at hand)",
    recognizes=recognizes,
    read=read,
    marks=("software version", "procedure summary", "well id", "results"),
    most_text=2 * MOST_TEXT,
    software="Gen5 2.09 to 3.15",
    real_example=True,
    states_wells=True,
    forms=(
        "standard text with tabs: a `Results` block, or one titled matrix for each quantity; one or several plates",
        "the same without its head: `Results` and what stands below",
        "the same with commas (Gen5 2)",
        "workbook: a sheet for each plate",
        "tables with a line or a column for each well (`Well, 450, …`), with or without IDs, inside a standard export",
        "well list (`Well ID, Name, Well, Conc/Dil, …`) alone, as text or workbook",
        "long report (`Procedure Summary` … `Data Reduction Summary`); no real example was at hand",
    ),
)
