"""What is seen only on whole plates and files: hidden sheets, wells without a value, plates that do not go together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.well_contents import dilutions_in_names
from elisa_bdnf.model.plate import Shape, well_order
from elisa_bdnf.model.reading import ChannelKind, Correction, Reading
from elisa_bdnf.readers._holes import remarks_on_holes, wells_with_any_value

_USUAL = Shape(8, 12)
_USUAL_WELLS = frozenset(_USUAL.wells())
_FEW = 2
_FEWEST = 8  # numbers; two plates with fewer can be equal by chance
_NO_OD = 10
_AGAIN = re.compile(r"(.*) \(([0-9]+)\)")
_Numbers = tuple[tuple[int, tuple[float | None, ...]], ...]


def with_remarks(file: InputFile, readings: Sequence[Reading], *, states_wells: bool = False) -> tuple[Reading, ...]:
    """The readings, with sentences about the workbook, about wells without a value, and about plates beside others.

    ``states_wells``: the reader has said itself which wells lack a value.
    """
    said = file.decoding_remarks if file.kind == "text" else _hidden_sheets(file)
    beside = _beside_others(readings) if len(readings) > 1 else [()] * len(readings)
    remarked = []
    for reading, others in zip(readings, beside, strict=True):
        holes = () if states_wells else remarks_on_holes(reading.channels, reading.shape)
        more = (*said, *holes, *_repeated_labels(reading), *_without_wavelength(reading), *others, *_far_wells(reading))
        more = (*more, *_dilutions(reading), *(_thousands(reading) if file.kind == "text" else ()))
        new = tuple([sentence for sentence in more if sentence not in reading.remarks])
        remarked.append(replace(reading, remarks=(*reading.remarks, *new)) if new else reading)
    return tuple(remarked)


def _dilutions(reading: Reading) -> tuple[str, ...]:
    """What samples are called can be all that an export says of their dilution."""
    layout = reading.layout
    found = dilutions_in_names(layout.contents) if layout else ()
    return tuple([sentence for sentence in found if layout and sentence not in layout.remarks])


def _thousands(reading: Reading) -> Iterator[str]:
    """A sentence where every number may be a count whose point marks thousands: ``12.345``, ``850``, never ``0.5``."""
    for channel in reading.channels:
        numbers: Sequence[float] = channel.values
        if math.isnan(sum(numbers)):
            numbers = [value for value in numbers if not math.isnan(value)]
        if len(numbers) < _FEWEST or max(numbers) < _NO_OD or all(map(float.is_integer, numbers)):
            continue
        if all(value.is_integer() or (1 <= value < 1000 and round(value, 3) == value) for value in numbers):
            yield (
                f"{channel.label!r}: no number is below 1 or has more than three decimals, so that a point or comma in "
                "them could mark thousands; it was taken for the decimal mark."
            )


def _repeated_labels(reading: Reading) -> Iterator[str]:
    """A quantity that stands twice on a plate: read twice, copied, or the line that begins another plate was lost."""
    wavelengths = {channel.label: channel.wavelength_nm for channel in reading.channels}
    for label, nm in wavelengths.items() if len(wavelengths) > 1 else ():
        again = _AGAIN.fullmatch(label)
        if again and again[2] == "2" and again[1] in wavelengths and wavelengths[again[1]] == nm:
            yield f"{again[1]!r} stands more than once on this plate; the second one is called {label!r}."


def _without_wavelength(reading: Reading) -> Iterator[str]:
    """Absorbances without a wavelength beside others that have one: the line that stated it was lost."""
    measured = [c for c in reading.channels if c.kind is ChannelKind.ABSORBANCE and c.correction is Correction.NONE]
    lacking = [repr(c.label) for c in measured if c.wavelength_nm is None]
    if lacking and len(lacking) < len(measured):
        yield f"The export states the wavelength of the other reads, but not of {', '.join(lacking)}."


def _beside_others(readings: Sequence[Reading]) -> list[tuple[str, ...]]:
    """For each plate of a file what it lacks that others have, and whether it is a copy or a part of one."""
    labels = [tuple(channel.label for channel in reading.channels) for reading in readings]
    different = tuple(dict.fromkeys(labels))
    numbers = [_numbers(reading) for reading in readings]
    wells = [wells_with_any_value(reading.channels, reading.shape) for reading in readings]
    first_with: dict[_Numbers, int] = {}
    found: list[tuple[str, ...]] = []
    layouts = any(reading.layout for reading in readings)
    for index in range(len(readings)):
        sentences = list(_lacking(labels[index], different))
        if readings[index].layout is None and layouts:
            sentences.append("Other plates of the file have a layout in the export; this one does not.")
        first = first_with.setdefault(numbers[index], index)
        if first < index and _count(numbers[index]) >= _FEWEST:
            sentences.append(
                f"Every value is that of {readings[first].plate!r} before it: a plate or sheet that was copied."
            )
        if index and wells[index].isdisjoint(wells[index - 1]):
            sentences.append(
                f"It has values in no well in which {readings[index - 1].plate!r} has some: "
                "check that they are two plates and not two parts of one."
            )
        found.append(tuple(sentences))
    return found


def _lacking(own: Sequence[str], labels: Sequence[Sequence[str]]) -> Iterator[str]:
    """What other plates have that share a quantity with this one; plates read otherwise say nothing of it."""
    alike = (other for other in labels if not set(other).isdisjoint(own))
    lacking = dict.fromkeys(repr(label) for other in alike for label in other if label not in own)
    if lacking:
        yield f"Other plates of the file have {', '.join(lacking)}; this one does not."


def _far_wells(reading: Reading) -> tuple[str, ...]:
    """A sentence where one or two wells alone make a plate larger than all the others need: names that were damaged."""
    if reading.shape.size <= _USUAL.size:
        return ()
    if any(sum(map(math.isfinite, channel.values)) > _USUAL.size + _FEW for channel in reading.channels):
        return ()  # many of them lie beyond
    filled = wells_with_any_value(reading.channels, reading.shape)
    beyond = filled - _USUAL_WELLS
    if not beyond or len(beyond) > _FEW or len(filled) < _FEWEST:
        return ()
    far = sorted(beyond, key=well_order)
    return (
        f"Only {' and '.join(far)} of {len(filled)} wells would lie outside of a plate of {_USUAL}: check the name.",
    )


def _hidden_sheets(file: InputFile) -> tuple[str, ...]:
    hidden = [repr(sheet.name) for sheet in file.sheets if sheet.hidden] if file.kind in ("xlsx", "xls") else []
    return (f"The workbook has hidden sheets ({', '.join(hidden)}); they were read like the others.",) if hidden else ()


def _numbers(reading: Reading) -> _Numbers:
    """Index and numbers of every channel that has any, None where there is no number: nan would be equal to nothing."""
    columns = [tuple([None if value != value else value for value in each.values]) for each in reading.channels]  # noqa: PLR0124
    return tuple([(index, column) for index, column in enumerate(columns) if any(x is not None for x in column)])


def _count(numbers: _Numbers) -> int:
    return sum(len(column) - column.count(None) for _, column in numbers)
