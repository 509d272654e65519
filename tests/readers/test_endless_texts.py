"""Texts far longer than any export: refused by their length, and up to it without costs that grow as their square."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from readings import FORMS

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.readers import MOST_JSON, READERS, read_file
from elisa_bdnf.readers._limits import FEWEST_CHARACTERS, MOST_TEXT

PRINTED = {form.name: form.printed(form.simulated()) for form in FORMS if form.reader == "bmg_mars"}

LIST = "Well,OD,Remark\n" + "A1,0.123,a remark on the well\n" * (MOST_TEXT // 30 + 1)
GEN5 = "Software Version\t3.12\nPlate Number\tPlate 1\n"
TOO_LONG = {
    "characters": (LIST.encode(), "characters"),
    "characters of two bytes": (LIST.encode("utf-16"), "characters"),
    "of a format that may be longer": ((GEN5 + "a key\tand what it says\n" * (MOST_TEXT // 11)).encode(), "characters"),
    "bytes": (b"x" * (4 * max(reader.most_text for reader in READERS) + 1), "bytes"),
    "lines": (b"Well,OD\n" + b"1\n" * (MOST_TEXT // FEWEST_CHARACTERS), "lines"),
    "json": (b'{"plate reader aggregate document": "' + b"x" * MOST_JSON + b'"}', "characters"),
}
SLOW_ONCE = {
    "a key with very many cells": PRINTED["list"] + b"\n" + (b"0.123\t" * 1200 + b"\n") * 240,
    "plates without number": PRINTED["matrices"] * 150,
    "read steps": (GEN5 + "Read\tAbsorbance Endpoint\n\tWavelengths:  450\n" * 20_000).encode(),
    "plates of a list": ("Plate,Well,OD\n" + "".join(f"P{n},A1,0.5\n" for n in range(60_000))).encode(),
    "matrices of Kaleido": b"Results for x\nBarcode: 1, PlateRepeat: 1, WellRepeat: 1\n,1,2\nA,1,2\n\n" * 20_000,
    "measurements of Spark": b"Application: SparkControl\n" + b"Mode,Absorbance\nName,x\n<>,1,2\nA,1,2\n\n" * 19_000,
    "plates of Gen5": (GEN5 + "Plate Number\tP\nResults\n\t1\t2\nA\t0.1\t0.2\t450\n\n" * 20_000).encode(),
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
