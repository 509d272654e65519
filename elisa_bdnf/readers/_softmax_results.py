"""What SoftMax Pro calculated for the wells of its groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from elisa_bdnf.model.reading import InstrumentResult
from elisa_bdnf.readers._cells import instrument_result_or_none
from elisa_bdnf.readers._softmax_channels import Responses
from elisa_bdnf.readers._softmax_groups import Group, Purpose
from elisa_bdnf.readers._softmax_layout import Member

_SHOWN_ELSEWHERE = frozenset(
    [Purpose.NAME, Purpose.WELL, Purpose.PLATE, Purpose.VALUE, Purpose.DESCRIPTOR, Purpose.FACTOR]
)
_QUANTITIES = {
    Purpose.CONCENTRATION: "concentration",
    Purpose.MEAN_CONCENTRATION: "concentration of the mean response",
}


def results_from_members(members: Sequence[Member], responses: Responses, decimal: str) -> Iterator[InstrumentResult]:
    """Every calculated column of the groups, and printed responses of wells that the plate block does not hold."""
    held = responses.wells_held()
    groups = {member.group.line: member.group for member in members}
    shown = {line: _calculated(group) for line, group in groups.items()}
    for member in members:
        _, well, _, texts, place = member.line
        for position, is_response, quantity, numbers, digits in shown[member.group.line]:
            text, number = texts[position], numbers[place]
            if not text or (is_response and well in held):
                continue
            if not math.isnan(number):
                yield InstrumentResult(well, quantity, number, None, digits[place])
            elif result := instrument_result_or_none(quantity, well, text, decimal):
                yield result


def _calculated(group: Group) -> tuple[tuple[int, bool, str, Sequence[float], Sequence[int | None]], ...]:
    """Position of the columns that are results or responses, whether they are the latter, quantity, numbers, digits."""
    return tuple(
        (
            position,
            column.purpose is Purpose.VALUE,
            _QUANTITIES.get(column.purpose, column.title),
            group.numbers.column(position),
            group.numbers.digits(position),
        )
        for position, column in enumerate(group.columns)
        if column.purpose is Purpose.VALUE or column.purpose not in _SHOWN_ELSEWHERE
    )
