"""Wells that an export should hold and does not: a line or a cell was lost, or nothing was read there."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import compress
from operator import not_

from elisa_bdnf.inputs.grid import wells_of_row
from elisa_bdnf.model.plate import Shape, Well, row_column_from_well, well_from_text_or_none
from elisa_bdnf.model.reading import Channel
from elisa_bdnf.readers._cells import wells_of

_RANGES = re.compile(r"[;,]\s*|\s+und\s+|\s+and\s+")
_RANGE = re.compile(r"([A-Za-z]{1,2} ?[0-9]{1,2})\s*(?:-|–|:|\.\.)\s*([A-Za-z]{1,2} ?[0-9]{1,2})\Z")


def remarks_on_holes(channels: Sequence[Channel], shape: Shape, stated: Collection[Well] = ()) -> tuple[str, ...]:
    """Sentences about wells without a value inside the area that has values, and about channels that lack some.

    ``stated`` are the wells that the export says were read; without them it is the rectangle around all values.
    """
    if not any(math.isnan(sum(channel.values)) for channel in channels):
        return ()  # as most plates are seen to be at once
    held = [(channel.label, wells_with_a_value(channel, shape)) for channel in channels]
    if all(len(wells) == shape.size for _, wells in held):
        return ()
    everywhere = frozenset().union(*(wells for _, wells in held))
    expected = frozenset(stated) or _rectangle_around(everywhere)
    none = _in_order(expected - everywhere, shape)
    remarks = [f"No value in {named(none)}, inside the area that was read."] if none else []
    alike: dict[frozenset[Well], list[str]] = {}
    for label, wells in held:
        alike.setdefault(wells, []).append(repr(label))
    for wells, labels in alike.items():
        if lacking := _in_order(everywhere - wells, shape):
            who = f"{labels[0]} has" if len(labels) == 1 else f"{_few(labels)} have"
            remarks.append(f"{who} no value in {named(lacking)}, where others have one.")
    return tuple(remarks)


def _in_order(wells: Collection[Well], shape: Shape) -> list[Well]:
    return [well for well in wells_of(shape) if well in wells] if wells else []


def _few(labels: Sequence[str]) -> str:
    more = f" … ({len(labels)} in all)" if len(labels) > 4 else ""
    return f"{', '.join(labels[:4])}{more}"


def wells_with_a_value(channel: Channel, shape: Shape) -> frozenset[Well]:
    """Wells of a channel that hold a number or the export's own word."""
    if not math.isnan(sum(channel.values)):
        return _all_wells(shape)
    numbers = map(not_, map(math.isnan, channel.values))
    held = frozenset(compress(wells_of(shape), numbers))
    return held.union(channel.notes) if channel.notes else held


@lru_cache(maxsize=16)
def _all_wells(shape: Shape) -> frozenset[Well]:
    return frozenset(wells_of(shape))


def wells_with_any_value(channels: Sequence[Channel], shape: Shape) -> frozenset[Well]:
    """Wells that hold something in one of the channels."""
    held = dict.fromkeys(wells_with_a_value(channel, shape) for channel in channels)
    return next(iter(held)) if len(held) == 1 else frozenset().union(*held)


def wells_of_ranges(text: str) -> frozenset[Well]:
    """``A1-B2; B3-B9`` → the wells of both rectangles; empty where a part of the text is anything else."""
    found: set[Well] = set()
    for part in _RANGES.split(text.strip()):
        match = _RANGE.match(part.strip())
        ends = [well_from_text_or_none(end) for end in match.groups()] if match else [well_from_text_or_none(part)]
        if not all(ends):
            return frozenset()
        found |= _rectangle_around(end for end in ends if end)
    return frozenset(found)


def _rectangle_around(wells: Iterable[Well]) -> frozenset[Well]:
    places = list(map(row_column_from_well, wells))
    if not places:
        return frozenset()
    (top, bottom), (left, right) = ((min(axis), max(axis)) for axis in zip(*places, strict=True))
    columns = tuple(range(left, right + 1))
    return frozenset().union(*(wells_of_row(row, columns) for row in range(top, bottom + 1)))


def named(wells: Sequence[Well]) -> str:
    """``well A3``; ``wells A3, A4, … (12 in all)``."""
    more = f" … ({len(wells)} in all)" if len(wells) > 6 else ""
    return f"{'well' if len(wells) == 1 else 'wells'} {', '.join(wells[:6])}{more}"
