"""Excel workbooks: ``.xlsx`` read in one pass under limits, old ``.xls`` through calamine.

No ordinary library reads an untrusted ``.xlsx`` safely and alike (some kill the process, some drop cells without a
word), so the parts that hold values are read here: see :mod:`elisa_bdnf.inputs.sheet_xml`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from elisa_bdnf.errors import ElisaError, ExportError
from elisa_bdnf.inputs.archive import MAX_FILE_BYTES, Archive
from elisa_bdnf.inputs.cell_names import cell_name
from elisa_bdnf.inputs.sheet_cells import MAX_AREA, MAX_CELLS, CellReader
from elisa_bdnf.inputs.sheet_padding import MOST_BYTES, without_padding
from elisa_bdnf.inputs.sheet_plain import Frame, plain_cells_or_none, plain_strings_or_none
from elisa_bdnf.inputs.sheet_values import CellKind, CellValue, text_from_value
from elisa_bdnf.inputs.sheet_xml import (
    Part,
    Relations,
    SharedStrings,
    SheetList,
    Styles,
    read_part,
)

OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
PartT = TypeVar("PartT", bound=Part)
_Cells = tuple[list[tuple[CellValue, ...]], dict[tuple[int, int], CellKind], int]  # rows, odd ones, how many

__all__ = ["CellKind", "CellValue", "Sheet", "read_sheets", "text_from_value"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet. ``rows`` reach to the last value of each row; what is not there is None.

    Numbers are floats and texts are texts; a date, a truth value, an error or a formula without a stored result is the
    text that a person would see, and :meth:`kind` tells what it was: such a cell is never a reading.
    """

    name: str
    rows: tuple[tuple[CellValue, ...], ...]
    odd: Mapping[tuple[int, int], CellKind]
    hidden: bool = False

    def kind(self, row: int, column: int) -> CellKind:
        """What the cell at zero-based row and column was; EMPTY beyond the last value."""
        if (row, column) in self.odd:
            return self.odd[row, column]
        if row >= len(self.rows) or column >= len(self.rows[row]) or self.rows[row][column] is None:
            return CellKind.EMPTY
        return CellKind.TEXT if isinstance(self.rows[row][column], str) else CellKind.NUMBER

    def place(self, row: int, column: int) -> str:
        """``Sheet1!D7``."""
        return f"{self.name}!{cell_name(row, column)}"

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The rows as texts."""
        return tuple([tuple([v if isinstance(v, str) else text_from_value(v) for v in row]) for row in self.rows])


def read_sheets(data: bytes, name: str) -> tuple[Sheet, ...]:
    """Every worksheet with a value in it, in the order of the workbook.

    Raises ExportError, with ``name`` as the file, for what is no workbook, cannot be trusted or exceeds a limit.
    """
    try:
        if len(data) > MAX_FILE_BYTES:
            raise ExportError(f"the file has {len(data):,} bytes", expected=f"at most {MAX_FILE_BYTES:,}")
        if data.startswith(OLE_SIGNATURE):
            return _old_sheets(data)
        if not data.startswith(b"PK"):
            raise ExportError(f"this is no workbook: it looks like {likeness(data)}", expected="an .xlsx or .xls file")
        return _sheets(Archive(data))
    except ElisaError as error:
        raise error.in_file(name) from None


def likeness(data: bytes) -> str:
    """What bytes that are no workbook look like, in words for an error message."""
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "an empty file"
    if head.startswith((b"<!doctype html", b"<html", b"<table")):
        return "a web page (HTML) named like a workbook; open it in Excel and save it as .xlsx"
    if head.startswith((b"<?xml", b"<workbook")):
        return "XML; open it in Excel and save it as .xlsx"
    signatures = {
        b"\x1f\x8b": "a gzip archive",
        b"%PDF": "a PDF",
        b"7z\xbc\xaf": "a 7z archive",
        b"Rar!": "a rar archive",
    }
    for signature, what in signatures.items():
        if data.startswith(signature):
            return what
    if b"\0" in data[:512] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary data"
    return "plain text; give it the ending .csv or .txt"


def _old_sheets(data: bytes) -> tuple[Sheet, ...]:
    from elisa_bdnf.inputs.old_workbook import cells_by_sheet  # noqa: PLC0415 - calamine is only for true .xls files

    return tuple(Sheet(name, tuple(_rows(name, cells)), odd) for name, cells, odd in cells_by_sheet(data) if cells)


def _sheets(archive: Archive) -> tuple[Sheet, ...]:
    book, strings, dates, sheet_parts = _frame(archive)
    budget, found = MAX_CELLS, []
    frame = Frame(strings, dates, book.since_1904)
    for name, part in sheet_parts:
        rows, odd, seen = _read_cells(name, archive.chunks(part), frame, budget)
        budget -= seen
        if rows:
            found.append(Sheet(name, tuple(rows), odd, hidden=name in book.hidden))
    return tuple(found)


def _read_cells(name: str, chunks: Iterator[bytes], frame: Frame, budget: int) -> _Cells:
    """By the text of a sheet that is not large and of the usual form, else by its XML."""
    pieces, rest = _begun(chunks)
    if not rest and (plain := plain_cells_or_none(b"".join(pieces), frame, budget)):
        return plain.rows, plain.odd, plain.seen
    reader = CellReader(name, frame.strings, frame.dates, since_1904=frame.since_1904, budget=budget)
    read_part(without_padding(chain(pieces, rest)), reader, f"sheet {name!r}")
    return _rows(name, reader.cells), reader.odd, reader.seen


def _frame(archive: Archive) -> tuple[SheetList, list[str], frozenset[str], list[tuple[str, str]]]:
    """Everything around the sheets: date system, texts, date formats, and the part of each worksheet."""
    book_part = _book_part(archive)
    book = _read(archive, book_part, SheetList())
    relations = _read(archive, _relations_of(book_part), Relations())
    folder = posixpath.dirname(book_part)
    parts = {key: (kind, _joined(folder, target)) for key, (kind, target) in relations.targets.items()}
    strings: list[str] = []
    styles = Styles()
    for kind, part in parts.values():
        if kind == "sharedStrings" and not strings:
            strings = _strings(archive, part)
        elif kind == "styles":
            _read(archive, part, styles)
    sheets = [(name, parts[key][1]) for name, key in book.sheets if parts.get(key, ("", ""))[0] == "worksheet"]
    if not sheets:
        raise ExportError("the workbook has no worksheet")
    return book, strings, styles.dates(), sheets


def _strings(archive: Archive, name: str) -> list[str]:
    pieces, rest = _begun(archive.chunks(name))
    plain = None if rest else plain_strings_or_none(b"".join(pieces))
    if plain is not None:
        return plain
    read_part(chain(pieces, rest), shared := SharedStrings(), f"the part {name!r}")
    return shared.texts


def _begun(chunks: Iterator[bytes]) -> tuple[list[bytes], Iterator[bytes] | tuple[()]]:
    """A part that is not large in one go, or its beginning and the rest of it."""
    pieces: list[bytes] = []
    size = 0
    for piece in chunks:
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            return pieces, chunks
    return pieces, ()


def _read(archive: Archive, name: str, part: PartT) -> PartT:
    read_part(archive.chunks(name), part, f"the part {name!r}")
    return part


def _book_part(archive: Archive) -> str:
    if "_rels/.rels" not in archive:
        raise ExportError(f"this is no workbook: it looks like {_archive_likeness(archive)}", expected="an .xlsx file")
    relations = _read(archive, "_rels/.rels", Relations())
    for kind, target in relations.targets.values():
        if kind == "officeDocument":
            part = _joined("", target)
            break
    else:
        raise ExportError("the archive names no workbook in it", expected="an .xlsx file")
    if part.endswith(".bin"):
        raise ExportError("this is a binary workbook (.xlsb)", hint="open it in Excel and save it as .xlsx")
    if not part.startswith("xl/"):
        kind = {"word": "a Word document", "ppt": "a presentation"}.get(part.partition("/")[0], "another document")
        raise ExportError(f"this is no workbook: it looks like {kind}", expected="an .xlsx file")
    return part


def _archive_likeness(archive: Archive) -> str:
    if "mimetype" in archive and b"opendocument" in archive.read("mimetype")[:200]:
        return "an OpenDocument file (.ods); open it and save it as .xlsx"
    if "index/document.iwa" in archive:
        return "an Apple Numbers document; export it as .xlsx"
    return "a zip archive; unpack it and give its files one by one"


def _relations_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def _joined(folder: str, target: str) -> str:
    """The part that a relation points to: absolute (``/xl/…``) or relative to the folder of its owner."""
    path = target.replace("\\", "/")
    whole = path if path.startswith("/") else f"/{folder}/{path}"
    return posixpath.normpath(whole).lstrip("/")


def _rows(name: str, cells: Mapping[tuple[int, int], CellValue]) -> list[tuple[CellValue, ...]]:
    """Cells as rows, each as far as its last value."""
    widths: dict[int, int] = {}
    for row, column in cells:
        widths[row] = max(widths.get(row, 0), column + 1)
    if sum(widths.values()) > MAX_AREA:
        raise ExportError(f"sheet {name!r} spreads over more than {MAX_AREA:,} cells", expected="an export or a layout")
    rows: list[list[CellValue]] = [[None] * widths.get(row, 0) for row in range(max(widths, default=-1) + 1)]
    for (row, column), value in cells.items():
        rows[row][column] = value
    return [tuple(row) for row in rows]
