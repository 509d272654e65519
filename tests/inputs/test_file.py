"""A user's file: refused before it is opened if it is none, known by its content and not by its name."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from elisa_bdnf.errors import ExportError, LayoutError
from elisa_bdnf.inputs import file as files
from elisa_bdnf.inputs.file import KIND_TITLES, InputFile, kind_from_bytes

KINDS = {
    "empty": b" \r\n\t",
    "text": b"Software Version\t3.12",
    "json": b'{"a": 1}',
    "xml": b'<?xml version="1.0"?><a/>',
    "html": b"<!DOCTYPE html><html>403",
    "image": b"\x89PNG\r\n",
    "pdf": b"%PDF-1.7",
    "gzip": b"\x1f\x8b\x08",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "encrypted": b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
    "sqlite": b"SQLite format 3\0",
    "lfs": b"version https://git-lfs.github.com/spec/v1",
    "binary": bytes(range(256)) * 4,
    "zip": b"PK\x03\x04",
}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_by_content(kind: str) -> None:
    assert kind_from_bytes(KINDS[kind]) == kind
    assert kind in KIND_TITLES


def test_a_workbook_by_what_is_in_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "data.txt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert InputFile.open(path).kind == "xlsx"


def test_utf16_text_is_text() -> None:
    assert kind_from_bytes("##BLOCKS= 1\r\nPlate:\t".encode("utf-16")) == "text"


def test_views(tmp_path: Path) -> None:
    path = tmp_path / "plate.csv"
    path.write_bytes(b"a;b\r\n1,5;2\r\n")
    file = InputFile.open(path)
    assert (file.name, file.delimiter, file.encoding, file.lines) == ("plate.csv", ";", "utf-8", ("a;b", "1,5;2"))
    assert file.rows == (("a", "b"), ("1,5", "2"))
    assert file.sha256 == "5cbe4758186566a2d08844d9069b0349c97e587c84db243bfc5efe473d2e83bd"


@pytest.mark.parametrize("error", [ExportError, LayoutError])
def test_problems_name_the_file_and_are_of_the_asked_kind(tmp_path: Path, error: type[ExportError]) -> None:
    with pytest.raises(error, match=r"^none.txt: there is no such file"):
        InputFile.open(tmp_path / "none.txt", error=error)
    with pytest.raises(error, match="this is a folder"):
        InputFile.open(tmp_path, error=error)
    with pytest.raises(error, match=r"^x.txt:1: "):
        _ = InputFile("x.txt", b"\x81\x8d", error).lines


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExportError, match="device, pipe or socket"):
        InputFile.open(tmp_path / "pipe")


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 2_000_000)
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * 3_000_000)
    with pytest.raises(ExportError, match="the file has 3 MB; expected at most 2 MB"):
        InputFile.open(path)
