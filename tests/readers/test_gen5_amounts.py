"""Conc/Dil of Gen5 with units, and corrections that the export does not explain."""

from __future__ import annotations

import pytest

from elisa_bdnf.model.layout import Layout
from readers.gen5_text import reading_of

BODY = """Layout
|1|2|3|4|5|6
A|STD1|STD2|STD3|CTL1|SPL1|BLK|Well ID
|{}|{}|{}|{}|0.5||Conc/Dil

450
|1|2|3|4|5|6
A|1.5|0.9|0.1|0.4|0.2|0.05|450
"""
TYPED = {
    "one unit": (("500 pg/mL", "250pg/ml", "0", "40 pg/mL"), (500.0, 250.0, 0.0, 40.0), "pg/mL", ""),
    "two units": (("0.5 ng/mL", "250 pg/mL", "0 ng/mL", "40 pg/mL"), (0.5, 0.25, 0.0, 0.04), "ng/mL", "converted"),
    "no unit": (("500", "250", "0", "40"), (500.0, 250.0, 0.0, 40.0), None, ""),
    "some without": (("500 pg/mL", "250", "0", ""), (500.0, 250.0, 0.0, None), "pg/mL", "none in others (250)"),
    "one that does not convert": (("500 pg/mL", "2 nM", "0", ""), (500.0, None, 0.0, None), "pg/mL", "nM"),
    "activity": (("500 U/mL", "250 mU/mL", "0", ""), (500.0, 0.25, 0.0, None), "U/mL", "converted"),
    "no unit that is known": (("500 things", "250", "0", ""), (None, 250.0, 0.0, None), None, "STD1 (500 things)"),
}


def layout_of(body: str) -> Layout:
    layout = reading_of(body).layout
    assert layout is not None
    return layout


@pytest.mark.parametrize("name", TYPED)
def test_a_concentration_with_its_unit(name: str) -> None:
    texts, nominals, unit, told = TYPED[name]
    layout = layout_of(BODY.format(*texts))
    assert tuple(layout.contents[f"A{n}"].nominal for n in range(1, 5)) == pytest.approx(nominals)
    assert layout.unit == unit
    assert told in "\n".join(layout.remarks)
    assert layout.contents["A5"].dilution_factor == 2.0


CORRECTED = "450\n|1|2\nA|0.5|0.4|450\n\nCorrected [450]\n|1|2\nA|0.9|0.8|Corrected [450]\n"
PATH_LENGTH = "\nPathlength\n|1|2\nA|0.55|0.5|450:Pathlength\n"


def test_a_path_length_that_nothing_else_tells_of_is_said_to_be_assumed() -> None:
    assumed = "'Corrected [450]' is taken to be corrected for path length"
    assert assumed in "\n".join(reading_of(CORRECTED).remarks)
    assert assumed not in "\n".join(reading_of(CORRECTED + PATH_LENGTH).remarks)
