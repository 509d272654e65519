"""Tidy tables of a study: one observation a line, the same names and numbers as in ``study.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports.csv_tables import csv_from_records, csv_from_written
from elisa_bdnf.reports.records import FINDING_COLUMNS, Record, finding_record
from elisa_bdnf.reports.study_records import (
    StudyRecords,
    comparison_records,
    contrast_records,
    descriptive_records,
    paired_comparison_records,
    paired_records,
    plain,
)

_EMPTY: Mapping[str, Sequence[str]] = {"findings.csv": FINDING_COLUMNS, "descriptives.csv": ("group", "timepoint")}


def csv_from_study(records: StudyRecords) -> dict[str, bytes]:
    """File name → bytes; tables of a design that the study is not are left out."""
    long = {"measurements.csv": records.written_measurements, "values.csv": records.written_values}
    files = csv_from_written({name: made for name, made in long.items() if made.csv})
    for name, rows_of in _TABLES.items():
        rows = rows_of(records)
        if rows or name in _EMPTY:
            files[name] = csv_from_records(rows, _EMPTY.get(name, ()))
    return files


def _findings(result: StudyResult) -> list[Record]:
    return [finding_record(finding) for finding in result.findings]


def _release(result: StudyResult) -> list[Record]:
    return [] if result.release is None else [plain(value) for value in result.release.values]


def _release_effects(result: StudyResult) -> list[Record]:
    return [] if result.release is None else [plain(each) for each in result.release.inhibitions]


def _tissue(result: StudyResult) -> list[Record]:
    return [] if result.tissue is None else [plain(value) for value in result.tissue.values]


def _ratios(result: StudyResult) -> list[Record]:
    return [{"name": ratio.name, **plain(value)} for ratio in result.ratios for value in ratio.values]


_TABLES: Mapping[str, Callable[[StudyRecords], list[Record]]] = {
    "descriptives.csv": lambda records: descriptive_records(records.result),
    "contrasts.csv": lambda records: contrast_records(records.result),
    "comparisons.csv": lambda records: comparison_records(records.result),
    "paired.csv": lambda records: paired_records(records.result) + paired_comparison_records(records.result),
    "release.csv": lambda records: _release(records.result),
    "inhibition.csv": lambda records: _release_effects(records.result),
    "tissue.csv": lambda records: _tissue(records.result),
    "ratios.csv": lambda records: _ratios(records.result),
    "findings.csv": lambda records: _findings(records.result),
}
