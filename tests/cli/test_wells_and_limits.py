"""What ``result.json`` says of wells, limits and matrix agrees with its own numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from program import FIXTURES, elisa_bdnf

PLATE, SAMPLES = FIXTURES / "demo" / "bdnf-plate.txt", FIXTURES / "demo" / "samples.csv"


def result_of(folder: Path, *options: str) -> dict[str, Any]:
    arguments = ("run", PLATE, "--protocol", "human-infusion-plasma", "--samples", SAMPLES, "--out", folder, *options)
    done = elisa_bdnf(*arguments)
    assert done.code in (0, 1), done.err
    document: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return result_of(tmp_path_factory.mktemp("plain"), "--set", "dilution.volume_factor=1.04")


def where(in_well: float, limits: dict[str, float]) -> str:
    if in_well < limits["lloq"] * (1 - 1e-9):
        return "below_lloq"
    return "above_uloq" if in_well > limits["uloq"] * (1 + 1e-9) else "within"


def test_the_status_of_every_well_is_that_of_its_number(result: dict[str, Any]) -> None:
    read = [well for well in result["wells"] if well["used"] and well["in_well"] is not None]
    assert {well["role"] for well in read} == {"standard", "blank", "control", "sample"}
    for well in read:
        assert well["status"] == where(well["in_well"], result["curve"]["limits"]), well


def test_limits_are_multiplied_by_what_the_concentration_is(result: dict[str, Any]) -> None:
    for each in (*result["samples"], *result["controls"]):
        if each["concentration"] is not None:
            times = each["concentration"] / each["in_well"]
            assert each["lloq"] == pytest.approx(result["curve"]["limits"]["lloq"] * times, rel=1e-12), each


def test_the_matrix_of_the_protocol_is_that_of_samples_which_say_none(result: dict[str, Any]) -> None:
    assert {each["matrix"] for kind in ("samples", "results") for each in result[kind]} == {"plasma_edta"}
    assert {well["matrix"] for well in result["wells"] if well["role"] == "sample"} == {"plasma_edta"}
    assert {well["matrix"] for well in result["wells"] if well["role"] != "sample"} == {None}


def test_an_edited_straight_line_is_written(tmp_path: Path) -> None:
    before = result_of(tmp_path, "--model", "linear", "--weights", "none")["editing"]["edits"][0]["parameters_before"]
    assert before["b"] > 0
    assert (before["c"], before["d"]) == (None, None)


def test_a_unit_that_nobody_stated_is_said_to_be_none(tmp_path: Path) -> None:
    done = elisa_bdnf("run", PLATE, "--out", tmp_path / "out")
    assert "unit not stated, LLOQ to ULOQ" in done.out
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "BDNF in the well (unit not stated)" in page
    assert "in the well ()" not in page
