"""Ratios with their intervals as a forest: one line per comparison, the line of no change in the middle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.study import StudyResult, SubjectValue
from elisa_bdnf.reports import digits, svg
from elisa_bdnf.reports.study_subject_tables import ordered
from elisa_bdnf.reports.study_words import change_text, contrast_hover

WIDTH, NUMBERS, LINE, HEAD, FOOT = 940.0, 190.0, 24.0, 14.0, 46.0
LEAST_LABELS, MOST_LABELS, LETTER = 180.0, 430.0, 7.2
WIDEST = 20.0  # intervals beyond a twentyfold change are cut with an arrow
TICKS = (0.05, 0.1, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0)
LEAST_TICK_GAP = 40.0


class Entry(NamedTuple):
    """One line: a ratio with its interval, or only a name where a block begins."""

    label: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""
    hover: str = ""
    strong: bool = False
    mark: str = "mean"


def entries_from_contrasts(title: str, contrasts: Sequence[Contrast]) -> list[Entry]:
    """A block of estimates; one without an estimate says why."""
    made = [Entry(title, strong=True)] if title and contrasts else []
    for each in contrasts:
        against = "" if each.against == "baseline" else f" / {each.against}"
        text = each.reason if each.ratio is None else _numbers(each.ratio, each.ci_low, each.ci_high)
        label = f"{each.group}{against}, {each.timepoint}" + (" (primary)" if each.primary else "")
        made.append(Entry(label, each.ratio, each.ci_low, each.ci_high, text, contrast_hover(each)))
    return made


def entries_from_subjects(result: StudyResult, timepoint: str) -> list[Entry]:
    """The change of every subject at one timepoint, with the interval of its measurement error."""
    made: list[Entry] = []
    group = ""
    for subject in ordered(result):
        if len(result.groups) > 1 and subject.group != group:
            group = subject.group
            made.append(Entry(group or "no group", strong=True))
        value = next((v for v in subject.values if v.timepoint == timepoint), None)
        change = value.change if value else None
        if change is None or change.ratio is None:
            made.append(Entry(subject.subject, text=_without_ratio(value)))
            continue
        numbers = _numbers(change.ratio, change.ratio_low, change.ratio_high)
        hover = f"{subject.subject}, {timepoint}: {change_text(change)}"
        made.append(
            Entry(subject.subject, change.ratio, change.ratio_low, change.ratio_high, numbers, hover, mark="sample")
        )
    return made


def _without_ratio(value: SubjectValue | None) -> str:
    """A direction where that is known, else why not: in a few words, since the margin is narrow."""
    if value is None:
        return "missing"
    said = value.change.direction or value.change.reason if value.change else value.reason
    first = said.partition(" and ")[0].removeprefix("the ")
    return first.replace(" is ", " ").replace("the LLOQ", "LLOQ") or "no change can be given"


def _numbers(ratio: float, low: float | None, high: float | None) -> str:
    interval = digits.interval(low, high, ratio)
    return digits.significant(ratio) + ("" if interval == digits.MISSING else f" ({interval})")


def forest_figure(key: str, title: str, axis: str, entries: Sequence[Entry]) -> str:
    """SVG; empty where no line has a number."""
    scale = _scale(entries)
    if scale is None:
        return ""
    bottom = HEAD + LINE * len(entries)
    body = list(_frame(scale, bottom, axis))
    for index, entry in enumerate(entries):
        body += _line(scale, entry, HEAD + LINE * (index + 0.5))
    shown = sum(entry.ratio is not None for entry in entries)
    said = f"{digits.count(shown, 'ratio')} with 95 % intervals."
    return svg.figure(key, title, said, (WIDTH, bottom + FOOT), body)


def _scale(entries: Sequence[Entry]) -> svg.Scale | None:
    """Symmetric about no change, so that a rise and a fall of the same factor are the same length."""
    known = [v for e in entries for v in (e.ratio, e.low, e.high) if v is not None and math.isfinite(v) and v > 0]
    if not known:
        return None
    reach = min(WIDEST, max(1.25, 1.06 * max(max(v, 1 / v) for v in known)))
    longest = max(len(entry.label) for entry in entries)
    labels = min(MOST_LABELS, max(LEAST_LABELS, LETTER * longest + 20))
    return svg.Scale(1 / reach, reach, labels, WIDTH - NUMBERS, log=True)


def _frame(scale: svg.Scale, bottom: float, axis: str) -> Iterator[str]:
    last = -math.inf
    yield svg.rectangle(scale.start, HEAD, scale.end - scale.start, bottom - HEAD, "panel")
    for value in TICKS:
        if not scale.low <= value <= scale.high or (scale.at(value) - last < LEAST_TICK_GAP and value != 1.0):
            continue
        x = last = scale.at(value)
        yield svg.line(x, HEAD, x, bottom, "axis" if value == 1.0 else "grid")
        yield svg.text(x, bottom + 16, digits.exact(value), "tick", "middle")
    yield svg.text((scale.start + scale.end) / 2, bottom + 38, axis, "label", "middle")


def _line(scale: svg.Scale, entry: Entry, y: float) -> Iterator[str]:
    if entry.strong:
        yield svg.text(4, y + 4.5, entry.label, "strong")
    else:
        most = int((scale.start - 16) / LETTER)
        label = entry.label if len(entry.label) <= most else "…" + entry.label[1 - most :]
        yield svg.text(scale.start - 12, y + 4.5, label, "", "end")
    if entry.text:
        yield svg.text(WIDTH - NUMBERS + 10, y + 4.5, entry.text, "tick")
    if entry.ratio is None or not entry.ratio > 0:
        return
    shapes = []
    if entry.low is not None and entry.high is not None:
        ends = (scale.clipped(max(entry.low, scale.low)), scale.clipped(entry.high))
        shapes.append(svg.line(ends[0], y, ends[1], y, "mean-whisker"))
        shapes += [svg.triangle(ends[1], y, 5, "mean", "right")] if entry.high > scale.high else []
        shapes += [svg.triangle(ends[0], y, 5, "mean", "left")] if entry.low < scale.low else []
    x = scale.clipped(entry.ratio)
    shapes.append(svg.diamond(x, y, 6, "mean") if entry.mark == "mean" else svg.circle(x, y, 4, "sample"))
    yield svg.group("point", shapes, entry.hover)
