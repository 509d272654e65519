"""Charts to look at: every quantity over the plates of a segment, beside the limits by which the rules judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from elisa_bdnf.model.control_chart import CURVE_QUANTITIES, WARN_FROM, Limits, curve_values, limits_from
from elisa_bdnf.model.history import ChartedPlate, ControlId, EarlierPlates, Segment


class Standing(StrEnum):
    """What a plate is on a chart."""

    EARLIER = "earlier"  # recorded before
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # drawn, and never part of limits


@dataclass(frozen=True, slots=True)
class Placed:
    """A plate on charts; ``key`` is an anchor of the page that shows it, or empty."""

    plate: ChartedPlate
    standing: Standing
    key: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One quantity: a value for each plate of the segment, None where a plate has none."""

    name: str
    unit: str
    values: tuple[float | None, ...]
    limits: Limits

    def z(self, position: int) -> float | None:
        """Of one plate; None without a value or without limits that may be looked at."""
        value = self.values[position]
        return None if value is None or not self.limits.sd > 0 else self.limits.z(value)


@dataclass(frozen=True, slots=True)
class SegmentCharts:
    """All charts of a segment over the same plates, in their order."""

    segment: Segment
    plates: tuple[Placed, ...]
    controls: tuple[Chart, ...]
    curve: tuple[Chart, ...]

    def beyond(self, position: int, z: float = 3.0) -> tuple[list[str], list[str]]:
        """Names of the controls and of the quantities of the curve that are further than ``z`` SD off on one plate."""
        return _beyond(self.controls, position, z), _beyond(self.curve, position, z)


def _beyond(charts: Sequence[Chart], position: int, z: float) -> list[str]:
    judged = [chart for chart in charts if chart.limits.n >= WARN_FROM]
    return [chart.name for chart in judged if (value := chart.z(position)) is not None and abs(value) > z]


def charts_of(placed: Iterable[Placed]) -> list[SegmentCharts]:
    """Charts for each segment, by what segments are called; limits are frozen from the first plates that count."""
    segments: dict[Segment, list[Placed]] = {}
    for each in placed:
        segments.setdefault(each.plate.segment, []).append(each)
    return [_charts(segment, segments[segment]) for segment in sorted(segments, key=str)]


def charts_beside(told: EarlierPlates, *, accepted: bool) -> SegmentCharts:
    """The charts of one plate and those before it."""
    this = Placed(told.this, Standing.ACCEPTED if accepted else Standing.REJECTED)
    earlier = [Placed(plate, Standing.EARLIER) for plate in told.plates]
    return _charts(told.this.segment, [*earlier, this], judged=len(earlier))


def _charts(segment: Segment, placed: Sequence[Placed], judged: int | None = None) -> SegmentCharts:
    """``judged`` is the position of a plate that is judged by the others and therefore no part of the limits."""
    ordered = sorted(placed, key=lambda each: each.plate.order) if judged is None else placed
    counts = [i != judged and each.standing is not Standing.REJECTED for i, each in enumerate(ordered)]
    plates = [each.plate for each in ordered]
    controls = [
        _chart(control.name if len(names) == 1 else str(control), segment.unit,
               [plate.control_or_none(control) for plate in plates], counts)
        for names in _controls(plates) for control in names
    ]  # fmt: skip
    units = ("", "response", "response")
    curve = [
        _chart(name, unit, [curve_values(plate)[i] for plate in plates], counts)
        for i, (name, unit) in enumerate(zip(CURVE_QUANTITIES, units, strict=True))
    ]
    return SegmentCharts(segment, tuple(ordered), tuple(controls), tuple(curve))


def _controls(plates: Sequence[ChartedPlate]) -> Iterator[list[ControlId]]:
    """The controls of all plates, lowest first, those of one name together."""
    found = dict.fromkeys(each.control for plate in plates for each in plate.controls)
    named: dict[str, list[ControlId]] = {}
    for control in sorted(found, key=lambda c: (c.nominal is None, c.nominal or 0.0, c.name, c.lot)):
        named.setdefault(control.name, []).append(control)
    yield from named.values()


def _chart(name: str, unit: str, values: Sequence[float | None], counts: Sequence[bool]) -> Chart:
    base = [value for value, good in zip(values, counts, strict=True) if good and value is not None]
    return Chart(name, unit, tuple(values), limits_from(base))
