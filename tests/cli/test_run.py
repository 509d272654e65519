"""The main job through the command line, on the plates of ``fixtures/``."""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from program import FIXTURES, elisa_bdnf

FILES = {
    "result.json", "wells.csv", "samples.csv", "standards.csv", "findings.csv", "report.html", "report.xlsx",
    "manifest.json",
}  # fmt: skip
CASES = sorted(path.parent for path in FIXTURES.glob("*/about.toml"))


def arguments(case: Path) -> list[str]:
    about = tomllib.loads((case / "about.toml").read_text(encoding="utf-8"))
    export = next(p for p in sorted(case.iterdir()) if p.stem in ("plate", "bdnf-plate"))
    words = ["run", str(export), "--protocol", about["protocol"]]
    return words + (["--samples", str(case / "samples.csv")] if (case / "samples.csv").exists() else [])


def exit_code(case: Path) -> int:
    return int(tomllib.loads((case / "about.toml").read_text(encoding="utf-8"))["exit_code"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fixture_gives_its_verdict_and_all_its_files(case: Path, tmp_path: Path) -> None:
    done = elisa_bdnf(*arguments(case), "--out", tmp_path / "out")
    assert done.code == exit_code(case), done.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_same_input_same_bytes(case: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        elisa_bdnf(*arguments(case), "--out", tmp_path / name)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_the_manifest_holds_the_hash_of_every_file(tmp_path: Path) -> None:
    elisa_bdnf(*arguments(FIXTURES / "demo"), "--out", tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert {entry["file"] for entry in manifest["outputs"]} == FILES - {"manifest.json"}
    for entry in manifest["outputs"]:
        assert hashlib.sha256((tmp_path / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert [entry["role"] for entry in manifest["inputs"]] == ["export", "samples"]


def test_every_sample_of_the_sheet_is_in_the_results(tmp_path: Path) -> None:
    elisa_bdnf(*arguments(FIXTURES / "demo"), "--out", tmp_path)
    with (FIXTURES / "demo" / "samples.csv").open(encoding="utf-8", newline="") as stream:
        asked = {row["sample"] for row in csv.DictReader(stream)}
    with (tmp_path / "samples.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["sample"] for row in rows} == asked
    for row in rows:
        assert row["text"]
        assert row["concentration"] or row["reason"]


def test_a_rejected_plate_says_so_in_every_row_and_reports_no_number(tmp_path: Path) -> None:
    done = elisa_bdnf(*arguments(FIXTURES / "softmax-rejected"), "--out", tmp_path)
    assert done.code == 1
    assert "REJECTED" in done.out.upper()
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "rejected"
    assert all(s["concentration"] is None and not s["reportable"] and s["reason"] for s in result["samples"])
    for name in ("samples.csv", "wells.csv", "standards.csv"):
        with (tmp_path / name).open(encoding="utf-8", newline="") as stream:
            assert all("rejected" in row.values() for row in csv.DictReader(stream)), name


def test_json_goes_to_stdout_alone(tmp_path: Path) -> None:
    done = elisa_bdnf(*arguments(FIXTURES / "demo"), "--out", tmp_path, "--json")
    assert json.loads(done.out) == json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert next(iter(json.loads(done.out))) == "schema"


def test_overrides_are_recorded(tmp_path: Path) -> None:
    words = ["--out", tmp_path, "--weights", "none", "--set", "curve.fit_on=means"]
    assert elisa_bdnf(*arguments(FIXTURES / "demo"), *words).code == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"][-4:] == ["--set", "curve.weights=none", "--set", "curve.fit_on=means"]
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result["curve"]["weights"] == "none"


def test_several_exports_get_a_folder_each_and_a_refused_one_stops_nothing(tmp_path: Path) -> None:
    good, bad = FIXTURES / "gen5-pass" / "plate.txt", FIXTURES / "wrong-input" / "letter.txt"
    done = elisa_bdnf("run", bad, good, "--samples", FIXTURES / "gen5-pass" / "samples.csv", "--out", tmp_path)
    assert done.code == 3
    assert "letter.txt" in done.err
    assert {path.name for path in tmp_path.iterdir()} == {"plate"}
    assert {path.name for path in (tmp_path / "plate").iterdir()} == FILES


def test_strict_makes_warnings_count(tmp_path: Path) -> None:
    assert elisa_bdnf(*arguments(FIXTURES / "demo"), "--out", tmp_path, "--strict").code == 1


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    assert elisa_bdnf(*arguments(FIXTURES / "demo"), "--out", tmp_path, "--quiet").out == ""


@pytest.mark.parametrize("setting", ["curve.weights", "=x", "", "curve.wieghts=none", "curve.model=6pl"])
def test_a_wrong_setting_is_a_wrong_command_line(setting: str, tmp_path: Path) -> None:
    assert elisa_bdnf(*arguments(FIXTURES / "demo"), "--out", tmp_path, "--set", setting).code == 2


def test_an_output_that_cannot_be_written_is_exit_4(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    done = elisa_bdnf(*arguments(FIXTURES / "demo"), "--out", tmp_path / "file" / "out")
    assert done.code == 4
    assert "cannot be written" in done.err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


def test_demo_says_where_the_report_is(tmp_path: Path) -> None:
    done = elisa_bdnf("demo", "--out", tmp_path)
    assert done.code == 0
    assert str(tmp_path / "results" / "report.html") in done.out
    assert (tmp_path / "results" / "report.html").is_file()


@pytest.mark.parametrize(
    "options", [("--model", "5pl", "--set", "curve.model=4pl"), ("--set", "unit=pg/mL", "--set", "unit=ng/mL")]
)
def test_two_values_for_one_setting_are_a_wrong_command_line(options: tuple[str, ...], tmp_path: Path) -> None:
    done = elisa_bdnf(*arguments(FIXTURES / "demo"), *options, "--out", tmp_path / "out")
    assert (done.code, "expected one value for each key" in done.err) == (2, True)


def test_json_of_several_exports_is_a_list_also_where_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    done = elisa_bdnf("run", FIXTURES / "demo" / "bdnf-plate.txt", tmp_path / "empty.txt", "--json", folder=tmp_path)
    printed = json.loads(done.out)
    assert (done.code, printed["schema"], len(printed["results"])) == (3, "elisa-bdnf/run/1", 1)


def test_a_result_that_a_person_edited_is_kept_when_it_is_made_anew(tmp_path: Path) -> None:
    words = ["run", FIXTURES / "gen5-pass" / "plate.txt", "--out", tmp_path]
    elisa_bdnf(*words)
    book = (tmp_path / "report.xlsx").read_bytes()
    assert "edited" not in elisa_bdnf(*words, "--weights", "none").err
    assert "edited" not in elisa_bdnf(*words).err
    (tmp_path / "report.xlsx").write_bytes(book + b"remarks")
    done = elisa_bdnf(*words)
    assert f"note: {tmp_path / 'report.edited.xlsx'} keeps what somebody had changed" in done.err
    assert (tmp_path / "report.edited.xlsx").read_bytes() == book + b"remarks"
    assert (tmp_path / "report.xlsx").read_bytes() == book
    verified = elisa_bdnf("verify", tmp_path, "--inputs", FIXTURES / "gen5-pass")
    assert (verified.code, "report.edited.xlsx is what somebody made" in verified.out) == (0, True)
