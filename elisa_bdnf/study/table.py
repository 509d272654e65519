"""A plain table of concentrations (csv, txt, xlsx) → rows: from elsewhere, or a ``samples.csv`` of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from elisa_bdnf.errors import ElisaError, Problem, StudyError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.plate_words import dilution_factor_or_none
from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.model.measurement import StudySource
from elisa_bdnf.study.rows import RawRow, Read, frozen
from elisa_bdnf.study.table_columns import (
    NUMBERS,
    Understood,
    concentration_from_text,
    heading_from_text,
    status_from_text,
)

_HEADING_LINES = 20
_FALSE = frozenset(["false", "no", "0"])


def read_table(path: Path) -> Read:
    """All lines of a table of concentrations. Whose they are can be in it, or come from a sample sheet.

    Raises StudyError with every line that cannot be understood.
    """
    try:
        file = InputFile.open(path, error=StudyError)
        page, top, columns = _headings(file.pages)
        lines = [line for line in range(top + 1, len(page.rows)) if any(page.rows[line])]
        decimal = _decimal(page, top, columns)
        rows = tuple(_row(page, line, columns, decimal, file.name) for line in lines)
        problems = list(_odd_cells(page, lines, columns))
        if not rows:
            problems.append(Problem("the table has headings and no lines", "a line for every sample"))
        if problems:
            raise StudyError(problems=problems)
    except ElisaError as error:
        raise StudyError(problems=error.problems).in_file(path.name) from None
    verdicts = {page.text(line, columns["plate_verdict"][0]) for line in lines} if "plate_verdict" in columns else set()
    verdict = "rejected" if "rejected" in verdicts else "accepted" if verdicts else ""
    return Read(StudySource(file.name, "table", file.sha256, verdict=verdict, rows=len(rows)), rows)


Columns = Mapping[str, tuple[int, Understood]]


def _headings(pages: Sequence[Page]) -> tuple[Page, int, Columns]:
    """The first line with a heading for concentrations and one for what they belong to."""
    for page in pages:
        for top in range(min(len(page.rows), _HEADING_LINES)):
            understood = [(at, heading_from_text(text)) for at, text in enumerate(page.rows[top]) if text]
            names = {heading.name for _, heading in understood if heading.known}
            if "concentration" in names and names & {"sample", "subject", "timepoint"}:
                _refuse_twins(page, top, understood)
                return page, top, {heading.name: (at, heading) for at, heading in reversed(understood)}
    raise StudyError(
        "no line of headings with a column of concentrations was found",
        expected="columns subject, timepoint and concentration, or sample and concentration with a sample sheet",
    )


def _refuse_twins(page: Page, top: int, understood: Sequence[tuple[int, Understood]]) -> None:
    seen: dict[str, int] = {}
    for at, heading in understood:
        other = seen.setdefault(heading.name, at)
        if other != at and heading.known:
            found = f"the columns {page.text(top, other)!r} and {page.text(top, at)!r} mean the same"
            raise StudyError(found, expected="each column once", place=page.place(top, at))


def _decimal(page: Page, top: int, columns: Columns) -> str:
    positions = [columns[name][0] for name in NUMBERS if name in columns]
    rows = [[page.text(line, at) for at in positions] for line in range(top + 1, len(page.rows))]
    return decimal_mark_from_rows(rows, first_line=top + 2)


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


def _odd_cells(page: Page, lines: Sequence[int], columns: Columns) -> Iterator[Problem]:
    """A date in a column of subjects or timepoints is a spreadsheet's guess, and its text is not what was typed."""
    for name, (at, heading) in columns.items():
        for line in lines if heading.known else ():
            kind = page.odd.get((line, at))
            if kind is not None:
                found = f"the cell of {name} holds a {kind.value} ({page.text(line, at)[:40]})"
                hint = "format the column as text in the spreadsheet and type it again"
                yield Problem(found, "a text or a number", hint, page.place(line, at))
