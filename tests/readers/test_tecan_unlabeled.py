"""Tecan text whose matrices have neither row letters nor column numbers."""

from __future__ import annotations

import pytest

from elisa_bdnf.model.reading import NoteKind
from readers.vendor_prints import (
    Rows,
    assert_survives_cuts,
    assert_survives_damage,
    matrix_of,
    read_bytes,
    refusal,
    text,
    values_for,
)
from shared import EXPORTS, needs_corpus

OD = values_for()


def export(*matrices: Rows) -> Rows:
    times = [row for i, values in enumerate(matrices) for row in [[f"{i * 21}s"], *values]]
    return [*[[f"OD{450 + i}"] for i in range(len(matrices))], *times]


def test_matrices_by_position() -> None:
    (reading,) = read_bytes(text(export(OD, [*OD[:2], *[[""]] * 6], [["Overflow", *OD[0][1:]], *OD[1:2]])))
    assert [c.label for c in reading.channels] == ["OD450", "OD451", "OD452"]
    assert matrix_of(reading.channels[0], reading.shape, 8, 12) == OD
    assert reading.channels[2].notes["A1"].kind is NoteKind.OVERFLOW
    assert any("by position" in remark for remark in reading.remarks)


def test_empty_lines_at_the_top_change_nothing() -> None:
    assert read_bytes(b"\r\n\r\n" + text(export(OD, OD)))[0].channels == read_bytes(text(export(OD, OD)))[0].channels


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (export(OD[:7], OD), "lines and up to 12"),
        (export(OD, [["spilled", *OD[0][1:]], *OD[1:]]), "'spilled' in well A1"),
        ([["OD"], ["0s", *OD[0], *OD[1]]], "in one line"),
    ],
)
def test_refusals(rows: Rows, words: str) -> None:
    assert words in refusal(text(rows))


def test_damage_gives_a_reading_or_an_error() -> None:
    assert_survives_damage(export(OD, OD), text)
    assert_survives_cuts(text(export(OD, OD)))


@needs_corpus
def test_corpus() -> None:
    (reading,) = read_bytes((EXPORTS / "ec363_parsleyapp/data_green_matrix.csv").read_bytes())
    assert len(reading.channels) == 9
    assert reading.channels[1].values[:2] == (54720, 36588)
    assert "in one line" in refusal((EXPORTS / "ec363_parsleyapp/data_green_rows.csv").read_bytes())
