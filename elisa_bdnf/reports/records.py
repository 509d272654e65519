"""Records for machines: full precision, null where there is no number, the same columns in JSON and CSV.

The names and the order of the columns are a contract (docs/design.md); new ones come after the old ones. A number that
may not be reported is null here too, and ``reason`` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.finding import Finding
from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports.finite import all_finite_or_none, finite_or_none
from elisa_bdnf.reports.plate_tables import well_estimates
from elisa_bdnf.reports.remembered import remembered
from elisa_bdnf.reports.result_records import (
    DILUTION_COLUMNS,
    ROBUSTNESS_COLUMNS,
    dilution_columns,
    robustness_columns,
)
from elisa_bdnf.reports.sample_tables import accepted_bounds, control_in_range_or_none, control_recovery
from elisa_bdnf.reports.shown import dilution_multiplier, matrix_or_none, shown
from elisa_bdnf.reports.standard_tables import acquired_points, point_or_none, points_by_well, standard_groups
from elisa_bdnf.reports.written_records import Columns, records_from_columns

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


def well_columns(result: PlateResult) -> Columns:
    """Every well of the plate once, row by row."""
    estimates = well_estimates(result)
    printed = {each.well: each.instrument.value for each in result.analysis.comparisons}
    wells = result.analysis.responses.wells
    names, contents, uses = [w.well for w in wells], [w.content for w in wells], [w.use.value for w in wells]
    own = [estimates.get(name) for name in names]
    used = [well.use is WellUse.USED for well in wells]
    return {
        "well": names,
        "role": [content.role.value for content in contents],
        "name": [content.name for content in contents],
        "raw": all_finite_or_none([well.raw for well in wells]),
        "response": all_finite_or_none([well.response for well in wells]),
        "in_well": all_finite_or_none([each.in_well if each else None for each in own]),
        "status": [e.status.value if e and is_used else use for e, is_used, use in zip(own, used, uses, strict=True)],
        "used": used,
        "note": [well.note.text if well.note else "" for well in wells],
        "instrument_concentration": all_finite_or_none(map(printed.get, names)),
        "use": uses,
        "reason": [well.reason for well in wells],
        "reference": all_finite_or_none([well.reference for well in wells]),
        "nominal": all_finite_or_none([content.nominal for content in contents]),
        "dilution_factor": all_finite_or_none([content.dilution_factor for content in contents]),
        "subject": [content.subject for content in contents],
        "timepoint": [content.timepoint for content in contents],
        "matrix": [matrix_or_none(content, result.analysis.protocol) for content in contents],
        **_plates(result, len(wells)),
    }


def _plates(result: PlateResult, lines: int) -> Columns:
    return {name: [value] * lines for name, value in _plate(result).items()}


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
    """The lines of :func:`sample_columns` one by one."""
    return records_from_columns(sample_columns(result))


def sample_columns(result: PlateResult) -> Columns:
    """Every sample in the order of the plate; after the contract's columns the sheet's own attributes."""
    contents = [judged.estimate.group.content for judged in result.samples]
    return {
        "sample": [content.name for content in contents],
        **_result_columns(result.samples, result),
        **dilution_columns(result),
        **{name: [c.attributes.get(key) for c in contents] for key, name in _attribute_names(contents).items()},
    }


def _attribute_names(contents: list[Content]) -> dict[str, str]:
    """Attribute → column; one that bears the name of a column of ours becomes ``sheet_…``."""
    names: dict[str, str] = {}
    for content in contents:
        for key in content.attributes:
            names.setdefault(key, f"sheet_{key}" if key in SAMPLE_COLUMNS else key)
    return names


@remembered(4)  # for the JSON of a plate, and for the merged table of a batch
def control_records(result: PlateResult) -> list[Record]:
    """As samples, with what was expected; recovery is given whatever the verdict, since it may be the reason."""
    controls = result.controls
    contents, bounds = [each.estimate.group.content for each in controls], list(map(accepted_bounds, controls))
    return records_from_columns({
        "control": [content.name for content in contents],
        **_result_columns(controls, result),
        "nominal": all_finite_or_none([content.nominal for content in contents]),
        "low": all_finite_or_none([low for low, _ in bounds]),
        "high": all_finite_or_none([high for _, high in bounds]),
        "recovery_percent": all_finite_or_none(map(control_recovery, controls)),
        "in_range": list(map(control_in_range_or_none, controls)),
    })  # fmt: skip


def _result_columns(judged: Sequence[JudgedSample], result: PlateResult) -> Columns:
    protocol, ones, estimates = result.analysis.protocol, list(map(shown, judged)), [each.estimate for each in judged]
    groups = [estimate.group for estimate in estimates]
    contents, limits = [group.content for group in groups], [_limits(estimate, result) for estimate in estimates]
    return {
        "subject": [content.subject for content in contents],
        "timepoint": [content.timepoint for content in contents],
        "matrix": [matrix_or_none(content, protocol) for content in contents],
        "dilution_factor": all_finite_or_none([content.dilution_factor for content in contents]),
        "wells": [list(group.wells) for group in groups],
        "n": [group.n for group in groups],
        "response_mean": all_finite_or_none([group.mean for group in groups]),
        "cv_percent": all_finite_or_none([estimate.cv_percent for estimate in estimates]),
        "in_well": all_finite_or_none([estimate.in_well for estimate in estimates]),
        "concentration": all_finite_or_none([one.number for one in ones]),
        "ci_low": all_finite_or_none([one.low for one in ones]),
        "ci_high": all_finite_or_none([one.high for one in ones]),
        "unit": [protocol.unit] * len(judged),
        "status": [estimate.status.value for estimate in estimates],
        "reason": [j.reason or ("" if o.number is not None else o.remark) for j, o in zip(judged, ones, strict=True)],
        "reportable": [each.reportable for each in judged],
        "text": [one.text for one in ones],
        "lloq": [lloq for lloq, _ in limits],
        "uloq": [uloq for _, uloq in limits],
        "limit": all_finite_or_none([each.estimate.limit if each.reportable else None for each in judged]),
        "cv_basis": [estimate.cv_basis for estimate in estimates],
        "interval_remark": [estimate.interval_remark for estimate in estimates],
        "suggested_dilution": all_finite_or_none([estimate.suggested_dilution for estimate in estimates]),
        "left_out": ["; ".join(f"{w.well}: {w.reason or w.use.value}" for w in group.left_out) for group in groups],
        "findings": [list(each.findings) for each in judged],
        **_plates(result, len(judged)),
        **robustness_columns(estimates),
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
