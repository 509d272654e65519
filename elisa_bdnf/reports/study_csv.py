"""Tidy tables of a study: one observation a line, the same names and numbers as in ``study.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports.csv_tables import csv_from_records
from elisa_bdnf.reports.records import FINDING_COLUMNS, Record, finding_record
from elisa_bdnf.reports.study_records import (
    comparison_records,
    contrast_records,
    descriptive_records,
    measurement_records,
    paired_comparison_records,
    paired_records,
    plain,
    value_records,
)

_EMPTY: Mapping[str, Sequence[str]] = {"findings.csv": FINDING_COLUMNS, "descriptives.csv": ("group", "timepoint")}


def csv_from_study(result: StudyResult) -> dict[str, bytes]:
    """File name → bytes; tables of a design that the study is not are left out."""
    files = {}
    for name, records in _TABLES.items():
        rows = records(result)
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


_TABLES: Mapping[str, Callable[[StudyResult], list[Record]]] = {
    "measurements.csv": measurement_records,
    "values.csv": value_records,
    "descriptives.csv": descriptive_records,
    "contrasts.csv": contrast_records,
    "comparisons.csv": comparison_records,
    "paired.csv": lambda result: paired_records(result) + paired_comparison_records(result),
    "release.csv": _release,
    "inhibition.csv": _release_effects,
    "tissue.csv": _tissue,
    "ratios.csv": _ratios,
    "findings.csv": _findings,
}
