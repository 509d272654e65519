"""Records for machines: full precision, null where there is no number, the same columns in JSON and CSV.

The names and the order of the columns are a contract (docs/design.md); new ones come after the old ones. A number that
may not be reported is null here too, and ``reason`` says why.
"""

from __future__ import annotations

from typing import Any

from elisa_bdnf.model.estimate import Estimate, WellEstimate
from elisa_bdnf.model.finding import Finding
from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.response import WellResponse, WellUse
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports.finite import finite_or_none
from elisa_bdnf.reports.plate_tables import well_estimates
from elisa_bdnf.reports.result_records import (
    DILUTION_COLUMNS,
    ROBUSTNESS_COLUMNS,
    dilution_records,
    robustness_record,
)
from elisa_bdnf.reports.sample_tables import accepted_bounds, control_in_range_or_none, control_recovery
from elisa_bdnf.reports.shown import dilution_multiplier, matrix_or_none, shown
from elisa_bdnf.reports.standard_tables import acquired_points, point_or_none, points_by_well, standard_groups

Record = dict[str, Any]


SAMPLE_COLUMNS = (
    "sample", "subject", "timepoint", "matrix", "dilution_factor", "wells", "n", "response_mean", "cv_percent",
    "in_well", "concentration", "ci_low", "ci_high", "unit", "status", "reason", "reportable", "text", "lloq",
    "uloq", "limit", "cv_basis", "interval_remark", "suggested_dilution", "left_out", "findings", "plate",
    "plate_verdict", *ROBUSTNESS_COLUMNS, *DILUTION_COLUMNS,
)  # fmt: skip
FINDING_COLUMNS = (
    "rule", "level", "subject", "wells", "measured", "limit", "message", "action", "preset", "limit_origin", "plate",
    "plate_verdict", "waived_level", "waived_by", "waived_reason",
)  # fmt: skip


def well_records(result: PlateResult) -> list[Record]:
    """Every well of the plate once, row by row."""
    estimates = well_estimates(result)
    printed = {each.well: each.instrument.value for each in result.analysis.comparisons}
    about = _plate(result)
    return [
        _well_record(well, estimates.get(well.well), printed.get(well.well), result) | about
        for well in result.analysis.responses.wells
    ]


def _well_record(
    well: WellResponse, estimate: WellEstimate | None, printed: float | None, result: PlateResult
) -> Record:
    content = well.content
    return {
        "well": well.well,
        "role": content.role.value,
        "name": content.name,
        "raw": finite_or_none(well.raw),
        "response": finite_or_none(well.response),
        "in_well": finite_or_none(estimate.in_well) if estimate else None,
        "status": estimate.status.value if estimate and well.use is WellUse.USED else well.use.value,
        "used": well.use is WellUse.USED,
        "note": well.note.text if well.note else "",
        "instrument_concentration": finite_or_none(printed),
        "use": well.use.value,
        "reason": well.reason,
        "reference": finite_or_none(well.reference),
        "nominal": finite_or_none(content.nominal),
        "dilution_factor": finite_or_none(content.dilution_factor),
        "subject": content.subject,
        "timepoint": content.timepoint,
        "matrix": matrix_or_none(content, result.analysis.protocol),
    }


def _plate(result: PlateResult) -> Record:
    return {"plate": result.analysis.reading.plate, "plate_verdict": result.verdict.value}


def standard_records(result: PlateResult) -> list[Record]:
    """Levels from the highest; ``concentration`` is nominal, ``response`` the mean of the used wells."""
    points, about, unit = points_by_well(result), _plate(result), result.analysis.protocol.unit
    acquired = acquired_points(result)
    records = []
    for group in standard_groups(result):
        point, content = point_or_none(group, points), group.content
        before = point_or_none(group, acquired)
        left_out = [f"{well.well}: {well.reason or well.use.value}" for well in group.left_out]
        records.append(
            {
                "standard": content.name,
                "concentration": finite_or_none(content.nominal),
                "unit": unit,
                "response": finite_or_none(point.response if point else group.mean),
                "back_calculated": finite_or_none(point.back_calculated) if point else None,
                "recovery_percent": finite_or_none(point.recovery_percent) if point else None,
                "cv_percent": finite_or_none(point.cv_percent if point else group.cv_percent),
                "fitted": finite_or_none(point.fitted) if point else None,
                "wells": list(group.wells),
                "n": group.n,
                "in_fit": bool(point and point.in_fit),
                "anchor": content.anchor,
                "left_out": "; ".join(left_out),
                **about,
                "edited": bool(point and point.edited),
                "recovery_percent_as_acquired": finite_or_none(before.recovery_percent) if before else None,
            }
        )
    return records


def sample_records(result: PlateResult) -> list[Record]:
    """Every sample in the order of the plate; after the contract's columns the sheet's own attributes."""
    attributes = _attribute_names([judged.estimate.group.content for judged in result.samples])
    records = []
    for judged, of_sample in zip(result.samples, dilution_records(result), strict=True):
        own = judged.estimate.group.content.attributes
        extra = {name: own.get(key) for key, name in attributes.items()}
        name = judged.estimate.group.content.name
        records.append({"sample": name, **_result_record(judged, result), **of_sample, **extra})
    return records


def _attribute_names(contents: list[Content]) -> dict[str, str]:
    """Attribute → column; one that bears the name of a column of ours becomes ``sheet_…``."""
    names: dict[str, str] = {}
    for content in contents:
        for key in content.attributes:
            names.setdefault(key, f"sheet_{key}" if key in SAMPLE_COLUMNS else key)
    return names


def control_records(result: PlateResult) -> list[Record]:
    """As samples, with what was expected; recovery is given whatever the verdict, since it may be the reason."""
    return [
        {
            "control": judged.estimate.group.content.name,
            **_result_record(judged, result),
            "nominal": finite_or_none(judged.estimate.group.content.nominal),
            "low": finite_or_none(accepted_bounds(judged)[0]),
            "high": finite_or_none(accepted_bounds(judged)[1]),
            "recovery_percent": finite_or_none(control_recovery(judged)),
            "in_range": control_in_range_or_none(judged),
        }
        for judged in result.controls
    ]


def _result_record(judged: JudgedSample, result: PlateResult) -> Record:
    estimate, one = judged.estimate, shown(judged)
    group, content, protocol = estimate.group, estimate.group.content, result.analysis.protocol
    lloq, uloq = _limits(estimate, result)
    return {
        "subject": content.subject,
        "timepoint": content.timepoint,
        "matrix": matrix_or_none(content, protocol),
        "dilution_factor": finite_or_none(content.dilution_factor),
        "wells": list(group.wells),
        "n": group.n,
        "response_mean": finite_or_none(group.mean),
        "cv_percent": finite_or_none(estimate.cv_percent),
        "in_well": finite_or_none(estimate.in_well),
        "concentration": finite_or_none(one.number),
        "ci_low": finite_or_none(one.low),
        "ci_high": finite_or_none(one.high),
        "unit": protocol.unit,
        "status": estimate.status.value,
        "reason": judged.reason or ("" if one.number is not None else one.remark),
        "reportable": judged.reportable,
        "text": one.text,
        "lloq": lloq,
        "uloq": uloq,
        "limit": finite_or_none(estimate.limit) if judged.reportable else None,
        "cv_basis": estimate.cv_basis,
        "interval_remark": estimate.interval_remark,
        "suggested_dilution": finite_or_none(estimate.suggested_dilution),
        "left_out": "; ".join(f"{well.well}: {well.reason or well.use.value}" for well in group.left_out),
        "findings": list(judged.findings),
        **_plate(result),
        **robustness_record(estimate),
    }


def _limits(estimate: Estimate, result: PlateResult) -> tuple[float | None, float | None]:
    """Limits of quantification in sample units, for statistics with censored values; None without a curve."""
    limits = getattr(result.analysis.curve, "limits", None)
    if limits is None:
        return None, None
    factor = dilution_multiplier(estimate, result.analysis.protocol.dilution.volume_factor)
    return finite_or_none(limits.lloq * factor), finite_or_none(limits.uloq * factor)


def finding_record(finding: Finding) -> Record:
    """What a rule found, alike in the results of plates and of studies."""
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "subject": finding.subject,
        "wells": list(finding.wells),
        "measured": finding.measured,
        "limit": finding.limit,
        "message": finding.message,
        "action": finding.action,
        "preset": finding.preset,
        "limit_origin": finding.limit_origin,
    }


def finding_records(result: PlateResult) -> list[Record]:
    """In the order in which the rules ran."""
    about = _plate(result)
    return [
        {
            **finding_record(finding),
            **about,
            "waived_level": finding.waived_level.value if finding.waived_level else None,
            "waived_by": finding.waived.by if finding.waived else None,
            "waived_reason": finding.waived.reason if finding.waived else None,
        }
        for finding in result.findings
    ]
