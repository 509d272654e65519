"""The fitted curve as a line and a band to draw. Results never come from here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from elisa_bdnf.model.curve import Curve, Model

Formula = Callable[[float, Mapping[str, float]], float]


def _logistic(x: float, p: Mapping[str, float]) -> float:
    slope: float = (x / p["c"]) ** p["b"]
    return p["d"] + (p["a"] - p["d"]) / math.pow(1 + slope, p["g"])


def _mirrored(x: float, p: Mapping[str, float]) -> float:
    slope: float = (p["c"] / x) ** p["b"]
    return p["a"] + (p["d"] - p["a"]) / math.pow(1 + slope, p["g"])


_FORMULAS: Mapping[Model, Formula] = {
    Model.FOUR_PL: _logistic,
    Model.FIVE_PL: _logistic,
    Model.THREE_PL: _logistic,
    Model.FIVE_PL_R: _mirrored,
    Model.LINEAR: lambda x, p: p["a"] + p["b"] * x,
    Model.LOG_LOG: lambda x, p: math.exp(p["a"] + p["b"] * math.log(x)),
}


def parameters_to_draw(curve: Curve) -> dict[str, float]:
    """Canonical parameters; those that the model does not use have the value that leaves it as it is."""
    values = {name: float(getattr(curve, name)) for name in "abcdg"}
    if curve.model is Model.THREE_PL or math.isnan(values["b"]):
        values["b"] = 1.0
    if curve.model in (Model.FOUR_PL, Model.THREE_PL) or math.isnan(values["g"]):
        values["g"] = 1.0
    return values


def response_at(curve: Curve, x: float) -> float:
    """The fitted response at x > 0; nan where the formula has no value."""
    return _value(_FORMULAS[curve.model], x, parameters_to_draw(curve))


def _value(formula: Formula, x: float, values: Mapping[str, float]) -> float:
    try:
        return formula(x, values)
    except (OverflowError, ZeroDivisionError, ValueError):
        return math.nan


def line_and_band(curve: Curve, low: float, high: float, count: int = 64) -> list[tuple[float, float, float]]:
    """(x, fitted response, its standard error) at ``count`` x evenly spaced in logarithms.

    The standard error is √(gᵀ V g) with the covariance V of the free parameters in fitting coordinates and g by central
    differences; nan where the curve carries no covariance.
    """
    formula, values = _FORMULAS[curve.model], parameters_to_draw(curve)
    shifted = [_shifted(values, name, row[index]) for index, (name, row) in enumerate(_free(curve))]
    step = math.log(high / low) / (count - 1)
    made = []
    for index in range(count):
        x = low * math.exp(index * step)
        gradient = [
            (_value(formula, x, up) - _value(formula, x, down)) / width if width else 0.0 for up, down, width in shifted
        ]
        made.append((x, _value(formula, x, values), _standard_error(gradient, curve.covariance)))
    return made


def _free(curve: Curve) -> list[tuple[str, tuple[float, ...]]]:
    known = [name.removeprefix("ln ") in "abcdg" for name in curve.covariance_of]
    return list(zip(curve.covariance_of, curve.covariance, strict=True)) if all(known) else []


def _shifted(
    values: Mapping[str, float], name: str, variance: float
) -> tuple[dict[str, float], dict[str, float], float]:
    """The parameters a little above and below, and how far apart in fitting coordinates."""
    key = name.removeprefix("ln ")
    width = 1e-3 * math.sqrt(variance) if variance > 0 and math.isfinite(variance) else 0.0
    if name.startswith("ln "):
        up, down = values[key] * math.exp(width), values[key] * math.exp(-width)
    else:
        up, down = values[key] + width, values[key] - width
    return {**values, key: up}, {**values, key: down}, 2 * width


def _standard_error(gradient: list[float], covariance: tuple[tuple[float, ...], ...]) -> float:
    if not gradient:
        return math.nan
    variance = sum(
        gi * gj * covariance[i][j] for i, gi in enumerate(gradient) for j, gj in enumerate(gradient) if gi and gj
    )
    return math.sqrt(variance) if variance >= 0 else math.nan
