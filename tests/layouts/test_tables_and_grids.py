"""Layouts as long tables and stacked grids, from text and from workbooks."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import LayoutError
from elisa_bdnf.layouts import find_beside, read_layouts
from elisa_bdnf.layouts.convert import WRITERS
from elisa_bdnf.layouts.describe import text_from_layout
from elisa_bdnf.layouts.template import new_layout
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape
from shared import EXPORTS, needs_corpus

PLATE = Shape(8, 12)
NUMBERS = ",".join(str(number) for number in range(1, 13))


def written(folder: Path, text: str, name: str = "layout.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(folder: Path, *sheets: list[list[object]], names: tuple[str, ...] = ("Sheet1", "Sheet2")) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in zip(names, sheets, strict=False):
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    path = folder / "layout.xlsx"
    book.save(path)
    return path


def grid(title: str, **rows: str) -> str:
    lines = [f"{title},{NUMBERS}"]
    return "\n".join([*lines, *(f"{letter},{rows.get(letter, '')}" for letter in "ABCDEFGH")]) + "\n"


GRIDS = (
    grid("role", A="STD1,STD1,sample,QC low", B="blk,empty")
    + ",,,\n"
    + grid("sample", A=",,P01")
    + "\n"
    + grid("conc (pg/mL)", A="500,500")
    + "\n"
    + grid("Dilution", A=",,1/20")
)
TABLE = """well,role,sample_id,conc_pg_mL,dilution factor,visit,Region
A1,STD1,,500,,,
A02,S1,,500,,,
A3,,P01,,1/20,24 h,cortex
a 4,qc low,,,,,
B1,blk,,,,,
B2,-,,,,,
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (GRIDS, "layout.csv"),
        (TABLE, "layout.csv"),
        (TABLE.replace(",", ";"), "layout.txt"),
        (TABLE.replace(",", "\t").replace("\n", "\r\n"), "layout.txt"),
        (TABLE.replace("well,", "Row,Col,").replace("A1", "A,1").replace("A02", "A,02").replace("A3", "A,3")
         .replace("a 4", "a,4").replace("B1", "B,1").replace("B2", "B,2"), "layout.csv"),
    ],
    ids=["grids", "table", "semicolons", "tabs", "row-column"],
)  # fmt: skip
def test_forms_say_the_same(tmp_path: Path, text: str, name: str) -> None:
    (layout,) = read_layouts(written(tmp_path, text, name), shape=PLATE)
    assert list(layout.contents) == ["A1", "A2", "A3", "A4", "B1"]
    standard, sample, control = (layout.contents[well] for well in ("A2", "A3", "A4"))
    assert (layout.unit, standard.role, standard.name, standard.nominal) == ("pg/mL", Role.STANDARD, "STD1", 500)
    assert (sample.role, sample.name, sample.dilution_factor) == (Role.SAMPLE, "P01", 20)
    assert (control.role, control.name, layout.contents["B1"].role) == (Role.CONTROL, "QC low", Role.BLANK)


def test_ids_are_texts_from_byte_to_report(tmp_path: Path) -> None:
    table = [["well", "sample", "subject"], ["A1", 7, "007"], ["A2", "1E10", "1e1"], ["A3", 3.5, "x"]]
    (layout,) = read_layouts(workbook(tmp_path, table))
    assert [(c.name, c.subject) for c in layout.contents.values()] == [("7", "007"), ("1E10", "1e1"), ("3.5", "x")]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (datetime.date(2024, 3, 1), "Sheet1!B2: the cell holds a date (2024-03-01)"),
        (datetime.time(1, 10), "Sheet1!B2: the cell holds a date (01:10:00)"),
        (True, "Sheet1!B2: the cell holds a truth value"),
        ("=1+1", "Sheet1!B2: the cell holds a formula without a stored result"),
        ("#N/A", "Sheet1!B2: the cell holds a error"),
    ],
    ids=["date", "dilution-as-time", "boolean", "formula", "error"],
)
def test_cells_that_are_no_text_are_refused(tmp_path: Path, cell: object, words: str) -> None:
    path = workbook(tmp_path, [["well", "sample"], ["A1", cell]])
    with pytest.raises(LayoutError) as caught:
        read_layouts(path)
    assert f"layout.xlsx, {words}" in str(caught.value)


def test_wells_beyond_every_plate_are_named_without_a_plate_to_compare(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="A99 is not on a plate of 32 × 48 wells"):
        read_layouts(written(tmp_path, "well,sample\nA99,P1\n"))


def test_sheets_and_lines_name_plates(tmp_path: Path) -> None:
    table = [["well", "sample"], ["A1", "P1"]]
    by_sheet = read_layouts(workbook(tmp_path, table, table, names=("one", "two")))
    by_column = read_layouts(written(tmp_path, "plate,well,sample\nx,A1,P1\ny,A1,P2\n"))
    by_line = read_layouts(written(tmp_path, f"Plate: x\n{grid('sample', A='P1')}\nPlate,y\n{grid('sample', A='P2')}"))
    assert [layout.plate for layout in by_sheet] == ["one", "two"]
    assert [(layout.plate, layout.contents["A1"].name) for layout in by_column] == [("x", "P1"), ("y", "P2")]
    assert [(layout.plate, layout.contents["A1"].name) for layout in by_line] == [("x", "P1"), ("y", "P2")]


MISTAKES = {
    "well-twice": (TABLE + "A1,blk,,,,,\n", "layout.csv:8: well A1 is assigned twice; the first time in line 2"),
    "no-well": (TABLE + "Q1X,blk,,,,,\n", "layout.csv:8: 'Q1X' is no well"),
    "off-plate": (TABLE + "H13,blk,,,,,\n", "layout.csv:8: well H13 is not on a plate of 8 × 12 wells"),
    "blank-heading": (TABLE.replace("Region", ""), "layout.csv:4: 'cortex' stands in a column without a heading"),
    "same-heading": (
        TABLE.replace("Region", "sample"),
        "layout.csv:1: the columns 'sample_id' and 'sample' mean the same",
    ),
    "misspelled": (TABLE.replace("dilution factor", "dilutoin"), "layout.csv:1: unknown column 'dilutoin'"),
    "role": (TABLE.replace("blk", "blonk"), "layout.csv:6: 'blonk' is no role in well B1"),
    "number": (TABLE.replace("500", "5OO"), "layout.csv:2: the concentration '5OO' is no number in wells A1, A2"),
    "no-concentration": (
        TABLE.replace("500", ""),
        "layout.csv:2: standard STD1 without a concentration in wells A1, A2",
    ),
    "one-letter-coded-twice": (
        "well,sample\nA1,\u00c41\nA2,A\u03081\n",
        "layout.csv, well A1: the names 'Ä1' (well A1) and 'A\u03081' (well A2) differ only in case or blanks",
    ),
    "two-roles-of-one-name": (
        "well,role,sample\nA1,control,QC low\nA2,sample,QC low\n",
        "layout.csv, well A2: 'QC low' is a control in well A1 and a sample in well A2; expected one role",
    ),
    "two-decimal-marks": ("well;role;conc\nA1;std;1,5\nA2;std;2.5\n", "one decimal mark"),
    "second-grid": (GRIDS + "\n" + grid("sample", A="P2"), "a second grid of 'sample'"),
    "lost-row": (GRIDS.replace("\nB,blk", "\n\n2,blk"), "layout.csv:4: '2' stands outside every grid"),
    "ninth-row": (grid("sample", A="P1") + "I,x\n", "not on a plate of 8 × 12"),
    "letters-twice": (grid("sample", A="P1").replace("\nB,", "\nA,"), "stands below row A"),
    "grid-misspelled": (grid("dilutoin", A="2"), "layout.csv:1: unknown attribute 'dilutoin'"),
    "neither": ("a,b\n1,2\n", "neither a table with a column 'well' nor a grid"),
    "empty": ("well,role\nA1,\nA2,\n", "says nothing about any well"),
    "pdf": ("%PDF-1.4\n", "this is a PDF document"),
}


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_named_with_their_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(LayoutError) as caught:
        read_layouts(written(tmp_path, text), shape=PLATE)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["p1.layout.toml", "p1.layout.csv", "p1_layout.xlsx", "p1-layout.csv", "layout.toml", "layout.xlsx"],
)
def test_finds_the_layout_beside_an_export(tmp_path: Path, name: str) -> None:
    export = written(tmp_path, "", "p1.txt")
    written(tmp_path, "", "p2.layout.toml")
    assert find_beside(export) is None
    written(tmp_path, "", name)
    assert find_beside(export) == tmp_path / name
    written(tmp_path, "", "p1_layout.toml")
    with pytest.raises(LayoutError, match=r"p1_layout\.toml"):
        find_beside(export)


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(
    lambda text: not text.startswith(("=", "+", "-", "@", "#", "'")) and text.strip() == text
)
contents = st.builds(
    Content,
    role=st.just(Role.SAMPLE),
    name=names.map(lambda text: f"P {text}"),
    dilution_factor=st.none() | st.floats(1, 1e6),
    subject=st.none(),
    timepoint=st.sampled_from([None, "24 h", "baseline"]),
    matrix=st.sampled_from([None, "serum", "my fluid"]),
    attributes=st.dictionaries(st.sampled_from(["region", "arm", "well id"]), names, max_size=2),
)
standards = st.builds(
    Content, role=st.just(Role.STANDARD), name=st.sampled_from(["STD1", "St2", "cal a"]), nominal=st.floats(0, 1e6)
)
controls = st.builds(
    Content,
    role=st.just(Role.CONTROL),
    name=st.sampled_from(["QC low", "K-7"]),
    nominal=st.none() | st.floats(0, 9),
    low=st.floats(0, 9),
)
layouts = st.dictionaries(
    st.sampled_from(list(PLATE.wells())), st.one_of(contents, standards, controls), min_size=1, max_size=8
)


@pytest.mark.parametrize("form", WRITERS)
@given(wells=layouts)
def test_what_is_written_reads_back(tmp_path_factory, form: str, wells: dict[str, Content]) -> None:  # type: ignore[no-untyped-def]
    seen: dict[str, Content] = {}
    for content in wells.values():
        other = seen.setdefault("".join(content.name.casefold().split()), content)
        if other.name != content.name or (other.matrix, other.role) != (content.matrix, content.role):
            return  # contradicts itself, which is refused
    layout = Layout(PLATE, wells, "pg/mL")
    ending = "toml" if form == "toml" else "csv"
    path = written(tmp_path_factory.mktemp("forms"), WRITERS[form]([layout]), f"layout.{ending}")
    (back,) = read_layouts(path, shape=PLATE)
    assert back.contents == wells
    assert all(dict(back.contents[well].attributes) == dict(c.attributes) for well, c in wells.items())


def test_several_plates_are_written_and_read_back(tmp_path: Path) -> None:
    wells = {"A1": Content(Role.STANDARD, "STD1", 500.0), "B2": Content(Role.SAMPLE, "P, 1", dilution_factor=20.0)}
    plates = [Layout(PLATE, wells, "pg/mL", plate=name) for name in ("first", "plate: 2")]
    for form, write in WRITERS.items():
        path = written(tmp_path, write(plates), "x.toml" if form == "toml" else "x.csv")
        assert [(back.plate, back.contents) for back in read_layouts(path)] == [(each.plate, wells) for each in plates]


def test_formulas_are_not_written_to_csv() -> None:
    layout = Layout(PLATE, {"A1": Content(Role.SAMPLE, "=1+1")})
    with pytest.raises(LayoutError, match="TOML"):
        WRITERS["csv"]([layout])
    assert "=1+1" in WRITERS["toml"]([layout])


def test_the_template_is_a_layout(tmp_path: Path) -> None:
    text = new_layout([500, 250, 125, 62.5, 31.25, 15.6, 7.8, 0], "pg/mL", 20)
    (layout,) = read_layouts(written(tmp_path, text, "new.toml"), shape=PLATE)
    roles = [content.role for content in layout.contents.values()]
    assert [roles.count(role) for role in (Role.STANDARD, Role.CONTROL, Role.SAMPLE)] == [16, 4, 76]
    assert "8 standards in 16 wells, 2 controls in 4 wells, 38 samples in 76 wells, 0 empty" in text_from_layout(layout)


@needs_corpus
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missingMiddleRow.csv", "'E' stands outside every grid"),
        ("oneExtraRow.csv", "a grid of 9 rows and 12 columns"),
        ("example-1.csv", "a concentration but no role"),
        ("validPlate.csv", None),
    ],
)
def test_files_of_plater(name: str, words: str | None) -> None:
    path = EXPORTS / "ropensci_plater" / name
    if words is None:
        assert len(read_layouts(path)[0].contents) == 96
    else:
        with pytest.raises(LayoutError, match=words):
            read_layouts(path)
