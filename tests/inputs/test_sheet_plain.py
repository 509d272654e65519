"""Reading a sheet by its text gives what parsing its XML gives: the same cells, or the same refusal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs import workbook as workbooks
from elisa_bdnf.inputs.sheet_plain import Frame, plain_cells_or_none, plain_strings_or_none
from inputs.test_workbook import MAIN, parts_of, sheet_part, workbook, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME = Frame(["P01", "BDNF"], frozenset(["1"]), since_1904=False)

VALUES = [
    "0.5",
    "1",
    "-2.50e-3",
    "1e400",
    "",
    " 7 ",
    "0",
    "1",
    "9",
    "abc",
    "a&amp;b",
    "a&#13;b",
    "_x0041_",
    "ü",
    "\u00a0",
    "#N/A",
]
INSIDE = [
    "<v>{}</v>",
    "<f>A1</f><v>{}</v>",
    '<f aca="false">A1</f><v>{}</v>',
    '<f t="shared" si="0"/><v>{}</v>',
    "<f t=1>A1</f><v>{}</v>",
    "<is><t>{}</t></is>",
    '<is><t xml:space="preserve"> {}</t></is>',
    "<f>B2+1</f>",
    "<is><r><t>{}</t></r></is>",
    "<v>{}</v><!-- {} -->",
    "<v><![CDATA[{}]]></v>",
    "<x/>",
    "",
]
ATTRIBUTES = [
    "",
    ' s="1"',
    ' t="s"',
    ' s="0" t="s"',
    ' t="s" s="0"',
    ' t="str"',
    ' t="b"',
    ' t="e"',
    ' t="inlineStr"',
    ' t="n"',
    ' t="d"',
    ' t="odd"',
    ' cm="1"',
    ' s="1" t="n"',
]
ADDRESSES = ["A1", "B1", "C1", "A2", "AZ1", "ALM1", "XFD1", "b1", "A01", ""]


@st.composite
def cells(draw: st.DrawFn) -> str:
    inside = draw(st.sampled_from(INSIDE)).replace("{}", draw(st.sampled_from(VALUES)))
    # an empty cell is passed over, whatever its address says
    address = draw(st.sampled_from(ADDRESSES if inside else ADDRESSES[:3]))
    named = f' r="{address}"' if address else ""
    attributes = draw(st.sampled_from(ATTRIBUTES))
    return (
        f"<c{named}{attributes}>{inside}</c>"
        if inside
        else f"<c{named}{attributes}{draw(st.sampled_from(['/', ' /']))}>"
    )


ROWS = [
    '<row r="1">{}</row>',
    '<row r="1" spans="1:3" ht="15" >{}</row>',
    "<row>{}</row>",
    '\n <row r="1">{}</row>\n',
    '<row r="1">{}</row><row r="2"/>',
    '<row r="2"><c r="A2" s="3" /></row><row r="1">{}</row>',
    '<row r="4"/><row r="7" ht="1"/><row r="8" ht="1"></row><row r="9"> <c r="A9"/> </row><row r="1">{}</row>',
    '<row r="2" ht="1"><c r="B2"><v>2</v></c></row><row r="1">{}</row>',
    '<row r="1">{}</row><row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>',
    '<row r="1">{}</row><row r="2" r="2"/>',
    '<row r="1">{}</row><row r="0"/>',
    '<row r="30000">{}</row>',
]


@contextmanager
def by_xml_alone() -> Iterator[None]:
    """Every sheet is parsed as XML."""
    cells, strings = workbooks.plain_cells_or_none, workbooks.plain_strings_or_none
    workbooks.plain_cells_or_none = lambda *_: None  # type: ignore[assignment]
    workbooks.plain_strings_or_none = lambda *_: None  # type: ignore[assignment]
    try:
        yield
    finally:
        workbooks.plain_cells_or_none, workbooks.plain_strings_or_none = cells, strings


def outcome(data: bytes) -> object:
    try:
        return workbooks.read_sheets(data, "plate.xlsx")
    except ExportError as refused:
        return str(refused)


@given(st.lists(cells(), max_size=4), st.sampled_from(ROWS))
def test_both_ways_agree(found: list[str], row: str) -> None:
    data = workbook(row.replace("{}", "".join(found)))
    with by_xml_alone():
        expected = outcome(data)
    assert outcome(data) == expected


SHARED = [
    "<si><t>{}</t></si>",
    '<si><t xml:space="preserve"> {}\n</t></si>',
    "\n <si><t>{}</t></si> ",
    "<si><t/></si>",
    "<si/>",
    "<si><r><t>{}</t></r><rPh><t>!</t></rPh></si>",
    "<si><t>{}</t><phoneticPr/></si>",
    "<si><t><!-- {} --></t></si>",
    "<si><t>{}</si>",
    "{}",
]
TEXTS = [
    "P01",
    "a&amp;lt;b",
    "&lt;5&quot;",
    "a&b",
    "&copy;",
    "&#13;",
    "x\ry",
    "\t",
    "\x01",
    "]]>",
    "_x0041_",
    "µ",
    "\u00a0",
]
USE_OF_SHARED = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in range(1, 4))


@given(st.lists(st.tuples(st.sampled_from(SHARED), st.sampled_from(TEXTS)), min_size=3, max_size=4), st.booleans())
def test_both_ways_agree_on_shared_texts(found: list[tuple[str, str]], declared: bool) -> None:
    items = "".join(form.replace("{}", text) for form, text in found)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n' if declared else ""
    strings = f'{head}<sst count="3" xmlns="{MAIN}" uniqueCount="3">{items}</sst>'
    data = zipped(parts_of(sheet_part(USE_OF_SHARED)) | {"xl/sharedStrings.xml": strings})
    with by_xml_alone():
        expected = outcome(data)
    assert outcome(data) == expected


def test_the_usual_form_of_shared_texts_is_read_by_its_text() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>P01</t></si><si><t xml:space="preserve"> a &amp;lt; b</t></si></sst>'
    assert plain_strings_or_none(strings.encode()) == ["P01", " a &lt; b"]
    assert plain_strings_or_none(strings.replace("P01", "<r/>").encode()) is None


def test_the_usual_form_is_read_by_its_text() -> None:
    rows = '<row r="1" spans="1:2"><c r="A1" s="2" t="s"><v>1</v></c><c r="B1"><v>0.5</v></c><c r="C1" s="1"/></row>'
    found = plain_cells_or_none(sheet_part(rows).encode(), FRAME, 10)
    assert found is not None
    assert found.rows == [("BDNF", 0.5)]
    assert plain_cells_or_none(sheet_part("").replace("<sheetData></sheetData>", "<sheetData/>").encode(), FRAME, 10)
    assert plain_cells_or_none(sheet_part(rows).encode(), FRAME, 1) is None
    assert plain_cells_or_none(sheet_part(rows).encode("utf-16"), FRAME, 10) is None
