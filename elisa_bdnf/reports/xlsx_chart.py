"""The scatter chart of the curve and the cells that it is drawn from.

Every point is a formula: a changed response or parameter moves it. Only numbers get into the chart, since a text among
the concentrations would make a spreadsheet draw all points at 1, 2, 3, …
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports import words
from elisa_bdnf.reports.curve_line import responses_at
from elisa_bdnf.reports.xlsx_book import Sheet
from elisa_bdnf.reports.xlsx_cells import HEADER_ROW, Addresses, Column, Formula, Row, cell_text
from elisa_bdnf.reports.xlsx_formulas import response_formula
from elisa_bdnf.reports.xlsx_samples import CONTROLS, SAMPLES
from elisa_bdnf.reports.xlsx_standards import STANDARDS

POINTS = 61
CHART_ROWS = 27
CURVE = "fitted curve"
ZERO = "zero standard (left edge)"
FIRST_COLUMN = 5  # of chart and points, right of the parameters
POINT_COLUMNS = (
    Column("series", "Series", 14),
    Column("name", "Name", 16),
    Column("x", "In the well\n{unit}", 14, "digits"),
    Column("y", "Response", 12, "response"),
)
CHART_ROW = HEADER_ROW
PLACES = Addresses("Curve", POINT_COLUMNS, CHART_ROW + CHART_ROWS + 3, FIRST_COLUMN)
_INK, _WHITE, _GREY = {"color": "#123C69"}, {"color": "#FFFFFF"}, "#8A94A0"
_NO_LINE, _NO_MARKER = {"none": True}, {"type": "none"}
_LOOKS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {  # series: line, marker
    CURVE: ({**_INK, "width": 2.0}, _NO_MARKER),
    ZERO: (_NO_LINE, {"type": "circle", "size": 7, "fill": _NO_LINE, "border": _INK}),
    "standards": (_NO_LINE, {"type": "circle", "size": 7, "fill": _INK, "border": _WHITE}),
    "controls": (_NO_LINE, {"type": "diamond", "size": 8, "fill": {"color": "#2E7D32"}, "border": _WHITE}),
    "samples": (_NO_LINE, {"type": "x", "size": 6, "border": {"color": "#D9822B", "width": 1.25}}),
    "LLOQ": ({"color": _GREY, "width": 1.0, "dash_type": "dash"}, _NO_MARKER),
    "ULOQ": ({"color": _GREY, "width": 1.0, "dash_type": "long_dash"}, _NO_MARKER),
}


@dataclass(frozen=True, slots=True)
class ChartData:
    """What the chart shows of a plate; ``low`` and ``high`` are the ends of its axis of concentrations."""

    low: float
    high: float
    points: Mapping[str, tuple[Row, ...]]  # by series


def chart_from_result_or_none(result: PlateResult) -> ChartData | None:
    """None without a curve, and where there is nothing for a logarithmic axis."""
    curve = result.analysis.curve
    nominal = [p.level.nominal for p in curve.standards if p.level.nominal > 0] if isinstance(curve, Curve) else []
    if not isinstance(curve, Curve) or not nominal:
        return None
    low, high = _decades(min(nominal), max(nominal))
    top = max(max(point.response, point.fitted) for point in curve.standards)
    points = {
        CURVE: tuple(_curve(curve, max(low, min(nominal) / 2), min(high, max(nominal) * 1.5))),
        ZERO: tuple(_standards(curve, low, zero=True)),
        "standards": tuple(_standards(curve, low, zero=False)),
        "controls": tuple(_read(result.controls, CONTROLS, low, high)),
        "samples": tuple(_read(result.samples, SAMPLES, low, high)),
        "LLOQ": _limit("LLOQ", curve.limits.lloq, low, top),
        "ULOQ": _limit("ULOQ", curve.limits.uloq, low, top),
    }
    named = {series: rows for series, rows in points.items() if rows}
    return ChartData(low, high, named)


def _decades(lowest: float, highest: float) -> tuple[float, float]:
    """Powers of ten around the standards: spreadsheets label only those on a logarithmic axis."""
    return 10.0 ** math.floor(math.log10(lowest * 0.9)), 10.0 ** math.ceil(math.log10(highest * 1.1))


def _curve(curve: Curve, low: float, high: float) -> Iterator[Row]:
    points = [float(f"{low * (high / low) ** (step / (POINTS - 1)):.6g}") for step in range(POINTS)]
    for step, (x, y) in enumerate(zip(points, responses_at(curve, points), strict=True)):
        yield Row({"x": x, "y": Formula(response_formula(curve.model, PLACES.here("x", step)), y)})


def _standards(curve: Curve, low: float, *, zero: bool) -> Iterator[Row]:
    for position, point in enumerate(curve.standards):
        if (point.level.nominal <= 0) is zero:
            x = low if zero else Formula(STANDARDS.there("nominal", position), point.level.nominal)
            y = Formula(STANDARDS.there("response", position), point.response)
            yield Row({"name": point.level.name, "x": x, "y": y})


def _read(judged: Sequence[JudgedSample], table: Addresses, low: float, high: float) -> Iterator[Row]:
    for position, sample in enumerate(judged):
        estimate = sample.estimate
        if estimate.in_well is not None and low <= estimate.in_well <= high and not math.isnan(estimate.group.mean):
            x = Formula(table.there("in_well", position), estimate.in_well)
            y = Formula(table.there("mean", position), estimate.group.mean)
            yield Row({"name": estimate.group.content.name, "x": x, "y": y})


def _limit(name: str, limit: float, low: float, top: float) -> tuple[Row, ...]:
    if not low <= limit < math.inf:
        return ()
    return tuple(Row({"x": Formula(name, limit), "y": y}) for y in (0.0, top))


def write_chart(sheet: Sheet, data: ChartData) -> None:
    """The chart, and below it the points that it draws."""
    chart = sheet.book.workbook.add_chart({"type": "scatter", "subtype": "smooth"})
    rows: list[Row] = []
    for series, points in data.points.items():
        chart.add_series(_series(sheet, series, len(rows), len(points)))
        rows += [replace(row, cells={**row.cells, "series": series}) for row in points]
    title = {"name_font": {"size": 10, "bold": False}, "num_font": {"size": 9}}
    grid = {"visible": True, "line": {"color": "#E4E7EB", "width": 0.75}}
    unit = cell_text(words.unit(sheet.book.unit))
    chart.set_x_axis({
        "name": f"{words.ANALYTE} in the well ({unit})", "log_base": 10, "min": data.low,
        "max": data.high, "major_gridlines": grid, "crossing": "min", "num_format": "General", **title,
    })  # fmt: skip
    chart.set_y_axis({
        "name": "Response", "major_gridlines": grid, "crossing": "min", "num_format": "General", **title,
    })  # fmt: skip
    chart.set_legend({"position": "bottom", "font": {"size": 9}})
    chart.set_title({"none": True})
    chart.set_size({"width": 720, "height": 20 * CHART_ROWS})
    sheet.worksheet.insert_chart(
        CHART_ROW, FIRST_COLUMN, chart, {"description": "Standard curve", "object_position": 3}
    )
    sheet.section(PLACES.first_row - 2, "Points of the chart", len(POINT_COLUMNS), FIRST_COLUMN)
    sheet.worksheet.set_row(PLACES.first_row - 1, 30)
    sheet.table(POINT_COLUMNS, rows, PLACES.first_row, FIRST_COLUMN)


def _series(sheet: Sheet, series: str, first: int, count: int) -> dict[str, Any]:
    top, bottom = PLACES.first_row + first, PLACES.first_row + first + count - 1
    x, y = FIRST_COLUMN + 2, FIRST_COLUMN + 3
    line, marker = _LOOKS[series]
    return {
        "name": series,
        "categories": [sheet.name, top, x, bottom, x],
        "values": [sheet.name, top, y, bottom, y],
        "line": line,
        "marker": marker,
    }
