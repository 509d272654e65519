"""Files that differ in the last digits of their numbers alone."""

from __future__ import annotations

import io
import zipfile

import pytest

from elisa_bdnf.verifying.near import near

NEAR = [
    (b"x,1.1060999631877677,within", b"x,1.106099963187768,within"),
    (b"412 pg/mL", b"413 pg/mL"),  # rounded up on the other side
    (b"CV 20.4 %", b"CV 20.5 %"),
    (b"1e-05", b"1.00000000001e-05"),
    (b"b376d3ada9a806164bdd824c", b"a376d3ada9a806164bdd824c"),  # a hash of such numbers
]
FAR = [
    (b"within", b"below"),
    (b"412 pg/mL", b"414 pg/mL"),
    (b"2 wells", b"3 wells"),
    (b"1.1060999", b"1.1061999"),
    (b"1.0,2.0", b"1.0"),
    (b"\xff", b"\xfe"),
    (b"PK\x03\x04", b"PK\x03\x05"),
]


def workbook(value: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<v>{value}</v>")
    return stream.getvalue()


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_near(one: bytes, other: bytes) -> None:
    assert near(one, other)


@pytest.mark.parametrize(("one", "other"), FAR)
def test_far(one: bytes, other: bytes) -> None:
    assert not near(one, other)


def test_workbooks_are_looked_into() -> None:
    assert near(workbook("1.23456789012"), workbook("1.23456789013"))
    assert not near(workbook("1.23"), workbook("1.33"))


def test_a_bomb_in_place_of_a_workbook_is_no_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elisa_bdnf.verifying.near._MOST_UNPACKED", 1000)
    assert near(workbook("0" * 900), workbook("0" * 900))
    assert not near(workbook("0" * 2000), workbook("0" * 2000))
