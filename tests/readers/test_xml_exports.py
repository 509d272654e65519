"""Exports in XML: i-control, SpectraMax iD3; what XML must not do."""

from __future__ import annotations

import math
import random

import pytest

from elisa_bdnf.model.reading import ChannelKind, NoteKind
from readers.vendor_prints import (
    Rows,
    assert_reading_or_refusal,
    assert_survives_cuts,
    letter,
    matrix,
    matrix_of,
    read_bytes,
    refusal,
    values_for,
)
from shared import EXPORTS, needs_corpus

OD = values_for()


def section(name: str, values: Rows, cycles: int = 1, status: str = "Measured", mode: str = "Absorbance") -> str:
    wells = "".join(
        f'<Well Pos="{letter(row)}{column + 1}" Type="Single"><Single Status="{status}">{value}</Single></Well>'
        for row, cells in enumerate(values)
        for column, value in enumerate(cells)
    )
    data = "".join(f'<Data Cycle="{cycle + 1}">{wells}</Data>' for cycle in range(cycles))
    keys = f'<Parameter Name="Mode" Value="{mode}" /><Parameter Name="Wavelength" Value="450" Unit="nm" />'
    return f'<Section Name="{name}"><Parameters>{keys}</Parameters>{data}</Section>'


def icontrol(*sections: str, top: str = "") -> bytes:
    head = "<Header><Software_Versions><Version>Tecan i-control , 1.10.4.0</Version></Software_Versions></Header>"
    body = f'<MeasurementResultData Date="2025-03-14"><Plate>1</Plate>{head}{"".join(sections)}</MeasurementResultData>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{top}{body}'.encode()


def cell(value: object, index: int | None = None) -> str:
    kind = "String" if isinstance(value, str) else "Number"
    at = f' ss:Index="{index}"' if index else ""
    return f'<Cell{at}><Data ss:Type="{kind}">{value}</Data></Cell>'


def spreadsheet(rows: Rows, *, index: str = "3") -> bytes:
    lines = ["".join(cell(v, i + 1) for i, v in enumerate(row) if v not in ("", None)) for row in rows]
    body = "".join(f"<Row>{line}</Row>" for line in lines[:3]) + f'<Row ss:Index="{index}"/>'
    body += "".join(f"<Row>{line}</Row>" for line in lines[3:])
    names = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    head = '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>'
    return f'{head}<Workbook {names}><Worksheet ss:Name="General"><Table>{body}</Table></Worksheet></Workbook>'.encode()


def id3(values: Rows = OD, kind: str = "Endpoint", plates: int = 2) -> Rows:
    rows: list[Rows] = [[["User", "Public"], ["Software version", "1.2"], ["Instrument name", "iD3"]]]
    for plate in range(plates):
        top = [[f"Plate  ({plate + 1} of {plates})"], ["Plate name", f"P{plate + 1}"], ["Measurement mode", "Abs"]]
        well_data = [
            ["Wavelength(Ex/Em)", *row] if i == 0 else ["", *row] for i, row in enumerate(matrix(values, "450 nm/-"))
        ]
        rows.append([*top, ["Measurement type", kind], ["Well data"], *well_data])
    return [row for part in rows for row in part]


def test_icontrol_sections() -> None:
    kinetic = section("slow", OD, cycles=3)
    (reading,) = read_bytes(icontrol(section("OD", OD), kinetic, section("FL", OD, mode="Fluorescence Top Reading")))
    absorbance, fluorescence = reading.channels
    assert (absorbance.wavelength_nm, fluorescence.kind) == (450, ChannelKind.FLUORESCENCE)
    assert matrix_of(absorbance, reading.shape, 8, 12) == OD
    assert any("slow was read over time (3 cycles)" in remark for remark in reading.remarks)
    assert reading.source.software == "i-control 1.10.4.0"


def test_icontrol_states() -> None:
    (over,) = read_bytes(icontrol(section("OD", [[1.0]], status="Overflow"), section("B", [[2.0]])))
    assert math.isnan(over.channels[0].values[0])
    assert over.channels[0].notes["A1"].kind is NoteKind.OVERFLOW
    (invalid,) = read_bytes(icontrol(section("OD", [[1.0]], status="Invalid")))
    assert invalid.channels[0].values[0] == 1.0
    assert any("A1 as invalid" in remark for remark in invalid.remarks)


def test_id3_plates() -> None:
    first, second = read_bytes(spreadsheet(id3(), index="6"))
    assert (first.plate, second.plate, first.channels[0].wavelength_nm) == ("P1", "P2", 450)
    assert matrix_of(second.channels[0], second.shape, 8, 12) == OD


def test_the_wavelength_of_an_id3_fluorescence_is_its_emission() -> None:
    changed = {"Abs": "Fl", "450 nm/-": "485 nm/535 nm"}
    rows = [[changed.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in id3(plates=1)]
    (reading,) = read_bytes(spreadsheet(rows, index="6"))
    assert [(c.kind, c.wavelength_nm) for c in reading.channels] == [(ChannelKind.FLUORESCENCE, 535)]


def test_partial_plates_by_index() -> None:
    values: Rows = [["", "", 0.1], ["", "", 0.2], ["", "", ""], [0.3, "", ""]]
    (reading,) = read_bytes(spreadsheet(id3(values, plates=1), index="6"))
    assert [reading.channels[0].values[reading.shape.index(well)] for well in ("A3", "B3", "D1")] == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (icontrol(section("slow", OD, cycles=2)), "over time"),
        (icontrol(), "no section"),
        (icontrol(section("OD", [["x"]])), "'x' in well A1"),
        (icontrol(section("OD", OD))[:-30], "not well-formed"),
        (icontrol(section("OD", OD), top='<!DOCTYPE a [<!ENTITY b "c">]>'), "DOCTYPE"),
        (icontrol("<a>" * 80 + "</a>" * 80), "inside each other"),
        (spreadsheet(id3(kind="Kinetic"), index="6"), "'Kinetic'"),
        (spreadsheet(id3(), index="99999999"), "rising numbers"),
        (spreadsheet(id3(), index="2"), "rising numbers"),
        (spreadsheet(id3([[0.1, "spilled"], [0.2, 0.3]]), index="6"), "'spilled' in well A2"),
    ],
)
def test_refusals(data: bytes, words: str) -> None:
    assert words in refusal(data)


SMALL = [row[:4] for row in OD[:3]]


@pytest.mark.parametrize("data", [icontrol(section("OD", SMALL)), spreadsheet(id3(SMALL, plates=1), index="6")])
def test_damage_gives_a_reading_or_an_error(data: bytes) -> None:
    assert_survives_cuts(data, 53)
    chance = random.Random(1)  # noqa: S311 - repeatable damage
    for _ in range(60):
        damaged = bytearray(data)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert_reading_or_refusal(bytes(damaged))


@needs_corpus
def test_corpus() -> None:
    (path,) = (EXPORTS / "choderalab_assaytools").glob("*.xml")
    (reading,) = read_bytes(path.read_bytes())
    assert [c.label for c in reading.channels][2] == "Abs_280"
    assert reading.channels[0].values[:2] == (62213, 62497)
    id3_readings = read_bytes((EXPORTS / "Arcadia-Science_growth-curve-calculator/sample_endpoints_2.xml").read_bytes())
    assert [(r.plate, r.channels[0].values[0]) for r in id3_readings] == [
        ("Phaeo", 0.18),
        ("Protococcus", 0.091),
        ("Tetraselmis", 0.066),
    ]
