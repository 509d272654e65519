"""Names of files that are no text: bytes of an old code page, direction marks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from batches import CSV, CSV_LAYOUT, GEN5, LETTER, batch, digests
from program import elisa_bdnf

OLD_CODE_PAGE = b"pl\xe4te \xff.txt"


def laid(folder: Path, files: dict[bytes, Path]) -> Path:
    folder.mkdir()
    for name, content in files.items():
        try:
            (folder / os.fsdecode(name)).write_bytes(content.read_bytes())
        except OSError as error:
            pytest.skip(f"this file system takes no such names: {error}")
    return folder


def test_names_that_are_no_text_are_told_and_taken_over(tmp_path: Path) -> None:
    folder = laid(tmp_path / "in", {OLD_CODE_PAGE: GEN5, b"l\xf6tter.txt": LETTER, "b\u202ea.csv".encode(): CSV,
                                    "b\u202ea.layout.toml".encode(): CSV_LAYOUT})  # fmt: skip
    first = batch(folder, tmp_path / "out", "--jobs", "2")
    assert first.code == 3
    assert r"l\xf6tter.txt" in first.err
    assert r"refused: l\xf6tter.txt" in first.out
    made = digests(tmp_path / "out")
    again = batch(folder, tmp_path / "out")
    assert "3 exports were as before" in again.out
    assert digests(tmp_path / "out") == made
    assert rb"pl\xe4te \xff.txt" in (tmp_path / "out" / "plates.csv").read_bytes()


def test_a_single_run_takes_such_a_name_and_tells_it(tmp_path: Path) -> None:
    folder = laid(tmp_path / "in", {OLD_CODE_PAGE: GEN5})
    assert elisa_bdnf("run", folder / os.fsdecode(OLD_CODE_PAGE), "--out", tmp_path / "out").code == 0
    assert rb'"pl\\xe4te \\xff.txt"' in (tmp_path / "out" / "manifest.json").read_bytes()


def test_verify_finds_such_a_name_again(tmp_path: Path) -> None:
    folder = laid(tmp_path / "in", {OLD_CODE_PAGE: GEN5})
    batch(folder, tmp_path / "out")
    near, named = elisa_bdnf("verify", tmp_path / "out"), elisa_bdnf("verify", tmp_path / "out", "--inputs", folder)
    assert (near.code, named.code) == (0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="names have one encoding there")
def test_the_encoding_of_names_changes_no_byte_and_nothing_is_done_again(tmp_path: Path) -> None:
    files = {"Gerät ß.txt".encode(): GEN5, OLD_CODE_PAGE: LETTER, "plätte.csv".encode(): CSV}
    folder = laid(tmp_path / "in", {**files, "plätte.layout.toml".encode(): CSV_LAYOUT})
    batch(folder, tmp_path / "out")
    made = digests(tmp_path / "out")
    ascii_names = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    program = [sys.executable, "-c", "from elisa_bdnf.cli.main import main; main()"]
    for out in ("out", "other"):
        command = [*program, "batch", folder, "--out", tmp_path / out]
        done = subprocess.run(command, check=False, capture_output=True, env=ascii_names, text=True, encoding="utf-8")
        assert ("3 exports were as before" in done.stdout) == (out == "out"), done.stderr
        assert digests(tmp_path / out) == made
