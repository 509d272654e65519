"""What SoftMax Pro calculated for the wells of its groups."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import InstrumentResult
from elisa_bdnf.readers._cells import instrument_result_or_none
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


_result = partial(tuple.__new__, InstrumentResult)  # there are many: a third of what calling the class costs


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
        found += [result for line in zip(*columns, strict=True) for result in line if result]
    return tuple(found)


def _column(
    part: Part, position: int, wells: Sequence[Well], held: Collection[Well], decimal: str
) -> list[InstrumentResult | None]:
    """The result of every line; None for an empty cell, and for a well that is held elsewhere."""
    column, group = part.group.columns[position], part.group
    quantity = _QUANTITIES.get(column.purpose, column.title)
    numbers, digits = part.of_lines(group.numbers.column(position)), part.of_lines(group.numbers.digits(position))
    results: list[InstrumentResult | None] = [None] * len(wells)
    words: dict[str, InstrumentResult | None] = {}
    for n, text in enumerate([line.texts[position] for line in part.lines]):
        if not text or (held and wells[n] in held):
            continue
        if (number := numbers[n]) == number:
            results[n] = _result((wells[n], quantity, number, None, digits[n]))
            continue
        if text not in words:
            words[text] = instrument_result_or_none(quantity, wells[n], text, decimal)
        if word := words[text]:
            results[n] = _result((wells[n], *word[1:]))
    return results
