"""One subject after the other: the value at every planned timepoint, and its change from the subject's baseline.

The interval of a change is made from the intervals of its two values by adding their one-sided widths as squares
(MOVER, Zou & Donner 2008), on the ln scale for ratios. It holds measurement error only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.model.measurement import Censoring, Measurement
from elisa_bdnf.model.study import Change, StudySubject, SubjectValue
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.responders import class_by_criterion
from elisa_bdnf.study.statistics.values import exp_or_inf

ALL = "all"


def subjects_from_data(
    data: StudyData, group_by: str, reference_change: tuple[float, float] | None
) -> tuple[StudySubject, ...]:
    """Every subject that came in, by name, also those of whom nothing can be used.

    ``reference_change`` are the ratios (down, up) beyond which a change of one person is more than scatter.
    """
    rows: dict[str, list[Measurement]] = {}
    for each in data.measurements:
        rows.setdefault(each.subject, []).append(each)
    return tuple(_subject(name, rows[name], data, group_by, reference_change) for name in sorted(rows, key=_natural))


def _natural(name: str) -> tuple[str, int, str]:
    """P2 before P10."""
    head = name.rstrip("0123456789")
    digits = name[len(head) :]
    return head, int(digits) if digits else -1, name


def _subject(
    name: str, rows: Sequence[Measurement], data: StudyData, group_by: str, limits: tuple[float, float] | None
) -> StudySubject:
    arm = next((each.arm for each in rows if each.arm), "")
    responder, origin = _class(rows, data)
    group = {"arm": arm, "responder": responder}.get(group_by, ALL)
    baseline = data.baseline
    before = _at(rows, baseline.name) if baseline else None
    values = []
    for timepoint in data.timepoints:
        measurement = _at(rows, timepoint.name)
        change = None if timepoint is baseline else change_from(before, measurement, limits)
        values.append(_value(name, timepoint.name, measurement, change))
    plates = tuple(dict.fromkeys(each.plate for each in rows if each.used and each.plate))
    return StudySubject(name, group, arm, responder, origin, plates, tuple(values))


def _class(rows: Sequence[Measurement], data: StudyData) -> tuple[str, str]:
    """The sample sheet goes before the criterion, which is applied where the sheet says nothing."""
    said = next((each.responder for each in rows if each.responder), "")
    if said:
        return said, "sample sheet"
    criterion, baseline = data.protocol.study.response, data.baseline
    return class_by_criterion(rows, criterion, baseline.name) if criterion and baseline else ("", "")


def _at(rows: Sequence[Measurement], timepoint: str) -> Measurement | None:
    """The used row of a timepoint, else the first of those that cannot be used."""
    there = [each for each in rows if each.timepoint == timepoint]
    return next((each for each in there if each.used), there[0] if there else None)


def _value(subject: str, timepoint: str, measurement: Measurement | None, change: Change | None) -> SubjectValue:
    if measurement is None:
        return SubjectValue(subject, timepoint, "missing", None, change, "no sample")
    if not measurement.used:
        return SubjectValue(subject, timepoint, "excluded", measurement, change, measurement.reason)
    states = {Censoring.NONE: "measured", Censoring.LEFT: "below", Censoring.RIGHT: "above"}
    state = states[measurement.censoring]
    words = {"below": "below the LLOQ", "above": "above the ULOQ"}
    return SubjectValue(subject, timepoint, state, measurement, change, words.get(state, ""))


def change_from(before: Measurement | None, after: Measurement | None, limits: tuple[float, float] | None) -> Change:
    """The change, or why there is none; of censored values the direction where limits leave only one."""
    if before is None or not before.used:
        return Change(reason="no baseline" if before is None else f"no baseline: {before.reason}")
    if after is None or not after.used:
        return Change(reason="no sample" if after is None else after.reason)
    if before.concentration is None or after.concentration is None:
        return Change(direction=_direction(before, after), reason=_censored_reason(before, after))
    b, a = before.concentration, after.concentration
    ratio = a / b
    absolute_low, absolute_high = _mover(a, after.low, after.high, b, before.low, before.high)
    ln_low, ln_high = _mover(
        math.log(a), _ln(after.low), _ln(after.high), math.log(b), _ln(before.low), _ln(before.high)
    )
    beyond = None if limits is None else not limits[0] <= ratio <= limits[1]
    direction = "up" if a > b else "down" if a < b else ""
    no_interval = "" if absolute_low is not None else "no interval: a value has none"
    return Change(
        a - b, absolute_low, absolute_high, ratio, _exp(ln_low), _exp(ln_high), direction, beyond, no_interval
    )


def _direction(before: Measurement, after: Measurement) -> str:
    """``up`` where the least that ``after`` can be is at least the most that ``before`` can be; ``down`` likewise."""
    (b_low, b_high), (a_low, a_high) = _range(before), _range(after)
    if a_low >= b_high:
        return "up"
    return "down" if a_high <= b_low else ""


def _range(measurement: Measurement) -> tuple[float, float]:
    if measurement.concentration is not None:
        return measurement.concentration, measurement.concentration
    limit = measurement.limit or 0.0
    return (0.0, limit) if measurement.censoring is Censoring.LEFT else (limit, math.inf)


def _censored_reason(before: Measurement, after: Measurement) -> str:
    words = {Censoring.LEFT: "below the LLOQ", Censoring.RIGHT: "above the ULOQ"}
    which = [
        f"{name} {words[each.censoring]}"
        for name, each in (("the baseline is", before), ("the value is", after))
        if each.censoring is not Censoring.NONE
    ]
    return " and ".join(which)


def _ln(value: float | None) -> float | None:
    return None if value is None or value <= 0 or not math.isfinite(value) else math.log(value)


def _exp(value: float | None) -> float | None:
    return None if value is None else exp_or_inf(value)


def _mover(
    a: float, a_low: float | None, a_high: float | None, b: float, b_low: float | None, b_high: float | None
) -> tuple[float | None, float | None]:
    """Interval of a − b from the intervals of a and b."""
    bounds = (a_low, a_high, b_low, b_high)
    if any(bound is None or not math.isfinite(bound) for bound in bounds):
        return None, None
    al, ah, bl, bh = (bound or 0.0 for bound in bounds)
    return a - b - math.hypot(a - al, bh - b), a - b + math.hypot(ah - a, b - bl)
