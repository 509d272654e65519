"""Gen5's well list: IDs inherited by replicates, statistics, damaged lines, alone and inside a standard export."""

from __future__ import annotations

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers import read_file
from readers.vendor_prints import xlsx

LIST = """Well ID|Name|Well|Conc/Dil|450|[Concentration]|Count|Mean|Std Dev|CV (%)
SPL1|patient 7|A3|0.05|0.931|52.1|2|0.921|0.014|1.536
||A4|0.05|0.911|50.4||||
SPL2||B3|0.05|OVRFLW|?????|2|0.105|0.007|6.734

||B4|0.05|0.110|<1.000||||
STD1|Curve|A1|100|2.835|101.2|2|2.829|0.008|0.3
||A2|100|2.823|98.8||||
BLK||H1||0.045||1|0.045||
"""


def read(text: str, delimiter: str = "\t", encoding: str = "utf-8") -> Reading:
    (reading,) = read_file(InputFile("list.txt", text.replace("|", delimiter).encode(encoding)))
    return reading


def value(reading: Reading, well: str, label: str = "450") -> float:
    channel = next(channel for channel in reading.channels if channel.label == label)
    return channel.values[reading.shape.index(well)]


def the_list(reading: Reading) -> None:
    assert reading.source.format == "gen5"
    assert (value(reading, "A3"), value(reading, "A4"), value(reading, "B4")) == (0.931, 0.911, 0.110)
    assert reading.channels[0].notes["B3"].text == "OVRFLW"
    assert reading.layout is not None
    contents = reading.layout.contents
    assert {contents[well].name for well in ("A3", "A4")} == {"patient 7"}
    assert {contents[well].dilution_factor for well in ("A3", "A4", "B3", "B4")} == {20.0}
    assert {(contents[well].role, contents[well].nominal) for well in ("A1", "A2")} == {(Role.STANDARD, 100.0)}
    assert contents["H1"].role is Role.BLANK
    results = {(result.well, result.quantity): result for result in reading.instrument_results}
    assert results["A4", "concentration"].value == 50.4
    assert results["B4", "concentration"].note is not None
    assert results["A3", "CV (%)"].value == 1.536
    assert ("A4", "CV (%)") not in results


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [("\t", "utf-8"), ("\t", "utf-16"), (",", "cp1252"), (";", "utf-8")]
)
def test_replicates_inherit_what_stands_in_the_first_line(delimiter: str, encoding: str) -> None:
    the_list(read(LIST, delimiter, encoding))


def test_decimal_commas() -> None:
    the_list(read(LIST.replace(".", ","), ";"))


def test_columns_in_another_order_with_a_second_response() -> None:
    rows = [line.split("|") for line in LIST.splitlines()]
    turned = "\n".join(
        "|".join([*row[:0:-1], row[0], "0.04" if row[0] != "Well ID" else "570"]) for row in rows if row[0:2] != [""]
    )
    reading = read(turned)
    the_list(reading)
    assert value(reading, "H1", "570") == 0.04


def test_a_list_below_the_head_of_a_standard_export() -> None:
    head = "\n\nSoftware Version|3.12.08\nExperiment File Path:|x.xpt\n\nPlate Number|Plate 4\nReading Type|Reader\n\n"
    reading = read(head + LIST)
    the_list(reading)
    assert reading.plate == "Plate 4"


def test_a_list_that_says_again_what_the_matrix_holds_adds_nothing() -> None:
    head = "\n\nSoftware Version|3.12.08\nPlate Number|Plate 4\n\n"
    matrix = "450\n|1|2\nA|1.5|0.5|450\n\n"
    again = "Well ID|Well|Conc/Dil|450\nSTD1|A1|10|1.5\n|A2|10|0.5\n"
    assert [channel.label for channel in read(head + matrix + again).channels] == ["450"]
    other = read(head + matrix + again.replace("1.5", "1.6"))
    assert [channel.label for channel in other.channels] == ["450", "450 (2)"]


def test_a_lost_comma_between_two_wavelengths_is_put_back_and_said() -> None:
    rows = [["Well ID", "Name", "Well", "Conc/Dil", 480520.0, "Count"], ["SPL1", "", "A1", 0.5, 130.0, 1.0]]
    (reading,) = read_file(InputFile("list.xlsx", xlsx({"Sheet1": rows})))
    assert [(channel.label, channel.wavelength_nm) for channel in reading.channels] == [("480,520", 520.0)]
    assert any("480,520" in remark for remark in reading.remarks)


DAMAGE = {
    "no well": ("||A4|", "||4A|", "'4A' stands where"),
    "a well twice": ("||A4|", "||A3|", "line 2 already"),
    "a value below no heading": ("52.1|2|0.921|0.014|1.536", "52.1|2|0.921|0.014|1.536|7", "below no heading"),
    "no ID in the first line of a sample": ("SPL2||B3", "||B3", "but no Well ID"),
    "the first line of a sample lost": (
        "STD1|Curve|A1|100|2.835|101.2|2|2.829|0.008|0.3\n",
        "||B5|0.05|0.1|7||||\n||B6|0.05|0.1|7||||\n",
        "but 3 lines",
    ),
    "an unknown word": ("|0.911|", "|O.911|", "'O.911' in well A4"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(name: str) -> None:
    old, new, found = DAMAGE[name]
    with pytest.raises(ExportError, match=found):
        read(LIST.replace(old, new))


def test_a_list_of_layout_alone_is_no_measurement() -> None:
    with pytest.raises(ExportError, match="no measurements"):
        read("Well ID|Well|Conc/Dil\nSTD1|A1|10\n|A2|10\n")


def test_a_line_too_few_is_said() -> None:
    assert not any("counts" in remark for remark in read(LIST).remarks)
    reading = read(LIST.replace("||A2|100|2.823|98.8||||\n", ""))
    assert any(remark.startswith("Line 7 counts 2 values") for remark in reading.remarks)


def test_dilutions_above_one_are_factors_where_none_is_below() -> None:
    assert reading_factors(LIST.replace("|0.05|", "|20|")) == ({20.0}, True)
    assert reading_factors(LIST) == ({20.0}, False)
    mixed = read(LIST.replace("B4|0.05|", "B4|20|").replace("SPL2||B3|0.05|", "SPL2||B3|20|"))
    assert mixed.layout is not None
    assert mixed.layout.contents["B3"].dilution_factor is None
    assert any("no fraction of 1" in remark for remark in mixed.layout.remarks)


def reading_factors(text: str) -> tuple[set[float | None], bool]:
    """Dilution factors of the samples, and whether the layout says that they were read as factors."""
    layout = read(text).layout
    assert layout is not None
    factors = {content.dilution_factor for content in layout.contents.values() if content.role is Role.SAMPLE}
    return factors, any("as dilution factors" in remark for remark in layout.remarks)
