"""A result folder → rows: ``result.json`` is all of it, and the only file that is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from elisa_bdnf.errors import StudyError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.measurement import PlateControl, StudySource
from elisa_bdnf.study.rows import RawRow, Read, frozen

RESULT = "result.json"
_SCHEMA = "elisa-bdnf/result/"
# Columns of a sample that are understood here; everything else is an attribute of the sample sheet.
_OWN = frozenset({
    "sample", "subject", "timepoint", "matrix", "dilution_factor", "n", "response_mean", "cv_percent",
    "in_well", "concentration", "ci_low", "ci_high", "unit", "status", "reason", "reportable", "text", "lloq", "uloq",
    "limit", "cv_basis", "interval_remark", "suggested_dilution", "findings", "plate", "plate_verdict", "arm",
    "responder", "actual_time_min", "lot", "kit_lot", "robustness_percent", "robustness_change",
    "robustness_beyond_interval", "other_in_well", "result_status", "result_text", "result_reportable", "result_reason",
    "result_dilutions", "dilutions_cv_percent", "dilutions_slope",
})  # fmt: skip
_UNASKED = ("wells", "standards", "results", "instrument")
_REJECTING = ("fail_plate", "error")

Json = Mapping[str, Any]


def read_result_folder(folder: Path) -> Read:
    """The plate of one result folder. Raises StudyError where ``result.json`` is missing, cut or not ours."""
    name = f"{folder.name}/{RESULT}"
    try:
        data = InputFile.open(folder / RESULT, error=StudyError).data
        document = _document(data)
        source = _source(folder.name, data, document)
        rejected = source.verdict == "rejected"
        matrix = _text(_table(document, "settings", "protocol").get("matrix"))
        rows = tuple(_row(sample, source, matrix, rejected=rejected) for sample in _list(document, "samples"))
    except StudyError as error:
        raise StudyError(problems=error.problems).in_file(name) from None
    return Read(_with_remarks(source, folder), rows)


def _document(data: bytes) -> Json:
    try:
        document = _loaded(data.decode("utf-8"))
    except (ValueError, RecursionError) as broken:
        raise StudyError(f"the file is not JSON ({broken})", hint="write the results anew: elisa-bdnf run") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, str) or not schema.startswith(_SCHEMA):
        raise StudyError(f"the schema is {schema!r}", expected=f"a result of elisa-bdnf ({_SCHEMA}1)")
    if document.get("verdict") not in ("accepted", "rejected"):
        raise StudyError(f"the verdict is {document.get('verdict')!r}", expected="accepted or rejected")
    return document


def _loaded(text: str) -> dict[str, Any]:
    """The document without the tables that no study asks for, which are half of it. Raises ValueError.

    No string holds a line end, so that two blanks and a quote at the begin of a line are a key of the document itself,
    as we write it. Written otherwise, all of it is read.
    """
    shorter = text
    for key in _UNASKED:
        begin = shorter.find(f'\n  "{key}": ')
        end = shorter.find('\n  "', begin + 1)
        if 0 <= begin < end:
            shorter = shorter[:begin] + shorter[end:]
    try:
        loaded: dict[str, Any] = json.loads(shorter)
    except ValueError:
        loaded = json.loads(text)
    return loaded


def _list(document: Json, key: str) -> Sequence[Json]:
    value = document.get(key)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise StudyError(f"{key!r} is no list of records", expected="a result as elisa-bdnf writes it")
    return value


def _table(document: Json, *keys: str) -> Json:
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _source(name: str, data: bytes, document: Json) -> StudySource:
    plate = _text(document.get("plate"))
    limits = _table(document, "curve", "limits")
    return StudySource(
        name=name,
        kind="result folder",
        sha256=hashlib.sha256(data).hexdigest(),
        export_sha256=_text(_table(document, "source").get("sha256")),
        plate=plate,
        verdict=str(document["verdict"]),
        reasons=_reasons(_list(document, "findings")),
        protocol=_text(document.get("protocol")),
        kit=_text(_table(document, "settings", "kit").get("id")),
        lot=_lot(document),
        unit=_text(document.get("unit")),
        rows=len(_list(document, "samples")),
        lloq=_number(limits.get("lloq")),
        uloq=_number(limits.get("uloq")),
        method=_method(document),
        controls=tuple(_control(record, plate) for record in _list(document, "controls")),
    )


def _reasons(findings: Sequence[Json]) -> tuple[str, ...]:
    """Why a plate was rejected, rule and sentence."""
    rejecting = [each for each in findings if each.get("level") in _REJECTING]
    return tuple(dict.fromkeys(f"{_text(each.get('rule'))}: {_text(each.get('message'))}" for each in rejecting))


def _lot(document: Json) -> str:
    """The lot of the kit, where the export's header names one."""
    header = document.get("header")
    for entry in header if isinstance(header, list) else ():
        words = _text(entry.get("key")).casefold().split() if isinstance(entry, dict) else []
        if "lot" in words:
            return _text(entry.get("value"))
    return ""


_METHOD_WORDS = {
    "none": "no weights",
    "1/y": "weights 1/y",
    "1/y2": "weights 1/y²",
    "power": "weights by a power of the response, estimated",
    "power:1": "weights 1/fitted²",
    "power:0.5": "weights 1/fitted",
    "means": "fitted to means",
    "replicates": "fitted to single wells",
    "mean_response": "replicates averaged before they are read on the curve",
    "mean_concentration": "replicates averaged after they are read on the curve",
}


def _method(document: Json) -> str:
    """What has to be the same on all plates of a study, in words."""
    curve, settings = _table(document, "curve"), _table(document, "settings", "protocol")
    said = [_text(curve.get("model")).upper(), *(_text(curve.get(key)) for key in ("weights", "fit_on"))]
    said.append(_text(settings.get("reduce")))
    factor = _text(settings.get("volume_factor"))
    said.append(f"× {factor} for added volumes" if factor not in ("", "1", "1.0") else "")
    return ", ".join(_METHOD_WORDS.get(text, text) for text in said if text)


def _control(record: Json, plate: str) -> PlateControl:
    in_range = record.get("in_range")
    return PlateControl(
        plate,
        _text(record.get("control")),
        _number(record.get("concentration")),
        _number(record.get("nominal")),
        _number(record.get("recovery_percent")),
        in_range if isinstance(in_range, bool) else None,
    )


def _row(record: Json, source: StudySource, matrix: str, *, rejected: bool) -> RawRow:
    attributes = {key: _text(value) for key, value in record.items() if key not in _OWN and value not in (None, "")}
    return RawRow(
        source=source.name,
        place="",
        sample=_text(record.get("sample")),
        subject=_text(record.get("subject")),
        timepoint=_text(record.get("timepoint")),
        concentration=_number(record.get("concentration")),
        low=_number(record.get("ci_low")),
        high=_number(record.get("ci_high")),
        limit=_number(record.get("limit")),
        lloq=_number(record.get("lloq")),
        uloq=_number(record.get("uloq")),
        unit=_text(record.get("unit")),
        status=_text(record.get("status")),
        reason=_text(record.get("reason")),
        reportable=record.get("reportable") is True,
        rejected=rejected,
        plate=source.plate,
        matrix=_text(record.get("matrix")) or matrix,
        arm=_text(record.get("arm")),
        responder=_text(record.get("responder")),
        kit=source.kit,
        lot=_text(record.get("kit_lot") or record.get("lot")) or source.lot,
        dilution_factor=_number(record.get("dilution_factor")),
        actual_minutes=_text(record.get("actual_time_min")),
        attributes=frozen(attributes),
    )


def _text(value: object) -> str:
    if type(value) is str:  # most are, and there are many
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _with_remarks(source: StudySource, folder: Path) -> StudySource:
    """Say it where the manifest beside the result knows other bytes: somebody edited a result."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes()[:1_000_000])
        known = {each["file"]: each["sha256"] for each in manifest["outputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return source
    if known.get(RESULT, source.sha256) == source.sha256:
        return source
    return replace(source, remarks=(f"{RESULT} was changed after it was written: its manifest knows other bytes",))
