"""How one judged sample or control is shown: the only place that decides whether a number may be read."""

from __future__ import annotations

from typing import NamedTuple

from elisa_bdnf.model.estimate import Estimate, RangeStatus, SampleResult
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.result import JudgedResult, JudgedSample
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Tone
from elisa_bdnf.reports.remembered import remembered

_PLATE = 2048  # samples and controls of the largest plate, each at every dilution
_REDUCTIONS_DIFFER = 0.05  # of the concentration; less is no news


class Shown(NamedTuple):
    """``number``, ``low`` and ``high`` are None unless the concentration is reportable; ``remark`` says why."""

    text: str
    interval: str
    remark: str
    tone: Tone
    number: float | None = None
    low: float | None = None
    high: float | None = None


@remembered(_PLATE)
def shown(judged: JudgedSample) -> Shown:
    """What may be read of a judged sample."""
    return _shown(judged.estimate, reportable=judged.reportable, reason=judged.reason)


def _shown(estimate: Estimate, *, reportable: bool, reason: str) -> Shown:
    if not reportable:
        return Shown(words.NOT_REPORTABLE, "", reason, Tone.BAD)
    return _reported(estimate, reason) if reason else _reported_without_reason(estimate)


@remembered(_PLATE)  # as a dilution and, where it is the only one, as the result of its sample
def _reported_without_reason(estimate: Estimate) -> Shown:
    return _reported(estimate, "")


def _reported(estimate: Estimate, reason: str) -> Shown:
    if estimate.status.has_number and estimate.concentration is not None:
        return _number(estimate, estimate.concentration, reason)
    return Shown(bound_text(estimate), "", _remark(estimate, reason), Tone.WARN)


def _number(estimate: Estimate, value: float, reason: str) -> Shown:
    interval = digits.interval(estimate.low, estimate.high, value)
    text = digits.concentration(value)
    tone = Tone.PLAIN
    if estimate.status is RangeStatus.EXTRAPOLATED:
        text, tone = f"{text} (extrapolated)", Tone.WARN
    has_interval = estimate.low is not None and estimate.high is not None
    remark = _remark(estimate, reason)
    if not has_interval and not estimate.interval_remark:
        remark = "; ".join(filter(None, (remark, "no interval")))
    return Shown(text, interval if has_interval else "", remark, tone, value, estimate.low, estimate.high)


@remembered(_PLATE)
def shown_result(judged: JudgedResult) -> Shown:
    """What may be read of a sample over all its dilutions; of a single dilution, what may be read of that."""
    result = judged.result
    if not result.is_series:
        return _shown(result.estimates[0], reportable=judged.reportable, reason=judged.reason)
    if not judged.reportable:
        return Shown(words.NOT_REPORTABLE, "", judged.reason, Tone.BAD)
    parts = (judged.reason, result.reason, agreement(result), robustness_remark(result))
    remark = "; ".join(dict.fromkeys(filter(None, parts)))
    if result.concentration is None:
        return Shown(bound_text(result), "", f"{remark}{_next_dilution(result)}", Tone.WARN)
    text = digits.concentration(result.concentration)
    extrapolated = result.status is RangeStatus.EXTRAPOLATED
    known = result.low is not None and result.high is not None
    return Shown(
        f"{text} (extrapolated)" if extrapolated else text,
        digits.interval(result.low, result.high, result.concentration) if known else "",
        remark if known else f"{remark}; no interval",
        Tone.WARN if extrapolated else Tone.PLAIN,
        result.concentration,
        result.low,
        result.high,
    )


def agreement(result: SampleResult) -> str:
    """``CV of 3 dilutions 4.1 %, slope 0.02``; empty where fewer than two are in range."""
    parts = []
    if result.cv_percent is not None:
        parts.append(f"CV of {len(result.in_range)} dilutions {digits.percent(result.cv_percent)} %")
    if result.slope is not None:
        parts.append(f"slope {digits.fixed(result.slope, 2)}")
    return ", ".join(parts)


def _next_dilution(result: SampleResult) -> str:
    wanted = [e.suggested_dilution for e in result.used if e.suggested_dilution is not None]
    return f"; repeat at a dilution factor of about {digits.exact(max(wanted))}" if wanted else ""


def bound_text(estimate: Estimate | SampleResult) -> str:
    """``< 78.1``, ``> 1200``; without a known limit ``< LLOQ``, ``> ULOQ``."""
    below = estimate.status in words.BELOW
    known = digits.limit(estimate.limit) if estimate.limit is not None else "LLOQ" if below else "ULOQ"
    return f"{'<' if below else '>'} {known}"


def _remark(estimate: Estimate, reason: str) -> str:
    parts = [
        reason,
        estimate.reason,
        estimate.interval_remark,
        robustness_remark(estimate),
        _reduction(estimate),
    ]
    if estimate.suggested_dilution is not None:
        parts.append(f"repeat at a dilution factor of about {digits.exact(estimate.suggested_dilution)}")
    return "; ".join(dict.fromkeys(part for part in parts if part))


def robustness_remark(one: Estimate | SampleResult) -> str:
    """What moves a result out of its own interval; empty where nothing does."""
    found = one.robustness
    if found is None or not found.beyond_interval:
        return ""
    if found.lost:
        return f"not robust: no concentration {words.listed([_under(c) for c in found.lost], 3)}"
    return f"not robust: moves by {digits.percent(found.percent)} % {_under(found.change)}, beyond its interval"


def _under(change: str) -> str:
    """``under 5pl``, ``with weights none``, ``without standard 250``."""
    if change.startswith("without"):
        return change
    return f"with {change}" if change.startswith("weights") else f"under {change}"


def _reduction(estimate: Estimate) -> str:
    """The two ways to reduce replicates are both said where they differ by more than 5 %."""
    here, there = estimate.in_well, estimate.other_in_well
    if not here or there is None or abs(there / here - 1) <= _REDUCTIONS_DIFFER or not estimate.status.has_number:
        return ""
    return (
        "mean response and mean concentration of the wells differ: the other would be "
        f"{digits.percent(100 * there / here)} % of this"
    )


def dilution_multiplier(estimate: Estimate, volume_factor: float) -> float:
    """What ``in_well`` is multiplied by: the volume factor for samples only, and 1 where nobody stated a dilution."""
    content = estimate.group.content
    if content.dilution_factor is None:
        return 1.0
    return content.dilution_factor * (volume_factor if content.role is Role.SAMPLE else 1.0)


def matrix_or_none(content: Content, protocol: Protocol) -> str | None:
    """What a sample is: as its sheet or layout says, else as the protocol says for all of them."""
    return content.matrix or (protocol.matrix if content.role is Role.SAMPLE else None)
