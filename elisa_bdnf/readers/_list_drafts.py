"""Tables with a line per well → channels, calculated numbers and statements about wells, plate by plate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from elisa_bdnf.errors import ExportError, Problem
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.pages import Page, spoken_place
from elisa_bdnf.inputs.tables import (
    Heading,
    Table,
    heading_problems,
    hint_on_well,
    odd_cell_problem,
    well_or_none,
    well_table_or_none,
)
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.model.plate import Well
from elisa_bdnf.readers._generic_titles import Meaning, Quantity, is_time_title, quantity_from_title
from elisa_bdnf.readers._key_lines import not_an_endpoint
from elisa_bdnf.readers._limits import MOST_PLATES, refuse_more_than
from elisa_bdnf.readers._matrix_checks import refuse_moved_cells, short_line_remarks
from elisa_bdnf.readers._placed import Cells
from elisa_bdnf.readers._turned_lists import TurnedPage

_WHEN_READ = re.compile(
    r"\b(?:measurement|measured|read|reading|acquisition)\b.*time|\btime\s*[\[(]m?s[\])]", re.IGNORECASE
)
_PLAIN_SHEET = re.compile(r"(?:sheet|tabelle|feuil|hoja|foglio|blad|ark|plan|list)\s*[0-9]*\Z", re.IGNORECASE)
_CLOCK = re.compile(r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\Z")
_IDENTITY = frozenset(["well", "row", "column", "plate"])
_MOST_WAVELENGTHS = 6


@dataclass(frozen=True, slots=True)
class ListTable:
    """One column of numbers of one plate."""

    title: str
    quantity: Quantity
    cells: Cells

    @property
    def result_name(self) -> str:
        return "concentration" if self.quantity.meaning is Meaning.CONCENTRATION else self.title


@dataclass(slots=True)
class ListPlate:
    name: str
    channels: list[ListTable] = field(default_factory=list)
    computed: list[ListTable] = field(default_factory=list)
    facts: dict[Well, dict[str, Fact]] = field(default_factory=dict)


@dataclass(frozen=True)
class WellList:
    """A table and what its columns are for; ``wavelength`` is a column that tells the lines of a well apart."""

    table: Table
    responses: tuple[tuple[Heading, Quantity], ...]
    computed: tuple[tuple[Heading, Quantity], ...]
    wavelength: Heading | None
    others: tuple[Heading, ...]

    @property
    def is_plain_sheet(self) -> bool:
        return bool(_PLAIN_SHEET.match(self.table.page.name))

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        named = ", ".join(repr(heading.text) for heading, _ in self.responses)
        taken = (f"Responses were taken from the column {named}.",) if len(self.responses) == 1 else ()
        lines = ", ".join(repr(heading.text) for heading in self.table.headings)
        turned = (f"The table has a column per well; its lines are {lines}.",) * isinstance(self.table.page, TurnedPage)
        return (*taken, *turned, *short_line_remarks(self.table.page, self.lines))

    @cached_property
    def lines(self) -> tuple[int, ...]:
        """Those with a well; notes may stand below the last of them, but no line without a well in between."""
        return tuple(_lines(self.table))


def list_or_none(page: Page) -> WellList | None:
    """The table of a page if it has wells and at least one column of responses."""
    table = well_table_or_none(page)
    if table is None:
        return None
    told = [heading for heading in table.headings if not (_is_known(heading) or _WHEN_READ.search(heading.text))]
    meant = {heading: quantity_from_title(heading.text) for heading in told}
    wavelength = next((heading for heading in meant if _is_wavelength(heading)), None)
    meant.pop(wavelength, None) if wavelength else None
    responses = tuple((heading, what) for heading, what in meant.items() if what.meaning is Meaning.RESPONSE)
    if not responses:
        return None
    computed = tuple(
        (heading, what) for heading, what in meant.items() if what.meaning in (Meaning.CONCENTRATION, Meaning.STATISTIC)
    )
    taken = {heading for heading, _ in (*responses, *computed)} | ({wavelength} if wavelength else set())
    others = tuple(
        heading for heading in table.headings if heading not in taken and heading.column.name not in _IDENTITY
    )
    return WellList(table, responses, computed, wavelength, others)


def _is_known(heading: Heading) -> bool:
    """A word of layouts, unless it says itself that a program calculated it."""
    calculated = quantity_from_title(heading.text).meaning is Meaning.CONCENTRATION
    return heading.column.known and not calculated


def _is_wavelength(heading: Heading) -> bool:
    return re.match(r"(?:wavelength|lambda|filter)\b", heading.text, re.IGNORECASE) is not None


def plates_from_list(found: WellList) -> list[ListPlate]:
    """Every plate of a table. Raises ExportError with all that is wrong in its lines."""
    _refuse_kinetic(found)
    refuse_moved_cells(found.table.page, (found.table.top, *found.lines))
    problems = [*heading_problems(found.table), *_odd_cells(found)]
    if problems:
        raise ExportError(problems=problems)
    plates: dict[str, ListPlate] = {}
    plate_heading = found.table.heading("plate")
    for line in found.lines:
        name = found.table.text(line, plate_heading) if plate_heading else ""
        if plate_heading and not name:
            place = found.table.place(line, plate_heading)
            problems.append(Problem("the line names no plate", "a plate in every line, or no such column", place=place))
        _add_line(found, plates.setdefault(name, ListPlate(name)), line, problems)
        refuse_more_than(MOST_PLATES, len(plates), "plates")
    if problems:
        raise ExportError(problems=problems[:20])
    return list(plates.values())


def _lines(table: Table) -> Iterator[int]:
    last = max((line for line in table.lines if well_or_none(table, line)), default=-1)
    for line in table.lines:
        if line <= last:
            yield line
        elif sum(1 for text in table.page.rows[line] if number_from_text_or_none(text) is not None) > 0 and any(
            table.text(line, heading) for heading in table.headings[1:]
        ):
            yield line  # numbers whose well was lost: reading them says so


def _add_line(found: WellList, plate: ListPlate, line: int, problems: list[Problem]) -> None:
    table = found.table
    well = well_or_none(table, line)
    if well is None:
        heading = table.heading("well") or table.heading("row") or table.headings[0]
        text = table.text(line, heading)
        problems.append(
            Problem(
                f"{text!r} is no well",
                "a well such as A1 in every line",
                hint_on_well(text),
                place=table.place(line, heading),
            )
        )
        return
    wavelength = table.text(line, found.wavelength) if found.wavelength else ""
    for response, quantity in found.responses:
        title = f"{response.text} {wavelength}".strip() if wavelength else response.text
        shown = quantity_from_title(f"{wavelength} nm") if wavelength.replace(".", "").isdigit() else quantity
        _put(plate.channels, title, shown, well, (table, line, response), problems)
    for computed, quantity in found.computed:
        _put(plate.computed, computed.text, quantity, well, (table, line, computed), problems, same=True)
    facts = {each.column.name: table.fact(line, each) for each in found.others if table.text(line, each)}
    if plate.facts.setdefault(well, facts) != facts and found.wavelength is None:
        return  # the response of the same well was a problem already
    if len(plate.channels) > _MOST_WAVELENGTHS:
        raise not_an_endpoint(f"a table of more than {_MOST_WAVELENGTHS} wavelengths per well (a spectrum)")


def _put(
    tables: list[ListTable],
    title: str,
    quantity: Quantity,
    well: Well,
    where: tuple[Table, int, Heading],
    problems: list[Problem],
    *,
    same: bool = False,
) -> None:
    source, line, heading = where
    text = source.text(line, heading)
    table = next((each for each in tables if each.title == title), None)
    if table is None:
        table = ListTable(title, quantity, Cells(source.page))
        tables.append(table)
    if well not in table.cells:
        table.cells.put(well, text, line, heading.position)
    elif not (same and table.cells[well] == text):
        problems.append(
            Problem(
                f"well {well} has a second {title!r}; the first stands in {spoken_place(table.cells.place(well))}",
                "one line per well (an endpoint read)",
                "kinetics and spectra cannot be used; give repeats columns of their own, and plates a column 'plate'",
                source.place(line, heading),
            )
        )


def _every_well_once(found: WellList) -> bool:
    table, plate = found.table, found.table.heading("plate")
    told = [heading for heading in (plate, found.wavelength) if heading]
    keys = [(well_or_none(table, line), *(table.text(line, heading) for heading in told)) for line in found.lines]
    return len(set(keys)) == len(keys)


def _refuse_kinetic(found: WellList) -> None:
    """A column ``Time`` of numbers or clock times belongs to a kinetic; texts such as ``24 h`` are timepoints.

    When a well was read, in seconds, is no kinetic where no well stands twice.
    """
    table = found.table
    once = any(_WHEN_READ.search(heading.text) for heading in table.headings) and _every_well_once(found)
    for heading in table.headings:
        if once and _WHEN_READ.search(heading.text):
            continue
        is_timepoint = heading.column.name == "timepoint" and heading.text.casefold() not in ("time", "times")
        if is_timepoint or heading.column.name == "actual_time_min" or not is_time_title(heading.text):
            continue
        texts = [text for line in table.lines if (text := table.text(line, heading))]
        if texts and all(_is_moment(text) for text in texts):
            place = table.place(table.top, heading)
            raise not_an_endpoint(f"a table with a column {heading.text!r} of times (a kinetic)", place=place)


def _is_moment(text: str) -> bool:
    return bool(_CLOCK.match(text)) or any(number_from_text_or_none(text, mark) is not None for mark in ".,")


def _odd_cells(found: WellList) -> Iterator[Problem]:
    """Cells of a workbook that are no text and no number: never a reading, a name or a concentration."""
    responses = {heading for heading, _ in (*found.responses, *found.computed)}
    for line in found.table.lines if found.table.page.odd else ():
        for heading in found.table.headings:
            kind = found.table.page.odd.get((line, heading.position))
            if kind is None or (kind.value == "error" and heading in responses):
                continue
            if kind.value == "truth value" and heading.column.name in ("anchor", "responder"):
                continue
            yield odd_cell_problem(kind.value, found.table.text(line, heading), found.table.place(line, heading))
