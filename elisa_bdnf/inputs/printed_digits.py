"""How many decimals numbers are printed with, which is how precisely an export tells them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import itemgetter

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
    filled = list(filter(None, texts))
    joined = "".join(filled)
    if "e" in joined or "E" in joined:
        return [
            None if math.isnan(number) else decimals_of_number(text, decimal)
            for text, number in zip(texts, numbers, strict=True)
        ]
    digits: Iterable[int]
    if decimal not in joined:
        digits = repeat(0, len(texts))
    elif same := _same_decimals(filled, decimal):
        digits = repeat(same, len(texts))
    else:
        digits = [len(text) - mark - 1 if (mark := text.find(decimal)) >= 0 else 0 for text in texts]
    if math.isnan(sum(numbers)):
        return [None if no_number else count for count, no_number in zip(digits, map(math.isnan, numbers), strict=True)]
    return list(digits)


def _same_decimals(texts: Sequence[str], decimal: str) -> int:
    """How many decimals all texts have alike, as most columns of an export do; 0 where they differ or have none."""
    count = len(texts[0].partition(decimal)[2]) if texts else 0
    if not count or min(map(len, texts)) <= count:
        return 0
    return count if set(map(itemgetter(-count - 1), texts)) == {decimal} else 0
