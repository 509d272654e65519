"""A plate printed in any encoding, arrangement, delimiter and decimal mark is read back as it was."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ExportError, Problem
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import Correction, Reading
from elisa_bdnf.readers import read_file
from readers.printed_plates import STANDARDS, WELLS, Plate, Style, gen5, plates, softmax, styles

GEN5_WORDS = ("OVRFLW", "MISSED", "*", "")
SOFTMAX_WORDS = ("#SAT", "Masked", "NaN")
PLAIN = Plate(tuple(range(100, 196)), tuple(range(40, 136)), {})


def read(data: bytes) -> Reading:
    (reading,) = read_file(InputFile("plate.txt", data))
    return reading


def check_channel(reading: Reading, label: str, plate: Plate, thousandths: tuple[int, ...]) -> None:
    channel = next(channel for channel in reading.channels if channel.label == label)
    for well, value, expected in zip(WELLS, channel.values, thousandths, strict=True):
        word = plate.words.get(well, "")
        if word and word != "*":
            assert math.isnan(value)
            assert channel.notes[well].text == word
        else:
            assert value == pytest.approx(expected / 1000, abs=1e-12)
            assert (well in channel.notes) == (word == "*")


def check_standards(reading: Reading) -> None:
    assert reading.layout is not None
    for row, nominal in zip("ABCDEFGH", STANDARDS, strict=False):
        content = reading.layout.contents[f"{row}2"]
        assert (content.role, content.nominal) == (Role.STANDARD, nominal)


@given(plates(GEN5_WORDS), styles(delimiters=("\t", ";", ",")), st.booleans())
def test_gen5(plate: Plate, style: Style, titled: bool) -> None:
    reading = read(gen5(plate, style, titled=titled))
    assert (reading.plate, reading.source.format) == ("Plate 7", "gen5")
    check_channel(reading, "450", plate, plate.main)
    check_channel(reading, "630", plate, plate.reference)
    check_standards(reading)
    assert reading.layout is not None
    sample = reading.layout.contents["C5"]
    assert (sample.name, sample.dilution_factor) == ("SPL3", 4.0)
    assert reading.layout.contents["H1"].role is Role.BLANK


@given(plates(SOFTMAX_WORDS), styles(delimiters=("\t", ",", ";")), st.booleans(), st.integers(0, 12))
def test_softmax(plate: Plate, style: Style, by_wells: bool, blocks: int) -> None:
    reading = read(softmax(plate, style, by_wells=by_wells, blocks=blocks))
    assert (reading.plate, reading.source.format) == ("Plate7", "softmax")
    check_channel(reading, "450", plate, plate.main)
    check_channel(reading, "630", plate, plate.reference)
    assert reading.channels[2].correction is Correction.REFERENCE
    check_standards(reading)
    assert reading.layout is not None
    assert reading.layout.unit == "pg/mL"


@given(styles(delimiters=("\t",)), st.sampled_from([gen5, softmax]))
def test_only_remarks_depend_on_the_encoding(style: Style, form: object) -> None:
    assert callable(form)
    plain = read(form(PLAIN, replace(Style(), decimal=style.decimal)))
    other = read(form(PLAIN, style))
    assert replace(other, source=plain.source, remarks=plain.remarks) == plain


DAMAGED = {
    "gen5": gen5(PLAIN, Style()),
    "gen5, utf-16": gen5(PLAIN, Style(encoding="utf-16"), titled=True),
    "softmax": softmax(PLAIN, Style()),
    "softmax, utf-16": softmax(PLAIN, Style(encoding="utf-16"), by_wells=True),
}


def reading_or_refusal(data: bytes) -> None:
    problems: tuple[Problem, ...] = ()
    readings: tuple[Reading, ...] = ()
    try:
        readings = read_file(InputFile("plate.txt", data))
    except ExportError as refused:
        problems = refused.problems
    assert bool(readings) is not bool(problems)
    assert all(problem.file == "plate.txt" and problem.found for problem in problems)
    for reading in readings:
        assert any(not math.isnan(value) for channel in reading.channels for value in channel.values)


@pytest.mark.parametrize("name", DAMAGED)
def test_every_prefix_is_a_reading_or_a_refusal(name: str) -> None:
    data = DAMAGED[name]
    for length in range(0, len(data), max(1, len(data) // 150)):
        reading_or_refusal(data[:length])


@given(st.sampled_from(sorted(DAMAGED)), st.data())
def test_damaged_bytes_are_a_reading_or_a_refusal(name: str, drawn: st.DataObject) -> None:
    data = bytearray(DAMAGED[name])
    for _ in range(drawn.draw(st.integers(1, 8))):
        data[drawn.draw(st.integers(0, len(data) - 1))] = drawn.draw(st.integers(0, 255))
    reading_or_refusal(bytes(data))


@given(st.sampled_from(sorted(DAMAGED)), st.data())
def test_damaged_lines_are_a_reading_or_a_refusal(name: str, drawn: st.DataObject) -> None:
    lines = DAMAGED[name].split(b"\r\n")
    for _ in range(drawn.draw(st.integers(1, 4))):
        source, target = (drawn.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines[target : target + drawn.draw(st.integers(0, 2))] = [lines[source]]
    reading_or_refusal(b"\r\n".join(lines))


def numbers(reading: Reading) -> dict[tuple[str, str], float]:
    wells = list(reading.shape.wells())
    return {
        (channel.label, well): value
        for channel in reading.channels
        for well, value in zip(wells, channel.values, strict=True)
        if not math.isnan(value)
    }


@pytest.mark.parametrize("name", DAMAGED)
def test_a_cut_off_export_is_refused_or_says_so_and_changes_no_number(name: str) -> None:
    data = DAMAGED[name]
    whole = read(data)
    for length in range(len(data) // 2, len(data) - 4, 61):
        try:
            cut = read(data[:length])
        except ExportError:
            continue
        wrong = {key for key, value in numbers(cut).items() if value != numbers(whole).get(key)}
        assert len(wrong) <= 1
        if wrong or numbers(cut) != numbers(whole):
            assert len(cut.remarks) > len(whole.remarks)


UNKNOWN = {"gen5": gen5, "softmax": softmax}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_word_is_named_with_well_and_line(name: str) -> None:
    data = UNKNOWN[name](replace(PLAIN, words={"C7": "O.123"}), Style())
    with pytest.raises(ExportError) as refused:
        read(data)
    problem = refused.value.problems[0]
    assert "'O.123' in well C7" in problem.found
    assert data.split(b"\r\n")[int(problem.place) - 1].count(b"O.123")


def test_mixed_decimal_marks_are_refused_with_both_lines() -> None:
    data = gen5(PLAIN, Style()).replace(b"0.104", b"0,104")
    with pytest.raises(ExportError, match=r"line [0-9]+ has numbers with a decimal point and line [0-9]+"):
        read(data)
