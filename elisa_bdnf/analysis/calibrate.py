"""Levels of the standard → Curve, or NoCurve with its cause."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from elisa_bdnf.analysis.curves import invert_or_none, predict
from elisa_bdnf.analysis.fit import NAMES, Outcome, Points, fit_logistic
from elisa_bdnf.analysis.limits import limits_from_standards
from elisa_bdnf.analysis.refusals import refusal_or_none
from elisa_bdnf.analysis.shape import COORDINATES, LN_B, LN_C, LN_G, A, Array, D
from elisa_bdnf.analysis.straight import Line, fit_line
from elisa_bdnf.model.curve import Curve, CurveSpec, FitOn, FitReport, Level, Limits, Model, NoCurve, StandardPoint
from elisa_bdnf.model.protocol import LimitSettings

_NO_LIMITS = Limits(math.nan, math.nan, "", "")
_VAGUE = {"a": 1.0, "d": 1.0, "c": 1.0, "b": 1.0, "g": 2.0}  # see _vague


def calibrate(
    levels: Sequence[Level],
    spec: CurveSpec,
    limits: LimitSettings,
    *,
    starts: Sequence[Mapping[str, float]] | None = None,
) -> Curve | NoCurve:
    """Fit the standards and find the range in which they can be trusted.

    ``levels`` are all standards with used wells, the zero standard and anchors among them. ``starts`` (parameters of
    the canonical form) replace the built-in starts of the search. What cannot be fitted gives a NoCurve, never
    another model.
    """
    ordered = tuple(sorted(levels, key=lambda level: level.nominal))
    fitted = [level for level in ordered if _takes_part(level, spec)]
    refusal = refusal_or_none(fitted, spec)
    if refusal is not None:
        return replace(refusal, levels=ordered)
    points = _points(fitted, spec)
    if spec.model in (Model.LINEAR, Model.LOG_LOG):
        curve = _curve_from_line(fit_line(spec.model, points.x[:, 0], points.y[:, 0], spec.weights, spec.fixed), spec)
    else:
        outcome = fit_logistic(points, spec, starts)
        refusal = _failure_or_none(outcome, spec)
        if refusal is not None:
            return replace(refusal, levels=ordered)
        curve = _curve_from_outcome(outcome, points, spec)
    curve = replace(curve, report=replace(curve.report, remarks=(*curve.report.remarks, *_left_out(ordered, spec))))
    curve = replace(curve, standards=tuple(_standard(curve, level, _takes_part(level, spec)) for level in ordered))
    return replace(curve, limits=limits_from_standards(curve, limits))


def _takes_part(level: Level, spec: CurveSpec) -> bool:
    if level.nominal == 0:
        return spec.zero_in_fit and spec.model is not Model.LOG_LOG
    return True


def _left_out(levels: Sequence[Level], spec: CurveSpec) -> tuple[str, ...]:
    if spec.zero_in_fit and spec.model is Model.LOG_LOG and any(level.nominal == 0 for level in levels):
        return ("the zero standard has no logarithm and is not part of a log-log line",)
    return ()


def _points(levels: Sequence[Level], spec: CurveSpec) -> Points:
    """Each well, or each level's mean once, whatever its number of wells."""
    if spec.fit_on is FitOn.MEANS:
        rows = [(level.nominal, level.mean, level.mean) for level in levels]
    else:
        rows = [(level.nominal, response, level.mean) for level in levels for response in level.responses]
    x, y, mean = (np.array(column)[:, None] for column in zip(*rows, strict=True))
    return Points(x, y, mean)


def _failure_or_none(outcome: Outcome, spec: CurveSpec) -> NoCurve | None:
    names = set(outcome.unidentified)
    if not outcome.converged:
        return NoCurve(
            "not_converged",
            f"no {outcome.starts} starts led to a minimum of the sum of squares",
            "look at the plot of the standards; a 4PL with weights power:1 is the most forgiving",
        )
    if {"a", "d"} <= names or _is_logarithmic(outcome):
        return NoCurve(
            "no_curvature",
            "the response follows a straight line in the logarithm of the concentration: neither plateau is in sight",
            "more standards at both ends are needed, or a model with one plateau fixed (3pl)",
        )
    if "b" in names and spec.model in (Model.FOUR_PL, Model.THREE_PL):
        return NoCurve(
            "one_level_dominates",
            "the response jumps from one plateau to the other within one step of the dilution series",
            "standards between the two are needed",
        )
    return None


def _is_logarithmic(outcome: Outcome) -> bool:
    """A power law with an exponent near 0 is a straight line in ln x whose near plateau is fictitious."""
    if not outcome.tie:
        return False
    spans = outcome.state.fitted.max() - outcome.state.fitted.min()
    near = outcome.coordinates[A if outcome.tie > 0 else D]
    return bool(min(abs(outcome.state.fitted.max() - near), abs(outcome.state.fitted.min() - near)) > 20 * spans)


def _curve_from_outcome(outcome: Outcome, points: Points, spec: CurveSpec) -> Curve:
    z = outcome.coordinates
    rss, n, m = float(outcome.state.rss[0]), len(points.y), len(outcome.free)
    df = n - m
    sigma2 = rss / df if df > 0 else math.nan
    coordinates, covariance, rank, condition = _covariance(outcome, sigma2)
    variances = dict(zip(coordinates, (covariance[i][i] for i in range(len(coordinates))), strict=True))
    errors = _standard_errors(outcome, variances)
    vague = _vague(outcome, variances)
    residual, weight = outcome.state.residual[:, 0], outcome.state.weight[:, 0]
    report = FitReport(
        converged=True,
        starts=outcome.starts,
        starts_at_optimum=outcome.starts_at_optimum,
        iterations=outcome.iterations,
        gradient=float(outcome.state.gradient[0]),
        rank=rank,
        condition=condition,
        residual_sum_of_squares=rss,
        residual_sd=math.sqrt(sigma2),
        degrees_of_freedom=df,
        r_squared=_r_squared(points.y[:, 0], residual, weight),
        n=n,
        theta=outcome.theta,
        theta_estimated=outcome.theta is not None and spec.weights.theta is None,
        not_identified=(*outcome.unidentified, *vague),
        no_finite_estimate=outcome.unidentified,
        remarks=(*outcome.remarks, *_floor_remark(outcome), *_vague_remark(vague), *_df_remark(df)),
    )
    g = float(np.exp(z[LN_G])) if LN_G in outcome.free or outcome.unidentified else spec.fixed.get("g", 1.0)
    return Curve(
        spec, float(z[A]), float(np.exp(z[LN_B])), float(np.exp(z[LN_C])), float(z[D]), g,
        covariance, coordinates, MappingProxyType(errors), (), report, _NO_LIMITS,
    )  # fmt: skip


def _covariance(outcome: Outcome, sigma2: float) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...], int, float]:
    """σ²·(J'WJ)⁻¹ in fitting coordinates; rank and condition of the column-scaled J'WJ."""
    information = outcome.state.information[:, :, 0]
    scale = np.sqrt(np.diag(information))
    scaled = information / scale[:, None] / scale[None]
    values = np.linalg.eigvalsh(scaled)
    rank = int(np.count_nonzero(values > 1e-14 * len(scale) * values[-1]))
    condition = float(values[-1] / values[0]) if values[0] > 0 else math.inf
    if math.isnan(sigma2):
        return (), (), rank, condition
    matrix = sigma2 * np.linalg.pinv(scaled, hermitian=True, rcond=1e-15) / scale[:, None] / scale[None]
    names = [COORDINATES[i] for i in outcome.free]
    if outcome.tie:  # ln c = anchor + tie/b moves with ln b
        row = np.zeros((1, len(names)))
        if LN_B in outcome.free:
            row[0, outcome.free.index(LN_B)] = -outcome.tie * np.exp(-outcome.coordinates[LN_B])
        spread = np.vstack([np.eye(len(names)), row])
        matrix, names = spread @ matrix @ spread.T, [*names, COORDINATES[LN_C]]
    return tuple(names), tuple(tuple(float(v) for v in line) for line in matrix), rank, condition


def _standard_errors(outcome: Outcome, variances: Mapping[str, float]) -> dict[str, float]:
    """Of the canonical parameters; those without a finite estimate have none."""
    errors = {}
    for index, name in enumerate(NAMES):
        variance = variances.get(COORDINATES[index])
        if variance is not None and name not in outcome.unidentified:
            scale = 1.0 if index in (A, D) else float(np.exp(outcome.coordinates[index]))
            errors[name] = scale * math.sqrt(max(variance, 0.0))
    return errors


def _vague(outcome: Outcome, variances: Mapping[str, float]) -> tuple[str, ...]:
    """Parameters with a finite estimate that means nothing.

    Their standard error is as large as the rise of the curve (a, d), a factor e (b, c) or e² (g).
    """
    rise = abs(float(outcome.coordinates[D] - outcome.coordinates[A]))
    vague = []
    for index, name in enumerate(NAMES):
        variance = variances.get(COORDINATES[index], 0.0)
        unit = rise if index in (A, D) else 1.0
        if name not in outcome.unidentified and math.sqrt(max(variance, 0.0)) > _VAGUE[name] * unit:
            vague.append(name)
    return tuple(vague)


def _vague_remark(vague: Sequence[str]) -> tuple[str, ...]:
    if not vague:
        return ()
    sentence = (
        f"the standards hardly determine {' and '.join(vague)} (see the standard errors); "
        "concentrations inside the standards are not affected"
    )
    return (sentence,)


def _floor_remark(outcome: Outcome) -> tuple[str, ...]:
    low = int(np.count_nonzero(outcome.state.fitted < outcome.floor)) if outcome.theta else 0
    if not low:
        return ()
    return (f"{low} fitted responses lie below {outcome.floor:.3g}, where the variance no longer follows the response",)


def _df_remark(df: int) -> tuple[str, ...]:
    return () if df > 0 else ("as many parameters as points: no standard errors and no intervals",)


def _r_squared(y: Array, residual: Array, weight: Array) -> float:
    """Weighted, on what was fitted: 1 − Σw·r² / Σw·(y − ȳ_w)²."""
    mean = np.sum(weight * y) / np.sum(weight)
    total = float(np.sum(weight * (y - mean) ** 2))
    return 1.0 - float(np.sum(weight * residual**2)) / total if total > 0 else math.nan


def _curve_from_line(line: Line, spec: CurveSpec) -> Curve:
    rss = float(np.sum(line.weight * line.residual**2))
    n, df = len(line.residual), len(line.residual) - len(line.free)
    sigma2 = rss / df if df > 0 else math.nan
    matrix = sigma2 * line.unscaled_covariance
    known = df > 0
    report = FitReport(
        converged=line.converged,
        starts=1,
        starts_at_optimum=1,
        iterations=line.iterations,
        gradient=0.0,
        rank=line.rank,
        condition=line.condition,
        residual_sum_of_squares=rss,
        residual_sd=math.sqrt(sigma2),
        degrees_of_freedom=df,
        r_squared=_r_squared(line.target, line.residual, line.weight),
        n=n,
        theta=line.theta,
        theta_estimated=line.theta is not None and spec.weights.theta is None,
        remarks=_df_remark(df),
    )
    errors = {name: math.sqrt(matrix[i, i]) for i, name in enumerate(line.free)} if known else {}
    covariance = tuple(tuple(float(v) for v in row) for row in matrix) if known else ()
    return Curve(
        spec, line.a, line.b, math.nan, math.nan, math.nan, covariance, line.free if known else (),
        MappingProxyType(errors), (), report, _NO_LIMITS,
    )  # fmt: skip


def _standard(curve: Curve, level: Level, in_fit: bool) -> StandardPoint:
    mean = level.mean
    back = invert_or_none(curve, mean)
    cv = None
    if len(level.responses) > 1 and mean > 0:
        variance = math.fsum((y - mean) ** 2 for y in level.responses) / (len(level.responses) - 1)
        cv = 100 * math.sqrt(variance) / mean
    recovery = 100 * back / level.nominal if back is not None and level.nominal > 0 else None
    return StandardPoint(level, mean, cv, predict(curve, level.nominal), back, recovery, in_fit)
