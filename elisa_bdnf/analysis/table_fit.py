"""The standards of a plain table fitted, its unknowns read on the curve, and both as a record for other programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curve_reading import CurveReading, read_responses
from elisa_bdnf.analysis.curves import rises
from elisa_bdnf.analysis.table import Table, Unknown, is_measurable
from elisa_bdnf.errors import Problem, TableError, UsageError
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.curve import Curve, CurveSpec, FitOn, Limits, Model, NoCurve, StandardPoint, weights_from_text
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.protocol import LimitSettings

SCHEMA = "elisa-bdnf/fit/1"
_PARAMETERS = "abcdg"
_FALLING = (
    "the response falls as the concentration rises: right for a competitive assay; in a sandwich ELISA the standards "
    "stand in reversed order"
)
_EVERYTHING = LimitSettings(recovery_percent=math.inf, recovery_ends_percent=math.inf, cv_percent=math.inf)


def spec_from_options(
    model: str, weights: str, fit_on: str, fixed: Sequence[str], *, zero_in_fit: bool = True, confidence: float = 0.95
) -> CurveSpec:
    """The options of the command line as a CurveSpec; raises UsageError."""
    problems = []
    values: dict[str, float] = {}
    for text in fixed:
        name, _, number = text.partition("=")
        value = number_from_text_or_none(number)
        if name.strip() in values:
            problems.append(Problem(f"--fix {name.strip()} is given twice", "each parameter once"))
        elif name.strip() in _PARAMETERS and name.strip() and value is not None and not is_measurable(value):
            problems.append(Problem(f"--fix {text!r} is out of reach", "a number from 1e-50 to 1e50"))
        elif name.strip() not in _PARAMETERS or not name.strip() or value is None:
            problems.append(Problem(f"--fix {text!r} cannot be understood", "a parameter and a number, such as a=0.05"))
        else:
            values[name.strip()] = value
    try:
        chosen = weights_from_text(weights)
    except ValueError as error:
        problems.append(Problem(f"--weights {error}"))
    if model not in list(Model):
        problems.append(Problem(f"--model {model!r} is not known", f"one of {', '.join(Model)}"))
    if fit_on not in list(FitOn):
        problems.append(Problem(f"--fit-on {fit_on!r} is not known", f"one of {', '.join(FitOn)}"))
    if not 0 < confidence < 1:
        problems.append(
            Problem(f"--confidence {confidence:g} is not a share", "a number between 0 and 1, such as 0.95")
        )
    if problems:
        raise UsageError(problems=problems)
    return CurveSpec(Model(model), chosen, FitOn(fit_on), zero_in_fit, MappingProxyType(values), confidence)


def fit_table(table: Table, spec: CurveSpec) -> Curve:
    """Fit the standards of a table; the range is that of its standards, since no protocol judges them.

    Raises TableError where no curve is possible, UsageError where that is due to the options alone.
    """
    curve = calibrate(table.levels, spec, _EVERYTHING)
    if isinstance(curve, NoCurve) and curve.cause == "settings":
        raise UsageError(curve.reason, hint=curve.hint)
    if isinstance(curve, NoCurve):
        raise TableError(f"no curve can be fitted ({curve.cause}): {curve.reason}", hint=curve.hint)
    nominals = [level.nominal for level in table.levels if level.nominal > 0]
    limits = Limits(
        min(nominals), max(nominals), "lowest standard", "highest standard", curve.limits.lod, curve.limits.lod_reason
    )
    remarks = (*curve.report.remarks, *([] if rises(curve) else [_FALLING]), *([curve.hook.text] if curve.hook else []))
    return replace(curve, limits=limits, report=replace(curve.report, remarks=remarks))


def read_unknowns(table: Table, curve: Curve, *, extrapolate: bool = False) -> tuple[CurveReading, ...]:
    """Every unknown on the curve, as a single well."""
    readable = [u.response for u in table.unknowns if not (u.saturated or math.isnan(u.response))]
    found = iter(read_responses(curve, readable, [1] * len(readable), extrapolate=extrapolate))
    saturated = CurveReading(None, RangeStatus.SATURATED, "the reader could not measure it")
    nothing = CurveReading(None, RangeStatus.NO_VALUE, "no response")
    return tuple(
        saturated if u.saturated else nothing if math.isnan(u.response) else next(found) for u in table.unknowns
    )


def _number_or_none(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _standard_record(point: StandardPoint) -> dict[str, object]:
    return {
        "concentration": point.level.nominal,
        "response": point.response,
        "back_calculated": _number_or_none(point.back_calculated),
        "recovery_percent": _number_or_none(point.recovery_percent),
    }


def _unknown_record(unknown: Unknown, reading: CurveReading) -> dict[str, object]:
    return {
        "response": _number_or_none(unknown.response),
        "concentration": _number_or_none(reading.in_well) if reading.status.has_number else None,
        "ci_low": _number_or_none(reading.interval.low),
        "ci_high": _number_or_none(reading.interval.high),
        "status": reading.status.value,
        "sample": unknown.name,
        "reason": reading.reason,
        "interval_remark": reading.interval.remark,
    }


def json_from_fit(table: Table, curve: Curve, readings: Sequence[CurveReading]) -> dict[str, object]:
    """The record of ``fit --json``: numbers at full precision, null where there is none. Never nan or infinity."""
    report = curve.report
    finite = {name: _number_or_none(curve.estimate_or_none(name)) for name in _PARAMETERS}
    return {
        "schema": SCHEMA,
        "model": curve.model.value,
        "weights": str(curve.spec.weights),
        "parameters": finite,
        "standard_errors": {name: _number_or_none(curve.standard_errors.get(name)) for name in _PARAMETERS},
        "residual_sum_of_squares": _number_or_none(report.residual_sum_of_squares),
        "r_squared": _number_or_none(report.r_squared),
        "n": report.n,
        "standards": [_standard_record(point) for point in curve.standards],
        "unknowns": [_unknown_record(*each) for each in zip(table.unknowns, readings, strict=True)],
        "fit_on": curve.spec.fit_on.value,
        "fixed": dict(curve.spec.fixed),
        "confidence": curve.spec.confidence,
        "residual_sd": _number_or_none(report.residual_sd),
        "degrees_of_freedom": report.degrees_of_freedom,
        "theta": _number_or_none(report.theta),
        "not_identified": list(report.not_identified),
        "no_finite_estimate": list(report.no_finite_estimate),
        "starts": report.starts,
        "starts_at_optimum": report.starts_at_optimum,
        "remarks": [*table.remarks, *report.remarks],
    }
