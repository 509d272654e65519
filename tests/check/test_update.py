"""``--update`` writes what came: after showing it, the same bytes each time, only what the case states."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from check.folders import HEAD, case_in, contents
from elisa_bdnf.checking.case import Tolerance, comparable
from elisa_bdnf.errors import OutputError
from elisa_bdnf.reports.inert import csv_text
from program import FIXTURES, elisa_bdnf


def updated(folder: Path) -> dict[str, Any]:
    """The expected file after an update that makes the case pass and leaves all other files alone."""
    before = contents(folder)
    done = elisa_bdnf("check", ".", "--update", folder=folder)
    assert done.code == 0, done.err
    after = contents(folder)
    assert {name for name in after if after[name] != before.get(name)} <= {"expected.toml", "expected.csv"}
    again = elisa_bdnf("check", ".", "--update", folder=folder)
    assert (again.code, contents(folder)) == (0, after), again.out
    assert "1 case: 1 as expected" in again.out
    return tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))


def test_a_new_case_gets_everything_and_the_fixtures_are_made_so(tmp_path: Path) -> None:
    folder = case_in(tmp_path / "case", HEAD.partition("\n")[2])
    updated(folder)
    for name in ("expected.toml", "expected.csv"):
        assert (folder / name).read_bytes() == (FIXTURES / "gen5-troubled" / name).read_bytes()


def test_the_differences_are_shown_before_they_are_written(tmp_path: Path) -> None:
    folder = case_in(tmp_path / "case", 'HEAD\nverdict = "rejected"')
    refuse = mock.patch(
        "elisa_bdnf.workflow.write_files", side_effect=OutputError("the results cannot be written: full")
    )
    with refuse:
        done = elisa_bdnf("check", ".", "--update", folder=folder)
    assert "verdict: expected rejected, came accepted" in done.out
    assert (done.code, done.err.split(";")[0]) == (4, "error: expected.toml: what came cannot be written: full")


@pytest.mark.parametrize(
    ("stated", "keys"),
    [
        ('verdict = "rejected"', {"verdict"}),
        ("findings = []", {"findings"}),
        ("concentrations = []", {"digits", "concentrations"}),
        ("digits = 3\nconcentrations = []", {"digits", "concentrations"}),
        ("tolerance_percent = 2.5\nconcentrations = []", {"tolerance_percent", "concentrations"}),
        ('about = "a \\"word\\""\nverdict = "rejected"', {"about", "verdict"}),
        ('refused = "x"', {"digits", "verdict", "findings"}),
        ('verdict = "rejected"\n[overrides]\n"limits.lloq" = 20\ncurve.model = "4pl"', {"verdict", "overrides"}),
    ],
)
def test_only_what_is_stated_is_written(stated: str, keys: set[str], tmp_path: Path) -> None:
    folder = case_in(tmp_path / "case", f"HEAD\n{stated}")
    assert updated(folder).keys() == keys | {"export", "protocol", "samples"}
    assert (folder / "expected.toml").read_text(encoding="utf-8").startswith("# one case\n")
    assert (folder / "expected.csv").exists() is stated.startswith("refused")


def test_only_the_listed_samples_are_written_where_not_all_are_expected(tmp_path: Path) -> None:
    listed = 'every_sample = false\nconcentrations = [{ sample = "SPL8", concentration = 1 }]'
    (result,) = updated(case_in(tmp_path / "case", f"HEAD\n{listed}"))["concentrations"]
    assert result["sample"] == "SPL8"
    assert 900 < result["concentration"] < 960


def test_a_refusal_is_written_only_where_one_is_expected(tmp_path: Path) -> None:
    refused = case_in(tmp_path / "a", 'export = "samples.csv"\nrefused = ""')
    assert updated(refused).keys() == {"export", "refused"}
    broken = case_in(tmp_path / "b", 'export = "nowhere.txt"\nverdict = "accepted"')
    before = contents(broken)
    assert elisa_bdnf("check", ".", "--update", folder=broken).code == 3
    assert contents(broken) == before


def test_a_case_as_expected_is_not_touched(tmp_path: Path) -> None:
    folder = case_in(tmp_path / "case", "HEAD\nverdict   =   'accepted'  # a word of mine\n")
    assert updated(folder)["verdict"] == "accepted"
    assert "a word of mine" in (folder / "expected.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "-5", "@x", "'quoted", "'=x", "a;b,c", "<b>&"])
def test_names_survive_whatever_they_look_like(name: str, tmp_path: Path) -> None:
    folder = case_in(tmp_path / "case", 'export = "plate.csv"\nprotocol = "human-infusion-plasma"', of="generic-csv")
    layout = folder / "plate.layout.toml"
    text = layout.read_text(encoding="utf-8")
    assert "KET-02-230min" in text
    layout.write_text(text.replace("KET-02-230min", name), encoding="utf-8")
    updated(folder)
    assert csv_text(name) in (folder / "expected.csv").read_text(encoding="utf-8")


def test_the_same_sample_at_two_dilutions_is_told_apart(tmp_path: Path) -> None:
    folder = case_in(tmp_path / "case", 'export = "plate.csv"\nprotocol = "human-infusion-plasma"', of="generic-csv")
    layout = folder / "plate.layout.toml"
    before, _, after = layout.read_text(encoding="utf-8").partition('sample = "KET-04-baseline"')
    facts, _, rest = after.partition("\n\n")
    assert "dilution = 20" in facts
    second = 'sample = "KET-02-230min"\nsubject = "KET-02"\ntimepoint = "230 min"\ndilution = 40\n\n'
    layout.write_text(before + second + rest, encoding="utf-8")
    updated(folder)
    lines = (folder / "expected.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == '"sample","subject","timepoint","dilution_factor","concentration"'
    assert [line.split(",")[3] for line in lines if "KET-02-230min" in line] == ["20", "40"]
    assert all(line.split(",")[3] == "" for line in lines[1:] if "KET-02-230min" not in line)


@given(st.floats(1e-6, 1e9), st.integers(1, 15))
def test_a_rounded_number_allows_what_it_was_rounded_from(value: float, digits: int) -> None:
    tolerance = Tolerance(digits)
    written = tolerance.rounded(value)
    assert "e" not in written
    assert tolerance.allows(float(written), value)
    assert not tolerance.allows(float(written), value + 3 * 10.0 ** (1 - digits) * 10 * value)


@pytest.mark.parametrize(
    ("tolerance", "expected", "came", "allowed"),
    [
        (Tolerance(3), 412, 413, True),
        (Tolerance(3), 412, 413.01, False),
        (Tolerance(3), 999, 1000, True),
        (Tolerance(4), 0, 0, True),
        (Tolerance(4), 0, 0.001, False),
        (Tolerance(None, 5.0), 100, 105, True),
        (Tolerance(None, 5.0), 100, 105.01, False),
        (Tolerance(None, 0.0), 100, 100, True),
    ],
)
def test_tolerance(tolerance: Tolerance, expected: float, came: float, allowed: bool) -> None:
    assert tolerance.allows(expected, came) is allowed


@given(st.text("=+-@'\"{＝ a\n\t\x00\u202e", max_size=8))
def test_a_text_is_comparable_after_it_went_through_a_file(text: str) -> None:
    written = csv_text(comparable(text))[1:-1].replace('""', '"')
    assert comparable(written) == comparable(comparable(text))
