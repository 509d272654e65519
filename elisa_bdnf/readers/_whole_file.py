"""What is seen only when all plates of a file are there: hidden sheets, and a plate that repeats another one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading

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
        more = (*hidden, *copied)
        remarked.append(replace(reading, remarks=(*reading.remarks, *more)) if more else reading)
    return tuple(remarked)


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
