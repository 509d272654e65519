"""Tecan: Magellan lists and matrices, Sunrise, i-control and SparkControl."""

from __future__ import annotations

import math

import pytest

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import ChannelKind, Correction, NoteKind
from readers.vendor_prints import (
    Rows,
    assert_survives_cuts,
    assert_survives_damage,
    corpus_files,
    letter,
    matrix,
    matrix_of,
    read_bytes,
    refusal,
    text,
    values_for,
    values_not_read,
    xlsx,
)
from shared import EXPORTS, needs_corpus

OD = values_for()
REFERENCE = [[round(0.04 + value / 100, 4) for value in row] for row in OD]
DIFFERENCE = [
    [round(a - b, 4) for a, b in zip(one, other, strict=True)] for one, other in zip(OD, REFERENCE, strict=True)
]
NAMES = [f"{letter(row)}{column + 1}" for column in range(12) for row in range(8)]


def magellan(plate: str = "P7") -> Rows:
    lines = [[OD[i % 8][i // 8], name, plate if i == 0 else "", f"SM1_{i}"] for i, name in enumerate(NAMES)]
    footer = [
        "Date of measurement: 2025-03-14",
        "BDNF.mth",
        "Measurement mode: Absorbance",
        "Measurement wavelength: 450 nm",
    ]
    return [["Raw data", "Well positions", "Plate", "Layout"], *lines, *[[line] for line in footer]]


def icontrol(*blocks: Rows) -> Rows:
    top: Rows = [
        ["Application: Tecan i-control", "", "", "", "Tecan i-control , 1.11.1.0"],
        ["Date:", "06.03.2025"],
        ["Plate", "", "", "", "Greiner 96 Flat Bottom"],
        [],
    ]
    return [*top, *[row for block in blocks for row in block]]


def label(name: str, values: Rows, wavelength: float = 450.0, *more: Rows) -> Rows:
    keys = [["Mode", "", "", "", "Absorbance"], ["Wavelength", "", "", "", wavelength, "nm"], *more]
    end = [[], ["End Time:", "06.03.2025 16:49:46"], []]
    return [[f"Label: {name}"], *keys, ["", "Temperature: 22.4 °C"], *matrix(values, "<>"), *end]  # type: ignore[list-item]


KINETIC: Rows = [
    ["Label: slow"],
    ["Kinetic Measurement"],
    [],
    ["Cycle Nr.", 1.0, 2.0],
    ["Time [s]", 0.0, 60.0],
    ["A1", 0.1, 0.2],
    [],
]


def spark(*blocks: Rows) -> Rows:
    top: Rows = [
        ["Method name: BDNF"],
        ["Application: SparkControl", "", "", "", "V3.2"],
        ["Date:", "", "", "", "19/12/2025"],
        [],
    ]
    return [*top, ["Name", "", "", "", "GRE96ft"], [], *[row for block in blocks for row in block]]


def spark_matrix(name: str, values: Rows, wavelength: float = 450.0) -> Rows:
    keys: Rows = [["Mode", "Absorbance"], ["Name", name], ["Measurement wavelength [nm]", "", "", "", wavelength]]
    return [
        *keys,
        ["Part of Plate", "", "", "", "A1-H12"],
        [],
        *matrix(values, "<>"),
        [],
        ["End Time", "", "", "", "x"],
        [],
    ]


def spark_list(name: str, values: Rows) -> Rows:
    serpentine = [(row, column) for row in range(8) for column in (range(12) if row % 2 == 0 else reversed(range(12)))]
    lines: Rows = [
        [f"{letter(row)}{column + 1}", values[row][column], i * 204] for i, (row, column) in enumerate(serpentine)
    ]
    head: Rows = [["Mode", "Absorbance"], ["Name", name], ["Measurement wavelength", "", "", "", 600.0, "nm"], []]
    return [*head, ["<>", "Value", "Time [ms]"], *lines, [], ["End Time"], []]


SCAN: Rows = [["Mode", "Fluorescence Intensity Scan"], ["Name", "wide"], [], ["Wavel.", "A1"], [520.0, 3.0], []]


def sunrise(*matrices: tuple[str, Rows]) -> Rows:
    top: Rows = [
        ["SUNRISE;   Serial number: 123"],
        ["Date:", "", "", "", "14.03.2025"],
        ["Measurement wavelength:", "", "", "", "450 nm"],
        ["Reference wavelength:", "", "", "", 620.0],
        [],
    ]
    return [*top, *[row for title, values in matrices for row in [[title], *matrix(values, "<>"), []]]]


DUAL = (
    ("Dual wave data (difference)", DIFFERENCE),
    ("Rawdata (dual wave measurement)", OD),
    ("Rawdata (dual wave measurement)", REFERENCE),
)


def test_magellan_list() -> None:
    (reading,) = read_bytes(xlsx({"Magellan Sheet 1": magellan()}))
    (raw,) = reading.channels
    assert (reading.plate, raw.wavelength_nm, raw.kind) == ("P7", 450, ChannelKind.ABSORBANCE)
    assert matrix_of(raw, reading.shape, 8, 12) == OD
    assert reading.layout is not None
    assert reading.layout.contents["B1"].name == "SM1_1"
    assert ("BDNF.mth", "") in reading.header


def test_magellan_with_more_heads_and_results() -> None:
    heads: Rows = [["Well positions", "Label1", "Conc.", "Blank reduced"], ["", "0s"], ["", "24.8 °C"]]
    lines: Rows = [["A1", 0.5, ">105", 0.4], ["A2", "OVER", "NoCalc", 0.3]]
    (reading,) = read_bytes(xlsx({"Magellan Sheet 1": [*heads, *lines]}))
    assert [(c.label, c.correction) for c in reading.channels] == [
        ("Label1", Correction.NONE),
        ("Blank reduced", Correction.BLANK),
    ]
    assert reading.channels[0].notes["A2"].kind is NoteKind.OVERFLOW
    kinds = [result.note.kind for result in reading.instrument_results if result.note]
    assert kinds == [NoteKind.LIMIT, NoteKind.WORD]


def test_magellan_with_the_mode_alone_in_its_line() -> None:
    """The short footer of later versions; the line with the wavelength may stand before the mode or behind it."""
    list_of_wells = magellan()[: 1 + len(NAMES)]
    footer = [["Date of measurement: 2026-01-20"], ["450 nm"], ["anna"], ["Label: Raw data"]]
    stated = [["Measurement wavelength: 450 nm"], ["Range: A1:H12"], ["Absorbance"]]
    for lines in (stated, stated[::-1]):
        (reading,) = read_bytes(xlsx({"Magellan Sheet 1": [*list_of_wells, *footer, *lines]}))
        assert [(c.kind, c.wavelength_nm) for c in reading.channels] == [(ChannelKind.ABSORBANCE, 450)]
        assert not reading.remarks


def test_magellan_several_plates() -> None:
    rows: Rows = [["Well positions", "Raw data", "Plate"], ["A1", 0.1, "P1"], ["A2", 0.2, ""], ["A1", 0.3, "P2"]]
    readings = read_bytes(xlsx({"Magellan Sheet 1": rows}))
    assert [(reading.plate, reading.channels[0].values[0]) for reading in readings] == [("P1", 0.1), ("P2", 0.3)]


def test_matrix_with_ids_below_and_what_is_known_of_them() -> None:
    ids = [["STD1000", "STD500", "M1", "BLANK"], ["Empty", "", "M1", "M2"]]
    about: Rows = [[], ["", "id", "treatment"], ["", "M1", "A"]]
    rows: Rows = [*matrix([row[:4] for row in OD[:2]], "<>"), [], *matrix(ids, "<>"), *about]
    (reading,) = read_bytes(xlsx({"Magellan Sheet 1": rows}))
    assert reading.layout is not None
    contents = reading.layout.contents
    assert [contents[well].role for well in ("A1", "A3", "A4")] == [Role.STANDARD, Role.SAMPLE, Role.BLANK]
    assert (contents["A2"].nominal, contents["B3"].attributes["treatment"]) == (500, "A")
    assert "B1" not in contents
    assert any("STD1000" in remark for remark in reading.remarks)


def test_matrices_of_what_was_made_of_the_measurement() -> None:
    """Titles say what was taken off, or that a matrix holds results; the footer says what was measured."""
    titled = [
        ("BDNF.mth", OD),
        ("Blank reduced", DIFFERENCE),
        ("Conc. [pg/ml]", [[100.0 + v for v in row] for row in OD]),
    ]
    rows = [row for title, values in titled for row in [[title], *matrix(values, "<>"), []]]
    footer = [["Measurement mode: Absorbance"], ["Measurement wavelength: 450 nm"]]
    (reading,) = read_bytes(text([*rows, *footer], "\t"))
    assert [(c.label, c.wavelength_nm, c.correction) for c in reading.channels] == [
        ("Raw data", 450, Correction.NONE),
        ("Blank reduced", 450, Correction.BLANK),
    ]
    assert {result.quantity for result in reading.instrument_results} == {"concentration"}
    assert not reading.remarks


def test_ids_on_the_next_sheet_and_counted_standards() -> None:
    ids = [["STD1", "STD2", "STD3", "S 1"]]
    sheets = {"a": matrix([OD[0][:4]], "<>"), "id": matrix(ids, "<>"), "b": matrix([OD[1][:4]], "<>")}
    first, second = read_bytes(xlsx(sheets))
    assert first.layout is not None
    assert first.layout.contents["A1"].nominal is None
    assert second.layout is None
    assert [first.plate, second.plate] == ["a", "b"]


def test_sunrise_dual_wave() -> None:
    (reading,) = read_bytes(xlsx({"Tabelle1": sunrise(*DUAL)}))
    difference, raw, reference = reading.channels
    assert (difference.correction, difference.wavelength_nm) == (Correction.REFERENCE, 450)
    assert [(c.correction, c.wavelength_nm) for c in (raw, reference)] == [
        (Correction.NONE, 450),
        (Correction.NONE, 620),
    ]
    assert matrix_of(reference, reading.shape, 8, 12) == REFERENCE


def test_sunrise_finds_out_which_raw_matrix_is_the_reference() -> None:
    (reading,) = read_bytes(xlsx({"Tabelle1": sunrise(DUAL[0], DUAL[2], DUAL[1])}))
    assert [c.wavelength_nm for c in reading.channels] == [450, 620, 450]
    assert any("reference stands first" in remark for remark in reading.remarks)


def test_sunrise_sheets_are_plates() -> None:
    readings = read_bytes(xlsx({"Sheet1": sunrise(("Rawdata", OD)), "Sheet2": sunrise(("Rawdata", REFERENCE))}))
    assert [reading.plate for reading in readings] == ["Sheet1", "Sheet2"]


def test_icontrol_labels_and_a_kinetic_beside_them() -> None:
    (reading,) = read_bytes(xlsx({"Sheet0": icontrol(label("OD", OD), KINETIC, label("Ref", REFERENCE, 620.0))}))
    assert [(c.label, c.wavelength_nm) for c in reading.channels] == [("OD", 450), ("Ref", 620)]
    assert matrix_of(reading.channels[1], reading.shape, 8, 12) == REFERENCE
    assert any("slow was read over time" in remark for remark in reading.remarks)
    assert any("06.03.2025" in remark for remark in reading.remarks)
    assert "End Time" in reading.unread_header


def test_spark_matrix_list_and_scan() -> None:
    rows = spark(spark_matrix("OD", OD), SCAN, spark_list("slow", DIFFERENCE))
    for data in (xlsx({"Result sheet": rows}), text(rows), text(rows, ";", ","), text(rows, "\t", ",")):
        (reading,) = read_bytes(data)
        assert [(c.label, c.wavelength_nm) for c in reading.channels] == [("OD", 450), ("slow", 600)]
        assert matrix_of(reading.channels[1], reading.shape, 8, 12) == DIFFERENCE
        assert any("wide was read as a scan" in remark for remark in reading.remarks)


FLUORESCENCE: Rows = [
    ["Label: GFP"],
    ["Mode", "", "", "", "Fluorescence Top Reading"],
    ["Excitation Wavelength", "", "", "", 485.0, "nm"],
    ["Emission Wavelength", "", "", "", 535.0, "nm"],
    *matrix(OD, "<>"),
    [],
]
MAGELLAN_FLUORESCENCE: Rows = [
    *[["Raw data", "Well positions"], *([OD[0][0], name] for name in NAMES)],
    *([line] for line in ("Measurement mode: Fluorescence Top", "Excitation wavelength: 485 nm")),
    ["Emission wavelength: 535 nm"],
]


@pytest.mark.parametrize(
    "rows",
    [
        icontrol(FLUORESCENCE),
        spark([["Mode", "Fluorescence Top Reading"], ["Name", "GFP"], *FLUORESCENCE[2:]]),
        spark([["Mode", "Fluorescence"], ["Emission wavelength [nm]", "", "", "", 535.0], *FLUORESCENCE[4:]]),
        MAGELLAN_FLUORESCENCE,
    ],
)
def test_the_wavelength_of_a_fluorescence_is_its_emission(rows: Rows) -> None:
    (reading,) = read_bytes(xlsx({"Sheet0": rows}))
    assert [(c.kind, c.wavelength_nm) for c in reading.channels] == [(ChannelKind.FLUORESCENCE, 535)]


def test_overflow_is_a_note() -> None:
    (reading,) = read_bytes(xlsx({"Result sheet": spark(spark_matrix("OD", [["OVER", 0.1], [0.2, 0.3]]))}))
    (raw,) = reading.channels
    assert math.isnan(raw.values[0])
    assert raw.notes["A1"].kind is NoteKind.OVERFLOW


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["Well positions", "Label1", ""], ["", "0s", "60s"], ["A1", 0.1, 0.2]], "several values"),
        ([["Raw data", "Plate"], [0.1, "P"]], "Well positions"),
        ([["Well positions", "Raw data"], ["A1", 0.1], ["A?", 0.2], ["A3", 0.3]], "'A?' stands where"),
        ([["Well positions", "Raw data"], ["A1", 0.1], ["A1", 0.2]], "again here"),
        ([["Well positions", "Raw data"], ["A1", 0.1], ["A2", "bubble"]], "'bubble' in well A2"),
        (matrix([["M1", "M2"]], "<>"), "none of numbers"),
        (icontrol(KINETIC), "without an endpoint"),
        (icontrol(KINETIC[1:]), "read over time (kinetic)"),
        (icontrol(label("OD", OD)[:4]), "has no values"),
        (spark(SCAN), "scan"),
        (spark(), "no measurement"),
        (sunrise(("Rawdata", OD), ("Rawdata", OD), ("Rawdata", OD)), "several times"),
        (sunrise(), "no matrix"),
    ],
)
def test_refusals(rows: Rows, words: str) -> None:
    assert words in refusal(xlsx({"Magellan Sheet 1": rows}))


@pytest.mark.parametrize(
    "rows",
    [
        magellan(),
        sunrise(*DUAL),
        icontrol(label("OD", OD), KINETIC),
        spark(spark_list("a", OD), SCAN),
        matrix(OD, "<>"),
    ],
)
def test_damage_gives_a_reading_or_an_error(rows: Rows) -> None:
    assert_survives_damage(rows, lambda damaged: xlsx({"Magellan Sheet 1": damaged}), 12)
    assert_survives_damage(rows, lambda damaged: text(damaged, "\t"), 30)
    assert_survives_cuts(text(rows, ";", ","), 61)


@needs_corpus
@pytest.mark.parametrize("name", corpus_files("tecan_magellan"))
def test_corpus_values(name: str) -> None:
    assert values_not_read(name) == []


ENDPOINTS = {
    "koncina_elisar/example.xls": ("tecan_matrix", 1),
    "koncina_elisar/example_full.xls": ("tecan_matrix", 1),
    "koncina_elisar/example_no_layout.xls": ("tecan_matrix", 1),
    "Physiolution-Polska_ELISA_Tool/ELISA_raw_data.xlsx": ("tecan_icontrol", 1),
    "darosio_ClopHfit/290212_100.xls": ("tecan_icontrol", 1),
    "darosio_ClopHfit/290513_5.5_bad.xls": ("tecan_icontrol", 2),
    "ACCakut_plate_reader_python/sample_ODs.xlsx": ("tecan_icontrol", 1),
    "FAIRChemistry_MTPHandler/tekan_spark_endpoint.xlsx": ("tecan_spark", 1),
    "Oliver-Onions_Tecan_Reader/Example 1.xlsx": ("tecan_spark", 4),
    "ucl-cssb_flopr/191219_calibration_membrane.csv": ("tecan_spark", 11),
}


@needs_corpus
@pytest.mark.parametrize("name", ENDPOINTS)
def test_corpus_files_are_read(name: str) -> None:
    (reading,) = read_bytes((EXPORTS / name).read_bytes())
    assert (reading.source.format, len(reading.channels)) == ENDPOINTS[name]


@needs_corpus
def test_corpus_values_by_eye() -> None:
    """Cells looked up in the files by hand: one of each arrangement."""
    (elisar,) = read_bytes((EXPORTS / "koncina_elisar/example.xls").read_bytes())
    assert elisar.channels[0].values[11] == 2.166
    (spark_export,) = read_bytes((EXPORTS / "ucl-cssb_flopr/191219_calibration_membrane.csv").read_bytes())
    assert spark_export.channels[0].values[12] == 0.0905
    (elisa,) = read_bytes((EXPORTS / "Physiolution-Polska_ELISA_Tool/ELISA_raw_data.xlsx").read_bytes())
    assert elisa.channels[0].values[95] == 0.83270001411438
