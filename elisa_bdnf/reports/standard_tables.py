"""The standard curve in words and digits. Recoveries are the headline; R² is small print, since it catches nothing."""

from __future__ import annotations

import math

from elisa_bdnf.model.curve import Curve, NoCurve, StandardPoint
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import LimitSettings
from elisa_bdnf.model.response import Group
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Cell, Column, Fact, Row, Table, Tone


def standards(result: PlateResult, mark: str) -> Table:
    """Every level of the layout from the highest, those without a usable well included."""
    unit = result.analysis.protocol.unit
    columns = (
        Column("standard", "Standard"),
        Column("nominal", "Nominal", f"concentration by the layout, {unit}", unit, True),
        Column("wells", "Wells"),
        Column("n", "n", "wells used of wells planned", numeric=True),
        Column("response", "Response", "mean of the used wells", numeric=True),
        Column("cv_percent", "CV %", "of the responses; not judged for the zero standard", numeric=True),
        Column("fitted", "Curve", "response of the fitted curve at the nominal concentration", numeric=True),
        Column("back_calculated", "Back-calculated", f"the mean response read on the curve, {unit}", unit, True),
        Column("recovery_percent", "Recovery %", "100 · back-calculated / nominal", numeric=True),
        Column("remark", "Remark"),
    )
    groups = standard_groups(result)
    limits = result.analysis.protocol.limits
    points = points_by_well(result)
    ends = end_levels(result)
    rows = tuple(_standard_row(group, points, limits, ends, result) for group in groups)
    note = f"Recovery should lie within ±{digits.exact(limits.recovery_percent)} %, at the ends of the range within "
    note += f"±{digits.exact(limits.recovery_ends_percent)} %. The zero standard has no recovery."
    return Table("standards", "Standards", columns, rows, note, "The layout names no standards.", mark)


def standard_groups(result: PlateResult) -> list[Group]:
    """Levels from the highest nominal concentration to the zero standard."""
    groups = [group for group in result.analysis.groups if group.content.role is Role.STANDARD]
    return sorted(groups, key=lambda group: -(group.content.nominal or 0.0))


def points_by_well(result: PlateResult) -> dict[Well, StandardPoint]:
    """Any well of a level → that level beside the curve; empty without a curve."""
    return _by_well(result.analysis.curve)


def acquired_points(result: PlateResult) -> dict[Well, StandardPoint]:
    """The same beside the curve as acquired, before any editing."""
    editing = result.analysis.editing
    return _by_well(editing.acquired if editing else result.analysis.curve)


def _by_well(curve: Curve | NoCurve) -> dict[Well, StandardPoint]:
    points = curve.standards if isinstance(curve, Curve) else ()
    return {well: point for point in points for well in point.level.wells}


def point_or_none(group: Group, points: dict[Well, StandardPoint]) -> StandardPoint | None:
    """The level that a group of standard wells became."""
    return next((points[well] for well in group.all_wells if well in points), None)


def end_levels(result: PlateResult) -> tuple[float, ...]:
    """Lowest and highest non-zero level of the curve that is not an anchor."""
    levels = [g.content.nominal for g in standard_groups(result) if g.content.nominal and not g.content.anchor]
    return (min(levels), max(levels)) if levels else ()


def allowed_error(nominal: float, limits: LimitSettings, ends: tuple[float, ...]) -> float:
    """|recovery − 100| that a level may have."""
    return limits.recovery_ends_percent if nominal in ends else limits.recovery_percent


def _standard_row(
    group: Group, points: dict[Well, StandardPoint], limits: LimitSettings, ends: tuple[float, ...], result: PlateResult
) -> Row:
    content, point = group.content, point_or_none(group, points)
    planned = len(group.all_wells)
    return Row((
        Cell(words.content(content), content.name),
        Cell(digits.exact(content.nominal), content.nominal),
        Cell(" ".join(group.all_wells), None, wells=group.all_wells),
        Cell(str(group.n) if group.n == planned else f"{group.n} of {planned}", group.n),
        Cell(digits.response(point.response if point else group.mean), point.response if point else group.mean),
        _cv_cell(group, point),
        Cell(digits.response(point.fitted if point else None), point.fitted if point else None),
        Cell(digits.concentration(point.back_calculated if point else None), point.back_calculated if point else None),
        _recovery_cell(content.nominal or 0.0, point, limits, ends),
        Cell(_standard_remark(group, point, result)),
    ), f"standard-{group.all_wells[0]}" if group.all_wells else "")  # fmt: skip


def _cv_cell(group: Group, point: StandardPoint | None) -> Cell:
    """Of the wells that the level had when the curve was fitted, or would have been."""
    cv = point.cv_percent if point else group.cv_percent
    return Cell(digits.percent(cv), cv)


def _recovery_cell(nominal: float, point: StandardPoint | None, limits: LimitSettings, ends: tuple[float, ...]) -> Cell:
    if point is None or point.recovery_percent is None:
        return Cell(digits.MISSING, None, Tone.MUTED)
    if point.level.anchor:
        return Cell(
            digits.percent(point.recovery_percent), point.recovery_percent, Tone.MUTED, "an anchor is not judged"
        )
    if point.edited:
        help_ = "left out by editing: read on the curve that was fitted without it"
        return Cell(digits.percent(point.recovery_percent), point.recovery_percent, Tone.WARN, help_)
    allowed = allowed_error(nominal, limits, ends)
    good = abs(point.recovery_percent - 100) <= allowed + 1e-9
    text = digits.percent(point.recovery_percent)
    return Cell(text, point.recovery_percent, Tone.GOOD if good else Tone.BAD, f"allowed: 100 ± {allowed:g} %")


def _standard_remark(group: Group, point: StandardPoint | None, result: PlateResult) -> str:
    parts = ["zero standard"] if group.content.is_zero_standard else []
    parts += ["anchor: helps the fit only"] if group.content.anchor else []
    if isinstance(result.analysis.curve, Curve):
        if point is None:
            parts.append("no well could be used")
        elif not point.in_fit and not point.edited:
            parts.append("not in the fit")
        elif point.back_calculated is None and not group.content.is_zero_standard:
            parts.append("its response has no inverse on the curve")
    reasons = [well.reason or words.USE[well.use] for well in group.left_out]
    if point and point.edited and len(set(reasons)) == 1:
        return "; ".join([*parts, reasons[0]])
    parts += [f"{well.well}: {reason}" for well, reason in zip(group.left_out, reasons, strict=True)]
    return "; ".join(parts)


# --- parameters and limits ------------------------------------------------------------------------------------------


def parameters(result: PlateResult, mark: str) -> Table | None:
    """Canonical parameters with standard errors; a parameter that the data do not determine says so."""
    curve = result.analysis.curve
    if isinstance(curve, NoCurve):
        return None
    columns = (
        Column("parameter", "Parameter"),
        Column("value", "Value", numeric=True),
        Column("standard_error", "Standard error", numeric=True),
        Column("relative_percent", "% of value", "100 · standard error / |value|", numeric=True),
        Column("meaning", "Meaning"),
    )
    rows = tuple(_parameter_row(curve, name, text) for name, text in words.PARAMETERS[curve.model].items())
    return Table("parameters", "Curve parameters", columns, rows, words.EQUATION[curve.model], mark=mark)


def _parameter_row(curve: Curve, name: str, meaning: str) -> Row:
    value = curve.estimate_or_none(name)
    error = curve.standard_errors.get(name)
    relative = 100 * error / abs(value) if error is not None and math.isfinite(error) and value else None
    tone = Tone.PLAIN
    if name in curve.spec.fixed:
        meaning, error_text = f"{meaning}; fixed, not fitted", "fixed"
    else:
        error_text = digits.parameter(error)
    if value is None:
        meaning, tone = f"{meaning}; NOT IDENTIFIED: its best value is infinite or 0", Tone.WARN
    elif name in curve.report.not_identified:
        meaning, tone = f"{meaning}; NOT IDENTIFIED: the plate does not determine it", Tone.WARN
    cells = (
        Cell(name),
        Cell("no finite estimate" if value is None else digits.parameter(value), value),
        Cell(error_text, error),
        Cell(digits.percent(relative), relative),
        Cell(meaning),
    )
    return Row(cells, f"parameter-{name}", tone)


def curve_facts(result: PlateResult) -> tuple[Fact, ...]:
    """Model, range and reasons, how far to trust the fit; R² comes last."""
    curve, unit = result.analysis.curve, result.analysis.protocol.unit
    if isinstance(curve, NoCurve):
        facts = [Fact("No curve", words.sentence(curve.reason), curve.cause, Tone.BAD)]
        return tuple([*facts, Fact("What to try", words.sentence(curve.hint))] if curve.hint else facts)
    return (*_fit_facts(curve), *_limit_facts(curve, unit), *_trust_facts(curve))


def _fit_facts(curve: Curve) -> tuple[Fact, ...]:
    zero = "the zero standard included" if curve.spec.zero_in_fit else "without the zero standard"
    levels = sum(point.in_fit for point in curve.standards)
    return (
        Fact("Model", words.sentence(words.model_in_words(curve))[:-1], words.EQUATION[curve.model]),
        Fact("Weights", words.weights(curve.spec.weights, curve.report.theta), curve.spec.weights.origin),
        Fact("Fitted to", f"{words.FIT_ON[curve.spec.fit_on]}, {digits.count(levels, 'level')}, {zero}"),
    )


def _limit_facts(curve: Curve, unit: str) -> tuple[Fact, ...]:
    limits = curve.limits
    facts = [
        Fact("LLOQ in the well", _limit(limits.lloq, unit), limits.lloq_reason),
        Fact("ULOQ in the well", _limit(limits.uloq, unit), limits.uloq_reason),
    ]
    if limits.lob is not None:
        facts.append(Fact("LoB in the well", _limit(limits.lob, unit), "limit of blank; see LOD"))
    if limits.lod is not None or limits.lod_reason:
        facts.append(Fact("LOD in the well", _limit(limits.lod, unit), limits.lod_reason))
    return tuple(facts)


def _limit(value: float | None, unit: str) -> str:
    return f"{digits.limit(value)} {unit}" if value is not None and math.isfinite(value) else "n/a"


def _trust_facts(curve: Curve) -> tuple[Fact, ...]:
    report = curve.report
    agreed = f"{report.starts_at_optimum} of {report.starts} starting points reached the same optimum"
    lost = report.not_identified
    scatter = f"{digits.significant(report.residual_sd)} with {digits.count(report.degrees_of_freedom, 'degree')}"
    scatter_help = "residual SD on the scale of the weights"
    return (
        Fact("Fit", ("converged; " if report.converged else "NOT converged; ") + agreed, "; ".join(report.remarks),
             Tone.PLAIN if report.converged else Tone.BAD),
        Fact("Determined", f"not by this plate: {words.listed(list(lost))}" if lost else "all parameters", "",
             Tone.WARN if lost else Tone.PLAIN),
        Fact("Scatter", f"{scatter} of freedom", scatter_help),
        Fact("R²", digits.r_squared(report.r_squared), "small print: R² is high on wrong plates too, see recoveries"),
    )  # fmt: skip
