"""A folder of exports for tests, and what a batch made of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from program import FIXTURES, Done, elisa_bdnf

GEN5, SOFTMAX = FIXTURES / "gen5-pass" / "plate.txt", FIXTURES / "softmax-pass" / "plate.txt"
REJECTED, TROUBLED = FIXTURES / "softmax-rejected" / "plate.txt", FIXTURES / "gen5-troubled" / "plate.txt"
TWO_PLATES = FIXTURES / "several-plates" / "gen5-two-plates" / "plates.txt"
CSV, CSV_LAYOUT = FIXTURES / "generic-csv" / "plate.csv", FIXTURES / "generic-csv" / "plate.layout.toml"
LETTER = FIXTURES / "wrong-input" / "letter.txt"
FIVE = {
    "a.txt": GEN5,
    "B.txt": REJECTED,
    "letter.txt": LETTER,
    "week 2/plates.txt": TWO_PLATES,
    "week 2/plate.csv": CSV,
    "week 2/plate.layout.toml": CSV_LAYOUT,
}


def folder_of(folder: Path, files: dict[str, Path | bytes]) -> Path:
    """Path below the folder → a file to copy, or bytes."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    return folder


def digests(folder: Path) -> dict[str, str]:
    """Every file of a tree, the hidden ones too → SHA-256."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def batch(folder: Path, out: Path, *words: str | Path) -> Done:
    return elisa_bdnf("batch", folder, "--out", out, *words)
