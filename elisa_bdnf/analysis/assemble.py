"""A finished fit as a Curve: parameters, covariance, standard errors and how far to trust them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from elisa_bdnf.analysis.fit import Points
from elisa_bdnf.analysis.identify import NAMES
from elisa_bdnf.analysis.settle import Outcome
from elisa_bdnf.analysis.shape import COORDINATES, LN_B, LN_C, LN_G, A, Array, D
from elisa_bdnf.analysis.straight import Line
from elisa_bdnf.model.curve import Curve, CurveSpec, FitReport, Limits

_NO_LIMITS = Limits(math.nan, math.nan, "", "")
_VAGUE = {"a": 1.0, "d": 1.0, "c": 1.0, "b": 1.0, "g": 2.0}  # see _vague


def curve_from_outcome(outcome: Outcome, points: Points, spec: CurveSpec) -> Curve:
    """The fitted sigmoid, without standards and limits yet."""
    z = outcome.coordinates
    rss, n, m = float(outcome.state.rss[0]), len(points.y), len(outcome.free)
    df = n - m
    sigma2 = rss / df if df > 0 else math.nan
    coordinates, covariance, rank, condition = _covariance(outcome, sigma2)
    if rank < m and not outcome.unidentified:  # some direction has no bound at all, and errors without it are no errors
        coordinates, covariance = (), ()
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
        remarks=(
            *outcome.remarks,
            *_floor_remark(outcome),
            *_vague_remark(vague),
            *_df_remark(df),
            *_rank_remark(rank, m, outcome.unidentified),
        ),
    )
    g = float(np.exp(z[LN_G])) if LN_G in outcome.free or outcome.unidentified else spec.fixed.get("g", 1.0)
    return Curve(
        spec, float(z[A]), float(np.exp(z[LN_B])), float(np.exp(z[LN_C])), float(z[D]), g,
        covariance, coordinates, MappingProxyType(errors), (), report, _NO_LIMITS,
    )  # fmt: skip


def _covariance(outcome: Outcome, sigma2: float) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...], int, float]:
    """σ²·(J'WJ)⁻¹ in fitting coordinates; rank and condition of the column-scaled J'WJ.

    From the singular values of √W·J, so that only the square root of the condition is lost in digits.
    """
    weighted = outcome.state.jacobian[:, :, 0] * np.sqrt(outcome.state.weight[:, 0])
    scale = outcome.state.scale[:, 0]
    _, values, turned = np.linalg.svd((weighted / scale[:, None]).T, full_matrices=False)
    rank = int(np.count_nonzero(values > 1e-7 * values[0]))
    share = float(values[-1] / values[0]) if values[0] > 0 else 0.0
    condition = share**-2 if share > 1e-150 else math.inf
    if math.isnan(sigma2):
        return (), (), rank, condition
    half = turned / np.where(values > 1e-8 * values[0], values, np.inf)[:, None] / scale
    matrix = sigma2 * (half.T @ half)
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


def _rank_remark(rank: int, free: int, unidentified: Sequence[str]) -> tuple[str, ...]:
    if rank >= free or unidentified:
        return ()
    return (f"the standards determine {rank} of {free} parameters: no standard errors and no intervals",)


def _r_squared(y: Array, residual: Array, weight: Array) -> float:
    """Weighted, on what was fitted: 1 − Σw·r² / Σw·(y − ȳ_w)²."""
    mean = np.sum(weight * y) / np.sum(weight)
    total = float(np.sum(weight * (y - mean) ** 2))
    return 1.0 - float(np.sum(weight * residual**2)) / total if total > 0 else math.nan


def curve_from_line(line: Line, spec: CurveSpec) -> Curve:
    """The fitted straight line, without standards and limits yet."""
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
