"""Labelled matrices: found anywhere, read by their labels, refused where the labels contradict each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import find_grids, row_letter_or_none
from elisa_bdnf.model.plate import row_name_from_index, well_from_row_column


def rows_of(text: str) -> list[list[str]]:
    return [list(line.split(",")) for line in text.split("/")]


# rows (lines divided by /), then well → text of every matrix found
GRIDS = {
    ",1,2/A,x,y/B,z,u": [{"A1": "x", "A2": "y", "B1": "z", "B2": "u"}],
    "Abs,01,02/A,x,y": [{"A1": "x", "A2": "y"}],
    ",2,3/C,x,y/D,z": [{"C2": "x", "C3": "y", "D2": "z", "D3": ""}],
    ",1,2,,,/A,x,y,,,": [{"A1": "x", "A2": "y"}],
    "note/,,1,2/,A,x,y/,B,,u/end": [{"A1": "x", "A2": "y", "B1": "", "B2": "u"}],
    ",1,2//,1,2/A,x,y": [{"A1": "x", "A2": "y"}],
    ",1,2/A,x,y//,1,2/A,z,u": [{"A1": "x", "A2": "y"}, {"A1": "z", "A2": "u"}],
    ",1,2,,1,2/A,x,y,A,z,u": [{"A1": "x", "A2": "y"}, {"A1": "z", "A2": "u"}],
    ",3/A,x/B,y": [{"A3": "x", "B3": "y"}],
    ",1,3/A,x,y": [{"A1": "x", "A3": "y"}],
    ",1,2/A,x,y/C,z,u": [{"A1": "x", "A2": "y", "C1": "z", "C2": "u"}],
    ",1,2/A,5,6/B,7,8/,7,8/C,9,9": [{"A1": "5", "A2": "6", "B1": "7", "B2": "8"}, {"C7": "9", "C8": "9"}],
    "A,1,2/B,3,4": [],
    "1,2,3/4,5,6": [],
    "Well,OD/A1,0.5": [],
    ",25,25/A,x,y": [],
}


@pytest.mark.parametrize("text", GRIDS)
def test_grids(text: str) -> None:
    found = [grid.cells() for grid in find_grids(rows_of(text))]
    assert found == GRIDS[text]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (",1,2/A,x,y/A,z,u", "row A stands below row A"),
        (",1,2/B,x,y/A,z,u", "row A stands below row B"),
        (",1,2,2/A,x,y,z", "column numbers"),
        (",1,2,4,3/A,x,y,z,u", "column numbers"),
    ],
)
def test_labels_that_contradict_each_other_are_refused(text: str, found: str) -> None:
    with pytest.raises(ExportError, match=found) as refused:
        find_grids(rows_of(text))
    assert refused.value.problems[0].place


def test_several_lines_per_row_and_their_labels() -> None:
    rows = rows_of(",1,2/A,x,y,Well ID/,5,6,Conc/Dil".replace("Conc/Dil", "Dil"))
    (grid,) = find_grids([*rows, ["B", "z", "u", "Well ID"], ["", "7", "8", "Dil"], [""]], several_lines=True)
    assert [(line.row, line.label, line.index) for line in grid.lines] == [
        (0, "Well ID", 1), (0, "Dil", 2), (1, "Well ID", 3), (1, "Dil", 4),
    ]  # fmt: skip
    assert dict(grid.wells_of(line for line in grid.lines if line.label == "Dil")) == {
        "A1": "5", "A2": "6", "B1": "7", "B2": "8",
    }  # fmt: skip
    assert grid.place("B2") == (3, 2)


def test_small_letters_go_on_behind_z() -> None:
    names = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abcdef"]
    rows: list[list[str]] = [["", "1", "2"], *([name, "0.1", "0.2"] for name in names)]
    (grid,) = find_grids(rows)
    assert grid.extent == (32, 2)
    assert "AF2" in grid.cells()
    assert row_letter_or_none("a") == 0


@given(st.integers(1, 32), st.integers(2, 48), st.integers(0, 5), st.integers(0, 5), st.integers(0, 4), st.booleans())
def test_a_matrix_is_found_wherever_it_stands(
    rows: int, columns: int, above: int, left: int, right: int, padded: bool
) -> None:
    def head(column: int) -> str:
        return f"{column + 1:02}" if padded else f"{column + 1}"

    lines: list[list[str]] = [[""] * left + ["Abs", *map(head, range(columns))] + [""] * right]
    for row in range(rows):
        cells = [f"{row * columns + column}.5" for column in range(columns)]
        lines.append([""] * left + [row_name_from_index(row), *cells] + [""] * right)
    (grid,) = find_grids([["x"]] * above + lines + [["end"]])
    assert grid.corner == "Abs"
    assert grid.cells() == {
        well_from_row_column(r, c): f"{r * columns + c}.5" for r in range(rows) for c in range(columns)
    }
