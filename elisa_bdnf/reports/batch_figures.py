"""Pictures of a batch: a sparkline for each plate, and all standard curves over one another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from elisa_bdnf.model.batch import PlateRow
from elisa_bdnf.reports import digits, svg, words

MOST_CURVES = 400  # more would be a blot and a slow page
WIDTH, HEIGHT = 880.0, 430.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 864.0, 16.0, 378.0
SPARK = (96.0, 26.0)


def sparkline(plate: PlateRow) -> str:
    """The standard curve as a small picture, scaled to itself; empty without a curve."""
    drawn = plate.curve.drawn if plate.curve else None
    if drawn is None or len(drawn.x) < 2:
        return ""
    width, height = SPARK
    x = svg.Scale(drawn.x[0], drawn.x[-1], 2, width - 2, log=True)
    low, high = min(drawn.response), max(drawn.response)
    y = svg.Scale(low, high if high > low else low + 1, height - 3, 3)
    line = svg.path([(x.at(a), y.at(b)) for a, b in zip(drawn.x, drawn.response, strict=True)], "spark")
    dots = "".join(
        svg.circle(x.at(a), y.clipped(b), 1.4, "spark-dot")
        for a, b, _ in drawn.standards
        if drawn.x[0] <= a <= drawn.x[-1]
    )
    box = f"0 0 {svg.number(width)} {svg.number(height)}"
    return f'<svg class="sparkline" viewBox="{box}" aria-hidden="true">{line}{dots}</svg>'


def overlay(plates: Sequence[PlateRow], unit: str, key: str) -> str:
    """The curves of plates with one unit; a curve leads to the row of its plate."""
    shown = [plate for plate in plates if plate.curve and len(plate.curve.drawn.x) > 1][:MOST_CURVES]
    if not shown:
        return ""
    drawn = [plate.curve.drawn for plate in shown if plate.curve]
    x = svg.Scale(min(d.x[0] for d in drawn) / 1.1, max(d.x[-1] for d in drawn) * 1.1, LEFT, RIGHT, log=True)
    top = max(max(d.response) for d in drawn)
    y = svg.Scale(min(0.0, *(min(d.response) for d in drawn)), 1.05 * top if top > 0 else 1.0, BOTTOM, TOP)
    body = [*_axes(x, y, unit), *(_curve(plate, x, y) for plate in sorted(shown, key=lambda p: not p.accepted))]
    said = f"{digits.count(len(shown), 'standard curve')} over one another; those of rejected plates are dashed."
    return svg.figure(key, "All standard curves", said, (WIDTH, HEIGHT), body)


def _axes(x: svg.Scale, y: svg.Scale, unit: str) -> Iterator[str]:
    for value in y.ticks():
        yield svg.line(LEFT, y.at(value), RIGHT, y.at(value), "grid")
        yield svg.text(LEFT - 8, y.at(value) + 4, digits.exact(round(value, 6)), "tick", "end")
    yield svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis")
    for value in x.ticks():
        yield svg.line(x.at(value), BOTTOM, x.at(value), BOTTOM + 5, "axis")
        yield svg.text(x.at(value), BOTTOM + 19, digits.exact(value), "tick", "middle")
    yield svg.text(
        (LEFT + RIGHT) / 2, BOTTOM + 42, f"{words.ANALYTE} in the well ({words.unit(unit)})", "label", "middle"
    )
    yield svg.upright_text(16, (TOP + BOTTOM) / 2, "Response", "label")


def _curve(plate: PlateRow, x: svg.Scale, y: svg.Scale) -> str:
    assert plate.curve is not None  # noqa: S101 - the caller chose plates with a curve
    drawn = plate.curve.drawn
    points = [(x.at(a), y.clipped(b)) for a, b in zip(drawn.x, drawn.response, strict=True) if math.isfinite(b)]
    css = "many" if plate.accepted else "many rejected"
    return svg.group(
        "line", [svg.path(points, css)], f"{plate.plate} · {plate.export} · {plate.verdict.value}", anchor(plate)
    )


def anchor(plate: PlateRow) -> str:
    """The row of a plate on the page of the batch."""
    return f"plate-{plate.folder.replace('/', '--')}"
