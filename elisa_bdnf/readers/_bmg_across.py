"""BMG's tables with the wells across: a line of wells, and below it one line for each quantity."""

from __future__ import annotations

from collections.abc import Mapping

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.readers._bmg_plate import BmgPlate, header_and_method, is_response, title_of
from elisa_bdnf.readers._cells import Cells
from elisa_bdnf.readers._key_lines import not_an_endpoint
from elisa_bdnf.readers._well_lists import row_cells, wells_by_column

_BELOW_Z = tuple("abcdef")


def bmg_well_or_none(text: str) -> Well | None:
    """A well as BMG names it, who calls the rows below Z of 1536 wells ``a`` to ``f``: ``a01`` → ``AA1``."""
    name = text.strip()
    return well_from_text_or_none(f"A{name}" if name[:1] in _BELOW_Z and name[1:].strip().isdigit() else name)


def wells_across_or_none(page: Page, start: int = 0, stop: int = 60) -> int | None:
    """The line ``Well, A01, A02, …`` among some lines of a sheet or text."""
    for row in range(start, min(len(page.rows), stop)):
        if page.text(row, 0).casefold() == "well" and well_from_text_or_none(page.text(row, 1)):
            return row
    return None


def plate_across(page: Page, top: int, start: int = 0, stop: int | None = None) -> BmgPlate:
    """The plate whose line of wells is ``top``, with the keys above it. Raises ExportError for several values."""
    header, method = header_and_method(page.rows[start:top], start + 1)
    wells = wells_by_column(page, top, bmg_well_or_none)
    tables: list[tuple[str, Cells]] = []
    for row in range(top + 1, len(page.rows) if stop is None else stop):
        title = title_of(page.text(row, 0))
        if not title and page.rows[row]:
            raise ExportError(
                "values stand beside no title", expected="a title in the first column", place=page.place(row, 0)
            )
        if title and title in {known for known, _ in tables}:
            raise not_an_endpoint(f"a table with {title!r} several times for each well", place=page.place(row, 0))
        if title and (row == top + 1 or tables):
            _refuse_beyond(page, row, wells)
            tables.append((title, row_cells(page, row, wells)))
    return BmgPlate(header, method, tables)


def _refuse_beyond(page: Page, row: int, wells: Mapping[int, Well]) -> None:
    beyond = next((i for i, text in enumerate(page.rows[row]) if i and text and i not in wells), None)
    if beyond is not None:
        raise ExportError(
            f"{page.text(row, beyond)!r} stands below no well",
            expected="a well above every value",
            hint="a name in the line of wells was lost, or a cell of this line moved; export again",
            place=page.place(row, beyond),
        )


def refuse_without_wells(page: Page) -> None:
    """Raises ExportError for a sheet with lines of values above which the line of wells was lost."""
    for row, cells in enumerate(page.rows):
        if len([text for text in cells[1:] if text]) > 1 and is_response(title_of(cells[0])):
            raise ExportError(
                f"{cells[0]!r} stands below no line of wells",
                expected="a line Well, A01, A02, …",
                place=page.place(row, 0),
            )
