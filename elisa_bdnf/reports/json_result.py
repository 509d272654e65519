"""``result.json``: all of a judged plate, for other programs. Full precision; nan and infinity are null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf import __version__
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.plain import plain
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports.csv_tables import records_from_result, tables_from_result
from elisa_bdnf.reports.decisions import decisions_record
from elisa_bdnf.reports.finite import finite_or_none
from elisa_bdnf.reports.records import (
    Record,
    control_records,
)
from elisa_bdnf.reports.result_records import editing_record, profile_record, result_records
from elisa_bdnf.reports.source_tables import compared
from elisa_bdnf.reports.written_records import SCALARS, WrittenRecords, json_line, json_word

SCHEMA = "elisa-bdnf/result/1"
RUN_SCHEMA = "elisa-bdnf/run/1"
_DEEPEST = 3  # objects below are on one line


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value of a document that many documents share, as text already."""

    text: str


def render(result: PlateResult, tables: Mapping[str, WrittenRecords] | None = None) -> bytes:
    """The file ``result.json``; the lines of its tables, where they were made already."""
    return json_text(_document(result, tables or tables_from_result(result))).encode()


def json_text(document: Record) -> str:
    """A line for each key, and for each record of a list; LF line ends.

    Raises ValueError for nan and infinity, which JSON does not know.
    """
    return _object(document, 0) + "\n"


def _object(record: Record, depth: int) -> str:
    inner = "\n" + "  " * (depth + 1)
    lines = ("," + inner).join([f"{json_word(key)}: {json_value(value, depth + 1)}" for key, value in record.items()])
    return f"{{{inner}{lines}\n{'  ' * depth}}}" if record else "{}"


def json_value(value: object, depth: int) -> str:
    """A value as it stands ``depth`` objects deep in a document of :func:`json_text`."""
    if encode := SCALARS.get(type(value)):
        return encode(value)
    if isinstance(value, dict) and depth < _DEEPEST:
        return _object(value, depth)
    if isinstance(value, Encoded):
        return value.text
    inner = "\n" + "  " * (depth + 1)
    if isinstance(value, WrittenRecords):
        lines = f",{inner}".join(value.json)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        lines = _records(value, f",{inner}")
    else:
        return json_line(value)
    return f"[{inner}{lines}\n{'  ' * depth}]" if lines else "[]"


def _records(records: Sequence[Record], between: str) -> str:
    """One encoding for all of a list, if every brace in it begins a record: then they meet nowhere else."""
    whole = json_line(records)[1:-1]
    if whole.count("{") == len(records):
        return whole.replace("}, {", f"}}{between}{{")
    return between.join(map(json_line, records))


def runs_json(results: Sequence[PlateResult], *, several: bool = False) -> Record:
    """What ``run --json`` prints: the result of a single plate, or a list where there are more or none.

    ``several`` exports give a list even if one alone could be analyzed: its form does not hang on what is refused.
    """
    if len(results) == 1 and not several:
        return json_from_result(results[0])
    return {"schema": RUN_SCHEMA, "results": [json_from_result(result) for result in results]}


def json_from_result(result: PlateResult) -> Record:
    """The contract of ``result.json`` (docs/schemas/result.schema.json)."""
    return _document(result, records_from_result(result))


def _document(result: PlateResult, made: Mapping[str, list[Record] | WrittenRecords]) -> Record:
    analysis = result.analysis
    return {
        "schema": SCHEMA,
        "plate": analysis.reading.plate,
        "rows": analysis.reading.shape.rows,
        "columns": analysis.reading.shape.columns,
        "verdict": result.verdict.value,
        "protocol": analysis.protocol.id,
        "unit": analysis.protocol.unit,
        "source": _source(result),
        "settings": _settings(result),
        "correction": _correction(result),
        "curve": _curve(analysis.curve, result) if isinstance(analysis.curve, Curve) else None,
        "curve_as_acquired": _acquired(result),
        "editing": editing_record(result),
        "precision_profile": profile_record(result),
        "no_curve": None if isinstance(analysis.curve, Curve) else _no_curve(result),
        "wells": made["wells.csv"],
        "standards": made["standards.csv"],
        "samples": made["samples.csv"],
        "results": result_records(result),
        "controls": control_records(result),
        "findings": made["findings.csv"],
        "not_evaluated": [{"rule": each.rule, "reason": each.reason} for each in result.not_evaluated],
        "rules_applied": list(result.rules_applied),
        "decisions": decisions_record(result),
        "instrument": _instrument(result),
        "history": plain(analysis.charted),
        "header": [{"key": key, "value": value} for key, value in analysis.reading.header],
        "unread_header": list(analysis.reading.unread_header),
        "remarks": [*analysis.reading.remarks, *analysis.layout.remarks],
    }


def _source(result: PlateResult) -> Record:
    source, layout = result.analysis.reading.source, result.analysis.layout
    return {
        "file": source.file,
        "sha256": source.sha256,
        "format": source.format,
        "software": source.software,
        "layout": layout.origin,
        "layout_sha256": layout.sha256,
        "program": f"elisa-bdnf {__version__}",
    }


def _settings(result: PlateResult) -> Record:
    protocol, kit = result.analysis.protocol, result.analysis.protocol.kit
    return {
        "protocol": {
            "id": protocol.id,
            "title": protocol.title,
            "origin": protocol.origin,
            "sha256": protocol.sha256,
            "design": protocol.design,
            "matrix": protocol.matrix,
            "reduce": protocol.reduce.value,
            "volume_factor": protocol.dilution.volume_factor,
            "dilution_policy": protocol.dilution.policy.value,
            "extrapolation": protocol.limits.extrapolation.value,
        },
        "overrides": dict(result.overrides),
        "kit": None
        if kit is None
        else {"id": kit.id, "name": kit.name, "verified": kit.verified, "source": kit.source},
        "preset": protocol.qc.preset,
    }


def _correction(result: PlateResult) -> Record:
    responses = result.analysis.responses
    return {
        "main_channel": responses.main_channel,
        "reference_channel": responses.reference_channel,
        "blank_mean": finite_or_none(responses.blank_mean),
        "sentence": responses.correction,
    }


def _acquired(result: PlateResult) -> Record | None:
    """The curve before editing; null where nothing was edited, since then ``curve`` is as acquired."""
    editing = result.analysis.editing
    if editing is None or not editing.in_force or not isinstance(editing.acquired, Curve):
        return None
    return _curve(editing.acquired, result)


def _curve(curve: Curve, result: PlateResult) -> Record:
    """As ``elisa-bdnf fit`` gives it, plus limits and how far to trust it."""
    report, spec, limits = curve.report, curve.spec, curve.limits
    return {
        "model": curve.model.value,
        "weights": str(spec.weights),
        "fit_on": spec.fit_on.value,
        "zero_in_fit": spec.zero_in_fit,
        "fixed": dict(spec.fixed),
        "parameters": {name: finite_or_none(curve.estimate_or_none(name)) for name in "abcdg"},
        "standard_errors": {name: finite_or_none(curve.standard_errors.get(name)) for name in "abcdg"},
        "covariance": [[finite_or_none(value) for value in row] for row in curve.covariance],
        "covariance_of": list(curve.covariance_of),
        "residual_sum_of_squares": finite_or_none(report.residual_sum_of_squares),
        "r_squared": finite_or_none(report.r_squared),
        "n": report.n,
        "standards": [
            {
                "concentration": finite_or_none(point.level.nominal),
                "response": finite_or_none(point.response),
                "back_calculated": finite_or_none(point.back_calculated),
                "recovery_percent": finite_or_none(point.recovery_percent),
                "in_fit": point.in_fit,
                "edited": point.edited,
            }
            for point in curve.standards
        ],
        "limits": {
            "lloq": finite_or_none(limits.lloq),
            "uloq": finite_or_none(limits.uloq),
            "lloq_reason": limits.lloq_reason,
            "uloq_reason": limits.uloq_reason,
            "lod": finite_or_none(limits.lod),
            "lod_reason": limits.lod_reason,
            "lob": finite_or_none(limits.lob),
            "unit": result.analysis.protocol.unit,
        },
        "report": _report(curve),
    }


def _report(curve: Curve) -> Record:
    report = curve.report
    return {
        "converged": report.converged,
        "starts": report.starts,
        "starts_at_optimum": report.starts_at_optimum,
        "iterations": report.iterations,
        "gradient": finite_or_none(report.gradient),
        "rank": report.rank,
        "condition": finite_or_none(report.condition),
        "residual_sd": finite_or_none(report.residual_sd),
        "degrees_of_freedom": report.degrees_of_freedom,
        "theta": finite_or_none(report.theta),
        "theta_estimated": report.theta_estimated,
        "lack_of_fit_p": finite_or_none(report.lack_of_fit_p),
        "not_identified": list(report.not_identified),
        "remarks": list(report.remarks),
    }


def _no_curve(result: PlateResult) -> Record:
    curve = result.analysis.curve
    assert not isinstance(curve, Curve)  # noqa: S101 for the type checker: the caller asked
    return {"cause": curve.cause, "reason": curve.reason, "hint": curve.hint}


def _instrument(result: PlateResult) -> Record | None:
    """The reader's own curve and concentrations beside ours, in the well; null where the export has neither."""
    curve, comparisons = result.analysis.reading.instrument_curve, result.analysis.comparisons
    if curve is None and not comparisons:
        return None
    sides = compared(result)
    differences = [abs(each.relative) for each in sides if each.relative is not None]
    return {
        "model": curve.model if curve else None,
        "parameters": {name: finite_or_none(value) for name, value in curve.parameters} if curve else {},
        "r_squared": finite_or_none(curve.r_squared) if curve else None,
        "formula": curve.formula if curve else "",
        "compared": len(differences),
        "equal_at_printed_digits": sum(each.equal is True for each in sides),
        "largest_difference_percent": max(differences, default=None),
        "wells": [
            {
                "well": each.well,
                "ours": finite_or_none(each.ours),
                "instrument": finite_or_none(each.instrument.value),
                "note": each.instrument.note.text if each.instrument.note else "",
                "digits": each.instrument.digits,
                "difference_percent": finite_or_none(relative),
                "equal_at_printed_digits": equal,
            }
            for each, relative, equal in sides
        ],
    }
