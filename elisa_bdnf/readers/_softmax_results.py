"""What SoftMax Pro calculated for the wells of its groups."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from itertools import repeat

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import InstrumentResult
from elisa_bdnf.readers._cells import instrument_result_or_none
from elisa_bdnf.readers._softmax_channels import Responses
from elisa_bdnf.readers._softmax_groups import Column, Purpose
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
        columns = [
            _column(part, position, held if column.purpose is Purpose.VALUE else frozenset(), decimal)
            for position, column in enumerate(part.group.columns)
            if _is_shown(part, column, held)
        ]
        found += [result for line in zip(*columns, strict=True) for result in line if result]
    return tuple(found)


def _is_shown(part: Part, column: Column, held: Collection[Well]) -> bool:
    """Whether a column is a result, or responses of which not all stand in the plate block."""
    if column.purpose is Purpose.VALUE:
        return not all(well in held for well in part.wells)
    return column.purpose not in _SHOWN_ELSEWHERE


def _column(part: Part, position: int, held: Collection[Well], decimal: str) -> list[InstrumentResult | None]:
    """The result of every line; None for an empty cell, and for a well that is held elsewhere."""
    column, group, wells = part.group.columns[position], part.group, part.wells
    quantity = _QUANTITIES.get(column.purpose, column.title)
    numbers, digits = part.of_lines(group.numbers.column(position)), part.of_lines(group.numbers.digits(position))
    results: list[InstrumentResult | None] = list(
        map(_result, zip(wells, repeat(quantity), numbers, repeat(None), digits, strict=False))
    )
    words: dict[str, InstrumentResult | None] = {"": None}
    for n in [n for n, number in enumerate(numbers) if number != number]:  # noqa: PLR0124 - where there is no number
        text = part.lines[n].texts[position]
        if text not in words:
            words[text] = instrument_result_or_none(quantity, wells[n], text, decimal)
        word = words[text]
        results[n] = _result((wells[n], *word[1:])) if word else None
    return [None if well in held else result for well, result in zip(wells, results, strict=True)] if held else results
