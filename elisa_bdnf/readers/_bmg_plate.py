"""What all of BMG's exports share: titles of quantities, content codes, the lines at the top.

    Raw Data (450) · Blank corrected based on Raw Data (450) · Layout · Standard Concentrations in ng/mL · Dilutions

Dilutions are factors (500 means 1:500). The unit of the standards stands in their title only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.units import name_and_unit_from_text, unit_from_text_or_none
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, InstrumentResult, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._holes import named
from elisa_bdnf.readers._key_lines import (
    Header,
    date_remarks,
    emission_from_text_or_none,
    kind_from_text,
    not_an_endpoint,
    title_above,
    unread_keys,
    value_of,
    wavelength_from_text_or_none,
)
from elisa_bdnf.readers._likely_kind import with_likely_kind
from elisa_bdnf.readers._matrix_checks import left_out_remarks, short_row_remarks
from elisa_bdnf.readers._placed import (
    Cells,
    cells_of,
    channel,
    decimal_mark,
    grid_remarks,
    grids_at_left,
    refuse_without_values,
    results,
    shape_of,
)
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells

_NUMBERED = re.compile(r"[0-9]{1,2}\.\s+(?=\D)")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z][A-Za-z0-9 .]{0,40}?)\s*:(?:\s+(?P<value>.*)|)\Z")
_TOP_KEYS = re.compile(r"\b(?:Path|Test (?:run no\.|ID|name))\s*[:=]", re.IGNORECASE)
_OVER_TIME = re.compile(r"\bcycle\b|kinetic|\btime\b", re.IGNORECASE)
_SPECTRUM = re.compile(r"spectr|scan", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_CODE = re.compile(
    r"(?:standard|sample|blank|negative control|positive control|control|unknown)s?\s+(?P<code>\S+)\Z", re.IGNORECASE
)
_LAYOUT = frozenset(
    ["layout", "content", "group", "standard concentrations", "standard concentration", "dilutions", "dilution"]
)
_USED = frozenset(["Test name", "Date", "ID1", "ID2", "ID3"])


@dataclass(frozen=True, slots=True)
class BmgPlate:
    """One plate as exported: title of a quantity → its cells, the lines at the top, and what was measured."""

    header: Header
    method: str
    tables: Sequence[tuple[str, Cells]]
    remarks: tuple[str, ...] = ()


def is_bmg_top(texts: Iterable[str]) -> bool:
    """Whether the first lines are those of a BMG program: ``User: … Path: … Test run no.: …``."""
    text = "\n".join(texts)
    return len(set(map(str.casefold, _TOP_KEYS.findall(text)))) >= 2 and bool(re.search(r"\bUser\s*[:=]", text))


def header_and_method(rows: Iterable[Sequence[str]], first_line: int = 1) -> tuple[Header, str]:
    """Keys and values of the top, and the line that names the method (``Absorbance``).

    Raises ExportError for keys without a colon: what follows could then be anything.
    """
    pairs: list[tuple[str, list[str]]] = []
    method = ""
    for line, row in enumerate(rows, start=first_line):
        for text in filter(None, row):
            if match := _KEY.match(text):
                pairs.append((match["key"], [(match["value"] or "").strip()]))
            elif re.match(r"\s*(?:User|Path|Test name|Test ID|ID[1-9])\s*=", text):
                raise ExportError(f"{text!r} at the top of the export", expected="Key: value", place=str(line))
            elif pairs and text is not row[0]:
                pairs[-1][1].append(text)  # a comma in a path or an ID
            else:
                method = method or text
    return tuple((key, ",".join(parts)) for key, parts in pairs), method


def title_of(text: str) -> str:
    """A title without its number: ``4. Raw Data (450)`` → ``Raw Data (450)``."""
    return " ".join(_NUMBERED.sub("", text.strip(), count=1).split())


def plate_from_matrices(page: Page, start: int = 0, stop: int | None = None) -> BmgPlate:
    """The titled matrices of a text or sheet, or of some of its lines. Raises ExportError where there is none."""
    grids = grids_at_left(page, start, stop)
    if not grids:
        header_and_method(page.rows[start:stop], start + 1)
        found = "there is no matrix of a plate and no list of wells"
        raise ExportError(found, expected="a line 1, 2, 3, … above rows A, B, …")
    tops = [start, *(grid.bottom for grid in grids)]
    titles = [title_above(page, grid.top, at_least=below) for grid, below in zip(grids, tops, strict=False)]
    first = next((row for row in range(start, grids[0].top) if titles[0] in page.rows[row]), grids[0].top)
    header, method = header_and_method(page.rows[start:first], start + 1)
    tables = [(title_of(title), cells_of(page, grid)) for title, grid in zip(titles, grids, strict=True)]
    for (title, _), grid in zip(tables, grids, strict=True):
        if not title or title.isdigit():
            raise ExportError(
                f"the matrix has no title but {title!r} above it" if title else "the matrix has no title above it",
                expected="what it holds, such as Raw Data (450)",
                place=page.place(grid.top, grid.left),
            )
    measured = [grid for (title, _), grid in zip(tables, grids, strict=True) if not _is_layout(title)]
    layouts = [grid for grid in grids if grid not in measured]
    remarks = [remark for grid in measured for remark in grid_remarks(page, grid)]
    remarks += [r for grid in layouts for r in (*left_out_remarks(page, grid), *short_row_remarks(page, grid))]
    return BmgPlate(header, method, tables, tuple(remarks))


def reading_from_plate(plate: BmgPlate, source: Source, name: str = "") -> Reading:
    """Channels, layout and calculated values of one plate. Raises ExportError where nothing was measured once."""
    _refuse_series(plate)
    shape = shape_of(cells for _, cells in plate.tables)
    decimal = decimal_mark(cells for title, cells in plate.tables if not _is_text(title))
    channels, likely = with_likely_kind(_channels(plate, shape, decimal))
    unnamed = () if name else _unnamed(plate.header)
    name = name or _plate_name(plate.header)
    if not channels:
        titles = ", ".join(title for title, _ in plate.tables) or "nothing"
        raise ExportError(f"{titles} found", expected="Raw Data or Blank corrected data for each well")
    refuse_without_values(channels, name)
    layout, lost = _layout(plate.tables, shape, decimal)
    remarks = [
        *date_remarks(value_of(plate.header, "Date")),
        *likely,
        *plate.remarks,
        *lost,
        *unnamed,
        *_unsaid(plate.method, channels),
    ]
    return Reading(
        source,
        name,
        shape,
        channels,
        header=plate.header,
        unread_header=unread_keys(plate.header, _USED),
        layout=layout,
        instrument_results=_results(plate.tables, decimal),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _refuse_series(plate: BmgPlate) -> None:
    for title in [plate.method, *(title for title, _ in plate.tables)]:
        if _OVER_TIME.search(title):
            raise not_an_endpoint(f"a BMG measurement over time ({title!r})")
        if _SPECTRUM.search(title):
            raise not_an_endpoint(f"a BMG spectrum or well scan ({title!r})")


def _plate_name(header: Header) -> str:
    ids = [value for key, value in header if re.fullmatch(r"ID[1-9]", key) and value]
    plates = [value for value in ids if value.casefold().startswith("plate")]
    return (plates or [", ".join(ids)])[0] or value_of(header, "Test name") or "Plate 1"


def _unsaid(method: str, channels: Sequence[Channel]) -> tuple[str, ...]:
    """A sentence where the line is missing that says what was measured, on which kind and wavelength depend."""
    if kind_from_text(method) is not ChannelKind.UNKNOWN or all(c.kind is ChannelKind.ABSORBANCE for c in channels):
        return ()
    return ("The export does not say what was measured (Absorbance, Fluorescence, Luminescence).",)


def _unnamed(header: Header) -> tuple[str, ...]:
    """A sentence where no ID names the plate: none was typed, or its line was lost."""
    if any(re.fullmatch(r"ID[1-9]", key) and value for key, value in header):
        return ()
    return (f"The export names no plate (ID1, ID2 or ID3 are empty or missing); it is called {_plate_name(header)!r}.",)


def _is_text(title: str) -> bool:
    return title.casefold() in ("layout", "content", "group", "well")


def _is_layout(title: str) -> bool:
    return _name_and_unit(title)[0].casefold() in _LAYOUT


def is_response(title: str) -> bool:
    """Whether a quantity of this title is one that was measured, corrected or not."""
    return _correction_or_none(title) is not None


def _correction_or_none(title: str) -> Correction | None:
    """None for what is no response: averages, fits, layouts."""
    small = title.casefold()
    if small.startswith("raw data"):
        return Correction.NONE
    if small.startswith("blank corrected"):
        return Correction.BLANK
    if small.startswith(("pathlength corrected", "path length corrected")):
        return Correction.PATH_LENGTH
    return Correction.REFERENCE if small.startswith(("difference", "reference corrected")) else None


def _channels(plate: BmgPlate, shape: Shape, decimal: str) -> tuple[Channel, ...]:
    kind = kind_from_text(plate.method)
    found = [(title, cells, c) for title, cells in plate.tables if (c := _correction_or_none(title)) is not None]
    labels = unique_labels(title for title, _, _ in found)
    return tuple(
        channel(label, cells, shape, decimal, wavelength_nm=_wavelength(title, kind), kind=kind, correction=correction)
        for label, (title, cells, correction) in zip(labels, found, strict=True)
    )


def _wavelength(title: str, kind: ChannelKind) -> float | None:
    """From the first brackets with one: of a difference, what was measured stands before its reference."""
    read = emission_from_text_or_none if kind is ChannelKind.FLUORESCENCE else wavelength_from_text_or_none
    found = (read(inside) for inside in _IN_BRACKETS.findall(title))
    return next((nm for nm in found if nm), None) if kind is not ChannelKind.LUMINESCENCE else None


def _layout(tables: Sequence[tuple[str, Cells]], shape: Shape, decimal: str) -> tuple[Layout | None, tuple[str, ...]]:
    codes, groups, nominals, dilutions = Cells(), Cells(), Cells(), Cells()
    unit: str | None = None
    for title, cells in tables:
        name, found_unit = _name_and_unit(title)
        match name.casefold():
            case "layout" | "content":
                codes = cells
            case "group":
                groups = cells
            case "standard concentrations" | "standard concentration":
                nominals, unit = cells, found_unit
            case "dilutions" | "dilution":
                dilutions = cells
    said = {well: _said(well, codes, groups, nominals, dilutions) for well, code in codes.items() if code}
    layout = layout_from_wells(said, shape, unit=unit, decimal=decimal, letters=True, whole_factors=True)
    return layout, tuple(
        f"{what} of {named(lost)} belong to no content of the layout."
        for what, cells in (("Concentrations", nominals), ("Dilutions", dilutions))
        if (lost := [well for well, text in cells.items() if text and well not in said])
    )


def _name_and_unit(title: str) -> tuple[str, str | None]:
    """``Standard Concentrations in ng/mL`` and ``… [ng/mL]``; a unit that is not known stays as written."""
    name, unit = name_and_unit_from_text(title)
    if unit:
        return re.sub(r"\s+in\Z", "", name), unit
    match = re.fullmatch(r"(Standard Concentrations?)\s*(?:in\s+|\[)(.+?)\]?", title, re.IGNORECASE)
    return (match[1], unit_from_text_or_none(match[2]) or match[2]) if match else (title, None)


def _said(well: Well, codes: Cells, groups: Cells, nominals: Cells, dilutions: Cells) -> WellSaid:
    written = codes[well]
    match = _CODE.match(written)
    group = groups.get(well, "")
    attributes = tuple((k, v) for k, v in (("content", written if match else ""), ("group", group)) if v)
    return WellSaid(match["code"] if match else written, nominals.get(well, ""), dilutions.get(well, ""), attributes)


def _results(tables: Iterable[tuple[str, Cells]], decimal: str) -> tuple[InstrumentResult, ...]:
    """Averages, fits and whatever else was calculated, under its own title."""
    found: list[InstrumentResult] = []
    for title, cells in tables:
        if _correction_or_none(title) is None and not _is_layout(title):
            found += results(title, cells, decimal)
    return tuple(found)


def differing_wells(first: Mapping[Well, str], second: Mapping[Well, str]) -> list[Well]:
    """Wells in which two prints of one quantity differ."""
    return [well for well in first if well in second and first[well] != second[well]]
