"""Axes of study pictures: real time from the baseline to days, and concentrations on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.reports import digits, svg
from elisa_bdnf.reports.study_words import measured_unit, unit_text

HOUR = 60.0
LEAST_GAP = 34.0  # two names of timepoints side by side need so much


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Minutes after the anchor onto coordinates by ln(1 + hours), which shows minutes and days in one picture.

    The baseline lies at zero, whatever its actual time before the infusion.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, minutes: float | None) -> float:
        value = _stretched(minutes or 0.0)
        span = self.high - self.low
        return self.start + (self.end - self.start) * ((value - self.low) / span if span else 0.5)


def _stretched(minutes: float) -> float:
    """Odd, so that a draw before the anchor lies left of it."""
    return math.copysign(math.log1p(abs(minutes) / HOUR), minutes)


def time_axis(timepoints: Sequence[Timepoint], start: float, end: float) -> TimeAxis:
    """An axis that holds every planned timepoint."""
    values = [_stretched(t.minutes or 0.0) for t in timepoints]
    return TimeAxis(min(values), max(values), start, end)


def time_frame(axis: TimeAxis, timepoints: Sequence[Timepoint], top: float, bottom: float) -> Iterator[str]:
    """A line and a name per planned timepoint; names that would touch are set lower in turn."""
    last = -math.inf
    lowered = False
    for timepoint in sorted(timepoints, key=lambda t: t.minutes or 0.0):
        x = axis.at(timepoint.minutes)
        yield svg.line(x, top, x, bottom, "grid")
        lowered = not lowered and x - last < max(LEAST_GAP, 6.4 * len(timepoint.name))
        yield svg.text(x, bottom + (29 if lowered else 16), timepoint.name, "tick", "middle")
        last = x


def value_scale(values: Iterable[float | None], bottom: float, top: float) -> svg.Scale | None:
    """A logarithmic scale with room at both ends; None where there is nothing to show."""
    known = [v for v in values if v is not None and math.isfinite(v) and v > 0]
    if not known:
        return None
    low, high = min(known), max(known)
    room = max(1.12, (high / low) ** 0.07)
    return svg.Scale(low / room, high * room, bottom, top, log=True)


def value_frame(scale: svg.Scale, left: float, right: float, *, labeled: bool = True) -> Iterator[str]:
    """Horizontal lines with their values; a scale of less than a decade has round steps of its own."""
    for value in _round_values(scale):
        y = scale.at(value)
        yield svg.line(left, y, right, y, "grid")
        if labeled:
            yield svg.text(left - 7, y + 4, digits.exact(round(value, 9)), "tick", "end")


def _round_values(scale: svg.Scale) -> list[float]:
    ticks = scale.ticks()
    return ticks if len(ticks) >= 3 else svg.linear_ticks(scale.low, scale.high, 4)


def unit_label(result: StudyResult) -> str:
    """What the vertical axis of concentrations is called."""
    return f"BDNF ({unit_text(result)}), logarithmic"


def measured_label(result: StudyResult) -> str:
    """The same for what the plates read, which is not yet per mL of medium or per mg."""
    if result.design == "human_infusion":
        return unit_label(result)
    return f"As measured ({measured_unit(result)}), logarithmic"
