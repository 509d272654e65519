"""``wells.csv``, ``samples.csv``, ``standards.csv``, ``findings.csv``: UTF-8, LF, comma, point; text always quoted.

Numbers are at full precision and never quoted, so that a spreadsheet takes them for numbers; text that a spreadsheet
would take for a formula gets an apostrophe. An empty cell is null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports.inert import csv_text
from elisa_bdnf.reports.records import (
    FINDING_COLUMNS,
    SAMPLE_COLUMNS,
    Record,
    finding_records,
    sample_records,
    standard_records,
    well_records,
)

TABLES: Mapping[str, Callable[[PlateResult], list[Record]]] = {
    "wells.csv": well_records,
    "samples.csv": sample_records,
    "standards.csv": standard_records,
    "findings.csv": finding_records,
}
# A table without rows still has its header.
_EMPTY_HEADERS = {"findings.csv": FINDING_COLUMNS, "samples.csv": SAMPLE_COLUMNS, "standards.csv": ("standard",)}


def tables_from_result(result: PlateResult) -> dict[str, list[Record]]:
    """File name → records, for CSV and JSON alike."""
    return {name: records(result) for name, records in TABLES.items()}


def csv_from_result(result: PlateResult, tables: Mapping[str, list[Record]] | None = None) -> dict[str, bytes]:
    """File name → bytes; ``tables`` where they were made already."""
    made = tables or tables_from_result(result)
    return {name: csv_from_records(records, _EMPTY_HEADERS.get(name, ())) for name, records in made.items()}


def csv_from_records(records: Sequence[Record], header_if_empty: Sequence[str] = ()) -> bytes:
    """All records have the columns of the first."""
    columns = list(records[0]) if records else list(header_if_empty)
    lines = [",".join(csv_text(column) for column in columns)]
    lines += [",".join(_cell(record[column]) for column in columns) for record in records]
    return ("\n".join(lines) + "\n").encode()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return _EMPTY[value]
    kind = type(value)
    if kind is float or kind is int:
        return repr(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is list or kind is tuple:
        return csv_text(" ".join(map(str, value)))
    return csv_text(str(value))


_EMPTY = {None: "", "": csv_text("")}
