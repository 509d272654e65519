"""Bytes → text → lines → cells: strict, in a fixed order, and with a remark where something was decided."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ElisaError
from elisa_bdnf.inputs.decoding import decode
from elisa_bdnf.inputs.text import (
    LONGEST_LINE,
    cells_from_line,
    delimiter_from_lines,
    lines_from_text,
    rows_from_lines,
)

TEXT = "Temperature(°C)\t1\r\nµ\t2\r\n"

ENCODINGS = {
    "utf-8": TEXT.encode(),
    "utf-8 with mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16-le with mark": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16-be with mark": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "utf-16-le": TEXT.encode("utf-16-le"),
    "utf-16-be": TEXT.encode("utf-16-be"),
    "cp1252": TEXT.encode("cp1252"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_one_text_in_every_encoding(name: str) -> None:
    decoded = decode(ENCODINGS[name])
    assert decoded.text == TEXT
    assert bool(decoded.remarks) == (name in {"utf-16-le", "utf-16-be", "cp1252"})


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"a\x00b", "zero bytes"),
        (b"line\n\x81\x8d", "cannot be read"),
        ("a\x85b".encode(), "control code"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "cannot be read"),
        (codecs.BOM_UTF8 + b"\xff", "cannot be read"),
    ],
    ids=["zero byte", "no encoding", "C1 control", "cut utf-16", "broken utf-8 behind its mark"],
)
def test_what_is_not_understood_is_refused_with_its_line(data: bytes, found: str) -> None:
    with pytest.raises(ElisaError, match=found) as refused:
        decode(data)
    assert refused.value.problems[0].place.isdigit()


def test_a_lost_character_is_remarked_and_kept() -> None:
    decoded = decode("a\nT\ufffd 450".encode())
    assert decoded.text == "a\nT\ufffd 450"
    assert "Line 2" in decoded.remarks[0]


def test_the_users_word_on_the_encoding_is_the_only_one_tried() -> None:
    assert decode("血清".encode("shift_jis"), "shift_jis").text == "血清"
    with pytest.raises(ElisaError, match="cannot be read as utf-8"):
        decode("血清".encode("shift_jis"), "utf-8")
    with pytest.raises(ElisaError, match="not the name of an encoding"):
        decode(b"a", "utf-9")


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))), st.sampled_from(["\n", "\r\n", "\r"])
)
def test_lines_end_at_line_ends_only(lines: list[str], end: str) -> None:
    text = "".join(line + end for line in lines)
    assert lines_from_text(text) == tuple(lines)


def test_too_long_a_line_is_named() -> None:
    with pytest.raises(ElisaError) as refused:
        lines_from_text("a\n" + "b" * (LONGEST_LINE + 1))
    assert refused.value.problems[0].place == "2"


DELIMITERS = [
    (["a\tb,c", "1\t2,5"], "\t"),
    (["a;b", "1,5;2,5"], ";"),
    (["a,b", "1.5,2.5", "note; with semicolon"], ","),
    (["sep=|", "a,b"], "|"),
    (['"x;y",2', '"z;u",3'], ","),
    (["0.1 0.2  0.3", "0.4 0.5 0.6"], " "),
    (["one word"], "\t"),
]


@pytest.mark.parametrize(("lines", "delimiter"), DELIMITERS, ids=[repr(lines) for lines, _ in DELIMITERS])
def test_delimiter(lines: list[str], delimiter: str) -> None:
    assert delimiter_from_lines(lines) == delimiter


CELLS = [
    ("a\tb\t", "\t", ("a", "b", "")),
    ('"a,b",c', ",", ("a,b", "c")),
    ('"say ""x""",c', ",", ('say "x"', "c")),
    ('5" plate,c', ",", ('5" plate', "c")),
    ('"open,c', ",", ('"open', "c")),
    ('"a"b,c', ",", ('"a"b', "c")),
    ("", ",", ("",)),
    ("0.1  0.2 ", " ", ("0.1", "0.2")),
    ("  1  2", " ", ("", "1", "2")),
]


@pytest.mark.parametrize(("line", "delimiter", "cells"), CELLS, ids=[repr(line) for line, _, _ in CELLS])
def test_cells(line: str, delimiter: str, cells: tuple[str, ...]) -> None:
    assert cells_from_line(line, delimiter) == cells


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8")), min_size=1), st.sampled_from("\t,;|"))
def test_quoted_cells_come_back(cells: list[str], delimiter: str) -> None:
    line = delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells)
    assert cells_from_line(line, delimiter) == tuple(cells)


def test_rows_keep_the_number_of_their_line() -> None:
    assert rows_from_lines(["sep=;", "a;b", "", "c"], ";") == ((), ("a", "b"), (), ("c",))


@pytest.mark.parametrize("line", ["a,b c", " a , b c\u00a0", "a,b c,,,", 'a,"b c", ,""', '"a",b c,'])
def test_padding_and_blanks_around_cells_are_no_part_of_a_row(line: str) -> None:
    assert rows_from_lines([line], ",") == (("a", "b c"),)


@pytest.mark.parametrize("line", ["9" * 200_000, "a" * 200_000, "9 " * 50_000 + "x", "A " + "1" * 200_000 + "!"])
def test_a_long_line_without_delimiters_takes_no_longer_than_its_length(line: str) -> None:
    assert delimiter_from_lines([line]) in "\t "
