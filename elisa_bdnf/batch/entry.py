"""The entry of an export: what a later run, or another machine, must know to take its results over.

It is written after all files of the export are in place, holds no clock and no absolute path, and is the same bytes
wherever it was made. ``key`` stands for everything but the content of files that decided the result; ``inputs`` and
``outputs`` are those files.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from elisa_bdnf.batch.copies import Print
from elisa_bdnf.errors import Problem
from elisa_bdnf.model.batch import ControlRow, CurveRow, DrawnCurve, ExportRow, FindingRow, Outcome, PlateRow
from elisa_bdnf.model.finding import Verdict
from elisa_bdnf.model.history import charted_from_mapping
from elisa_bdnf.model.plain import plain

SCHEMA = "elisa-bdnf/batch-entry/3"


@dataclass(frozen=True, slots=True)
class Entry:
    """``inputs`` (path below the searched folder → SHA-256) and ``outputs`` (path below the batch folder → SHA-256).

    ``key`` is empty where the export must be tried again whatever its files hold. ``columns`` are the headings of the
    tables of each plate, ``controls`` its controls as lines of CSV with a heading: both are for the merged tables.
    ``prints`` are those of the plates, also of an export that was refused beside a copy of it. ``compared`` are the
    exports that it was judged beside, None where a waiver waits for them to be known.
    """

    key: str
    row: ExportRow
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)  # folder of a plate → file → headings
    controls: Mapping[str, str] = field(default_factory=dict)  # folder of a plate → CSV
    prints: tuple[Print, ...] = ()
    compared: tuple[str, ...] | None = ()


def file_from_path(path: Path, top: Path) -> str:
    """A path as an entry names it: below ``top``, the same whatever the encoding of names is where it is made."""
    return os.fsencode(Path(os.path.relpath(path, top)).as_posix()).decode("utf-8", "surrogateescape")


def path_from_file(file: str, top: Path) -> Path:
    """The inverse of :func:`file_from_path`."""
    return top / os.fsdecode(file.encode("utf-8", "surrogateescape"))


def bytes_from_entry(entry: Entry) -> bytes:
    """One line of JSON; names of files that are no text stay what they are."""
    document = {
        "schema": SCHEMA,
        "key": entry.key,
        "inputs": dict(entry.inputs),
        "outputs": dict(entry.outputs),
        "columns": {folder: dict(tables) for folder, tables in entry.columns.items()},
        "controls": dict(entry.controls),
        "prints": plain(entry.prints),
        "compared": entry.compared,
        "row": plain(entry.row),
    }
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode(
        errors="surrogatepass"
    )


def entry_from_bytes_or_none(data: bytes) -> Entry | None:
    """The entry, or None for bytes that no such program wrote: then the export is simply done again."""
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            return None
        return Entry(
            document["key"],
            _export_row(document["row"]),
            {file: sys.intern(digest) for file, digest in document["inputs"].items()},
            document["outputs"],
            {folder: _shared(tables) for folder, tables in document["columns"].items()},
            document["controls"],
            tuple(Print(**_interned(each, "values_sha256")) for each in document["prints"]),
            None if document["compared"] is None else tuple(document["compared"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


_HEADINGS: dict[tuple[str, ...], list[str]] = {}


def _shared(tables: dict[str, list[str]]) -> dict[str, list[str]]:
    """Most plates have the same headings: one list of them for all."""
    return {sys.intern(file): _HEADINGS.setdefault(tuple(own), own) for file, own in tables.items()}


def _interned(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """With one text for all where plates say the same: ten thousand entries are held at once."""
    return row | {name: sys.intern(row[name]) for name in names}


_SAID_ALIKE = ("export_sha256", "values_sha256", "format", "layout", "protocol", "protocol_sha256", "kit", "unit")


@lru_cache(maxsize=256, typed=True)
def _points(*x: float) -> tuple[float, ...]:
    """Where curves are drawn: the same points on every plate with the same standards."""
    return x


def _export_row(row: dict[str, Any]) -> ExportRow:
    return ExportRow(
        row["file"],
        row["folder"],
        Outcome(row["outcome"]),
        tuple(_plate_row(plate) for plate in row["plates"]),
        tuple(Problem(**problem) for problem in row["problems"]),
    )


def _plate_row(row: dict[str, Any]) -> PlateRow:
    made = {
        "verdict": Verdict(row["verdict"]),
        "levels": {sys.intern(level): count for level, count in row["levels"].items()},
        "reasons": tuple(row["reasons"]),
        "findings": tuple(FindingRow(**finding) for finding in row["findings"]),
        "curve": _curve_row(row["curve"]) if row["curve"] else None,
        "controls": tuple(ControlRow(**_interned(control, "name")) for control in row["controls"]),
        "charted": charted_from_mapping(row["charted"]) if row["charted"] else None,
    }
    return PlateRow(**(_interned(row, *_SAID_ALIKE) | made))


def _curve_row(row: dict[str, Any]) -> CurveRow:
    drawn = row["drawn"]
    standards = tuple((nominal, response, in_fit) for nominal, response, in_fit in drawn["standards"])
    return CurveRow(
        **(
            _interned(row, "model", "weights")
            | {"drawn": DrawnCurve(_points(*drawn["x"]), tuple(drawn["response"]), standards)}
        )
    )
