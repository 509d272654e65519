"""``batch.html``: every plate and every refusal is a row, links lead somewhere, and text from data is text."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from batches import FIVE, batch, folder_of
from charted_plates import exports
from elisa_bdnf.errors import Problem
from elisa_bdnf.model.batch import BatchResult, ExportRow, IgnoredRow, Outcome
from elisa_bdnf.reports.batch_page import batch_page
from elisa_bdnf.reports.batch_workbook import batch_workbook

HOSTILE = "<script>alert(1)</script>\"'&\u202e\x1b[31m"


def page_of(result: BatchResult) -> str:
    return b"".join(batch_page(result)).decode()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = folder_of(tmp_path_factory.mktemp("in"), dict(FIVE))
    exports(folder / "charted", [100.0, 101.0, 99.0])
    results = tmp_path_factory.mktemp("out") / "r"
    batch(folder, results, "--quiet")
    return results


def test_every_plate_is_a_row_that_leads_to_its_report(out: Path) -> None:
    page = (out / "batch.html").read_text(encoding="utf-8")
    links = re.findall(r'<a href="([^"#]+)">', page)
    assert len(links) == 8
    assert all((out / link).is_file() for link in links)
    assert len(re.findall(r'<tr class="refused', page)) == 1
    assert page.count('class="sparkline"') == 8


def test_anchors_exist_once_and_filters_need_no_script(out: Path) -> None:
    page = (out / "batch.html").read_text(encoding="utf-8")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert "<script" not in page
    for name in ("all", "accepted", "rejected", "refused"):
        assert f'id="show-{name}"' in page


def test_without_pages_of_plates_nothing_leads_to_them(tmp_path: Path) -> None:
    exports(tmp_path / "in", [100.0, 101.0])
    batch(tmp_path / "in", tmp_path / "out", "--no-html", "--quiet")
    assert "report.html" not in (tmp_path / "out" / "batch.html").read_text(encoding="utf-8")


def test_text_from_data_is_inert() -> None:
    refused = ExportRow(HOSTILE, "a", Outcome.REFUSED, (), (Problem(HOSTILE, file=HOSTILE),))
    result = BatchResult(HOSTILE, HOSTILE, HOSTILE, (refused,), (IgnoredRow(HOSTILE, HOSTILE),), (HOSTILE,))
    page = page_of(result)
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert page_of(replace(result, exports=()))


def test_the_workbook_holds_every_plate_and_text_as_text(out: Path) -> None:
    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(out / "batch.xlsx")
    assert book.sheetnames == ["Plates", "Controls", "Findings", "Not read"]
    assert [row[2].value for row in book["Plates"].iter_rows(min_row=5)].count("B.txt") == 1
    assert book["Plates"].max_row == 4 + 8
    assert book["Not read"].max_row == 5
    plain = BatchResult("=1+1", "p", "", (), ())
    cell = openpyxl.load_workbook(BytesIO(batch_workbook(plain)))["Plates"]["A1"]
    assert (cell.value, cell.data_type) == ("=1+1: plates", "s")


def test_the_workbook_is_the_same_every_time() -> None:
    plain = BatchResult("x", "p", "", (), ())
    assert batch_workbook(plain) == batch_workbook(plain)


def test_long_paths_and_reasons_stay_in_sight(out: Path, tmp_path: Path) -> None:
    page = (out / "batch.html").read_text(encoding="utf-8")
    assert "week 2/<wbr>plates.txt" in page
    refused = page.split('<tr class="refused warn">')[1].split("</tr>")[0]
    assert refused.count("letter.txt") == 1  # its reason does not name it once more
    sheet = load_workbook(out / "batch.xlsx")["Not read"]
    long = [cell for row in sheet.iter_rows(min_row=5) for cell in row if len(str(cell.value)) > 70]
    assert long
    for cell in long:
        assert cell.alignment.wrap_text
        assert sheet.row_dimensions[cell.row].height > 20
