"""A plate block of SoftMax Pro → channels, and which of them (or which difference of two) the groups evaluate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, compress, permutations
from operator import not_, sub

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, Note
from elisa_bdnf.readers._cells import (
    channel,
    places_of,
    unique_labels,
    wells_of,
    with_measured_reasons,
)
from elisa_bdnf.readers._holes import named
from elisa_bdnf.readers._softmax_groups import Purpose
from elisa_bdnf.readers._softmax_layout import Part, slack_of_print
from elisa_bdnf.readers._softmax_plate import PlateBlock

REDUCED = "Reduced"
_SLACK = 1.0001e-4  # of values that are printed with four decimals


@dataclass(frozen=True, slots=True)
class Responses:
    """The channels of a plate, and everything that a group may call the value of a well."""

    shape: Shape
    channels: tuple[Channel, ...]
    remarks: tuple[str, ...] = ()

    def by_label(self, label: str) -> Mapping[Well, float]:
        """Response of every well by the label of a channel or of a difference (``450 - 620``); empty for others."""
        values = next((values for name, values in self._candidates() if name == label), ())
        return dict(zip(wells_of(self.shape), values, strict=True)) if values else {}

    def wells_held(self) -> frozenset[Well]:
        """Wells with a number in any channel."""
        wells = wells_of(self.shape)
        if not all(math.isnan(sum(channel.values)) for channel in self.channels):
            return frozenset(wells)
        held = (compress(wells, map(not_, map(math.isnan, channel.values))) for channel in self.channels)
        return frozenset(chain.from_iterable(held))

    def evaluated(self, parts: Sequence[Part]) -> tuple[str | None, tuple[Well, ...]]:
        """The first candidate that has all the values that the groups print, at the printed digits.

        Where none has all, the one that has most of them: then with the wells in which it has another value.
        """
        printed = [of_well for part in parts for of_well in self._printed(part)]
        nearest: tuple[str | None, tuple[Well, ...]] = (None, ())
        for label, values in self._candidates():
            compared = [abs(values[n] - value) - slack for _, n, value, slack in printed]
            if compared and max(compared) <= 0 and not math.isnan(sum(compared)):
                return label, ()  # as most are
            other = tuple([of_well[0] for of_well, far in zip(printed, compared, strict=True) if far > 0])
            known = sum(far == far for far in compared)  # noqa: PLR0124 - nan where the candidate has no number
            if known and not other:
                return label, ()
            if 2 * len(other) < known and (not nearest[0] or len(other) < len(nearest[1])):
                nearest = label, other
        return nearest

    def _printed(self, part: Part) -> Iterator[tuple[Well, int, float, float]]:
        """Well, its position, the value that the group prints for it, and how far that may be from the exact one."""
        places = places_of(self.shape)
        slacks = {digits: slack_of_print(digits or 0) for digits in set(part.digits(Purpose.VALUE))}
        each = zip(part.wells, part.numbers(Purpose.VALUE), part.digits(Purpose.VALUE), strict=True)
        for well, value, digits in each:
            if value == value and well in places:  # noqa: PLR0124 - nan where the group prints no number
                yield well, places[well], value, slacks[digits]

    def _candidates(self) -> Iterator[tuple[str, tuple[float, ...]]]:
        for each in sorted(self.channels, key=lambda channel: channel.correction is Correction.NONE):
            yield each.label, each.values
        raw = [channel for channel in self.channels if channel.correction is Correction.NONE]
        for first, second in permutations(raw, 2):
            yield f"{first.label} - {second.label}", _difference(first, second)


def channels_from_plate(plate: PlateBlock, decimal: str) -> Responses:
    """Raw channels by wavelength, then the reduced matrix. Raises ExportError for unknown words."""
    kind = plate.head.kind
    labels = unique_labels(_label(wavelength, kind) for wavelength, _ in plate.raw)
    channels = [
        channel(label, cells, plate.shape, decimal, wavelength_nm=_wavelength(wavelength, decimal), kind=kind)
        for label, (wavelength, cells) in zip(labels, plate.raw, strict=True)
    ]
    remarks: tuple[str, ...] = ()
    if plate.reduced is not None:
        reduced = channel(REDUCED, plate.reduced, plate.shape, decimal, kind=kind, correction=Correction.REDUCED)
        with_meaning, remarks = _with_meaning(reduced, channels, plate, decimal)
        channels.append(with_meaning)
    return Responses(plate.shape, with_measured_reasons(channels), remarks)


def _label(wavelength: str, kind: ChannelKind) -> str:
    return wavelength if wavelength not in ("", "0") else kind.value.title()


def _wavelength(text: str, decimal: str) -> float | None:
    value = number_from_text_or_none(text, decimal)
    return value or None


def _with_meaning(
    reduced: Channel, raw: Sequence[Channel], plate: PlateBlock, decimal: str
) -> tuple[Channel, tuple[str, ...]]:
    """First minus second wavelength: a reference was subtracted. Equal to a raw one, or one wavelength: at that.

    Where only most of the wells agree, the others were edited or stand in the wrong place, and a remark names them.
    """
    for about, correction, measured, values in _origins(raw):
        if (other := _deviating_or_none(reduced.values, values)) is None:
            continue
        made = replace(reduced, wavelength_nm=measured.wavelength_nm, correction=correction)
        wells = [wells_of(plate.shape)[n] for n in other]
        return made, ((f"The reduced values are {about}, but not in {named(wells)}.",) if wells else ())
    if len(plate.head.wavelengths) == 1:
        return replace(reduced, wavelength_nm=_wavelength(plate.head.wavelengths[0], decimal)), ()
    return reduced, ()


def _origins(raw: Sequence[Channel]) -> Iterator[tuple[str, Correction, Channel, tuple[float, ...]]]:
    """What a reduced matrix may be: in words, what was done, the channel it was made of, its values."""
    for first, second in combinations(raw, 2):
        yield f"{first.label} minus {second.label}", Correction.REFERENCE, first, _difference(first, second)
    for measured in raw:
        yield f"those of {measured.label}", Correction.REDUCED, measured, measured.values


def _difference(first: Channel, second: Channel) -> tuple[float, ...]:
    return tuple(map(sub, first.values, second.values))


def _deviating_or_none(values: Sequence[float], others: Sequence[float]) -> list[int] | None:
    """Positions in which two matrices differ; None where they do so in half of the wells or more.

    Raw values are printed with four decimals, so that differences of them carry that rounding.
    """
    differ: list[int] = []
    farthest = max(map(abs, map(sub, values, others)))
    if farthest <= _SLACK and not math.isnan(sum(values) + sum(others)):
        return []  # as most are
    for n, (value, other) in enumerate(zip(values, others, strict=True)):
        if abs(value - other) > _SLACK + 1e-9 * abs(other):  # never where one of them is nan
            differ.append(n)
            if 2 * len(differ) >= len(values):
                return None
    compared = sum(not math.isnan(value - other) for value, other in zip(values, others, strict=True))
    return differ if 2 * len(differ) < compared else None


def with_notes(channels: Sequence[Channel], notes: Mapping[Well, Note], shape: Shape) -> tuple[Channel, ...]:
    """Put the words of the groups on every channel; a channel's own word for a well stays."""
    if not notes:
        return tuple(channels)
    return tuple(
        replace(
            channel,
            notes={
                well: channel.notes.get(well) or notes[well]
                for well in shape.wells()
                if well in channel.notes or well in notes
            },
        )
        for channel in channels
    )
