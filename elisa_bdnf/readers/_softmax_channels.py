"""A plate block of SoftMax Pro → channels, and which of them (or which difference of two) the groups evaluate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from elisa_bdnf.inputs.numbers import decimals_of_number, number_from_text_or_none
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, Note
from elisa_bdnf.readers._cells import (
    channel,
    unique_labels,
    wells_of,
    with_measured_reasons,
)
from elisa_bdnf.readers._softmax_groups import Purpose
from elisa_bdnf.readers._softmax_layout import Member, is_printed_as
from elisa_bdnf.readers._softmax_plate import PlateBlock

REDUCED = "Reduced"


@dataclass(frozen=True, slots=True)
class Responses:
    """The channels of a plate, and everything that a group may call the value of a well."""

    shape: Shape
    channels: tuple[Channel, ...]

    def by_label(self, label: str) -> Callable[[Well], float]:
        """Response of a well by the label of a channel or of a difference (``450 - 620``); nan where there is none."""
        values = next((values for name, values in self._candidates() if name == label), None)
        return lambda well: values[self.shape.index(well)] if values and well in self.shape else math.nan

    def wells_held(self) -> frozenset[Well]:
        """Wells with a number in any channel."""
        return frozenset(
            well
            for channel in self.channels
            for well, value in zip(wells_of(self.shape), channel.values, strict=True)
            if not math.isnan(value)
        )

    def label_of(self, members: Sequence[Member], decimal: str) -> str | None:
        """What the groups evaluate: the first candidate that has all the values they print, at the printed digits."""
        printed = [
            (self.shape.index(member.well), value, decimals_of_number(text, decimal) or 0)
            for member in members
            if member.well in self.shape
            for text in [member.text(Purpose.VALUE)]
            if (value := number_from_text_or_none(text, decimal)) is not None
        ]
        for label, values in self._candidates():
            compared = [
                (values[index], value, digits) for index, value, digits in printed if not math.isnan(values[index])
            ]
            if compared and all(is_printed_as(*triple) for triple in compared):
                return label
        return None

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
    if plate.reduced is not None:
        reduced = channel(REDUCED, plate.reduced, plate.shape, decimal, kind=kind, correction=Correction.REDUCED)
        channels.append(_with_meaning(reduced, channels, plate.head.wavelengths, decimal))
    return Responses(plate.shape, with_measured_reasons(channels))


def _label(wavelength: str, kind: ChannelKind) -> str:
    return wavelength if wavelength not in ("", "0") else kind.value.title()


def _wavelength(text: str, decimal: str) -> float | None:
    value = number_from_text_or_none(text, decimal)
    return value or None


def _with_meaning(reduced: Channel, raw: Sequence[Channel], wavelengths: Sequence[str], decimal: str) -> Channel:
    """First minus second wavelength: a reference was subtracted. Equal to a raw one, or one wavelength: at that."""
    if len(raw) == 2 and _agree(reduced.values, _difference(raw[0], raw[1])):
        return replace(reduced, wavelength_nm=raw[0].wavelength_nm, correction=Correction.REFERENCE)
    for measured in raw:
        if _agree(reduced.values, measured.values):
            return replace(reduced, wavelength_nm=measured.wavelength_nm)
    if len(wavelengths) == 1:
        return replace(reduced, wavelength_nm=_wavelength(wavelengths[0], decimal))
    return reduced


def _difference(first: Channel, second: Channel) -> tuple[float, ...]:
    return tuple(a - b for a, b in zip(first.values, second.values, strict=True))


def _agree(values: Sequence[float], others: Sequence[float]) -> bool:
    """Raw values are printed with four decimals, so that differences of them carry that rounding."""
    compared = [(a, b) for a, b in zip(values, others, strict=True) if not math.isnan(a + b)]
    return bool(compared) and all(abs(a - b) <= 1.0001e-4 + 1e-9 * abs(b) for a, b in compared)


def with_notes(channels: Sequence[Channel], notes: Mapping[Well, Note], shape: Shape) -> tuple[Channel, ...]:
    """Put the words of the groups on every channel; a channel's own word for a well stays."""
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
