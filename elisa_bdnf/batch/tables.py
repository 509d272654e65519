"""The tables of all plates as one: the lines of each plate's own tables, in the order of the exports, unchanged.

They are read back from the result folders and passed on in pieces, so that memory does not grow with the batch. Two
columns say where a line comes from: ``export_file`` and ``result_folder``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.errors import OutputError
from elisa_bdnf.reports.inert import csv_text
from elisa_bdnf.reports.records import FINDING_COLUMNS, SAMPLE_COLUMNS

ORIGIN = ("export_file", "result_folder")
# What each merged table begins with, whether or not there is a plate; further columns come in the order of the plates.
HEADINGS: Mapping[str, Sequence[str]] = {
    "wells.csv": ("well", "role", "name"),
    "samples.csv": SAMPLE_COLUMNS,
    "standards.csv": ("standard",),
    "controls.csv": ("control",),
    "findings.csv": FINDING_COLUMNS,
}
_CELL = re.compile(r'("(?:[^"]|"")*"|[^,\n]*)(,|\n)')


@dataclass(frozen=True, slots=True)
class _Source:
    """The table of one plate: its columns, and where it comes from as cells."""

    columns: Sequence[str]
    origin: str
    text: Callable[[], str]


def merged_tables(out: Path, entries: Sequence[Entry]) -> dict[str, Iterator[bytes]]:
    """File name → the table in pieces."""
    return {name: _merged(name, out, entries) for name in HEADINGS}


def _sources(name: str, out: Path, entries: Sequence[Entry]) -> Iterator[_Source]:
    for entry in entries:
        for folder, tables in entry.columns.items():
            origin = f"{csv_text(entry.row.file)},{csv_text(folder)}\n"
            if name == "controls.csv":
                if controls := entry.controls[folder]:
                    yield _Source(_cells_of_first_line(controls), origin, lambda controls=controls: controls)  # type: ignore[misc]
            elif name in tables:
                path = out / folder / name
                yield _Source(tables[name], origin, lambda path=path: _text(path))  # type: ignore[misc]


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise OutputError(
            f"a table of the results cannot be read back: {error.strerror}", hint="run again", file=str(path)
        ) from error


def _cells_of_first_line(text: str) -> list[str]:
    return [cell[1:-1].replace('""', '"') for cell in next(_lines(text))]


def _merged(name: str, out: Path, entries: Sequence[Entry]) -> Iterator[bytes]:
    """The sources are gone through twice, for the columns and for the lines, rather than kept."""
    all_columns = {tuple(source.columns): None for source in _sources(name, out, entries)}
    columns = list(dict.fromkeys([*HEADINGS[name], *(column for own in all_columns for column in own)]))
    shown = [f"sheet_{column}" if column in ORIGIN else column for column in columns]
    yield (",".join(csv_text(column) for column in [*shown, *ORIGIN]) + "\n").encode()
    for source in _sources(name, out, entries):
        yield _body(source, columns).encode()


def _body(source: _Source, columns: Sequence[str]) -> str:
    text = source.text()
    own = list(source.columns)
    lines = text.split("\n")[1:-1]
    if own == list(columns) and not any(line.count('"') % 2 for line in lines):
        # no line end inside a cell: lines can be passed on as they are
        return "".join([f"{line},{source.origin}" for line in lines])
    place = {column: index for index, column in enumerate(own)}
    order = [place.get(column) for column in columns]
    rows = _lines(text)
    next(rows)
    return "".join(
        ",".join("" if index is None else cells[index] for index in order) + f",{source.origin}" for cells in rows
    )


def _lines(text: str) -> Iterator[list[str]]:
    """The cells of each line as they are written, quotes included."""
    cells: list[str] = []
    for match in _CELL.finditer(text):
        cells.append(match[1])
        if match[2] == "\n":
            yield cells
            cells = []
