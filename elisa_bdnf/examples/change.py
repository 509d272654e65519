"""A case → the plate that it means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from elisa_bdnf.examples.case import Case
from elisa_bdnf.examples.plate import beside, plate, response
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.reading import Note, NoteKind, Reading

Held = dict[str, float]
Contents = dict[str, Content]


def plate_from_case(case: Case) -> tuple[Reading, Layout]:
    """The export and the layout of a case."""

    def change(held: Held, contents: Contents) -> None:
        _filled(case, held, contents)
        _responses(case, held, contents)
        for well in case.unread:
            held.pop(well)
        for well in case.leave_out:
            contents.pop(well)

    return plate(
        change,
        notes={well: Note(word, NoteKind.OVERFLOW) for well, word in case.note.items()},
        reference=case.reference,
        reference_slope=case.reference_slope,
        wavelength=case.wavelength_nm,
    )


def _filled(case: Case, held: Held, contents: Contents) -> None:
    """Other contents, and further wells with theirs."""
    for well, changes in case.content.items():
        old = contents[well]
        same = [each for each, content in contents.items() if content == old]
        contents.update(dict.fromkeys(same, _changed(old, changes)))
    for well, said in case.add.items():
        contents[well] = _changed(contents[said["like"]] if "like" in said else Content(Role.EMPTY, ""), said)
        held[well] = _read(well, said, held)
    for number, (well, x) in enumerate(case.pairs.items(), start=1):
        sample = Content(Role.SAMPLE, f"M{number}", None, 20.0, matrix="plasma_edta")
        for each in (well, f"{well[0]}{int(well[1:]) + 1}"):
            contents[each], held[each] = sample, beside(each, response(x))


_OF_CONTENT = (
    "name",
    "nominal",
    "dilution_factor",
    "subject",
    "timepoint",
    "matrix",
    "anchor",
    "low",
    "high",
    "attributes",
)


def _changed(content: Content, said: Mapping[str, Any]) -> Content:
    """What is said of a well; an empty text takes away what was known."""
    changes: dict[str, Any] = {key: None if value == "" else value for key, value in said.items() if key in _OF_CONTENT}
    return replace(content, role=Role(said["role"]) if "role" in said else content.role, **changes)


def _read(well: str, said: Mapping[str, Any], held: Held) -> float:
    """What an added well reads: as it says, or the well that it is like."""
    if "in_well" in said:
        return response(said["in_well"]) * float(said.get("times", 1.0))
    return float(said["response"]) if "response" in said else held[said.get("reads_as", said.get("like", well))]


def _responses(case: Case, held: Held, contents: Contents) -> None:
    if case.standards:
        old = dict(held)
        for row, other in zip("ABCDEFGH", case.standards, strict=True):
            held.update({row + column: old[other + column] for column in "12"})
    for well, value in _wells(case.response, contents):
        held[well] = value
    for well, x in _wells(case.in_well, contents):
        held[well] = response(x)
    for well, factor in _wells(case.times, contents):
        held[well] *= factor
    for well, step in _wells(case.plus, contents):
        held[well] += step


def _wells(said: Mapping[str, float], contents: Contents) -> Iterator[tuple[str, float]]:
    """Wells by name, or many at once."""
    for name, value in said.items():
        match name:
            case "standards":
                yield from ((well, value) for well, content in contents.items() if content.role is Role.STANDARD)
            case "left" | "right":
                side = 1 if name == "left" else 0
                yield from ((well, value) for well in contents if int(well[1:]) % 2 == side)
            case _:
                yield name, value


def second_plate(reading: Reading, equal: int) -> Reading:
    """Another plate of the export that reads the same in its first ``equal`` wells, and 0.1 more in the others."""
    values, seen = [], 0
    for value in reading.channels[0].values:
        seen += not math.isnan(value)
        values.append(value if seen <= equal else value + 0.1)
    return replace(reading, plate="Plate 2", channels=(replace(reading.channels[0], values=tuple(values)),))
