"""Recovery of every standard: the picture by which a curve is judged."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.model.curve import Curve, StandardPoint
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, svg, words
from elisa_bdnf.reports.plate_tables import well_estimates
from elisa_bdnf.reports.standard_tables import allowed_error, end_levels

WIDTH, HEIGHT = 420.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 408.0, 16.0, 246.0


def recovery_figure(result: PlateResult) -> str:
    """SVG; empty without a curve or without standards that have a recovery."""
    curve = result.analysis.curve
    if not isinstance(curve, Curve):
        return ""
    points = sorted((p for p in curve.standards if p.level.nominal > 0), key=lambda p: p.level.nominal)
    if not points:
        return ""
    limits, ends = result.analysis.protocol.limits, end_levels(result)
    wells = _well_recoveries(result, points)
    scale = _scale([p.recovery_percent for p in points] + [r for each in wells.values() for _, r in each])
    step = (RIGHT - LEFT) / len(points)
    body = list(_axes(scale, result.analysis.protocol.unit))
    for index, point in enumerate(points):
        x = LEFT + (index + 0.5) * step
        allowed = allowed_error(point.level.nominal, limits, ends)
        body += () if point.level.anchor else _allowed(scale, x, step, allowed)
        body += _level(scale, x, point, wells[point.level.nominal], allowed, len(points))
    judged = [p for p in points if not p.level.anchor]
    inside = sum(_good(p, allowed_error(p.level.nominal, limits, ends)) for p in judged)
    return svg.figure(
        "recovery", "Recovery of the standards", f"{inside} of {len(judged)} levels recover within their limits.",
        (WIDTH, HEIGHT), body,
    )  # fmt: skip


def _good(point: StandardPoint, allowed: float) -> bool:
    if point.level.anchor:
        return True  # helps the fit only; not judged
    return (
        not point.edited and point.recovery_percent is not None and abs(point.recovery_percent - 100) <= allowed + 1e-9
    )


def _well_recoveries(result: PlateResult, points: list[StandardPoint]) -> dict[float, list[tuple[str, float]]]:
    estimates = well_estimates(result)
    return {
        point.level.nominal: [
            (well, 100 * x / point.level.nominal)
            for well in point.level.wells
            if well in estimates and (x := estimates[well].in_well) is not None
        ]
        for point in points
    }


def _scale(recoveries: list[float | None]) -> svg.Scale:
    known = [abs(value - 100) for value in recoveries if value is not None]
    half = min(max([38.0, *(1.1 * value for value in known)]), 120.0)
    return svg.Scale(max(0.0, 100 - half), 100 + half, BOTTOM, TOP)


def _axes(scale: svg.Scale, unit: str) -> Iterator[str]:
    for value in scale.ticks(6):
        y = scale.at(value)
        yield svg.line(LEFT, y, RIGHT, y, "grid" if round(value) != 100 else "axis")
        yield svg.text(LEFT - 8, y + 4, digits.exact(round(value, 6)), "tick", "end")
    yield svg.upright_text(14, (TOP + BOTTOM) / 2, "Recovery (%)", "label")
    yield svg.text((LEFT + RIGHT) / 2, BOTTOM + 44, f"nominal concentration ({words.unit(unit)})", "label", "middle")


def _allowed(scale: svg.Scale, x: float, step: float, allowed: float) -> Iterator[str]:
    top, bottom = scale.clipped(100 + allowed), scale.clipped(100 - allowed)
    yield svg.group(
        "allowed", [svg.rectangle(x - step / 2, top, step, bottom - top, "band-area")], f"allowed: 100 ± {allowed:g} %"
    )  # fmt: skip


def _level(
    scale: svg.Scale, x: float, point: StandardPoint, wells: list[tuple[str, float]], allowed: float, levels: int
) -> Iterator[str]:
    small = "tick" if levels <= 9 else "tick small"
    yield svg.text(x, BOTTOM + 20, digits.exact(point.level.nominal), small, "middle")
    for well, recovery in wells:
        hover = f"{well}: recovery {digits.percent(recovery)} %"
        yield svg.group("point", [svg.circle(x, scale.clipped(recovery), 3, "replicate")], hover, f"well-{well}")
    hover = f"standard {digits.exact(point.level.nominal)}: recovery {digits.percent(point.recovery_percent)} %"
    if point.recovery_percent is None:
        yield svg.text(x, scale.at(100) + 4, "none", "tick small bad", "middle")
        return
    css = "standard" if _good(point, allowed) else "standard bad-fill"
    beyond = abs(scale.clipped(point.recovery_percent) - scale.at(point.recovery_percent)) > 1e-9
    y = scale.clipped(point.recovery_percent)
    direction = "up" if point.recovery_percent > 100 else "down"
    shape = svg.triangle(x, y, 6, css, direction) if beyond else svg.circle(x, y, 5, css)
    yield svg.group("point", [shape], hover)
