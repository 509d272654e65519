"""The XML parts of a workbook, each read in one pass that stops at its first transgression.

Only what holds values is looked at. Both namespaces (Excel's usual one and that of ``Strict Open XML``) count, every
other namespace is passed over, and what a part declares about its own size is not believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol
from xml.parsers import expat

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.sheet_values import is_date_format

MAX_NESTING = 64
MAX_ELEMENTS = 1_000_000  # 200,000 cells with formulas and rich text have fewer
_MAX_FORMATS = 65_536

_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
)
_RELATION_ID = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
_ELEMENTS = ["c", "f", "is", "numFmt", "cellXfs", "rPh", "row", "sheet", "si", "t", "v", "workbookPr", "xf"]
_LOCAL_NAMES = {f"{space}{name}": name for space in _MAIN for name in _ELEMENTS} | {
    "http://schemas.openxmlformats.org/package/2006/relationships Relationship": "Relationship"
}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Part(Protocol):
    """What is done with the elements of a part; names come without namespace, foreign ones are not passed on."""

    def start(self, name: str, attributes: dict[str, str], /) -> None: ...

    def end(self, name: str, /) -> None: ...

    def text(self, data: str, /) -> None: ...


def read_part(chunks: Iterable[bytes], part: Part, what: str) -> None:
    """Feed a part to its handlers; raises ExportError for XML that is broken, too deep or declares a DOCTYPE."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = count = 0
    part_start, part_end = part.start, part.end

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > MAX_NESTING or count > MAX_ELEMENTS:
            limit = f"nested more than {MAX_NESTING} deep" if depth > MAX_NESTING else f"of {count:,} elements or more"
            raise ExportError(f"{what} is {limit}", expected="an ordinary workbook")
        if local := _LOCAL_NAMES.get(name):
            part_start(local, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if local := _LOCAL_NAMES.get(name):
            part_end(local)

    def refuse(*_: object) -> None:
        raise ExportError(f"{what} declares a DOCTYPE or entities; refused", expected="an ordinary workbook")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = part.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise ExportError(f"{what} is not well-formed XML ({error})", hint="save the workbook again") from None


class Relations:
    """Targets of a ``.rels`` part: id → (kind of relation, target); what lies outside the file is left out."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class SheetList:
    """``workbook.xml``: names and relation ids of the sheets in order, and the date system."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.hidden: set[str] = set()
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            identity = next((attributes[key] for key in _RELATION_ID if key in attributes), "")
            self.sheets.append((attributes.get("name", ""), identity))
            if attributes.get("state", "visible") != "visible":
                self.hidden.add(attributes.get("name", ""))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true", "on")

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class Styles:
    """``styles.xml``: which cell formats show a number as a date or a time."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._formats: list[str] = []
        self._in_cell_formats = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cell_formats = True
        elif name == "xf" and self._in_cell_formats and len(self._formats) < _MAX_FORMATS:
            self._formats.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cell_formats = False

    def text(self, data: str) -> None: ...

    def dates(self) -> frozenset[str]:
        """Indexes of the formats that show dates, as cells write them."""
        by_number = {number: self._is_date(number) for number in set(self._formats)}
        return frozenset(str(index) for index, number in enumerate(self._formats) if by_number[number])

    def _is_date(self, number: str) -> bool:
        plain = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        return is_date_format(plain, self._codes.get(number))


class SharedStrings:
    """``sharedStrings.xml``: the texts that cells refer to by number; phonetic readings are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._reading = False
        self._phonetic = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._reading = not self._phonetic

    def end(self, name: str) -> None:
        if name == "t":
            self._reading = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.texts.append(plain_text("".join(self._pieces)))

    def text(self, data: str) -> None:
        if self._reading:
            self._pieces.append(data)


def plain_text(raw: str) -> str:
    """Undo ``_x000D_`` escapes; what Excel writes for characters that XML cannot hold."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw) if "_x" in raw else raw
