"""``study.json``: all of a judged study, for other programs (docs/schemas/study.schema.json)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from elisa_bdnf import __version__
from elisa_bdnf.model.study import LiteratureRow, StudyResult
from elisa_bdnf.reports.records import Record, finding_record
from elisa_bdnf.reports.study_records import (
    StudyRecords,
    comparison_records,
    contrast_records,
    descriptive_records,
    paired_comparison_records,
    paired_records,
    plain,
    sensitivity_records,
)
from elisa_bdnf.reports.written_records import json_line

SCHEMA = "elisa-bdnf/study/1"


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of objects that are text already."""

    texts: Sequence[str]


def render(records: StudyRecords) -> bytes:
    """The file ``study.json``: a record a line, which people can read and which takes a third of the time to write."""
    document = _document(records)
    lines = [f"  {json_line(key)}: {_block(value)}" for key, value in document.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _block(value: object) -> str:
    """Raises ValueError for nan and infinity, which JSON does not know."""
    if isinstance(value, Lines):
        return "[\n    " + ",\n    ".join(value.texts) + "\n  ]" if value.texts else "[]"
    return _block(Lines([json_line(item) for item in value])) if isinstance(value, list) else json_line(value)


def _document(records: StudyRecords) -> Record:
    """The contract of ``study.json``."""
    result = records.result
    return {
        "schema": SCHEMA,
        "program": f"elisa-bdnf {__version__}",
        "design": result.design,
        "protocol": _protocol(result),
        "unit": result.unit,
        "matrix": result.matrix,
        "group_by": result.group_by,
        "groups": list(result.groups),
        "timepoints": [
            {
                "timepoint": t.name,
                "minutes": t.minutes,
                "tolerance_minutes": t.tolerance_minutes,
                "required": t.required,
            }
            for t in result.timepoints
        ],
        "understood_timepoints": plain(result.understood),
        "sources": plain(result.sources),
        "descriptives": descriptive_records(result),
        "model": plain(result.model),
        "pooled_model": plain(result.pooled_model),
        "contrasts": contrast_records(result),
        "comparisons": comparison_records(result),
        "headline": "paired_tests" if result.headline_paired else "model",
        "headline_reason": result.headline_paired.reason if result.headline_paired else "",
        "paired_tests": paired_records(result),
        "paired_comparisons": paired_comparison_records(result),
        "sensitivity": sensitivity_records(result),
        "subjects": Lines(records.written_subjects),
        "measurements": Lines(records.written_measurements.json),
        "aids": plain(result.aids),
        "release": plain(result.release),
        "tissue": plain(result.tissue),
        "ratios": plain(result.ratios),
        "literature": [_literature(row) for row in result.literature],
        "sentences": list(result.sentences),
        "findings": [finding_record(finding) for finding in result.findings],
        "not_evaluated": plain(result.not_evaluated),
        "remarks": list(result.remarks),
    }


def _protocol(result: StudyResult) -> Record:
    protocol, study = result.protocol, result.protocol.study
    return {
        "id": protocol.id,
        "title": protocol.title,
        "origin": protocol.origin,
        "sha256": protocol.sha256,
        "preset": protocol.qc.preset,
        "time_anchor": protocol.time_anchor,
        "primary_timepoint": study.primary_timepoint or None,
        "response": plain(study.response),
    }


def _literature(row: LiteratureRow) -> Record:
    return {
        **plain(row.published),
        "comparable": row.comparable,
        "obstacles": list(row.obstacles),
        "beside": [{"group": c.group, "timepoint": c.timepoint, "ratio": c.ratio, "ci_low": c.ci_low,
                    "ci_high": c.ci_high, "n": c.n} for c in row.contrasts],
    }  # fmt: skip
