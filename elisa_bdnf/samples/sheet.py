"""The file of a sample sheet → its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from elisa_bdnf.errors import ElisaError, Problem, SampleSheetError
from elisa_bdnf.inputs.columns import misspelled_or_none
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.matrices import matrix_from_text
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.pages import Page, spoken_place
from elisa_bdnf.inputs.plate_words import dilution_factor_or_none
from elisa_bdnf.inputs.tables import Table, heading_problems, odd_cell_problem, table_below
from elisa_bdnf.inputs.well_facts import folded

_HEADING_LINES = 20
_IDENTITY = ("sample", "subject", "timepoint", "matrix", "dilution")
_NUMBERS = frozenset(
    ["actual_time_min", "spin_g", "spin_min", "spin_delay_min", "freeze_thaw_n", "haemolysis_index", "storage_days"]
)
_NOT_KNOWN = frozenset(["na", "n/a", "-", "--", "?", "nd", "n.d.", "unknown"])
_NEVER_SHOWN = frozenset(["error", "formula without a stored result"])


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One line of the sheet; ``place`` is the number of the line or ``Sheet1!A7``."""

    sample: str
    place: str
    subject: str | None = None
    timepoint: str | None = None
    matrix: str | None = None
    dilution_factor: float | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """All lines of a sheet, in its order."""

    file: str
    sha256: str
    rows: tuple[SampleRow, ...]

    def by_sample(self) -> dict[str, SampleRow]:
        return {row.sample: row for row in self.rows}


def read_samples(path: Path) -> SampleSheet:
    """A csv, txt or xlsx with one line per sample. Raises SampleSheetError with everything that is wrong in it."""
    try:
        file = InputFile.open(path, error=SampleSheetError)
        table = _table(file.pages)
        decimal = table.decimal([heading for heading in table.headings if heading.column.name in _NUMBERS])
        return SampleSheet(file.name, file.sha256, _rows(table, decimal))
    except ElisaError as error:
        raise SampleSheetError(problems=error.problems).in_file(path.name) from None


def _table(pages: Sequence[Page]) -> Table:
    found = [table for page in pages if (table := _table_of(page)) is not None]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(repr(table.page.name) for table in found)
        raise SampleSheetError(f"the sheets {names} all have a column of samples", expected="one such sheet")
    raise SampleSheetError(
        "no column of samples was found",
        expected="a line of headings with 'sample', 'sample_id' or 'id', and samples below",
    )


def _table_of(page: Page) -> Table | None:
    for top in range(min(len(page.rows), _HEADING_LINES)):
        if len([text for text in page.rows[top] if text]) < 2:
            continue
        table = table_below(page, top)
        if table.heading("sample") is not None and table.lines:
            return table
    return None


def _rows(table: Table, decimal: str) -> tuple[SampleRow, ...]:
    problems = [*heading_problems(table), *_misspelled(table)]
    if problems:
        raise SampleSheetError(problems=problems)
    rows = []
    for line in table.lines:
        problems += _odd_cells(table, line)
        rows.append(_row(table, line, decimal, problems))
    problems += _duplicates(rows)
    if problems:
        raise SampleSheetError(problems=problems)
    return tuple(rows)


def _row(table: Table, line: int, decimal: str, problems: list[Problem]) -> SampleRow:
    known = {name: table.text(line, heading) for name in _IDENTITY if (heading := table.heading(name))}
    place = table.place(line, table.headings[0])
    if not known["sample"]:
        problems.append(Problem("the line names no sample", "a sample in every line", place=place))
    factor = dilution_factor_or_none(known.get("dilution", ""), decimal)
    if known.get("dilution") and factor is None:
        found = f"the dilution {known['dilution']!r} of sample {known['sample']!r} is not understood"
        problems.append(Problem(found, "a dilution such as 1:10, 1/10, 10x, 1+9, 10 or 0.1", place=place))
    attributes = {
        heading.column.name: _attribute(heading.column.name, text, decimal)
        for heading in table.headings
        if heading.column.name not in _IDENTITY and (text := table.text(line, heading))
    }
    return SampleRow(
        known["sample"],
        place,
        known.get("subject") or None,
        known.get("timepoint") or None,
        matrix_from_text(known["matrix"]) if known.get("matrix") else None,
        factor,
        MappingProxyType({name: text for name, text in attributes.items() if text}),
    )


def _attribute(name: str, text: str, decimal: str) -> str:
    """As written; numbers of known columns with a decimal point, and nothing for a word such as ``n/a`` there."""
    if name not in _NUMBERS:
        return text
    if text.casefold() in _NOT_KNOWN:
        return ""
    return text.replace(",", ".") if number_from_text_or_none(text, decimal) is not None else text


def _misspelled(table: Table) -> Iterator[Problem]:
    for heading in table.headings:
        if not heading.column.known and (meant := misspelled_or_none(heading.text)):
            place = table.place(table.top, heading)
            yield Problem(f"unknown column {heading.text!r}", hint=f"did you mean {meant!r}?", place=place)


def _odd_cells(table: Table, line: int) -> Iterator[Problem]:
    """Dates are welcome in a column such as ``draw_date``, and nowhere that decides which sample is which."""
    for heading in table.headings:
        kind = table.page.odd.get((line, heading.position))
        strict = heading.column.name in _IDENTITY or heading.column.name in _NUMBERS
        if kind is not None and (strict or kind.value in _NEVER_SHOWN):
            yield odd_cell_problem(kind.value, table.text(line, heading), table.place(line, heading))


def _duplicates(rows: Sequence[SampleRow]) -> Iterator[Problem]:
    first: dict[str, SampleRow] = {}
    for row in rows:
        other = first.setdefault(folded(row.sample), row)
        if other is not row and row.sample:
            where = f"{spoken_place(other.place)} and {spoken_place(row.place)}"
            found = f"sample {row.sample!r} stands in {where}"
            if other.sample != row.sample:
                found = f"the samples {other.sample!r} and {row.sample!r} (in {where}) differ only in case or blanks"
            yield Problem(found, "every sample once", place=row.place)
