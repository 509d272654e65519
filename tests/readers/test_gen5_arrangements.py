"""One plate in each arrangement that Gen5 offers for results: matrix, and tables along wells or across them."""

from __future__ import annotations

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import Reading
from readers.gen5_text import export, reading_of, readings_of

MATRIX = "Results\n|1|2\nA|0.10|0.20|450\n|0.01|0.02|570\nB|0.30|0.40|450\n|0.03|0.04|570\n"
ARRANGEMENTS = {
    "a matrix for each": "450\n|1|2\nA|0.10|0.20|450\nB|0.30|0.40|450\n\n570\n|1|2\nA|0.01|0.02|570\nB|0.03|0.04|570\n",
    "one table along the wells": "Results\n\nWell|450|570\nA1|0.10|0.01\nB1|0.30|0.03\nA2|0.20|0.02\nB2|0.40|0.04\n",
    "a table along the wells for each": (
        "450\n\nWell|450\nA1|0.10\nB1|0.30\nA2|0.20\nB2|0.40\n\n\nActual Temperature:|30.1\n\n"
        "570\n\nWell|570\nA1|0.01\nB1|0.03\nA2|0.02\nB2|0.04\n"
    ),
    "one table across": "Results\n\nWell|A1|A2|B1|B2\n450|0.10|0.20|0.30|0.40\n570|0.01|0.02|0.03|0.04\n",
    "a table across for each": (
        "450\n\nWell|A1|B1|A2|B2\n450|0.10|0.30|0.20|0.40\n\n570\n\nWell|A1|B1|A2|B2\n570|0.01|0.03|0.02|0.04\n"
    ),
}
IDS_ALONG = (
    "Well ID|Well|Conc/Dil|450|Count|Mean\n"
    "SPL1|A1|0.5|0.10|2|0.15\n|A2|0.5|0.20||\n|B1|0.25|0.30|1|0.30\nSTD1|B2|40|0.40|1|0.40\n"
)
IDS_ACROSS = (
    "Well ID|SPL1|||STD1\nWell|A1|A2|B1|B2\nConc/Dil|0.5|0.5|0.25|40\n"
    "450|0.10|0.20|0.30|0.40\nCount|2||1|1\nMean|0.15||0.30|0.40\n"
)


def values(reading: Reading) -> dict[str, tuple[float, ...]]:
    wells = [reading.shape.index(well) for well in ("A1", "A2", "B1", "B2")]
    return {channel.label: tuple(channel.values[well] for well in wells) for channel in reading.channels}


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_every_arrangement_holds_the_same_plate(name: str) -> None:
    assert values(reading_of(ARRANGEMENTS[name])) == values(reading_of(MATRIX))


@pytest.mark.parametrize("body", [IDS_ALONG, IDS_ACROSS], ids=["along", "across"])
def test_ids_stand_at_the_first_well_of_a_sample_only(body: str) -> None:
    reading = reading_of(body)
    assert values(reading) == {"450": (0.1, 0.2, 0.3, 0.4)}
    assert reading.layout is not None
    contents = {well: (c.role, c.name, c.dilution_factor or c.nominal) for well, c in reading.layout.contents.items()}
    sample, standard = Role.SAMPLE, Role.STANDARD
    assert contents == {
        "A1": (sample, "SPL1", 2.0),
        "A2": (sample, "SPL1", 2.0),
        "B1": (sample, "SPL1", 4.0),
        "B2": (standard, "STD1", 40.0),
    }
    assert {(result.well, result.value) for result in reading.instrument_results if result.quantity == "Mean"} == {
        ("A1", 0.15),
        ("B1", 0.3),
        ("B2", 0.4),
    }
    assert "Well ID" not in reading.unread_header


def test_a_well_twice_and_a_value_without_a_well_are_refused() -> None:
    for body in ("Well|A1|A1\n450|0.1|0.2\n", "Well|A1||A2\n450|0.1|0.2|0.3\n", "Well|A1|A2\n|0.1|0.2\n"):
        with pytest.raises(ExportError):
            reading_of(body)


def test_second_reads_of_one_wavelength_are_channels() -> None:
    body = "Results\n|1|2\nA|0.10|0.20|450\n|0.11|0.21|450[2]\n|900|901|GFP:485,515[2]\n|0.01|0.02|Blank 450[2]\n"
    channels = reading_of(body).channels
    assert [(c.label, c.wavelength_nm, c.correction.value) for c in channels] == [
        ("450", 450.0, "none"),
        ("450[2]", 450.0, "none"),
        ("GFP:485,515[2]", 515.0, "none"),
        ("Blank 450[2]", 450.0, "blank"),
    ]


CHANNELS = {  # what the procedure reads, a label → its wavelength and kind
    ("Fluorescence Polarization", "485/20,528/20 [Parallel]"): (528.0, "fluorescence"),
    ("Fluorescence Polarization", "FP:485/20,528/20 [Perpendicular]"): (528.0, "fluorescence"),
    ("Luminescence Endpoint", "460/40"): (460.0, "luminescence"),
    ("Luminescence Endpoint", "528"): (528.0, "luminescence"),
    ("Absorbance Endpoint\nRead|Fluorescence Endpoint", "485/20,528/20"): (528.0, "fluorescence"),
    ("Absorbance Endpoint\nRead|Fluorescence Endpoint", "450"): (450.0, "absorbance"),
}


@pytest.mark.parametrize("case", CHANNELS, ids=" ".join)
def test_labels_by_what_was_read(case: tuple[str, str]) -> None:
    procedure, label = case
    text = export(f"Results\n|1|2\nA|100|200|{label}\n").replace("Absorbance Endpoint", procedure.replace("|", "\t"))
    (reading,) = readings_of(text)
    (channel,) = reading.channels
    assert (channel.wavelength_nm, channel.kind.value) == CHANNELS[case]


KINETICS = {
    "wells across": "OD:450\n\nTime|T° OD:450|A1|A2\n0:09:10|30.0|0.1|0.2\n0:19:10|30.0|0.1|0.2\n",
    "times across": "OD:450\n\nTime|0:09:10|0:19:10\nT° OD:450|30.0|30.0\nA1|0.1|0.1\nA2|0.2|0.2\n",
    "a matrix for each time": (
        "OD:450 - Time  1 (0:09:10)\nTime 1 (0:09:10)\n|1|2\nA|0.1|0.2|OD:450\n\n"
        "OD:450 - Time  2 (0:19:10)\nTime 2 (0:19:10)\n|1|2\nA|0.1|0.2|OD:450\n"
    ),
    "numbered matrices": "first\n|1|2\nA|0.1|0.2|OD:450 Read#1\n\nsecond\n|1|2\nA|0.1|0.2|OD:450 Read#2\n",
}


@pytest.mark.parametrize("name", KINETICS)
def test_a_kinetic_is_called_so_in_each_arrangement(name: str) -> None:
    with pytest.raises(ExportError, match=r"read over time \(kinetic\)"):
        readings_of(export(KINETICS[name]))
    reading = reading_of(KINETICS[name] + "\nEndpoint\n|1|2\nA|1.5|1.6|450\n")
    assert [channel.label for channel in reading.channels] == ["450"]
    assert "The export also holds a kinetic table, which is not read." in reading.remarks


def test_ids_of_a_second_assay_keep_their_roles() -> None:
    layout = "Layout\n|1|2|3\nA|STD1|STDB1|SPLC1:2|Well ID\n|10|0.5|0.5|Conc/Dil\nB|BLKB|CTLB2|SPLC1:1|Well ID\n\n"
    reading = reading_of(layout + "450\n|1|2|3\nA|1|2|3|450\nB|1|2|3|450\n")
    assert reading.layout is not None
    contents = reading.layout.contents
    assert (contents["A2"].role, contents["A2"].nominal, contents["A2"].dilution_factor) == (Role.STANDARD, 0.5, None)
    assert (contents["A3"].name, contents["A3"].dilution_factor) == ("SPLC1", 2.0)
    assert [contents[well].role for well in ("B1", "B2")] == [Role.BLANK, Role.CONTROL]
    assert any("several groups of standards" in remark and "STD, STDB" in remark for remark in reading.layout.remarks)


def test_names_that_do_not_go_with_the_well_ids_are_remarked() -> None:
    layout = "Layout\n|1|2|3\nA|SPL1|SPL1|SPL2|Well ID\n|serum a|Serum A|serum a|Name\n\n"
    reading = reading_of(layout + "450\n|1|2|3\nA|1|2|3|450\n")
    assert reading.layout is not None
    assert "Wells with one Well ID differ in Name: SPL1 (Serum A and serum a)." in reading.layout.remarks
    assert "Well IDs of one Name are taken for one sample: serum a (SPL1, SPL2)." in reading.layout.remarks
