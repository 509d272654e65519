"""Text exports that a spreadsheet program saved as a workbook, and sheets of workbooks that it saved as text."""

from __future__ import annotations

import csv
import io

import pytest
from form import Form, as_text, as_xlsx, number_or_text
from readings import FORMS

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers import read_file
from readers.test_forms import what_is_known

TEXTS = {
    f"{form.reader}-{form.name}": form for form in FORMS if form.encode is as_text and not form.file.endswith("xml")
}
POSITIONS = TEXTS.pop("thermo_multiskan-bare-matrices")
SHEETS = {
    f"{form.reader}-{form.name}-{sheet}": (form, sheet)
    for form in FORMS
    if form.reader in ("bmg_smart_control", "thermo_skanit", "tecan_icontrol", "tecan_spark", "tecan_sunrise")
    if form.encode is as_xlsx
    for sheet in list(form.sheets(form.simulated(), form.style))[:1]
}
SAYS = "saved as a workbook by another program; it was read from sheet 'Table1'"


def whole(form: Form) -> tuple[Reading, ...]:
    return read_file(InputFile(form.file, form.printed(form.simulated())))


def workbook(form: Form, beside: dict[str, list[list[str | float | None]]] | None = None) -> bytes:
    """As a spreadsheet program opens the text: a cell for each cell, numbers as numbers."""
    text = InputFile(form.file, form.printed(form.simulated()))
    rows = [[number_or_text(cell.replace(form.style.decimal, ".")) for cell in row] for row in text.rows]
    return as_xlsx({"Table1": rows, **(beside or {})}, form.style)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_export_saved_as_a_workbook_reads_the_same(name: str) -> None:
    form = TEXTS[name]
    readings = read_file(InputFile("plate.xlsx", workbook(form)))
    assert what_is_known(readings) == what_is_known(whole(form))
    if form.reader in ("softmax", "perkin_elmer_envision", "perkin_elmer_enspire", "revvity_kaleido"):
        assert readings[0].source.format == form.reader
        assert all(any(SAYS in remark for remark in reading.remarks) for reading in readings)


def test_a_form_in_which_blanks_name_the_row_is_refused() -> None:
    """Whether an empty row of a sheet was a row of the plate that was not read, nothing in a workbook says."""
    with pytest.raises(ExportError, match="without column numbers"):
        read_file(InputFile("plate.xlsx", workbook(POSITIONS)))


def test_sheets_beside_such_an_export_are_named() -> None:
    form = TEXTS["revvity_kaleido-kaleido-2"]
    (reading,) = read_file(InputFile("plate.xlsx", workbook(form, {"Notes": [["of Tuesday"], ["mean", 1.5]]})))
    assert "Sheets that are no part of the export were not read: 'Notes'." in reading.remarks
    with pytest.raises(ExportError, match="no export"):
        read_file(InputFile("plate.xlsx", as_xlsx({"Notes": [["of Tuesday"]]}, form.style)))


@pytest.mark.parametrize("name", SHEETS)
def test_the_first_sheet_of_a_workbook_saved_as_text_is_read(name: str) -> None:
    form, sheet = SHEETS[name]
    rows = list(form.sheets(form.simulated(), form.style)[sheet])
    alone = read_file(InputFile("plate.xlsx", as_xlsx({sheet: rows}, form.style)))
    stream = io.StringIO()
    width = max(map(len, rows))
    csv.writer(stream).writerows([*row, *[""] * (width - len(row))] for row in rows)
    readings = read_file(InputFile("plate.csv", stream.getvalue().encode()))
    assert what_is_known(readings) == what_is_known(alone)
