"""A plain table of concentrations and responses: standards, and below them (or between them) unknowns."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf.errors import ElisaError, Problem, TableError
from elisa_bdnf.inputs.columns import column_from_text
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows, number_from_text_or_none, response_or_none
from elisa_bdnf.inputs.stdin import open_or_stdin
from elisa_bdnf.model.curve import Level
from elisa_bdnf.model.reading import NoteKind

_RESPONSE = re.compile(  # of a heading in lower case, letters and digits only
    r"(mean|net|corrected|raw|blanked)?"
    r"(response|od|oddata|opticaldensity|absorbance|abs|y|signal|value|reading|mfi|rlu|rfu|fluorescence|luminescence)"
    r"(od|au)?(\d{3}(nm)?(\d{3}(nm)?)?)?"
)
_LARGEST = 1e50  # beyond it (and below its inverse) sums of squares leave the numbers that a computer has
_NONE_STATED = frozenset(("na", "nan", "n/a", "null", "-", "–", "?", "unknown"))  # as R and people write an empty cell
_SAME = 1e-8  # relative difference of concentrations that is only rounding by a spreadsheet


@dataclass(frozen=True, slots=True)
class Unknown:
    """A response without a concentration; nan where the reader could not measure it."""

    response: float
    name: str = ""
    saturated: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Levels by ascending concentration, unknowns in the order of the file, remarks on what was left out."""

    levels: tuple[Level, ...]
    unknowns: tuple[Unknown, ...]
    remarks: tuple[str, ...] = ()


def read_table(path: Path, *, encoding: str | None = None) -> Table:
    """Read a csv, tsv or xlsx with the columns concentration and response (and, if there is one, sample).

    ``-`` is standard input. Rows without a concentration are unknowns. Raises TableError naming every cell that cannot
    be used.
    """
    file = open_or_stdin(path, error=TableError, encoding=encoding)
    rows = file.sheets[0].texts if file.kind in ("xlsx", "xls") else file.rows
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not filled:
        raise TableError("the table is empty", expected="the columns concentration and response", file=file.name)
    columns = _columns(filled[0][1], file.name)
    _check_width(filled, file.name)
    try:
        decimal = _decimal_mark(filled[1:], columns)
    except ElisaError as error:
        raise error.in_file(file.name) from None
    return _table(filled[1:], columns, decimal, file.name)


def _check_width(rows: Sequence[tuple[int, Sequence[str]]], file: str) -> None:
    """A line with more cells than the heading may be a decimal comma in a file that commas divide: ``500,2,1``."""
    width = len(rows[0][1])
    wide = [(number, row) for number, row in rows[1:] if any(cell.strip() for cell in row[width:])]
    if wide:
        expected = "as many cells as the heading has"
        hint = "are commas both decimal marks and separators? export with semicolons or tabs between the columns"
        raise TableError(
            problems=[
                Problem(f"{len(row)} cells: {', '.join(row)}", expected, hint, str(number), file)
                for number, row in wide
            ]
        )


def _decimal_mark(rows: Sequence[tuple[int, Sequence[str]]], columns: Mapping[str, int]) -> str:
    by_line = {number: [_cell(row, columns[name]) for name in ("concentration", "response")] for number, row in rows}
    return decimal_mark_from_rows([by_line.get(line, []) for line in range(1, max(by_line, default=0) + 1)])


def _columns(header: Sequence[str], file: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for index, text in enumerate(header):
        name = column_from_text(text).name
        compact = "".join(c for c in text.casefold() if c.isalnum())
        if name == "concentration" or compact in ("x", "dose"):
            found.setdefault("concentration", index)
        elif _RESPONSE.fullmatch(compact):
            found.setdefault("response", index)
        elif name == "sample":
            found.setdefault("sample", index)
    missing = [name for name in ("concentration", "response") if name not in found]
    if missing:
        raise TableError(
            f"the first row names no {' and no '.join(missing)}: {', '.join(repr(t.strip()) for t in header)}",
            expected="a heading such as concentration,response",
            hint="name the columns in the first row",
            place="1",
            file=file,
        )
    return found


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index].strip() if index is not None and index < len(row) else ""


def _concentration_text(row: Sequence[str], columns: Mapping[str, int]) -> str:
    """Empty where there is none: such a row is an unknown."""
    text = _cell(row, columns["concentration"])
    return "" if text.casefold() in _NONE_STATED else text


def _table(rows: Sequence[tuple[int, Sequence[str]]], columns: Mapping[str, int], decimal: str, file: str) -> Table:
    problems: list[Problem] = []
    remarks: list[str] = []
    standards: dict[float, list[float]] = {}
    unknowns: list[Unknown] = []
    for number, row in rows:
        text, name = _concentration_text(row, columns), _cell(row, columns.get("sample"))
        concentration = number_from_text_or_none(text, decimal)
        cell = response_or_none(_cell(row, columns["response"]), decimal)
        if text and (concentration is None or concentration < 0):
            problems.append(Problem(f"the concentration {text!r} is not a number ≥ 0", place=str(number), file=file))
        elif cell is None or (math.isnan(cell.value) and cell.note is None):
            found = _cell(row, columns["response"])
            problems.append(Problem(f"the response {found!r} is not a number", place=str(number), file=file))
        elif not (is_measurable(concentration or 0.0) and is_measurable(cell.value)):
            said = (
                f"{text} with a response of {_cell(row, columns['response'])}"
                if text
                else f"a response of {cell.value:g}"
            )
            problems.append(
                Problem(f"{said} is no measurement", "numbers from 1e-50 to 1e50", place=str(number), file=file)
            )
        elif concentration is None:
            saturated = cell.note is not None and cell.note.kind is NoteKind.OVERFLOW
            unknowns.append(Unknown(cell.value, name, saturated))
        elif math.isnan(cell.value) or cell.note is not None:
            word = cell.note.text if cell.note else ""
            remarks.append(f"line {number}: the standard {concentration:g} has {word!r} and is left out")
        else:
            standards.setdefault(_known(concentration, standards), []).append(cell.value)
    if problems:
        raise TableError(problems=problems)
    if not standards:
        raise TableError("no row has both a concentration and a response", expected="standards", file=file)
    levels = tuple(Level(nominal, tuple(standards[nominal])) for nominal in sorted(standards))
    return Table(levels, tuple(unknowns), (*remarks, *_swapped(standards)))


def is_measurable(value: float) -> bool:
    """Whether a number is 0, unknown, or of a size that can be squared and divided without leaving the numbers."""
    return value == 0 or math.isnan(value) or 1 / _LARGEST <= abs(value) <= _LARGEST


def _swapped(standards: Mapping[float, Sequence[float]]) -> tuple[str, ...]:
    """A remark where every response occurs twice or more and no concentration does."""
    responses = [response for values in standards.values() for response in values]
    if len(responses) > len(standards) or any(responses.count(response) < 2 for response in responses):
        return ()
    return ("every response occurs more than once and no concentration does: are the two columns exchanged?",)


def _known(concentration: float, standards: Mapping[float, object]) -> float:
    """The concentration as it stands in the table already, up to rounding; itself where it is new."""
    near = (other for other in standards if abs(other - concentration) <= _SAME * concentration)
    return next(near, concentration)
