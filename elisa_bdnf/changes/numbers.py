"""When two values are the same, and how far two numbers are apart."""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def is_number(value: object) -> bool:
    """Of JSON: true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(one: object, other: object, tolerance: float) -> bool:
    """Whether two values of JSON are the same; numbers, also those in sentences, within ``tolerance`` percent."""
    if one == other and isinstance(one, bool) == isinstance(other, bool):
        return True
    if is_number(one) and is_number(other):
        return _near(float(one), float(other), tolerance)  # type: ignore[arg-type]
    if not tolerance:
        return False
    if isinstance(one, str) and isinstance(other, str):
        return _same_sentence(one, other, tolerance)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(same(a, b, tolerance) for a, b in zip(one, other, strict=True))
    return False


def _near(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance / 100 * max(abs(one), abs(other))


def _same_sentence(one: str, other: str, tolerance: float) -> bool:
    """The same words, and printed numbers that are near or differ in no more than their last digit."""
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(_near(float(a), float(b), tolerance) or abs(float(a) - float(b)) <= 1.01 * _unit(a, b) for a, b in pairs)


def _unit(*printed: str) -> float:
    """One in the last printed digit. Whole numbers may be counts: only those of three digits and more were rounded."""
    decimals = min(len(text.partition(".")[2]) for text in printed)
    if not decimals and min(map(len, printed)) < 3:
        return 0.0
    return float(10.0**-decimals)


def percent_or_none(before: object, after: object) -> float | None:
    """The change of a number in percent of what it was; None where there are no two numbers, or it was 0."""
    if not (is_number(before) and is_number(after)) or before == 0:
        return None
    change = 100 * (float(after) - float(before)) / abs(float(before))  # type: ignore[arg-type]
    return change if math.isfinite(change) else None


def digits_or_none(before: object, after: object) -> float | None:
    """Significant digits to which two numbers agree; None where there are no two numbers or they are equal.

    The log relative error of numerical analysis: −log10(|x − y| / max(|x|, |y|)), at least 0.
    """
    if not (is_number(before) and is_number(after)) or before == after:
        return None
    one, other = float(before), float(after)  # type: ignore[arg-type]
    return max(0.0, -math.log10(abs(one - other) / max(abs(one), abs(other))))
