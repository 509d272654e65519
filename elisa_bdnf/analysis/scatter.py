"""How much one well scatters around a fitted curve: the variance model of the fit, at a given response."""

from __future__ import annotations

import math

from elisa_bdnf.model.curve import Curve, FitOn, Model, WeightKind

FLOOR_SHARE = 0.005  # of the largest response; below it the variance no longer follows the response


def well_variance(curve: Curve, y: float) -> float:
    """Variance of a single well whose expected response is y; nan where the fit leaves no degrees of freedom."""
    kind = curve.spec.weights.kind
    if kind is WeightKind.POWER and curve.report.theta is not None:
        return well_sigma2(curve) * float(max(y, response_floor(curve)) ** (2 * curve.report.theta))
    if kind is WeightKind.INVERSE_RESPONSE:
        return well_sigma2(curve) * abs(y)
    if kind is WeightKind.INVERSE_RESPONSE_SQUARED or curve.model is Model.LOG_LOG:
        return well_sigma2(curve) * y * y
    return well_sigma2(curve)


def well_sigma2(curve: Curve) -> float:
    """σ² of a single well, before the variance model."""
    sigma2 = curve.report.residual_sd**2
    if curve.spec.fit_on is FitOn.MEANS:  # σ² is that of level means: a single well scatters more
        counts = [len(p.level.responses) for p in curve.standards if p.in_fit]
        sigma2 *= len(counts) / math.fsum(1 / count for count in counts)
    return sigma2


def response_floor(curve: Curve) -> float:
    """The response below which the variance no longer falls; the same as in the fit."""
    fitted = [p for p in curve.standards if p.in_fit]
    if curve.spec.fit_on is FitOn.MEANS:
        return FLOOR_SHARE * max(abs(p.response) for p in fitted)
    return FLOOR_SHARE * max(abs(y) for p in fitted for y in p.level.responses)
