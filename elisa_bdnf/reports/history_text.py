"""A history in the terminal: a line for each chart, or the chart itself in characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from elisa_bdnf.model.chart import Chart, Placed, SegmentCharts, Standing
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.chart_figure import judged_by
from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.terminal_table import joined, table, text

if TYPE_CHECKING:
    from rich.console import RenderableType

_NAMES, _VALUES = 7, 8  # characters for the names of the lines, and for what they stand at
_WIDE = 60  # from which on there is room for values
_ROWS = tuple(0.5 * step for step in range(8, -9, -1))  # z from +4 to −4
_LINES = {3.0: "+3 SD", 2.0: "+2 SD", 0.0: "mean", -2.0: "-2 SD", -3.0: "-3 SD"}


def overview_parts(charts: Sequence[SegmentCharts]) -> Iterator[RenderableType]:
    """Segment by segment: how many plates, from when to when, and every chart with its limits."""
    for segment in charts:
        read = [each.plate.read_at[:10] for each in segment.plates if each.plate.read_at]
        days = f", read {read[0]} to {read[-1]}" if read else ""
        yield joined([(str(segment.segment), "bold"), (f": {digits.count(len(segment.plates), 'plate')}{days}", "")])
        titles = ("chart", "plates", "mean", "SD", "CV %", "last z", "limits from", "decides")
        yield table(titles, [_cells(chart) for chart in (*segment.controls, *segment.curve)], numeric=range(1, 7))


def _cells(chart: Chart) -> tuple[str, ...]:
    limits, name = chart.limits, chart.name if chart.unit in chart.name else f"{chart.name} {chart.unit}"
    there = [position for position, value in enumerate(chart.values) if value is not None]
    z = chart.z(there[-1]) if there else None
    cv = digits.fixed(100 * limits.sd / limits.mean, 1) if limits.n > 1 and limits.mean > 0 else digits.MISSING
    decides = {"nothing": "nothing yet", "warnings": "warns", "rejections": "rejects"}[limits.decides]
    mean, sd = (digits.significant(value, 4) if limits.n > 1 else digits.MISSING for value in (limits.mean, limits.sd))
    return name, str(len(there)), mean, sd, cv, digits.fixed(z, 2), str(limits.n) if limits.n else "", decides


def plate_parts(charts: Sequence[SegmentCharts]) -> Iterator[RenderableType]:
    """Every plate of every segment with its controls, in the order of the charts."""
    for segment in charts:
        yield text(str(segment.segment), "bold")
        titles = ("read", "plate", "export", *(chart.name for chart in segment.controls))
        rows = []
        for position, each in enumerate(segment.plates):
            values = [digits.significant(chart.values[position], 4) for chart in segment.controls]
            read = each.plate.read_at.replace("T", " ") or "no date"
            rows.append((read, each.plate.plate, each.plate.file, *values))
        yield table(titles, rows, numeric=range(3, len(titles)))


def chart_lines(chart: Chart, charts: SegmentCharts, width: int) -> Iterator[str]:
    """A Levey–Jennings chart: z from +4 to −4 down, the last plates across, one column each."""
    gutter = _NAMES + (_VALUES if width >= _WIDE else 0)
    most = max(10, width - gutter - 1)
    first = max(0, len(charts.plates) - most)
    shown = range(first, len(charts.plates))
    unit = f" ({chart.unit})" if chart.unit and chart.unit not in chart.name else ""
    yield show(f"{chart.name}{unit}: {judged_by(chart)}")
    if not chart.limits.sd > 0:
        yield "  no limits yet: two plates with different values are needed"
        return
    marks = {i: _mark(chart, charts.plates[i], i) for i in shown if chart.z(i) is not None}
    for z in _ROWS:
        row = "".join(_sign(marks.get(i), z) for i in shown)
        yield f"{_name(chart, z, gutter)}{row}".rstrip()
    base = _base(chart, charts.plates)
    yield f"{'limits':<{gutter}}{''.join('=' if i in base else ' ' for i in shown)}".rstrip()
    yield show(f"{'':>{gutter}}{_span(charts.plates[first:])}")


def _name(chart: Chart, z: float, gutter: int) -> str:
    """Of a line, and where it stands if there is room."""
    name = _LINES.get(z, "")
    value = digits.significant(chart.limits.mean + z * chart.limits.sd, 4) if name and gutter > _NAMES else ""
    return f"{name:>{_NAMES - 1}} {f'{value:>{_VALUES - 1}} ' if gutter > _NAMES else ''}"


def _base(chart: Chart, plates: Sequence[Placed]) -> set[int]:
    """The positions of the plates that the limits come from."""
    counted = [
        position
        for position, (placed, value) in enumerate(zip(plates, chart.values, strict=True))
        if value is not None and placed.standing is not Standing.REJECTED
    ]
    return set(counted[: chart.limits.n])


def _mark(chart: Chart, placed: Placed, position: int) -> tuple[float, str]:
    z = chart.z(position) or 0.0
    row = min(max(round(2 * z) / 2, _ROWS[-1]), _ROWS[0])
    if placed.standing is Standing.REJECTED:
        return row, "x"
    return row, "X" if abs(z) > 3 else "o" if abs(z) > 2 else "*"


def _sign(mark: tuple[float, str] | None, z: float) -> str:
    if mark is not None and mark[0] == z:
        return mark[1]
    return "-" if z == 0 else "." if z in _LINES else " "


def _span(plates: Sequence[Placed]) -> str:
    ends = [each.plate.read_at[:10] or each.plate.plate for each in (plates[0], plates[-1])]
    return f"{ends[0]} … {ends[1]}" if len(plates) > 1 else ends[0]
