"""How much one well scatters around a fitted curve: the variance model of the fit, at a given response."""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve, FitOn, Level, Model, WeightKind

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
    return curve.report.residual_sd**2 * curve.report.wells_per_point


def response_floor(curve: Curve) -> float:
    """The response below which the variance no longer falls; the same as in the fit."""
    return curve.report.response_floor


def wells_per_point(fitted: Sequence[Level], fit_on: FitOn) -> float:
    """Of means, σ² is that of a mean; times their harmonic number of wells it is that of a single well."""
    if fit_on is FitOn.REPLICATES:
        return 1.0
    return len(fitted) / math.fsum(1 / len(level.responses) for level in fitted)


def response_floor_of_fit(fitted: Sequence[Level], fit_on: FitOn) -> float:
    """A share of the largest response that was fitted."""
    if fit_on is FitOn.MEANS:
        return FLOOR_SHARE * max(abs(level.mean) for level in fitted)
    return FLOOR_SHARE * max(abs(y) for level in fitted for y in level.responses)
