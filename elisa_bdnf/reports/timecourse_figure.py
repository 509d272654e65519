"""Small multiples: one panel per subject, results in the order of the timepoints, bounds drawn as bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from elisa_bdnf.model.order import natural_order
from elisa_bdnf.model.result import JudgedResult, PlateResult
from elisa_bdnf.reports import digits, svg, words
from elisa_bdnf.reports.overview_table import grouping_attributes, timepoint_names
from elisa_bdnf.reports.sample_tables import result_key
from elisa_bdnf.reports.shown import Shown, shown_result

WIDTH = 940.0
LEFT, GAP, PANEL_HEIGHT, HEAD, FOOT = 66.0, 16.0, 132.0, 26.0, 34.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One subject's place in the picture; ``labeled`` where the values of its axis are written."""

    x: float
    width: float
    scale: svg.Scale
    timepoints: tuple[str, ...]
    labeled: bool

    def at(self, index: int) -> float:
        return self.x + (index + 0.5) * self.width / len(self.timepoints)


def timecourse_figure(result: PlateResult) -> str:
    """SVG; empty where fewer than two timepoints or no subjects are known, or nothing may be read."""
    timepoints = tuple(timepoint_names(result))
    subjects: dict[str, list[JudgedResult]] = {}
    for judged in result.results:
        content = judged.result.content
        if content.subject and content.timepoint:
            subjects.setdefault(content.subject, []).append(judged)
    low, high = _extent(result)
    if not subjects or len(timepoints) < 2 or high <= 0:
        return ""
    columns = _columns(timepoints)
    width = (WIDTH - LEFT - (columns - 1) * GAP) / columns
    height = math.ceil(len(subjects) / columns) * (HEAD + PANEL_HEIGHT + FOOT)
    unit, attributes = result.analysis.protocol.unit, grouping_attributes(result)
    body = [svg.upright_text(13, (height - FOOT + HEAD) / 2, f"{words.ANALYTE} ({unit})", "label")]
    for number, subject in enumerate(sorted(subjects, key=natural_order)):
        row, column = divmod(number, columns)
        top = row * (HEAD + PANEL_HEIGHT + FOOT) + HEAD
        scale = svg.Scale(low, high, top + PANEL_HEIGHT, top, log=low > 0)
        panel = Panel(LEFT + column * (width + GAP), width, scale, timepoints, column == 0)
        known = subjects[subject][0].result.content.attributes
        body += _frame(panel, subject, ", ".join(_said(key, known[key]) for key in attributes if known.get(key)))
        body += _results(panel, subjects[subject], unit)
    description = f"{digits.count(len(subjects), 'subject')}, {len(timepoints)} timepoints each, with 95 % intervals."
    return svg.figure("time-courses", "Time courses", description, (WIDTH, height), body)


def _said(attribute: str, value: str) -> str:
    """``ketamine`` speaks for itself, ``yes`` does not."""
    return f"{attribute}: {value}" if len(value) <= 3 or value.casefold() in ("true", "false") else value


def _columns(timepoints: Sequence[str]) -> int:
    """As many panels side by side as leave room for the names of the timepoints."""
    needed = len(timepoints) * (6.2 * max(len(name) for name in timepoints) + 4)
    return next((n for n in (4, 3, 2) if (WIDTH - LEFT - (n - 1) * GAP) / n >= needed), 1)


def _extent(result: PlateResult) -> tuple[float, float]:
    """One axis for all panels; logarithmic (low > 0) where results differ by more than a factor of ten."""
    values = []
    for judged in result.results:
        one = shown_result(judged)
        bound = judged.result.limit if judged.reportable else None
        values += [v for v in (one.number, one.low, one.high, bound) if v is not None and math.isfinite(v) and v > 0]
    if not values:
        return 0.0, 0.0
    low, high = min(values), max(values)
    return (low / 1.4, high * 1.3) if high > 10 * low else (0.0, high * 1.12)


def _frame(panel: Panel, subject: str, groups: str) -> Iterator[str]:
    top, bottom = panel.scale.end, panel.scale.start
    yield svg.rectangle(panel.x, top, panel.width, bottom - top, "panel")
    yield svg.text(panel.x + 2, top - 8, subject, "strong")
    yield svg.text(panel.x + panel.width - 2, top - 8, groups, "tick", "end")
    for value in panel.scale.ticks(4):
        y = panel.scale.at(value)
        yield svg.line(panel.x, y, panel.x + panel.width, y, "grid")
        if panel.labeled:
            yield svg.text(panel.x - 7, y + 4, digits.exact(round(value, 6)), "tick", "end")
    for index, name in enumerate(panel.timepoints):
        yield svg.text(panel.at(index), bottom + 15, name, "tick small", "middle")


def _results(panel: Panel, members: list[JudgedResult], unit: str) -> Iterator[str]:
    placed = [(panel.timepoints.index(j.result.content.timepoint or ""), j) for j in members]
    placed.sort(key=lambda pair: pair[0])
    yield from _line(panel, placed)
    for index, judged in placed:
        yield _mark(panel, index, judged, unit)


def _line(panel: Panel, placed: list[tuple[int, JudgedResult]]) -> Iterator[str]:
    """Results of neighbouring timepoints are joined; a gap or a bound interrupts the line."""
    values = {index: shown_result(judged).number for index, judged in placed}
    for index, value in values.items():
        following = values.get(index + 1)
        if value is not None and following is not None:
            start, end = panel.scale.at(value), panel.scale.at(following)
            yield svg.line(panel.at(index), start, panel.at(index + 1), end, "course")


def _mark(panel: Panel, index: int, judged: JudgedResult, unit: str) -> str:
    one, x = shown_result(judged), panel.at(index)
    content = judged.result.content
    said = f"{one.text} {unit}" if judged.reportable else one.text
    hover = " · ".join(filter(None, (content.name, content.timepoint, said, one.interval, one.remark)))
    return svg.group("point", _shapes(panel, x, judged, one), hover, result_key(judged))


def _shapes(panel: Panel, x: float, judged: JudgedResult, one: Shown) -> list[str]:
    scale, limit = panel.scale, judged.result.limit
    if one.number is not None:
        ends = [v for v in (one.low, one.high) if v is not None]
        shapes = [svg.line(x, scale.clipped(max(ends[0], scale.low)), x, scale.clipped(ends[1]), "whisker sample")]
        return [*(shapes if len(ends) == 2 else []), svg.circle(x, scale.at(one.number), 4, "sample")]
    if not judged.reportable or limit is None:
        return [svg.cross(x, scale.start - 9, 4.5, "left-out")]
    y = scale.clipped(limit)
    if judged.result.status in words.BELOW:
        return [svg.line(x - 8, y, x + 8, y, "bound"), svg.triangle(x, min(y + 9, scale.start - 3), 5, "bound", "down")]
    return [svg.line(x - 8, y, x + 8, y, "bound"), svg.triangle(x, max(y - 9, scale.end + 3), 5, "bound", "up")]
