"""What is seen only on whole plates and files: hidden sheets, a plate that repeats another one, a well far from all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.reading import Reading

_USUAL = Shape(8, 12)
_FEW = 2
_FEWEST = 8  # numbers; two plates with fewer can be equal by chance
_Numbers = tuple[tuple[int, int, float], ...]


def with_remarks(file: InputFile, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings, with sentences about the workbook and about copied plates."""
    hidden = _hidden_sheets(file)
    seen: dict[_Numbers, str] = {}
    remarked = []
    for reading in readings:
        copied: tuple[str, ...] = ()
        if len(readings) > 1 and len(numbers := _numbers(reading)) >= _FEWEST:
            if first := seen.get(numbers):
                copied = (f"Every value is that of {first!r} before it: a plate or sheet that was copied.",)
            seen.setdefault(numbers, reading.plate)
        more = (*hidden, *copied, *_far_wells(reading))
        remarked.append(replace(reading, remarks=(*reading.remarks, *more)) if more else reading)
    return tuple(remarked)


def _far_wells(reading: Reading) -> tuple[str, ...]:
    """A sentence where one or two wells alone make a plate larger than all the others need: names that were damaged."""
    if reading.shape.size <= _USUAL.size:
        return ()
    filled = {
        well
        for channel in reading.channels
        for well, value in zip(reading.shape.wells(), channel.values, strict=True)
        if not math.isnan(value) or well in channel.notes
    }
    far = [well for well in reading.shape.wells() if well in filled and well not in _USUAL]
    if not far or len(far) > _FEW or len(filled) < _FEWEST:
        return ()
    return (
        f"Only {' and '.join(far)} of {len(filled)} wells would lie outside of a plate of {_USUAL}: check the name.",
    )


def _hidden_sheets(file: InputFile) -> tuple[str, ...]:
    hidden = [repr(sheet.name) for sheet in file.sheets if sheet.hidden] if file.kind == "xlsx" else []
    return (f"The workbook has hidden sheets ({', '.join(hidden)}); they were read like the others.",) if hidden else ()


def _numbers(reading: Reading) -> _Numbers:
    """Channel, position and value of every number."""
    return tuple(
        (index, position, value)
        for index, channel in enumerate(reading.channels)
        for position, value in enumerate(channel.values)
        if not math.isnan(value)
    )
