"""The sample sheet: what is read from it, how it is joined, and what is refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from elisa_bdnf.errors import SampleSheetError
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.samples import join, join_all, read_samples

PLATE = Shape(8, 12)
SHEET = """Sample ID,Patient,Visit,Specimen type,Dilution factor,Group,Actual time (min),Freeze-thaw,region,
P01,S1,baseline,EDTA plasma,1:20,ketamine,,1,,
P02,S1,120 min,EDTA plasma,20x,ketamine,122,n/a,cortex,
QC low,,,,,,,,,
"""


def written(folder: Path, text: str, name: str = "samples.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(folder: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for number, rows in enumerate(sheets, start=1):
        page = book.create_sheet(f"S{number}")
        for row in rows:
            page.append(row)
    path = folder / "samples.xlsx"
    book.save(path)
    return path


def sample(name: str, **known: object) -> Content:
    return Content(Role.SAMPLE, name, **known)  # type: ignore[arg-type]


def layout(*contents: Content, plate: str | None = None) -> Layout:
    wells = list(PLATE.wells())
    standard = Content(Role.STANDARD, "STD1", 500.0)
    return Layout(PLATE, dict(zip(wells, [standard, *contents], strict=False)), plate=plate)


@pytest.mark.parametrize(
    "text",
    [SHEET, SHEET.replace(",", ";"), SHEET.replace(",", "\t"), "Study 12,,\n\n" + SHEET],
    ids=["commas", "semicolons", "tabs", "title-above"],
)
def test_columns_are_known_by_synonyms(tmp_path: Path, text: str) -> None:
    sheet = read_samples(written(tmp_path, text))
    first, second, control = sheet.rows
    assert (first.sample, first.subject, first.timepoint, first.matrix) == ("P01", "S1", "baseline", "plasma_edta")
    assert (first.dilution_factor, second.dilution_factor, control.dilution_factor) == (20, 20, None)
    assert dict(first.attributes) == {"arm": "ketamine", "freeze_thaw_n": "1"}
    assert dict(second.attributes) == {"arm": "ketamine", "actual_time_min": "122", "region": "cortex"}


def test_numbers_with_decimal_commas(tmp_path: Path) -> None:
    sheet = read_samples(written(tmp_path, "sample;dilution;haemolysis index;note\nP1;2,5;0,31;1,5 mL\n"))
    assert sheet.rows[0].dilution_factor == 2.5
    assert dict(sheet.rows[0].attributes) == {"haemolysis_index": "0.31", "note": "1,5 mL"}


def test_workbook_ids_are_texts_and_dates_are_welcome_where_they_decide_nothing(tmp_path: Path) -> None:
    when = datetime.datetime.fromisoformat("2024-03-01T09:30")
    path = workbook(
        tmp_path, [["notes"], ["nothing"]], [["sample", "subject", "drawn", "responder"], [7, "007", when, True]]
    )
    (row,) = read_samples(path).rows
    assert (row.sample, row.subject, dict(row.attributes)) == (
        "7",
        "007",
        {"drawn": "2024-03-01 09:30:00", "responder": "TRUE"},
    )


MISTAKES = {
    "twice": (SHEET + "P01,S9,,,,,,,,\n", "samples.csv:5: sample 'P01' stands in line 2 and line 5"),
    "nearly-twice": (
        SHEET + "p 01,S9,,,,,,,,\n",
        "'P01' and 'p 01' (in line 2 and line 5) differ only in case or blanks",
    ),
    "no-name": (SHEET + ",S9,,,,,,,,\n", "samples.csv:5: the line names no sample"),
    "dilution": (SHEET.replace("1:20", "neat"), "samples.csv:2: the dilution 'neat' of sample 'P01' is not understood"),
    "blank-heading": (SHEET.replace("region", ""), "samples.csv:3: 'cortex' stands in a column without a heading"),
    "same-heading": (SHEET.replace("region", "REGION,region"), "the columns 'REGION' and 'region' mean the same"),
    "same-meaning": (SHEET.replace("region", "subject"), "the columns 'Patient' and 'subject' mean the same"),
    "misspelled": (SHEET.replace("Dilution factor", "Dilutoin"), "samples.csv:1: unknown column 'Dilutoin'"),
    "no-samples": ("a,b\n1,2\n", "no column of samples was found"),
    "no-lines": ("sample,subject\n", "no column of samples was found"),
    "web-page": ("<html><table></table></html>", "this is a web page (HTML)"),
}


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_named_with_their_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SampleSheetError) as caught:
        read_samples(written(tmp_path, text))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([datetime.date(2024, 3, 1), "S1", 20], "samples.xlsx, S1!A2: the cell holds a date"),
        (["P1", "S1", datetime.time(1, 20)], "samples.xlsx, S1!C2: the cell holds a date (01:20:00)"),
        (["=A1", "S1", 20], "samples.xlsx, S1!A2: the cell holds a formula without a stored result"),
    ],
    ids=["date", "dilution-as-time", "formula"],
)
def test_cells_that_are_no_text_are_refused(tmp_path: Path, row: list[object], words: str) -> None:
    with pytest.raises(SampleSheetError) as caught:
        read_samples(workbook(tmp_path, [["sample", "subject", "dilution"], row]))
    assert words in str(caught.value)


def test_two_sheets_of_samples_are_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["sample", "subject"], ["P1", "S1"]]
    with pytest.raises(SampleSheetError, match="'S1', 'S2'"):
        read_samples(workbook(tmp_path, rows, rows))


def test_join_completes_samples_and_controls(tmp_path: Path) -> None:
    sheet = read_samples(written(tmp_path, SHEET + "P99,,,,,,,,,\n"))
    control = Content(Role.CONTROL, "QC low", 40.0)
    joined = join(layout(sample("P01"), sample("P02", attributes={"plate side": "left"}), control), sheet)
    first, second = joined.contents["A2"], joined.contents["A3"]
    assert (first.subject, first.timepoint, first.matrix, first.dilution_factor) == (
        "S1",
        "baseline",
        "plasma_edta",
        20,
    )
    assert dict(second.attributes)["plate side"] == "left"
    assert joined.contents["A4"] == control
    assert joined.remarks == ("samples.csv has a sample that is on no plate of this run: P99",)


def test_a_word_that_is_no_matrix_is_told(tmp_path: Path) -> None:
    sheet = read_samples(
        written(tmp_path, "sample,subject,matrix\nP01,S1,EDTA plasma\nP02,S1,edta plazma\nP03,S2,CSF\n")
    )
    (remark,) = join(layout(sample("P01"), sample("P02"), sample("P03")), sheet).remarks
    assert remark.startswith("samples.csv, line 3: 'edta plazma' is no matrix that is known")


def test_a_sheet_serves_several_plates(tmp_path: Path) -> None:
    sheet = read_samples(written(tmp_path, SHEET))
    one, two = join_all([layout(sample("P01")), layout(sample("P02"))], sheet)
    assert (one.contents["A2"].timepoint, two.contents["A2"].timepoint) == ("baseline", "120 min")
    assert one.remarks == ("samples.csv has a sample that is on no plate of this run: QC low",)


CONFLICTS = {
    "missing": (
        [sample("P03")],
        "sample 'P03' (well A3 of plate 'x') is not in the sheet; expected a line for every sample",
    ),
    "nearly": ([sample("p01 ")], "did you mean 'P01' (line 2)?"),
    "zeros": ([sample("P-1")], "did you mean 'P01' (line 2)?"),
    "dilution": ([sample("P01", dilution_factor=10.0)], "dilution '20' in the sheet and '10' in the layout (well A3)"),
    "subject": ([sample("P01", subject="S2")], "subject 'S1' in the sheet and 'S2' in the layout (well A3)"),
    "timepoint": ([sample("P01", timepoint="24 h")], "timepoint 'baseline' in the sheet and '24 h' in the layout"),
    "matrix": ([sample("P01", matrix="serum")], "matrix 'plasma_edta' in the sheet and 'serum' in the layout"),
    "attribute": (
        [sample("P01", attributes={"arm": "placebo"})],
        "arm 'ketamine' in the sheet and 'placebo' in the layout",
    ),
}


@pytest.mark.parametrize(("contents", "words"), CONFLICTS.values(), ids=CONFLICTS)
def test_contradictions_name_both_sides(tmp_path: Path, contents: list[Content], words: str) -> None:
    sheet = read_samples(written(tmp_path, SHEET))
    with pytest.raises(SampleSheetError) as caught:
        join(layout(sample("P02"), *contents, plate="x"), sheet)
    assert words in str(caught.value)
    assert str(caught.value).startswith("samples.csv")


@pytest.mark.parametrize("text", ["120min", "2 h", "120 MIN"])
def test_one_time_in_two_spellings_is_no_contradiction(tmp_path: Path, text: str) -> None:
    sheet = read_samples(written(tmp_path, SHEET))
    assert join(layout(sample("P02", timepoint=text)), sheet).contents["A2"].timepoint == text


def test_a_sheet_for_other_plates_is_an_error(tmp_path: Path) -> None:
    sheet = read_samples(written(tmp_path, SHEET))
    with pytest.raises(SampleSheetError, match="no line of the sheet is about a sample of this run"):
        join(layout(sample("K1")), sheet)


def test_another_number_is_never_suggested(tmp_path: Path) -> None:
    sheet = read_samples(written(tmp_path, SHEET.replace("P01", "P012")))
    with pytest.raises(SampleSheetError) as caught:
        join(layout(sample("P02"), sample("P01")), sheet)
    assert "did you mean" not in str(caught.value)
