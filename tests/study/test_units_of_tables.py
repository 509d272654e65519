"""A unit that nobody stated is not made up, and where one is taken over the study says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from program import elisa_bdnf

ROWS = [("A", "baseline", 20), ("A", "24h", 25), ("B", "baseline", 31), ("B", "24h", 36)]


def study_of(folder: Path, units: list[str], *options: str) -> tuple[dict[str, Any], str]:
    lines = [f"{s},{t},{c},{unit}" for (s, t, c), unit in zip(ROWS, units, strict=True)]
    (folder / "serum.csv").write_text("\n".join(["subject,timepoint,concentration,unit", *lines, ""]))
    done = elisa_bdnf("study", "serum.csv", "--out", "out", *options, folder=folder)
    assert done.code == 0, done.err
    study = json.loads((folder / "out" / "study.json").read_text(encoding="utf-8"))
    return study, done.out + (folder / "out" / "study.html").read_text(encoding="utf-8")


def test_no_unit_is_said_to_be_no_unit(tmp_path: Path) -> None:
    study, shown = study_of(tmp_path, ["", "", "", ""])
    assert study["unit"] == ""
    assert "pg/mL" not in shown
    assert "unit not stated" in shown
    assert any("no unit is stated" in remark for remark in study["remarks"])


CASES = [
    (["", "", "", ""], ("--protocol", "human-infusion-serum"), "pg/mL", "4 of 4 rows state no unit"),
    (["ng/mL", "", "ng/mL", "ng/mL"], (), "ng/mL", "1 of 4 rows state no unit"),
    (["ng/mL"] * 4, (), "ng/mL", None),
]


@pytest.mark.parametrize(("units", "options", "unit", "remark"), CASES)
def test_a_unit_that_is_taken_over_is_remarked(
    units: list[str], options: tuple[str, ...], unit: str, remark: str | None, tmp_path: Path
) -> None:
    study, _ = study_of(tmp_path, units, *options)
    assert study["unit"] == unit
    said = [text for text in study["remarks"] if "state no unit" in text]
    assert [text.split(":")[0] for text in said] == ([remark] if remark else [])
