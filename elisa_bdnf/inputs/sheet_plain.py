"""Worksheets written as nearly all are: rows of cells with an address, read by their text at a third of the cost.

Whatever is not exactly of that form (other elements inside a cell, entities, comments, addresses that are missing or
stand twice) is left to :mod:`elisa_bdnf.inputs.sheet_cells`, which parses the XML and says what is wrong.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from elisa_bdnf.inputs.sheet_cells import COLUMNS, MAX_ROWS, MAX_TEXT, NUMBER
from elisa_bdnf.inputs.sheet_values import CellKind, CellValue, date_text
from elisa_bdnf.inputs.sheet_xml import plain_text

_MAIN = r"(?:schemas\.openxmlformats\.org/spreadsheetml/2006|purl\.oclc\.org/ooxml/spreadsheetml)/main"
_ATTRIBUTE = r" [\w:.]+=\"[^\"<>&]*\""
_DECLARATION = r"<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"']\w+[\"'])? ?\?>"
_ROOT = re.compile(rf"\ufeff?(?:{_DECLARATION}\s*)?<worksheet(?:{_ATTRIBUTE})*? xmlns=\"http://{_MAIN}\"")
_ROW = re.compile(rf"\s*<row(?:{_ATTRIBUTE})*? r=\"([1-9][0-9]{{0,4}})\"(?:{_ATTRIBUTE})* ?(/?)>")
_FORMAT = r"(?: s=\"([0-9]+)\"| t=\"(\w+)\")*"
_EMPTY = re.compile(r"(?:\s*<c r=\"\w+\"(?: [st]=\"\w+\")*(?: ?/>|></c>))+")
_CELL = re.compile(
    rf"\s*<c r=\"([A-Z]{{1,3}})([1-9][0-9]{{0,4}})\"{_FORMAT}>(?:<f>[^<&]*</f>)?"
    r"(?:<v>([^<&\r]*)</v>|<is><t(?: xml:space=\"preserve\")?>([^<&\r]*)</t></is>)</c>"
)
_ROW_END = re.compile(r"\s*</row>")
_END = re.compile(r"\s*\Z")


class _OtherForm(Exception):
    """The sheet has to be parsed as XML."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the cells of every sheet of a workbook refer to."""

    strings: list[str]
    dates: frozenset[str]
    since_1904: bool


@dataclass(slots=True)
class PlainCells:
    """Values by zero-based row and column, kinds of the odd ones, and how many cells hold something."""

    cells: dict[tuple[int, int], CellValue] = field(default_factory=dict)
    odd: dict[tuple[int, int], CellKind] = field(default_factory=dict)
    seen: int = 0


def plain_cells_or_none(xml: bytes, frame: Frame, budget: int) -> PlainCells | None:
    """The cells of a sheet; None where it is of another form or beyond a limit."""
    try:
        return _cells(_sheet_data(xml.decode("utf-8")), frame, budget)
    except (UnicodeDecodeError, _OtherForm):
        return None


def _sheet_data(text: str) -> str:
    """What stands between the only ``<sheetData>`` and its end, in a document without comments, CDATA and DOCTYPE."""
    before, start, rest = text.partition("<sheetData>")
    data, end, after = rest.partition("</sheetData>")
    if not (start and end and _ROOT.match(before)) or "<!" in text or "<sheetData" in after or "\0" in text:
        raise _OtherForm
    if not after.rstrip().endswith("</worksheet>"):
        raise _OtherForm
    return data


def _cells(data: str, frame: Frame, budget: int) -> PlainCells:
    found, position = PlainCells(), 0
    while row := _ROW.match(data, position):
        position = row.end()
        if not row[2]:
            position = _cells_of_row(found, data, position, row[1], frame)
        if found.seen > budget or int(row[1]) > MAX_ROWS:
            raise _OtherForm
    if not _END.match(data, position):
        raise _OtherForm
    return found


def _cells_of_row(found: PlainCells, data: str, position: int, number: str, frame: Frame) -> int:
    """Keep the cells of a row that begin at a position; gives the position behind the end of the row."""
    row = int(number) - 1
    position = _behind_empty(data, position)
    while cell := _CELL.match(data, position):
        position = _behind_empty(data, cell.end())
        found.seen += 1
        column = COLUMNS.get(cell[1])
        if cell[2] != number or column is None:
            raise _OtherForm
        _keep(found, (row, column), cell, frame)
    end = _ROW_END.match(data, position)
    if end is None:
        raise _OtherForm
    return end.end()


def _behind_empty(data: str, position: int) -> int:
    """Formatted but empty cells, which can be most of a sheet, are passed over at once."""
    empty = _EMPTY.match(data, position)
    return empty.end() if empty else position


def _keep(found: PlainCells, at: tuple[int, int], cell: re.Match[str], frame: Frame) -> None:
    _, _, style, kind, raw, inline = cell.groups()
    if at in found.cells:
        raise _OtherForm
    if kind is None or kind == "n":
        _keep_number(found, at, raw, style, frame)
    elif text := _text(kind, raw, inline, frame):
        found.cells[at] = text
        if kind == "b":
            found.odd[at] = CellKind.BOOLEAN
        elif kind == "e":
            found.odd[at] = CellKind.ERROR


def _keep_number(found: PlainCells, at: tuple[int, int], raw: str | None, style: str | None, frame: Frame) -> None:
    value = float(raw) if raw and NUMBER.match(raw) else math.inf
    if not math.isfinite(value):
        raise _OtherForm
    if style in frame.dates:
        found.cells[at], found.odd[at] = date_text(value, since_1904=frame.since_1904), CellKind.DATE
    else:
        found.cells[at] = value


def _text(kind: str, raw: str | None, inline: str | None, frame: Frame) -> str:
    """Text of a cell, empty for blanks alone; one that is not shared is checked for odd characters."""
    if kind == "s" and raw and raw.isascii() and raw.isdigit() and len(raw) < 10 and int(raw) < len(frame.strings):
        text = frame.strings[int(raw)]
    elif kind == "b" and raw in ("0", "1"):
        text = "TRUE" if raw == "1" else "FALSE"
    elif (kind == "inlineStr" and inline is not None and raw is None) or (kind in ("str", "e") and raw):
        text = plain_text(inline if inline is not None else raw or "")
        if not text.isprintable() or (kind == "e" and text != text.strip()):
            raise _OtherForm
    else:
        raise _OtherForm
    if len(text) > MAX_TEXT:
        raise _OtherForm
    return text if text.strip() else ""
