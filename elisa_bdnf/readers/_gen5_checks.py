"""What shows that lines of a Gen5 export were lost: lines without a name or a row letter, values in no matrix."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import Grid, GridLine
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.model.plate import row_name_from_index

_MANY = 10  # numbers in one line: more than any line of keys or of a curve has


def label_of(line: GridLine) -> str:
    """What stands behind the last column: the name of the quantity or attribute."""
    return line.beyond[0] if line.beyond else ""


def layout_remarks(grid: Grid) -> list[str]:
    """Sentences about attributes that a plate row of the layout lacks.

    Raises ExportError for one that it has twice: the line with the row letter was lost, and these are of two rows.
    """
    by_row: dict[int, list[str]] = {}
    for line in grid.lines:
        labels = by_row.setdefault(line.row, [])
        if label_of(line) in labels:
            raise ExportError(
                f"plate row {row_name_from_index(line.row)} of the layout has two lines {label_of(line)!r}",
                expected="each once; a row letter in front of the first line of each plate row",
                hint="the export was edited; export it again",
                place=str(line.index + 1),
            )
        labels.append(label_of(line))
    remarks: list[str] = []
    usual = list(dict.fromkeys(label for labels in by_row.values() for label in labels))
    for row, labels in by_row.items():
        if lost := [label for label in usual if label not in labels]:
            remarks.append(f"Plate row {row_name_from_index(row)} of the layout has no line {', '.join(lost)}.")
    return remarks


def refuse_lines_without_label(grid: Grid, title: str) -> None:
    """A line without the label that the others have was cut off, so that its last number may be, too."""
    without = [line for line in grid.lines if not label_of(line)]
    if without and (len(without) < len(grid.lines) or title == "Results"):
        raise ExportError(
            "a line of the plate ends without the name of its quantity",
            expected="a label behind the last column",
            hint="the export was cut off or edited",
            place=str(without[-1].index + 1),
        )


def refuse_astray(filled: Sequence[str], line: int) -> None:
    """Many numbers in a line that is part of no matrix, list or table: what stood above them was lost."""
    if len(filled) > _MANY and sum(map(is_number_or_word, filled)) >= _MANY:
        raise ExportError(
            f"the line with {filled[0]!r} and {filled[1]!r} holds values, but is part of no matrix",
            expected="column numbers or well names above it, and no empty line in between",
            hint="a line was lost or added; export the file again",
            place=str(line),
        )
