"""Multiskan text: labelled matrices with semicolons and decimal commas, bare matrices of the Spectrum."""

from __future__ import annotations

import pytest

from elisa_bdnf.model.layout import Role
from readers.vendor_prints import (
    Rows,
    assert_survives_cuts,
    assert_survives_damage,
    matrix,
    matrix_of,
    read_bytes,
    refusal,
    text,
    values_for,
)
from shared import EXPORTS, needs_corpus

OD = values_for(8, 3)
IDS = [[f"Un_{row * 3 + column:04} 1/{column + 1}0" for column in range(3)] for row in range(7)] + [
    ["Std_1", "Blank", ""]
]
TAIL = [""] * 30


def csv(*matrices: Rows, plate: str = "Plate 1: BDNF 7") -> Rows:
    head: Rows = [["", *TAIL], ["Photometric1", *TAIL], [], [plate, *TAIL], []]
    return [*head, *[[*row, *TAIL] for part in matrices for row in [*part, []]]]


def bare(values: Rows, iterations: int = 1) -> bytes:
    lines = ["Results of Photometric1", "", "\tPlate:1 - Wavelength:450", ""]
    for iteration in range(iterations):
        lines += [f"\tIteration: {iteration + 1}", *["\t" + "\t".join(str(c) for c in row) for row in values], ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize(("delimiter", "decimal"), [(";", ","), ("\t", ","), (",", ".")])
def test_labelled_matrices(delimiter: str, decimal: str, end: str) -> None:
    (reading,) = read_bytes(text(csv(matrix(IDS, "Sample"), matrix(OD, "Abs")), delimiter, decimal, end))
    assert (reading.source.format, reading.plate, str(reading.shape)) == ("thermo_multiskan", "BDNF 7", "8 × 12")
    assert matrix_of(reading.channels[0], reading.shape, 8, 3) == OD
    assert reading.layout is not None
    contents = reading.layout.contents
    assert (contents["A2"].name, contents["A2"].dilution_factor) == ("Un_0001", 20)
    assert [contents[well].role for well in ("H1", "H2")] == [Role.STANDARD, Role.BLANK]


def test_bare_matrix_by_position() -> None:
    values = values_for()
    (reading,) = read_bytes(bare([*values[:6], [""] * 12, [""] * 12]))
    assert reading.channels[0].wavelength_nm == 450
    assert matrix_of(reading.channels[0], reading.shape, 6, 12) == values[:6]


def test_tabs_that_align_columns_are_no_wells() -> None:
    values: list[list[object]] = [list(row) for row in values_for()]
    values[2].insert(5, "")
    (reading,) = read_bytes(bare(values))  # type: ignore[arg-type]
    assert matrix_of(reading.channels[0], reading.shape, 8, 12) == values_for()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bare(values_for(), 3), "3 iterations"),
        (bare(values_for()[:5]), "without column numbers"),
        (bare([[0.1, "", 0.3], *values_for()[1:]]), "1 empty cells"),
        (
            bare([*values_for()[:4], values_for()[4][1:], *values_for()[5:]]),
            "11 values in a row of the plate, 12 in the",
        ),
        (text(csv(matrix(OD, "Abs"), matrix(OD, "Abs")), ";", ","), "several times"),
        (text(csv(matrix(IDS, "Sample")), ";", ","), "no matrix of measured"),
        (text(csv(matrix(OD, "Ratio")), ";", ","), "only Ratio"),
    ],
)
def test_refusals(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_damage_gives_a_reading_or_an_error() -> None:
    rows = csv(matrix(IDS, "Sample"), matrix(OD, "Abs"))
    assert_survives_damage(rows, lambda damaged: text(damaged, ";", ",", "\r"), 60)
    assert_survives_cuts(text(rows, ";", ",", "\r"))
    assert_survives_cuts(bare(values_for()))


@needs_corpus
def test_corpus() -> None:
    (reading,) = read_bytes((EXPORTS / "senaite_senaite.core/ELISA.csv").read_bytes())
    assert matrix_of(reading.channels[0], reading.shape, 2, 3) == [[0.1225, 0.8436, 0.8407], [0.1264, 0.782, 0.8464]]
    kinetic = (EXPORTS / "FAIRChemistry_MTPHandler/multiskan_spectrum_1500.txt").read_bytes()
    assert "iterations" in refusal(kinetic)
