"""Straight lines: y = a + b·x, and ln y = a + b·ln x. For comparison; a sandwich ELISA is neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.shape import Array
from elisa_bdnf.analysis.variance import floor_of, power_weights, theta_of
from elisa_bdnf.model.curve import Model, WeightKind, Weights

_MOST_ITERATIONS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A weighted line through N points; ``covariance`` is of the free ones of (a, b) and lacks the factor σ²."""

    a: float
    b: float
    free: tuple[str, ...]
    unscaled_covariance: Array
    residual: Array
    weight: Array
    target: Array  # what was fitted: y, or ln y
    theta: float | None
    iterations: int
    converged: bool
    rank: int
    condition: float


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what is fixed may be absurd: then nothing is finite
def fit_line(model: Model, x: Array, y: Array, weights: Weights, fixed: Mapping[str, float]) -> Line:
    """Least squares, re-weighted to convergence where the weights follow the line. All arrays are (N,)."""
    logarithmic = model is Model.LOG_LOG
    ones = np.ones_like(x)
    columns = {"a": ones, "b": np.log(x) if logarithmic else x}
    free = tuple(name for name in columns if name not in fixed)
    held = sum((value * columns[name] for name, value in fixed.items() if name in columns), 0.0 * ones)
    target = np.log(y) if logarithmic else y
    design = np.stack([columns[name] for name in free], axis=1) if free else np.zeros((len(x), 0))
    floor = float(floor_of(y[:, None])[0])
    theta = weights.theta if weights.theta is not None else 1.0
    mean = np.maximum(y, floor)
    coefficient, iterations, converged = np.zeros(len(free)), 0, False
    weight = ones
    while not converged and iterations < _MOST_ITERATIONS:
        iterations += 1
        weight = _weights(weights.kind, logarithmic, y, mean, theta)
        root = np.sqrt(weight)
        if not np.isfinite(root).all():
            break
        solved = np.linalg.lstsq(design * root[:, None], (target - held) * root, rcond=None)[0]
        fitted = design @ solved + held
        mean = np.exp(fitted) if logarithmic else np.maximum(fitted, floor)
        previous = theta
        if weights.kind is WeightKind.POWER and weights.theta is None:
            theta = float(theta_of((y - mean)[:, None], mean[:, None], np.ones((len(y), 1), dtype=bool), floor)[0])
        change = np.max(np.abs(solved - coefficient) / np.maximum(np.abs(solved), 1e-300), initial=0.0)
        if not (np.isfinite(fitted).all() and np.isfinite(mean).all()):
            break
        converged = weights.kind is not WeightKind.POWER or (change < 1e-14 and abs(theta - previous) < 1e-12)
        coefficient = solved
    values = {**fixed, **dict(zip(free, (float(value) for value in coefficient), strict=True))}
    weighted = design * np.sqrt(weight if converged else ones)[:, None]
    scale = np.sqrt(np.sum(weighted**2, axis=0))
    scaled = weighted / np.where(scale > 0, scale, 1.0)
    inverse = np.linalg.pinv(scaled.T @ scaled) / scale[:, None] / scale[None]
    singular = np.linalg.svd(scaled, compute_uv=False)
    return Line(
        values["a"], values["b"], free, inverse, target - (design @ coefficient + held), weight, target,
        theta if weights.kind is WeightKind.POWER else None, iterations, converged,
        rank=int(np.count_nonzero(singular > 1e-12)),
        condition=float((singular[0] / singular[-1]) ** 2) if len(singular) and singular[-1] > 0 else float("inf"),
    )  # fmt: skip


def _weights(kind: WeightKind, logarithmic: bool, y: Array, mean: Array, theta: float) -> Array:
    """1/Var of what is fitted. On the ln scale Var(ln y) = Var(y)/y²; ``none`` means equal weights of ln y there."""
    if kind is WeightKind.NONE:
        return np.ones_like(y)
    if kind is WeightKind.INVERSE_RESPONSE:
        return y if logarithmic else 1.0 / y
    if kind is WeightKind.INVERSE_RESPONSE_SQUARED:
        return np.ones_like(y) if logarithmic else 1.0 / y**2
    power, _ = power_weights(mean, theta, 0.0)
    return power * mean**2 if logarithmic else power
