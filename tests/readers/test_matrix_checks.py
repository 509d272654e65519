"""What damage moves or hides values is refused or said, never read in silence; shared by all labelled matrices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from readers.vendor_prints import read_bytes, refusal

CELLS = 14  # a letter, twelve values and an empty cell, as the software ends its lines
TOP = [
    "User: U,Path: P,Test run no.: 7",
    "Test name: BDNF,Date: 25/03/2025,Time: 10:00",
    "ID1: Plate 1",
    "Absorbance",
    "",
]


def lines(values: int = 12) -> list[str]:
    """A MARS export of one plate, line by line."""
    head = ["", *[str(column + 1) for column in range(values)], ""]
    body = [["ABCDEFGH"[row], *[f"{0.1 * row + 0.007 * c + 0.05:.3f}" for c in range(values)], ""] for row in range(8)]
    return [*TOP, "Raw Data (450)", "", ",".join(head), *[",".join(row) for row in body]]


FIRST = len(TOP) + 3  # the line of plate row A
Edit = Callable[[list[str]], list[str]]


def at(row: int, change: Callable[[str], str]) -> Edit:
    """One line of the plate changed; row −1 is the line of column numbers."""
    return lambda all_lines: [change(line) if n == FIRST + row else line for n, line in enumerate(all_lines)]


def cells(line: str, start: int, *new: str, instead_of: int = 0) -> str:
    parts = line.split(",")
    return ",".join([*parts[:start], *new, *parts[start + instead_of :]])


REFUSED: dict[str, Edit] = {
    "behind an empty line": lambda found: [*found[: FIRST + 7], "", *found[FIRST + 7 :]],
    "is no plate row": at(7, lambda line: "?" + line[1:]),
    "begins with 'N' stands below plate row H of 12 columns": at(7, lambda line: f"{line}\r\nN,96,,,,,,,,,,,,"),
    "begins with 'P' stands below plate row G of 12 columns": at(7, lambda line: "P" + line[1:]),
    "begins with 'I' stands below plate row H of 12 columns": at(7, lambda line: f"{line}\r\nI,0.5,0.5,,,,,,,,,,,"),
    "begins like plate row": at(-1, lambda line: line.replace("1", "?")),
    "has 15 cells and the other lines": at(4, lambda line: cells(line, 3, "")),
    "has 13 cells and the other lines": at(4, lambda line: cells(line, 3, instead_of=1)),
    "the column number 1 stands above the row letters": at(-1, lambda line: line[1:]),
    "'00731' in well C2": at(2, lambda line: cells(line, 2, "00731", instead_of=1)),
    "'-0043' in well C2": at(2, lambda line: cells(line, 2, "-0043", instead_of=1)),
}


@pytest.mark.parametrize("said", REFUSED)
def test_values_that_may_have_moved_are_refused(said: str) -> None:
    assert said in refusal("\r\n".join(REFUSED[said](lines())).encode())


REMARKED: dict[str, Edit] = {
    "leaves out plate row C": lambda found: [*found[: FIRST + 2], *found[FIRST + 3 :]],
    "ends with row E and column 12": lambda found: found[: FIRST + 5],
    "Plate row E of the matrix in line 8 ends before the others": at(4, lambda line: line[:19]),
    "leaves out column 3": lambda found: [
        line if n < FIRST - 1 else cells(line, 3, instead_of=1) for n, line in enumerate(found)
    ],
    "Cells to the right of the matrix in line 8": at(2, lambda line: line + "note"),
}


@pytest.mark.parametrize("said", REMARKED)
def test_wells_that_are_not_there_are_named(said: str) -> None:
    (reading,) = read_bytes("\r\n".join(REMARKED[said](lines())).encode())
    assert [remark for remark in reading.remarks if said in remark]


def test_a_whole_plate_needs_no_remark() -> None:
    (reading,) = read_bytes("\r\n".join(lines()).encode())
    assert not reading.remarks


def test_a_half_of_a_larger_plate_is_read() -> None:
    """Sixteen rows and twelve columns are no letters by chance."""
    upper = lines()
    lower = ["IJKLMNOP"[n] + line[1:] for n, line in enumerate(upper[FIRST:])]
    (reading,) = read_bytes("\r\n".join([*upper, *lower]).encode())
    assert (reading.shape.rows, reading.channels[0].values[-24]) == (16, reading.channels[0].values[7 * 24])


def test_a_plate_without_a_name_is_said_to_have_none() -> None:
    (reading,) = read_bytes("\r\n".join(line for line in lines() if not line.startswith("ID1")).encode())
    assert "The export names no plate" in "\n".join(reading.remarks)
    assert reading.plate == "BDNF"


def well_list() -> list[str]:
    """A list of two plates in the form that people make."""
    wells = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
    body = [
        f"{plate},{well},{0.05 + n / 100:.3f},{0.04 + n / 1000:.3f}" for plate in "pq" for n, well in enumerate(wells)
    ]
    return ["Plate,Well,OD 450,OD 620", *body]


LISTS_REFUSED: dict[str, Edit] = {
    "has 5 cells and the other lines": lambda found: [*found[:9], found[9].replace(",", ",,", 1), *found[10:]],
    "the line names no plate": lambda found: [*found[:9], found[9][1:], *found[10:]],
}


@pytest.mark.parametrize("said", LISTS_REFUSED)
def test_lists_whose_values_may_have_moved_are_refused(said: str) -> None:
    assert said in refusal("\n".join(LISTS_REFUSED[said](well_list())).encode())


def test_lines_of_a_list_that_end_early_are_named() -> None:
    found = well_list()
    found[9] = found[9].rpartition(",")[0]
    first, second = read_bytes("\n".join(found).encode())
    assert any("Line 10 ends before the others" in remark for remark in first.remarks)
    assert len(second.channels) == 2


NOTES = {"beyond a gap": ",,3.5", "words": "see book"}


@pytest.mark.parametrize("name", NOTES)
def test_a_note_beside_a_row_is_no_damage(name: str) -> None:
    edit = at(3, lambda line: line + NOTES[name])
    (reading,) = read_bytes("\n".join(edit(lines())).encode())
    assert any("Cells to the right" in remark for remark in reading.remarks)
