"""``expected.csv``: one line per result, for plates of more samples than one wants to see in TOML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from elisa_bdnf.checking.case import SELECTORS, ExpectedResult, comparable
from elisa_bdnf.checking.outcome import Place
from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows, number_from_text_or_none
from elisa_bdnf.inputs.pages import Page, pages_from_file
from elisa_bdnf.protocols.fields import hint_of_closest, shown

COLUMNS = (*SELECTORS, "concentration", "text")


def read_table_or_none(path: Path, file: str) -> tuple[ExpectedResult, ...] | None:
    """The lines of the table; None where there is none. Raises :class:`ElisaError` with everything that is wrong."""
    if not path.exists():
        return None
    try:
        (page,) = pages_from_file(InputFile.open(path, error=ElisaError))
        return _results(page, file)
    except ElisaError as error:
        raise ElisaError(problems=[replace(problem, file=file) for problem in error.problems]) from None


def _results(page: Page, file: str) -> tuple[ExpectedResult, ...]:
    headings = [text.casefold() for text in page.rows[0]] if page.rows else []
    problems = list(_heading_problems(headings))
    if problems:
        raise ElisaError(problems=problems)
    lines = [line for line in range(1, len(page.rows)) if any(page.rows[line])]
    decimal = _decimal(page, headings, lines)
    results = []
    for line in lines:
        cells = {name: page.text(line, at) for at, name in enumerate(headings)}
        found = _problem_or_none(cells, page.rows[line], headings, decimal)
        if found:
            problems.append(replace(found, place=str(line + 1)))
        else:
            results.append(_result(cells, Place(file, line + 1), decimal))
    if problems:
        raise ElisaError(problems=problems)
    return tuple(results)


def _heading_problems(headings: Sequence[str]) -> Iterator[Problem]:
    if not headings:
        yield Problem("the table is empty", f"a line of headings: {', '.join(COLUMNS)}", place="1")
    for at, name in enumerate(headings):
        if name not in COLUMNS:
            expected = f"one of {', '.join(COLUMNS)}"
            yield Problem(f"unknown column {shown(name)}", expected, hint_of_closest(name, COLUMNS), "1")
        elif name in headings[:at]:
            yield Problem(f"the column {shown(name)} is there twice", "each column once", place="1")
    if headings and not set(headings) & set(SELECTORS):
        yield Problem("no column says which result is meant", f"one of {', '.join(SELECTORS)}", place="1")
    if headings and not set(headings) & {"concentration", "text"}:
        yield Problem("no column says what is expected", "concentration or text", place="1")


def _decimal(page: Page, headings: Sequence[str], lines: Sequence[int]) -> str:
    if "concentration" not in headings:
        return "."
    at = headings.index("concentration")
    return decimal_mark_from_rows([[page.text(line, at)] for line in lines], first_line=2)


def _problem_or_none(
    cells: dict[str, str], row: Sequence[str], headings: Sequence[str], decimal: str
) -> Problem | None:
    if len(row) > len(headings):
        return Problem(f"{len(row)} cells under {len(headings)} headings", "text with the delimiter in it in quotes")
    if not any(cells.get(name) for name in SELECTORS):
        return Problem("nothing says which result is meant", f"a text under one of {', '.join(SELECTORS)}")
    if not cells.get("concentration") and not cells.get("text"):
        return Problem("nothing is expected of the result", "a concentration or a text")
    number = cells.get("concentration", "")
    if number and number_from_text_or_none(number, decimal) is None:
        hint = "write it under text" if "text" in headings else "add a column text for it"
        return Problem(f"the concentration is {shown(number)}", "a number or nothing", hint)
    return None


def _result(cells: dict[str, str], place: Place, decimal: str) -> ExpectedResult:
    selectors = {name: comparable(cells[name]) for name in SELECTORS if cells.get(name)}
    if "dilution_factor" in selectors:
        number = number_from_text_or_none(selectors["dilution_factor"], decimal)
        selectors["dilution_factor"] = selectors["dilution_factor"] if number is None else f"{number:g}"
    concentration = number_from_text_or_none(cells.get("concentration", ""), decimal)
    return ExpectedResult(selectors, concentration, comparable(cells.get("text", "")) or None, place)
