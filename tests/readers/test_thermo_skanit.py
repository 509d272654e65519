"""SkanIt workbooks: steps, plates, layout, the instrument's own curve and concentrations."""

from __future__ import annotations

import math

import pytest

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import Correction, NoteKind
from readers.vendor_prints import (
    Rows,
    assert_survives_damage,
    corpus_files,
    letter,
    matrix,
    matrix_of,
    read_bytes,
    refusal,
    values_for,
    values_not_read,
    xlsx,
)
from shared import needs_corpus

OD = values_for(3, 4)
NET = [[round(value - 0.05, 4) for value in row] for row in OD]
IDS = [["Std0001", "Std0001", "Un0001", "Blank1"], ["Std0002", "Std0002", "Un0002", "Blank1"], ["Un0003"] * 4]
AMOUNTS = [["500 pg/ml", "500 pg/ml", "1:25", ""], ["250 pg/ml", "250 pg/ml", "1:25", ""], ["1:10"] * 4]
CONCENTRATIONS = [[" > Max", 480.5, 33.2, "NaN"], [251.0, 249.0, " < Min", "NaN"], [20.0, 21.0, 22.0, 23.0]]
HEAD: Rows = [["Measurement results"], ["BDNF.skax"], ["3/14/2025 9:05:11 AM"], []]


def step(title: str, *parts: Rows) -> Rows:
    rows = [*HEAD, [title], *[row for part in parts for row in part], []]
    return [*rows, [f"Autoloading range A1 - M{len(rows) - 1}"]]


def plate(wavelength: int, name: str, *matrices: Rows) -> Rows:
    return [[f"Wavelength: {wavelength} nm"], [], [name], [], *[row for m in matrices for row in [*m, []]]]


def definitions(name: str, ids: Rows, amounts: Rows) -> Rows:
    rows: list[list[object]] = [["Name", name], ["Plate template", "ELISA"], [], ["", 1.0, 2.0, 3.0, 4.0]]
    for row, (codes, said) in enumerate(zip(ids, amounts, strict=True)):
        rows += [[letter(row), *codes], ["", *["Group 1"] * 4], ["", *said]]
    return rows  # type: ignore[return-value]


CURVE: Rows = [
    *HEAD,
    ["Standard Curve 1"],
    ["Fit type: 4PL"],
    ["Wavelength: 450 nm"],
    ["y = d + (a - d) / (1 + (x / c)^b)"],
    ["a = ", 0.01234],
    ["b = ", 1.2345],
    ["c = ", 812.5],
    ["d = ", 3.4567],
    ["R²: 0.998"],
    [],
    ["Well", "Sample", "Conc. [pg/ml]", "Original signal", "CV%", "Fitted signal", "Residual"],
    ["Average", "Std0001", 500.0, 0.1, 2.0, 0.1, 0.0],
    ["A1", "Std0001", 500.0, 0.1, "", 0.1, 0.0],
    [],
    ["Plate 1"],
    [],
    *matrix(NET, "Signal"),
    [],
    *matrix(CONCENTRATIONS, "Conc. [pg/ml]"),
]
SHEETS = {
    "Absorbance 1_01": step("Absorbance 1", plate(450, "Plate 1", matrix(OD, "Abs"), matrix(IDS, "Sample"))),
    "Blank Subtraction 1_02": step("Blank Subtraction 1", plate(450, "Plate 1", matrix(NET, "Blank subtracted"))),
    "Standard Curve 1_03": CURVE,
    "Dilution Factor 1_04": step("Dilution Factor 1", [["Plate 1"], []], matrix(CONCENTRATIONS, "Value")),
    "Session information": [["Session information"], [], ["", "Session notes", "", "", "second run"]],
    "Layout definitions": definitions("Plate 1", IDS, AMOUNTS),
}


def test_measured_and_corrected_channels() -> None:
    (reading,) = read_bytes(xlsx(SHEETS))
    raw, net = reading.channels
    assert (raw.wavelength_nm, raw.correction, net.correction) == (450, Correction.NONE, Correction.BLANK)
    assert matrix_of(raw, reading.shape, 3, 4) == OD
    assert matrix_of(net, reading.shape, 3, 4) == NET
    assert str(reading.shape) == "3 × 4"


def test_layout_from_its_definitions() -> None:
    (reading,) = read_bytes(xlsx(SHEETS))
    assert reading.layout is not None
    contents = reading.layout.contents
    assert reading.layout.unit == "pg/mL"
    assert (contents["A1"].role, contents["A1"].nominal) == (Role.STANDARD, 500)
    assert (contents["A3"].role, contents["A3"].dilution_factor) == (Role.SAMPLE, 25)
    assert contents["B4"].role is Role.BLANK
    assert contents["A1"].attributes["group"] == "Group 1"


@pytest.mark.parametrize(("at", "change"), [(5, 0), (6, 2), (7, 0)])
def test_definitions_that_lost_or_gained_a_line_are_not_used(at: int, change: int) -> None:
    rows = definitions("Plate 1", IDS, AMOUNTS)
    damaged = [*rows[:at], *[[""]] * change, *rows[at + 1 :]]
    (reading,) = read_bytes(xlsx({**SHEETS, "Layout definitions": damaged}))
    assert any("they were not used" in remark for remark in reading.remarks)
    assert reading.layout is not None
    assert reading.layout.contents["C1"].name == "Un0003"


def test_ids_that_differ_between_sheets_are_named() -> None:
    changed = definitions("Plate 1", [IDS[0], ["Std0009", *IDS[1][1:]], IDS[2]], AMOUNTS)
    (reading,) = read_bytes(xlsx({**SHEETS, "Layout definitions": changed}))
    assert any("differ in B1;" in remark for remark in reading.remarks)


def test_a_sheet_that_lost_a_line_is_named() -> None:
    assert not read_bytes(xlsx(SHEETS))[0].remarks[1:]
    rows = SHEETS["Absorbance 1_01"]
    (reading,) = read_bytes(xlsx({"Absorbance 1_01": [*rows[:-2], *rows[-1:]]}))
    assert any("'Absorbance 1_01' were put in or taken out" in remark for remark in reading.remarks)


def test_a_copied_sheet_is_read_once() -> None:
    rows = SHEETS["Absorbance 1_01"]
    (reading,) = read_bytes(xlsx({"Absorbance 1_01": rows, "Absorbance 1_01 (2)": rows}))
    assert [channel.label for channel in reading.channels] == ["Absorbance 1 (450 nm)"]
    assert any("repeats Absorbance 1_01!A10" in remark for remark in reading.remarks)


def test_layout_from_ids_and_standard_table_without_definitions() -> None:
    (reading,) = read_bytes(xlsx({name: rows for name, rows in SHEETS.items() if name != "Layout definitions"}))
    assert reading.layout is not None
    assert (reading.layout.contents["A1"].nominal, reading.layout.unit) == (500, "pg/mL")
    assert reading.layout.contents["C1"].name == "Un0003"


def test_the_instruments_curve_and_concentrations() -> None:
    (reading,) = read_bytes(xlsx(SHEETS))
    curve = reading.instrument_curve
    assert curve is not None
    assert (curve.model, curve.r_squared, curve.response_label) == ("4pl", 0.998, "Blank Subtraction 1 (450 nm)")
    assert dict(curve.parameters) == {"a": 0.01234, "b": 1.2345, "c": 812.5, "d": 3.4567}
    found = {r.well: r for r in reading.instrument_results if r.quantity == "concentration"}
    assert (found["B1"].value, found["A1"].value) == (251, None)
    assert found["A1"].note is not None
    assert found["A1"].note.kind is NoteKind.LIMIT
    assert {r.quantity for r in reading.instrument_results} == {
        "concentration",
        "Standard Curve 1: Signal",
        "Dilution Factor 1: Value",
    }


def test_several_plates_and_wavelengths_on_one_sheet() -> None:
    parts = [
        plate(wavelength, name, matrix([[v + shift for v in row] for row in OD], "Abs"))
        for name, shift in (("Plate 1", 0), ("Second", 1))
        for wavelength in (450, 540)
    ]
    readings = read_bytes(xlsx({"Absorbance 1_01": step("Absorbance 1", *parts)}))
    assert [reading.plate for reading in readings] == ["Plate 1", "Second"]
    assert [c.wavelength_nm for c in readings[1].channels] == [450, 540]
    assert readings[1].channels[1].values[0] == OD[0][0] + 1


def test_words_are_notes_and_never_numbers() -> None:
    values = [["NaN", "OVER", 0.1, 0.2], *OD[1:]]
    (reading,) = read_bytes(xlsx({"A_01": step("Absorbance 1", plate(450, "Plate 1", matrix(values, "Abs")))}))
    (raw,) = reading.channels
    assert math.isnan(raw.values[0])
    assert {well: note.kind for well, note in raw.notes.items()} == {"A1": NoteKind.MISSING, "A2": NoteKind.OVERFLOW}


def test_unknown_words_name_the_cell() -> None:
    values = [[0.3, "spilled", 0.1, 0.2], *OD[1:]]
    sentence = refusal(xlsx({"Abs_01": step("Absorbance 1", plate(450, "Plate 1", matrix(values, "Abs")))}))
    assert "Abs_01!C11" in sentence
    assert "spilled" in sentence


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (step("Absorbance 1", *[plate(450, "Plate 1", matrix(OD, "Abs"))] * 2), "several times"),
        (step("Absorbance 1", [["Kinetic interval: 60 s"], ["Time", "A1"], [0.0, 0.1]]), "over time"),
        (step("Absorbance 1", [["Spectrum"], ["Wavelength [nm]", "A1"], [400.0, 0.1]]), "spectrum"),
        (step("Blank Subtraction 1", plate(450, "Plate 1", matrix(NET, "Value"))), "only calculated values"),
        (step("Absorbance 1", plate(450, "Plate 1", matrix([["", ""], ["", ""]], "Abs"))), "no well holds"),
    ],
)
def test_what_is_no_endpoint_is_refused(rows: Rows, word: str) -> None:
    assert word in refusal(xlsx({"Step_01": rows}))


def test_damage_gives_a_reading_or_an_error() -> None:
    assert_survives_damage(SHEETS["Absorbance 1_01"], lambda rows: xlsx({**SHEETS, "Absorbance 1_01": rows}), 25)
    assert_survives_damage(CURVE, lambda rows: xlsx({**SHEETS, "Standard Curve 1_03": rows}), 25)


def test_a_damaged_row_letter_loses_no_value_in_silence() -> None:
    rows = [list(row) for row in SHEETS["Absorbance 1_01"]]
    assert rows[11][0] == "B"
    rows[11][0] = "?"
    assert "is no plate row" in refusal(xlsx({"Absorbance 1_01": rows}))


@needs_corpus
@pytest.mark.parametrize("name", corpus_files("thermo_skanit"))
def test_corpus_values(name: str) -> None:
    assert values_not_read(name) == []
