"""Names that are safe everywhere, and files that are whole or absent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from elisa_bdnf.errors import OutputError
from elisa_bdnf.output import is_copy_of_edited, keep_edited, safe_stem, write_folder

HOSTILE = [
    "../../etc/passwd", "a/b", "a\\b", "a:b", "a?b", "CON", "con.txt", "lpt1", ".hidden", "-rf", "", " ", "\x1b[31mred",
    "x" * 300, "name.", "émile", "日本", "a\nb", "~", "..",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_becomes_a_plain_one(name: str) -> None:
    stem = safe_stem(name)
    assert stem
    assert len(stem) <= 80
    assert all(c.isascii() and (c.isalnum() or c in "._-") for c in stem)
    assert stem[0] not in ".-"
    assert stem[-1] != "."
    assert stem.split(".")[0].casefold() not in {"con", "lpt1"}


def test_different_names_stay_different() -> None:
    assert len({safe_stem(name) for name in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize(("name", "stem"), [("Plate 1", "Plate_1"), ("plate", "plate"), ("BDNF-07.b", "BDNF-07.b")])
def test_a_usual_name_stays_readable(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


def test_files_appear_together_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, {"a": b"old", "b": b"old"})
    written: list[Path] = []

    def full_disk(path: Path, content: bytes) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr("elisa_bdnf.output._write_through", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        write_folder(tmp_path, {"a": b"new", "b": b"new"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old", "b": b"old"}


def test_what_was_edited_is_copied_and_nothing_else(tmp_path: Path) -> None:
    def sha(content: bytes) -> list[str]:
        return [hashlib.sha256(content).hexdigest()]

    write_folder(tmp_path, {"same.csv": b"old", "edited.csv": b"mine", "new.csv": b"new", "strange.csv": b"?"})
    written = dict.fromkeys(["same.csv", "edited.csv", "new.csv", "gone.csv"], sha(b"old"))
    files = dict.fromkeys(["same.csv", "edited.csv", "new.csv", "gone.csv", "strange.csv"], b"new")
    assert keep_edited(tmp_path, files, written) == ["edited.edited.csv"]
    assert keep_edited(tmp_path, files, written) == ["edited.edited.csv"]  # the same content needs no second copy
    write_folder(tmp_path, {"edited.csv": b"again"})
    assert keep_edited(tmp_path, files, written) == ["edited.edited-2.csv"]
    assert (tmp_path / "edited.edited.csv").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("report.edited.xlsx", True), ("samples.edited-12.csv", True), ("edited.csv", False), ("x.edited.csv.exe", False)],
)
def test_copies_are_known_by_their_names(name: str, expected: bool) -> None:
    assert is_copy_of_edited(name) == expected
