"""Timepoints: nominal minutes after an anchor, and the many ways in which people write them.

A text means a timepoint only when exactly one reading of it exists. ``2:30`` is refused (two hours and a half, or two
minutes and a half?), and 230 and 240 minutes are never merged: a time is either one of the declared timepoints, or an
alias of one, or unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_UNITS = {
    "s": 1 / 60, "sec": 1 / 60, "secs": 1 / 60, "second": 1 / 60, "seconds": 1 / 60,
    "m": 1.0, "min": 1.0, "mins": 1.0, "minute": 1.0, "minutes": 1.0, "'": 1.0,
    "h": 60.0, "hr": 60.0, "hrs": 60.0, "hour": 60.0, "hours": 60.0,
    "d": 1440.0, "day": 1440.0, "days": 1440.0, "wk": 10080.0, "w": 10080.0, "week": 10080.0, "weeks": 10080.0,
}  # fmt: skip
_BASELINE_WORDS = frozenset({
    "baseline", "base", "bl", "bsl", "b0", "t0", "d0", "day0", "0", "0h", "0hr", "0min", "0m", "pre", "predose",
    "preinfusion", "predrug", "pretreatment", "preketamine", "prior", "before", "time0", "visit0", "v0", "hour0", "h0",
})  # fmt: skip
_AMOUNT = r"[0-9]+(?:\.[0-9]+)?"
_AMOUNT_UNIT = re.compile(rf"({_AMOUNT})([a-z']+)\.?")
_UNIT_AMOUNT = re.compile(rf"(d|day|days|h|hr|hour|hours|min|minute|minutes|w|wk|week)\+?({_AMOUNT})\Z")
_HOURS_MINUTES = re.compile(r"([0-9]+)(?:h|hr|hrs)([0-5]?[0-9])(?:m|min)?\Z")
_CLOCK_HOURS = re.compile(r"([0-9]{1,3}):([0-5][0-9])(?:h|hr|hrs|hours)\Z")
_DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
_THOUSANDS = re.compile(r"[0-9],[0-9]{3}(?![0-9])")
_PLAIN_NUMBER = re.compile(rf"{_AMOUNT}\Z")
_SUFFIXES = re.compile(r"(postinfusion|postdose|afterinfusion|afterdose|post|after|p\.?i\.?)\Z")
_NEGATIVE = re.compile(r"\s*[-−–]\s*[0-9]")
_BEFORE_OR_AFTER = re.compile(
    r"\s*(?:d|days?|h|hrs?|hours?|t|time|min|minutes?|w|wk|weeks?|visit)\s*[=_]?\s*[-−–]\s*[0-9]*[1-9]", re.IGNORECASE
)  # D-1 is the day before the dose, or day 1 with a hyphen
_PREFIXES = re.compile(r"(?:postinfusion|postdose|post|after|time|visit(?=[0-9.]+[a-z])|t(?=[+=]|[0-9])|[+=])")


@dataclass(frozen=True, slots=True)
class Timepoint:
    """A planned sampling time. ``minutes`` counts from the protocol's anchor; baseline has None."""

    name: str
    minutes: float | None
    aliases: tuple[str, ...] = ()
    tolerance_minutes: float | None = None
    required: bool = True


class UnknownTimepoint(ValueError):
    """A text that names no declared timepoint; the message says how it was read."""


def normalized(text: str) -> str:
    """Lower case without blanks, underscores and hyphens: the form in which aliases are compared."""
    return re.sub(r"[\s_\-]+", "", text.strip().casefold()).replace("−", "").replace("–", "")


def minutes_from_text_or_none(text: str) -> float | None:
    """Minutes that a text states *with a unit*; None where it states none. Raises ValueError where it is ambiguous.

    ``2:30`` is hours and minutes, or minutes and seconds; ``2:30 h`` is clear. ``1,440 min`` is thousands or decimals.
    """
    if _NEGATIVE.match(text):
        raise ValueError(f"{text!r} is before the anchor; name it as an alias of a timepoint in the protocol")
    if _BEFORE_OR_AFTER.match(text):
        raise ValueError(f"{text!r} can mean before or after the anchor")
    compact = _bare(text)
    if ":" in compact:
        if match := _CLOCK_HOURS.match(compact):
            return int(match[1]) * 60.0 + int(match[2])
        raise ValueError(f"{text!r} can mean hours:minutes or minutes:seconds")
    if _THOUSANDS.search(compact):
        raise ValueError(f"{text!r} can mean a thousand or a decimal fraction")
    compact = _DECIMAL_COMMA.sub(".", compact)
    if match := _HOURS_MINUTES.match(compact):
        return int(match[1]) * 60.0 + int(match[2])
    if match := _UNIT_AMOUNT.match(compact):
        return float(match[2]) * _UNITS[match[1]]
    return _sum_of_amounts_or_none(compact)


def _bare(text: str) -> str:
    """Without what may stand around an amount: ``post-dose``, ``T+``, ``time =``, ``after infusion``."""
    compact = _SUFFIXES.sub("", normalized(text))
    while match := _PREFIXES.match(compact):
        compact = compact[match.end() :]
    return _SUFFIXES.sub("", compact)


def _sum_of_amounts_or_none(compact: str) -> float | None:
    """``3h50min`` → 230; None for anything that is not amounts with units from end to end."""
    position, total = 0, 0.0
    while match := _AMOUNT_UNIT.match(compact, position):
        if match[2] not in _UNITS:
            return None
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    return total if position and position == len(compact) else None


def name_from_minutes(minutes: float) -> str:
    """How a time is called where no protocol names it: ``120min``, ``6h``, ``7d``."""
    for unit, length, least in (("d", 1440, 2), ("h", 60, 6)):
        if minutes % length == 0 and minutes >= least * length:
            return f"{minutes / length:g}{unit}"
    return f"{minutes:g}min"


def timepoint_from_text(text: str, declared: Sequence[Timepoint]) -> Timepoint:
    """The declared timepoint that a text means.

    Names and aliases of the protocol come first, in any spelling of blanks and hyphens unless a hyphen can be a minus
    (``D-7``: then as written only); then words for baseline; then an amount with a unit; then a bare
    number that equals the minutes of exactly one declared timepoint. Raises :class:`UnknownTimepoint` otherwise.
    """
    compact = normalized(text)
    spelled = str.casefold if _BEFORE_OR_AFTER.match(text) or _NEGATIVE.match(text) else normalized
    for timepoint in declared:
        if spelled(text.strip()) in {spelled(name) for name in (timepoint.name, *timepoint.aliases)}:
            return timepoint
    baseline = next((timepoint for timepoint in declared if timepoint.minutes is None), None)
    if (compact in _BASELINE_WORDS or compact.replace("=", "") in _BASELINE_WORDS) and baseline is not None:
        return baseline
    minutes = _minutes(text)
    for timepoint in declared:
        if timepoint.minutes is not None and abs(timepoint.minutes - minutes) < 1e-6:
            return timepoint
    raise UnknownTimepoint(f"{text!r} means {minutes:g} min, which is none of the protocol's timepoints")


def _minutes(text: str) -> float:
    """Minutes with or without a unit; a bare number is minutes, as protocols state them."""
    try:
        minutes = minutes_from_text_or_none(text)
    except ValueError as error:
        raise UnknownTimepoint(str(error)) from None
    if minutes is None and _PLAIN_NUMBER.match(bare := _bare(text)):
        minutes = float(bare)
    if minutes is None:
        raise UnknownTimepoint(f"{text!r} is not a time and no alias of one")
    return minutes
