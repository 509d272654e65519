"""Cases of plates on which a person excluded or waived something, and the day by which that is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from check.folders import case_in
from program import elisa_bdnf

WAIVE = """[[waive]]
rule = "WEL-01"
wells = ["H7"]
reason = "seen and looked into, deviation 7"
by = "A. Person"
until = "2026-03-31"
"""
INFO = '{ rule = "WEL-01", level = "info", subject = "well H7" }'


def folder_with(tmp_path: Path, more: str, file: str = "decided.toml") -> Path:
    folder = case_in(tmp_path / "plate", f"HEAD\n{more}")
    (folder / file).write_text(WAIVE, encoding="utf-8")
    return folder


@pytest.mark.parametrize("day", ['"2026-03-31"', "2026-03-31"])
def test_a_case_names_its_waivers_and_the_day(tmp_path: Path, day: str) -> None:
    folder = folder_with(tmp_path, f'waivers = "decided.toml"\ndate = {day}\n')
    done = elisa_bdnf("check", folder, "--update")
    assert done.code == 0
    text = (folder / "expected.toml").read_text(encoding="utf-8")
    assert INFO in text
    assert 'waivers = "decided.toml"\ndate = "2026-03-31"' in text.replace(f"date = {day}", 'date = "2026-03-31"')
    assert elisa_bdnf("check", folder).code == 0
    (folder / "decided.toml").write_text(WAIVE.replace("H7", 'H7", "A1'), encoding="utf-8")
    assert elisa_bdnf("check", folder).code == 0


def test_waivers_beside_the_export_need_no_name(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "date = 2026-03-31\n", "plate.waivers.toml")
    elisa_bdnf("check", folder, "--update")
    assert INFO in (folder / "expected.toml").read_text(encoding="utf-8")


WRONG = {
    'waivers = "decided.toml"\ndate = 2026-04-01\n': "had expired",
    'waivers = "gone.toml"\ndate = 2026-03-31\n': "gone.toml",
    'date = "31.3.2026"\n': "expected a day as 2026-03-31",
    'date = "2026-02-30"\n': "2026-02-30 is no day of the calendar",
}


@pytest.mark.parametrize("more", WRONG)
def test_what_cannot_be(tmp_path: Path, more: str) -> None:
    done = elisa_bdnf("check", folder_with(tmp_path, more))
    assert done.code == 3
    assert WRONG[more] in done.err
