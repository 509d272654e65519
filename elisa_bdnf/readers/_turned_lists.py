"""Lists turned round: a line ``Well, A1, A2, …``, and below it a line for each quantity."""

from __future__ import annotations

from dataclasses import dataclass, field

from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.sheet_values import CellKind
from elisa_bdnf.model.plate import well_from_text_or_none

_WELL = ("well", "wells")
_FEWEST = 3  # wells
_TOP_ROWS = 60


@dataclass(frozen=True)
class TurnedPage(Page):
    """A page as if its list stood upright; places are those of the page as it is.

    ``top`` is the line of the wells, ``columns`` where they stand; the lines above it stand above the list here, too.
    """

    top: int = 0
    columns: tuple[int, ...] = field(default=())

    def place(self, row: int, column: int) -> str:
        """Where the cell really stands."""
        if row < self.top:
            return super().place(row, column)
        return super().place(self.top + column, (0, *self.columns)[row - self.top])


def turned_or_none(page: Page) -> TurnedPage | None:
    """The page with its list upright; None where there is none, or where anything would be left out."""
    top = next((row for row in range(min(len(page.rows), _TOP_ROWS)) if _names_wells(page.rows[row])), None)
    if top is None or any(page.rows[row] and not page.firsts[row] for row in range(top, len(page.rows))):
        return None
    end = next((row for row in range(top, len(page.rows)) if not page.rows[row]), len(page.rows))
    columns = tuple(column for column, text in enumerate(page.rows[top]) if column and text)
    inside = {0, *columns}
    beyond = any(text and column not in inside for row in page.rows[top:end] for column, text in enumerate(row))
    if beyond or any(page.rows[end:]) or end - top < 2 or _lost_a_cell(page, top, end):
        return None
    upright = tuple(tuple(page.text(row, column) for row in range(top, end)) for column in (0, *columns))
    return TurnedPage(
        page.name, (*page.rows[:top], *upright), _turned(page, top, columns), page.is_sheet, top=top, columns=columns
    )


def _lost_a_cell(page: Page, top: int, end: int) -> bool:
    """Whether a line of a text ends before that of the wells, so that its values may be those of other wells."""
    whole = page.width(top)
    return whole is not None and any((page.width(row) or 0) < whole for row in range(top, end))


def _names_wells(cells: tuple[str, ...]) -> bool:
    names = [text for text in cells[1:] if text]
    return (
        len(names) >= _FEWEST
        and cells[0].casefold() in _WELL
        and all(well_from_text_or_none(text) is not None for text in names)
    )


def _turned(page: Page, top: int, columns: tuple[int, ...]) -> dict[tuple[int, int], CellKind]:
    upright = {column: top + number for number, column in enumerate((0, *columns))}
    return {
        (upright[column], row - top) if row >= top else (row, column): kind
        for (row, column), kind in page.odd.items()
        if row < top or column in upright
    }
