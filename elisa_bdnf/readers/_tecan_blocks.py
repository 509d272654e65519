"""Exports of Tecan's i-control and SparkControl: keys and values, then one block for each label that was measured.

    Label: OD450  /  Mode  Absorbance  /  Wavelength  450 nm  /  Part of Plate …  /  Start Time …
    <>  1  2  3 …            a matrix; or  <>  Value  Time [ms]  a list in the order of reading
    End Time …

A block with ``Cycle Nr.`` was read over time, one with ``Wavel.`` is a scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._holes import remarks_on_holes, wells_of_ranges
from elisa_bdnf.readers._key_lines import (
    Header,
    date_remarks,
    kind_from_text,
    not_an_endpoint,
    pair_from_row,
    title_above,
    unread_keys,
    value_of,
    wavelength_of_keys_or_none,
)
from elisa_bdnf.readers._limits import MOST_MEASUREMENTS, refuse_more_than
from elisa_bdnf.readers._placed import (
    Cells,
    cells_of,
    channel,
    decimal_mark,
    grid_remarks,
    grids_at_left,
    refuse_without_values,
    shape_of,
)
from elisa_bdnf.readers._well_lists import column_cells, refuse_repeated_wells, wells_by_row

CORNER = "<>"
_KEY_COLUMNS = 8  # what stands farther right is a person's
_SERIES = (
    (re.compile(r"cycle nr|kinetic measurement|time \[s\]", re.IGNORECASE), "over time (kinetic)"),
    (re.compile(r"wavel\.", re.IGNORECASE), "as a scan (spectrum)"),
    (re.compile(r"well\Z|multiple reads|position", re.IGNORECASE), "at several places of each well"),
)
_ANY_SERIES = re.compile("|".join(pattern.pattern for pattern, _ in _SERIES), re.IGNORECASE)
_TABLE_HEADS = re.compile(r"<>|cycle nr|wavel\.|well\Z", re.IGNORECASE)
_SIZE = re.compile(r"(?<![0-9])(6|12|24|48|96|384|1536)(?![0-9])")
_IN_TABLE = re.compile(r"<>|[A-Z]{1,2}[0-9]*\Z|[0-9.,:]+\Z")
_PROGRAMS = ("application:", "sunrise", "method name:")
_WAVELENGTHS = ("Wavelength", "Measurement wavelength", "Measurement Wavelength", "Emission wavelength")
_USED = frozenset(
    ["Mode", "Name", "Label", "Plate", "Date", "Plate-ID (Stacker)", "Emission Wavelength", *_WAVELENGTHS]
)


@dataclass(frozen=True, slots=True)
class Block:
    """One measurement: rows ``start`` to ``stop`` (not included), its keys, its name, and why it is no endpoint."""

    start: int
    stop: int
    header: Header
    label: str
    begins_with: str
    series: str = ""


def names_a_program(page: Page) -> bool:
    """Whether i-control, SparkControl or XFluor4 put its name at the top, as Magellan does not."""
    return any(page.text(row, 0).casefold().startswith(_PROGRAMS) for row in range(4)) or has_labels_of_icontrol(page)


def has_labels_of_icontrol(page: Page) -> bool:
    """``Label: …`` above ``Mode``, of an i-control sheet whose first lines somebody took away."""
    labels = [row for row, text in enumerate(page.firsts) if text.startswith("Label:")]
    return any("Mode" in page.firsts[row + 1 : row + 4] for row in labels)


def blocks_of(page: Page, starts: Sequence[int], label_key: str, begins_with: str) -> list[Block]:
    """The measurements that begin at the given rows."""
    refuse_more_than(MOST_MEASUREMENTS, len(starts), "measurements")
    found = []
    for start, stop in zip(starts, [*starts[1:], len(page.rows)], strict=True):
        table = next((r for r in range(start, stop) if _TABLE_HEADS.match(page.firsts[r])), stop)
        end = next((r for r in range(table, stop) if not page.rows[r]), stop)
        behind = (r for r in range(end, stop) if not _IN_TABLE.match(page.firsts[r]))
        header = (*header_of(page, range(start, table)), *header_of(page, behind))
        label = value_of(header, label_key)
        found.append(Block(start, stop, header, label, begins_with, _series(page, start, stop)))
    return found


def header_of(page: Page, rows: Iterable[int]) -> Header:
    """Keys and values, without what a person wrote to the right of them."""
    pairs = (pair_from_row(page.rows[row][:_KEY_COLUMNS]) for row in rows if row < len(page.rows))
    return tuple(pair for pair in pairs if pair)


def _series(page: Page, start: int, stop: int) -> str:
    firsts = [text for text in page.firsts[start:stop] if len(text) > 3 and _ANY_SERIES.match(text)]
    return next((what for pattern, what in _SERIES if any(pattern.match(text) for text in firsts)), "")


def reading_from_blocks(
    page: Page, top: Header, blocks: Sequence[Block], source: Source, name: str, remarks: Sequence[str] = ()
) -> Reading:
    """All endpoint blocks as channels of one plate; others are named in a remark, or refused where nothing else is."""
    endpoint = [block for block in blocks if not block.series]
    series = [f"{block.label or 'a measurement'} was read {block.series}" for block in blocks if block.series]
    if not endpoint:
        raise not_an_endpoint(
            f"a Tecan export without an endpoint: {'; '.join(series)}"
            if series
            else "a Tecan export without any measurement",
            place=page.name,
        )
    tables = [(block, title, cells) for block in endpoint for title, cells in _tables(page, block)]
    shape = shape_of((cells for _, _, cells in tables), plate_size(top))
    decimal = decimal_mark(cells for _, _, cells in tables)
    labels = unique_labels(title for _, title, _ in tables)
    channels = tuple(
        _channel(label, block, cells, shape, decimal) for label, (block, _, cells) in zip(labels, tables, strict=True)
    )
    refuse_without_values(channels, name)
    header = (*top, *(pair for block in blocks for pair in block.header))
    skipped = [f"{sentence}; that is not read." for sentence in series]
    grids = [grid for block in endpoint for grid in grids_at_left(page, block.start, block.stop)]
    return Reading(
        source,
        name,
        shape,
        channels,
        header=header,
        unread_header=unread_keys(header, _USED),
        remarks=(
            *date_remarks(value_of(header, "Date")),
            *(remark for grid in grids for remark in grid_remarks(page, grid)),
            *_references(endpoint),
            *_not_told(channels, endpoint),
            *remarks_on_holes(channels, shape, _stated_wells(endpoint)),
            *skipped,
            *remarks,
        ),
    )


def refuse_without_a_beginning(page: Page, key: str) -> NoReturn:
    """Say what a sheet holds on which no measurement of one response for each well begins."""
    series = _series(page, 0, len(page.rows))
    if series:
        raise not_an_endpoint(f"a Tecan export whose measurement was read {series}", place=page.name)
    raise ExportError(f"there is no measurement ({key} …)", expected="at least one", place=page.place(0, 0))


def refuse_tables_outside(page: Page, first: int, key: str) -> None:
    """Raises ExportError where values stand above the first measurement: the line that begins theirs was lost."""
    for row in range(first):
        if page.text(row, 0) == CORNER:
            raise _lost_beginning(page, row, key)


def _lost_beginning(page: Page, row: int, key: str) -> ExportError:
    return ExportError(
        "these values belong to no measurement, or to a second one without a beginning",
        expected=f"a line {key!r} above every matrix or list",
        hint="a line was lost; export the file again",
        place=page.place(row, 0),
    )


def _tables(page: Page, block: Block) -> list[tuple[str, Cells]]:
    heads = [row for row, text in enumerate(page.firsts[block.start : block.stop], block.start) if text == CORNER]
    lists = [row for row in heads if page.text(row, 1).casefold() == "value"]
    if lists:
        if len(heads) > 1:
            raise _lost_beginning(page, heads[1], block.begins_with)
        wells = wells_by_row(page, lists[0] + 1, [0], block.stop)
        refuse_repeated_wells(page, wells, [0])
        return [(block.label, column_cells(page, wells, 1))]
    grids = grids_at_left(page, block.start, block.stop)
    if not grids:
        raise ExportError(
            f"the measurement {block.label or 'without a name'} has no values",
            expected="<> above a matrix or a list",
            hint="the file may be cut off",
            place=page.place(block.start, 0),
        )
    if len(grids) == 1:
        return [(block.label or "Label", cells_of(page, grids[0]))]
    for above, below in pairwise(grids):
        if any(value for _, value in header_of(page, range(above.bottom, below.top))):
            raise _lost_beginning(page, below.top, block.begins_with)
    return [(f"{block.label} {title_above(page, grid.top)}".strip(), cells_of(page, grid)) for grid in grids]


def _channel(label: str, block: Block, cells: Cells, shape: Shape, decimal: str) -> Channel:
    kind = kind_from_text(value_of(block.header, "Mode"))
    nm = wavelength_of_keys_or_none(block.header, kind)
    correction = Correction.REFERENCE if "difference" in label.casefold() else Correction.NONE
    return channel(label, cells, shape, decimal, wavelength_nm=nm, kind=kind, correction=correction)


def _references(blocks: Sequence[Block]) -> list[str]:
    """i-control can be given a reference wavelength and does not print whether it subtracted it."""
    return [
        f"{block.label} names a reference wavelength of {value}; the export does not say whether it was subtracted."
        for block in blocks
        for key, value in block.header
        if key.casefold().startswith("reference wavelength")
    ]


def _not_told(channels: Sequence[Channel], blocks: Sequence[Block]) -> list[str]:
    """What the keys of a measurement usually say and here do not."""
    silent = [block.label or "a measurement" for block in blocks if not value_of(block.header, "Mode")]
    bare = [c.label for c in channels if c.kind is ChannelKind.ABSORBANCE and c.wavelength_nm is None]
    remarks = [f"The export does not say how {label} was measured (Mode)." for label in silent]
    return [*remarks, *(f"The export does not say at which wavelength {label} was measured." for label in bare)]


def _stated_wells(blocks: Sequence[Block]) -> frozenset[Well]:
    """The wells that were read, where every measurement names the same ones."""
    stated = {value_of(block.header, "Part of Plate") for block in blocks}
    return wells_of_ranges(stated.pop()) if len(stated) == 1 else frozenset()


def plate_size(header: Header) -> int | None:
    """``Greiner 96 Flat Bottom``, ``[GRE384fw] - …``: the size of the plate, where its name says one."""
    found = {int(size) for size in _SIZE.findall(value_of(header, "Plate"))}
    return found.pop() if len(found) == 1 else None
