"""Thermo SkanIt workbooks: one sheet for each step of the calculation, and ``Layout definitions``.

    Measurement results / session / time / step title / Wavelength: 450 nm / Plate 1
    Abs   1  2  3 …          the corner names the quantity: Abs, Blank subtracted, Signal, Conc. [unit], Value, …
    Sample 1 2 3 …           the same wells with their ids

Several wavelengths and plates stand below each other on a sheet; the lines above a matrix say which it is. Anything to
the right of the last column is a person's addition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, InstrumentResult, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._key_lines import (
    Header,
    date_remarks,
    header_from_rows,
    unread_keys,
    value_of,
)
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import (
    channel,
    decimal_mark,
    refuse_without_values,
    results,
    shape_of,
)
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._skanit_curve import curve_from_page_or_none
from elisa_bdnf.readers._skanit_layout import (
    LAYOUT_SHEET,
    differing_ids,
    layout_of_plate,
    standards_of_curve,
    wells_by_plate,
)
from elisa_bdnf.readers._skanit_steps import (
    StepMatrix,
    changed_after_export,
    is_factor,
    is_ids,
    is_step,
    label_of,
    matrices_of_step,
    meaning_or_none,
    step_header,
    without_copies,
    without_matrices,
)
from elisa_bdnf.readers._well_codes import WellSaid

_CONCENTRATION = re.compile(r"Conc(?:\.|entration)\s*(?:[\[(].+[\])])?\s*\Z", re.IGNORECASE)
_INFORMATION = (
    "General information",
    "Session information",
    "Instrument information",
    "Protocol parameters",
    "Run log",
)
_USED = frozenset(
    [
        "Session name",
        "Execution time",
        "Report generated with SW version",
        "Wavelength",
        "Wavelength [nm]",
        "Fit type",
        "R²",
    ]
)


def recognizes(file: InputFile) -> bool:
    """A sheet that begins with ``Measurement results``."""
    return file.kind in ("xlsx", "xls", "text") and any(is_step(page) for page in file.pages)


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each plate name, in the order of the first step."""
    refuse_unless(recognizes(file), file, READER.title)
    pages = file.pages
    steps = [page for page in pages if is_step(page)]
    matrices, copies = without_copies(matrix for page in steps for matrix in matrices_of_step(page))
    if not matrices:
        raise without_matrices(steps)
    header = _header(pages)
    decimal = decimal_mark(matrix.cells for matrix in matrices if matrix.corner.casefold() != "sample")
    unread = [
        f"Sheet {page.name!r} is no step of SkanIt and was not read."
        for page in pages
        if page not in steps and page.name not in _INFORMATION and page.name != LAYOUT_SHEET
    ]
    said, unusable = wells_by_plate([page for page in pages if page.name == LAYOUT_SHEET])
    standards = standards_of_curve(steps)
    source = Source(file.name, file.sha256, READER.name, _software(header))
    names = list(dict.fromkeys(matrix.plate for matrix in matrices))
    context = _Context(
        source, header, decimal, said, standards if len(names) == 1 else {}, steps, (*unusable, *copies, *unread)
    )
    return tuple(_reading(name, [m for m in matrices if m.plate == name], context) for name in names)


@dataclass(frozen=True, slots=True)
class _Context:
    source: Source
    header: Header
    decimal: str
    said: Mapping[str, Mapping[Well, WellSaid]]
    standards: Mapping[Well, str]
    steps: list[Page]
    remarks: tuple[str, ...]


def _header(pages: Iterable[Page]) -> Header:
    header: list[tuple[str, str]] = []
    for page in pages:
        if page.name in _INFORMATION:
            header += header_from_rows(page.rows[1:])
        elif is_step(page):
            header += step_header(page)
    return tuple(header)


def _software(header: Header) -> str:
    stated = next((value for key, value in header if key.startswith("Report generated with SW")), "")
    return stated.split(",")[0].strip() or "SkanIt"


def _reading(name: str, matrices: list[StepMatrix], context: _Context) -> Reading:
    shape = shape_of(matrix.cells for matrix in matrices)
    channels = _channels(matrices, shape, context.decimal)
    if not channels:
        steps = ", ".join(dict.fromkeys(matrix.step for matrix in matrices))
        raise ExportError(
            f"only calculated values are here ({steps})",
            expected="the measured step (Absorbance) as well",
            hint="add it to the report in SkanIt",
            place=f"plate {name}",
        )
    refuse_without_values(channels, name)
    ids = {well: code for matrix in matrices if is_ids(matrix) for well, code in matrix.cells.items()}
    factors = {well: text for matrix in matrices if is_factor(matrix) for well, text in matrix.cells.items()}
    curves = [curve_from_page_or_none(page, channels, context.decimal) for page in context.steps]
    fitted = [curve for curve in curves if curve]
    remarks = [*date_remarks(value_of(context.header, "Execution time")), *context.remarks]
    remarks += differing_ids(context.said.get(name, {}), ids)
    remarks += [sentence for page in context.steps for sentence in changed_after_export(page)]
    remarks += [remark for matrix in matrices if not is_ids(matrix) for remark in matrix.remarks]
    if len(fitted) > 1:
        remarks.append(f"SkanIt fitted {len(fitted)} curves; the first one is shown.")
    return Reading(
        context.source,
        name,
        shape,
        channels,
        header=context.header,
        unread_header=unread_keys(context.header, _USED),
        layout=layout_of_plate(context.said.get(name) or _said(ids, factors, context), shape, context.decimal),
        instrument_results=tuple(_results(matrices, context.decimal)),
        instrument_curve=fitted[0] if fitted else None,
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _said(ids: Mapping[Well, str], factors: Mapping[Well, str], context: _Context) -> dict[Well, WellSaid]:
    """What the steps say of the wells, for workbooks without layout definitions."""
    return {
        well: WellSaid(code, context.standards.get(well, ""), factors.get(well, ""))
        for well, code in ids.items()
        if code
    }


def _channels(matrices: Iterable[StepMatrix], shape: Shape, decimal: str) -> tuple[Channel, ...]:
    found = [(matrix, meaning) for matrix in matrices if (meaning := meaning_or_none(matrix))]
    raw_kinds = {kind for _, (kind, correction) in found if correction is Correction.NONE}
    only = next(iter(raw_kinds)) if len(raw_kinds) == 1 else ChannelKind.UNKNOWN
    labels = unique_labels(label_of(matrix) for matrix, _ in found)
    return tuple(
        channel(
            label,
            matrix.cells,
            shape,
            decimal,
            wavelength_nm=matrix.wavelength_nm,
            kind=only if kind is ChannelKind.UNKNOWN else kind,
            correction=correction,
        )
        for label, (matrix, (kind, correction)) in zip(labels, found, strict=True)
    )


def _results(matrices: Iterable[StepMatrix], decimal: str) -> Iterable[InstrumentResult]:
    """Everything calculated; concentrations of the curve as ``concentration``, others under step and quantity."""
    taken = False
    for matrix in matrices:
        if meaning_or_none(matrix) or is_ids(matrix) or is_factor(matrix):
            continue
        is_concentration = bool(_CONCENTRATION.match(matrix.corner)) and not taken
        taken = taken or is_concentration
        quantity = "concentration" if is_concentration else f"{matrix.step}: {matrix.corner}"
        yield from results(quantity, matrix.cells, decimal)


READER = Reader(
    name="thermo_skanit",
    title="Thermo SkanIt workbook with one sheet for each step",
    recognizes=recognizes,
    read=read,
    marks=("measurement results",),
    software="SkanIt 7.0.2",
    real_example=True,
    forms=(
        "a sheet for each step, several plates and wavelengths, standard curve, dilutions, layout definitions",
        "a single sheet",
    ),
)
