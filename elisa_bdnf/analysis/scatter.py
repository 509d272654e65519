"""How much one well scatters around a fitted curve: the variance model of the fit, at a given response."""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve, FitOn, Level, Model, WeightKind

FLOOR_SHARE = 0.005  # of the largest response; below it the variance no longer follows the response


def variance_power(curve: Curve) -> tuple[float, bool]:
    """The power of the response that the variance follows, and whether it is that of the curve, above its floor.

    Else it is that of the response which was observed.
    """
    kind, theta = curve.spec.weights.kind, curve.report.theta
    if kind is WeightKind.POWER and theta is not None:
        return 2.0 * theta, True
    if kind is WeightKind.INVERSE_RESPONSE:
        return 1.0, False
    return 2.0 if kind is WeightKind.INVERSE_RESPONSE_SQUARED or curve.model is Model.LOG_LOG else 0.0, False


def well_variance(curve: Curve, y: float) -> float:
    """Variance of a single well whose expected response is y; nan where the fit leaves no degrees of freedom."""
    power, follows_curve = variance_power(curve)
    size = max(y, response_floor(curve)) if follows_curve else abs(y)
    return well_sigma2(curve) * (size * size if power == 2.0 else size**power)  # a square cannot fail by its size


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
