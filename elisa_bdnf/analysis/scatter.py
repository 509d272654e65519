"""How much one well scatters around a fitted curve: the variance model of the fit, at a given response."""

from __future__ import annotations

import math

from elisa_bdnf.model.curve import Curve, FitOn, Model, WeightKind

FLOOR_SHARE = 0.005  # of the largest response; below it the variance no longer follows the response


def well_variance(curve: Curve, y: float) -> float:
    """Variance of a single well whose expected response is y; nan where the fit leaves no degrees of freedom."""
    sigma2 = curve.report.residual_sd**2
    if curve.spec.fit_on is FitOn.MEANS:  # σ² is that of level means: a single well scatters more
        counts = [len(p.level.responses) for p in curve.standards if p.in_fit]
        sigma2 *= len(counts) / math.fsum(1 / count for count in counts)
    return sigma2 * _variance_shape(curve, y)


def _variance_shape(curve: Curve, y: float) -> float:
    """Var(y)/σ² at response y."""
    kind = curve.spec.weights.kind
    if kind is WeightKind.INVERSE_RESPONSE:
        return abs(y)
    if kind is WeightKind.INVERSE_RESPONSE_SQUARED:
        return y * y
    if kind is WeightKind.POWER and curve.report.theta is not None:
        return float(max(y, response_floor(curve)) ** (2 * curve.report.theta))
    return y * y if curve.model is Model.LOG_LOG else 1.0


def response_floor(curve: Curve) -> float:
    """The response below which the variance no longer falls; the same as in the fit."""
    fitted = [p for p in curve.standards if p.in_fit]
    if curve.spec.fit_on is FitOn.MEANS:
        return FLOOR_SHARE * max(abs(p.response) for p in fitted)
    return FLOOR_SHARE * max(abs(y) for p in fitted for y in p.level.responses)
