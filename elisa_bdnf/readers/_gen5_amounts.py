"""Concentrations in the layout of a Gen5 export that a person typed with their unit: ``500 pg/mL``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.model.concentration_unit import factor_or_none

_WITH_UNIT = re.compile(r"(?P<number>[0-9.,+eE-]*[0-9])\s*(?P<unit>[^\W0-9_].*)\Z")


@dataclass(frozen=True, slots=True)
class Amounts:
    """``numbers`` are those of the texts with a unit, all in ``unit``; None where no text has one."""

    unit: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def number_or_none(self, text: str, decimal: str) -> float | None:
        """The concentration that a text states, with a unit or without."""
        return self.numbers.get(text, number_from_text_or_none(text, decimal))


def amounts_from_texts(texts: Iterable[str], decimal: str) -> Amounts:
    """What standards and controls are said to hold, in the unit of the first text that has one."""
    texts = list(dict.fromkeys(filter(None, texts)))
    stated = {text: parts for text in texts if (parts := _number_and_unit_or_none(text, decimal))}
    if not stated:
        return Amounts()
    unit = next(iter(stated.values()))[1]
    factors = {other: factor_or_none(other, unit) for _, other in stated.values()}
    numbers = {
        text: number if factor == 1 else number * factor
        for text, (number, other) in stated.items()
        if (factor := factors[other]) is not None
    }
    return Amounts(unit, numbers, tuple(_remarks(unit, factors, texts, stated, decimal)))


def _number_and_unit_or_none(text: str, decimal: str) -> tuple[float, str] | None:
    match = _WITH_UNIT.match(text)
    if match is None or (unit := unit_from_text_or_none(match["unit"])) is None:
        return None
    number = number_from_text_or_none(match["number"], decimal)
    return None if number is None else (number, unit)


def _remarks(
    unit: str, factors: Mapping[str, float | None], texts: Iterable[str], stated: Mapping[str, object], decimal: str
) -> Iterable[str]:
    if converted := [other for other, factor in factors.items() if factor not in (None, 1)]:
        yield f"Conc/Dil has several units; those in {', '.join(converted)} were converted to {unit}."
    if foreign := [other for other, factor in factors.items() if factor is None]:
        yield f"Conc/Dil has units that do not convert to {unit} and are not used: {', '.join(foreign)}."
    bare = [text for text in texts if text not in stated and number_from_text_or_none(text, decimal)]
    if bare:
        yield f"Conc/Dil has a unit in some wells and none in others ({', '.join(bare[:4])}); {unit} is taken for all."
