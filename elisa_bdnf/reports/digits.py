"""Numbers as people read them; every digit of every report for people is made here.

Machine formats get full precision and do not come here. Rounding is half-even on the exact binary value, never a
locale; minus is ``−``; thousands are not separated; a number that does not exist is :data:`MISSING`, never ``nan``.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cache, lru_cache

MISSING = "–"
INFINITE = "∞"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(value: float | None, decimals: int) -> str:
    """``fixed(−0.0004, 3)`` → ``0.000``: what rounds to zero has no sign."""
    if value is None or not -math.inf < value < math.inf:
        return MISSING if value is None or math.isnan(value) else INFINITE if value > 0 else "−" + INFINITE
    text = "%.*f" % (decimals, value)  # noqa: UP031 - half the time of a format whose digits are a format again
    if text[0] != "-":
        return text
    return "−" + text[1:] if text.strip("-0.") else text[1:]


def decimals_for(value: float, digits: int = 3) -> int:
    """Decimals that give ``value`` so many significant digits; digits before the point are never rounded away."""
    if value == 0 or not math.isfinite(value):
        return 0
    below = bisect_right(_steps(digits)[0], abs(value))
    if 0 < below < _DECADES:
        return _decimals(below, digits)
    return max(0, digits - 1 - int(f"{value:.{digits - 1}e}".partition("e")[2]))


_LOWEST, _DECADES = -7, 17  # powers of ten: what lies beyond is rarely asked for


def _decimals(below: int, digits: int) -> int:
    return max(0, digits - 1 - below - _LOWEST)


@cache
def _steps(digits: int) -> tuple[list[float], list[str]]:
    """From which values on printing so many digits gives the next power of ten, and how to print below each of them.

    9.995 and more are 10.0.
    """
    edges = [float(f"9.{'9' * (digits - 1)}5e{_LOWEST + power}") for power in range(_DECADES)]
    carried = [edge if f"{edge:.{digits - 1}e}"[0] == "1" else math.nextafter(edge, math.inf) for edge in edges]
    return carried, [f"%.{_decimals(below, digits)}f" for below in range(_DECADES)]


def significant(value: float | None, digits: int = 3) -> str:
    """``412.3`` → ``412``, ``7.8125`` → ``7.81``, ``1234.5`` → ``1234``, ``3.2e-7`` → ``3.20 × 10⁻⁷``."""
    if value is not None and 1e-4 <= value < 1e7:  # most numbers that anybody reads
        edges, forms = _steps(digits)
        return forms[bisect_right(edges, value)] % value
    if value is None or not math.isfinite(value):
        return fixed(value, 0)
    if value != 0 and not 1e-4 <= abs(value) < 1e7:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}".replace("-", "−")
    return fixed(value, decimals_for(value, digits))


def exact(value: float | None) -> str:
    """A number that somebody chose (a nominal concentration, a dilution factor): up to six digits, no zeros after."""
    if value is None or not math.isfinite(value):
        return fixed(value, 0)
    text = f"{value:.6g}"
    return significant(value, 6) if "e" in text else text.replace("-", "−")


def concentration(value: float | None) -> str:
    """Three significant digits, all digits before the point: finer than any ELISA."""
    return significant(value, 3)


def limit(value: float | None) -> str:
    """A limit: as a concentration, without trailing zeros (``25``, not ``25.0``)."""
    text = concentration(value)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


def interval(low: float | None, high: float | None, around: float | None = None) -> str:
    """``380–447`` with the decimals of ``around``; an open end is said: ``≥ 380``, ``≤ 447``, ``not bounded``."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return MISSING
    if math.isinf(low) or math.isinf(high):
        bounds = [f"≥ {significant(low)}"] if math.isfinite(low) else []
        bounds += [f"≤ {significant(high)}"] if math.isfinite(high) else []
        return bounds[0] if bounds else "not bounded"
    reference = around if around and math.isfinite(around) else high
    if max(abs(low), abs(high)) >= 1e7 or (0 < abs(reference) < 1e-4):
        return f"{significant(low)} to {significant(high)}"
    decimals = decimals_for(reference)
    return f"{fixed(low, decimals)}–{fixed(high, decimals)}"


@lru_cache(maxsize=8192)  # readers give thousandths, of which there are few
def response(value: float | None) -> str:
    """Absorbance to three decimals, which is what readers resolve; other signals by their size."""
    if value is None or not math.isfinite(value):
        return fixed(value, 0)
    return fixed(value, 3) if abs(value) < 100 else significant(value, 4)


def percent(value: float | None) -> str:
    """With one decimal and without the sign %, which the column or the sentence carries."""
    if value is not None and 1e5 <= abs(value) < math.inf:
        return significant(value, 3)
    return fixed(value, 1)


def parameter(value: float | None) -> str:
    """Four significant digits."""
    return significant(value, 4)


def r_squared(value: float | None) -> str:
    """Cut, not rounded, so that no imperfect fit is ever shown as 1."""
    if value is None or not math.isfinite(value):
        return MISSING
    return fixed(math.floor(value * 1e5) / 1e5, 5) if value < 1 else fixed(value, 5)


def count(number: int, singular: str, plural: str = "") -> str:
    """``1 well``, ``2 wells``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
