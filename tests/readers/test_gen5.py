"""What is particular to Gen5: fractions, roles by well ID, labels, concentrations with limits, the fitted response."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import ChannelKind, Correction
from elisa_bdnf.readers import read_export, read_file
from elisa_bdnf.readers._gen5_layout import dilution_factor_or_none
from elisa_bdnf.readers._gen5_procedure import Read
from elisa_bdnf.readers._gen5_quantities import channel_meaning_or_none
from readers.gen5_text import export, reading_of, readings_of

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

FRACTIONS = [
    ("1", 1.0), ("0.5", 2.0), ("0.25", 4.0), ("0.05", 20.0), ("0.333", 3.0), ("0.1667", 6.0), ("0.01", 100.0),
    ("0.4", 2.5), ("0.17", 1 / 0.17), ("1E-3", 1000.0), ("1:10", 10.0), ("1/4", 4.0),
    ("10", None), ("0", None), ("-0.5", None), ("", None), ("undiluted", None), ("1:0.5", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "factor"), FRACTIONS)
def test_a_fraction_becomes_a_factor_of_at_least_one(text: str, factor: float | None) -> None:
    assert dilution_factor_or_none(text) == (factor if factor is None else pytest.approx(factor, rel=1e-12))


@given(st.integers(1, 10_000))
def test_every_whole_factor_survives_five_digits(factor: int) -> None:
    assert dilution_factor_or_none(f"{1 / factor:.5g}") == pytest.approx(factor, rel=1e-4)


MEANINGS = {
    "450": (450, "absorbance", "none"),
    "BDNF:450": (450, "absorbance", "none"),
    "260:280": (280, "absorbance", "none"),
    "450 (2)": (450, "absorbance", "none"),
    "260:977 [Test]": (977, "absorbance", "none"),
    "Blank BDNF:450": (450, "absorbance", "blank"),
    "Corrected [Blank 260:260]": (260, "absorbance", "path_length"),
    "400/30,460/40": (460, "fluorescence", "none"),
    "fluor:579,616": (616, "fluorescence", "none"),
    "LUM:Lum": (None, "luminescence", "none"),
    "260:Pathlength": None,
    "Pathlength 977/900": None,
    "[Concentration]": None,
    "Conc": None,
    "DNA concentration ng/uL": None,
    "Ratio 260/280": None,
    "Mean OD [Scan:450]": None,
    "Max V [Blank OD600:450]": None,
    "Blank Ratio": None,
}


@pytest.mark.parametrize("label", MEANINGS)
def test_channels_by_their_label(label: str) -> None:
    meaning = channel_meaning_or_none(label, [])
    found = meaning and (meaning.wavelength_nm, meaning.kind.value, meaning.correction.value)
    assert found == MEANINGS[label]


def test_the_procedure_outranks_the_form_of_a_label() -> None:
    meaning = channel_meaning_or_none("glow:600", [Read("glow", "Luminescence", "Endpoint", kinetic=False)])
    assert meaning is not None
    assert meaning.kind is ChannelKind.LUMINESCENCE


LAYOUT = """Layout
|1|2|3|4|5|6
A|STD1|CTL1|SPL1:1|SPL1:2|BLK|POSCON|Well ID
|500|40|0.5|0.25|||Conc/Dil
|||patient 7|patient 7|||Name
B|STD2|CTL2|SPL2|SPL3:2|mystery||Well ID
|0|0.5|7||||Conc/Dil

450
|1|2|3|4|5|6
A|1.5|0.5|0.4|0.2|0.05|0.9|450
B|0.1|0.1|*0.1*|OVRFLW|MISSED|0.1|450
"""
CONTENTS = {
    "A1": (Role.STANDARD, "STD1", 500.0, None),
    "A2": (Role.CONTROL, "CTL1", 40.0, None),
    "A3": (Role.SAMPLE, "patient 7", None, 2.0),
    "A4": (Role.SAMPLE, "patient 7", None, 4.0),
    "A5": (Role.BLANK, "BLK", None, None),
    "A6": (Role.CONTROL, "POSCON", None, None),
    "B1": (Role.STANDARD, "STD2", 0.0, None),
    "B2": (Role.CONTROL, "CTL2", None, None),
    "B3": (Role.SAMPLE, "SPL2", None, None),
    "B4": (Role.SAMPLE, "SPL3:2", None, None),
    "B5": (Role.SAMPLE, "mystery", None, None),
}


def test_layout() -> None:
    layout = reading_of(LAYOUT).layout
    assert layout is not None
    assert {w: (c.role, c.name, c.nominal, c.dilution_factor) for w, c in layout.contents.items()} == CONTENTS
    told = "\n".join(layout.remarks)
    for subject in ("CTL1 (40)", "CTL2 (0.5)", "SPL2 (7)", "mystery"):
        assert subject in told


def test_a_plate_type_of_96_wells_is_kept_for_a_part_of_the_plate() -> None:
    assert str(reading_of(LAYOUT).shape) == "8 × 12"


RESULTS = """Results
|1|2|3|4|5|6|7
A|2.100|1.200|0.700|0.400|0.250|0.100|0.300|450
|0.050|0.050|0.050|0.050|0.050|0.050|0.050|630
|2.050|1.150|0.650|0.350|0.200|0.050|0.250|mine
|>105.000|80.5|40.1|20.2|?????|<0.500|10.0|[Concentration]
|Positive|Positive|Negative|Negative|Negative|Negative|Negative|Cutoff

StdCurve Fitting Results

Curve Name|Curve Formula|A|B|R2|Fit F Prob
StdCurve|Y=A*X+B|0.0123|0.05|0.998|?????
"""


def test_quantities_channels_and_curve() -> None:
    reading = reading_of(RESULTS)
    corrections = {channel.label: channel.correction for channel in reading.channels}
    assert corrections == {"450": Correction.NONE, "630": Correction.NONE, "mine": Correction.REFERENCE}
    found = {r.well: r for r in reading.instrument_results if r.quantity == "concentration"}
    assert [found["A2"].value, found["A2"].digits, found["A2"].note] == [80.5, 1, None]
    said = {well: (r.value, r.note.kind.value) for well, r in found.items() if r.note}
    assert said == {"A1": (None, "limit"), "A5": (None, "error"), "A6": (None, "limit")}
    words = {r.note.text for r in reading.instrument_results if r.quantity == "Cutoff" and r.note}
    assert words == {"Positive", "Negative"}
    curve = reading.instrument_curve
    assert curve is not None
    assert (curve.model, dict(curve.parameters), curve.r_squared) == ("linear", {"A": 0.0123, "B": 0.05}, 0.998)
    assert curve.response_label == "mine"


def test_why_a_difference_could_not_be_computed_is_the_word_of_the_measured_channel() -> None:
    body = RESULTS.replace("A|2.100", "A|OVRFLW").replace("|2.050", "|?????")
    difference = reading_of(body).channels[2]
    assert difference.notes["A1"].text == "OVRFLW"


def test_a_user_named_concentration_is_found_beside_a_curve() -> None:
    reading = reading_of(RESULTS.replace("[Concentration]", "BDNF conc pg/ml"))
    assert any(result.quantity == "concentration" for result in reading.instrument_results)
    assert any("BDNF conc pg/ml" in remark for remark in reading.remarks)


def test_a_second_matrix_of_the_same_name_is_a_second_channel() -> None:
    labels = [channel.label for channel in reading_of("Results\n|1|2\nA|0.1|0.2|450\n|0.3|0.4|450\n").channels]
    assert labels == ["450", "450 (2)"]


def test_several_plates_and_one_that_was_not_read() -> None:
    matrix = "450\n|1|2\nA|0.1|0.2|450\n"
    empty = matrix.replace("0.1|0.2", "|")
    later = export("", plate="Plate 3"), export(empty, plate="Plate 4")
    readings = readings_of(export(matrix), export(matrix, plate="Plate 2"), *later)
    assert [reading.plate for reading in readings] == ["Plate 1", "Plate 2"]
    assert all(reading.source.software == "Gen5 3.12.08" for reading in readings)
    assert "Plate 3" in "\n".join(readings[0].remarks)
    assert "Plate 4" in "\n".join(readings[0].remarks)


ACROSS = """Results

|Well|A1|A2|B1|B12
|Well ID|STD1|SPL1|STD2|SPL2
|Conc/Dil|100|0.5|0|0.25
|450|1.5|OVRFLW|*0.1*|0.3
|[Concentration]|99|?????|0.5|12
"""


def test_wells_across() -> None:
    reading = reading_of(ACROSS)
    assert (str(reading.shape), [channel.label for channel in reading.channels]) == ("8 × 12", ["450"])
    values = dict(zip(reading.shape.wells(), reading.channels[0].values, strict=True))
    assert (values["A1"], values["B1"], values["B12"]) == (1.5, 0.1, 0.3)
    assert reading.layout is not None
    assert reading.layout.contents["B12"].dilution_factor == 4.0
    assert [result.value for result in reading.instrument_results] == [99.0, None, 0.5, 12.0]


def workbook_of(body: str) -> bytes:
    """The text on a sheet: matrices begin one column further to the right, numbers are numbers."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Plate 1 - Sheet1")
    for row, line in enumerate(export(body).split("\n")):
        cells = line.split("\t")
        shift = 1 if len(cells) > 2 else 0
        for column, cell in enumerate(cells):
            number = (re.fullmatch(r"[0-9.]+", cell) and "." in cell) or cell.isdecimal()
            sheet.write(row, column + shift, float(cell) if number and shift else cell)
    book.close()
    return stream.getvalue()


@pytest.mark.parametrize("body", [LAYOUT, RESULTS, ACROSS], ids=["layout", "results", "across"])
def test_a_workbook_holds_what_the_text_holds(body: str) -> None:
    (reading,) = read_file(InputFile("plate.xlsx", workbook_of(body)))
    plain = reading_of(body)
    assert reading.layout == plain.layout
    for ours, theirs in zip(reading.channels, plain.channels, strict=True):
        assert (ours.label, ours.notes, ours.correction) == (theirs.label, theirs.notes, theirs.correction)
        assert ours.values == pytest.approx(theirs.values, nan_ok=True)


def test_a_place_in_a_workbook_is_a_row_of_a_sheet() -> None:
    with pytest.raises(ExportError, match=r"^plate.xlsx, Plate 1 - Sheet1, row [0-9]+: 'bad' in well A1"):
        read_file(InputFile("plate.xlsx", workbook_of("450\n|1|2\nA|bad|0.2|450\n")))


@pytest.mark.parametrize("name", ["gen5-kinetic.txt", "gen5-spectrum.txt"])
def test_what_is_no_endpoint_is_refused_at_the_line_of_its_read(name: str) -> None:
    path = FIXTURES / "wrong-input" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    read = next(number for number, line in enumerate(lines, start=1) if line.strip().startswith("Read\t"))
    with pytest.raises(ExportError, match=rf"line {read}: this plate was read"):
        read_export(path)


def test_titles_of_matrices_are_no_unread_keys() -> None:
    (reading,) = read_export(FIXTURES / "gen5-pass" / "plate.txt")
    assert not {channel.label for channel in reading.channels} & set(reading.unread_header)


def test_a_layout_is_known_by_its_lines_where_its_title_is_lost() -> None:
    assert reading_of(LAYOUT.replace("Layout\n", "\n")).layout == reading_of(LAYOUT).layout
