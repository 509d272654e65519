"""The standard curve in characters: a line of braille dots, standards, controls and samples as signs on it."""

from __future__ import annotations

import math
from typing import NamedTuple

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports import digits, svg
from elisa_bdnf.reports.curve_line import response_at

MARGIN = 7  # for the names of the responses
LINE, SAMPLE, CONTROL, STANDARD, LIMIT, AXIS = "line", "sample", "control", "standard", "limit", "axis"
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # braille: four rows of two


class Signs(NamedTuple):
    """What is drawn with: braille where the terminal speaks UTF-8, else plain ASCII."""

    standard: str
    control: str
    sample: str
    limit: str
    corner: str
    across: str
    up: str
    braille: bool


UNICODE = Signs("●", "◆", "•", "┊", "└", "─", "│", braille=True)
ASCII = Signs("O", "#", "+", ":", "+", "-", "|", braille=False)
Mark = tuple[str, str]  # sign and what it stands for


class Canvas:
    """Characters by row and column; the line is kept as dots, eight to a character."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.dots: dict[tuple[int, int], int] = {}
        self.marks: dict[tuple[int, int], Mark] = {}

    def dot(self, x: float, y: float) -> None:
        """A dot of the line; x and y in characters, y down."""
        column, row = int(x), int(y)
        if 0 <= column < self.width and 0 <= row < self.height:
            bit = _DOTS[int((y - row) * 4)][int((x - column) * 2)]
            self.dots[row, column] = self.dots.get((row, column), 0) | bit

    def mark(self, x: float, y: float, sign: str, what: str) -> None:
        """A sign; a later one replaces an earlier one."""
        row, column = min(max(int(y), 0), self.height - 1), min(max(int(x), 0), self.width - 1)
        self.marks[row, column] = (sign, what)

    def row(self, row: int, *, braille: bool) -> list[Mark]:
        """The characters of a row, each with what it stands for."""
        made = []
        for column in range(self.width):
            dots = self.dots.get((row, column), 0)
            drawn = (chr(0x2800 + dots) if braille else ".", LINE) if dots else (" ", "")
            made.append(self.marks.get((row, column), drawn))
        return made


def curve_rows(result: PlateResult, width: int, height: int, signs: Signs = UNICODE) -> list[list[Mark]]:
    """Rows of (character, what it stands for), axes included; empty without standards."""
    wells = [w for w in result.analysis.responses.wells if math.isfinite(w.response) and w.use is not WellUse.EMPTY]
    nominal = [w.content.nominal for w in wells if w.content.role is Role.STANDARD and w.content.nominal]
    if not nominal or width < MARGIN + 20:
        return []
    columns = width - MARGIN
    top = max(w.response for w in wells) * 1.05 or 1.0
    x = svg.Scale(min(nominal) / 1.8, max(nominal) * 1.8, 3.0, columns - 0.01, log=True)
    y = svg.Scale(min(0.0, *(w.response for w in wells)), top, height - 0.01, 0.0)
    canvas = Canvas(columns, height)
    _draw_limits(canvas, result, x, signs)
    _draw_line(canvas, result, x, y)
    for judged in result.samples:
        _draw_read(canvas, judged, x, y, (signs.sample, SAMPLE))
    for judged in result.controls:
        _draw_read(canvas, judged, x, y, (signs.control, CONTROL))
    for well in wells:
        if well.content.role is Role.STANDARD and well.use is WellUse.USED:
            place = x.at(well.content.nominal) if well.content.nominal else 0.0
            canvas.mark(place, y.at(well.response), signs.standard, STANDARD)
    return [*_with_axis(canvas, y, signs), *_foot(columns, x, signs)]


def _draw_limits(canvas: Canvas, result: PlateResult, x: svg.Scale, signs: Signs) -> None:
    curve = result.analysis.curve
    if isinstance(curve, Curve):
        for limit in (curve.limits.lloq, curve.limits.uloq):
            if math.isfinite(limit) and limit > 0:
                for row in range(canvas.height):
                    canvas.mark(x.clipped(limit), row, signs.limit, LIMIT)


def _draw_line(canvas: Canvas, result: PlateResult, x: svg.Scale, y: svg.Scale) -> None:
    curve = result.analysis.curve
    if not isinstance(curve, Curve):
        return
    steps = canvas.width * 6
    for step in range(steps):
        part = step / (steps - 1)
        response = response_at(curve, x.low * (x.high / x.low) ** part)
        if math.isfinite(response) and y.low <= response <= y.high:
            canvas.dot(x.start + part * (x.end - x.start), y.at(response))


def _draw_read(canvas: Canvas, judged: JudgedSample, x: svg.Scale, y: svg.Scale, mark: Mark) -> None:
    in_well, mean = judged.estimate.in_well, judged.estimate.group.mean
    if in_well is not None and in_well > 0 and math.isfinite(mean):
        canvas.mark(x.clipped(in_well), y.clipped(mean), *mark)


def _with_axis(canvas: Canvas, y: svg.Scale, signs: Signs) -> list[list[Mark]]:
    names = {min(int(y.at(tick)), canvas.height - 1): digits.exact(round(tick, 6)) for tick in y.ticks(5)}
    rows = []
    for row in range(canvas.height):
        name = names.get(row, "")[: MARGIN - 2].rjust(MARGIN - 2)
        rows.append([(f"{name} {signs.up}", AXIS), *canvas.row(row, braille=signs.braille)])
    return rows


def _foot(columns: int, x: svg.Scale, signs: Signs) -> list[list[Mark]]:
    """The axis, with a gap after the place of the zero standard, and its numbers."""
    line = signs.across + " " + signs.across * (columns - 2)
    numbers = [" "] * columns
    numbers[0] = "0"
    free = 2
    for tick in x.ticks():
        text = digits.exact(tick)
        start = int(x.at(tick)) - len(text) // 2
        if start >= free and start + len(text) <= columns:
            numbers[start : start + len(text)] = text
            free = start + len(text) + 1
    return [
        [(" " * (MARGIN - 1) + signs.corner + line, AXIS)],
        [(" " * MARGIN + "".join(numbers).rstrip(), AXIS)],
    ]
