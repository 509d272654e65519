"""What a person has, and what a call has made, is never written over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from program import FIXTURES, elisa_bdnf

PLATE, SAMPLES = FIXTURES / "demo" / "bdnf-plate.txt", FIXTURES / "demo" / "samples.csv"
PROTOCOL = ("--protocol", "human-infusion-plasma")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with an export and its sample sheet, under the names that people give them."""
    shutil.copy(PLATE, tmp_path / "plate.txt")
    shutil.copy(SAMPLES, tmp_path / "samples.csv")
    return tmp_path


def export_of(folder: Path) -> str:
    return str(json.loads((folder / "result.json").read_text(encoding="utf-8"))["source"]["sha256"])


def test_a_sample_sheet_in_the_folder_of_the_results_stays_what_it_is(desk: Path) -> None:
    done = elisa_bdnf("run", desk / "plate.txt", *PROTOCOL, "--samples", desk / "samples.csv", "--out", desk)
    assert (done.code, "samples.csv" in done.err) == (4, True)
    assert (desk / "samples.csv").read_bytes() == SAMPLES.read_bytes()
    assert sorted(path.name for path in desk.iterdir()) == ["plate.txt", "samples.csv"]


def test_an_input_is_not_written_over_even_in_a_folder_of_results(desk: Path) -> None:
    sheet = desk / "out" / "samples.csv"
    assert elisa_bdnf("run", desk / "plate.txt", "--out", desk / "out").code == 0
    shutil.copy(SAMPLES, sheet)
    done = elisa_bdnf("run", desk / "plate.txt", *PROTOCOL, "--samples", sheet, "--out", desk / "out")
    assert (done.code, "input of this very run" in done.err) == (4, True)
    assert sheet.read_bytes() == SAMPLES.read_bytes()


def test_files_of_others_stay_and_earlier_results_are_replaced(desk: Path) -> None:
    notes = desk / "out" / "wells.csv"
    notes.parent.mkdir()
    notes.write_text("mine")
    assert elisa_bdnf("run", desk / "plate.txt", "--out", desk / "out").code == 4
    assert [path.read_text() for path in notes.parent.iterdir()] == ["mine"]
    notes.unlink()
    assert [elisa_bdnf("run", desk / "plate.txt", "--out", desk / "out").code for _ in range(2)] == [0, 0]


def test_a_study_leaves_the_tables_it_read(desk: Path) -> None:
    values = desk / "values.csv"
    values.write_text("subject,timepoint,concentration\nA,baseline,10\nA,24h,12\nB,baseline,9\nB,24h,13\n")
    before = values.read_bytes()
    done = elisa_bdnf("study", values, *PROTOCOL, "--out", desk)
    assert (done.code, values.read_bytes()) == (4, before), done.err


def test_exports_of_one_name_get_a_folder_each(desk: Path) -> None:
    other = FIXTURES / "gen5-troubled" / "plate.txt"
    for place in ("monday", "tuesday"):
        (desk / place).mkdir()
    monday, tuesday = desk / "monday" / "plate.txt", desk / "tuesday" / "plate.txt"
    shutil.copy(PLATE, monday)
    shutil.copy(other, tuesday)
    elisa_bdnf("run", monday, tuesday, "--out", desk / "out")
    folders = sorted(path.name for path in (desk / "out").iterdir())
    assert folders == ["monday__plate", "tuesday__plate"]
    assert len({export_of(desk / "out" / folder) for folder in folders}) == 2


def test_an_export_that_is_named_twice_is_a_wrong_command_line(desk: Path) -> None:
    done = elisa_bdnf("run", desk / "plate.txt", desk / "plate.txt", "--out", desk / "out")
    assert (done.code, "named twice" in done.err, (desk / "out").exists()) == (2, True, False)


def test_the_demo_keeps_a_sheet_that_somebody_changed(tmp_path: Path) -> None:
    sheet = tmp_path / "samples.csv"
    sheet.write_text("mine")
    assert elisa_bdnf("demo", "--out", tmp_path).code == 4
    assert sheet.read_text() == "mine"
