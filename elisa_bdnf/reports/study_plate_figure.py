"""Plates beside one another: every concentration by plate and lot, and the controls in percent of their nominal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf.model.measurement import Measurement, PlateControl
from elisa_bdnf.model.order import natural_order
from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports import digits, svg
from elisa_bdnf.reports.study_axis import measured_label, value_frame, value_scale

WIDTH, LEFT, HEIGHT, HEAD, FOOT, CONTROLS = 940.0, 70.0, 230.0, 26.0, 58.0, 120.0
MOST_PLATES = 40


def plate_figure(result: StudyResult) -> str:
    """SVG of up to forty plates; empty where there is one plate or none."""
    plates = sorted({each.plate for each in result.measurements if each.used and each.plate}, key=natural_order)
    used = [each for each in result.measurements if each.used and each.plate]
    scale = value_scale((_height(each) for each in used), HEAD + HEIGHT, HEAD)
    if len(plates) < 2 or len(plates) > MOST_PLATES or scale is None:
        return ""
    controls = [control for source in result.sources for control in source.controls if control.plate in plates]
    tall = bool(controls)
    step = (WIDTH - LEFT) / len(plates)
    centers = {plate: LEFT + (index + 0.5) * step for index, plate in enumerate(plates)}
    body = [svg.upright_text(13, HEAD + HEIGHT / 2, measured_label(result), "label")]
    body += value_frame(scale, LEFT, WIDTH)
    for plate in plates:
        members = [each for each in used if each.plate == plate]
        body += _plate(plate, members, centers[plate], step, scale)
    height = HEAD + HEIGHT + FOOT
    if tall:
        body += _controls(controls, centers, height + 8)
        height += CONTROLS + 24
    said = f"{digits.count(len(used), 'value')} on {digits.count(len(plates), 'plate')}."
    return svg.figure("plates", "Plates and lots", said, (WIDTH, height), body)


def _height(each: Measurement) -> float | None:
    return each.concentration if each.concentration is not None else each.limit


def _plate(plate: str, members: Sequence[Measurement], center: float, step: float, scale: svg.Scale) -> Iterator[str]:
    lots = sorted({each.lot for each in members if each.lot})
    bottom = scale.start
    most = max(3, int(step / 7))
    yield svg.text(center, bottom + 17, _short(plate, most), "tick", "middle")
    yield svg.text(
        center,
        bottom + 33,
        f"lot {_short(', '.join(lots), most)}" if lots else "lot not stated",
        "tick small",
        "middle",
    )
    room = min(step * 0.7, 120.0)
    for index, each in enumerate(members):
        height = _height(each)
        if height is None or not height > 0:
            continue
        x = center - room / 2 + room * (index + 0.5) / len(members)
        y = scale.at(height)
        sign = "" if each.concentration is not None else "< " if each.censoring.value == "left" else "> "
        hover = f"{plate}: {each.subject} {each.timepoint} {sign}{digits.concentration(height)}"
        open_mark = svg.triangle(x, y, 5, "censored", "down" if sign == "< " else "up")
        yield svg.group("point", [svg.circle(x, y, 3, "sample") if not sign else open_mark], hover)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _controls(controls: Sequence[PlateControl], centers: dict[str, float], top: float) -> Iterator[str]:
    """Recoveries on one scale: what moves all controls of a plate moves its samples too."""
    known = [c.recovery_percent for c in controls if c.recovery_percent is not None]
    reach = min(100.0, max(30.0, *(abs(v - 100) * 1.1 for v in known))) if known else 30.0
    scale = svg.Scale(100 - reach, 100 + reach, top + CONTROLS, top)
    yield svg.upright_text(13, top + CONTROLS / 2, "control (%)", "label")
    for value in scale.ticks(4):
        yield svg.line(LEFT, scale.at(value), WIDTH, scale.at(value), "axis" if value == 100 else "grid")
        yield svg.text(LEFT - 7, scale.at(value) + 4, digits.exact(value), "tick", "end")
    names = sorted({control.control for control in controls}, key=natural_order)
    for control in controls:
        if control.recovery_percent is None:
            continue
        x = centers[control.plate] + (names.index(control.control) - (len(names) - 1) / 2) * 12
        hover = f"{control.plate}: {control.control} {digits.percent(control.recovery_percent)} % of nominal"
        css = "control" if control.in_range is not False else "control bad-fill"
        yield svg.group("point", [svg.diamond(x, scale.clipped(control.recovery_percent), 5, css)], hover)
