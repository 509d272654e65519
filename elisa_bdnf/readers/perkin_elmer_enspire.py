"""PerkinElmer EnSpire lists: ``Plate information``, then a line for each well with the results of every measurement.

Well  Sample  MeasA:Wavelength  MeasA:Result
A03   -       450               0.287
"""

from __future__ import annotations

import re
from dataclasses import replace

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import Channel, ChannelKind, Reading, Source
from elisa_bdnf.readers._envision_labels import PLATE, heads_a_list, is_perkin_elmer
from elisa_bdnf.readers._key_lines import (
    Header,
    date_remarks,
    header_from_rows,
    not_an_endpoint,
    unread_keys,
    value_of,
    wavelength_from_text_or_none,
)
from elisa_bdnf.readers._likely_kind import with_likely_kind
from elisa_bdnf.readers._limits import MOST_PLATES, refuse_more_than
from elisa_bdnf.readers._matrix_checks import short_line_remarks
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import channel, decimal_mark, refuse_without_values, results, shape_of
from elisa_bdnf.readers._reader import TEXTS, Reader
from elisa_bdnf.readers._well_codes import WellSaid, layout_from_wells
from elisa_bdnf.readers._well_lists import column_cells, refuse_columns_without_title, wells_by_row

_RESULT = re.compile(r"(?P<measurement>.*):Result\Z", re.IGNORECASE)
_USED = frozenset(["Plate", "Measurement date", "Barcode"])


def recognizes(file: InputFile) -> bool:
    """``Plate information`` at the top and a list that begins ``Well, Sample`` or ``Well, MeasA:…``."""
    if file.kind != "text":
        return False
    (page,) = file.pages
    return is_perkin_elmer(page) and _list_row_or_none(page) is not None


def _list_row_or_none(page: Page) -> int | None:
    return next((row for row in range(min(60, len(page.rows))) if heads_a_list(page.rows[row])), None)


def read(file: InputFile) -> tuple[Reading, ...]:
    """One plate for each list. Raises ExportError for spectra and repeated reads."""
    refuse_unless(recognizes(file), file, READER.title)
    (page,) = file.pages
    heads = [row for row in range(len(page.rows)) if heads_a_list(page.rows[row])]
    if not heads:
        raise ExportError("there is no list of wells", expected="a line 'Well, Sample, …'")
    refuse_more_than(MOST_PLATES, len(heads), "plates")
    starts = [next((r for r in range(h, -1, -1) if page.text(r, 0).casefold() == PLATE), h) for h in heads]
    stops = [*starts[1:], len(page.rows)]
    source = Source(file.name, file.sha256, READER.name, "EnSpire")
    return tuple(_plate(page, *part, source) for part in zip(starts, heads, stops, strict=True))


def _plate(page: Page, start: int, head: int, stop: int, source: Source) -> Reading:
    titles = page.rows[head]
    end = next((row for row in range(head + 1, stop) if not page.rows[row]), stop)
    wells = wells_by_row(page, head + 1, [0], stop)
    refuse_columns_without_title(page, wells, {i for i, title in enumerate(titles) if title})
    for i, title in enumerate(titles):
        if title and title in titles[:i]:
            raise ExportError(f"two columns are called {title!r}", expected="each once", place=page.place(head, i))
    if len(set(wells.values())) < len(wells):
        varies = [
            title for i, title in enumerate(titles) if "wavelength" in title.casefold() and _varies(page, wells, i)
        ]
        what = f"a spectrum ({', '.join(varies)} varies)" if varies else "a list with several reads of each well"
        raise not_an_endpoint(f"an EnSpire export of {what}", place=page.place(head, 0))
    header = (*_plate_facts(page, start, head), *header_from_rows(page.rows[end:stop]))
    return _reading(page, head, wells, header, source)


def _varies(page: Page, wells: dict[int, str], column: int) -> bool:
    return len({page.text(row, column) for row in wells}) > 1


def _reading(page: Page, head: int, wells: dict[int, str], header: Header, source: Source) -> Reading:
    titles = page.rows[head]
    columns = {title: i for i, title in enumerate(titles) if title not in ("Well", "Sample", "")}
    tables = {title: column_cells(page, wells, i) for title, i in columns.items()}
    measured = {title: cells for title, cells in tables.items() if _RESULT.match(title)}
    shape = shape_of(tables.values())
    decimal = decimal_mark(measured.values())
    made = [
        _channel_of(page, wells, titles, title, channel(title, cells, shape, decimal))
        for title, cells in measured.items()
    ]
    channels, likely = with_likely_kind(made)
    name = value_of(header, "Barcode").strip('="') or f"Plate {value_of(header, 'Plate') or 1}"
    refuse_without_values(channels, name)
    others = [r for title, cells in tables.items() if title not in measured for r in results(title, cells, decimal)]
    codes = column_cells(page, wells, 1) if titles[1] == "Sample" else {}
    return Reading(
        source,
        name,
        shape,
        channels,
        header=header,
        unread_header=unread_keys(header, _USED),
        layout=layout_from_wells({well: WellSaid(code) for well, code in codes.items() if code}, shape, letters=True),
        instrument_results=tuple(r for r in others if "wavelength" not in r.quantity.casefold()),
        remarks=(
            *date_remarks(value_of(header, "Measurement date")),
            *likely,
            *short_line_remarks(page, tuple(wells)),
            *_unnamed(header, name),
        ),
    )


def _unnamed(header: Header, name: str) -> tuple[str, ...]:
    if value_of(header, "Barcode").strip('="') or value_of(header, "Plate"):
        return ()
    return (f"The export names no plate (Plate and Barcode are empty or missing); it is called {name!r}.",)


def _plate_facts(page: Page, start: int, head: int) -> Header:
    """Heads and values of ``Plate information``, and the other lines above the list."""
    top = next((row for row in range(start, head) if page.text(row, 0) == "Plate"), None)
    if top is None:
        raise ExportError(
            "a list of wells stands below no 'Plate information'",
            expected="that line, and 'Plate, Repeat, …' below it, above every list",
            place=page.place(head, 0),
        )
    facts = zip(page.rows[top], page.rows[top + 1], strict=False)
    return (*facts, *header_from_rows(page.rows[row] for row in range(top + 2, head)))


def _channel_of(page: Page, wells: dict[int, str], titles: tuple[str, ...], title: str, made: Channel) -> Channel:
    """Kind and wavelength from the other columns of the measurement: emission means fluorescence."""
    match = _RESULT.match(title)
    prefix = f"{match['measurement'] if match else title}:"
    said = {t[len(prefix) :].casefold(): i for i, t in enumerate(titles) if t.startswith(prefix)}
    if any(name.endswith("ems") for name in said):
        kind = ChannelKind.FLUORESCENCE
    else:
        kind = ChannelKind.ABSORBANCE if any("wavelength" in name for name in said) else ChannelKind.UNKNOWN
    detected = "wavelengthems" if kind is ChannelKind.FLUORESCENCE else "wavelength"
    numbers = {text for row in wells if (text := page.text(row, said[detected]))} if detected in said else set()
    nm = wavelength_from_text_or_none(numbers.pop()) if len(numbers) == 1 else None
    return replace(made, wavelength_nm=nm, kind=kind)


READER = Reader(
    name="perkin_elmer_enspire",
    title="PerkinElmer EnSpire list",
    recognizes=recognizes,
    read=read,
    marks=("plate information",),
    kinds=TEXTS,
    software="EnSpire",
    real_example=True,
    forms=(
        "a line for each well, one or several reads and plates (the real example was a spectrum, which is refused)",
    ),
)
