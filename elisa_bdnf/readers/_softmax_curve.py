"""What a SoftMax Pro export tells of its curve: the formula that reads it, R², and by its numbers whether it is a line.

The model is not in the file. But the printed concentrations of a straight line lie on one, as numbers or as logarithms,
at all their digits; no other curve of SoftMax does that over the range of the standards.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import sub
from typing import NamedTuple

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import InstrumentCurve, InstrumentResult
from elisa_bdnf.readers._softmax_blocks import BlockKind, Document
from elisa_bdnf.readers._softmax_layout import Part

_R_SQUARED = re.compile(r"rsquared\(", re.IGNORECASE)
_FEWEST = 6  # wells; fewer can lie on a line by chance
_SLACK = 1e-3  # of a concentration: what the digits of the two wells that the line is drawn through leave open
_LEAST_RANGE = 5.0  # largest over smallest response: a short piece of any curve is a line


class _Pair(NamedTuple):
    response: float
    concentration: float
    half_digit: float


_pair = partial(tuple.__new__, _Pair)  # there is one for each well: a third of what calling the class costs


def curve_or_none(
    parts: Sequence[Part],
    label: str | None,
    response: Mapping[Well, float],
    results: Sequence[InstrumentResult],
    r_squared: float | None,
) -> InstrumentCurve | None:
    """``label`` names the fitted response and ``response`` gives it; ``results`` are those of the plate."""
    formula = next((curve for part in parts if (curve := part.group.curve)), "")
    if not formula:
        return None
    model = _line_or_none(_pairs(results, response)) if label else None
    return InstrumentCurve(model, (), r_squared, formula, label or "")


def r_squared_or_none(document: Document, decimal: str) -> float | None:
    """A note or summary line whose formula is ``RSquared(…)``: name, label, value, formula."""
    rows = (row for block in document.blocks if block.kind is not BlockKind.PLATE for row in block.rows)
    values = (row[2] for row in rows if len(row) > 3 and _R_SQUARED.match(row[3]))
    return next((value for text in values if (value := number_from_text_or_none(text, decimal)) is not None), None)


def _pairs(results: Sequence[InstrumentResult], response: Mapping[Well, float]) -> list[_Pair]:
    halves = {digits: 0.5 * 10.0**-digits for digits in {result.digits or 0 for result in results}}
    return [
        _pair((seen, value, halves[digits or 0]))
        for well, quantity, value, note, digits in results
        if quantity == "concentration" and value is not None and note is None
        if (seen := response.get(well, math.nan)) == seen
    ]


def _line_or_none(pairs: Sequence[_Pair]) -> str | None:
    """``linear`` or ``loglog`` where all pairs are on such a line as far as their digits tell; else None."""
    positive = [pair for pair in pairs if pair.response > 0]
    if len(positive) < _FEWEST or max(positive).response < _LEAST_RANGE * min(positive).response:
        return None
    if _fits(pairs, lambda value: value, lambda value: value):
        return "linear"
    logarithms = [pair for pair in positive if pair.half_digit < _SLACK * pair.concentration]
    return "loglog" if len(logarithms) >= _FEWEST and _fits(logarithms, math.log, math.exp) else None


def _fits(pairs: Sequence[_Pair], straight: Callable[[float], float], back: Callable[[float], float]) -> bool:
    """Whether the line through the pairs with the lowest and the highest response prints the others as they are."""
    low, high = min(pairs), max(pairs)
    x, width = straight(low.response), straight(high.response) - straight(low.response)
    start, rise = straight(low.concentration), straight(high.concentration) - straight(low.concentration)

    def on_line(responses: Sequence[float]) -> list[float]:
        return [back(start + rise * (straight(response) - x) / width) for response in responses]

    responses, concentrations, halves = zip(*pairs, strict=True)
    far = 0.1 * (high.concentration - low.concentration)
    for few in (_FEWEST, len(pairs)):  # most curves are seen at the first wells
        expected = on_line(responses[:few])
        if max(map(abs, map(sub, expected, concentrations))) > far:
            return False
    half = 0.5 * 10.0 ** -max(len(f"{response:.6f}".rstrip("0").partition(".")[2]) for response in responses)
    moved = on_line([response + half for response in responses])
    return all(
        abs(value - stated) <= 2 * (digit + abs(other - value)) + _SLACK * abs(stated)
        for value, other, stated, digit in zip(expected, moved, concentrations, halves, strict=True)
    )
