"""How the variance of a response depends on the response, and what that makes of the weights.

Var(y) = σ²·s(f)², with s = 1 for no weights, √y and y (observed) for ``1/y`` and ``1/y2``, and f^θ on the fitted curve
for ``power`` (Carroll & Ruppert 1988). Near zero response a power of the mean would claim that there is no error at
all, so f is never taken below a floor: 0.5 % of the largest response, about 0.015 OD on a plate that reaches 3 OD.
The floor is relative, so that responses in other units give the same concentrations.
"""

from __future__ import annotations

import numpy as np

from elisa_bdnf.analysis.scatter import FLOOR_SHARE
from elisa_bdnf.analysis.shape import Array, Flags
from elisa_bdnf.model.curve import WeightKind

LARGEST_THETA = 3.0


def floor_of(y: Array) -> Array:
    """The lowest response at which the variance is still taken from the power of the mean, per problem."""
    floor: Array = FLOOR_SHARE * np.max(np.abs(y), axis=0)
    return floor


def observed_weights(kind: WeightKind, y: Array) -> Array:
    """Weights that do not change during the fit; responses must be positive for ``1/y`` and ``1/y2``."""
    if kind is WeightKind.INVERSE_RESPONSE:
        return 1.0 / y
    if kind is WeightKind.INVERSE_RESPONSE_SQUARED:
        return 1.0 / y**2
    return np.ones_like(y)


def power_weights(fitted: Array, theta: Array | float, floor: Array | float) -> tuple[Array, Array]:
    """f^(−2θ) on the floored curve, and its derivative by f."""
    mean = np.maximum(fitted, floor)
    weight = mean ** (-2.0 * np.asarray(theta))
    return weight, np.where(fitted > floor, -2.0 * np.asarray(theta) * weight / mean, 0.0)


def theta_of(residual: Array, fitted: Array, used: Flags, floor: Array | float) -> Array:
    """θ that maximizes the normal pseudo-likelihood of the residuals (N, P), given the fitted curve.

    The likelihood with σ² profiled out has its maximum where the mean of ln f weighted by r²·f^(−2θ) equals the plain
    mean of ln f; the weighted mean falls with θ, so the root is unique and is bracketed and halved, with Newton steps
    where they stay inside. Returned within [0, 3].
    """
    ln_f = np.log(np.maximum(fitted, floor))
    count = np.sum(used, axis=0)
    ln_f = ln_f - np.sum(used * ln_f, axis=0) / count
    squared = np.where(used, residual**2, 0.0)
    squared = squared / np.maximum(np.max(squared, axis=0), 1e-300)
    low = np.zeros(ln_f.shape[-1])
    high = np.full(ln_f.shape[-1], LARGEST_THETA)
    theta = np.ones_like(low)
    for _ in range(60):
        exponent = -2.0 * theta * ln_f
        share = squared * np.exp(exponent - np.max(exponent, axis=0))
        total = np.maximum(np.sum(share, axis=0), 1e-300)
        excess = np.sum(share * ln_f, axis=0) / total
        spread = np.sum(share * ln_f**2, axis=0) / total - excess**2
        low = np.where(excess > 0, theta, low)
        high = np.where(excess > 0, high, theta)
        newton = theta + excess / np.maximum(2.0 * spread, 1e-300)
        inside = (newton > low) & (newton < high)
        following = np.where(inside, newton, 0.5 * (low + high))
        settled = np.abs(following - theta) <= 1e-13 * np.maximum(theta, 0.1)
        theta = following
        if settled.all():
            break
    return theta
