"""Roles, dilutions, units, headings and matrices as people write them."""

from __future__ import annotations

import pytest

from elisa_bdnf.inputs.columns import column_from_text, misspelled_or_none
from elisa_bdnf.inputs.matrices import matrix_from_text
from elisa_bdnf.inputs.plate_words import (
    close_role_or_none,
    dilution_factor_or_none,
    is_uncertain_name,
    role_from_name_or_none,
    role_from_text_or_none,
)
from elisa_bdnf.inputs.units import name_and_unit_from_text, unit_from_text_or_none
from elisa_bdnf.model.layout import Role

ROLES = {
    Role.STANDARD: [
        "standard",
        "STD",
        "Calibrator",
        "cal",
        "STD1",
        "Standard1",
        "Std 3",
        "S1",
        "s07",
        "std A",
        "Standards",
    ],
    Role.SAMPLE: ["sample", "Unknown", "unk", "SPL3", "SPL1:2", "Unknown3", "test", "spike"],
    Role.BLANK: ["blank", "BLK", "buffer", "NSB", "zero"],
    Role.CONTROL: [
        "QC",
        "control",
        "ctrl",
        "QC low",
        "qc-high",
        "low control",
        "QC1",
        "CTL1",
        "positive",
        "NC",
        "pc",
        "neg",
    ],
    Role.EMPTY: ["empty", "unused", "-"],
}


@pytest.mark.parametrize(("role", "text"), [(role, text) for role, texts in ROLES.items() for text in texts])
def test_role_words(role: Role, text: str) -> None:
    word = role_from_text_or_none(f" {text} ")
    assert word is not None
    assert word.role is role


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("STD1", "STD1"),
        ("Standard 1", "STD1"),
        ("S1", "STD1"),
        ("std a", "STDA"),
        ("qc LOW", "QC low"),
        ("high QC", "QC high"),
        ("CTL2", "QC2"),
        ("pos", "Positive control"),
        ("blk", "Blank"),
        ("Unknown 3", "Unknown 3"),
        ("sample", ""),
    ],
)
def test_names_that_roles_carry(text: str, name: str) -> None:
    word = role_from_text_or_none(text)
    assert word is not None
    assert word.name == name


@pytest.mark.parametrize("text", ["", "stanard", "P01", "calf", "Calcium 3", "S", "SX", "qcc", "1", "zeroo"])
def test_words_that_are_no_role(text: str) -> None:
    assert role_from_text_or_none(text) is None


def test_zero_standard_is_a_standard_and_zero_a_blank() -> None:
    zero, standard = role_from_text_or_none("zero"), role_from_text_or_none("Zero Standard")
    assert zero is not None
    assert standard is not None
    assert (zero.role, zero.zero_word, standard.role, standard.zero_standard) == (Role.BLANK, True, Role.STANDARD, True)


@pytest.mark.parametrize(
    ("name", "certain", "uncertain"),
    [
        ("STD1", True, False),
        ("QC low", True, False),
        ("BLK", True, False),
        ("S1", False, False),
        ("P01", False, False),
        ("Control 3", False, True),
        ("negative", False, True),
        ("sample 4", False, False),
        ("Buffer", False, True),
    ],
)
def test_roles_in_names(name: str, certain: bool, uncertain: bool) -> None:
    assert (role_from_name_or_none(name) is not None, is_uncertain_name(name)) == (certain, uncertain)


@pytest.mark.parametrize(("text", "close"), [("standrad", "standard"), ("blnk", "blank"), ("quux", None)])
def test_close_roles(text: str, close: str | None) -> None:
    assert close_role_or_none(text) == close


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("1:10", 10),
        ("1/10", 10),
        ("10x", 10),
        ("x10", 10),
        ("10 ×", 10),
        ("10", 10),
        ("0.1", 10),
        ("1+9", 10),
        ("1 : 20", 20),
        ("1", 1),
        ("1:1", 1),
        ("1:2.5", 2.5),
        ("0.05", 20),
        (" 20 ", 20),
        ("1e2", 100),
    ],
)
def test_dilutions(text: str, factor: float) -> None:
    assert dilution_factor_or_none(text) == factor


@pytest.mark.parametrize(
    "text", ["", "neat", "2:10", "1:0.5", "0", "-5", "10%", "1:", ":10", "1-10", "1:1:1", "0.5x", "1,5", "inf"]
)
def test_dilutions_that_are_not_understood(text: str) -> None:
    assert dilution_factor_or_none(text) is None


def test_a_dilution_with_the_decimal_mark_of_its_file() -> None:
    assert (dilution_factor_or_none("0,1", ","), dilution_factor_or_none("1:2,5", ",")) == (10, 2.5)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("pg/mL", "pg/mL"),
        ("pg/ml", "pg/mL"),
        ("PG/ML", "pg/mL"),
        ("pg_mL", "pg/mL"),
        ("pg mL-1", "pg/mL"),
        ("pg·mL⁻¹", "pg/mL"),
        ("pgml", "pg/mL"),
        ("pg per ml", "pg/mL"),
        ("ng/L", "ng/L"),
        ("ug/ml", "µg/mL"),
        ("µg/mL", "µg/mL"),
        ("μg/mL", "µg/mL"),
        ("microg/ml", "µg/mL"),
        ("pM", "pM"),
        ("fmol/mL", "fmol/mL"),
        ("OD", None),
        ("pg", None),
        ("", None),
        ("mL/pg", None),
    ],
)
def test_units(text: str, unit: str | None) -> None:
    assert unit_from_text_or_none(text) == unit


@pytest.mark.parametrize(
    ("text", "name", "unit"),
    [
        ("Conc. [ng/ml]", "Conc", "ng/mL"),
        ("conc_pg_mL", "conc", "pg/mL"),
        ("Concentration (pg/mL)", "Concentration", "pg/mL"),
        ("Standard Concentrations in ng/mL", "Standard Concentrations", "ng/mL"),
        ("pg/mL", "pg/mL", None),
        ("region", "region", None),
    ],
)
def test_units_behind_names(text: str, name: str, unit: str | None) -> None:
    assert name_and_unit_from_text(text) == (name, unit)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sample ID", "sample"),
        ("sample_id", "sample"),
        ("SampleID", "sample"),
        ("Patient", "subject"),
        ("Time point", "timepoint"),
        ("Dil.", "dilution"),
        ("Freeze-thaw cycles", "freeze_thaw_n"),
        ("hemolysis index", "haemolysis_index"),
        ("Group", "arm"),
        ("Treatment arm", "arm"),
        ("conc_pg_mL", "concentration"),
        ("Well position", "well"),
        ("region", "region"),
        ("Conc/Dil", "Conc/Dil"),
    ],
)
def test_headings(text: str, name: str) -> None:
    assert column_from_text(text).name == name


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("dilutoin", "dilution"),
        ("concentraton", "concentration"),
        ("tiempoint", "timepoint"),
        ("subjekt", "subject"),
        ("dilution", None),
        ("region", None),
        ("arms", None),
        ("levels", None),
        ("note", None),
    ],
)
def test_misspelled_words(text: str, meant: str | None) -> None:
    assert misspelled_or_none(text) == meant


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("EDTA plasma", "plasma_edta"),
        ("plasma_edta", "plasma_edta"),
        ("Plasma (heparin)", "plasma_heparin"),
        ("Serum", "serum"),
        ("cell culture medium", "medium"),
        ("CSF", "csf"),
        ("my own fluid", "my own fluid"),
    ],
)
def test_matrices(text: str, matrix: str) -> None:
    assert matrix_from_text(text) == matrix


@pytest.mark.parametrize("character", ":. (")
def test_a_heading_without_end_is_no_name_with_a_unit(character: str) -> None:
    assert name_and_unit_from_text(f"OD{character * 100_000}pg") == (f"OD{character * 100_000}pg", None)
