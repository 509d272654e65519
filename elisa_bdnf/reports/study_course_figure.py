"""Time courses: a thin line per subject and the geometric mean of its group with its interval, over real time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from elisa_bdnf.model.study import Descriptive, StudyResult, StudySubject, SubjectValue
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.reports import digits, svg
from elisa_bdnf.reports.study_axis import TimeAxis, time_axis, time_frame, unit_label, value_frame, value_scale
from elisa_bdnf.reports.study_subject_tables import ordered
from elisa_bdnf.reports.study_words import value_text

WIDTH, LEFT, GAP, HEAD, FOOT = 940.0, 70.0, 26.0, 28.0, 44.0
PANEL_HEIGHT = 300.0
MOST_SIDE_BY_SIDE = 2


@dataclass(frozen=True, slots=True)
class Panel:
    """One group's place in the picture."""

    title: str
    subjects: tuple[StudySubject, ...]
    means: tuple[Descriptive, ...]
    times: TimeAxis
    scale: svg.Scale
    labeled: bool


def course_figure(result: StudyResult, key: str, members: dict[str, list[StudySubject]]) -> str:
    """SVG of one panel per group; empty where nothing can be shown."""
    groups = {name: subjects for name, subjects in members.items() if subjects}
    if not groups or len(result.timepoints) < 2 or value_scale(_values(result), 1, 0) is None:
        return ""
    columns = min(len(groups), MOST_SIDE_BY_SIDE)
    width = (WIDTH - LEFT - (columns - 1) * GAP) / columns
    rows = math.ceil(len(groups) / columns)
    height = rows * (HEAD + PANEL_HEIGHT + FOOT)
    body = [svg.upright_text(13, HEAD + PANEL_HEIGHT / 2, unit_label(result), "label")]
    for number, (name, subjects) in enumerate(groups.items()):
        row, column = divmod(number, columns)
        top, left = row * (HEAD + PANEL_HEIGHT + FOOT) + HEAD, LEFT + column * (width + GAP)
        scale = value_scale(_values(result), top + PANEL_HEIGHT, top)
        assert scale is not None  # noqa: S101  (asked above; the same values)
        means = tuple(each for each in result.descriptives if each.group == name)
        times = time_axis(result.timepoints, left + 34, left + width - 34)
        body += _panel(Panel(name, tuple(subjects), means, times, scale, column == 0), result.timepoints, left, width)
    said = f"{digits.count(len(result.subjects), 'subject')} in {digits.count(len(groups), 'panel')}, 95 % intervals."
    return svg.figure(key, "Time courses of subjects and groups", said, (WIDTH, height), body)


def by_group(result: StudyResult) -> dict[str, list[StudySubject]]:
    """Subjects of each group, in the order of the report."""
    return {group: [s for s in ordered(result) if s.group == group] for group in result.groups}


def by_response(result: StudyResult) -> dict[str, list[StudySubject]]:
    """Subjects of each class of response for which there are figures."""
    classes = list(dict.fromkeys(each.group for each in result.by_responder))
    return {name: [s for s in ordered(result) if s.responder == name] for name in classes}


def _values(result: StudyResult) -> Iterator[float | None]:
    """All that is drawn, so that panels share one scale."""
    for subject in result.subjects:
        for value in subject.values:
            if value.measurement is not None and value.state in ("measured", "below", "above"):
                yield value.measurement.concentration
                yield value.measurement.limit if value.state != "measured" else None
    for each in result.descriptives:
        yield from (each.geometric_mean, each.geometric_low, each.geometric_high)


def _panel(panel: Panel, timepoints: Sequence[Timepoint], left: float, width: float) -> Iterator[str]:
    top, bottom = panel.scale.end, panel.scale.start
    yield svg.rectangle(left, top, width, bottom - top, "panel")
    yield svg.text(left + 2, top - 9, panel.title, "strong")
    yield svg.text(left + width - 2, top - 9, digits.count(len(panel.subjects), "subject"), "tick", "end")
    yield from value_frame(panel.scale, left, left + width, labeled=panel.labeled)
    yield from time_frame(panel.times, timepoints, top, bottom)
    nominal = {timepoint.name: timepoint.minutes for timepoint in timepoints}
    for subject in panel.subjects:
        yield from _course(panel, subject, nominal)
    yield from _means(panel, nominal)


def _course(panel: Panel, subject: StudySubject, nominal: dict[str, float | None]) -> Iterator[str]:
    """One subject; a censored or missing value interrupts the line, and a censored one is an open triangle."""
    places = [(value, _place(panel, value, nominal)) for value in subject.values]
    hover = f"{subject.subject}: " + ", ".join(f"{v.timepoint} {value_text(v)}" for v in subject.values)
    shapes = [
        svg.line(*a, *b, "spaghetti")
        for (first, a), (second, b) in pairwise(places)
        if a and b and first.state == second.state == "measured"
    ]
    shapes += [_mark(value, place) for value, place in places if place is not None]
    yield svg.group("course-of-one", shapes, hover)


def _place(panel: Panel, value: SubjectValue, nominal: dict[str, float | None]) -> svg.Point | None:
    measurement = value.measurement
    if measurement is None or value.state not in ("measured", "below", "above"):
        return None
    height = measurement.concentration if value.state == "measured" else measurement.limit
    if height is None or not height > 0:
        return None
    planned = nominal[value.timepoint]
    # The time of a baseline before the infusion says nothing on this axis; all baselines lie at its left end.
    minutes = planned if planned is None or measurement.actual_minutes is None else measurement.actual_minutes
    return (panel.times.at(minutes), panel.scale.at(height))


def _mark(value: SubjectValue, place: svg.Point) -> str:
    if value.state == "measured":
        return svg.circle(*place, 2.4, "spaghetti-dot")
    return svg.triangle(*place, 5, "censored", "down" if value.state == "below" else "up")


def _means(panel: Panel, nominal: dict[str, float | None]) -> Iterator[str]:
    places = []
    for each in panel.means:
        if each.geometric_mean is not None and each.timepoint in nominal:
            x = panel.times.at(nominal[each.timepoint])
            places.append((x, panel.scale.at(each.geometric_mean)))
            yield _mean(panel, each, x)
    if len(places) > 1:
        yield svg.path(places, "mean-line")


def _mean(panel: Panel, each: Descriptive, x: float) -> str:
    assert each.geometric_mean is not None  # noqa: S101
    y = panel.scale.at(each.geometric_mean)
    interval = digits.interval(each.geometric_low, each.geometric_high, each.geometric_mean)
    hover = (
        f"{each.group}, {each.timepoint}: geometric mean {digits.concentration(each.geometric_mean)} "
        f"(95 % interval {interval}), n = {each.n}, {each.n_below_lloq} below LLOQ"
    )
    shapes = []
    if each.geometric_low is not None and each.geometric_high is not None:
        ends = [panel.scale.clipped(v) for v in (each.geometric_low, each.geometric_high)]
        shapes.append(svg.line(x, ends[0], x, ends[1], "mean-whisker"))
    return svg.group("point", [*shapes, svg.diamond(x, y, 6, "mean")], hover)
