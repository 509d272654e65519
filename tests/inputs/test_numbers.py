"""What may stand in a well: numbers by a grammar, a closed list of words, one decimal mark for a file."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.numbers import (
    decimal_mark_from_rows,
    number_from_text_or_none,
    numbers_from_texts,
    response_or_none,
    result_or_none,
)
from elisa_bdnf.inputs.printed_digits import decimals_from_text, decimals_of_numbers

NUMBERS = {
    "0.123": 0.123, "-0.5": -0.5, "+1": 1.0, "1E+07": 1e7, "1.93e+03": 1930.0, ".5": 0.5, "5.": 5.0,
    " 0.1 ": 0.1, "\u22120.2": -0.2, "0.08780000358819962": 0.08780000358819962, "-0.000": 0.0,
}  # fmt: skip
NOT_NUMBERS = [
    "", " ", "1_000", "０.５", "١٢", "nan", "inf", "infinity", "1e999", "0x10", "1,5", "1 000", "1'000", "1.2.3", "--1",
    "1e", "e5", "½", "12%", "$1", "1.5\n2", "TRUE",
]  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text: str) -> None:
    assert number_from_text_or_none(text) == NUMBERS[text]


@pytest.mark.parametrize("text", NOT_NUMBERS, ids=repr)
def test_what_float_would_take_or_people_write_is_no_number(text: str) -> None:
    assert number_from_text_or_none(text) is None


ODD = ["007", "5\n", "1\t2", "OVRFLW", "-,5", "5,"]
CELLS = st.one_of(st.sampled_from([*NUMBERS, *NOT_NUMBERS, *ODD]), st.text("0189.,+-eE \u2212\u00a0", max_size=8))


@given(st.lists(CELLS, max_size=6), st.sampled_from(".,"))
def test_many_texts_are_read_like_each_of_them(texts: list[str], decimal: str) -> None:
    found = [None if math.isnan(number) else number for number in numbers_from_texts(texts, decimal)]
    assert found == [number_from_text_or_none(text, decimal) for text in texts]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_printed_number_comes_back(value: float) -> None:
    assert number_from_text_or_none(repr(value)) == value
    assert number_from_text_or_none(repr(value).replace(".", ","), ",") == value


@pytest.mark.parametrize(("text", "digits"), [("1.230", 3), ("5", 0), ("1E+07", None), ("OVER", None)])
def test_printed_decimals(text: str, digits: int | None) -> None:
    assert decimals_from_text(text) == digits


@given(st.lists(CELLS | st.sampled_from(["0.12", "10.50", "-1.23", "n.a.", ".12"]), max_size=6), st.sampled_from(".,"))
def test_printed_decimals_of_many_are_those_of_each(texts: list[str], decimal: str) -> None:
    cells = [text.strip() for text in texts]
    found = decimals_of_numbers(cells, numbers_from_texts(cells, decimal), decimal)
    assert found == [decimals_from_text(cell, decimal) for cell in cells]


# text → kind of the note in a measured channel, and in a calculated one; None: an unknown word
WORDS = {
    "OVRFLW": ("overflow", "overflow"),
    "OVER": ("overflow", "overflow"),
    "Overflow": ("overflow", "overflow"),
    "#SAT": ("overflow", "overflow"),
    "*.***": ("overflow", "overflow"),
    ">4.000": ("overflow", "limit"),
    "<0.001": ("underflow", "limit"),
    ">105.000": ("overflow", "limit"),
    " > Max": ("overflow", "limit"),
    "MISSED": ("missing", "missing"),
    "-": ("missing", "missing"),
    "NaN": ("missing", "missing"),
    "?????": ("error", "error"),
    "####": ("error", "error"),
    "Range?": ("error", "error"),
    "Error": ("error", "error"),
    "1.#INF": ("error", "error"),
    "#DIV/0!": ("error", "error"),
    "Masked": ("masked", "masked"),
    "*OVRFLW*": ("masked", "masked"),
    "Positive": (None, None),
    "O.123": (None, None),
    "0.12 0.13": (None, None),
    "*abc*": (None, None),
    ">": (None, None),
    "=1+1": (None, None),
}


@pytest.mark.parametrize("text", WORDS, ids=repr)
def test_words_are_notes_without_numbers_or_unknown(text: str) -> None:
    for read, kind in zip((response_or_none, result_or_none), WORDS[text], strict=True):
        cell = read(text)
        if kind is None:
            assert cell is None
        else:
            assert cell is not None
            assert cell.note is not None
            assert (cell.note.kind.value, cell.note.text) == (kind, " ".join(text.split()))
            assert math.isnan(cell.value)


def test_an_excluded_number_is_kept_with_its_note() -> None:
    cell = response_or_none("*0,356*", ",")
    assert cell is not None
    assert cell.note is not None
    assert (cell.value, cell.note.kind.value) == (0.356, "masked")


@given(st.text(max_size=12))
def test_any_text_is_a_number_a_word_empty_or_unknown(text: str) -> None:
    cell = response_or_none(text)
    if cell is not None and cell.note is None and text.strip():
        assert number_from_text_or_none(text) == cell.value


MARKS = [
    ([["0.123", "5"]], "."),
    ([["0,123", "5"]], ","),
    ([["1,234", "0,5"]], ","),
    ([["*0,356*", ">105,000", "1"]], ","),
    ([["5", "OVRFLW", ""]], "."),
    ([["20.02.2024", "0,5"]], ","),
    ([[0.5, None, "1"]], "."),
]


@pytest.mark.parametrize(("rows", "mark"), MARKS, ids=[repr(rows) for rows, _ in MARKS])
def test_decimal_mark_of_a_file(rows: list[list[object]], mark: str) -> None:
    assert decimal_mark_from_rows(rows) == mark


def test_both_marks_name_both_lines() -> None:
    with pytest.raises(ExportError, match="line 4 has numbers with a decimal point and line 6") as refused:
        decimal_mark_from_rows([["1"], ["0.5"], ["x"], ["0,5"]], first_line=3)
    assert refused.value.problems[0].place == "6"


@pytest.mark.parametrize("rows", [[["1,234"]], [["1,234", "12"], ["45,678"]]])
def test_thousands_or_decimals_is_no_question_to_guess(rows: list[list[object]]) -> None:
    with pytest.raises(ExportError, match="thousands"):
        decimal_mark_from_rows(rows)
