"""The plate as it stood in the reader: response as shade, content as words, what was left out crossed.

Works for every shape: with less room per well the words go first, then the numbers; hover always tells everything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import row_column_from_well, row_name_from_index
from elisa_bdnf.model.result import JudgedSample, PlateResult, WellResponse, WellUse
from elisa_bdnf.reports import digits, svg, words
from elisa_bdnf.reports.plate_tables import well_estimates
from elisa_bdnf.reports.shown import shown

WIDTH = 940.0
LEFT, TOP, FOOT = 30.0, 26.0, 46.0
GAP = 2.0


def plate_map(result: PlateResult) -> str:
    """SVG of the whole plate."""
    shape = result.analysis.reading.shape
    width = (WIDTH - LEFT) / shape.columns
    height = max(min(width * 0.68, 64.0), min(width, 18.0))
    size = (WIDTH, TOP + shape.rows * height + FOOT)
    low, high = _response_range(result)
    body = [*_labels(shape.rows, shape.columns, width, height)]
    about = _about_wells(result)
    for well in result.analysis.responses.wells:
        row, column = row_column_from_well(well.well)
        x, y = LEFT + column * width, TOP + row * height
        part = 0.0 if high <= low else (well.response - low) / (high - low)
        body.append(_cell(well, about[well.well], (x, y, width - GAP, height - GAP), part))
    body += _legend(TOP + shape.rows * height + 14, low, high)
    used = sum(well.use is WellUse.USED for well in result.analysis.responses.wells)
    description = f"Responses of {shape.size} wells, {used} of them used, shaded from the lowest to the highest."
    return svg.figure("plate-map", "Plate map", description, size, body)


def _response_range(result: PlateResult) -> tuple[float, float]:
    known = [well.response for well in result.analysis.responses.wells if math.isfinite(well.response)]
    return (min(known), max(known)) if known else (0.0, 0.0)


def _labels(rows: int, columns: int, width: float, height: float) -> Iterator[str]:
    css = "tick" if width >= 26 else "tick small"
    every = 1 if width >= 22 else 4
    for column in range(0, columns, every):
        yield svg.text(LEFT + (column + 0.5) * width, TOP - 9, str(column + 1), css, "middle")
    for row in range(rows):
        yield svg.text(LEFT - 9, TOP + (row + 0.5) * height + 4, row_name_from_index(row), css, "end")


def _cell(well: WellResponse, hover: str, box: tuple[float, float, float, float], part: float) -> str:
    x, y, width, height = box
    empty = well.use is WellUse.EMPTY
    opacity = 0.0 if math.isnan(part) or empty else 0.06 + 0.88 * part
    shade = "empty" if empty else "high" if opacity > 0.7 else "low"
    shapes = [svg.rectangle(x, y, width, height, "frame", ' rx="4"')]
    if opacity:
        shapes.append(svg.rectangle(x, y, width, height, "heat", f' rx="4" fill-opacity="{opacity:.2f}"'))
    if not empty:
        shapes.append(svg.rectangle(x, y + height - 4, width, 4, f"role {well.content.role.value}", ' rx="2"'))
    if width >= 40 and not empty:
        shapes += _words(well, box, shade)
    if well.use not in (WellUse.USED, WellUse.EMPTY):
        shapes.append(svg.line(x + 3, y + 3, x + width - 3, y + height - 6, "struck"))
        shapes.append(svg.line(x + 3, y + height - 6, x + width - 3, y + 3, "struck"))
    return svg.group(f"well {shade}", shapes, hover, f"well-{well.well}", f"map-{well.well}")


def _words(well: WellResponse, box: tuple[float, float, float, float], shade: str) -> Iterator[str]:
    x, y, width, height = box
    name = words.content(well.content)
    fits = int((width - 6) / 6.1)
    short = name if len(name) <= fits else name[: max(fits - 1, 1)] + "…"
    value = digits.response(well.response) if math.isfinite(well.response) else (well.note.text if well.note else "–")
    yield svg.text(x + width / 2, y + height * 0.38, short, f"name {shade}", "middle")
    yield svg.text(x + width / 2, y + height * 0.72, value[:fits], f"value {shade}", "middle")


def _about_wells(result: PlateResult) -> dict[str, str]:
    """Well → everything that is known of it, for hover."""
    estimates, unit = well_estimates(result), result.analysis.protocol.unit
    results = {
        well: said
        for judged in (*result.samples, *result.controls)
        for said in (_result(judged, unit),)
        for well in judged.estimate.group.all_wells
    }
    made = {}
    for well in result.analysis.responses.wells:
        parts = [well.well, words.ROLE[well.content.role], words.content(well.content)]
        if well.content.role is Role.STANDARD and well.content.nominal is not None:
            parts.append(f"{digits.exact(well.content.nominal)} {unit}")
        parts.append(f"raw {digits.response(well.raw)}, response {digits.response(well.response)}")
        estimate = estimates.get(well.well)
        if estimate is not None and estimate.in_well is not None:
            parts.append(f"{digits.concentration(estimate.in_well)} {unit} in this well")
        parts.append(results.get(well.well, ""))
        if well.use is not WellUse.USED:
            parts.append(f"{words.USE[well.use]}: {well.reason or words.USE_HELP[well.use]}")
        made[well.well] = " · ".join(part for part in parts if part)
    return made


def _result(judged: JudgedSample, unit: str) -> str:
    one = shown(judged)
    return f"result {one.text}{f' {unit}' if judged.reportable else ''}"


def _legend(y: float, low: float, high: float) -> Iterator[str]:
    x = LEFT
    for role in (Role.STANDARD, Role.CONTROL, Role.SAMPLE, Role.BLANK):
        yield svg.rectangle(x, y + 4, 16, 5, f"role {role.value}", ' rx="2"')
        yield svg.text(x + 22, y + 11, words.ROLE[role], "tick")
        x += 96
    yield svg.cross(x + 6, y + 7, 5, "struck") + svg.text(x + 20, y + 11, "left out", "tick")
    start = WIDTH - 250
    yield svg.text(start - 8, y + 11, digits.response(low), "tick", "end")
    for index in range(20):
        opacity = 0.06 + 0.88 * index / 19
        yield svg.rectangle(start + 10 * index, y, 10.5, 14, "heat", f' fill-opacity="{opacity:.2f}"')
    yield svg.text(start + 208, y + 11, digits.response(high), "tick")
