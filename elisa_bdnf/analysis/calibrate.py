"""Levels of the standard → Curve, or NoCurve with its cause."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from elisa_bdnf.analysis.assemble import curve_from_line, curve_from_outcome
from elisa_bdnf.analysis.curves import invert_or_none, predict, rises
from elisa_bdnf.analysis.fit import Points, fit_logistic
from elisa_bdnf.analysis.hook import hook_or_none
from elisa_bdnf.analysis.lack_of_fit import lack_of_fit_p
from elisa_bdnf.analysis.limits import limits_from_standards
from elisa_bdnf.analysis.refusals import refusal_or_none
from elisa_bdnf.analysis.scatter import response_floor_of_fit, wells_per_point
from elisa_bdnf.analysis.settle import Outcome
from elisa_bdnf.analysis.shape import LN_B, LN_C, A, D
from elisa_bdnf.analysis.straight import fit_line
from elisa_bdnf.model.curve import Curve, CurveSpec, FitOn, Level, Model, NoCurve, StandardPoint, WeightKind
from elisa_bdnf.model.protocol import LimitSettings

_NO_LINE = NoCurve(
    "not_converged",
    "the weights follow the line, and the line the weights, without coming to rest",
    "is the value right at which a parameter is fixed? weights none always come to rest",
)
_NO_POWER = NoCurve(
    "not_converged",
    "the power of the variance and the curve do not come to rest together: these responses do not determine the power",
    "state it, weights power:1 for a constant CV, or pool it over plates of a history",
)
_LARGEST_LN = 690.0  # e^690 is still a number
_ON_A_PLATEAU = 0.0067  # share of the rise: that of a 4PL at b·|ln x − ln c| = 5


def calibrate(
    levels: Sequence[Level],
    spec: CurveSpec,
    limits: LimitSettings,
    *,
    starts: Sequence[Mapping[str, float]] | None = None,
    planned: Sequence[float] = (),
) -> Curve | NoCurve:
    """Fit the standards and find the range in which they can be trusted.

    ``levels`` are all standards with used wells, the zero standard and anchors among them. ``starts`` (parameters of
    the canonical form) replace the built-in starts of the search. ``planned`` are the quantitative levels of the
    layout where some have no usable well. What cannot be fitted gives a NoCurve, never another model.
    """
    ordered = tuple(sorted(levels, key=lambda level: level.nominal))
    fitted = [level for level in ordered if _takes_part(level, spec)]
    refusal = refusal_or_none(fitted, spec)
    if refusal is not None:
        return replace(refusal, levels=ordered)
    points = points_from_levels(fitted, spec)
    if spec.model in (Model.LINEAR, Model.LOG_LOG):
        line = fit_line(spec.model, points.x[:, 0], points.y[:, 0], spec.weights, spec.fixed)
        if not line.converged:
            return replace(_NO_LINE, levels=ordered)
        curve = curve_from_line(line, spec)
    else:
        outcome = fit_logistic(points, spec, starts)
        refusal = _failure_or_none(outcome, spec)
        if refusal is not None:
            return replace(refusal, levels=ordered)
        curve = curve_from_outcome(outcome, points, spec)
    report = replace(
        curve.report,
        remarks=(*curve.report.remarks, *_left_out(ordered, spec)),
        wells_per_point=wells_per_point(fitted, spec.fit_on),
        response_floor=response_floor_of_fit(fitted, spec.fit_on),
    )
    standards = tuple(standard_point(curve, level, in_fit=_takes_part(level, spec)) for level in ordered)
    hook = hook_or_none(ordered, rising=rises(curve))
    curve = replace(curve, report=report, standards=standards, planned=tuple(planned), hook=hook)
    curve = replace(curve, report=replace(report, lack_of_fit_p=lack_of_fit_p(curve)))
    return replace(curve, limits=limits_from_standards(curve, limits))


def _takes_part(level: Level, spec: CurveSpec) -> bool:
    if level.nominal == 0:
        return spec.zero_in_fit and spec.model is not Model.LOG_LOG
    return True


def _left_out(levels: Sequence[Level], spec: CurveSpec) -> tuple[str, ...]:
    if spec.zero_in_fit and spec.model is Model.LOG_LOG and any(level.nominal == 0 for level in levels):
        return ("the zero standard has no logarithm and is not part of a log-log line",)
    return ()


def points_from_levels(levels: Sequence[Level], spec: CurveSpec) -> Points:
    """Each well, or each level's mean once, whatever its number of wells."""
    if spec.fit_on is FitOn.MEANS:
        rows = [(level.nominal, level.mean, level.mean) for level in levels]
    else:
        # In an order of their own: sums that are rounded differently would depend on which well was read first.
        rows = [(level.nominal, response, level.mean) for level in levels for response in sorted(level.responses)]
    x, y, mean = (np.array(column)[:, None] for column in zip(*rows, strict=True))
    return Points(x, y, mean)


def _failure_or_none(outcome: Outcome, spec: CurveSpec) -> NoCurve | None:
    names = set(outcome.unidentified)
    if not outcome.converged or np.max(np.abs(outcome.coordinates[LN_C:])) > _LARGEST_LN:
        if spec.weights.kind is WeightKind.POWER and spec.weights.theta is None and not spec.fixed:
            return _NO_POWER
        return NoCurve(
            "not_converged",
            f"none of {outcome.starts} starts led to a minimum of the sum of squares",
            "is the value right at which a parameter is fixed?"
            if spec.fixed
            else "look at the plot of the standards; a 4PL with weights power:1 is the most forgiving",
        )
    if {"a", "d"} <= names or _is_logarithmic(outcome):
        return NoCurve(
            "no_curvature",
            "the response follows a straight line in the logarithm of the concentration: neither plateau is in sight",
            "more standards at both ends are needed, or a model with one plateau fixed (3pl)",
        )
    if _is_step(outcome) or (spec.model in (Model.FOUR_PL, Model.THREE_PL) and "b" in names):
        return NoCurve(
            "one_level_dominates",
            "the response jumps from one plateau to the other within one step of the dilution series",
            "standards between the two are needed",
        )
    return None


def _is_step(outcome: Outcome) -> bool:
    """All standards on one of the two plateaus, some on either: such a curve goes through them, and means nothing."""
    if LN_B not in outcome.free:
        return False
    low, high = outcome.coordinates[A], outcome.coordinates[D]
    share = (outcome.state.fitted - low) / (high - low)
    return bool(np.all(np.minimum(share, 1 - share) < _ON_A_PLATEAU) and share.min() < 0.5 < share.max())


def _is_logarithmic(outcome: Outcome) -> bool:
    """A power law with an exponent near 0 is a straight line in ln x whose near plateau is fictitious."""
    if not outcome.tie:
        return False
    spans = outcome.state.fitted.max() - outcome.state.fitted.min()
    near = outcome.coordinates[A if outcome.tie > 0 else D]
    return bool(min(abs(outcome.state.fitted.max() - near), abs(outcome.state.fitted.min() - near)) > 20 * spans)


def standard_point(curve: Curve, level: Level, *, in_fit: bool = True, edited: bool = False) -> StandardPoint:
    """A level beside the curve: its mean response read back."""
    mean = level.mean
    back = invert_or_none(curve, mean)
    cv = None
    if len(level.responses) > 1 and mean > 0:
        variance = math.fsum((y - mean) ** 2 for y in level.responses) / (len(level.responses) - 1)
        cv = 100 * math.sqrt(variance) / mean
    recovery = 100 * back / level.nominal if back is not None and level.nominal > 0 else None
    return StandardPoint(level, mean, cv, predict(curve, level.nominal), back, recovery, in_fit, edited)
