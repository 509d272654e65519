"""A fitted curve at one concentration: prediction, closed-form inverse, gradient. Plain floats, no arrays.

The same form as in the fit is used, ``y = p·h + q·k`` with k = 1 − h computed for itself, so that a plateau far away
costs no digits.
"""

from __future__ import annotations

import math

from elisa_bdnf.model.curve import Curve, Model


def _softplus(v: float) -> float:
    return max(v, 0.0) + math.log1p(math.exp(-abs(v)))


def _sign(curve: Curve) -> float:
    return -1.0 if curve.model is Model.FIVE_PL_R else 1.0


def _ends(curve: Curve) -> tuple[float, float]:
    """The coefficients (p, q) of h and k."""
    return (curve.d, curve.a) if curve.model is Model.FIVE_PL_R else (curve.a, curve.d)


def _argument(curve: Curve, x: float) -> float:
    """V = ±b·(ln x − ln c)."""
    return _sign(curve) * curve.b * (math.log(x) - math.log(curve.c))


def predict(curve: Curve, x: float) -> float:
    """Fitted response at concentration x ≥ 0; x = 0 gives a exactly (0 for log-log)."""
    if curve.model is Model.LINEAR:
        return curve.a + curve.b * x
    if curve.model is Model.LOG_LOG:
        return math.exp(min(curve.a + curve.b * math.log(x), 700.0)) if x > 0 else 0.0
    if x == 0:
        return curve.a
    if math.isinf(x):
        return curve.d
    power = curve.g * _softplus(_argument(curve, x))
    p, q = _ends(curve)
    return p * math.exp(-power) - q * math.expm1(-power)


def invert_or_none(curve: Curve, y: float) -> float | None:
    """The concentration whose fitted response is y; None where y lies at or beyond an asymptote."""
    if math.isnan(y):
        return None
    if curve.model is Model.LINEAR:
        x = (y - curve.a) / curve.b if curve.b else 0.0
        return x if x > 0 else None
    if curve.model is Model.LOG_LOG:
        return _exp_or_none((math.log(y) - curve.a) / curve.b) if y > 0 and curve.b else None
    p, q = _ends(curve)
    if p == q:
        return None
    h, k = (y - q) / (p - q), (p - y) / (p - q)
    if not (h > 0 and k > 0):
        return None
    if curve.g == 1:
        v = math.log(k) - math.log(h)
    else:
        power = (-math.log1p(-k) if k < 0.5 else -math.log(h)) / curve.g
        if power <= 0:
            return None
        v = power if power > 700 else math.log(math.expm1(power))
    return _exp_or_none(math.log(curve.c) + v / (_sign(curve) * curve.b))


def _exp_or_none(ln_x: float) -> float | None:
    """e^ln_x, or None where no double holds it: such a response cannot be told from the asymptote."""
    return math.exp(ln_x) if -700 < ln_x < 700 else None


def place(curve: Curve, x: float) -> tuple[float, float, tuple[float, ...]]:
    """At x > 0: the response, its slope dy/d ln x, its derivatives by the coordinates of ``curve.covariance_of``."""
    if curve.model is Model.LINEAR:
        y, steep, every = curve.a + curve.b * x, curve.b * x, {"a": 1.0, "b": x}
    elif curve.model is Model.LOG_LOG:
        y = predict(curve, x)
        steep, every = curve.b * y, {"a": y, "b": y * math.log(x)}
    else:
        y, steep, every = _logistic_place(curve, math.log(x))
    return y, steep, tuple([every[name] for name in curve.covariance_of])


def _logistic_place(curve: Curve, ln_x: float) -> tuple[float, float, dict[str, float]]:
    mirrored = curve.model is Model.FIVE_PL_R
    p, q = (curve.d, curve.a) if mirrored else (curve.a, curve.d)
    v_c = curve.b if mirrored else -curve.b
    v = v_c * (math.log(curve.c) - ln_x)
    small = math.exp(-abs(v))
    soft = math.log1p(small) + (v if v > 0 else 0.0)
    power = curve.g * soft
    h, k = math.exp(-power), -math.expm1(-power)
    by_v = (q - p) * curve.g * h * ((1.0 if v > 0 else small) / (1.0 + small))
    every = {
        "a": k if mirrored else h,
        "d": h if mirrored else k,
        "ln c": v_c * by_v,
        "ln b": v * by_v,
        "ln g": (q - p) * power * h,
    }
    return p * h + q * k, -v_c * by_v, every


def gradient(curve: Curve, x: float) -> tuple[float, ...]:
    """Derivatives of the response by the coordinates of ``curve.covariance_of``, at x > 0."""
    return place(curve, x)[2]


def slope(curve: Curve, x: float) -> float:
    """dy/d ln x at x > 0."""
    return place(curve, x)[1]


def curve_variance(curve: Curve, x: float) -> float:
    """Variance of the fitted response at x > 0: gradient × covariance × gradient."""
    return variance_along(curve, gradient(curve, x))


def variance_along(curve: Curve, row: tuple[float, ...]) -> float:
    """Row × covariance × row."""
    total = 0.0
    for left, line in zip(row, curve.covariance, strict=True):
        inner = 0.0
        for right, value in zip(row, line, strict=True):
            inner += right * value
        total += left * inner
    return max(total, 0.0)


def rises(curve: Curve) -> bool:
    """Whether the response grows with the concentration."""
    return not curve.falls
