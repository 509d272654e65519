"""Workbooks: the same cells as another library reads, and a refusal with a reason for everything hostile."""

from __future__ import annotations

import datetime
import hashlib
import io
import struct
import time
import zipfile
from itertools import islice

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ElisaError, ExportError
from elisa_bdnf.inputs.cell_names import cell_name
from elisa_bdnf.inputs.sheet_values import is_date_format, text_from_value
from elisa_bdnf.inputs.workbook import CellKind, read_sheets
from shared import EXPORTS, needs_corpus

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATION = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def sheet_part(data: str, main: str = MAIN, head: str = "") -> str:
    return f'{head}<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'


def parts_of(sheet: str | bytes, main: str = MAIN, relation: str = RELATION) -> dict[str, str | bytes]:
    book = f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets><sheet name="Plate" r:id="r1"/></sheets></workbook>'
    strings = (
        f'<sst xmlns="{main}"><si><t>P01</t></si><si><r><t>B</t></r><rPh><t>!</t></rPh><r><t>DNF</t></r></si></sst>'
    )
    styles = (
        f'<styleSheet xmlns="{main}"><numFmts><numFmt numFmtId="170" formatCode="[h]:mm:ss"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    links = "".join(
        f'<Relationship Id="{key}" Type="{relation}/{kind}" Target="{target}"/>'
        for key, kind, target in [
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "sharedStrings", "/xl/sharedStrings.xml"),
            ("r3", "styles", "styles.xml"),
        ]
    )
    top = f'<Relationship Id="r1" Type="{relation}/officeDocument" Target="xl/workbook.xml"/>'
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">{top}</Relationships>',
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/sharedStrings.xml": strings,
        "xl/styles.xml": styles,
        "xl/worksheets/sheet1.xml": sheet,
    }


def zipped(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def workbook(rows: str, **namespaces: str) -> bytes:
    return zipped(parts_of(sheet_part(rows, namespaces.get("main", MAIN)), **namespaces))


PLAIN = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><v>0.12</v></c></row><row r="3"><c r="B3"><v>7</v></c></row>'
PLAIN_ROWS = (("P01", None, 0.12), (), (None, 7.0))


@pytest.mark.parametrize(
    ("data"),
    [
        pytest.param(workbook(PLAIN), id="plain"),
        pytest.param(workbook(PLAIN, main=STRICT_MAIN, relation=STRICT_RELATION), id="strict"),
        pytest.param(zipped(parts_of(sheet_part(PLAIN)), zipfile.ZIP_STORED), id="stored"),
        pytest.param(
            zipped(parts_of(sheet_part(PLAIN, head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"))),
            id="utf-16",
        ),
        pytest.param(
            workbook('<row><c t="s"><v>0</v></c><c/><c><v>0.12</v></c></row><row/><row><c/><c><v>7</v></c></row>'),
            id="no-addresses",
        ),
        pytest.param(
            zipped(parts_of(sheet_part(PLAIN).replace("<sheetData>", '<dimension ref="A1:A1"/><sheetData>'))),
            id="dimension-lies",
        ),
        pytest.param(
            zipped(
                {name.upper() if "sheet1" in name else name: part for name, part in parts_of(sheet_part(PLAIN)).items()}
            ),
            id="part-in-capitals",
        ),
        pytest.param(
            zipped(parts_of(sheet_part(PLAIN)) | {"xl/media/huge.bin": b"\0" * 80_000_000}), id="bomb-in-an-unused-part"
        ),
        pytest.param(
            workbook(PLAIN.replace('<row r="3">', '<row r="2"><c r="XFD2" s="1"/></row><row r="3">')),
            id="far-empty-cell",
        ),
    ],
)
def test_same_rows(data: bytes) -> None:
    (sheet,) = read_sheets(data, "plate.xlsx")
    assert (sheet.name, sheet.rows) == ("Plate", PLAIN_ROWS)


@pytest.mark.parametrize(
    ("cell", "value", "kind"),
    [
        ('<c r="A1"><v>1E-3</v></c>', 0.001, CellKind.NUMBER),
        ('<c r="A1" t="s"><v>1</v></c>', "BDNF", CellKind.TEXT),
        (
            '<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>',
            "a b",
            CellKind.TEXT,
        ),
        ('<c r="A1" t="str"><f>A2</f><v>x_x000D_y</v></c>', "x\ry", CellKind.TEXT),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', 2.0, CellKind.NUMBER),
        ('<c r="A1"><f>B1/2</f></c>', "=B1/2", CellKind.FORMULA),
        ('<c r="A1"><f>B1/2</f><v/></c>', "=B1/2", CellKind.FORMULA),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE", CellKind.BOOLEAN),
        ('<c r="A1" t="b"><v>0</v></c>', "FALSE", CellKind.BOOLEAN),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', "#DIV/0!", CellKind.ERROR),
        ('<c r="A1" s="1"><v>43556</v></c>', "2019-04-01", CellKind.DATE),
        ('<c r="A1" s="1"><v>43556.75</v></c>', "2019-04-01 18:00:00", CellKind.DATE),
        ('<c r="A1" s="2"><v>0.39865</v></c>', "09:34:03", CellKind.DATE),
        ('<c r="A1" s="1"><v>-0.5</v></c>', "##### (-0.5 as a date)", CellKind.DATE),
        ('<c r="A1" t="d"><v>2019-04-01</v></c>', "2019-04-01", CellKind.DATE),
    ],
)
def test_kinds(cell: str, value: object, kind: CellKind) -> None:
    (sheet,) = read_sheets(workbook(f'<row r="1">{cell}</row>'), "plate.xlsx")
    assert (sheet.rows[0][0], sheet.kind(0, 0), sheet.place(0, 0)) == (value, kind, "Plate!A1")


def far(address: str, row: str) -> bytes:
    return workbook(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{address}"><v>1</v></c></row>')


def flagged(data: bytes, bit: int) -> bytes:
    """The archive with a flag set in the first entry of its directory."""
    at = data.index(b"PK\x01\x02") + 8
    return data[:at] + struct.pack("<H", bit) + data[at + 2 :]


def overlapping() -> bytes:
    data = bytearray(workbook(PLAIN))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def twice(first: str, second: str) -> bytes:
    parts = parts_of(sheet_part(PLAIN))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("sheet1", first) if "sheet1" in name else name, part)
        archive.writestr(f"xl/worksheets/{second}.xml", sheet_part(PLAIN.replace("0.12", "9.12")))
    return buffer.getvalue()


def hardly_packed() -> str:
    """66 MB that pack to about a twentieth, which is no unusual ratio."""
    return "".join(hashlib.sha256(str(n).encode()).hexdigest() * 20 for n in range(51_600))


HOSTILE = {
    "far-corner": (far("XFD1048576", "1048576"), "Plate!XFD1048576"),
    "row-99999999": (far("A99999999", "99999999"), "Plate!A99999999"),
    "row-2e18": (far("A2000000000000000000", "2000000000000000000"), "row number"),
    "column-ZZZZ": (far("ZZZZ900", "900"), "Plate!ZZZZ900"),
    "column-XFD": (far("XFD900", "900"), "Plate!XFD900"),
    "address-of-another-row": (far("A7", "9"), "an address of that row"),
    "row-minus": (far("A1", "-1"), "row number"),
    "many-cells": (
        workbook("".join(f'<row r="{n}">{"<c/>" * 300}</row>' for n in range(1, 900))),
        "200 times its size",
    ),
    "wide-area": (
        workbook("".join(f'<row r="{n}"><c r="ALL{n}"><v>1</v></c></row>' for n in range(1, 3000))),
        "2,000,000 cells",
    ),
    "same-cell": (workbook('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'), "stands twice"),
    "doctype": (
        zipped(parts_of(sheet_part(PLAIN, head='<!DOCTYPE worksheet [<!ENTITY a "b">]>'))),
        "declares a DOCTYPE",
    ),
    "external-entity": (
        zipped(parts_of(sheet_part(PLAIN, head='<!DOCTYPE worksheet SYSTEM "http://example.invalid/x.dtd">'))),
        "declares a DOCTYPE",
    ),
    "nesting": (zipped(parts_of("<a>" * 2000 + "</a>" * 2000)), "nested more than 64"),
    "not-xml": (zipped(parts_of("Well,OD\nA1,0.1")), "not well-formed XML"),
    "unknown-encoding": (zipped(parts_of('<?xml version="1.0" encoding="klingon"?><a/>')), "not well-formed XML"),
    "cut-xml": (zipped(parts_of(sheet_part(PLAIN)[:-30])), "not well-formed XML"),
    "same-part": (twice("sheet1", "SHEET1"), "twice"),
    "backslash-part": (twice("sheet1", "..\\worksheets\\Sheet1"), None),
    "encrypted-part": (flagged(workbook(PLAIN), 1), "encrypted"),
    "overlap": (overlapping(), "overlap"),
    "bzip2": (zipped(parts_of(sheet_part(PLAIN)), zipfile.ZIP_BZIP2), "packed by method 12"),
    "ratio": (zipped(parts_of(sheet_part(PLAIN + " " * 30_000_000))), "to more than 200 times"),
    "elements": (
        zipped(
            parts_of(sheet_part(PLAIN))
            | {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<a>{n}</a>" for n in range(1_100_000))}</sst>'}
        ),
        "1,000,001 elements",
    ),
    "size": (
        zipped(parts_of(sheet_part(PLAIN)) | {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{hardly_packed()}'}),
        "unpacks to more than 64,000,000 bytes",
    ),
    "many-parts": (zipped(parts_of(sheet_part(PLAIN)) | {f"x{n}": b"" for n in range(1000)}), "1,006 parts"),
    "no-sheet-part": (zipped({k: v for k, v in parts_of("").items() if "sheet1" not in k}), "lacks its part"),
    "number-is-word": (workbook('<row r="1"><c r="A1"><v>nan</v></c></row>'), "'nan' in a number cell"),
    "number-is-huge": (workbook('<row r="1"><c r="A1"><v>1e999</v></c></row>'), "'1e999' in a number cell"),
    "number-with-underscore": (workbook('<row r="1"><c r="A1"><v>1_000</v></c></row>'), "in a number cell"),
    "text-number-99": (workbook('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "text number '99'"),
    "text-number-minus": (workbook('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'), "text number '-1'"),
    "unknown-type": (workbook('<row r="1"><c r="A1" t="q"><v>1</v></c></row>'), "of the type 'q'"),
    "long-text": (workbook(f'<row r="1"><c r="A1" t="str"><v>{"x" * 40_000}</v></c></row>'), "40,000 characters"),
    "plain-zip": (zipped({"a.txt": "x"}), "a zip archive"),
    "ods": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, zipfile.ZIP_STORED),
        "OpenDocument file (.ods)",
    ),
    "docx": (
        zipped({"_rels/.rels": parts_of("")["_rels/.rels"].replace("xl/workbook", "word/document")}),  # type: ignore[arg-type]
        "a Word document",
    ),
    "xlsb": (
        zipped({"_rels/.rels": parts_of("")["_rels/.rels"].replace("workbook.xml", "workbook.bin")}),  # type: ignore[arg-type]
        "binary workbook",
    ),
    "html": (b"<html><table><tr><td>1</td></tr></table></html>", "a web page (HTML)"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', "looks like XML"),
    "text": (b"Well,OD\nA1,0.1\n", "plain text"),
    "gzip": (b"\x1f\x8b\x08\0\0\0", "a gzip archive"),
    "empty": (b"", "an empty file"),
    "cut-zip": (workbook(PLAIN)[:-40], "damaged"),
    "password": (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "word-97": (bytes.fromhex("d0cf11e0a1b11ae1") + "WordDocument".encode("utf-16-le"), "no workbook"),
    "broken-xls": (bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le") + b"\0" * 600, "damaged"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused_quickly(data: bytes, words: str | None) -> None:
    began = time.process_time()
    if words is None:
        assert read_sheets(data, "plate.xlsx")[0].rows == PLAIN_ROWS
    else:
        with pytest.raises(ExportError) as caught:
            read_sheets(data, "plate.xlsx")
        assert words in str(caught.value)
        assert str(caught.value).startswith("plate.xlsx")
    assert time.process_time() - began < 2


def test_openpyxl_writes_what_we_read() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Well", "OD", "when", "ok", "sum"])
    page.append(["A1", 0.0543, datetime.date(2024, 2, 29), True, "=B2*2"])
    book.create_sheet("empty")
    buffer = io.BytesIO()
    book.save(buffer)
    (sheet,) = read_sheets(buffer.getvalue(), "plate.xlsx")
    assert sheet.rows[1] == ("A1", 0.0543, "2024-02-29", "TRUE", "=B2*2")
    assert [sheet.kind(1, column) for column in range(6)] == [
        CellKind.TEXT,
        CellKind.NUMBER,
        CellKind.DATE,
        CellKind.BOOLEAN,
        CellKind.FORMULA,
        CellKind.EMPTY,
    ]


@given(st.data())
def test_damage_gives_sheets_or_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(workbook(PLAIN))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        sheets = read_sheets(damaged, "plate.xlsx")
    except ElisaError as refused:
        message = str(refused)
        sheets = ()
    else:
        message = "plate.xlsx"
    assert message.startswith("plate.xlsx")
    assert all(isinstance(sheet.rows, tuple) for sheet in sheets)


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("General", False),
        ("0.00", False),
        ("yyyy-mm-dd", True),
        ("[h]:mm", True),
        ("[$-409]d/m/yy;@", True),
        ('0.0" mg"', False),
        ("[Red]0.00", False),
        ("0.00\\h", False),
        ('#,##0 "days"', False),
        ("mm:ss.0", True),
    ],
)
def test_date_formats(code: str, is_date: bool) -> None:
    assert is_date_format(170, code) is is_date


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.5, "0.5"),
        (-3.0, "-3"),
        (None, ""),
        ("x", "x"),
        (1e22, "1e+22"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_text_from_value(value: float | str | None, text: str) -> None:
    assert text_from_value(value) == text


@pytest.mark.parametrize(("position", "name"), [((0, 0), "A1"), ((6, 25), "Z7"), ((8, 26), "AA9"), ((0, 999), "ALL1")])
def test_cell_names(position: tuple[int, int], name: str) -> None:
    assert cell_name(*position) == name


WORKBOOKS = sorted(path for path in EXPORTS.rglob("*.xlsx") if "ACCakut" not in str(path)) if EXPORTS.is_dir() else []


@needs_corpus
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_real_workbooks_hold_what_openpyxl_reads(path) -> None:  # type: ignore[no-untyped-def]
    data = path.read_bytes()
    ours = {sheet.name: sheet for sheet in read_sheets(data, path.name)}
    for page in openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets:
        for cell in (cell for row in page.iter_rows() for cell in row):
            if cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()):
                continue
            place = (cell.row - 1, cell.column - 1)
            if isinstance(cell.value, int | float | str) and not isinstance(cell.value, bool):
                assert ours[page.title].rows[place[0]][place[1]] == cell.value
            else:
                assert ours[page.title].kind(*place) in (CellKind.DATE, CellKind.BOOLEAN)


@needs_corpus
def test_real_old_workbook() -> None:
    path = EXPORTS / "koncina_elisar" / "example.xls"
    (sheet,) = read_sheets(path.read_bytes(), path.name)
    assert sheet.rows[0][:3] == ("<>", 1.0, 2.0)
    assert sheet.rows[1][1] == 0.056


CELLS = '<c r="A1" s="4"><v>0.5</v></c><c r="C1" t="s"><v>1</v></c>'
PADDED = {
    "empty cells": f'<row r="1">{CELLS[:30]}<c r="B1" s="4"/>{CELLS[30:]}<c r="D1"></c></row><row r="2" ht="15.0"/>',
    "attributes in another order": f'<row ht="17.25" x14ac:dyDescent="0.25" r="1">{CELLS}<c s="3" r="D1"/></row>',
    "rows of empty cells": f'<row r="1">{CELLS}</row><row r="2"><c r="A2" s="1"/><c r="B2" s="1"/></row>',
    "a cell without an address": f'<row r="1">{CELLS[:30]}<c s="4"/>{CELLS[30:]}</row>',
    "a comment": f'<row r="1"><!-- <c r="B1"/> -->{CELLS}</row>',
    "CDATA": f'<row r="1">{CELLS}<c r="D1" t="str"><v><![CDATA[<c r="E1"/>]]></v></c></row>',
}


@pytest.mark.parametrize("name", PADDED)
def test_padding_is_cut_out_where_that_changes_nothing(name: str) -> None:
    padding = "".join(f'<row r="{n}"/>' for n in range(1000, 1100))
    rows = PADDED[name].replace("x14ac:", "") + padding
    (sheet,) = read_sheets(workbook(rows), "plate.xlsx")
    assert sheet.rows[0][:3] == (0.5, None, "BDNF")
    assert sheet.rows[1:] == ()
    assert sheet.rows[0][3:] == (('<c r="E1"/>',) if name == "CDATA" else ())


def test_hundreds_of_thousands_of_formatted_cells_are_no_hindrance() -> None:
    styles = [str(n * n % 9973) for n in range(210_000)]  # ever new ones, so that they pack like an ordinary sheet
    cells = (f'<c r="{cell_name(n // 300, n % 300)}" s="{style}"/>' for n, style in enumerate(styles))
    rows = "".join(f'<row r="{row + 1}">{"".join(islice(cells, 300))}</row>' for row in range(700))
    (sheet,) = read_sheets(workbook(rows + '<row r="701"><c r="A701"><v>1</v></c></row>'), "plate.xlsx")
    assert sheet.rows[700] == (1.0,)
    assert not any(sheet.rows[:700])
