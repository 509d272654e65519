"""The precision profile as a picture: how well a concentration can be read from this curve, and where.

Drawn are the points of the analysis, nothing is calculated here. Beyond LLOQ and ULOQ the picture is shaded as that of
the curve is; a rug at the foot shows where the samples of the plate lie.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.evidence import PrecisionProfile
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, svg, words

WIDTH, HEIGHT = 420.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 408.0, 26.0, 246.0
_ROOM = 1.25  # × the limit is the least height of the picture
_HIGHEST = 4.0  # × the limit: what lies above leaves the picture
_NAME = 90.0  # width of the name of a limit


def precision_figure(result: PlateResult) -> str:
    """SVG; empty where there is no profile, which the facts of the curve explain."""
    curve, profile = result.analysis.curve, result.analysis.profile
    if not isinstance(curve, Curve) or profile is None or not profile.points:
        return ""
    x, y = _scales(profile)
    unit = words.unit(result.analysis.protocol.unit)
    body = [*_range(curve, x), *_axes(x, y, unit), *_limit(profile, y), *_line(profile, x, y), *_samples(result, x)]
    return svg.figure("precision", "Precision profile", _description(profile, unit), (WIDTH, HEIGHT), body)


def _description(profile: PrecisionProfile, unit: str) -> str:
    said = profile.reason
    if profile.low is not None and profile.high is not None:
        ends = f"{digits.limit(profile.low)} to {digits.limit(profile.high)} {unit}"
        said = f"it is at most {digits.exact(profile.limit_percent)} % from {ends}"
    return f"CV of a concentration from {digits.count(profile.wells, 'well')}, by curve and replicate error: {said}."


def _scales(profile: PrecisionProfile) -> tuple[svg.Scale, svg.Scale]:
    limit = profile.limit_percent
    highest = max((cv for _, cv in profile.points if math.isfinite(cv)), default=limit)
    top = min(max(1.1 * highest, _ROOM * limit), _HIGHEST * limit)
    low, high = profile.points[0][0], profile.points[-1][0]
    return svg.Scale(low / 1.25, high * 1.25, LEFT, RIGHT, log=True), svg.Scale(0.0, top, BOTTOM, TOP)


def _axes(x: svg.Scale, y: svg.Scale, unit: str) -> Iterator[str]:
    for value in y.ticks(5):
        yield svg.line(LEFT, y.at(value), RIGHT, y.at(value), "grid" if value else "axis")
        yield svg.text(LEFT - 8, y.at(value) + 4, digits.exact(round(value, 6)), "tick", "end")
    for value in x.ticks():
        yield svg.line(x.at(value), BOTTOM, x.at(value), BOTTOM + 5, "axis")
        yield svg.text(x.at(value), BOTTOM + 20, digits.exact(value), "tick", "middle")
    yield svg.upright_text(14, (TOP + BOTTOM) / 2, "CV of a concentration (%)", "label")
    yield svg.text((LEFT + RIGHT) / 2, BOTTOM + 44, f"concentration in the well ({unit})", "label", "middle")


def _range(curve: Curve, x: svg.Scale) -> Iterator[str]:
    """The official range; its names stand outside it where there is room: those of a narrow one must not meet."""
    ends = ((curve.limits.lloq, "LLOQ", LEFT, ("start", "end")), (curve.limits.uloq, "ULOQ", RIGHT, ("end", "start")))
    for value, name, edge, anchors in ends:
        if math.isfinite(value) and value > 0:
            at = x.clipped(value)
            yield svg.rectangle(min(at, edge), TOP, abs(edge - at), BOTTOM - TOP, "outside")
            yield svg.line(at, TOP, at, BOTTOM, "limit-line")
            anchor = anchors[abs(edge - at) > _NAME]
            yield svg.text(at, TOP - 8, f"{name} {digits.limit(value)}", "limit-label", anchor)


def _limit(profile: PrecisionProfile, y: svg.Scale) -> Iterator[str]:
    """The CV that the profile is held against: advice."""
    at = y.at(profile.limit_percent)
    yield svg.line(LEFT, at, RIGHT, at, "limit-line")
    name = f"{digits.exact(profile.limit_percent)} %, advised"
    yield svg.text((LEFT + RIGHT) / 2, at - 6, name, "limit-label", "middle")


def _line(profile: PrecisionProfile, x: svg.Scale, y: svg.Scale) -> Iterator[str]:
    """The stretches that lie inside the picture; each place of the profile can be hovered."""
    for stretch in _stretches(profile, y.high):
        yield svg.path([(x.at(at), y.at(cv)) for at, cv in stretch], "curve")
    for at, cv in profile.points[::2]:
        if cv <= y.high:
            hover = f"{digits.concentration(at)}: CV {digits.percent(cv)} %"
            yield svg.group("point", [svg.circle(x.at(at), y.at(cv), 3, "replicate")], hover)


def _stretches(profile: PrecisionProfile, highest: float) -> list[list[tuple[float, float]]]:
    """Runs of neighbouring points whose CV can be drawn."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in profile.points:
        if point[1] <= highest:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _samples(result: PlateResult, x: svg.Scale) -> Iterator[str]:
    """Where the samples lie; those beyond the picture are not in it."""
    read = [judged.estimate.in_well for judged in result.samples]
    inside = [x.at(value) for value in read if value is not None and x.low <= value <= x.high]
    if inside:
        marks = [svg.line(at, BOTTOM - 9, at, BOTTOM, "whisker sample") for at in inside]
        yield svg.group("rug", marks, f"{digits.count(len(inside), 'sample')} of this plate")
