"""The fitted curve as a line and a band to draw. Results never come from here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from elisa_bdnf.model.curve import Curve, Model

_WIDEST = 0.5  # difference of logarithms: what the data do not determine has a standard error without end
Parameters = Mapping[str, float]
Line = Callable[[Any], Any]  # of a number, or of all points of a line at once


def _logistic(p: Parameters) -> Line:
    a, b, c, d, g = (p[name] for name in "abcdg")
    return lambda x: _between(a, d, b, c, g, x)


def _mirrored(p: Parameters) -> Line:
    a, b, c, d, g = (p[name] for name in "abcdg")
    return lambda x: _between(d, a, -b, c, g, x)


def _between(first: float, second: float, b: float, c: float, g: float, x: Any) -> Any:
    """first·h + second·(1 − h) with h = (1 + (x/c)^b)^−g and 1 − h by itself: a plateau far away costs no digits."""
    if isinstance(x, float):
        v = b * (math.log(x) - math.log(c))
        power = g * (max(v, 0.0) + math.log1p(math.exp(-abs(v))))
        return first * math.exp(-power) - second * math.expm1(-power)
    import numpy as np  # noqa: PLC0415 - who has many points has loaded it

    power = g * np.logaddexp(0.0, b * (np.log(x) - math.log(c)))
    return first * np.exp(-power) - second * np.expm1(-power)


_LINES: Mapping[Model, Callable[[Parameters], Line]] = {
    Model.FOUR_PL: _logistic,
    Model.FIVE_PL: _logistic,
    Model.THREE_PL: _logistic,
    Model.FIVE_PL_R: _mirrored,
    Model.LINEAR: lambda p: lambda x: p["a"] + p["b"] * x,
    Model.LOG_LOG: lambda p: lambda x: math.exp(p["a"]) * x ** p["b"],
}


def parameters_to_draw(curve: Curve) -> dict[str, float]:
    """Canonical parameters; those that the model does not use have the value that leaves it as it is."""
    values = {name: float(getattr(curve, name)) for name in "abcdg"}
    if math.isnan(values["b"]):
        values["b"] = 1.0
    if curve.model in (Model.FOUR_PL, Model.THREE_PL) or math.isnan(values["g"]):
        values["g"] = 1.0
    return values


def response_at(curve: Curve, x: float) -> float:
    """The fitted response at x > 0; nan where the formula has no value."""
    return responses_at(curve, [x])[0]


def responses_at(curve: Curve, points: Sequence[float]) -> list[float]:
    """The fitted response at each x > 0; nan where the formula has no value."""
    formula = _LINES[curve.model](parameters_to_draw(curve))
    return [_value(formula, x) for x in points]


def _value(formula: Line, x: float) -> float:
    try:
        return float(formula(x))
    except (OverflowError, ZeroDivisionError, ValueError):
        return math.nan


def line_and_band(curve: Curve, low: float, high: float, count: int = 64) -> list[tuple[float, float, float]]:
    """(x, fitted response, its standard error) at ``count`` x evenly spaced in logarithms.

    The standard error is √(gᵀ V g) with the covariance V of the free parameters in fitting coordinates and g by central
    differences; nan where the curve carries no covariance.
    """
    import numpy as np  # noqa: PLC0415 - who has a curve has loaded it; all points at once take a fifth of the time

    line, values, free = _LINES[curve.model], parameters_to_draw(curve), _free(curve)
    x = low * np.exp(np.arange(count) * (math.log(high / low) / (count - 1)))
    with np.errstate(all="ignore"):
        y, slopes, variance = line(values)(x), [], np.full(count, 0.0 if free else math.nan)
        for index, (name, row) in enumerate(free):
            up, down, width = _shifted(values, name, row[index])
            slopes.append((line(up)(x) - line(down)(x)) / width if width else None)
        # Term by term, since a product of matrices is rounded otherwise by the next processor.
        for (_, row), slope in zip(free, slopes, strict=True):
            for covariance, other in zip(row, slopes, strict=True):
                if slope is not None and other is not None:
                    variance += slope * other * covariance
        return list(zip(x.tolist(), y.tolist(), np.sqrt(variance).tolist(), strict=True))


def _free(curve: Curve) -> list[tuple[str, tuple[float, ...]]]:
    known = [name.removeprefix("ln ") in "abcdg" for name in curve.covariance_of]
    return list(zip(curve.covariance_of, curve.covariance, strict=True)) if all(known) else []


def _shifted(values: Parameters, name: str, variance: float) -> tuple[dict[str, float], dict[str, float], float]:
    """The parameters a little above and below, and how far apart in fitting coordinates."""
    key = name.removeprefix("ln ")
    width = 1e-3 * math.sqrt(variance) if variance > 0 and math.isfinite(variance) else 0.0
    if name.startswith("ln "):
        width = min(width, _WIDEST)
        up, down = values[key] * math.exp(width), values[key] * math.exp(-width)
    else:
        up, down = values[key] + width, values[key] - width
    return {**values, key: up}, {**values, key: down}, 2 * width
