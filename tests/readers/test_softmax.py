"""What is particular to SoftMax Pro: groups by formula, plates by order, masks, dilutions, the fitted response."""

from __future__ import annotations

import math

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import NoteKind, Reading
from elisa_bdnf.readers import read_file

WELLS = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]


def plate(values: dict[str, float], *, name: str = "Plate1", reference: dict[str, float] | None = None) -> str:
    """A plate in TimeFormat; wells that are not named are empty."""
    nm, count = ("450 620 ", 2) if reference is not None else ("450 ", 1)
    head = f"Plate:|{name}|1.3|TimeFormat|Endpoint|Absorbance|Raw|FALSE|1||||||{count}|{nm}|1|12|96|1|8"
    lines = [head, "|".join(["", "Temperature(¡C)", *WELLS])]
    for matrix in [values] if reference is None else [values, reference]:
        lines += ["|".join(["", "23.1", *(f"{matrix[w]:.4f}" if w in matrix else "" for w in WELLS)]), ""]
    return "\n".join([*lines, "~End\n"])


def group(name: str, columns: dict[str, str], lines: list[str], summaries: str = "") -> str:
    """``columns``: title → formula; the name of a column is its title up to the first blank."""
    formulas = [f"{n}|{title.split(' ')[0]}|{formula}" for n, (title, formula) in enumerate(columns.items(), start=1)]
    table = "\n".join(["|".join(columns), *lines])
    return (
        f"Group: {name}\n{table}\n\nGroup Column|Formula Name|Formula\n"
        + "\n".join(formulas)
        + (f"\n\nGroup Summaries\n{summaries}\n~End \n")
    )


def readings_of(*blocks: str) -> tuple[Reading, ...]:
    text = "##BLOCKS= 99\n" + "".join(blocks) + "Original Filename: x; Date Last Saved: y\n"
    return read_file(InputFile("plate.txt", text.replace("|", "\t").encode("utf-16")))


STANDARDS = {
    "Sample": "!SampleNames",
    "Concentration pg/mL": "!SampleDescriptor",
    "Back": "InterpX(Std@StandardCurve,Value)",
    "Wells": "!WellIDs",
    "Value": "!WellValues",
    "MeanValue": "Average(Value)",
}
STANDARD_LINES = [
    "1|100.000|99.5|A1|2.000|1.950", " | | 101.2|A2|1.900| ",
    "2|10.000|9.9|B1|0.500|0.500", " | |Range?|B2|0.500| ",
]  # fmt: skip
VALUES = {"A1": 2.0, "A2": 1.9, "B1": 0.5, "B2": 0.5, "C1": 0.3, "C2": 0.31, "D1": 0.2, "D2": 0.21}
MIN = "MinStd|Smallest|0.5|Min(MeanValue)"


def test_standards_by_formula_with_unit_from_the_title() -> None:
    renamed = dict(zip(["Id", "Nominal ng/ml", "X", "Where", "Y", "M"], STANDARDS.values(), strict=True))
    renamed["X"] = "InterpX(Std@StandardCurve,Y)"
    renamed["M"] = "Average(Y)"
    (reading,) = readings_of(plate(VALUES), group("Anything", renamed, STANDARD_LINES, MIN + "\nMaxStd|L|2|Max(M)"))
    assert reading.layout is None or reading.layout.unit in (None, "ng/mL")
    (named,) = readings_of(plate(VALUES), group("Standards", renamed, STANDARD_LINES, MIN))
    assert named.layout is not None
    assert named.layout.unit == "ng/mL"
    assert {w: (c.role, c.nominal) for w, c in named.layout.contents.items()} == {
        "A1": (Role.STANDARD, 100.0), "A2": (Role.STANDARD, 100.0),
        "B1": (Role.STANDARD, 10.0), "B2": (Role.STANDARD, 10.0),
    }  # fmt: skip
    assert named.instrument_curve is not None
    assert named.instrument_curve.response_label == "450"
    found = {r.well: (r.value, r.digits) for r in named.instrument_results if r.quantity == "concentration"}
    assert found == {"A1": (99.5, 1), "A2": (101.2, 1), "B1": (9.9, 1), "B2": (None, None)}


SAMPLES = {
    "Sample": "!SampleNames",
    "Wells": "!WellIDs",
    "Value": "!WellValues",
    "Result": "InterpX(Std@StandardCurve,Value)",
    "Dilution": "!Factor",
    "Adj": "Result*!Factor",
}


def test_dilution_is_inherited_and_products_are_not_in_well() -> None:
    lines = ["P1|C1|0.300|5.0|10|50.0", " |C2|0.310|5.2| |52.0", "P2|D1|0.200|3.0|0.1|0.3"]
    (reading,) = readings_of(plate(VALUES), group("Unknowns", SAMPLES, lines))
    assert reading.layout is not None
    factors = {well: content.dilution_factor for well, content in reading.layout.contents.items()}
    assert factors == {"C1": 10.0, "C2": 10.0, "D1": None}
    assert any("0.1" in remark for remark in reading.remarks)
    in_well = [r.value for r in reading.instrument_results if r.quantity == "concentration"]
    assert in_well == [5.0, 5.2, 3.0]
    assert [r.value for r in reading.instrument_results if r.quantity == "Adj"] == [50.0, 52.0, 0.3]


# what the group prints as the mean of 2.0 and Masked (1.9) → used_by_instrument
MASKS = {"1.950": True, "2.000": False, "1.700": False, "": False}


@pytest.mark.parametrize("mean", MASKS)
def test_a_mask_is_used_by_the_instrument_if_its_mean_says_so(mean: str) -> None:
    lines = [f"1|100.000|99.5|A1|2.000|{mean}", " | |Masked|A2|Masked| "]
    (reading,) = readings_of(plate(VALUES), group("Standards", STANDARDS, lines))
    note = reading.channels[0].notes["A2"]
    assert (note.text, note.kind, note.used_by_instrument) == ("Masked", NoteKind.MASKED, MASKS[mean])
    assert reading.channels[0].values[12 * 0 + 1] == 1.9
    assert any("A2" in remark for remark in reading.remarks) == MASKS[mean]


def test_a_word_that_kept_a_well_out_of_the_mean_is_a_mask() -> None:
    lines = ["1|100.000|99.5|A1|2.000|2.000", " | |Error|A2|Error| "]
    (reading,) = readings_of(plate(VALUES), group("Standards", STANDARDS, lines))
    assert reading.channels[0].notes["A2"].kind is NoteKind.MASKED


def test_the_response_may_be_a_difference_that_the_plate_block_does_not_hold() -> None:
    reference = dict.fromkeys(VALUES, 0.05)
    raw = {well: value + 0.05 for well, value in VALUES.items()}
    (reading,) = readings_of(plate(raw, reference=reference), group("Standards", STANDARDS, STANDARD_LINES))
    assert reading.instrument_curve is not None
    assert reading.instrument_curve.response_label == "450 - 620"


def test_two_plates_of_one_name_get_the_groups_behind_them() -> None:
    other = {well: value + 0.4 for well, value in VALUES.items()}
    lines = ["1|100.000|99.5|A1|2.400|2.350", " | |101.2|A2|2.300| "]
    readings = readings_of(
        plate(VALUES), group("Standards", STANDARDS, STANDARD_LINES),
        plate(other), group("Standards", STANDARDS, lines),
    )  # fmt: skip
    assert [reading.plate for reading in readings] == ["Plate1", "Plate1"]
    assert [len(reading.layout.contents) for reading in readings if reading.layout] == [4, 2]
    assert all(r.instrument_curve and r.instrument_curve.response_label == "450" for r in readings)


def test_a_plate_name_column_outranks_the_order() -> None:
    columns = {**SAMPLES, "WellPlateName": "!WellPlateName"}
    lines = ["P1|C1|0.300|5.0|10|50.0|First", "P1|C1|0.300|5.0|10|50.0|Second", "P2|C2|0.3|5.0|10|50.0|Third"]
    readings = readings_of(plate(VALUES, name="First"), plate(VALUES, name="Second"), group("U", columns, lines))
    assert [list(reading.layout.contents) for reading in readings if reading.layout] == [["C1"], ["C1"]]
    assert all(any("C2" in remark for remark in reading.remarks) for reading in readings)


def test_plates_first_and_no_names_are_told_by_the_printed_values() -> None:
    other = {well: value + 0.4 for well, value in VALUES.items()}
    groups = group("Standards", STANDARDS, STANDARD_LINES)
    first, second = readings_of(plate(VALUES, name="First"), plate(other, name="Second"), groups)
    assert first.layout is not None
    assert second.layout is None


def test_a_curve_over_two_plates_gives_each_its_standards_and_says_so() -> None:
    columns = {**STANDARDS, "WellPlateName": "!WellPlateName"}
    lines = ["1|100.000|99.5|A1|2.000|1.950|First", " | |101.2|A1|2.000| |Second"]
    readings = readings_of(plate(VALUES, name="First"), plate(VALUES, name="Second"), group("Std", columns, lines))
    assert [list(reading.layout.contents) for reading in readings if reading.layout] == [["A1"], ["A1"]]
    assert "one curve" in "\n".join(readings[0].remarks)


def test_equal_sample_numbers_of_different_groups_are_different_samples() -> None:
    lines = ["01|C1|0.300|5.0|1|5.0"], ["01|D1|0.200|3.0|1|3.0"]
    (reading,) = readings_of(plate(VALUES), group("Spike", SAMPLES, lines[0]), group("Samples", SAMPLES, lines[1]))
    assert reading.layout is not None
    assert [content.name for content in reading.layout.contents.values()] == ["Spike 01", "Samples 01"]


def test_a_concentration_of_the_mean_is_no_concentration_of_a_well() -> None:
    columns = {**STANDARDS, "Back": "InterpX(Plot1@Graph1,MeanValue)"}
    columns = {key: columns[key] for key in ["Sample", "Concentration pg/mL", "Wells", "Value", "MeanValue", "Back"]}
    lines = ["1|100.000|A1|2.000|1.950|99.5", " | |A2|1.900| | "]
    (reading,) = readings_of(plate(VALUES), group("Standards", columns, lines))
    assert "concentration" not in {result.quantity for result in reading.instrument_results}
    assert "concentration of the mean response" in {result.quantity for result in reading.instrument_results}


def test_groups_of_version_5_have_no_formulas() -> None:
    titles = "Sample|Conc|BackCalcConc|Wells|Value|MeanValue"
    old = f"Group:|Standards|1\n{titles}\n1|100|99|A1|2.0|1.95\n | | 101|A2|1.9|\n~End\n"
    (reading,) = readings_of(old, plate(VALUES))
    assert reading.layout is not None
    assert [content.nominal for content in reading.layout.contents.values()] == [100.0, 100.0]
    assert any("no formulas" in remark for remark in reading.remarks)


@pytest.mark.parametrize("title", ["Conc (ng/ml)", "Conc(ng/mL)", "Conc [ng/ml]", "Conc ng/ml"])
def test_a_unit_in_brackets_is_the_unit(title: str) -> None:
    old = f"Group:|Standards|1\nSample|{title}|Wells|Value\n1|100|A1|2.0\n~End\n"
    (reading,) = readings_of(old, plate(VALUES))
    assert reading.layout is not None
    assert reading.layout.unit == "ng/mL"


def test_a_plate_that_is_no_endpoint_is_left_out_with_a_remark() -> None:
    kinetic = "Plate:|K|1.3|PlateFormat|Kinetic|Absorbance|Raw|FALSE|41|1200|30|||||1|405 |1|12|96|1|8\n0:00|23\n~End\n"
    (reading,) = readings_of(plate(VALUES), kinetic)
    assert any("'K'" in remark for remark in reading.remarks)


def test_a_plate_that_was_never_read_is_left_out_with_a_remark() -> None:
    (reading,) = readings_of(plate({}, name="Later"), plate(VALUES))
    assert any("'Later'" in remark for remark in reading.remarks)


def test_wells_that_were_not_read_are_empty() -> None:
    (reading,) = readings_of(plate(VALUES))
    values = dict(zip(reading.shape.wells(), reading.channels[0].values, strict=True))
    assert {well for well, value in values.items() if not math.isnan(value)} == set(VALUES)
    assert not reading.channels[0].notes


REFUSED = {
    "an unknown word": (plate(VALUES).replace("2.0000", "2.o000"), "'2.o000' in well A1"),
    "no plate": (group("Standards", STANDARDS, STANDARD_LINES), "no plate"),
    "no number": (plate({}), "holds a number"),
    "too few matrices": (plate(VALUES).replace("|1|450 |", "|2|450 620 |"), "1 matrices"),
    "a plate whose head is lost": (plate(VALUES).partition("\n")[2] + plate(VALUES), "in no block"),
    "too few values": (plate(VALUES).replace("|0.2100", ""), "values for 96 wells"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    block, found = REFUSED[name]
    text = block.rstrip("|") if name != "too few values" else "\n".join(line.rstrip("|") for line in block.split("\n"))
    with pytest.raises(ExportError, match=found):
        readings_of(text)
