"""Stacked grids: which title and which plate each matrix of a page belongs to, and what belongs to none of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from elisa_bdnf.inputs.columns import Column, column_from_text
from elisa_bdnf.inputs.grid import Grid, find_grids, wells_of_row
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.model.plate import Well

_PLATE = re.compile(r"plate(?:\s+(?:id|name|number|no))?\s*(?:[:=#]\s*|\s+)(\S.*)\Z", re.IGNORECASE)
_NUMBERED = re.compile(r"plate\s*#?\s*[0-9]{1,4}\Z", re.IGNORECASE)
_EMPTY_CORNERS = frozenset(["", "<>", "<_>", "plate", "well", "row", "#"])
_KEY_VALUE = re.compile(r"[^:]{1,40}:\s+\S")  # Date: 01/02/2024 describes the export, and names nothing below it
_MEASURED = re.compile(r"(?<![0-9])[2-9][0-9]{2}(?![0-9])|\bod\b|abs", re.IGNORECASE)
_BETWEEN = re.compile(r"~End\Z|#.*", re.IGNORECASE)  # a SoftMax end of block, a comment


@dataclass(frozen=True, slots=True)
class TitledGrid:
    """A matrix with the text in its corner or else above it; empty where there is none."""

    page: Page
    grid: Grid
    title: str

    @property
    def place(self) -> str:
        return self.page.place(self.grid.top, self.grid.left)

    @property
    def column(self) -> Column:
        """What the title means in a layout."""
        return column_from_text(self.title)

    def facts(self) -> Iterator[tuple[Well, Fact, tuple[int, int]]]:
        """Well, statement and position of every cell that is not empty."""
        unit = self.column.unit
        for line in self.grid.lines:
            wells = wells_of_row(line.row, self.grid.columns)
            for position, (well, text) in enumerate(zip(wells, line.cells, strict=True), start=self.grid.left + 1):
                if text:
                    at = (line.index, position)
                    yield well, Fact(text, self.page.place(*at), unit), at

    def texts(self) -> list[str]:
        return [text for line in self.grid.lines for text in line.cells if text]


@dataclass(slots=True)
class GridPlate:
    """Grids under one name of a plate; None where the page names none."""

    name: str | None
    grids: list[TitledGrid] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Astray:
    """The texts of a line that belong to no grid."""

    row: int
    column: int
    texts: tuple[str, ...]
    columns: tuple[int, ...]


@dataclass(slots=True)
class _Above:
    """What stands above one grid."""

    title: str
    plate: str | None = None


def plate_name_or_none(text: str) -> str | None:
    """``Plate: serum 3`` → ``serum 3``; ``Plate 2`` stays whole; None for what names no plate."""
    if _NUMBERED.match(text):
        return text
    match = _PLATE.match(text)
    return match[1].strip() if match else None


def plates_of_grids(page: Page) -> tuple[list[GridPlate], list[Astray]]:
    """Every grid of a page under its plate, and every text outside of them; neither where there is no grid.

    Raises ExportError for broken labels.
    """
    grids = find_grids(page.rows)
    if not grids:
        return [], []
    covered = {cell for grid in grids for cell in _cells_of(grid)}
    plates, below = [GridPlate(None)], 0
    astray: list[Astray] = []
    beside: dict[int, GridPlate] = {}  # the plates that grids side by side name, by the left edge of each
    for _, group in groupby(grids, key=attrgetter("top")):
        abreast = list(group)
        parts = _parts(_lines_above(page, abreast[0], below, covered), [grid.left for grid in abreast])
        named: dict[int, GridPlate] = {}
        for grid, lines in zip(abreast, parts, strict=True):
            found = _above(page, grid, lines, astray)
            if found.plate:
                plates.append(GridPlate(found.plate))
                named[grid.left] = plates[-1]
            plate = plates[-1] if named or len(abreast) == 1 else beside.get(grid.left, plates[-1])
            plate.grids.append(TitledGrid(page, grid, found.title))
        beside = named or beside if len(abreast) > 1 else {}
        below = max(below, *(grid.bottom for grid in abreast))
    astray += _lines_between(page, below, len(page.rows), covered)
    return [plate for plate in plates if plate.grids], astray


def _above(page: Page, grid: Grid, lines: Sequence[Astray], astray: list[Astray]) -> _Above:
    """What the lines above a grid name; the others are put to what belongs to no grid."""
    takes_title = grid.corner.casefold() in _EMPTY_CORNERS
    found = _Above("" if takes_title else grid.corner)
    for line in lines:
        name = plate_name_or_none(" ".join(line.texts)) if len(line.texts) < 3 else None
        if name:
            found.plate = name
        elif takes_title and line.row == _line_above(page, grid.top) and _is_title(line):
            found.title = line.texts[0]
        else:
            astray.append(line)
    return found


def _lines_above(page: Page, grid: Grid, below: int, covered: set[tuple[int, int]]) -> list[Astray]:
    """The lines since the last grid; where one beside it begins higher up, what stands right above in its columns."""
    if below <= grid.top:
        return _lines_between(page, below, grid.top, covered)
    beside = {(row, column) for row in (grid.top - 1,) for column in range(grid.left)}
    return _lines_between(page, grid.top - 1, grid.top, covered | beside)


def _parts(lines: Sequence[Astray], lefts: Sequence[int]) -> list[list[Astray]]:
    """The lines above grids side by side, each cut where the next grid begins."""
    if len(lefts) == 1:
        return [list(lines)]
    parts: list[list[Astray]] = [[] for _ in lefts]
    for line in lines:
        places = [max(bisect_right(lefts, column) - 1, 0) for column in line.columns]
        for part in dict.fromkeys(places):
            inside = [at for at, place in enumerate(places) if place == part]
            columns = tuple(line.columns[at] for at in inside)
            parts[part].append(Astray(line.row, columns[0], tuple(line.texts[at] for at in inside), columns))
    return parts


def _is_title(line: Astray) -> bool:
    text = line.texts[0]
    return len(line.texts) == 1 and (not _KEY_VALUE.match(text) or bool(_MEASURED.search(text)))


def _cells_of(grid: Grid) -> Iterator[tuple[int, int]]:
    for row in (grid.top, *(line.index for line in grid.lines)):
        for column in range(grid.left, grid.right):
            yield row, column


def _lines_between(page: Page, start: int, stop: int, covered: set[tuple[int, int]]) -> list[Astray]:
    found = []
    for row in range(start, stop):
        cells = [(at, text) for at, text in enumerate(page.rows[row]) if text and (row, at) not in covered]
        cells = [(at, text) for at, text in cells if not _BETWEEN.match(text)]
        if cells:
            columns, texts = zip(*cells, strict=True)
            found.append(Astray(row, columns[0], texts, columns))
    return found


def _line_above(page: Page, top: int) -> int:
    """The nearest line above that holds anything."""
    return next((row for row in range(top - 1, -1, -1) if any(page.rows[row])), -1)
