"""A history in the terminal: a line for each chart, or the chart itself in characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf.model.chart import Chart, Placed, SegmentCharts, Standing
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.chart_figure import judged_by
from elisa_bdnf.reports.inert import show

_HEAD = f"  {'chart':<26} {'plates':>6}  {'mean':>9} {'SD':>9} {'CV %':>6}  {'last z':>6}  decides"
_GUTTER = 6  # for the names of the lines
_ROWS = tuple(0.5 * step for step in range(8, -9, -1))  # z from +4 to −4
_LINES = {3.0: "+3 SD", 2.0: "+2 SD", 0.0: "mean", -2.0: "-2 SD", -3.0: "-3 SD"}


def overview_lines(charts: Sequence[SegmentCharts]) -> Iterator[str]:
    """Segment by segment: how many plates, from when to when, and every chart with its limits."""
    for segment in charts:
        read = [each.plate.read_at[:10] for each in segment.plates if each.plate.read_at]
        days = f", read {read[0]} to {read[-1]}" if read else ""
        yield show(f"{segment.segment}: {digits.count(len(segment.plates), 'plate')}{days}")
        yield _HEAD
        for chart in (*segment.controls, *segment.curve):
            yield _line(chart)
        yield ""


def _line(chart: Chart) -> str:
    limits, name = chart.limits, chart.name if chart.unit in chart.name else f"{chart.name} {chart.unit}"
    there = [position for position, value in enumerate(chart.values) if value is not None]
    z = chart.z(there[-1]) if there else None
    cv = digits.fixed(100 * limits.sd / limits.mean, 1) if limits.n > 1 and limits.mean > 0 else digits.MISSING
    decides = {"nothing": "nothing yet", "warnings": "warns", "rejections": "rejects"}[limits.decides]
    mean, sd = (digits.significant(value, 4) if limits.n > 1 else digits.MISSING for value in (limits.mean, limits.sd))
    return f"  {show(name):<26} {len(there):>6}  {mean:>9} {sd:>9} {cv:>6}  {digits.fixed(z, 2):>6}  {decides}" + (
        f" (limits from {limits.n})" if limits.n else ""
    )


def plate_lines(charts: Sequence[SegmentCharts]) -> Iterator[str]:
    """Every plate of every segment, in the order of the charts."""
    for segment in charts:
        yield show(str(segment.segment))
        for each in segment.plates:
            values = [f"{c.control.name} {digits.significant(c.value, 4)}" for c in each.plate.controls]
            read = each.plate.read_at.replace("T", " ") or "no date"
            yield show(f"  {read:<19}  {each.plate.plate:<16}  {each.plate.file:<28}  {'  '.join(values)}")
        yield ""


def chart_lines(chart: Chart, charts: SegmentCharts, width: int) -> Iterator[str]:
    """A Levey–Jennings chart: z from +4 to −4 down, the last plates across, one column each."""
    most = max(10, width - _GUTTER - 1)
    first = max(0, len(charts.plates) - most)
    unit = f" ({chart.unit})" if chart.unit and chart.unit not in chart.name else ""
    yield show(f"{chart.name}{unit}: {judged_by(chart)}")
    if not chart.limits.sd > 0:
        yield "  no limits yet: two plates with different values are needed"
        return
    marks = {i: _mark(chart, charts.plates[i], i) for i in range(first, len(charts.plates)) if chart.z(i) is not None}
    for z in _ROWS:
        row = "".join(_sign(marks.get(i), z) for i in range(first, len(charts.plates)))
        yield f"{_LINES.get(z, ''):>{_GUTTER}}{row}".rstrip()
    yield show(f"{'':>{_GUTTER}}{_span(charts.plates[first:])}")


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
