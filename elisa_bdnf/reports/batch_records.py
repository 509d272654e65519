"""BatchResult → ``batch.json``, ``plates.csv`` and ``unreadable.csv``: for other programs, at full precision."""

from __future__ import annotations

import json
from collections.abc import Iterator

from elisa_bdnf import __version__
from elisa_bdnf.model.batch import BatchResult, ExportRow, Outcome, PlateRow
from elisa_bdnf.model.finding import Finding
from elisa_bdnf.model.plain import plain
from elisa_bdnf.reports.csv_tables import csv_from_records
from elisa_bdnf.reports.records import Record

SCHEMA = "elisa-bdnf/batch/1"
PLATE_COLUMNS = (
    "plate", "verdict", "export_file", "result_folder", "samples", "reportable", "within", "below", "above", "warnings",
    "failures", "lloq", "uloq", "unit", "model", "a", "b", "c", "d", "g", "r_squared", "residual_sd", "reasons",
    "protocol", "kit", "format", "read_on", "export_sha256",
)  # fmt: skip
UNREADABLE_COLUMNS = ("export_file", "place", "found", "expected", "hint", "message")


def counts(batch: BatchResult) -> dict[str, int]:
    """Files found and what became of them, then plates. The first is the sum of the next four."""
    files = batch.counts()
    plates = [plate.accepted for plate in batch.plates()]
    return {
        "found": sum(files.values()),
        **{outcome.value: number for outcome, number in files.items()},
        "plates": len(plates),
        "plates_accepted": sum(plates),
        "plates_rejected": len(plates) - sum(plates),
    }


def _head(batch: BatchResult) -> Record:
    return {
        "schema": SCHEMA,
        "program": f"elisa-bdnf {__version__}",
        "folder": batch.folder,
        "protocol": batch.protocol,
        "protocol_title": batch.protocol_title,
        "counts": counts(batch),
        "remarks": list(batch.remarks),
        "findings": list(map(_finding, batch.findings)),
        "not_evaluated": [{"rule": each.rule, "reason": each.reason} for each in batch.not_evaluated],
        "between_plates": dict(batch.between_plates),
        "ignored": [{"file": row.file, "reason": row.reason, "odd": row.odd} for row in batch.ignored],
    }


def _finding(finding: Finding) -> Record:
    """One on several plates at once."""
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "subject": finding.subject,
        "measured": finding.measured,
        "limit": finding.limit,
        "message": finding.message,
        "action": finding.action,
        "preset": finding.preset,
        "limit_origin": finding.limit_origin,
    }


def batch_json_pieces(batch: BatchResult) -> Iterator[bytes]:
    """``batch.json`` in pieces: what holds for the batch, then a line for each export and each plate."""
    head = json.dumps(_head(batch), ensure_ascii=False, allow_nan=False, indent=2)
    yield head.removesuffix("\n}").encode()
    yield from _list("exports", map(_export, batch.exports))
    yield from _list("plates", map(plate_record, batch.plates()))
    yield b"\n}\n"


def _list(name: str, records: Iterator[Record]) -> Iterator[bytes]:
    yield f',\n  "{name}": ['.encode()
    separator = "\n    "
    for record in records:
        yield (separator + json.dumps(record, ensure_ascii=False, allow_nan=False)).encode()
        separator = ",\n    "
    yield b"\n  ]"


def _export(export: ExportRow) -> Record:
    return {
        "file": export.file,
        "outcome": export.outcome.value,
        "folders": [plate.folder for plate in export.plates],
        "problems": [plain(problem) | {"message": str(problem)} for problem in export.problems],
    }


def plate_record(plate: PlateRow) -> Record:
    """A plate without what is only for pictures."""
    record: Record = plain(plate)
    del record["charted"], record["told"], record["page"]
    if record["curve"] is not None:
        del record["curve"]["drawn"]
    return record


def plates_csv(batch: BatchResult) -> bytes:
    """One line for each plate."""
    return csv_from_records([_plate_line(plate) for plate in batch.plates()], PLATE_COLUMNS)


def _plate_line(plate: PlateRow) -> Record:
    curve = plate.curve
    parameters = curve.parameters if curve else {}
    return {
        "plate": plate.plate,
        "verdict": plate.verdict.value,
        "export_file": plate.export,
        "result_folder": plate.folder,
        "samples": plate.samples,
        "reportable": plate.reportable,
        "within": plate.within,
        "below": plate.below,
        "above": plate.above,
        "warnings": plate.levels.get("warn", 0),
        "failures": plate.levels.get("fail_result", 0) + plate.levels.get("fail_plate", 0),
        "lloq": curve.lloq if curve else None,
        "uloq": curve.uloq if curve else None,
        "unit": plate.unit,
        "model": curve.model if curve else "",
        **{name: parameters.get(name) for name in "abcdg"},
        "r_squared": curve.r_squared if curve else None,
        "residual_sd": curve.residual_sd if curve else None,
        "reasons": " ".join(plate.reasons) if not plate.accepted else "",
        "protocol": plate.protocol,
        "kit": plate.kit,
        "format": plate.format,
        "read_on": plate.read_on,
        "export_sha256": plate.export_sha256,
    }


def unreadable_csv(batch: BatchResult) -> bytes:
    """Every problem of every export that was refused."""
    records = [
        {
            "export_file": export.file,
            "place": problem.place,
            "found": problem.found,
            "expected": problem.expected,
            "hint": problem.hint,
            "message": str(problem),
        }
        for export in batch.exports
        if export.outcome is Outcome.REFUSED
        for problem in export.problems
    ]
    return csv_from_records(records, UNREADABLE_COLUMNS)
