"""What SoftMax Pro calculated for the wells of its groups."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import InstrumentResult
from elisa_bdnf.readers._calculated import results_or_none
from elisa_bdnf.readers._softmax_channels import Responses
from elisa_bdnf.readers._softmax_groups import Purpose
from elisa_bdnf.readers._softmax_layout import Part

_SHOWN_ELSEWHERE = frozenset(
    [Purpose.NAME, Purpose.WELL, Purpose.PLATE, Purpose.VALUE, Purpose.DESCRIPTOR, Purpose.FACTOR]
)
_QUANTITIES = {
    Purpose.CONCENTRATION: "concentration",
    Purpose.MEAN_CONCENTRATION: "concentration of the mean response",
}


def results_from_parts(parts: Sequence[Part], responses: Responses, decimal: str) -> tuple[InstrumentResult, ...]:
    """Every calculated column of the groups, and printed responses of wells that the plate block does not hold."""
    held = responses.wells_held()
    found: list[InstrumentResult] = []
    for part in parts:
        wells = part.wells
        rest = [well for well in wells if well not in held]
        columns = [
            _column(part, position, wells, held if column.purpose is Purpose.VALUE else frozenset(), decimal)
            for position, column in enumerate(part.group.columns)
            if (rest if column.purpose is Purpose.VALUE else column.purpose not in _SHOWN_ELSEWHERE)
        ]
        found += filter(None, chain.from_iterable(zip(*columns, strict=True)))
    return tuple(found)


def _column(
    part: Part, position: int, wells: Sequence[Well], held: Collection[Well], decimal: str
) -> list[InstrumentResult | None]:
    """The result of every line; None for an empty cell, and for a well that is held elsewhere."""
    column, every = part.group.columns[position], part.group.numbers
    quantity = _QUANTITIES.get(column.purpose, column.title)
    texts, numbers = part.of_lines(every.texts(position)), part.of_lines(every.column(position))
    found = results_or_none(quantity, wells, texts, numbers, part.of_lines(every.digits(position)), decimal)
    return [None if well in held else each for well, each in zip(wells, found, strict=True)] if held else found
