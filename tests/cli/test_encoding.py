"""An export in an encoding that it does not show: every command that reads it has ``--encoding``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from program import FIXTURES, elisa_bdnf

NAME = "測定プレートー"
SAYS = "name its encoding with --encoding"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    text = (FIXTURES / "gen5-pass" / "plate.txt").read_bytes().decode("utf-8-sig")
    path = tmp_path / "exports" / "plate.txt"
    path.parent.mkdir()
    path.write_bytes(text.replace("Plate Number\tPlate 1", f"Plate Number\t{NAME}").encode("shift_jis"))
    return path


@pytest.mark.parametrize("words", [["run"], ["read"], ["layout", "show"]])
def test_without_its_name_the_encoding_is_refused_and_with_it_it_is_read(export: Path, words: list[str]) -> None:
    out = ["--out", str(export.parents[1] / "out")] if words == ["run"] else []
    refused = elisa_bdnf(*words, export, *out)
    assert (refused.code, "save it as UTF-8" in refused.err) == (3, True)
    assert SAYS in refused.err
    done = elisa_bdnf(*words, export, "--encoding", "shift_jis", *out)
    assert done.code == 0, done.err


def test_what_was_said_of_the_encoding_is_in_the_manifest_and_is_used_again(export: Path, tmp_path: Path) -> None:
    assert elisa_bdnf("batch", export.parent, "--encoding", "shift_jis", "--out", tmp_path / "out").code == 0
    (folder,) = (path.parent for path in (tmp_path / "out").rglob("manifest.json") if path.parent != tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["plate"] == NAME
    assert manifest["options"]["encoding"] == "shift_jis"
    assert manifest["command"][-2:] == ["--encoding", "shift_jis"]
    assert elisa_bdnf("verify", folder, "--inputs", export.parent).code == 0


def test_a_table_of_fit(tmp_path: Path) -> None:
    table = tmp_path / "standards.csv"
    lines = ["concentration,response,sample", *(f"{x},{y}," for x, y in [(0, 0.05), (10, 0.2), (100, 1), (1000, 2)])]
    table.write_bytes("\n".join([*lines, ",0.4,プー", ""]).encode("shift_jis"))
    assert SAYS in elisa_bdnf("fit", table).err
    assert "プー" in elisa_bdnf("fit", table, "--encoding", "shift_jis").out


def test_a_layout_file_is_not_said_to_have_an_option(export: Path) -> None:
    layout = export.with_name("map.csv")
    layout.write_bytes("well,sample\nA1,測定プレートー\n".encode("shift_jis"))
    said = elisa_bdnf("run", export, "--encoding", "shift_jis", "--layout", layout, "--out", export.parent / "o").err
    assert "map.csv" in said
    assert "--encoding" not in said


@pytest.mark.parametrize(("name", "code"), [("klingon", 2), ("idna", 3), ("hex", 3)])
def test_a_name_that_is_no_encoding_is_refused(export: Path, name: str, code: int) -> None:
    done = elisa_bdnf("read", export, "--encoding", name)
    assert (done.code, "Traceback" in done.err) == (code, False)
