"""Texts far longer than any export: refused by their length, and up to it without costs that grow as their square."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from readings import FORMS

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.readers import MOST_JSON, MOST_LINES, MOST_TEXT, read_file

PRINTED = {form.name: form.printed(form.simulated()) for form in FORMS if form.reader == "bmg_mars"}

TOO_LONG = {
    "characters": (b"Well,OD\n" + b"A1,0.123\n" * (MOST_TEXT // 9), "characters"),
    "characters of two bytes": (("Well,OD\n" + "A1,0.123\n" * (MOST_TEXT // 9)).encode("utf-16"), "characters"),
    "bytes": (b"x" * (4 * MOST_TEXT + 1), "bytes"),
    "lines": (b"Well,OD\n" + b"1\n" * MOST_LINES, "lines"),
    "json": (b'{"plate reader aggregate document": "' + b"x" * MOST_JSON + b'"}', "characters"),
}
SLOW_ONCE = {
    "a key with very many cells": PRINTED["list"] + b"\n" + (b"0.123\t" * 1200 + b"\n") * 240,
    "plates without number": PRINTED["matrices"] * 150,
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_what_is_too_long_is_refused_with_its_length(name: str) -> None:
    data, what = TOO_LONG[name]
    with pytest.raises(ExportError, match=rf"plate.txt: the text has [0-9,]+ {what}; expected at most"):
        read_file(InputFile("plate.txt", data))


@pytest.mark.parametrize("name", SLOW_ONCE)
def test_what_is_just_not_too_long_ends_soon(name: str) -> None:
    """A very generous limit: the costs that were squares took ten times as long."""
    started = time.process_time()
    with suppress(ExportError):
        read_file(InputFile("plate.csv", SLOW_ONCE[name]))
    assert time.process_time() - started < 8
