"""The expected files and CI files shown in the documentation work as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from check.folders import case_in
from elisa_bdnf.checking.expected_file import read_case
from elisa_bdnf.checking.expected_table import read_table_or_none
from elisa_bdnf.checking.schema import CASE, CASE_LISTS
from program import elisa_bdnf

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "check.md").read_text(encoding="utf-8")


def shown(fence: str) -> list[str]:
    blocks = re.findall(rf"^ *```{fence}\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
    assert blocks, fence
    return blocks


def test_the_shown_expected_file_is_right_and_so_are_its_findings(tmp_path: Path) -> None:
    (text,) = shown("toml expected")
    done = elisa_bdnf("check", ".", folder=case_in(tmp_path / "case", text))
    assert done.err == ""
    assert [
        line for line in done.out.splitlines() if ": expected" in line and "finding: expected nothing" not in line
    ] == []


def test_the_shown_start_is_one(tmp_path: Path) -> None:
    (text,) = shown("toml start")
    folder = case_in(tmp_path / "case", text)
    assert elisa_bdnf("check", ".", "--update", folder=folder).code == 0
    assert elisa_bdnf("check", ".", folder=folder).code == 0


@pytest.mark.parametrize("text", shown("toml"))
def test_the_other_shown_files_are_right(text: str, tmp_path: Path) -> None:
    (tmp_path / "expected.toml").write_text(text, encoding="utf-8")
    case = read_case(tmp_path / "expected.toml", "expected.toml")
    assert case.refused == "after lunch" or [plate.name for plate in case.plates] == ["Plate 1", "Plate 2"]


def test_the_shown_table_is_right(tmp_path: Path) -> None:
    (text,) = shown("csv")
    (tmp_path / "expected.csv").write_text(text, encoding="utf-8")
    results = read_table_or_none(tmp_path / "expected.csv", "expected.csv")
    assert results is not None
    assert [(each.concentration, each.text) for each in results] == [(934.4, None), (None, "< 312"), (None, "> 10000")]


def test_every_key_is_explained() -> None:
    rows = "".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    names = {field.name for field in CASE.fields} | {table.name for table in (*CASE.tables, *CASE_LISTS)} - {"plate"}
    assert sorted(name for name in names if f"`{name}`" not in rows and f"`[{name}]`" not in rows) == []


@pytest.mark.parametrize("file", ["github-workflow.yml", "pre-commit-hooks.yaml"])
def test_ci_files_call_the_program_as_it_is(file: str, tmp_path: Path) -> None:
    text = (DOCS / "ci" / file).read_text(encoding="utf-8")
    commands = re.findall(r"^ *(?:run|entry): elisa-bdnf (.*?)(?: >.*| #.*)?$", text, re.MULTILINE)
    assert commands
    case_in(tmp_path / "plates", 'HEAD\nverdict = "accepted"')
    for command in commands:
        assert elisa_bdnf(*command.split(), folder=tmp_path).code == 0, command
