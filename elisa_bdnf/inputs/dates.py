"""Dates and times as instruments print them → ISO 8601; the order of day and month is never guessed."""

from __future__ import annotations

import re
from datetime import datetime

from elisa_bdnf.model.protocol import DateOrder

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([ap])?\.?m?", re.IGNORECASE)


class AmbiguousDate(ValueError):
    """A date that may be read in two ways."""


def moment_or_none(date: str, time: str = "", order: DateOrder = DateOrder.UNKNOWN) -> str | None:
    """``6/18/2026`` and ``9:00:04 PM`` → ``2026-06-18T21:00:04``; None where the text holds no date.

    ``date`` may hold the time too. Raises :class:`AmbiguousDate` for ``3/4/2026`` where ``order`` does not tell.
    """
    found = _day_or_none(date, order)
    if found is None:
        return None
    (year, month, day), rest = found
    hour, minute, second = _time_of_day(rest) or _time_of_day(time) or (0, 0, 0)
    try:
        return datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001 - instruments state no zone
    except ValueError:
        return None


def _day_or_none(text: str, order: DateOrder) -> tuple[tuple[int, int, int], str] | None:
    if match := _ISO.search(text):
        return (int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
    if match := _DOTTED.search(text):
        return (int(match[3]), int(match[2]), int(match[1])), text[match.end() :]
    if match := _SLASHED.search(text):
        month, day = _month_and_day(int(match[1]), int(match[2]), order, match[0])
        return (int(match[3]), month, day), text[match.end() :]
    return None


def _month_and_day(first: int, second: int, order: DateOrder, text: str) -> tuple[int, int]:
    if first > 12:
        return second, first
    if second > 12 or first == second or order is DateOrder.MONTH_FIRST:
        return first, second
    if order is DateOrder.DAY_FIRST:
        return second, first
    raise AmbiguousDate(text)


def _time_of_day(text: str) -> tuple[int, int, int] | None:
    match = _TIME.search(text)
    if match is None:
        return None
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    return hour, int(match[2]), int(match[3] or 0)
