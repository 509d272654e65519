"""The report of a study: everything is there, nothing is markup, nothing is a number that does not exist."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import fromstring

import openpyxl
import pytest

from elisa_bdnf.errors import UsageError
from elisa_bdnf.reports.study_document import document_from_study
from elisa_bdnf.reports.study_figure_files import figure_files, kinds_from_text, rules, standalone
from elisa_bdnf.reports.study_html import study_html
from elisa_bdnf.reports.study_parts import StudyDocument
from elisa_bdnf.reports.study_records import StudyRecords
from elisa_bdnf.reports.study_xlsx import xlsx_from_study
from elisa_bdnf.study_workflow import StudyRequest, files_from_study, run_study

HOSTILE = '=cmd|"/c"!A1<script>alert(1)</script>\u202e'
TIMES = ("baseline", "120 min", "230 min", "24 h", "7 d")
HEADER = "subject,timepoint,concentration,ci_low,ci_high,status,lloq,arm,responder,plate,lot,matrix,unit"


def lines(subjects: int, hostile: str = "") -> list[str]:
    """A small study in two arms on two plates: one value below the LLOQ, one subject without its last value."""
    made = [HEADER]
    for number in range(subjects):
        name = hostile if hostile and number == 0 else f"S{number + 1:02}"
        quoted = '"' + name.replace('"', '""') + '"'
        arm, plate = ("ketamine", "saline")[number % 2], f"P{number % 2 + 1}"
        for place, timepoint in enumerate(TIMES):
            value = 900 + 37 * number + (60 * place if arm == "ketamine" else -11 * place)
            status, shown = ("below_lloq", "") if (number, place) == (2, 3) else ("within", f"{value}")
            bounds = f"{value * 0.94:.1f},{value * 1.07:.1f}" if shown else ","
            if (number, place) != (3, 4):
                made.append(
                    f"{quoted},{timepoint},{shown},{bounds},{status},250,{arm},"
                    f"{('yes', 'no')[number // 2 % 2]},{plate},L{plate},plasma_edta,pg/mL"
                )
    return made


def document(folder: Path, subjects: int = 12, hostile: str = "") -> StudyDocument:
    table = folder / "table.csv"
    table.write_text("\n".join(lines(subjects, hostile)) + "\n", encoding="utf-8")
    return document_from_study(run_study(StudyRequest((table,), protocol="human-infusion-plasma")))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> StudyDocument:
    return document(tmp_path_factory.mktemp("study"))


class Texts(HTMLParser):
    """What a person reads, and which elements there are."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._open.append(tag)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)


def read(page: bytes) -> Texts:
    found = Texts()
    found.feed(page.decode())
    return found


def test_every_subject_group_and_timepoint_is_in_the_page(made: StudyDocument) -> None:
    text = "\n".join(read(study_html(made)).texts)
    result = made.result
    wanted = [s.subject for s in result.subjects] + list(result.groups) + [t.name for t in result.timepoints]
    assert [name for name in wanted if name not in text] == []


@pytest.mark.parametrize("subjects", [2, 12], ids=["paired tests", "mixed model"])
def test_no_number_is_shown_that_does_not_exist(tmp_path: Path, subjects: int) -> None:
    page = study_html(document(tmp_path, subjects))
    shown = " ".join(read(page).texts)
    assert re.findall(r"\b(?:nan|inf|None|Infinity)\b", shown) == []
    assert re.findall(rb'(?:cx|cy|x1|y1|d)="[^"]*(?:nan|inf)', page) == []


def test_bounds_are_drawn_open_and_missing_values_are_named(made: StudyDocument) -> None:
    courses = next(picture for picture in made.pictures if picture.key == "courses-figure")
    assert courses.svg.count('class="censored"') == 1
    table = next(table for table in made.tables if table.key == "courses")
    cells = [cell for row in table.rows for cell in row.cells]
    assert sum(cell.text == "< 250" for cell in cells) == 1
    missing = [cell for cell in cells if cell.text == "missing"]
    assert len(missing) == 1
    assert missing[0].help


def test_every_contrast_is_in_the_forest_with_its_interval(made: StudyDocument) -> None:
    forest = next(picture for picture in made.pictures if picture.key == "changes-figure").svg
    for each in (*made.result.contrasts, *made.result.comparisons):
        assert f"{each.group}, {each.timepoint} against {each.against}: ratio" in forest


def test_plates_are_pictured_where_there_are_several(made: StudyDocument) -> None:
    plates = next(picture for picture in made.pictures if picture.key == "plates").svg
    assert plates.count('class="point"') == sum(each.used for each in made.result.measurements)


def test_names_from_data_are_text_everywhere(tmp_path: Path) -> None:
    hostile = document(tmp_path, 12, HOSTILE)
    page = study_html(hostile)
    assert "script" not in read(page).tags
    assert b"\xe2\x80\xae" not in page
    for file in figure_files(hostile.pictures, ["svg"]).values():
        assert "script" not in {element.tag.rpartition("}")[2] for element in fromstring(file).iter()}  # noqa: S314
    book = openpyxl.load_workbook(io.BytesIO(xlsx_from_study(hostile, StudyRecords(hostile.result))))
    formulas = [c.coordinate for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []


def test_the_workbook_holds_the_numbers_of_the_study(made: StudyDocument) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_from_study(made, StudyRecords(made.result))), read_only=True)
    rows = list(book["Values"].iter_rows(min_row=3, values_only=True))
    place = rows[0].index("concentration")
    found = [row[place] for row in rows[1:] if row[place] is not None]
    wanted = [v.concentration for s in made.result.subjects for v in s.values if v.concentration is not None]
    assert found == pytest.approx(wanted, rel=1e-12)


def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("\n".join(lines(6)) + "\n", encoding="utf-8")
    request = StudyRequest((table,), protocol="human-infusion-plasma", figures=("svg", "png", "pdf"))
    first, second = (files_from_study(run_study(request), request) for _ in range(2))
    assert first == second
    assert {"study.html", "study.xlsx", "figure-courses.png", "figure-courses.pdf"} <= set(first)


def test_figure_files_stand_alone(made: StudyDocument) -> None:
    for picture in made.pictures:
        alone = standalone(picture.svg)
        assert "var(--" not in alone
        root = fromstring(alone)  # noqa: S314
        assert float(root.attrib["width"]) > 0
    assert any(selector == ".mean" and "fill" in body for selector, body in rules())


def test_a_kind_of_figure_that_cannot_be_made_is_a_wrong_command() -> None:
    with pytest.raises(UsageError, match="gif"):
        kinds_from_text("svg,gif")


def test_png_and_pdf_without_their_extra_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elisa_bdnf.reports.study_figure_files.find_spec", lambda _: None)
    with pytest.raises(UsageError, match="matplotlib") as raised:
        kinds_from_text("png")
    assert "elisa-bdnf[figures]" in raised.value.problems[0].hint
