"""What ``check`` says and with which code it ends; the cases are in ``cases.toml``."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from check.folders import HEAD, case_in, contents
from program import FIXTURES, elisa_bdnf

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_check(case: dict[str, Any], tmp_path: Path) -> None:
    folder = case_in(tmp_path / "case", case["expected"], case.get("table", ""))
    before = contents(tmp_path)
    done = elisa_bdnf("check", ".", folder=folder)
    assert done.code == case["exit_code"], done.out + done.err
    for stream, text in (("out", done.out), ("err", done.err)):
        assert [fragment for fragment in case.get(stream, []) if fragment not in text] == [], text
    assert not any(fragment in done.out for fragment in case.get("not_out", []))
    assert (done.code == 3) == bool(done.err)
    assert contents(tmp_path) == before


def test_the_fixtures_are_as_expected() -> None:
    done = elisa_bdnf("check", FIXTURES)
    assert (done.code, done.err) == (0, ""), done.out


@pytest.mark.parametrize("about", sorted(FIXTURES.rglob("about.toml")), ids=lambda path: path.parent.name)
def test_every_example_plate_states_all_that_can_be_stated(about: Path) -> None:
    expected = tomllib.loads(about.with_name("expected.toml").read_text(encoding="utf-8"))
    plates = expected.get("plate", [expected])
    assert all(plate["findings"] for plate in plates)
    rejected = tomllib.loads(about.read_text(encoding="utf-8"))["exit_code"] == 1
    assert {plate["verdict"] for plate in plates} == {"rejected" if rejected else "accepted"}
    texts = [path.read_text(encoding="utf-8") for path in about.parent.glob("truth*.csv")]
    tables = [csv.DictReader(text.splitlines()) for text in texts]
    samples = {(row["sample"], row["dilution_factor"]) for table in tables for row in table if row["role"] == "sample"}
    assert about.with_name("expected.csv").read_text(encoding="utf-8").count("\n") == len(samples) + 1


def test_paths_may_be_trees_folders_exports_and_expected_files_and_count_once(tmp_path: Path) -> None:
    plain = 'HEAD\nverdict = "accepted"'
    first, second = case_in(tmp_path / "a", plain), case_in(tmp_path / "b" / "c", plain)
    case_in(tmp_path / ".hidden", "not TOML")
    named = second / "other.expected.toml"
    named.write_text(HEAD.replace("plate.txt", "elsewhere.txt"), encoding="utf-8")
    for paths, cases in (
        (["a"], 1),
        (["a", "a/plate.txt", first / "expected.toml", "."], 3),
        (["b/c/plate.txt"], 1),
        ([named], 1),
    ):
        done = elisa_bdnf("check", *paths, folder=tmp_path)
        assert done.out.splitlines()[-1].startswith(f"{cases} case"), done.out
        assert ("other.expected.toml" in done.err) == (named in paths or "." in paths)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("empty", "empty: no case was found; expected a file expected.toml in this folder or below"),
        ("nowhere", "nowhere: there is no such file or folder"),
        ("case/samples.csv", "case/samples.csv: no case was found; expected a file expected.toml beside it that names"),
    ],
)
def test_a_path_without_a_case_is_an_error(path: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    case_in(tmp_path / "case", 'HEAD\nverdict = "accepted"')
    done = elisa_bdnf("check", "case", path, folder=tmp_path)
    assert done.code == 3
    assert message in done.err
    assert "as expected  case/expected.toml" in done.out


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    case_in(tmp_path / "a", 'HEAD\nverdict = "accepted"')
    with mock.patch("os.scandir", side_effect=PermissionError(13, "Permission denied", str(tmp_path / "a"))):
        done = elisa_bdnf("check", ".", folder=tmp_path)
    assert (done.code, done.err) == (
        3, "error: a: the folder cannot be read (Permission denied); check its permissions.\n",
    )  # fmt: skip


def test_a_case_that_cannot_be_run_outranks_a_difference_and_stops_nothing(tmp_path: Path) -> None:
    case_in(tmp_path / "a", "export = 5")
    case_in(tmp_path / "b", 'HEAD\nverdict = "rejected"')
    case_in(tmp_path / "c", 'HEAD\nverdict = "accepted"')
    done = elisa_bdnf("check", ".", folder=tmp_path)
    assert done.code == 3
    assert done.out.splitlines()[-1] == "3 cases: 1 as expected, 1 different, 1 not run"


def test_files_are_found_from_the_folder_of_the_expected_file(tmp_path: Path) -> None:
    case_in(tmp_path / "deep" / "case", 'export = "../plate.csv"\nlayout = "../a.toml"\nprotocol = "./own.toml"')
    generic = FIXTURES / "generic-csv"
    (tmp_path / "deep" / "plate.csv").write_bytes((generic / "plate.csv").read_bytes())
    (tmp_path / "deep" / "a.toml").write_bytes((generic / "plate.layout.toml").read_bytes())
    own = 'id = "own"\nextends = "human-infusion-plasma"\n'
    (tmp_path / "deep" / "case" / "own.toml").write_text(own, encoding="utf-8")
    done = elisa_bdnf("check", "deep", folder=tmp_path)
    assert "came accepted with" in done.out, done.err


def test_several_plates_are_matched_by_name(tmp_path: Path) -> None:
    head = 'export = "plates.txt"\nprotocol = "human-infusion-plasma"\nsamples = "samples.csv"\nevery_sample = false\n'
    plates = '[[plate]]\nname = "Plate 2"\nverdict = "accepted"\n[[plate]]\nname = "Plate 1"\nverdict = "rejected"\n'
    table = "plate,subject,timepoint,concentration\nPlate 1,KET-02,230min,1\n"
    folder = case_in(tmp_path / "case", head + plates, table, of="several-plates/gen5-two-plates")
    done = elisa_bdnf("check", ".", folder=folder)
    assert "expected.toml:10:1: plate Plate 1: verdict: expected rejected, came accepted" in done.out
    assert "expected.csv:2: plate Plate 1, sample SPL8 (KET-02, 230min): concentration: expected 1 " in done.out
    assert done.out.count("expected.") == 3, done.out
