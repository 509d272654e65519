"""A plain table of concentrations (csv, txt, xlsx) → rows: from elsewhere, or a ``samples.csv`` of ours.

A line is a sample, or a subject with a column for each of its timepoints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from elisa_bdnf.errors import ElisaError, Problem, StudyError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.plate_words import dilution_factor_or_none
from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.model.measurement import StudySource
from elisa_bdnf.study.rows import RawRow, Read, frozen
from elisa_bdnf.study.table_columns import NUMBERS, concentration_from_text, status_from_text
from elisa_bdnf.study.table_headings import Columns, TimeColumn, headings_of_table

_FALSE = frozenset(["false", "no", "0"])


def read_table(path: Path) -> Read:
    """All lines of a table of concentrations. Whose they are can be in it, or come from a sample sheet.

    Raises StudyError with every line that cannot be understood.
    """
    try:
        file = InputFile.open(path, error=StudyError)
        page, top, columns, times = headings_of_table(file.pages)
        lines = [line for line in range(top + 1, len(page.rows)) if any(page.rows[line])]
        decimal = _decimal(page, top, columns, times)
        rows = tuple(row for line in lines for row in _rows(page, line, columns, times, decimal, file.name))
        problems = list(_odd_cells(page, lines, columns, times))
        if not rows:
            hint = (
                "the batch that wrote it gave no results: all of its exports were refused" if _is_of_batch(path) else ""
            )
            problems.append(Problem("the table has headings and no lines", "a line for every sample", hint))
        if problems:
            raise StudyError(problems=problems)
    except ElisaError as error:
        raise StudyError(problems=error.problems).in_file(path.name) from None
    verdicts = {page.text(line, columns["plate_verdict"][0]) for line in lines} if "plate_verdict" in columns else set()
    verdict = "rejected" if "rejected" in verdicts else "accepted" if verdicts else ""
    remarks = (_remark(columns, times),) if times else ()
    return Read(StudySource(file.name, "table", file.sha256, verdict=verdict, rows=len(rows), remarks=remarks), rows)


def _is_of_batch(path: Path) -> bool:
    return path.name == "samples.csv" and path.with_name("batch.json").is_file()


def _remark(columns: Columns, times: Sequence[TimeColumn]) -> str:
    """How a wide table was read, and which of its columns are no times."""
    others = [name for name, (_, heading) in columns.items() if not heading.known]
    said = f"a column for each timepoint: {', '.join(time.heading for time in times)}"
    return said + (f"; not read as concentrations: {', '.join(others)}" if others else "")


def _decimal(page: Page, top: int, columns: Columns, times: Sequence[TimeColumn]) -> str:
    positions = [*(columns[name][0] for name in NUMBERS if name in columns), *(time.position for time in times)]
    rows = [[page.text(line, at) for at in positions] for line in range(top + 1, len(page.rows))]
    return decimal_mark_from_rows(rows, first_line=top + 2)


def _rows(
    page: Page, line: int, columns: Columns, times: Sequence[TimeColumn], decimal: str, file: str
) -> Iterator[RawRow]:
    """The sample of a line, or one sample for each column of a timepoint, named by its subject and heading."""
    if not times:
        yield _row(page, line, columns, decimal, file)
    for time in times:
        row = _row(page, line, {**columns, "concentration": (time.position, time.understood)}, decimal, file)
        place = row.place if page.is_sheet else f"{row.place}:{time.position + 1}"
        wrong = tuple(replace(problem, place=place) for problem in row.problems)
        sample = f"{row.subject} {time.heading}".strip()
        yield replace(row, sample=sample, timepoint=time.timepoint, place=place, problems=wrong)


def _row(page: Page, line: int, columns: Columns, decimal: str, file: str) -> RawRow:
    texts = {name: page.text(line, at) for name, (at, _) in columns.items()}
    place = page.place(line, columns["concentration"][0])
    cell = concentration_from_text(texts["concentration"], decimal)
    wrong = [cell.problem] if cell.problem else []
    numbers = {name: _number(name, texts, decimal, wrong) for name in NUMBERS[1:]}
    expected = "a number, < LIMIT, BLQ or an empty cell"
    problems = tuple(Problem(found, expected, place=place, file=file) for found in wrong)
    bound_text = texts.get("text", "") if cell == (None, "", "") else ""
    said = concentration_from_text(bound_text, decimal) if bound_text.startswith(("<", ">")) else cell
    return RawRow(
        source=file,
        place=place,
        sample=texts.get("sample", ""),
        subject=texts.get("subject", ""),
        timepoint=texts.get("timepoint", ""),
        concentration=None if said.bound else said.value,
        low=numbers["ci_low"],
        high=numbers["ci_high"],
        bound=said.bound,
        limit=said.value if said.bound else numbers["limit"],
        lloq=numbers["lloq"],
        uloq=numbers["uloq"],
        unit=_unit(texts.get("unit", "") or columns["concentration"][1].unit),
        status=status_from_text(texts.get("status", "")),
        reason=texts.get("reason", ""),
        reportable=texts.get("reportable", "").casefold() not in _FALSE,
        rejected=texts.get("plate_verdict", "").casefold() == "rejected",
        plate=texts.get("plate", ""),
        matrix=texts.get("matrix", ""),
        arm=texts.get("arm", ""),
        responder=texts.get("responder", ""),
        kit=texts.get("kit", ""),
        lot=texts.get("lot", ""),
        dilution_factor=dilution_factor_or_none(texts.get("dilution", ""), decimal),
        actual_minutes=texts.get("actual_time_min", "").replace(",", "."),
        attributes=frozen({
            name: texts[name] for name, (_, heading) in columns.items() if not heading.known and texts[name]
        }),
        problems=problems,
    )  # fmt: skip


def _number(name: str, texts: Mapping[str, str], decimal: str, wrong: list[str]) -> float | None:
    text = texts.get(name, "")
    cell = concentration_from_text(text, decimal)
    if cell.problem or cell.bound:
        wrong.append(f"{name} is {text!r}")
        return None
    return cell.value


def _unit(text: str) -> str:
    return unit_from_text_or_none(text) or text.strip() if text else ""


def _odd_cells(page: Page, lines: Sequence[int], columns: Columns, times: Sequence[TimeColumn]) -> Iterator[Problem]:
    """A date in a column of subjects or timepoints is a spreadsheet's guess, and its text is not what was typed."""
    known = [(name, at) for name, (at, heading) in columns.items() if heading.known]
    for name, at in [*known, *((time.heading, time.position) for time in times)]:
        for line in lines:
            kind = page.odd.get((line, at))
            if kind is not None:
                found = f"the cell of {name} holds a {kind.value} ({page.text(line, at)[:40]})"
                hint = "format the column as text in the spreadsheet and type it again"
                yield Problem(found, "a text or a number", hint, page.place(line, at))
