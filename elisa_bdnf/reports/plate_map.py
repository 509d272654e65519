"""The plate as it stood in the reader: response as shade, content as words, what was left out crossed.

Works for every shape: with less room per well the words go first, then the numbers; hover always tells everything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Shape, Well, row_column_from_well, row_name_from_index
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports import digits, svg, words
from elisa_bdnf.reports.inert import html_text, markups
from elisa_bdnf.reports.plate_tables import SpokenWell, spoken_wells
from elisa_bdnf.reports.shown import shown

WIDTH = 940.0
LEFT, TOP, FOOT = 30.0, 26.0, 46.0
GAP = 2.0


def plate_map(result: PlateResult) -> str:
    """SVG of the whole plate."""
    shape = result.analysis.reading.shape
    bottom = TOP + shape.rows * _cell_size(shape)[1]
    low, high = _response_range(result)
    body = [_labels(shape)]
    places, results = _places(shape), _results(result)
    spoken = spoken_wells(result)
    hovers = markups([_about(each, results.get(each.well.well, "")) for each in spoken])
    for each, hover in zip(spoken, hovers, strict=True):
        part = 0.0 if high <= low else (each.well.response - low) / (high - low)
        body.append(_cell(each, hover, places[each.well.well], part))
    body += _legend(bottom + 14, low, high)
    used = sum(well.use is WellUse.USED for well in result.analysis.responses.wells)
    description = f"Responses of {shape.size} wells, {used} of them used, shaded from the lowest to the highest."
    return svg.figure("plate-map", "Plate map", description, (WIDTH, bottom + FOOT), body)


class _Place(NamedTuple):
    """The shapes of one well, of which only what it holds differs from plate to plate."""

    link: str
    key: str
    frame: str
    heat: str  # without its opacity
    role: Mapping[Role, str]
    name: str  # of these two the class is left open
    value: str
    struck: str
    letters: int  # that fit; 0 where there is no room for words


def _cell_size(shape: Shape) -> tuple[float, float]:
    width = (WIDTH - LEFT) / shape.columns
    return width, max(min(width * 0.68, 64.0), min(width, 18.0))


@lru_cache(maxsize=4)
def _places(shape: Shape) -> dict[Well, _Place]:
    """Plates of one shape differ in words and shades alone: the rest is drawn once."""
    width, height = _cell_size(shape)
    made = {}
    for well in shape.wells():
        row, column = row_column_from_well(well)
        made[well] = _place(well, (LEFT + column * width, TOP + row * height, width - GAP, height - GAP))
    return made


def _place(well: Well, box: tuple[float, float, float, float]) -> _Place:
    x, y, width, height = box
    roles = {
        role: svg.rectangle(x, y + height - 4, width, 4, f"role {role.value}", ' rx="2"') if role != Role.EMPTY else ""
        for role in Role
    }
    struck = svg.line(x + 3, y + 3, x + width - 3, y + height - 6, "struck")
    struck += svg.line(x + 3, y + height - 6, x + width - 3, y + 3, "struck")
    return _Place(
        f'<a href="#well-{well}"><g class="well ',
        f'" id="map-{well}"><title>',
        svg.rectangle(x, y, width, height, "frame", ' rx="4"'),
        svg.rectangle(x, y, width, height, "heat", ' rx="4" fill-opacity="').removesuffix("/>"),
        roles,
        f'<text x="{x + width / 2:.1f}" y="{y + height * 0.38:.1f}" class="name ',
        f'<text x="{x + width / 2:.1f}" y="{y + height * 0.72:.1f}" class="value ',
        struck,
        int((width - 6) / 6.1) if width >= 40 else 0,
    )


def _response_range(result: PlateResult) -> tuple[float, float]:
    known = [well.response for well in result.analysis.responses.wells if math.isfinite(well.response)]
    return (min(known), max(known)) if known else (0.0, 0.0)


@lru_cache(maxsize=4)
def _labels(shape: Shape) -> str:
    width, height = _cell_size(shape)
    css = "tick" if width >= 26 else "tick small"
    every = 1 if width >= 22 else 4
    made = [
        svg.text(LEFT + (column + 0.5) * width, TOP - 9, str(column + 1), css, "middle")
        for column in range(0, shape.columns, every)
    ]
    made += [
        svg.text(LEFT - 9, TOP + (row + 0.5) * height + 4, row_name_from_index(row), css, "end")
        for row in range(shape.rows)
    ]
    return "".join(made)


def _cell(spoken: SpokenWell, hover: str, place: _Place, part: float) -> str:
    """``hover`` is markup already."""
    well = spoken.well
    empty = well.use is WellUse.EMPTY
    opacity = 0.0 if math.isnan(part) or empty else 0.06 + 0.88 * part
    shade = "empty" if empty else "high" if opacity > 0.7 else "low"
    heat = f'{place.heat}{opacity:.2f}"/>' if opacity else ""
    role = "" if empty else place.role[well.content.role]
    said = _words(spoken, place, shade) if place.letters and not empty else ""
    struck = place.struck if well.use not in (WellUse.USED, WellUse.EMPTY) else ""
    return f"{place.link}{shade}{place.key}{hover}</title>{place.frame}{heat}{role}{said}{struck}</g></a>"


def _words(spoken: SpokenWell, place: _Place, shade: str) -> str:
    name, fits, well = spoken.name, place.letters, spoken.well
    short = name if len(name) <= fits else name[: max(fits - 1, 1)] + "…"
    value = spoken.response if math.isfinite(well.response) else (well.note.text if well.note else "–")
    middle = f'{shade}" text-anchor="middle">'
    return f"{place.name}{middle}{html_text(short)}</text>{place.value}{middle}{html_text(value[:fits])}</text>"


def _about(spoken: SpokenWell, result: str) -> str:
    """Everything that is known of a well, for hover."""
    well = spoken.well
    parts = [well.well, words.ROLE[well.content.role], spoken.name]
    if well.content.role is Role.STANDARD and well.content.nominal is not None:
        parts.append(f"{digits.exact(well.content.nominal)} {spoken.unit}")
    parts.append(f"raw {spoken.raw}, response {spoken.response}")
    if spoken.in_well is not None:
        parts.append(f"{spoken.concentration} {spoken.unit} in this well")
    parts.append(result)
    if well.use is not WellUse.USED:
        parts.append(f"{words.USE[well.use]}: {well.reason or words.USE_HELP[well.use]}")
    return " · ".join([part for part in parts if part])


def _results(result: PlateResult) -> dict[Well, str]:
    """Well → the result of its sample or control."""
    unit = result.analysis.protocol.unit
    return {
        well: said
        for judged in (*result.samples, *result.controls)
        for said in (_result(judged, unit),)
        for well in judged.estimate.group.all_wells
    }


def _result(judged: JudgedSample, unit: str) -> str:
    one = shown(judged)
    return f"result {one.text}{f' {unit}' if judged.reportable else ''}"


def _legend(y: float, low: float, high: float) -> Iterator[str]:
    start = WIDTH - 250
    yield _roles(y) + svg.text(start - 8, y + 11, digits.response(low), "tick", "end")
    yield _shades(start, y) + svg.text(start + 208, y + 11, digits.response(high), "tick")


@lru_cache(maxsize=4)
def _roles(y: float) -> str:
    made, x = "", LEFT
    for role in (Role.STANDARD, Role.CONTROL, Role.SAMPLE, Role.BLANK):
        made += svg.rectangle(x, y + 4, 16, 5, f"role {role.value}", ' rx="2"')
        made += svg.text(x + 22, y + 11, words.ROLE[role], "tick")
        x += 96
    return made + svg.cross(x + 6, y + 7, 5, "struck") + svg.text(x + 20, y + 11, "left out", "tick")


@lru_cache(maxsize=4)
def _shades(start: float, y: float) -> str:
    opacities = [0.06 + 0.88 * index / 19 for index in range(20)]
    return "".join(
        svg.rectangle(start + 10 * index, y, 10.5, 14, "heat", f' fill-opacity="{opacity:.2f}"')
        for index, opacity in enumerate(opacities)
    )
