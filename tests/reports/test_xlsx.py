"""The workbook holds everything once, text stays text, and a rejected plate is marked wherever one looks."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from functools import cache

import openpyxl
import pytest
from openpyxl import Workbook

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.reports.shown import shown
from elisa_bdnf.reports.xlsx import xlsx_from_result
from elisa_bdnf.reports.xlsx_cells import cell_text, letter_from_index, number_format
from elisa_bdnf.reports.xlsx_formulas import list_formula
from reports.build import FATAL, MASKED, STATES, analysis, judged

SHEETS = [
    "Summary",
    "Samples",
    "Controls",
    "Standards",
    "Curve",
    "Wells",
    "Plate",
    "Findings",
    "Instrument",
    "Provenance",
]
WORDS = [
    "within",
    "below_lloq",
    "above_uloq",
    "below_curve",
    "above_curve",
    "extrapolated",
    "no_value",
    "none",
    "yes",
    "no",
]
NAMES = (
    "=cmd|'/c calc'!A1", "+1", "-1", "@x", "{=1+1}", "https://example.org/", "mailto:a@b", "1E10", "007", "TRUE",
    "#N/A", "\x1b[31mred", "tab\there", "_x0041_", "\ud800", "\ufffe", "two\nlines", " lead", "'quoted", "nan",
    "A1", "&P &D",
)  # fmt: skip


@cache
def data(state: str) -> bytes:
    return xlsx_from_result(STATES[state]())


@cache
def book(state: str) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data(state)), data_only=True)


def table(workbook: Workbook, sheet: str, header: int = 4) -> list[dict[str, object]]:
    """The rows of a sheet by the titles of its columns, down to the first empty one."""
    rows = list(workbook[sheet].iter_rows(min_row=header, values_only=True))
    titles = [str(title).split("\n")[0] for title in rows[0]]
    found = []
    for row in rows[1:]:
        if row[0] is None:
            break
        found.append(dict(zip(titles, row, strict=True)))
    return found


@pytest.mark.parametrize("state", STATES)
def test_the_sheets_are_there(state: str) -> None:
    expected = [name for name in SHEETS if name != "Instrument" or state != "without_curve"]
    assert book(state).sheetnames == expected


@pytest.mark.parametrize("state", STATES)
def test_the_same_result_gives_the_same_bytes(state: str) -> None:
    assert xlsx_from_result(STATES[state]()) == data(state)


def test_no_clock_is_written() -> None:
    with zipfile.ZipFile(io.BytesIO(data("accepted"))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert set(re.findall(rb">(\d{4})-", archive.read("docProps/core.xml"))) == {b"2000"}


@pytest.mark.parametrize("state", STATES)
def test_every_well_is_there_once(state: str) -> None:
    wells = STATES[state]().analysis.responses.wells
    rows = table(book(state), "Wells")
    assert [row["Well"] for row in rows] == [well.well for well in wells]
    assert [row["Use"] for row in rows] == [well.use.value for well in wells]
    assert all(row["Reason"] for row in rows if row["Use"] != WellUse.USED)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("sheet", "title"), [("Samples", "Sample"), ("Controls", "Control")])
def test_every_sample_and_control_is_there_once(state: str, sheet: str, title: str) -> None:
    result = STATES[state]()
    everything = result.samples if sheet == "Samples" else result.controls
    names = [cell_text(each.estimate.group.content.name) for each in everything]
    assert [row[title] for row in table(book(state), sheet)] == names


@pytest.mark.parametrize("state", STATES)
def test_samples_say_what_may_be_read(state: str) -> None:
    for row, each in zip(table(book(state), "Samples"), STATES[state]().samples, strict=True):
        one = shown(each)
        assert row["Report as"] == one.text
        for title, number in (("Concentration", one.number), ("CI low", one.low), ("CI high", one.high)):
            assert row[title] == (None if number is None else pytest.approx(number, rel=1e-14))
        assert row["Reportable"] == ("yes" if each.reportable else "no")
        assert row["Range status"] == each.estimate.status.value
        assert each.reportable or row["Remark"]


def test_a_well_that_is_left_out_is_in_no_mean() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(data("accepted")))
    row = next(row for row in table(workbook, "Samples") if row["Left out"] == MASKED)
    assert row["Wells"] == "D5"
    position = [well["Well"] for well in table(workbook, "Wells")].index("D5") + 5
    assert row["Mean response"] == f"=AVERAGE(Wells!K{position})"


@pytest.mark.parametrize("state", ["rejected", "without_curve"])
def test_a_rejected_plate_is_marked_on_every_sheet(state: str) -> None:
    for sheet in book(state):
        assert str(sheet["A3"].value).startswith("REJECTED"), sheet.title
        assert sheet["A3"].fill.fgColor.rgb == "FFC62828"
        assert sheet.sheet_properties.tabColor.rgb == "FFC62828"
        assert "REJECTED" in sheet.oddFooter.center.text


@pytest.mark.parametrize("state", ["rejected", "without_curve"])
@pytest.mark.parametrize("sheet", ["Samples", "Controls", "Standards", "Wells", "Findings", "Provenance"])
def test_a_rejected_plate_is_marked_in_every_row(state: str, sheet: str) -> None:
    rows = table(book(state), sheet)
    assert rows or (state, sheet) == ("without_curve", "Standards"), "the hand-made plate without curve has no levels"
    assert all(row["Plate"] == "REJECTED" for row in rows)


def test_samples_of_a_rejected_plate_have_no_concentration() -> None:
    rows = table(book("rejected"), "Samples")
    assert {row["Concentration"] for row in rows} == {None}
    assert {row["Reportable"] for row in rows} == {"no"}
    assert {row["Report as"] for row in rows} == {"not reportable"}


def test_the_reasons_of_a_rejection_are_on_the_first_sheet() -> None:
    text = "\n".join(str(row[0]) for row in book("rejected")["Summary"].iter_rows(values_only=True))
    assert all(finding.rule in text for finding in FATAL)


@cache
def named_by_enemies() -> bytes:
    samples = [each.estimate.group.content.name for each in STATES["accepted"]().samples]
    return xlsx_from_result(judged(analysis(rename=dict(zip(samples, NAMES, strict=False)), plate=NAMES[0])))


@cache
def enemy_book() -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(named_by_enemies()))


@pytest.mark.parametrize("name", NAMES)
def test_text_from_data_stays_text(name: str) -> None:
    cells = [row[1] for row in enemy_book()["Samples"].iter_rows(min_row=5) if row[1].value == cell_text(name)]
    assert [(cell.data_type, cell.hyperlink) for cell in cells] == [("s", None)]


def test_nothing_leads_out_of_the_workbook() -> None:
    with zipfile.ZipFile(io.BytesIO(named_by_enemies())) as archive:
        assert not [part for part in archive.namelist() if "external" in part]
        assert b"hyperlink" not in b"".join(archive.read(part) for part in archive.namelist() if "sheet" in part)
    assert enemy_book()["Summary"]["A1"].data_type == "s"


def test_formulas_name_no_data() -> None:
    """Every formula is made of addresses, our names and numbers."""
    workbook = openpyxl.load_workbook(io.BytesIO(data("hostile")))
    allowed = re.compile(r"=[A-Za-z0-9_!$:.,()+\-*/^<>=\" ]+")
    formulas = [cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) > 1000
    for formula in formulas:
        assert allowed.fullmatch(formula), formula
        assert set(re.findall(r'"([^"]*)"', formula)) <= {*WORDS, ""}


@pytest.mark.parametrize("state", STATES)
def test_no_cell_is_an_error_or_not_a_number(state: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data(state))) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/"):
                xml = archive.read(part)
                assert b't="e"' not in xml
                assert not re.search(rb"<v>-?(nan|inf)", xml, re.IGNORECASE)


def test_bounds_without_end_are_empty_cells() -> None:
    made = STATES["accepted"]()
    first = made.samples[0]
    open_end = replace(first, estimate=first.estimate._replace(high=float("inf"), in_well_high=float("inf")))
    content = xlsx_from_result(replace(made, samples=(open_end, *made.samples[1:])))
    row = table(openpyxl.load_workbook(io.BytesIO(content)), "Samples")[0]
    assert row["CI high"] is None
    assert row["CI low"] is not None


@pytest.mark.parametrize("sheet", ["Samples", "Controls", "Standards", "Wells", "Findings", "Provenance"])
def test_tables_are_frozen_filtered_and_repeat_their_header(sheet: str) -> None:
    found = book("accepted")[sheet]
    assert found.freeze_panes is not None
    assert found.auto_filter.ref.startswith("A4:")
    assert found.print_title_rows == "$3:$4"
    assert found.page_setup.orientation == "landscape"
    assert found.sheet_properties.pageSetUpPr.fitToPage


def test_the_largest_difference_from_the_instrument() -> None:
    sheet = book("accepted")["Instrument"]
    comparisons = STATES["accepted"]().analysis.comparisons
    differences = [abs(each.ours - each.instrument.value) for each in comparisons if each.ours is not None]
    assert sheet["D4"].value == pytest.approx(max(differences))
    rows = table(book("accepted"), "Instrument", header=6)
    assert [row["Well"] for row in rows if row["Equal at printed digits"] == "no"] == ["G9"]


def test_the_plate_is_drawn_well_by_well() -> None:
    sheet = book("accepted")["Plate"]
    wells = {well.well: well for well in STATES["accepted"]().analysis.responses.wells}
    assert sheet["B6"].value == pytest.approx(wells["A1"].response)
    assert sheet["M13"].value == pytest.approx(wells["H12"].response)
    assert [rule.type for found in sheet.conditional_formatting for rule in found.rules] == ["colorScale"]
    assert str(sheet["B17"].value).startswith("S8")


@pytest.mark.parametrize(("unit", "said"), [("ng/mL", "ng/mL"), ("", "unit not stated")])
def test_every_concentration_names_its_unit(unit: str, said: str) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx_from_result(judged(analysis(unit=unit)))))
    for sheet, title in (("Samples", "Concentration"), ("Wells", "In the well"), ("Standards", "Nominal")):
        assert f"{title}\n{said}" in [cell.value for cell in workbook[sheet][4]]


def test_a_plate_of_384_wells() -> None:
    result = judged(analysis(shape=Shape(16, 24), instrument=False))
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx_from_result(result)), data_only=True)
    assert len(table(workbook, "Wells")) == 384


def test_the_chart_has_a_logarithmic_axis_and_only_numbers() -> None:
    with zipfile.ZipFile(io.BytesIO(data("accepted"))) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert '<c:logBase val="10"/>' in chart
    for first, last in re.findall(r"<c:xVal><c:numRef><c:f>Curve!\$H\$(\d+):\$H\$(\d+)</c:f>", chart):
        values = [book("accepted")["Curve"].cell(row, 8).value for row in range(int(first), int(last) + 1)]
        assert all(isinstance(value, (int, float)) and value > 0 for value in values)


def test_roles_are_coloured_apart() -> None:
    from elisa_bdnf.reports.xlsx_styles import STYLES  # noqa: PLC0415

    assert len({STYLES[role.value]["bg_color"] for role in Role}) == len(Role)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (412.345, "0.0"),
        (4123.4, "0"),
        (0.01234, "0.00000"),
        (7.8125, "0.000"),
        (0.0, "0"),
        (99.99999, "0.0"),
        (1e-7, "0.000E+00"),
    ],
)
def test_numbers_show_four_digits(value: float, expected: str) -> None:
    assert number_format(value) == expected


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_letters_of_columns(index: int, letters: str) -> None:
    assert letter_from_index(index) == letters


def test_a_text_that_no_cell_can_hold_says_that_it_was_cut() -> None:
    assert cell_text("x" * 40_000).endswith("… (40000 characters)")


def test_lists_that_no_formula_can_hold_are_values() -> None:
    assert list_formula("AVERAGE", ["Wells!K5", "Wells!K6"]) == "AVERAGE(Wells!K5,Wells!K6)"
    assert list_formula("AVERAGE", []) is None
    assert list_formula("AVERAGE", ["Wells!K5"] * 300) is None
