"""The page of the formats is the registry."""

from __future__ import annotations

from pathlib import Path

import pytest
from form import Form
from readings import FORMS

from elisa_bdnf.cli._formats_page import formats_page
from elisa_bdnf.readers import NOT_SUPPORTED, READERS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == formats_page(READERS, NOT_SUPPORTED), (
        "write it again with: elisa-bdnf formats --markdown > docs/formats.md"
    )


def test_every_reader_says_which_forms_it_reads() -> None:
    assert not [reader.name for reader in READERS if not reader.forms]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.reader}-{form.name}")
def test_no_form_is_printed_for_a_reader_that_is_not_on_the_page(form: Form) -> None:
    assert f"\n`{form.reader}`" in PAGE.read_text(encoding="utf-8")


def test_software_without_an_example_is_not_claimed() -> None:
    assert all(f"* {software}\n" in PAGE.read_text(encoding="utf-8") for software in NOT_SUPPORTED)
