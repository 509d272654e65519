"""The picture of a plate fits the terminal, and words and masks do not push it apart."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import pytest
from rich.console import Console

from elisa_bdnf.cli import _reading_picture as picture
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.reading import Channel, ChannelKind, Note, NoteKind, Reading, Source

PLATE = Shape(8, 12)
NOTES = {"B2": Note("Overflow!", NoteKind.OVERFLOW), "C3": Note("*0.356*", NoteKind.MASKED)}
VALUES = tuple(math.nan if well == "B2" else 0.356 for well in PLATE.wells())
READING = Reading(
    Source("plate.csv", "0" * 64, "plain_grid"), "Plate 1", PLATE, (Channel("OD 450", VALUES, 450.0, notes=NOTES),)
)


def printed(monkeypatch: pytest.MonkeyPatch, width: int, *readings: Reading) -> list[str]:
    stream = io.StringIO()

    def console(**options: object) -> Console:
        return Console(file=stream, width=width, force_terminal=True, color_system=None, highlight=False, markup=False)

    monkeypatch.setattr(picture, "Console", console)
    picture.print_readings(readings)
    return stream.getvalue().split("\n")


def plate_lines(lines: list[str], row: str) -> list[str]:
    return [line for line in lines if line.startswith(f" {row} ")]


def test_a_plate_of_96_wells_fits_80_columns_with_words_and_masks_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, 80, READING)
    assert max(map(len, lines)) <= 80
    (row_b,), (row_c,) = plate_lines(lines, "B"), plate_lines(lines, "C")
    assert row_b.split()[2] == "Over…"
    assert row_c.split()[3] == "0.36*"
    assert "  'Overflow!' (overflow): B2" in lines


@pytest.mark.parametrize(("width", "parts"), [(80, 2), (120, 2), (150, 1), (30, 6)])
def test_a_wide_plate_is_printed_in_equal_parts(monkeypatch: pytest.MonkeyPatch, width: int, parts: int) -> None:
    shape = Shape(16, 24)
    wide = replace(READING, shape=shape, channels=(Channel("OD", (0.5,) * shape.size),))
    rows = plate_lines(printed(monkeypatch, width, wide), "A")
    assert [len(row.split()) - 1 for row in rows] == [24 // parts] * parts


def test_counts_are_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Channel("RLU", (40.0,) * 96, kind=ChannelKind.LUMINESCENCE)
    (row, *_) = plate_lines(printed(monkeypatch, 80, replace(READING, channels=(counts,))), "A")
    assert row.split() == ["A", *["40"] * 12]


def test_long_names_keep_their_beginning_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(PLATE, {"A1": Content(Role.SAMPLE, "subject-17-visit-230min")})
    assert any("subject-…-230min" in line for line in printed(monkeypatch, 80, replace(READING, layout=layout)))


def test_header_keys_are_named_once_for_all_plates_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    keyed = replace(READING, unread_header=tuple(f"key {number}" for number in range(40)))
    text = "\n".join(printed(monkeypatch, 80, keyed, replace(keyed, plate="Plate 2")))
    assert text.count("Header keys that were not used") == 1
    assert "and 20 more (see" in text.replace("\n    ", " ")
