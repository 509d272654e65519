"""Every unit that a protocol may have can stand in a layout, and converts where no molecule need be known."""

from __future__ import annotations

import pytest

from elisa_bdnf.inputs.units import name_and_unit_from_text, unit_from_text_or_none
from elisa_bdnf.model.concentration_unit import factor_or_none
from elisa_bdnf.protocols.kit_schema import UNITS


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_of_protocols_is_a_unit_of_layouts(unit: str) -> None:
    assert unit_from_text_or_none(unit) == unit.replace("u", "µ", 1) if unit[0] == "u" else unit
    assert factor_or_none(unit, unit) == 1.0


FACTORS = [
    ("ng/mL", "pg/mL", 1e3), ("pg/mL", "ng/L", 1.0), ("ug/L", "ng/mL", 1.0), ("µg/mL", "pg/mL", 1e6),
    ("fg/mL", "pg/mL", 1e-3), ("mg/mL", "ng/mL", 1e6), ("pg/dL", "pg/mL", 1e-2), ("pg/µL", "ng/mL", 1.0),
    ("nM", "pM", 1e3), ("μM", "uM", 1.0), ("pmol/L", "pM", 1.0), ("fmol/mL", "pM", 1.0), ("mU/mL", "U/mL", 1e-3),
    ("pM", "pg/mL", None), ("IU/mL", "U/mL", None), ("AU", "U/mL", None), ("furlong", "pg/mL", None),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "other", "factor"), FACTORS)
def test_what_converts_and_what_does_not(unit: str, other: str, factor: float | None) -> None:
    assert factor_or_none(unit, other) == factor
    assert factor_or_none(other, unit) == (None if factor is None else 1 / factor)


def test_arbitrary_units_are_not_looked_for_behind_names() -> None:
    assert name_and_unit_from_text("Raw AU") == ("Raw AU", None)
    assert name_and_unit_from_text("Conc [ng/ml]") == ("Conc", "ng/mL")


@pytest.mark.parametrize("text", ["Conc (U/mL)", "Conc [u/ml]", "Conc. in U/mL", "Conc_u/mL", "Conc U/ml"])
def test_activities_behind_names(text: str) -> None:
    assert name_and_unit_from_text(text) == ("Conc", "U/mL")


@pytest.mark.parametrize("text", ["Conc (\ufffdg/ml)", "Conc (Âµg/ml)", "Conc [μg/mL]", "Conc_ug_mL"])
def test_a_micro_sign_that_a_program_damaged(text: str) -> None:
    assert name_and_unit_from_text(text) == ("Conc", "µg/mL")
