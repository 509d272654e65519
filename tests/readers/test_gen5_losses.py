"""Gen5 exports of which a line or a number was lost or edited: refused, or said in a remark."""

from __future__ import annotations

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.reading import Correction
from readers.gen5_text import export, reading_of, readings_of

REMARKS = {
    "a date that can be read twice": (export("450\n|1|2\nA|0.1|0.2|450\n", date="3/4/2026"), "3/4/2026"),
    "numbers that nobody measured": (
        export("450\n|1|2\nA|0.1|0.2|450\n").replace("Type\tReader", "Type\tSimulation"),
        "Simulation",
    ),
    "a wavelength that is not there": (
        export("450\n|1|2\nA|0.1|0.2|450\n")
        .replace("450\n\nSoft", "450, 630\n\nSoft")
        .replace("Wavelengths:  450", "Wavelengths:  450, 630"),
        "630 nm",
    ),
    "a number lost at one wavelength": (
        export("Results\n|1|2\nA|0.1|0.2|450\n|0.3||630\nB|0.1|0.2|450\n|0.3|0.4|630\n"),
        "'630' has no value in well A2, where others have one",
    ),
    "a number lost beside a masked one": (
        export("450\n|1|2|3\nA|0.1||0.3|450\nB|0.1|*0.2*|0.3|450\n"),
        "No value in well A2, inside the area that was read",
    ),
    "a named read without its matrix": (
        export("OD:450\n|1|2\nA|0.1|0.2|OD:450\n").replace(
            "Read\tAbsorbance Endpoint",
            "Read\tGFP\n\tFluorescence Endpoint\nRead\tOD\n\tAbsorbance Endpoint",
        ),
        "The procedure has a read 'GFP', of which the export holds no matrix",
    ),
    "a row lost of a full plate": (
        export("450\n|1|2\nA|0.1|0.2|450\nC|0.1|0.2|450\n").replace("\tWave", "\tFull Plate\n\tWave"),
        "No value in wells A3, A4",
    ),
    "a row that the layout does not show": (
        export("Layout\n|1|2\nA|SPL1|SPL2|Well ID\n\n450\n|1|2\nA|0.1|0.2|450\nB|0.1|0.2|450\n"),
        "does not show plate row B",
    ),
    "a layout without values": (export("Layout\n|1|2\nC|SPL1|SPL2|Well ID\n\n450\n|1|2\nA|0.1|0.2|450\n"), "C1, C2"),
}


@pytest.mark.parametrize("name", REMARKS)
def test_remarks(name: str) -> None:
    text, expected = REMARKS[name]
    assert expected in "\n".join(readings_of(text)[0].remarks)


REFUSED = {
    "unknown words, all of them": ("Results\n|1|2\nA|bad|0.2|450\n|0.1|x!|630\n", "'bad' in well A1"),
    "a line that was cut": ("Results\n|1|2\nA|0.1|0.2|450\nB|0.1\n", "without the name|ends without"),
    "a well twice": ("|Well|A1|A1\n|450|1|2\n", "stands twice"),
    "a value beyond the wells": ("|Well|A1|A2\n|450|1|2|3\n", "without a well"),
    "only calculated values": ("Results\n|1|2\nA|0.1|0.2|Blank 450\n", "only calculated"),
    "an image": (
        "Procedure Details\n\nRead|Image Single Image\n|Full Plate\n\nResults\n|1|2\nA|120|98|Cell Count\n",
        "Cell Count.*procedure Absorbance Endpoint, Image Single Image",
    ),
    "nothing": ("", "no measurements"),
    "a row letter of the layout lost": (
        "Layout\n|1\nA|SPL1|Well ID\n|0.5|Conc/Dil\n|0.5|Conc/Dil\n\n450\n|1|2\nA|0.1|0.2|450\n",
        "two lines 'Conc/Dil'",
    ),
    "the names of the lines of the layout lost": ("Layout\n|1\nA|SPL1\n\n450\n|1|2\nA|0.1|0.2|450\n", "ends without"),
    "an empty line inside a table of wells": (
        "|Well|" + "|".join(f"A{n}" for n in range(1, 13)) + "\n|450" + "|0.1" * 12 + "\n\n|630" + "|0.1" * 12 + "\n",
        "part of no matrix",
    ),
    "the number of the second plate lost": (
        "450\n|1|2\nA|0.1|0.2|450\n\nReader Type:|ELx808\n\nReader Type:|ELx808\n\n450\n|1|2\nA|0.1|0.2|450\n",
        "second plate begins here",
    ),
    "the first line of the layout lost": (
        "Layout\n|1|2\n|0.5|0.5|Conc/Dil\nB|SPL1|SPL1|Well ID\n\n450\n|1|2\nA|0.1|0.2|450\n",
        r"this line of the layout \(Conc/Dil\) is part of no matrix",
    ),
    "rows out of order": ("450\n|1|2\nB|0.1|0.2|450\nA|0.1|0.2|450\n", "row A stands below row B"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    body, found = REFUSED[name]
    with pytest.raises(ExportError, match=found):
        reading_of(body)


def test_a_difference_with_one_edited_well_still_is_one_and_the_well_is_named() -> None:
    rows = [[f"{row + column / 10:.3f}" for column in range(1, 13)] for row in range(2)]
    changed = [list(row) for row in rows]
    changed[1][3] = "0.777"
    body = "Results\n|" + "|".join(map(str, range(1, 13))) + "\n"
    for letter, delta, main in zip("AB", rows, changed, strict=True):
        body += f"{letter}|{'|'.join(main)}|450\n|{'|'.join(['0.000'] * 12)}|630\n|{'|'.join(delta)}|Delta\n"
    reading = reading_of(body)
    assert [channel.correction for channel in reading.channels] == [
        Correction.NONE,
        Correction.NONE,
        Correction.REFERENCE,
    ]
    assert any("'Delta' is '450' minus '630', but not in B4" in remark for remark in reading.remarks)


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        (
            "A||SPL1|Well ID\n|0.5|0.5|Conc/Dil\n",
            "Wells with a Conc/Dil but no Well ID in the layout are taken for empty: A1.",
        ),
        ("A|SPL1|SPL1|Well ID\n|0.5||Conc/Dil\n", "Wells with one Well ID differ in Conc/Dil: SPL1 (0.5 and none)."),
    ],
)
def test_what_a_line_of_the_layout_lost_is_said(layout: str, found: str) -> None:
    reading = reading_of(f"Layout\n|1|2\n{layout}\n450\n|1|2\nA|0.1|0.2|450\n")
    assert reading.layout is not None
    assert found in reading.layout.remarks


def test_a_well_that_stands_ever_again_is_refused_soon() -> None:
    with pytest.raises(ExportError, match="the wells of '450' stand more than 60 times on one plate"):
        reading_of("Results\n|1|2\n" + "A|0.1|0.2|450\n" * 5000)
