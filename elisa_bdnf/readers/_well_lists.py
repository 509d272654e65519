"""Lists with one line, or one column, for each well → cells by well, without losing a line to a damaged name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.readers._cells import Cells
from elisa_bdnf.readers._matrix_checks import refuse_moved_cells, refuse_short_lines


def wells_by_row(page: Page, start: int, columns: Sequence[int], stop: int | None = None) -> dict[int, Well]:
    """Row → well for the lines of a list that begins at ``start``; the name may stand in two columns (row, column).

    Raises ExportError where a line in the middle names no well, or has lost or gained a cell.
    """
    stop = len(page.rows) if stop is None else stop
    found: dict[int, Well] = {}
    end = start
    for well in _wells_from(page, start, stop, columns):
        if well is None:
            break
        found[end] = well
        end += 1
    _refuse_more_lines(page, end, stop, columns)
    refuse_moved_cells(page, tuple(found))
    refuse_short_lines(page, tuple(found))
    return found


def _wells_from(page: Page, start: int, stop: int, columns: Sequence[int]) -> Iterator[Well | None]:
    """The well of every line; for lists that name it in one column, as most do, without asking for each cell."""
    if len(columns) > 1:
        return (_well_or_none(page, row, columns) for row in range(start, stop))
    (column,) = columns
    return (well_from_text_or_none(row[column]) if len(row) > column else None for row in page.rows[start:stop])


def _well_or_none(page: Page, row: int, columns: Sequence[int]) -> Well | None:
    if len(columns) == 1:
        return well_from_text_or_none(page.text(row, columns[0]))
    return well_from_text_or_none("".join([page.text(row, column) for column in columns]))


def _refuse_more_lines(page: Page, end: int, stop: int, columns: Sequence[int]) -> None:
    if end >= stop:
        return
    others = [text for column, text in enumerate(page.rows[end]) if column not in columns]
    holds_numbers = any(number_from_text_or_none(text, mark) is not None for text in others for mark in ".,")
    goes_on = any(_well_or_none(page, row, columns) for row in range(end + 1, stop))
    if holds_numbers or goes_on:
        name = "".join(page.text(end, column) for column in columns)
        raise ExportError(
            f"{name!r} stands where the list names its wells",
            expected="a well such as A1 in every line of the list",
            place=page.place(end, columns[0]),
        )


def refuse_repeated_wells(page: Page, wells: dict[int, Well], columns: Sequence[int]) -> None:
    """Raises ExportError where a well stands twice in one list."""
    if len(set(wells.values())) == len(wells):
        return
    seen: dict[Well, int] = {}
    for row, well in wells.items():
        if well in seen:
            raise ExportError(
                f"well {well} stands in line {seen[well] + 1} and again here",
                expected="every well once",
                place=page.place(row, columns[0]),
            )
        seen[well] = row


def refuse_columns_without_title(page: Page, wells: Mapping[int, Well], known: Collection[int]) -> None:
    """Raises ExportError where a line holds something in a column that has no title."""
    for row in wells:
        for column, text in enumerate(page.rows[row]):
            if text and column not in known:
                raise ExportError(
                    f"{text!r} stands below no title",
                    expected="a title above every column",
                    place=page.place(row, column),
                )


def column_cells(page: Page, wells: dict[int, Well], column: int) -> Cells:
    """The cells of one column of a list."""
    found = Cells(page)
    lines = map(page.rows.__getitem__, wells)
    texts = [cells[column] if len(cells) > column else "" for cells in lines]
    found.add(tuple(wells.values()), texts, tuple(wells), (column,) * len(wells))
    return found


def wells_by_column(
    page: Page, row: int, well_or_none: Callable[[str], Well | None] = well_from_text_or_none
) -> dict[int, Well]:
    """Position → well of a line ``Well, A01, A02, …``; raises ExportError where a name is damaged or stands twice."""
    found: dict[int, Well] = {}
    for position, text in enumerate(page.rows[row]):
        if position == 0:
            continue
        well = well_or_none(text)
        if well is None or well in found.values():
            raise ExportError(
                f"{text!r} stands where the table names its wells",
                expected="each well once",
                place=page.place(row, position),
            )
        found[position] = well
    return found


def row_cells(page: Page, row: int, wells: dict[int, Well]) -> Cells:
    """The cells of one line of a table with the wells across."""
    found = Cells(page)
    texts = [page.text(row, position) for position in wells]
    found.add(tuple(wells.values()), texts, (row,) * len(wells), tuple(wells))
    return found
