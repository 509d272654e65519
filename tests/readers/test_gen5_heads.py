"""Gen5 exports of which a person chose the parts: without the head, with well IDs of their own."""

from __future__ import annotations

import pytest

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.layout import Role
from elisa_bdnf.readers import read_file
from readers.gen5_text import reading_of

RESULTS = "Results\n|1|2\nA|0.1|0.2|450\n|0.01|0.02|570\nB|0.3|0.4|450\n|0.03|0.04|570\n"
LAYOUT = "Layout\n|1|2\nA|Std 1|SPL1|Well ID\n|1000|0.05|Conc/Dil\nB|Standard-2|Blank 1|Well ID\n|500||Conc/Dil\n\n"

HEADLESS = {
    "results alone": RESULTS,
    "in quotes": '"Results"\n' + RESULTS.removeprefix("Results\n"),
    "with the number of the plate": f"Plate Number|Plate 1\n\n{RESULTS}",
    "with the layout": LAYOUT + RESULTS,
    "behind an empty line": f"\n\n{RESULTS}",
}


@pytest.mark.parametrize("name", HEADLESS)
@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_results_without_the_head_are_of_gen5(name: str, delimiter: str) -> None:
    (reading,) = read_file(InputFile("copied.txt", HEADLESS[name].replace("|", delimiter).encode()))
    whole = reading_of(RESULTS)
    assert reading.source.format == "gen5"
    assert [(c.label, c.wavelength_nm, c.values[:2]) for c in reading.channels] == [
        (c.label, c.wavelength_nm, c.values[:2]) for c in whole.channels
    ]


def test_a_grid_that_somebody_titled_results_is_no_export() -> None:
    rows = "\n".join(f"{letter}\t" + "\t".join(["0.5"] * 12) for letter in "ABCDEFGH")
    heads = "\t".join(map(str, range(1, 13)))
    (reading,) = read_file(InputFile("grid.txt", f"Results\n\t{heads}\n{rows}\n".encode()))
    assert reading.source.format == "plain_grid"


def test_words_of_a_person_for_standards_and_blanks() -> None:
    layout = reading_of(LAYOUT + RESULTS).layout
    assert layout is not None
    said = {well: (content.role, content.nominal) for well, content in layout.contents.items()}
    assert said == {
        "A1": (Role.STANDARD, 1000.0),
        "A2": (Role.SAMPLE, None),
        "B1": (Role.STANDARD, 500.0),
        "B2": (Role.BLANK, None),
    }
