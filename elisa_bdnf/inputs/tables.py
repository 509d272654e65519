"""Tables with one line of headings: layouts in long form, lists of wells, sample sheets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.columns import Column, column_from_text
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.model.plate import Well, row_index_from_name, well_from_row_column, well_from_text_or_none

_HEADING_LINES = 40  # a table that begins later has too much before it to be sure of
_NUMBER_LIKE = re.compile(r"[-+.,]?[0-9]")
_GENERAL = {
    "sample": ("name", "id", "identifier", "samp"),
    "timepoint": ("time", "visit", "draw"),
    "arm": ("group", "treatment", "condition"),
}
_NUMERIC = ("concentration", "low", "high", "dilution")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading at a position (from 0): as written, and understood."""

    position: int
    text: str
    column: Column


@dataclass(frozen=True)
class Table:
    """Headings and the lines below them. ``lines`` are indexes into the rows of the page, empty lines left out."""

    page: Page
    top: int
    headings: tuple[Heading, ...]
    lines: tuple[int, ...]

    def heading(self, name: str) -> Heading | None:
        """The first heading of our word ``name``."""
        return self._first.get(name)

    @cached_property
    def _first(self) -> dict[str, Heading]:
        return {heading.column.name: heading for heading in reversed(self.headings)}

    def text(self, line: int, heading: Heading) -> str:
        cells = self.page.rows[line]
        return cells[heading.position] if heading.position < len(cells) else ""

    def place(self, line: int, heading: Heading) -> str:
        return self.page.place(line, heading.position)

    def fact(self, line: int, heading: Heading) -> Fact:
        return Fact(self.text(line, heading), self.place(line, heading), heading.column.unit)

    def decimal(self, extra: Sequence[Heading] = ()) -> str:
        """The decimal mark, from the columns of numbers; raises ExportError where there are two."""
        numeric = [heading for heading in self.headings if heading.column.name in _NUMERIC] + list(extra)
        first = self.lines[0] if self.lines else 0
        rows = [[self.text(line, heading) for heading in numeric] for line in range(first, self._end)]
        return decimal_mark_from_rows(rows, first_line=first + 1)

    @property
    def _end(self) -> int:
        return self.lines[-1] + 1 if self.lines else 0


def table_below(page: Page, top: int, *, stop: int | None = None) -> Table:
    """The table whose headings stand in row ``top``; it ends where the page does, or before row ``stop``."""
    headings = [Heading(at, text, column_from_text(text)) for at, text in enumerate(page.rows[top]) if text]
    end = len(page.rows) if stop is None else stop
    lines = tuple(line for line in range(top + 1, end) if any(page.rows[line]))
    return Table(page, top, _with_well_heading(headings), lines)


def well_table_or_none(page: Page) -> Table | None:
    """The table of the first line with headings for wells: ``Well``, or ``Row`` and ``Column``."""
    for top in range(min(len(page.rows), _HEADING_LINES)):
        texts = {text for text in page.rows[top] if text}
        headings = {column_from_text(text).name for text in texts if not _NUMBER_LIKE.match(text)}
        if len(texts) > 1 and ("well" in headings or {"row", "column"} <= headings or _well_id(page.rows[top])):
            table = table_below(page, top)
            if table.lines and _has_wells(table):
                return table
    return None


def _with_well_heading(headings: list[Heading]) -> tuple[Heading, ...]:
    """``Well ID`` is where a sample is only if nothing else says so; in Gen5 it is the name beside ``Well``."""
    headings = _without_general_words(headings)
    names = {heading.column.name for heading in headings}
    if "well" in names or {"row", "column"} <= names:
        return tuple(headings)
    return tuple(
        Heading(heading.position, heading.text, Column("well")) if _is_well_id(heading.text) else heading
        for heading in headings
    )


def _without_general_words(headings: list[Heading]) -> list[Heading]:
    """Beside ``sample_id`` a column ``name`` keeps its own name; so do ``time`` and ``group`` beside better words."""
    result = []
    for heading in headings:
        general = heading.text.casefold() in _GENERAL.get(heading.column.name, ())
        others = [each for each in headings if each.column.name == heading.column.name and each is not heading]
        certain = [each for each in others if each.text.casefold() not in _GENERAL.get(each.column.name, ())]
        own = Column(heading.text, known=False)
        result.append(Heading(heading.position, heading.text, own) if general and len(certain) == 1 else heading)
    return result


def _well_id(texts: Iterable[str]) -> bool:
    return any(_is_well_id(text) for text in texts)


def _is_well_id(text: str) -> bool:
    if text[:4].lower() != "well":
        return False
    return text.casefold().replace("_", " ").replace("-", " ").split() in (["well", "id"], ["wellid"])


_COLUMN_ZERO = re.compile(r"[A-Za-z]{1,2}0{1,2}")


def _has_wells(table: Table) -> bool:
    heading, first = table.heading("well"), table.lines[:8]
    if any(well_or_none(table, line) for line in first):
        return True
    return heading is not None and any(hint_on_well(table.text(line, heading)) for line in first)


def hint_on_well(text: str) -> str:
    """What to say of ``A0``: columns that were counted from 0 are one less than those on the plate."""
    return "columns count from 1 on a plate: were they counted from 0?" if _COLUMN_ZERO.fullmatch(text.strip()) else ""


def well_or_none(table: Table, line: int) -> Well | None:
    """The well that a line is about; None where it names none."""
    if (heading := table.heading("well")) is not None:
        return well_from_text_or_none(table.text(line, heading))
    row, column = table.heading("row"), table.heading("column")
    if row is None or column is None:
        return None
    try:
        row_index = row_index_from_name(table.text(line, row))
    except ValueError:
        return None
    number = table.text(line, column).strip()
    if not (number.isascii() and number.isdigit() and 0 < len(number) < 4 and 0 < int(number) < 100):
        return None
    return well_from_row_column(row_index, int(number) - 1)


def heading_problems(table: Table) -> Iterator[Problem]:
    """Columns without a heading, and two columns of one meaning."""
    seen: dict[str, Heading] = {}
    for heading in table.headings:
        key = heading.column.name if heading.column.known else heading.text.casefold()
        if key in seen:
            found = f"the columns {seen[key].text!r} and {heading.text!r} mean the same"
            yield Problem(found, "each column once", place=table.place(table.top, heading))
        seen.setdefault(key, heading)
    positions = {heading.position for heading in table.headings}
    width = max((len(table.page.rows[line]) for line in table.lines), default=0)
    for position in range(width):
        if position in positions:
            continue
        line = next((line for line in table.lines if table.page.text(line, position)), None)
        if line is not None:
            found = f"{table.page.text(line, position)[:40]!r} stands in a column without a heading"
            yield Problem(found, "a heading for every column", place=table.page.place(line, position))


def odd_cell_problems(table: Table, allowed: Mapping[str, frozenset[str]] | None = None) -> Iterator[Problem]:
    """Dates, truth values, errors and formulas without a result in a workbook: nothing of it is guessed.

    ``allowed``: kinds that a column may hold as they are shown.
    """
    for line in table.lines:
        for heading in table.headings:
            kind = table.page.odd.get((line, heading.position))
            if kind is None or kind.value in (allowed or {}).get(heading.column.name, frozenset()):
                continue
            yield odd_cell_problem(kind.value, table.text(line, heading), table.place(line, heading))


def odd_cell_problem(kind: str, text: str, place: str) -> Problem:
    """What to do about a cell that is neither text nor number."""
    hints = {
        "date": "format the column as text in the spreadsheet and type it again",
        "formula without a stored result": "open the workbook in Excel and save it, so that results are stored",
    }
    return Problem(f"the cell holds a {kind} ({text[:40]})", "a text or a number", hints.get(kind, ""), place)
