"""The standard curve with everything that was read on it.

The x axis is logarithmic, so the zero standard has a place of its own left of a break. Samples and controls lie on
their responses with their intervals; what has no inverse stands at the edge to which it belongs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.response import WellResponse, WellUse
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports import digits, svg, words
from elisa_bdnf.reports.curve_line import line_and_band
from elisa_bdnf.reports.sample_tables import sample_key
from elisa_bdnf.reports.shown import shown

WIDTH, HEIGHT = 880.0, 500.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 864.0, 26.0, 444.0
BREAK = 58.0  # width of the place of the zero standard
ZERO_X = LEFT + 26.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where values lie in the picture."""

    x: svg.Scale
    y: svg.Scale

    def place(self, concentration: float, response: float) -> svg.Point:
        x = ZERO_X if concentration <= 0 else self.x.clipped(concentration)
        return x, self.y.clipped(response)


def curve_figure(result: PlateResult) -> str:
    """SVG. Without a curve the standards alone are drawn, which is how one sees why there is none."""
    frame = _frame(result)
    curve = result.analysis.curve
    body = [*_range(result, frame), *_axes(result, frame)]
    if isinstance(curve, Curve):
        body += _as_acquired(result, frame)
        body += _curve(curve, frame)
    body += _samples(result, frame)
    body += _controls(result, frame)
    body += _standards(result, frame)
    if not isinstance(curve, Curve):
        body.append(svg.text((LEFT + RIGHT) / 2, TOP + 24, "no curve: " + curve.reason, "bad strong", "middle"))
    body.append(_legend(controls=bool(result.controls), samples=bool(result.samples)))
    return svg.figure("curve", "Standard curve", _description(result), (WIDTH, HEIGHT), body)


def _description(result: PlateResult) -> str:
    levels = [well for well in result.analysis.responses.wells if well.content.role is Role.STANDARD]
    return (
        f"Response against concentration in the well on a logarithmic axis: {len(levels)} wells with standards, "
        f"{len(result.controls)} controls and {len(result.samples)} samples."
    )


def _frame(result: PlateResult) -> Frame:
    wells = [w for w in result.analysis.responses.wells if w.content.role is not Role.EMPTY]
    nominal = [w.content.nominal for w in wells if w.content.role is Role.STANDARD and w.content.nominal]
    low, high = (min(nominal), max(nominal)) if nominal else (1.0, 1000.0)
    responses = [w.response for w in wells if math.isfinite(w.response)] or [0.0, 1.0]
    bottom, top = min(0.0, *responses), max(responses)
    room = 0.06 * ((top - bottom) or 1.0)
    bottom = bottom - room if bottom < 0 else 0.0
    x = svg.Scale(low / 2.2, high * 2.2, LEFT + BREAK, RIGHT, log=True)
    return Frame(x, svg.Scale(bottom, top + room, BOTTOM, TOP))


def _axes(result: PlateResult, frame: Frame) -> Iterator[str]:
    for value in frame.y.ticks():
        y = frame.y.at(value)
        yield svg.line(LEFT, y, RIGHT, y, "grid")
        yield svg.text(LEFT - 8, y + 4, digits.exact(round(value, 6)), "tick", "end")
    yield _x_axis(frame.x)
    unit = result.analysis.protocol.unit
    yield svg.text(
        (LEFT + RIGHT) / 2, BOTTOM + 42, f"{words.ANALYTE} in the well ({words.unit(unit)})", "label", "middle"
    )
    yield svg.upright_text(16, (TOP + BOTTOM) / 2, f"Response ({response_name(result)})", "label")


@lru_cache(maxsize=16)  # plates of a batch have the same standards
def _x_axis(scale: svg.Scale) -> str:
    made = ""
    for value in scale.ticks():
        x = scale.at(value)
        made += svg.line(x, BOTTOM, x, BOTTOM + 5, "axis")
        made += svg.text(x, BOTTOM + 19, digits.exact(value), "tick", "middle")
    gap = LEFT + BREAK - 8
    made += svg.line(LEFT, BOTTOM, gap - 3, BOTTOM, "axis") + svg.line(gap + 3, BOTTOM, RIGHT, BOTTOM, "axis")
    for x in (gap - 3, gap + 3):
        made += svg.line(x - 3, BOTTOM + 6, x + 3, BOTTOM - 6, "axis")
    return made + svg.text(ZERO_X, BOTTOM + 19, "0", "tick", "middle")


def response_name(result: PlateResult) -> str:
    """``450 − 570``: what the response is, by the labels of the channels."""
    responses = result.analysis.responses
    reference = f" − {responses.reference_channel}" if responses.reference_channel else ""
    return f"{responses.main_channel}{reference}"


def _range(result: PlateResult, frame: Frame) -> Iterator[str]:
    curve = result.analysis.curve
    if not isinstance(curve, Curve):
        return
    limits = curve.limits
    ends = ((limits.lloq, "LLOQ", LEFT, limits.lloq_reason), (limits.uloq, "ULOQ", RIGHT, limits.uloq_reason))
    for value, name, edge, reason in ends:
        if not (math.isfinite(value) and value > 0):
            continue
        x = frame.x.clipped(value)
        hover = f"{name} {digits.limit(value)} {result.analysis.protocol.unit} in the well: {reason}"
        shade = svg.rectangle(min(x, edge), TOP, abs(edge - x), BOTTOM - TOP, "outside")
        label = svg.text(x, TOP - 8, f"{name} {digits.limit(value)}", "limit-label", "middle")
        yield svg.group("limit", [shade, svg.line(x, TOP, x, BOTTOM, "limit-line"), label], hover)


def _curve(curve: Curve, frame: Frame) -> Iterator[str]:
    drawn = line_and_band(curve, frame.x.low, frame.x.high)
    across = _across(frame.x, tuple([x for x, _, _ in drawn]))
    points = [(x, y, error) for x, (_, y, error) in zip(across, drawn, strict=True) if math.isfinite(y)]
    band = [point for point in points if math.isfinite(point[2])]
    if band:
        upper = [(x, frame.y.clipped(y + 2 * error)) for x, y, error in band]
        lower = [(x, frame.y.clipped(y - 2 * error)) for x, y, error in reversed(band)]
        yield svg.group("band", [svg.area(upper + lower, "band-area")], "fitted curve ± 2 standard errors")
    line = _inside([(x, frame.y.at(y)) for x, y, _ in points])
    yield svg.group("fit", [svg.path(line, "curve")], words.curve_in_words(curve))


@lru_cache(maxsize=16)  # plates of a batch have the same standards
def _across(scale: svg.Scale, points: tuple[float, ...]) -> list[float]:
    return list(map(scale.at, points))


def _as_acquired(result: PlateResult, frame: Frame) -> Iterator[str]:
    """The curve before editing, dashed; nothing where nothing was edited."""
    editing = result.analysis.editing
    if editing is None or not editing.in_force or not isinstance(editing.acquired, Curve):
        return
    points = line_and_band(editing.acquired, frame.x.low, frame.x.high)
    line = _inside([(frame.x.at(x), frame.y.at(y)) for x, y, _ in points if math.isfinite(y)])
    yield svg.group("fit", [svg.path(line, "curve acquired")], "the curve as acquired, before editing")


def _inside(line: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The part of a line inside the picture, cut at its edge: a curve that leaves it must not run along the edge."""
    kept: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in pairwise(line):
        inside = (TOP <= y0 <= BOTTOM, TOP <= y1 <= BOTTOM)
        if inside[0]:
            kept.append((x0, y0))
        if inside[0] != inside[1]:
            edge = TOP if min(y0, y1) < TOP else BOTTOM
            kept.append((x0 + (x1 - x0) * (edge - y0) / (y1 - y0), edge))
    if line and TOP <= line[-1][1] <= BOTTOM:
        kept.append(line[-1])
    return kept


def _standards(result: PlateResult, frame: Frame) -> Iterator[str]:
    for well in result.analysis.responses.wells:
        if well.content.role is Role.STANDARD and well.content.nominal is not None and math.isfinite(well.response):
            yield _standard(well, frame, result.analysis.protocol.unit)


def _standard(well: WellResponse, frame: Frame, unit: str) -> str:
    nominal = well.content.nominal or 0.0
    x, y = frame.place(nominal, well.response)
    hover = f"{well.well} · {words.content(well.content)} · {digits.exact(nominal)} {unit}"
    hover += f" · response {digits.response(well.response)}"
    if well.use is not WellUse.USED:
        hover += f" · {words.USE[well.use]}: {well.reason}"
        return svg.group("point", [svg.cross(x, y, 5, "left-out")], hover, f"well-{well.well}")
    return svg.group("point", [svg.circle(x, y, 5, "standard")], hover, f"well-{well.well}")


def _samples(result: PlateResult, frame: Frame) -> Iterator[str]:
    for judged in result.samples:
        css = "sample" if judged.reportable else "sample unreported"
        yield _read_on_curve(judged, frame, result, css)


def _controls(result: PlateResult, frame: Frame) -> Iterator[str]:
    for judged in result.controls:
        yield _read_on_curve(judged, frame, result, "control")


def _read_on_curve(judged: JudgedSample, frame: Frame, result: PlateResult, css: str) -> str:
    estimate = judged.estimate
    control, mean, in_well = css == "control", estimate.group.mean, estimate.in_well
    hover, key = _hover(judged, result), sample_key(judged)
    key = key.replace("sample", "control", 1) if control else key
    if not math.isfinite(mean) or in_well is None or in_well <= 0:
        return svg.group("point", (_at_the_edge(judged, frame, css),), hover, key)
    x, y = frame.place(in_well, mean)
    low, high = estimate.in_well_low, estimate.in_well_high
    shapes = []
    if low is not None and high is not None:
        left = frame.x.clipped(low)
        shapes.append(svg.line(left, y, frame.x.clipped(high), y, f"whisker {css}"))
    if in_well > frame.x.high or in_well < frame.x.low:
        shapes.append(svg.triangle(x, y, 6, css, "right" if in_well > frame.x.high else "left"))
    else:
        shapes.append(svg.diamond(x, y, 6.5, css) if control else svg.circle(x, y, 3.6, css))
    return svg.group("point", shapes, hover, key)


def _at_the_edge(judged: JudgedSample, frame: Frame, css: str) -> str:
    """What has no inverse: at the left edge what is too low, at the right edge what is too high."""
    mean, low = judged.estimate.group.mean, judged.estimate.status in words.BELOW
    if judged.estimate.status is RangeStatus.NO_VALUE and math.isfinite(mean):
        return svg.line(LEFT, frame.y.clipped(mean), LEFT + 10, frame.y.clipped(mean), f"whisker {css}")
    y = frame.y.clipped(mean) if math.isfinite(mean) else TOP + 6
    return svg.triangle(LEFT + 7 if low else RIGHT - 7, y, 6, css, "left" if low else "right")


def _hover(judged: JudgedSample, result: PlateResult) -> str:
    estimate, one, unit = judged.estimate, shown(judged), result.analysis.protocol.unit
    parts = [words.content(estimate.group.content), "wells " + " ".join(estimate.group.all_wells)]
    parts.append(f"response {digits.response(estimate.group.mean)}")
    if estimate.in_well is not None:
        parts.append(f"{digits.concentration(estimate.in_well)} {unit} in the well")
    parts.append(f"{one.text} {unit}" if judged.reportable else one.text)
    if one.interval:
        parts.append(f"95 % {one.interval}")
    return " · ".join(filter(None, (*parts, one.remark)))


@lru_cache(maxsize=4)
def _legend(*, controls: bool, samples: bool) -> str:
    x, y = LEFT + BREAK + 22, TOP + 22
    entries = [(svg.circle(x, y - 4, 5, "standard"), "standard, one well")]
    if controls:
        entries.append((svg.diamond(x, 0, 6.5, "control"), "control, 95 % interval"))
    if samples:
        entries.append((svg.circle(x, 0, 3.6, "sample"), "sample, 95 % interval"))
        entries.append((svg.triangle(x, 0, 6, "sample", "right"), "beyond the picture, or without an inverse"))
    made = svg.rectangle(x - 12, y - 16, 286, 20 * len(entries) + 6, "backdrop")
    for index, (shape, name) in enumerate(entries):
        moved = shape if index == 0 else f'<g transform="translate(0 {svg.number(y - 4 + 20 * index)})">{shape}</g>'
        made += moved + svg.text(x + 14, y + 20 * index, name, "tick")
    return made
