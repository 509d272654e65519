"""Lines that a person put right below a matrix, with means or the like of its columns."""

from __future__ import annotations

import re

from elisa_bdnf.inputs.grid import Grid
from elisa_bdnf.inputs.pages import Page, spoken_place

_STATISTIC = re.compile(
    r"%?\s*(?:mean|average|avg|median|s\.?d\.?|st(?:andard|\.|d\.?)?\s?dev\w*\.?|cv|min(?:imum)?|max(?:imum)?|sum|total)"
    r"(?:\s*(?:od|abs\w*|value|\(?%\)?))?\s*:?\Z",
    re.IGNORECASE,
)


def is_statistic(text: str) -> bool:
    """``Mean``, ``SD``, ``CV (%)``: no row of a plate, even one whose letter was damaged, is called so."""
    return _STATISTIC.match(text) is not None


def added_line_remarks(page: Page, grid: Grid) -> tuple[str, ...]:
    """A sentence about the lines that were added below a matrix."""
    names = []
    for row in range(grid.bottom, len(page.rows)):
        if not is_statistic(page.text(row, grid.left)):
            break
        names.append(page.text(row, grid.left))
    where = spoken_place(page.place(grid.top, grid.left))
    return (
        (f"Lines below the matrix in {where} are not part of it and were not read: {', '.join(names)}.",)
        if names
        else ()
    )
