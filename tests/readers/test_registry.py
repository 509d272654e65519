"""Every reader is asked; exactly one may say yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from elisa_bdnf import readers
from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers import READERS, read_export, read_file
from elisa_bdnf.readers._reader import Reader
from readers.printed_plates import Plate, Style, gen5
from shared import EXPORTS, needs_corpus

PLAIN = Plate(tuple(range(96)), tuple(range(96)), {})


def never(file: InputFile) -> tuple[Reading, ...]:
    raise AssertionError(file.name)


def test_names_are_unique_and_titles_are_there() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
    assert all(reader.title for reader in READERS)


def test_two_candidates_are_an_error_that_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = Reader("twin", "a twin", lambda file: True, never)
    monkeypatch.setattr(readers, "READERS", (*READERS, twin))
    with pytest.raises(ExportError, match=r"gen5, twin.*--format"):
        read_file(InputFile("plate.txt", gen5(PLAIN, Style())))
    assert read_file(InputFile("plate.txt", gen5(PLAIN, Style())), format="gen5")


def test_a_generic_reader_is_not_asked_where_another_one_knows_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    anything = Reader("anything", "anything", lambda file: True, never, generic=True)
    monkeypatch.setattr(readers, "READERS", (*(r for r in READERS if not r.generic), anything))
    assert read_file(InputFile("plate.txt", gen5(PLAIN, Style())))[0].source.format == "gen5"


REFUSED = {
    "nothing": (b"", "an empty file"),
    "a letter": (b"Dear colleague,\nplease find attached\n", "no plate"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "an image"),
    "an archive": (b"PK\x03\x04" + b"\0" * 30, "unpack it"),
    "a web page": (b"<!DOCTYPE html><html>", "web page"),
    "a locked workbook": (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
    "bytes": (bytes(range(256)) * 8, "binary"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_export_is_refused_with_what_it_is(name: str) -> None:
    data, found = REFUSED[name]
    with pytest.raises(ExportError, match=found) as refused:
        read_file(InputFile("plate.txt", data))
    assert all(problem.file == "plate.txt" for problem in refused.value.problems)


@pytest.mark.parametrize("title", ["Exponential phase", "Mabtech human BDNF kit", "a spot of grease, exponent 2"])
def test_words_of_other_assays_in_a_title_are_no_such_assay(title: str) -> None:
    (reading,) = read_file(InputFile("plate.csv", f"{title}\n450\n,1,2\nA,0.5,0.6\nB,0.7,0.8\n".encode()))
    assert reading.channels[0].values[:2] == (0.5, 0.6)


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    with pytest.raises(ExportError, match=r"no format 'gen6'; expected one of .*gen5"):
        read_file(InputFile("plate.txt", gen5(PLAIN, Style())), format="gen6")


def test_a_wrong_format_of_the_user_is_an_error_of_the_export_and_no_crash() -> None:
    for reader in READERS:
        if reader.name != "gen5":
            with pytest.raises(ExportError):
                read_file(InputFile("plate.txt", b"no plate at all\n"), format=reader.name)


def test_a_file_that_nobody_can_read_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    sheet_reader = "elisa_bdnf.inputs.workbook.read_sheets"
    broken = ExportError("broken")
    monkeypatch.setattr(sheet_reader, lambda data, name: asked.append(name) or (_ for _ in ()).throw(broken))
    with pytest.raises(ExportError, match="broken"):
        read_file(InputFile("plate.xlsx", b"PK\x03\x04xl/workbook.xml"))
    assert len(asked) == 1


LAYOUTS = {
    "stacked": b",1,2,3\r\nA,STD1,STD1,ctl\r\nB,STD2,STD2,p 7\r\n",
    "with titles": b"role;1;2\r\nA;standard;standard\r\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_in_place_of_an_export_is_recognized_as_one(name: str) -> None:
    with pytest.raises(ExportError, match=r"^plate.csv:1: the plate here holds words .*--layout"):
        read_file(InputFile("plate.csv", LAYOUTS[name]))


def test_the_file_need_not_exist() -> None:
    with pytest.raises(ExportError, match=r"^none.txt: there is no such file"):
        read_export(Path("none.txt"))


@needs_corpus
def test_no_real_export_is_claimed_by_two_readers() -> None:
    specific = [reader for reader in READERS if not reader.generic]
    for path in sorted(path for path in EXPORTS.rglob("*") if path.is_file()):
        file = InputFile.open(path)
        claimed = [reader.name for reader in specific if readers._recognizes(reader, file)]
        assert len(claimed) <= 1, (path.name, claimed)
