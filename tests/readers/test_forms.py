"""Every form of export that the fixtures can print: recognized, read as simulated, in every style, and when damaged.

``pytest tests/readers/test_forms.py --approve`` writes the golden readings anew; without it a missing one fails.
"""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from assay import Fault, simulated_plate
from form import Form, Sheets, Style
from hypothesis import given, settings
from hypothesis import strategies as st
from plate_map import plate_map
from readings import FORMS

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import NoteKind, Reading
from elisa_bdnf.readers import READERS, read_export, read_file
from readers.reading_digest import digest
from readers.vendor_prints import assert_reading_or_refusal, damaged_cell, recognizing

READINGS = Path(__file__).resolve().parents[2] / "fixtures" / "readings"
GOLDEN = Path(__file__).parent / "golden" / "readings"
BY_NAME = {f"{form.reader}-{form.name}": form for form in FORMS}
SAMPLE_WELLS = [spot.well for spot in plate_map() if spot.role == "sample"]
GENERIC = {reader.name for reader in READERS if reader.generic}

a_form = pytest.mark.parametrize("name", BY_NAME)


def example(form: Form) -> Path:
    return READINGS / form.reader / form.name / form.file


def truths(form: Form) -> list[list[dict[str, str]]]:
    """Lines of the truth of each plate."""
    found = []
    for path in sorted(example(form).parent.glob("truth*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found.append(list(csv.DictReader(file)))
    return found


def check_values(reading: Reading, label: str, printed: Mapping[str, str]) -> None:
    """Every printed number is read, every word is a note, and nothing else is there."""
    channel = next(channel for channel in reading.channels if channel.label == label)
    for well, value in zip(reading.shape.wells(), channel.values, strict=True):
        text, note = printed.get(well, ""), channel.notes.get(well)
        if text.strip("*").replace(".", "", 1).removeprefix("-").isdigit():
            assert value == pytest.approx(float(text.strip("*")), abs=1e-12), (label, well)
            assert (note is not None and note.kind is NoteKind.MASKED) == text.startswith("*"), (label, well)
        else:
            assert math.isnan(value), (label, well)
            assert (note.text if note else "") == text, (label, well)


def check_layout(reading: Reading, lines: list[dict[str, str]], *, dilutions: bool) -> None:
    assert reading.layout is not None
    for line in lines:
        content = reading.layout.contents.get(line["well"])
        assert (content.role if content else Role.EMPTY) == line["role"], line["well"]
        if content and content.role is Role.STANDARD:
            assert content.nominal == float(line["true_in_well"])
        if content and content.role is Role.SAMPLE:
            assert content.name == line["sample"]
            assert content.dilution_factor == (float(line["dilution_factor"]) if dilutions else None)


@a_form
def test_the_example_is_recognized_by_one_reader_and_read_as_simulated(name: str) -> None:
    form = BY_NAME[name]
    assert (recognizing(InputFile.open(example(form))) or [*GENERIC & {form.reader}]) == [form.reader]
    readings = read_export(example(form))
    for reading, lines in zip(readings, truths(form), strict=True):
        assert reading.source.format == form.reader
        for label in form.channels:
            check_values(reading, label, {line["well"]: line[label] for line in lines})
        if form.sample_name:
            check_layout(reading, lines, dilutions=form.dilutions)


@a_form
def test_the_example_is_read_as_approved(name: str, pytestconfig: pytest.Config) -> None:
    now = digest(read_export(example(BY_NAME[name])))
    golden = GOLDEN / f"{name}.txt"
    if pytestconfig.getoption("--approve"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(now, encoding="utf-8", newline="\n")
    approved = golden.read_text(encoding="utf-8") if golden.exists() else ""
    assert approved, f"{golden.name} is missing: look at the reading, then run pytest with --approve"
    lines = difflib.unified_diff(approved.splitlines(), now.splitlines(), "golden", "now", n=1, lineterm="")
    difference = "\n".join(lines)
    assert not difference, f"\n{difference}"


def test_no_golden_reading_and_no_example_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(BY_NAME)
    assert {path.relative_to(READINGS).as_posix() for path in READINGS.glob("*/*")} == {
        f"{form.reader}/{form.name}" for form in FORMS
    }


@st.composite
def seeds(draw: st.DrawFn, form: Form) -> tuple[int, tuple[Fault, ...]]:
    """What makes a plate: samples may read anything, and the form's own word may stand for some of them."""
    seed, wells = draw(st.integers(0, 10_000)), draw(st.lists(st.sampled_from(SAMPLE_WELLS), max_size=4, unique=True))
    faults = [Fault((well,), add_main=draw(st.sampled_from([-2.0, -0.05, 1.5]))) for well in wells[:2]]
    faults += [Fault((well,), word=form.word) for well in wells[2:] if form.word]
    return seed, tuple(faults)


def styles(form: Form) -> st.SearchStrategy[Style]:
    own = form.style
    style = st.builds(
        Style,
        encoding=st.sampled_from([own.encoding, *form.encodings]),
        newline=st.sampled_from(["\r\n", "\n", "\r"] if form.encodings else [own.newline]),
        delimiter=st.sampled_from([own.delimiter, *form.delimiters]),
        decimal=st.sampled_from([own.decimal, *form.decimals]),
    )
    return style.filter(lambda chosen: chosen.delimiter != chosen.decimal)


@a_form
@settings(max_examples=12)
@given(st.data())
def test_any_plate_in_any_style_is_read_back(name: str, data: st.DataObject) -> None:
    form = BY_NAME[name]
    plate, style = simulated_plate(*data.draw(seeds(form))), data.draw(styles(form))
    (reading,) = read_file(InputFile(form.file, form.printed([plate], style)))
    assert reading.source.format == form.reader
    for label, printed in form.channels.items():
        check_values(reading, label, {read.spot.well: printed(read) for read in plate.reads})


@a_form
def test_damage_gives_a_reading_or_a_refusal(name: str) -> None:
    """The end cut off, a line left out, a cell replaced."""
    form = BY_NAME[name]
    sheets = dict(form.sheets(form.simulated(), form.style))
    first, rows = next(iter(sheets.items()))
    for at in range(0, len(rows), max(1, len(rows) // 7)):
        for damaged in (rows[:at], [*rows[:at], *rows[at + 1 :]], damaged_cell(rows, at)):
            assert_reading_or_refusal(form.encode({**sheets, first: damaged}, form.style))


@a_form
def test_a_cut_off_file_gives_a_reading_or_a_refusal(name: str) -> None:
    form = BY_NAME[name]
    whole = form.printed(form.simulated())
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        assert_reading_or_refusal(whole[:length])


def what_is_said(readings: Sequence[Reading]) -> set[str]:
    return {sentence for r in readings for sentence in (*r.remarks, *(r.layout.remarks if r.layout else ()))}


def what_is_known(readings: Sequence[Reading]) -> set[tuple[object, ...]]:
    """Every number, word and content of a well; nan is nothing."""
    known: set[tuple[object, ...]] = set()
    for number, reading in enumerate(readings):
        for position, channel in enumerate(reading.channels):
            values = zip(reading.shape.wells(), channel.values, strict=True)
            known |= {(number, position, well, value) for well, value in values if not math.isnan(value)}
        contents = reading.layout.contents if reading.layout else {}
        known |= {(number, well, c.role, c.name, c.nominal, c.dilution_factor) for well, c in contents.items()}
    return known


def silently_changed(form: Form, sheets: Sheets, whole: Sequence[Reading]) -> bool:
    """Whether a damaged export is read as something else than the whole one, and no sentence says so."""
    try:
        readings = read_file(InputFile(form.file, form.encode(sheets, form.style)))
    except ExportError:
        return False
    return what_is_known(readings) != what_is_known(whole) and not what_is_said(readings) - what_is_said(whole)


@a_form
def test_a_line_that_was_lost_doubled_or_cut_is_refused_or_said_or_changes_nothing(name: str) -> None:
    form = BY_NAME[name]
    sheets = dict(form.sheets(form.simulated(), form.style))
    whole = read_file(InputFile(form.file, form.encode(sheets, form.style)))
    silent = []
    step = max(1, sum(map(len, sheets.values())) // 20)
    for sheet, rows in sheets.items():
        for at in range(0, len(rows), step):
            line = rows[at]
            damaged = {"lost": [], "doubled": [line, line], "cut": [line[: len(line) // 2]]}
            for how, lines in damaged.items():
                edited = {**sheets, sheet: [*rows[:at], *lines, *rows[at + 1 :]]}
                if silently_changed(form, edited, whole):
                    silent.append(f"{how}: {sheet} line {at + 1}: {line[:5]}")
    assert silent == []


SHEETS = {name: form for name, form in BY_NAME.items() if form.file.endswith((".xlsx", ".xls"))}


@pytest.mark.parametrize("name", SHEETS)
def test_a_cell_of_a_workbook_that_was_emptied_is_refused_or_said_or_changes_nothing(name: str) -> None:
    """Of the lines of numbers: whether a text beside them says what is in a well, nobody else can tell."""
    form = SHEETS[name]
    sheets = dict(form.sheets(form.simulated(), form.style))
    whole = read_file(InputFile(form.file, form.encode(sheets, form.style)))
    silent = []
    for sheet, rows in sheets.items():
        numbers = [n for n, row in enumerate(rows) if sum(isinstance(cell, float) for cell in row) > 1]
        for at in numbers[:: max(1, len(numbers) // 6)]:
            column = next(n for n in range(len(rows[at]) // 2, -1, -1) if rows[at][n] not in ("", None))
            line = [*rows[at][:column], "", *rows[at][column + 1 :]]
            if silently_changed(form, {**sheets, sheet: [*rows[:at], line, *rows[at + 1 :]]}, whole):
                silent.append(f"{sheet} line {at + 1}, cell {column + 1}: {rows[at][:5]}")
    assert silent == []
