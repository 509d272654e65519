"""Folders of cases for the tests of ``check``."""

from __future__ import annotations

import shutil
from pathlib import Path

from program import FIXTURES

HEAD = '# one case\nexport = "plate.txt"\nprotocol = "human-infusion-plasma"\nsamples = "samples.csv"'


def case_in(folder: Path, expected: str, table: str = "", *, of: str = "gen5-troubled") -> Path:
    """A copy of a fixture's export and sheets beside an expected file of one's own; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (FIXTURES / of).iterdir():
        if not path.name.startswith(("expected", "truth", "about")):
            shutil.copy(path, folder)
    text = expected.replace("HEAD", HEAD).lstrip("\n")
    (folder / "expected.toml").write_text(text, encoding="utf-8")
    if table:
        (folder / "expected.csv").write_text(table.lstrip("\n"), encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
