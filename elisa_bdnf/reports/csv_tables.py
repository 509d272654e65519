"""``wells.csv``, ``samples.csv``, ``standards.csv``, ``findings.csv``: UTF-8, LF, comma, point; text always quoted.

Numbers are at full precision and never quoted, so that a spreadsheet takes them for numbers; text that a spreadsheet
would take for a formula gets an apostrophe. An empty cell is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports.inert import csv_text
from elisa_bdnf.reports.records import (
    FINDING_COLUMNS,
    SAMPLE_COLUMNS,
    Record,
    finding_records,
    sample_columns,
    sample_records,
    standard_records,
    well_columns,
)
from elisa_bdnf.reports.written_records import WrittenRecords, csv_cell, records_from_columns, written, written_columns

# A table without rows still has its header.
_EMPTY_HEADERS = {"findings.csv": FINDING_COLUMNS, "samples.csv": SAMPLE_COLUMNS, "standards.csv": ("standard",)}


def tables_from_result(result: PlateResult) -> dict[str, WrittenRecords]:
    """File name → the lines of the table, for CSV and JSON alike."""
    return {
        "wells.csv": written_columns(well_columns(result)),
        "samples.csv": written_columns(sample_columns(result)),
        "standards.csv": written(standard_records(result)),
        "findings.csv": written(finding_records(result)),
    }


def records_from_result(result: PlateResult) -> dict[str, list[Record]]:
    """File name → the records of the table."""
    return {
        "wells.csv": records_from_columns(well_columns(result)),
        "samples.csv": sample_records(result),
        "standards.csv": standard_records(result),
        "findings.csv": finding_records(result),
    }


def csv_from_result(result: PlateResult) -> dict[str, bytes]:
    """File name → bytes."""
    return csv_from_written(tables_from_result(result))


def csv_from_written(tables: Mapping[str, WrittenRecords]) -> dict[str, bytes]:
    """File name → bytes, of tables of a result."""
    return {name: _bytes(made.columns or _EMPTY_HEADERS.get(name, ()), made.csv) for name, made in tables.items()}


def csv_from_records(records: Sequence[Record], header_if_empty: Sequence[str] = ()) -> bytes:
    """All records have the columns of the first."""
    columns = list(records[0]) if records else list(header_if_empty)
    return _bytes(columns, [",".join([csv_cell(record[column]) for column in columns]) for record in records])


def _bytes(columns: Sequence[str], lines: Sequence[str]) -> bytes:
    return ("\n".join([",".join(map(csv_text, columns)), *lines]) + "\n").encode()
