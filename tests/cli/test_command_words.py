"""What people type who know other programs: it does what they mean, or says what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from program import FIXTURES, elisa_bdnf

PLATE = FIXTURES / "demo" / "bdnf-plate.txt"
TYPED = (
    (("run", PLATE, "--out", "-"), 2, "--out '-' is no folder; expected the name of a folder"),
    (("batch", ".", "-o", "-"), 2, "--out '-' is no folder"),
    (("study", ".", "-o", "-"), 2, "--out '-' is no folder"),
    (("read", PLATE, "--format", "geen5"), 2, "--format: there is no format 'geen5'; expected one of allotrope_asm"),
    (("run", PLATE, "--encoding", "utf-88"), 2, "--encoding: 'utf-88' is not the name of an encoding"),
    (("run", "."), 3, "error: .: this is a folder; expected a file"),
    (("rules", "list", "STD-03"), 2, "expected nothing, or one rule such as STD-03"),
)


@pytest.mark.parametrize(("typed", "code", "words"), TYPED, ids=[" ".join(map(str, t[0][:1])) for t in TYPED])
def test_what_cannot_be_meant_is_said(typed: tuple[str | Path, ...], code: int, words: str, tmp_path: Path) -> None:
    done = elisa_bdnf(*typed, folder=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert list(tmp_path.iterdir()) == []


def test_rules_are_listed_and_shown_by_these_words_too() -> None:
    assert elisa_bdnf("rules", "list", "--json") == elisa_bdnf("rules", "--json")
    assert elisa_bdnf("rules", "show", "STD-03") == elisa_bdnf("rules", "STD-03")


def test_a_layout_is_printed_where_a_dash_stands_for_the_file(tmp_path: Path) -> None:
    assert elisa_bdnf("layout", "new", "-", folder=tmp_path).out == elisa_bdnf("layout", "new").out != ""
    assert list(tmp_path.iterdir()) == []


def test_a_format_without_a_named_software_is_said_once(tmp_path: Path) -> None:
    rows = [f"{row}," + ",".join(f"0.{column:02}{i}" for column in range(1, 13)) for i, row in enumerate("ABCDEFGH")]
    table = "\n".join(["," + ",".join(map(str, range(1, 13))), *rows])
    (tmp_path / "grid.csv").write_text(table + "\n", encoding="utf-8")
    assert elisa_bdnf("read", "grid.csv", folder=tmp_path).out.startswith("grid.csv: plain_grid, 1 plate\n")


def test_exports_of_one_name_are_told_apart_in_errors(tmp_path: Path) -> None:
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "plate.txt").write_bytes(PLATE.read_bytes() if day == "monday" else b"nothing\n")
    done = elisa_bdnf("run", "monday/plate.txt", "tuesday/plate.txt", "--out", "o", "--quiet", folder=tmp_path)
    assert done.code == 3
    assert done.err.startswith(f"error: {Path('tuesday') / 'plate.txt'}: ")


def test_results_of_another_export_are_not_replaced_without_a_word(tmp_path: Path) -> None:
    for name in ("monday.txt", "tuesday.txt"):
        (tmp_path / name).write_bytes(PLATE.read_bytes())
    run = ("run", "--set", "dilution.when_missing=in_well", "--out", "results")
    assert "replace" not in elisa_bdnf(*run, "monday.txt", folder=tmp_path).err
    assert "replace" not in elisa_bdnf(*run, "monday.txt", folder=tmp_path).err
    said = elisa_bdnf(*run, "tuesday.txt", folder=tmp_path).err
    assert said == "note: results held the results of monday.txt, which those of tuesday.txt replace\n"


def test_a_mistyped_well_of_a_layout_is_noted(tmp_path: Path) -> None:
    wells = "".join(f'[well.{well}]\nrole = "blank"\n' for well in ("A1", "A2", "Z1"))
    (tmp_path / "x.layout.toml").write_text(wells, encoding="utf-8")
    said = elisa_bdnf("layout", "check", "x.layout.toml", folder=tmp_path).err
    assert said == "note: only Z1 of 3 wells would lie outside of a plate of 8 × 12: check the name\n"
