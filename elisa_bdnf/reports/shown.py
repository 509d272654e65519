"""How one judged sample or control is shown: the only place that decides whether a number may be read."""

from __future__ import annotations

from typing import NamedTuple

from elisa_bdnf.model.result import Estimate, JudgedSample, RangeStatus
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Tone


class Shown(NamedTuple):
    """``number``, ``low`` and ``high`` are None unless the concentration is reportable; ``remark`` says why."""

    text: str
    interval: str
    remark: str
    tone: Tone
    number: float | None = None
    low: float | None = None
    high: float | None = None


def shown(judged: JudgedSample) -> Shown:
    """What may be read of a judged sample."""
    estimate = judged.estimate
    if not judged.reportable:
        return Shown(words.NOT_REPORTABLE, "", judged.reason, Tone.BAD)
    if estimate.status.has_number and estimate.concentration is not None:
        return _number(judged, estimate.concentration)
    return Shown(bound_text(estimate), "", _remark(judged), Tone.WARN)


def _number(judged: JudgedSample, value: float) -> Shown:
    estimate = judged.estimate
    interval = digits.interval(estimate.low, estimate.high, value)
    text = digits.concentration(value)
    tone = Tone.PLAIN
    if estimate.status is RangeStatus.EXTRAPOLATED:
        text, tone = f"{text} (extrapolated)", Tone.WARN
    has_interval = estimate.low is not None and estimate.high is not None
    remark = _remark(judged)
    if not has_interval and not estimate.interval_remark:
        remark = "; ".join(filter(None, (remark, "no interval")))
    return Shown(text, interval if has_interval else "", remark, tone, value, estimate.low, estimate.high)


def bound_text(estimate: Estimate) -> str:
    """``< 78.1``, ``> 1200``; without a known limit ``< LLOQ``, ``> ULOQ``."""
    below = estimate.status in words.BELOW
    known = digits.limit(estimate.limit) if estimate.limit is not None else "LLOQ" if below else "ULOQ"
    return f"{'<' if below else '>'} {known}"


def _remark(judged: JudgedSample) -> str:
    estimate = judged.estimate
    parts = [judged.reason, estimate.reason, estimate.interval_remark]
    if estimate.suggested_dilution is not None:
        parts.append(f"repeat at a dilution factor of about {digits.exact(estimate.suggested_dilution)}")
    return "; ".join(dict.fromkeys(part for part in parts if part))


def dilution_multiplier(estimate: Estimate, volume_factor: float) -> float:
    """What ``in_well`` is multiplied by; 1 where nobody stated a dilution."""
    return (estimate.group.content.dilution_factor or 1.0) * volume_factor
