"""Levey–Jennings charts: one quantity over plates, in SDs from its frozen mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from elisa_bdnf.model.chart import Chart, Placed, SegmentCharts, Standing
from elisa_bdnf.model.control_chart import FROZEN, WARN_FROM
from elisa_bdnf.reports import digits, svg

WIDTH, HEIGHT = 560.0, 216.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 492.0, 30.0, 186.0
FURTHEST = 4.3  # SDs; what lies beyond stands at the edge as a triangle
MOST_NAMES = 6
_STYLE = (
    "text{font:13px sans-serif;fill:#1b2426}.tick{fill:#566467;font-size:12px}.small{font-size:10.5px}"
    ".strong{font-weight:bold}.paper{fill:#fff}.grid{stroke:#dfe3df}.axis,.mean{stroke:#566467}"
    ".two-sd{stroke:#855300;stroke-dasharray:5 4}.three-sd{stroke:#ad241b;stroke-dasharray:5 4}"
    ".baseline{fill:#0d6762;fill-opacity:.06}.trace{fill:none;stroke:#566467;stroke-opacity:.6}.lj{fill:#0d6762}"
    ".odd{fill:#855300}.off{fill:#ad241b}.left-out{stroke:#ad241b;stroke-width:2}"
)


def chart_figure(chart: Chart, charts: SegmentCharts, key: str) -> str:
    """SVG of one chart; the plates have the same place on every chart of a segment."""
    title = f"{chart.name}, Levey–Jennings chart"
    return svg.figure(key, title, _description(chart), (WIDTH, HEIGHT), _body(chart, charts))


def _body(chart: Chart, charts: SegmentCharts) -> list[str]:
    x = svg.Scale(-0.5, max(len(charts.plates), 8) - 0.5, LEFT, RIGHT)
    y = _scale(chart)
    return [*_frame(chart, y), *_names(charts.plates, x), *_baseline(chart, charts, x), *_points(chart, charts, x, y)]


def chart_file(chart: Chart, charts: SegmentCharts) -> bytes:
    """One chart as a file of its own; its colours are those of a page in daylight."""
    title = svg.text(LEFT, HEIGHT + 12, str(charts.segment), "tick small")
    size = (WIDTH, HEIGHT + 20)
    body = [f"<style>{_STYLE}</style>", svg.rectangle(0, 0, *size, "paper"), *_body(chart, charts), title]
    figure = svg.figure("chart", f"{chart.name}, Levey–Jennings chart", _description(chart), size, body)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{figure}\n'.encode()


def judged_by(chart: Chart) -> str:
    """How far the limits of a chart go, in words."""
    n = chart.limits.n
    if n < WARN_FROM:
        return f"limits of {n} plate{'s' if n > 1 else ''}: to look at only"
    return f"limits of {n} plates: warn only" if n < FROZEN else f"limits of the first {n} plates, frozen"


def _description(chart: Chart) -> str:
    limits = chart.limits
    values = sum(value is not None for value in chart.values)
    middle = (
        f"mean {digits.significant(limits.mean, 4)}, SD {digits.significant(limits.sd, 3)}; " if limits.n > 1 else ""
    )
    return f"{values} plates; {middle}{judged_by(chart)}."


def _has_limits(chart: Chart) -> bool:
    return chart.limits.sd > 0


def _scale(chart: Chart) -> svg.Scale:
    """In SDs around the mean where there are limits, else in values around the values."""
    if _has_limits(chart):
        mean, sd = chart.limits.mean, chart.limits.sd
        return svg.Scale(mean - FURTHEST * sd, mean + FURTHEST * sd, BOTTOM, TOP)
    values = [value for value in chart.values if value is not None] or [0.0]
    room = (max(values) - min(values)) or abs(values[0]) or 1.0
    return svg.Scale(min(values) - room, max(values) + room, BOTTOM, TOP)


def _frame(chart: Chart, y: svg.Scale) -> Iterator[str]:
    yield svg.text(LEFT, 16, chart.name, "strong")
    unit = chart.unit and chart.unit not in chart.name
    more = f"{chart.unit} · {judged_by(chart)}" if unit else judged_by(chart)
    yield svg.text(RIGHT, 16, more, "tick", "end")
    if not _has_limits(chart):
        yield svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis")
        for value in y.ticks(3):
            yield svg.line(LEFT, y.at(value), RIGHT, y.at(value), "grid")
            yield svg.text(RIGHT + 7, y.at(value) + 4, digits.significant(value, 3), "tick")
        return
    for z in range(-3, 4):
        value = chart.limits.mean + z * chart.limits.sd
        yield svg.line(
            LEFT, y.at(value), RIGHT, y.at(value), {0: "mean", 2: "two-sd", 3: "three-sd"}.get(abs(z), "grid")
        )
        sign = "mean" if z == 0 else f"{'+' if z > 0 else '−'}{abs(z)} SD"
        if z != 0:
            yield svg.text(LEFT - 6, y.at(value) + 4, sign.removesuffix(" SD"), "tick small", "end")
        if z in (-3, -2, 0, 2, 3):
            yield svg.text(RIGHT + 7, y.at(value) + 4, digits.significant(value, 3), "tick small")


def _names(plates: Sequence[Placed], x: svg.Scale) -> Iterator[str]:
    """Day or name of some plates, evenly; a plate's own is in its hover text."""
    step = max(1, math.ceil(len(plates) / MOST_NAMES))
    for position in range(0, len(plates), step):
        plate = plates[position].plate
        yield svg.text(x.at(position), BOTTOM + 18, plate.read_at[:10] or _short(plate.plate), "tick small", "middle")


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"


def _baseline(chart: Chart, charts: SegmentCharts, x: svg.Scale) -> Iterator[str]:
    """The plates from which the limits come, as a shade."""
    left, last = chart.limits.n, None
    for position, (each, value) in enumerate(zip(charts.plates, chart.values, strict=True)):
        if left and value is not None and each.standing is not Standing.REJECTED:
            left, last = left - 1, position
    if last is not None and _has_limits(chart):
        yield svg.rectangle(LEFT, TOP, x.at(min(last + 0.5, x.high)) - LEFT, BOTTOM - TOP, "baseline")


def _points(chart: Chart, charts: SegmentCharts, x: svg.Scale, y: svg.Scale) -> Iterator[str]:
    there = [(i, value) for i, value in enumerate(chart.values) if value is not None]
    counted = [(i, v) for i, v in there if charts.plates[i].standing is not Standing.REJECTED]
    if len(counted) > 1:
        yield svg.path([(x.at(i), y.clipped(value)) for i, value in counted], "trace")
    for position, value in there:
        yield _point(charts.plates[position], value, chart.z(position), (x.at(position), y), chart.unit)


def _point(placed: Placed, value: float, z: float | None, where: tuple[float, svg.Scale], unit: str) -> str:
    x, scale = where
    y = scale.clipped(value)
    beyond = "off" if z is not None and abs(z) > 3 else "odd" if z is not None and abs(z) > 2 else ""
    css = f"lj {placed.standing} {beyond}".rstrip()
    if not scale.low <= value <= scale.high:
        shape = svg.triangle(x, y, 5, css, "up" if value > scale.high else "down")
    elif placed.standing is Standing.REJECTED:
        shape = svg.cross(x, y, 4, "left-out")
    else:
        shape = svg.circle(x, y, 3.6, css)
    said = [
        placed.plate.plate,
        placed.plate.read_at.replace("T", " "),
        f"{digits.significant(value, 4)} {unit}".strip(),
    ]
    said += [f"z = {digits.fixed(z, 2)}"] if z is not None else []
    said += [placed.standing.value]
    return svg.group("point", [shape], " · ".join(filter(None, said)), placed.key)
