"""SoftMax Pro exports of which a line or a cell was lost or edited: refused, or said in a remark, and never guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers import read_file

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "softmax-pass" / "plate.txt"
LINES = tuple(FIXTURE.read_bytes().decode("utf-16").split("\r\n"))
Edit = Callable[[str], str | None]  # a line → what stands there afterwards; None: it is gone


def read(lines: tuple[str, ...]) -> Reading:
    (reading,) = read_file(InputFile("plate.txt", "\r\n".join(lines).encode()))
    return reading


def edited(begins: str, edit: Edit) -> tuple[str, ...]:
    """The export with the only line that begins so edited."""
    (at,) = (n for n, line in enumerate(LINES) if line.startswith(begins))
    changed = edit(LINES[at])
    return (*LINES[:at], *(() if changed is None else (changed,)), *LINES[at + 1 :])


def lost(_line: str) -> None:
    return None


def empty(_line: str) -> str:
    return ""


def replaced(old: str, new: str) -> Edit:
    return lambda line: line.replace(old, new, 1)


def without_cell(position: int) -> Edit:
    return lambda line: "\t".join(cell for n, cell in enumerate(line.split("\t")) if n != position)


def moved_from(position: int) -> Edit:
    return lambda line: "\t".join([*(cells := line.split("\t"))[:position], "", *cells[position:]])


SAID = {
    "a number of the plate": ("\t\t1.2534", replaced("1.2534", ""), "'450' has no value in well B1"),
    "a number of the plate edited": ("\t\t1.2534", replaced("1.2534", "1.5234"), "450 minus 570, but not in well B1"),
    "the first line of a sample": ("Un12\t", lost, "does not contain E6"),
    "the name of a sample": ("Un12\t", replaced("Un12", " "), "does not contain E5, E6"),
    "the second line of a sample": (" \tE6\t", lost, "'Un12' in group 'Samples' (175.200) is not the mean"),
    "the first line of a group": ("Un1\t", lost, "begins with B4 without a sample name"),
    "a dilution": ("Un12\t", replaced("20.0", ""), "Un12 in group 'Samples' lacks the Dilution"),
    "a dilution edited": ("Un12\t", replaced("20.0", "2.0"), "is not MeanResult*!Factor for Un12"),
    "a formula line": ("9\tDilution", lost, "no formula for the columns Dilution"),
    "a formula": ("9\tDilution", replaced("!Factor", ""), "no formula for the columns Dilution"),
    "a response in the group": (
        "Un12\t",
        replaced("0.897", "0.987"),
        "other responses than 'Reduced' in well E5",
    ),
}
REFUSED = {
    "the headings": ("Sample\tWells\tValue\tR", lost, "is headed"),
    "the line of the headings": ("Sample\tWells\tValue\tR", empty, "has no headings"),
    "a heading": ("Sample\tWells\tValue\tR", without_cell(2), "is headed"),
    "a cell of a line": ("Un12\t", without_cell(4), "the line has 10 cells, the headings of group 'Samples' 11"),
    "a cell too many": ("Un12\t", moved_from(4), "the line has 12 cells"),
    "a cell of the head": (
        "Plate:",
        without_cell(10),
        "states '450 570' wavelengths",
    ),
    "a formula line moved": ("9\tDilution", moved_from(1), "is headed"),
}


def test_the_export_as_it_was_has_nothing_to_say() -> None:
    assert read(LINES).remarks == ()


@pytest.mark.parametrize("name", SAID)
def test_what_was_lost_is_said(name: str) -> None:
    begins, edit, sentence = SAID[name]
    assert sentence in "\n".join(read(edited(begins, edit)).remarks)


@pytest.mark.parametrize("name", REFUSED)
def test_what_shifts_a_table_is_refused(name: str) -> None:
    begins, edit, found = REFUSED[name]
    with pytest.raises(ExportError, match=found):
        read(edited(begins, edit))


def test_wells_below_a_lost_name_are_no_replicates_of_the_sample_above() -> None:
    layout, whole = read(edited("Un12\t", lost)).layout, read(LINES).layout
    assert layout is not None
    assert whole is not None
    assert dict(layout.contents) == {w: c for w, c in whole.contents.items() if w not in ("E5", "E6")}


def test_an_empty_line_inside_a_group_does_not_end_it() -> None:
    at = LINES.index(next(line for line in LINES if line.startswith("Un12\t")))
    assert read((*LINES[:at], "", *LINES[at:])).layout == read(LINES).layout


def test_two_rows_in_the_wrong_order_show_in_the_reduced_values() -> None:
    at = next(n for n, line in enumerate(LINES) if line.startswith("\t\t1.2534"))
    turned = (*LINES[:at], LINES[at + 1], LINES[at], *LINES[at + 2 :])
    assert any("450 minus 570, but not in wells B1, B2" in remark for remark in read(turned).remarks)


def test_an_export_that_ends_early_says_so() -> None:
    ends = [n for n, line in enumerate(LINES) if line.startswith("~End")]
    remarks = read(LINES[: ends[2] + 1]).remarks
    assert "The export announces 5 blocks and ends after 3: it was cut off or edited." in remarks
