"""Westgard's rules: the controls of a plate beside those of the accepted plates before it (DOMAIN §4).

Limits are frozen from the first plates of a segment, and a new kit lot opens a new one. The rules see values alone:
what is earlier was looked up before the plate was judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from elisa_bdnf.model.control_chart import FROZEN, WARN_FROM, Series, control_series, rows_of_z
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.history import ControlId, EarlierPlates
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject

NO_HISTORY = "no history of earlier plates was given"
_SOURCE = (
    "Westgard multirule; false alarms of plates in control were simulated: 1.9 % with two controls, 2.9 % with three"
)


@dataclass(frozen=True, slots=True)
class _Chart:
    """One control with enough earlier plates; ``level`` is WARN while there are too few to reject by."""

    control: ControlId
    wells: tuple[Well, ...]
    series: Series
    level: FindingLevel | None

    @property
    def z(self) -> tuple[float, ...]:
        return self.series.z

    def remark(self, said: str, measured: str, limit: str, level: FindingLevel | None = None) -> Remark:
        return _remark((self,), f"control {self.control.name} {said} ({_basis(self)})", measured, limit, level)


def _basis(chart: _Chart) -> str:
    limits = chart.series.limits
    return f"mean {plain(limits.mean, 4)} and SD {plain(limits.sd, 3)} of {limits.n} plates"


def _remark(
    charts: Sequence[_Chart], message: str, measured: str, limit: str, level: FindingLevel | None = None
) -> Remark:
    """On one control, or on the plate where several make it; the chart with the fewest plates says how far it goes."""
    level = level or next((chart.level for chart in charts if chart.level), None)
    return Remark(
        message,
        measured,
        limit,
        level,
        tuple(dict.fromkeys(well for chart in charts for well in chart.wells)),
        "annotate" if level is FindingLevel.WARN else "reject",
        f"control {charts[0].control.name}" if len(charts) == 1 else "plate",
    )


def too_few(plates: int, needed: float) -> str:
    """Why charts say nothing yet."""
    return f"{plates} earlier plates of this kit lot; {plain(needed)} are needed"


_Judge = Callable[[Sequence[_Chart], EarlierPlates], Iterator[Remark]]


def _judged(plate: PlateSubject, min_plates: float, min_to_reject: float, judge: _Judge) -> Verdicts:
    told = plate.analysis.earlier
    if told is None or told.reason or not told.this.controls:
        yield Missing(NO_HISTORY if told is None else told.reason or "there are no controls on the plate")
        return
    if len(told.plates) < min_plates:
        yield Missing(too_few(len(told.plates), min_plates))
        return
    charts = []
    for control, series in control_series(told, int(min_to_reject)):
        missing = _why_missing(control, series, min_plates)
        if missing:
            yield Missing(missing)
        elif series is not None:
            level = FindingLevel.WARN if series.limits.n < min_to_reject else None
            charts.append(_Chart(control, _wells(plate, control), series, level))
    yield from judge(charts, told)


def _why_missing(control: ControlId, series: Series | None, min_plates: float) -> str:
    if series is None:
        return f"control {control.name} has no concentration"
    if series.limits.n < min_plates:
        return f"{too_few(series.limits.n, min_plates)} with control {control.name}"
    return "" if series.limits.sd > 0 else f"control {control.name} is the same on all earlier plates"


def _wells(plate: PlateSubject, control: ControlId) -> tuple[Well, ...]:
    groups = [
        g
        for g in plate.groups(Role.CONTROL)
        if (g.content.name, g.content.nominal, g.content.dilution_factor)
        == (control.name, control.nominal, control.dilution_factor)
    ]
    return tuple(well for group in groups for well in group.all_wells)


def _z(value: float, limit: float) -> str:
    return digits(value, limit, significant=3)


@rule("CTL-01", FindingLevel.WARN, _SOURCE)
def control_is_within_two_sd(
    plate: PlateSubject, *, z: float = 2.0, min_plates: float = WARN_FROM, min_to_reject: float = FROZEN
) -> Verdicts:
    """1_2s: no control is more than 2 SD from the mean of its chart. A warning to look, never a rejection.

    Mean and SD are those of the first ``min_to_reject`` accepted plates of the same kit lot and stay; below
    ``min_plates`` there is a chart and no verdict. With two controls 9 % of good plates are remarked.
    """

    def judge(charts: Sequence[_Chart], _told: EarlierPlates) -> Iterator[Remark]:
        for chart in charts:
            value = chart.z[-1]
            if exceeds(abs(value), z):
                said = f"reads {plain(chart.series.values[-1], 4)}, z = {_z(value, z)}"
                yield chart.remark(said, _z(value, z), f"± {plain(z)}", FindingLevel.WARN)

    return _judged(plate, min_plates, min_to_reject, judge)


@rule("CTL-02", FindingLevel.FAIL_PLATE, _SOURCE)
def control_is_within_three_sd(
    plate: PlateSubject, *, z: float = 3.0, min_plates: float = WARN_FROM, min_to_reject: float = FROZEN
) -> Verdicts:
    """1_3s: no control is more than 3 SD from the mean of its chart: a random error.

    With fewer than ``min_to_reject`` earlier plates it warns only, as all of these rules do.
    """

    def judge(charts: Sequence[_Chart], _told: EarlierPlates) -> Iterator[Remark]:
        for chart in charts:
            value = chart.z[-1]
            if exceeds(abs(value), z):
                said = f"reads {plain(chart.series.values[-1], 4)}, z = {_z(value, z)}"
                yield chart.remark(said, _z(value, z), f"± {plain(z)}")

    return _judged(plate, min_plates, min_to_reject, judge)


@rule("CTL-03", FindingLevel.FAIL_PLATE, _SOURCE)
def controls_do_not_drift_together(
    plate: PlateSubject, *, z: float = 2.0, min_plates: float = WARN_FROM, min_to_reject: float = FROZEN
) -> Verdicts:
    """2_2s: not two in a row beyond 2 SD on the same side: a systematic error.

    Two in a row are the same control on this plate and the accepted one before it, or two controls of this plate.
    """

    def judge(charts: Sequence[_Chart], _told: EarlierPlates) -> Iterator[Remark]:
        for chart in charts:
            if _beyond(chart.z[-2:], z, 2):
                said = f"has z = {_z(chart.z[-2], z)} and {_z(chart.z[-1], z)} on two plates in a row"
                yield chart.remark(said, _z(chart.z[-1], z), f"± {plain(z)} twice")
        for first, second in combinations(charts, 2):
            if _beyond((first.z[-1], second.z[-1]), z, 2):
                yield _pair(first, second, z, "beyond the limit on the same side")

    return _judged(plate, min_plates, min_to_reject, judge)


@rule("CTL-04", FindingLevel.FAIL_PLATE, _SOURCE)
def controls_do_not_part(
    plate: PlateSubject, *, z: float = 2.0, min_plates: float = WARN_FROM, min_to_reject: float = FROZEN
) -> Verdicts:
    """R_4s: on one plate not one control above +2 SD and another below −2 SD: a random error."""

    def judge(charts: Sequence[_Chart], _told: EarlierPlates) -> Iterator[Remark]:
        for first, second in combinations(charts, 2):
            if _beyond((first.z[-1], -second.z[-1]), z, 2):
                yield _pair(first, second, z, "beyond the limit on opposite sides")

    return _judged(plate, min_plates, min_to_reject, judge)


@rule("CTL-05", FindingLevel.FAIL_PLATE, _SOURCE)
def controls_are_not_shifted(
    plate: PlateSubject, *, z: float = 1.0, in_a_row: float = 4, min_plates: float = WARN_FROM,
    min_to_reject: float = FROZEN,
) -> Verdicts:  # fmt: skip
    """4_1s: not four in a row beyond 1 SD on the same side: a systematic error.

    In a row are the values of one control, or those of all controls, plate by plate, up to this plate.
    """
    return _judged(plate, min_plates, min_to_reject, _runs(z, int(in_a_row)))


@rule("CTL-06", FindingLevel.FAIL_PLATE, _SOURCE)
def controls_lie_on_both_sides(
    plate: PlateSubject, *, in_a_row: float = 10, min_plates: float = WARN_FROM, min_to_reject: float = FROZEN
) -> Verdicts:
    """10_x: not ten in a row on the same side of the mean: a systematic error.

    In a row are the values of one control, or those of all controls, plate by plate, up to this plate.
    """
    return _judged(plate, min_plates, min_to_reject, _runs(0.0, int(in_a_row)))


def _runs(z: float, count: int) -> _Judge:
    beyond = f"beyond {plain(z)} SD on the same side" if z else "on the same side of the mean"

    def judge(charts: Sequence[_Chart], told: EarlierPlates) -> Iterator[Remark]:
        runs = [chart for chart in charts if _beyond(chart.z[-count:], z, count)]
        for chart in runs:
            yield chart.remark(f"was {count} times in a row {beyond}", str(count), f"fewer than {count}")
        last = rows_of_z(told, [(chart.control, chart.series.limits) for chart in charts], count)
        if not runs and len(charts) > 1 and _beyond(last, z, count):
            yield _remark(charts, f"the last {count} control values are {beyond}", str(count), f"fewer than {count}")

    return judge


def _beyond(values: Sequence[float], z: float, count: int) -> bool:
    """Whether there are ``count`` values, all above z or all below −z."""
    return len(values) == count and (all(exceeds(v, z) for v in values) or all(exceeds(-v, z) for v in values))


def _pair(first: _Chart, second: _Chart, z: float, said: str) -> Remark:
    values = f"{_z(first.z[-1], z)} and {_z(second.z[-1], z)}"
    names = f"{first.control.name} and {second.control.name}"
    return _remark((first, second), f"controls {names} have z = {values}: {said}", values, f"± {plain(z)}")
