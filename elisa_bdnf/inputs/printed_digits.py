"""How many decimals numbers are printed with, which is how precisely an export tells them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import compress
from operator import not_

from elisa_bdnf.inputs.numbers import number_from_text_or_none


def decimals_from_text(text: str, decimal: str = ".") -> int | None:
    """How many decimals a number is printed with; None for an exponent (its digits are no decimals) and for words."""
    return None if number_from_text_or_none(text, decimal) is None else decimals_of_number(text, decimal)


def decimals_of_number(text: str, decimal: str = ".") -> int | None:
    """The same for a text that is known to be a number."""
    if "e" in text or "E" in text:
        return None
    mark = text.find(decimal)
    return 0 if mark < 0 else len(text.rstrip()) - mark - 1


def decimals_of_numbers(texts: Sequence[str], numbers: Sequence[float], decimal: str = ".") -> list[int | None]:
    """The same for many texts beside the numbers that they hold; None where that is nan."""
    if not math.isnan(sum(numbers)):
        return _decimals_of_each(texts, decimal)
    known = list(map(not_, map(math.isnan, numbers)))
    digits = iter(_decimals_of_each(list(compress(texts, known)), decimal))
    return [next(digits) if is_number else None for is_number in known]


def _decimals_of_each(texts: Sequence[str], decimal: str) -> list[int | None]:
    """Of texts that are all numbers."""
    joined = "".join(texts)
    if "e" in joined or "E" in joined:
        return [decimals_of_number(text, decimal) for text in texts]
    if decimal not in joined:
        return [0] * len(texts)
    if same := _same_decimals(texts, decimal):
        return [same] * len(texts)
    return [len(text) - mark - 1 if (mark := text.find(decimal)) >= 0 else 0 for text in texts]


def _same_decimals(texts: Sequence[str], decimal: str) -> int:
    """How many decimals all texts have alike, as most columns of an export do; 0 where they differ or have none."""
    count = len(texts[0].partition(decimal)[2]) if texts else 0
    if not count or min(map(len, texts)) <= count:
        return 0
    return count if {text[-count - 1] for text in texts} == {decimal} else 0
