"""Worksheets written as nearly all are, and the texts they share, read by their text at a fraction of the cost.

That is rows of cells with an address, from top to bottom and left to right. Whatever is not exactly of that form (other
elements inside a cell, entities, comments, addresses that are missing or stand twice) is left to
:mod:`elisa_bdnf.inputs.sheet_cells`, which parses the XML and says what is wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from elisa_bdnf.inputs.sheet_cells import COLUMNS, MAX_AREA, MAX_ROWS, MAX_TEXT, NUMBER, NUMBER_PATTERN
from elisa_bdnf.inputs.sheet_values import CellKind, CellValue, date_text
from elisa_bdnf.inputs.sheet_xml import plain_text

_MAIN = r"(?:schemas\.openxmlformats\.org/spreadsheetml/2006|purl\.oclc\.org/ooxml/spreadsheetml)/main"
_ATTRIBUTE = r" [A-Za-z0-9_:.]+=\"[^\"<>&]*\""
_DECLARATION = r"<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"']\w+[\"'])? ?\?>"
_ROOT = re.compile(rf"\ufeff?(?:{_DECLARATION}\s*)?<worksheet(?:{_ATTRIBUTE})*? xmlns=\"http://{_MAIN}\"")
# Nothing below goes back over what it has matched (++, *+), so that no sheet can make it slow.
_OTHERS = rf"(?:(?! r=\"){_ATTRIBUTE})*+"
_NUMBER_OF_ROW = r" r=\"([1-9][0-9]{0,4}+)\""
_ROW = re.compile(rf"<row{_OTHERS}{_NUMBER_OF_ROW}{_OTHERS} ?>")
_EMPTY_CELL = r"<c r=\"\w+\"(?: s=\"[0-9]++\")?+(?: t=\"\w++\")?+(?: ?/>|></c>)"
_WITHOUT_VALUES = rf"(?: ?/>| ?>(?:{_EMPTY_CELL}|\s++)*+</row>)"
# Most rows are written like the one before them, which saves looking at each of their attributes.
_EMPTY_ROWS = re.compile(
    rf"(?:<row({_OTHERS}){_NUMBER_OF_ROW}({_OTHERS}){_WITHOUT_VALUES}"
    rf"(?:<row\1{_NUMBER_OF_ROW}\3{_WITHOUT_VALUES})*+|\s++)++"
)
_CELLS = re.compile(
    r"<c r=\"([A-Z]{1,3}+)([1-9][0-9]{0,4}+)\"(?: s=\"([0-9]++)\")?+(?: t=\"([A-Za-z]++)\")?+>"
    rf"(?:<f(?:{_ATTRIBUTE})*+(?:/>|>[^<&]*+</f>))?+"
    rf"(?:<v>(?:({NUMBER_PATTERN})</v>|([^<&\r]*+)</v>)|<is><t(?: xml:space=\"preserve\")?+>([^<&\r]*+)</t></is>)</c>"
    rf"|(?:{_EMPTY_CELL}|\s++)++|(.+)",
    re.DOTALL,
)
_ROW_END = "</row>"
_STRINGS_ROOT = re.compile(
    rf"\ufeff?(?:{_DECLARATION}\s*)?<sst(?:{_ATTRIBUTE})*? xmlns=\"http://{_MAIN}\"(?:{_ATTRIBUTE})*+>"
)
_STRINGS_END = "</sst>"
_STRINGS = re.compile(r"(<si><t)(?: xml:space=\"preserve\")?+(?:/>|>([^<]*+)</t>)</si>|\s++|(.+)", re.DOTALL)
_NOT_PLAIN = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]|\\]\\]>|&(?!(?:amp|lt|gt|quot|apos);)")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}  # the ampersand is the last


class _OtherForm(Exception):
    """The sheet has to be parsed as XML."""


@dataclass(frozen=True)
class Frame:
    """What the cells of every sheet of a workbook refer to."""

    strings: list[str]
    dates: frozenset[str]
    since_1904: bool

    @cached_property
    def shared(self) -> dict[str, str]:
        """The texts by their number as cells write it; empty for blanks alone, without those that are too long."""
        return {str(n): text if text.strip() else "" for n, text in enumerate(self.strings) if len(text) <= MAX_TEXT}


@dataclass(slots=True)
class PlainCells:
    """Rows of values, kinds of the odd ones by zero-based row and column, and how many cells hold something."""

    rows: list[tuple[CellValue, ...]] = field(default_factory=list)
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
    if not start:
        before, end, after = text.partition("<sheetData/>")
    if not (end and _ROOT.match(before)) or "<!" in text or "<sheetData" in after or "\0" in text:
        raise _OtherForm
    if not after.rstrip().endswith("</worksheet>"):
        raise _OtherForm
    return data


def _cells(data: str, frame: Frame, budget: int) -> PlainCells:
    """Rows from top to bottom; formatted but empty ones, which can be most of a sheet, are passed over at once."""
    found, position, area = PlainCells(), _behind_empty_rows(data, 0), 0
    while row := _ROW.match(data, position):
        end = data.find(_ROW_END, row.end())
        index = int(row[1]) - 1
        if end < 0 or not len(found.rows) <= index < MAX_ROWS:
            raise _OtherForm
        cells = _cells_of_row(found, _CELLS.findall(data, row.end(), end), row[1], frame)
        if cells:
            found.rows += [()] * (index - len(found.rows))
            found.rows.append(tuple(cells))
        area += len(cells)
        if found.seen > budget or area > MAX_AREA:
            raise _OtherForm
        position = _behind_empty_rows(data, end + len(_ROW_END))
    if position < len(data):
        raise _OtherForm
    return found


def _behind_empty_rows(data: str, position: int) -> int:
    empty = _EMPTY_ROWS.match(data, position)
    return empty.end() if empty else position


def _cells_of_row(found: PlainCells, cells: Sequence[tuple[str, ...]], number: str, frame: Frame) -> list[CellValue]:
    """Values of a row from left to right, as far as the last one; ``cells`` are the groups of :data:`_CELLS`."""
    values: list[CellValue] = []
    width, shared, dates = 0, frame.shared, frame.dates
    value: CellValue
    for letters, row, style, kind, digits, raw, inline, other in cells:
        if not letters and not other:  # blanks and empty cells
            continue
        column = COLUMNS.get(letters, -1)
        if row != number or column < width:
            raise _OtherForm
        if kind == "s" and digits in shared:
            value = shared[digits]
        elif digits and kind in ("", "n") and style not in dates:
            value = float(digits)
        else:
            value = _odd_value(found, (int(row) - 1, column), (style, kind, digits or raw, inline), frame)
        if value != "":
            if column > width:
                values += [None] * (column - width)
            values.append(value)
            width = column + 1
    found.seen += len(cells)
    if math.inf in values or -math.inf in values:
        raise _OtherForm
    return values


def _odd_value(found: PlainCells, at: tuple[int, int], cell: tuple[str, str, str, str], frame: Frame) -> str:
    """Text of a cell that is no bare number and no shared text, empty for blanks alone."""
    style, kind, raw, inline = cell
    if kind in ("", "n"):
        text, odd = _date(raw, style, frame), CellKind.DATE
    elif kind == "b" and raw in ("0", "1"):
        text, odd = "TRUE" if raw == "1" else "FALSE", CellKind.BOOLEAN
    elif kind == "e" and raw.strip():
        text, odd = _text(raw), CellKind.ERROR
    elif (kind == "str" and raw) or (kind == "inlineStr" and not raw):
        return _text(inline if kind == "inlineStr" else raw)
    else:
        raise _OtherForm
    found.odd[at] = odd
    return text


def _date(raw: str, style: str, frame: Frame) -> str:
    if style not in frame.dates or not NUMBER.match(raw) or not math.isfinite(float(raw)):
        raise _OtherForm
    return date_text(float(raw), since_1904=frame.since_1904)


def _text(raw: str) -> str:
    text = plain_text(raw)
    if not text.isprintable() or len(text) > MAX_TEXT:  # other characters may be none that XML allows
        raise _OtherForm
    return text if text.strip() else ""


def plain_strings_or_none(xml: bytes) -> list[str] | None:
    """The texts of ``sharedStrings.xml``; None where one has parts of different format, or the XML is unusual."""
    try:
        text = xml.decode("utf-8").rstrip()
    except UnicodeDecodeError:
        return None
    root = _STRINGS_ROOT.match(text)
    if root is None or not text.endswith(_STRINGS_END) or _NOT_PLAIN.search(text, root.end()):
        return None
    found = _STRINGS.findall(text, root.end(), len(text) - len(_STRINGS_END))
    if any(other for _, _, other in found):
        return None
    return [plain_text(_without_entities(raw)) for start, raw, _ in found if start]


def _without_entities(raw: str) -> str:
    if "&" in raw:
        for entity, character in _ENTITIES.items():
            raw = raw.replace(entity, character)
    return raw
