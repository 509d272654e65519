"""Tecan exports of which a line was lost: the measurement that it began, an announced one, an id, a head."""

from __future__ import annotations

from pathlib import Path

import pytest
from form import Form
from readings import FORMS

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers import read_file
from elisa_bdnf.readers._holes import wells_of_ranges

Rows = list[list[object]]


def form(reader: str, name: str) -> Form:
    return next(form for form in FORMS if (form.reader, form.name) == (reader, name))


def rows_of(chosen: Form, sheet: int = 0) -> Rows:
    return [list(row) for row in list(chosen.sheets(chosen.simulated(), chosen.style).values())[sheet]]


def read(chosen: Form, rows: Rows, sheet: int = 0) -> tuple[Reading, ...]:
    sheets = dict(chosen.sheets(chosen.simulated(), chosen.style))
    sheets[list(sheets)[sheet]] = rows  # type: ignore[assignment]
    return read_file(InputFile(Path(chosen.file).name, chosen.encode(sheets, chosen.style)))


def without(rows: Rows, first: object, occurrence: int = 0) -> Rows:
    """The rows without one of those that begin so."""
    at = [n for n, row in enumerate(rows) if row and row[0] == first][occurrence]
    return [*rows[:at], *rows[at + 1 :]]


BEGINNINGS = [
    (form("tecan_spark", "list"), "Mode", 0),
    (form("tecan_spark", "list"), "Mode", 1),
    (form("tecan_spark", "workbook"), "Mode", 0),
    (form("tecan_spark", "workbook"), "Mode", 1),
    (form("tecan_icontrol", "workbook"), "Label: OD450", 0),
    (form("tecan_icontrol", "workbook"), "Label: OD570", 0),
]


@pytest.mark.parametrize(("chosen", "first", "occurrence"), BEGINNINGS)
def test_values_without_the_line_that_begins_their_measurement_are_refused(
    chosen: Form, first: str, occurrence: int
) -> None:
    with pytest.raises(ExportError, match="belong to no measurement, or to a second one without a beginning"):
        read(chosen, without(rows_of(chosen), first, occurrence))


def test_a_measurement_that_the_script_announces_and_the_export_lacks_is_named() -> None:
    chosen = form("tecan_spark", "list")
    rows = rows_of(chosen)
    second = [n for n, row in enumerate(rows) if row[0] == "Mode"][1]
    (reading,) = read(chosen, rows[:second])
    assert "The script of the export names 'OD570', which is not in it." in reading.remarks


KEYS = {
    "Mode": ("tecan_icontrol", "workbook", "The export does not say how OD450 was measured (Mode)."),
    "Wavelength": ("tecan_icontrol", "workbook", "The export does not say at which wavelength OD450 was measured."),
    "Measurement wavelength": (
        "tecan_spark",
        "list",
        "The export does not say at which wavelength OD450 was measured.",
    ),
}


@pytest.mark.parametrize("key", KEYS)
def test_what_a_measurement_does_not_say_is_said(key: str) -> None:
    reader, name, sentence = KEYS[key]
    chosen = form(reader, name)
    assert sentence in read(chosen, without(rows_of(chosen), key))[0].remarks


def test_a_well_lost_in_a_list_and_an_empty_line_inside_it() -> None:
    chosen = form("tecan_spark", "list")
    (reading,) = read(chosen, without(rows_of(chosen), "D7"))
    assert "'OD450' has no value in well D7, where others have one." in reading.remarks
    at = next(n for n, row in enumerate(rows_of(chosen)) if row[0] == "D7")
    with pytest.raises(ExportError, match="names its wells"):
        read(chosen, [*rows_of(chosen)[:at], [""], *rows_of(chosen)[at:]])


def test_a_number_below_no_head_of_a_magellan_list_is_refused() -> None:
    chosen = form("tecan_magellan", "list")
    rows = rows_of(chosen)
    rows[5] = [rows[5][0], "", *rows[5][1:]]
    rows[0] = rows[0][:3]
    with pytest.raises(ExportError, match="stands below no head"):
        read(chosen, rows)


def test_what_the_sheet_of_ids_lost_is_said() -> None:
    chosen = form("tecan_matrix", "old-workbook")
    (reading,) = read(chosen, without(rows_of(chosen, 1), "C"), sheet=1)
    assert any(remark.startswith("The matrix of ids says nothing of wells C1, C2") for remark in reading.remarks)
    (bare,) = read(chosen, rows_of(chosen, 1)[1:2], sheet=1)
    assert bare.layout is None
    assert "Sheet 'Layout' holds no matrix with <> in its corner and was not read." in bare.remarks


RANGES = {
    "A1-B2": {"A1", "A2", "B1", "B2"},
    "A1-A2; C3-C3": {"A1", "A2", "C3"},
    "C11-C12;D11": {"C11", "C12", "D11"},
    "A1–A2": {"A1", "A2"},
    "all wells": set(),
    "": set(),
    "A1-": set(),
}


@pytest.mark.parametrize("text", RANGES)
def test_ranges_of_wells(text: str) -> None:
    assert wells_of_ranges(text) == RANGES[text]


def test_a_sheet_of_icontrol_without_its_first_lines_keeps_labels_and_wavelengths() -> None:
    chosen = form("tecan_icontrol", "workbook")
    rows = rows_of(chosen)
    begins = next(n for n, row in enumerate(rows) if row and row[0] == "Label: OD450")
    for cut in (1, begins):
        readings = read(chosen, rows[cut:])
        assert [r.source.format for r in readings] == ["tecan_icontrol"] * len(readings)
        assert [(c.label, c.wavelength_nm) for c in readings[0].channels] == [("OD450", 450.0), ("OD570", 570.0)]


def test_a_wavelength_lost_from_a_magellan_list_does_not_move_the_others() -> None:
    chosen = form("tecan_magellan", "list")
    (reading, *_) = read(chosen, without(rows_of(chosen), "Measurement wavelength: 450 nm"))
    assert [channel.wavelength_nm for channel in reading.channels] == [None, 570.0]
    assert "The export states the wavelength of the other reads, but not of 'Label1'." in reading.remarks
