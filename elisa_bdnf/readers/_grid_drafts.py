"""Pages of matrices → what belongs to which plate: channels, what was calculated, layout, header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.columns import column_from_text
from elisa_bdnf.inputs.grid import column_number_or_none
from elisa_bdnf.inputs.numbers import is_number, is_number_or_word, numbers_or_none
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.tables import odd_cell_problem
from elisa_bdnf.inputs.titled_grids import Astray, GridPlate, TitledGrid, plates_of_grids
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.model.plate import Well
from elisa_bdnf.readers._added_lines import is_statistic
from elisa_bdnf.readers._bare_grids import bare_grids
from elisa_bdnf.readers._generic_titles import Meaning, Quantity, is_time_title, quantity_from_title
from elisa_bdnf.readers._key_lines import Header, header_from_rows, not_an_endpoint
from elisa_bdnf.readers._matrix_checks import (
    gap_remarks,
    grid_remarks,
    left_out_remarks,
    refuse_moved_cells,
    refuse_rows_astray,
    short_row_remarks,
)
from elisa_bdnf.readers._placed import Cells, bare_cells, cells_of

_PLAIN_SHEET = re.compile(r"(?:sheet|tabelle|feuil|hoja|foglio|blad|ark|plan|list)\s*[0-9]*\Z", re.IGNORECASE)
_MANY_NUMBERS = re.compile(r"(?:[0-9]+[.,]?[0-9]*[,;|\t ]\s*){5,}")


@dataclass(frozen=True, slots=True)
class GridTable:
    """Numbers of one matrix. ``title`` is empty where there is none."""

    title: str
    quantity: Quantity
    cells: Cells

    @property
    def label(self) -> str:
        return self.title or "Response"

    @property
    def result_name(self) -> str:
        return "concentration" if self.quantity.meaning is Meaning.CONCENTRATION else self.title


@dataclass(slots=True)
class Draft:
    """One plate while it is put together."""

    name: str | None
    page: str
    tables: list[GridTable] = field(default_factory=list)
    computed: list[GridTable] = field(default_factory=list)
    facts: dict[Well, dict[str, Fact]] = field(default_factory=dict)
    header: Header = ()
    remarks: list[str] = field(default_factory=list)


def drafts_from_pages(pages: Sequence[Page]) -> list[Draft]:
    """Every plate of a file. Raises ExportError for what is ambiguous, over time, or would get lost."""
    drafts = [draft for page in pages for draft in _drafts_of(page)]
    silent = [page for page in pages if page.is_sheet and not any(draft.page == page.name for draft in drafts)]
    drafts = _channels_by_sheet(drafts)
    measured = [draft for draft in drafts if draft.tables]
    for page in silent if measured and len(pages) > 1 else ():
        refuse_rows_astray(page, (), 0, len(page.rows))
        measured[0].remarks.append(f"Sheet {page.name!r} holds no plate and was not read.")
    _join_layouts(measured, [draft for draft in drafts if draft.facts and not draft.tables])
    several_pages = len({draft.page for draft in measured}) > 1
    for draft in measured:
        if draft.name is None and draft.page and (several_pages or not _PLAIN_SHEET.match(draft.page)):
            draft.name = draft.page
    return measured


def _drafts_of(page: Page) -> list[Draft]:
    plates, astray = plates_of_grids(page)
    if not plates:
        return list(_bare_drafts(page))
    drafts = [draft for plate in plates for draft in _drafts_of_plate(page, plate)]
    if any(draft.tables for draft in drafts):
        _refuse_lost_numbers(page, astray)
    header = header_from_rows(line.texts for line in astray)
    for draft in drafts:
        draft.header = header
    return drafts


def _drafts_of_plate(page: Page, plate: GridPlate) -> list[Draft]:
    drafts = [Draft(plate.name, page.name)]
    for grid in plate.grids:
        title = grid.title or (page.name if page.is_sheet and _is_telling(page.name) else "")
        if not _is_numbers(grid) or (column_from_text(title).known and not _names_a_response(title)):
            _add_facts(drafts[-1], page, grid)
            continue
        _refuse_odd_cells(page, grid)
        if title and is_time_title(title):
            raise not_an_endpoint(f"a matrix at {title!r} (kinetic)", place=grid.place)
        _add_numbers(drafts, page, grid, title)
    return drafts


def _is_telling(sheet: str) -> bool:
    return column_from_text(sheet).known or _names_a_response(sheet)


def _names_a_response(title: str) -> bool:
    return quantity_from_title(title).meaning is Meaning.RESPONSE


def _add_numbers(drafts: list[Draft], page: Page, grid: TitledGrid, title: str) -> None:
    """Put a matrix of numbers where its title says: into the plate at hand, or into the next one."""
    table = GridTable(title, quantity_from_title(title), cells_of(page, grid.grid))
    draft = drafts[-1]
    if table.quantity.meaning in (Meaning.CONCENTRATION, Meaning.STATISTIC) and draft.tables:
        draft.computed.append(table)
        return
    names_plate = bool(title) and table.quantity.meaning is not Meaning.RESPONSE
    if names_plate and draft.facts:
        raise ExportError(
            f"the numbers under {title!r} beside a layout may be responses or something else",
            expected="a title such as 'OD 450' above the responses",
            place=grid.place,
        )
    if names_plate or any(other.title == title for other in draft.tables):
        if draft.tables:
            draft = Draft(None, page.name)
            drafts.append(draft)
        draft.name = title if names_plate else draft.name
    draft.tables.append(GridTable("" if names_plate else title, _as_response(table.quantity), table.cells))
    has_notes = any(line.beyond for line in grid.grid.lines) and not _has_neighbor(page, grid)
    draft.remarks += (grid_remarks if has_notes else gap_remarks)(page, grid.grid)


def _as_response(quantity: Quantity) -> Quantity:
    return quantity if quantity.meaning is Meaning.RESPONSE else Quantity(Meaning.RESPONSE)


def _has_neighbor(page: Page, grid: TitledGrid) -> bool:
    others, _ = plates_of_grids(page)
    tops = [(other.grid.top, other.grid.left) for plate in others for other in plate.grids]
    return any(top == grid.grid.top and left > grid.grid.left for top, left in tops)


def _is_numbers(grid: TitledGrid) -> bool:
    """Most cells are numbers; then the others must be words for missing ones, which reading them checks."""
    texts = grid.texts()
    if texts and numbers_or_none(texts) is not None:
        return True
    return any(map(is_number, texts)) and 2 * sum(map(is_number_or_word, texts)) > len(texts)


def _add_facts(draft: Draft, page: Page, grid: TitledGrid) -> None:
    refuse_moved_cells(page, [line.index for line in grid.grid.lines])
    draft.remarks += (*left_out_remarks(page, grid.grid), *short_row_remarks(page, grid.grid))
    named = column_from_text(page.name)
    name = grid.column.name if grid.title else named.name if page.is_sheet and named.known else "sample"
    for well, fact, at in grid.facts():
        if kind := page.odd.get(at):
            raise ExportError(problems=[odd_cell_problem(kind.value, fact.text, fact.place)])
        if name in draft.facts.get(well, {}):
            raise ExportError(f"a second grid of {name!r} for one plate", expected="one of each", place=grid.place)
        draft.facts.setdefault(well, {})[name] = fact


def _refuse_odd_cells(page: Page, grid: TitledGrid) -> None:
    """Dates, truth values and formulas without results are no readings; errors such as #N/A are words for missing."""
    problems = [
        odd_cell_problem(kind.value, fact.text, fact.place)
        for _, fact, at in (grid.facts() if page.odd else ())
        if (kind := page.odd.get(at)) and kind.value != "error"
    ]
    if problems:
        raise ExportError(problems=problems)


def _refuse_lost_numbers(page: Page, astray: Sequence[Astray]) -> None:
    """Lines outside of every matrix may be notes, but not rows of numbers whose letter was lost."""
    for line in astray:
        if is_statistic(line.texts[0]):
            continue
        numbers = [text for text in line.texts if is_number_or_word(text)]
        if len(numbers) >= 3 or any(_MANY_NUMBERS.search(text) for text in line.texts):
            raise ExportError(
                f"the line with {' '.join(line.texts)[:40]!r} holds numbers, but belongs to no matrix",
                expected="column numbers above, and a row letter at the left of every line",
                place=page.place(line.row, line.column),
            )


def _bare_drafts(page: Page) -> Iterator[Draft]:
    """Matrices without labels, or without half of them, each of exactly the rows and columns of a plate."""
    blocks = bare_grids(page)
    if not blocks or not all(block.is_whole for block in blocks):
        return
    inside = {row for block in blocks for row in range(block.start, block.end)}
    notes = [row for index, row in enumerate(page.rows) if index not in inside and row]
    below = 0
    for block in blocks:
        title = next((row[0] for row in reversed(page.rows[below : block.start]) if row), "")
        title = "" if block.labels == "column numbers alone" and column_number_or_none(title) == 1 else title
        below = block.end
        quantity = quantity_from_title(title)
        is_response = quantity.meaning is Meaning.RESPONSE
        cells = bare_cells(page, block.start, block.end, block.left, block.width)
        table = GridTable(title if is_response else "", _as_response(quantity), cells)
        remark = f"The matrix in line {block.start + 1} has {block.labels}; its first value was taken as well A1."
        draft = Draft(title if title and not is_response else None, page.name, [table], remarks=[remark])
        draft.header = header_from_rows(notes)
        yield draft


def _channels_by_sheet(drafts: list[Draft]) -> list[Draft]:
    """Sheets called ``450`` and ``570`` with one matrix each are two channels of one plate."""
    measured = [draft for draft in drafts if draft.tables]
    by_sheet = all(
        len(draft.tables) == 1 and draft.name is None and draft.page and draft.tables[0].title == draft.page
        for draft in measured
    )
    if len(measured) < 2 or not by_sheet or len({draft.page for draft in measured}) < len(measured):
        return drafts
    first, *others = measured
    first.page = ""
    for other in others:
        first.tables += other.tables
        first.computed += other.computed
    return [draft for draft in drafts if draft not in others]


def _join_layouts(measured: list[Draft], layouts: list[Draft]) -> None:
    """A sheet of layout grids belongs to the plate of its name, or to the only plate."""
    for layout in layouts:
        named = [draft for draft in measured if layout.name and draft.name == layout.name]
        targets = named or (measured if len(measured) == 1 else [])
        if not targets and measured:
            fact = next(iter(next(iter(layout.facts.values())).values()))
            raise ExportError(
                f"the grids of text do not say which of {len(measured)} plates they are for",
                expected="a layout file of its own, or a line 'Plate: NAME' above",
                place=fact.place,
            )
        for draft in targets:
            for well, facts in layout.facts.items():
                draft.facts.setdefault(well, {}).update(facts)
