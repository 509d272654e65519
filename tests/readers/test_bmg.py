"""BMG: MARS text as matrices and list, SMART Control workbooks, tables with the wells across."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
NET = [[round(value - 0.05, 4) for value in row] for row in OD]
TOP: Rows = [
    ["User: USER", ["Path: C:\\Data", " old\\BMG"][0], " old\\BMG", "Test run no.: 7"],
    ["Test name: BDNF", "Date: 25/03/2025", "Time: 10:00:01"],
    [],
    ["ID1: run 3", "ID2: Plate 2"],
    ["Absorbance"],
    [],
]
CODES = [[f"S{row + 1}", f"S{row + 1}", *[f"X{row * 9 + i}" for i in range(9)], "B"] for row in range(8)]
NOMINALS = [[1000 / 2**row, 1000 / 2**row, *[""] * 10] for row in range(8)]
FACTORS = [[1.0, 1.0, *[20.0] * 9, 1.0] for _ in range(8)]
STACK = [
    ("1. Layout", CODES),
    ("2. Standard Concentrations in pg/mL", NOMINALS),
    ("3. Dilutions", FACTORS),
    ("4. Raw Data (450-10)", OD),
    ("5. Blank corrected based on Raw Data (450-10)", NET),
    ("6. 4-Parameter fit based on Blank corrected (450-10)", [[f">{row}" for row in range(12)], *NET[1:]]),
]
SMART_TOP: Rows = [
    [],
    ["User: user"],
    ["Path: C:\\BMG"],
    ["Test ID: 11"],
    ["ID2: 11/12/2024,1:06:28 PM"],
    ["Absorbance"],
]


def mars(values: Rows = OD, title: str = "Raw Data (450)") -> Rows:
    rows = [[title], [], *matrix(values)]
    return [*TOP, *rows]


def list_of_wells(values: Rows = OD) -> Rows:
    lines = [[f"{letter(r)}{c + 1:02}", "Sample X1", values[r][c], ""] for r in range(8) for c in range(12)]
    return [*TOP, ["Well", "Content", " Raw Data (450)", ""], *lines]


def smart() -> Rows:
    rows: list[Rows] = [[["", title], *matrix(values), []] for title, values in STACK]
    return [*SMART_TOP, [], *[row for part in rows for row in part]]


def across() -> Rows:
    names = [f"{letter(row)}{column + 1:02}" for row in range(8) for column in range(12)]
    flat = {title: [cell for row in values for cell in row] for title, values in STACK}
    return [
        ["Well", *names],
        ["Content", *flat["1. Layout"]],
        ["Standard Concentrations [pg/mL]", *flat["2. Standard Concentrations in pg/mL"]],
        [" Raw Data (450-10)", *flat["4. Raw Data (450-10)"]],
    ]


def well_list() -> Rows:
    lines = [
        [f"{letter(row)}{column + 1:02}", f"Standard S{row + 1}", NET[row][column], OD[row][column], 100 / 2**row]
        for row in range(8)
        for column in (0, 4)
    ]
    head = [
        "Well",
        "Content",
        " Blank corrected based on Raw Data (450)",
        " Raw Data (450)",
        "Standard Concentrations",
        "",
    ]
    blank = ["H12", "Blank B", "", 0.05, ""]
    return [*TOP, head, *lines, blank]


@pytest.mark.parametrize("second", [mars(NET), list_of_wells(NET)], ids=["matrices", "list"])
def test_every_plate_below_its_own_top_is_a_reading(second: Rows) -> None:
    named = [["ID2: Plate 5" if cell == "ID2: Plate 2" else cell for cell in row] for row in second]
    first, other = read_bytes(text([*mars(), [], *named]))
    assert (first.plate, other.plate) == ("Plate 2", "Plate 5")
    assert matrix_of(first.channels[0], first.shape, 8, 12) == OD
    assert matrix_of(other.channels[0], other.shape, 8, 12) == NET


@pytest.mark.parametrize(
    ("method", "title", "nm"),
    [
        ("Absorbance", "Raw Data (450)", 450),
        ("Absorbance", "Difference based on Raw Data (450) and Raw Data (620)", 450),
        ("Fluorescence (FI)", "Raw Data (480-14/520-30)", 520),
        ("Fluorescence (FI)", "Raw Data (485/520 1)", 520),
        ("Fluorescence (FI)", "Raw Data (485 520)", 520),
        ("Fluorescence (FI)", "Raw Data (485-12 520-30)", 520),
        ("Luminescence", "Raw Data (Lum)", None),
    ],
)
def test_wavelengths_are_those_that_were_detected(method: str, title: str, nm: float | None) -> None:
    rows = [[method] if row == ["Absorbance"] else row for row in mars(title=title)]
    (reading,) = read_bytes(text(rows))
    assert reading.channels[0].wavelength_nm == nm


@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", ","), ("\t", ".")])
def test_mars_matrix(delimiter: str, decimal: str) -> None:
    (reading,) = read_bytes(text(mars(), delimiter, decimal))
    (channel,) = reading.channels
    assert (reading.source.format, reading.plate) == ("bmg_mars", "Plate 2")
    assert (channel.wavelength_nm, channel.kind) == (450, ChannelKind.ABSORBANCE)
    assert matrix_of(channel, reading.shape, 8, 12) == OD
    assert {"User", "Path", "Test run no."} <= set(reading.unread_header)


def test_a_comma_in_a_path_stays_in_it() -> None:
    (reading,) = read_bytes(text(mars()))
    assert dict(reading.header)["Path"] == "C:\\Data,old\\BMG"


def test_mars_list() -> None:
    (reading,) = read_bytes(text(well_list()))
    net, raw = reading.channels
    assert (net.correction, raw.correction) == (Correction.BLANK, Correction.NONE)
    assert reading.layout is not None
    standard = reading.layout.contents["C5"]
    assert (standard.role, standard.name, standard.nominal) == (Role.STANDARD, "S3", 25)
    assert reading.layout.contents["H12"].role is Role.BLANK
    assert raw.values[0] == OD[0][0]
    assert math.isnan(net.values[-1])


def test_smart_control_workbook() -> None:
    (reading,) = read_bytes(xlsx({"Microplate End point": smart()}))
    raw, net = reading.channels
    assert (raw.wavelength_nm, net.correction) == (450, Correction.BLANK)
    assert matrix_of(raw, reading.shape, 8, 12) == OD
    assert reading.layout is not None
    assert reading.layout.unit == "pg/mL"
    assert (reading.layout.contents["B1"].nominal, reading.layout.contents["B3"].dilution_factor) == (500, 20)
    assert dict(reading.header)["ID2"] == "11/12/2024,1:06:28 PM"
    fit = [result for result in reading.instrument_results if result.note]
    assert [result.note.kind for result in fit if result.note] == [NoteKind.LIMIT] * 12


def test_table_with_wells_across() -> None:
    first, second = read_bytes(xlsx({"Plate A": across(), "Plate B": across()}))
    assert (first.plate, second.plate) == ("Plate A", "Plate B")
    assert matrix_of(first.channels[0], first.shape, 8, 12) == OD
    assert first.layout is not None
    assert (first.layout.contents["A1"].nominal, first.layout.unit) == (1000, "pg/mL")


def test_two_prints_that_differ_are_remarked() -> None:
    rows = across()
    edited = [*rows[:3], [rows[3][0], 9.99, *rows[3][2:]]]
    sheets = {"Microplate End point": smart(), "Table End point": [*SMART_TOP, *edited]}
    (reading,) = read_bytes(xlsx(sheets))
    assert any("differs" in remark and "A1." in remark for remark in reading.remarks)


@given(st.integers(1, 15), st.integers(2, 23), st.data())
def test_partial_matrices_by_label(rows: int, columns: int, data: st.DataObject) -> None:
    drawn = data.draw(
        st.lists(st.lists(st.integers(0, 40000), min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    )
    values: Rows = [[value / 10000 for value in line] for line in drawn]
    (reading,) = read_bytes(text(mars(values)))
    assert matrix_of(reading.channels[0], reading.shape, rows, columns) == values


def test_small_letters_in_lists_are_the_rows_below_z() -> None:
    """Also where no other row was read, so that no well would stand twice."""
    wells = ["a01", "a02", "f48"]
    lines = [[well, "Sample X1", str(0.5 + i)] for i, well in enumerate(wells)]
    split = [[well[0], well[1:], *rest] for well, *rest in lines]
    for rows in (
        [["Well", "Content", " Raw Data (450)"], *lines],
        [["Well Row", "Well Col", "Content", " Raw Data (450)"], *split],
        [["Well", *wells], ["Content", "X1", "X1", "X1"], ["Raw Data (450)", "0.5", "1.5", "2.5"]],
    ):
        (reading,) = read_bytes(text([*TOP, *rows]))
        read = dict(zip(reading.shape.wells(), reading.channels[0].values, strict=True))
        assert {well: value for well, value in read.items() if value == value} == {"AA1": 0.5, "AA2": 1.5, "AF48": 2.5}


def test_samples_of_two_groups_are_not_replicates() -> None:
    wells = [
        ("A01", "Standard S1", "A"),
        ("B01", "Sample X1", "A"),
        ("B02", "Sample X1", "B"),
        ("B03", "Sample X2", ""),
    ]
    rows = [["Well", "Content", "Group", " Raw Data (450)"], *([*well, "0.5"] for well in wells)]
    (reading,) = read_bytes(text([*TOP, *rows]))
    assert reading.layout is not None
    assert [content.name for content in reading.layout.contents.values()] == ["S1", "A X1", "B X1", "X2"]
    twice = [
        ["Well", "Content", "Group", " Raw Data (450)"],
        ["A01", "Standard S1", "A", "2"],
        ["A02", "Standard S1", "B", "1"],
    ]
    (reading,) = read_bytes(text([*TOP, *twice]))
    assert reading.layout is not None
    assert any(
        "several groups of standards" in remark and remark.endswith("A, B.") for remark in reading.layout.remarks
    )


def test_1536_wells_with_small_letters() -> None:
    values = values_for(32, 48)
    rows = [[letter(i) if i < 26 else "abcdef"[i - 26], *row] for i, row in enumerate(values)]
    export = [*TOP, ["Raw Data (450)"], ["", *[float(c + 1) for c in range(48)]], *rows]
    (reading,) = read_bytes(text(export))
    assert matrix_of(reading.channels[0], reading.shape, 32, 48) == values


@pytest.mark.parametrize(
    ("export", "word"),
    [
        (mars(title="Raw Data (450) Cycle 3"), "over time"),
        (mars(title="Absorbance spectrum"), "spectrum"),
        (mars(title="Average based on Raw Data"), "expected Raw Data"),
        (TOP, "no matrix"),
        (mars([["lost", *[0.1] * 11], *OD[1:]]), "'lost' in well A1"),
        (mars([["1,234", *OD[0][1:]], *OD[1:]]), "decimal point"),
        ([*mars(), ["?", *OD[0]]], "is no plate row"),
        ([["User = USER", "Path = C:\\", "Test run no. = 1"], *mars()[1:]], "expected Key: value"),
    ],
)
def test_refusals(export: Rows, word: str) -> None:
    assert word in refusal(text(export, ";" if "decimal" in word else ","))


def test_damage_gives_a_reading_or_an_error() -> None:
    assert_survives_damage(mars(), text)
    assert_survives_damage(well_list(), text)
    assert_survives_damage(smart(), lambda rows: xlsx({"Microplate End point": rows}), 15)
    assert_survives_damage(across(), lambda rows: xlsx({"Table": rows}), 15)
    assert_survives_cuts(text(well_list()))


@needs_corpus
@pytest.mark.parametrize("name", [*corpus_files("bmg_mars"), *corpus_files("bmg_labtech_smart_control")])
def test_corpus_values(name: str) -> None:
    assert values_not_read(name) == []


@needs_corpus
def test_the_corpus_list_and_the_malformed_file() -> None:
    (path,) = (EXPORTS / "hainesm6_standard-linearity").iterdir()
    (reading,) = read_bytes(path.read_bytes())
    assert reading.layout is not None
    assert reading.layout.contents["J4"].nominal == 0.391
    malformed = EXPORTS / "bmg_mars/errors/file_with_no_delimiter_malformed.csv"
    assert "User = USER" in refusal(malformed.read_bytes())
