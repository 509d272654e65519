"""Charts as part of a page: controls on the left, the curve on the right, and what both say of a plate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf.model.chart import Chart, SegmentCharts
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.chart_figure import chart_figure
from elisa_bdnf.reports.html_table import table
from elisa_bdnf.reports.inert import html_text
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone

NOTE = (
    "Controls on the left, the curve on the right, over the same plates. Controls off while the curve is as always: "
    "look at the control. Both off: look at the plate (reagents, times, temperature). Mean and SD come from the shaded "
    "plates; dashed lines are at 2 and 3 SD. Crosses are rejected plates, which never count."
)


def chart_section(charts: SegmentCharts, key: str) -> str:
    """Both charts side by side, and a table of the plates that lie beyond 3 SD on any of them."""
    left = _column("Controls", charts.controls, charts, f"{key}-control")
    right = _column("Standard curve", charts.curve, charts, f"{key}-curve")
    return f'<div class="charts">{left}{right}</div>{table(off_table(charts, key))}'


def _column(title: str, shown: Sequence[Chart], charts: SegmentCharts, key: str) -> str:
    figures = "".join(
        f'<div class="card">{chart_figure(chart, charts, f"{key}-{i}")}</div>' for i, chart in enumerate(shown)
    )
    none = '<p class="note">None.</p>'
    return f"<div><h4>{html_text(title)}</h4>{figures or none}</div>"


def off_table(charts: SegmentCharts, key: str) -> Table:
    """Plates beyond 3 SD, and whether the control or the plate is the likelier reason."""
    columns = (
        Column("plate", "Plate"),
        Column("read_at", "Read"),
        Column("verdict", "Verdict"),
        Column("control", "Controls beyond 3 SD"),
        Column("curve", "Curve beyond 3 SD"),
        Column("meaning", "Bad plate or bad control?"),
    )
    rows = tuple(_off_rows(charts))
    return Table(
        f"{key}-off",
        "Plates beyond 3 SD",
        columns,
        rows,
        "",
        "No plate lies beyond 3 SD on a chart of ten plates or more.",
    )


def _off_rows(charts: SegmentCharts) -> Iterator[Row]:
    for position, placed in enumerate(charts.plates):
        controls, curve = charts.beyond(position)
        if controls or curve:
            cells = (
                Cell(placed.plate.plate),
                Cell(placed.plate.read_at.replace("T", " ") or digits.MISSING),
                Cell(placed.standing.value),
                Cell(", ".join(controls) or "none"),
                Cell(", ".join(curve) or "none"),
                Cell(bad_plate_or_control(controls, curve, len(charts.controls))),
            )
            yield Row(cells, tone=Tone.BAD if controls else Tone.WARN)


def bad_plate_or_control(controls: Sequence[str], curve: Sequence[str], all_controls: int) -> str:
    """What points to the control and what to the plate; a hint where to look, no verdict."""
    if controls and curve:
        return "both are off: look at the plate first"
    if curve:
        return "the curve moved, the controls did not: look at standards and reagents"
    if len(controls) == all_controls and all_controls > 1:
        return "all controls are off, the curve is as always: look at what the controls share"
    return "the curve is as always: look at the control first"
