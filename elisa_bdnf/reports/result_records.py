"""Records for machines beside those of wells and samples: one result a sample, editing, the precision profile."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.evidence import Edit, Editing
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.result import JudgedResult, PlateResult
from elisa_bdnf.reports.finite import all_finite_or_none, finite_or_none
from elisa_bdnf.reports.shown import matrix_or_none, shown_result
from elisa_bdnf.reports.written_records import Columns, Record

# Columns of samples.csv and keys of samples in result.json that come after those of records.SAMPLE_COLUMNS.
ROBUSTNESS_COLUMNS = ("robustness_percent", "robustness_change", "robustness_beyond_interval", "other_in_well")
DILUTION_COLUMNS = (
    "reported", "result_concentration", "result_ci_low", "result_ci_high", "result_status", "result_text",
    "result_reportable", "result_dilutions", "result_reason", "dilutions_cv_percent", "dilutions_slope",
)  # fmt: skip


def robustness_columns(estimates: Sequence[Estimate]) -> Columns:
    """How far results move under other choices; null where one has no number."""
    found = [estimate.robustness for estimate in estimates]
    return {
        "robustness_percent": all_finite_or_none([each.percent if each else None for each in found]),
        "robustness_change": [each.change if each else "" for each in found],
        "robustness_beyond_interval": [each.beyond_interval if each else None for each in found],
        "other_in_well": all_finite_or_none([estimate.other_in_well for estimate in estimates]),
    }


def dilution_columns(result: PlateResult) -> Columns:
    """For every entry of ``result.samples``: whether the result of its sample rests on it, and what that is."""
    of_estimate = {id(e): judged for judged in result.results for e in judged.result.estimates}
    estimates = [each.estimate for each in result.samples]
    every = [of_estimate.get(id(estimate)) for estimate in estimates]
    lines = [_of_dilution(e, judged) if judged else _NO_RESULT for e, judged in zip(estimates, every, strict=True)]
    return dict(zip(DILUTION_COLUMNS, zip(*lines, strict=True) if lines else [()] * len(_NO_RESULT), strict=True))


_NO_RESULT = (None,) * len(DILUTION_COLUMNS)


def _of_dilution(estimate: Estimate, judged: JudgedResult) -> tuple[object, ...]:
    found, one = judged.result, shown_result(judged)
    return (
        any(e is estimate for e in found.used),
        finite_or_none(one.number),
        finite_or_none(one.low),
        finite_or_none(one.high),
        found.status.value,
        one.text,
        judged.reportable,
        _factors(found.used),
        _reason(judged, one.remark),
        finite_or_none(found.cv_percent),
        finite_or_none(found.slope),
    )


def _reason(judged: JudgedResult, remark: str) -> str:
    """Why it is this result; never empty where there is no number."""
    return judged.reason or (judged.result.reason if judged.result.is_series else "") or remark


def _factors(estimates: tuple[Estimate, ...]) -> list[float | None]:
    return [finite_or_none(e.group.content.dilution_factor) for e in estimates]


def result_records(result: PlateResult) -> list[Record]:
    """One a sample, over its dilutions, in the order of the plate."""
    return [_result_record(judged, result.analysis.protocol) for judged in result.results]


def _result_record(judged: JudgedResult, protocol: Protocol) -> Record:
    found, one, content = judged.result, shown_result(judged), judged.result.content
    return {
        "sample": content.name,
        "subject": content.subject,
        "timepoint": content.timepoint,
        "matrix": matrix_or_none(content, protocol),
        "dilution_factors": _factors(found.estimates),
        "in_range": _factors(found.in_range),
        "reported": _factors(found.used),
        "policy": protocol.dilution.policy.value,
        "concentration": finite_or_none(one.number),
        "ci_low": finite_or_none(one.low),
        "ci_high": finite_or_none(one.high),
        "unit": protocol.unit,
        "status": found.status.value,
        "limit": finite_or_none(found.limit) if judged.reportable else None,
        "text": one.text,
        "reportable": judged.reportable,
        "reason": _reason(judged, one.remark if one.number is None else ""),
        "cv_percent": finite_or_none(found.cv_percent),
        "slope": finite_or_none(found.slope),
        "hook": list(found.hook) if found.hook else None,
        "robustness_percent": found.robustness.percent if found.robustness else None,
        "robustness_change": found.robustness.change if found.robustness else "",
        "robustness_beyond_interval": found.robustness.beyond_interval if found.robustness else None,
        "findings": list(judged.findings),
    }


def profile_record(result: PlateResult) -> Record | None:
    """The precision profile; null without a curve."""
    profile = result.analysis.profile
    if profile is None:
        return None
    return {
        "wells": profile.wells,
        "limit_percent": profile.limit_percent,
        "low": finite_or_none(profile.low),
        "high": finite_or_none(profile.high),
        "reason": profile.reason,
        "points": [{"concentration": x, "cv_percent": finite_or_none(cv)} for x, cv in profile.points],
    }


def editing_record(result: PlateResult) -> Record:
    """What editing did, step by step, ending with the curve that was frozen before anything was read on it."""
    analysis, editing = result.analysis, result.analysis.editing
    return {
        "mode": analysis.protocol.editing.standards.value,
        "replicates": analysis.protocol.editing.replicates.value,
        "in_force": bool(editing and editing.in_force),
        "failure": editing.failure if editing else "",
        "allowed": editing.allowed if editing else 0,
        "edits": [_edit_record(edit) for edit in editing.edits] if editing else [],
        "log": _log(editing, analysis.curve),
        "curve_fingerprint": analysis.curve_fingerprint,
    }


def _edit_record(edit: Edit) -> Record:
    before = edit.parameters
    return {
        "what": edit.what.value,
        "concentration": edit.nominal,
        "wells": list(edit.wells),
        "reason": edit.reason,
        "recovery_percent": finite_or_none(edit.recovery_percent),
        "cv_percent": finite_or_none(edit.cv_percent),
        "deviation": finite_or_none(edit.deviation),
        "parameters_before": dict(zip("abcd", map(finite_or_none, before), strict=True)) if before else None,
    }


def _log(editing: Editing | None, curve: Curve | NoCurve) -> list[str]:
    """The order of things, in sentences."""
    steps = ["standards fitted as acquired"]
    steps += [
        f"{edit.what.value} {edit.nominal:g} left out ({' '.join(edit.wells)}): {edit.reason}; fitted again"
        for edit in (editing.edits if editing else ())
    ]
    if editing and editing.failure:
        steps.append(f"editing failed ({editing.failure}); the curve as acquired stays")
    steps.append("curve and limits frozen" if isinstance(curve, Curve) else "no curve")
    return [*steps, "controls and samples read on the frozen curve"]
