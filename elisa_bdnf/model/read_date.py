"""The day on which a plate was read, as its export states it: only where no other reading of the text exists.

3/10/2026 is the third of October or the tenth of March; nothing in an export says which, so it states no day at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_KEYS = frozenset([
    "date", "read date", "date read", "reading date", "date of reading", "measurement date", "date of measurement",
    "measured on", "test date", "date/time", "measurement time", "start time", "measurement start", "read time",
])  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(?<![0-9])([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
_YEAR_LAST = re.compile(r"(?<![0-9])([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?![0-9])")
_NAMED = re.compile(r"(?<![0-9])([0-9]{1,2})[-. ]+([A-Za-z]{3})[a-z]*[-., ]+([0-9]{4})")
_NAME_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*[. ]+([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})")


def read_date_or_none(header: Iterable[tuple[str, str]]) -> date | None:
    """The day that the header of an export states; None where it states none, an ambiguous one or several."""
    found = {date_from_text_or_none(value) for key, value in header if key.strip(" :").casefold() in _KEYS and value}
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def date_from_text_or_none(text: str) -> date | None:
    """The one day that a text means; with day and month both up to 12 and different it means two."""
    if match := _YEAR_FIRST.search(text):
        return _date_or_none(int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.search(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        days = {_date_or_none(year, first, second), _date_or_none(year, second, first)} - {None}
        return days.pop() if len(days) == 1 else None
    for pattern, day, month in ((_NAMED, 1, 2), (_NAME_FIRST, 2, 1)):
        match = pattern.search(text)
        if match and match[month].casefold() in _MONTHS:
            return _date_or_none(int(match[3]), _MONTHS.index(match[month].casefold()) + 1, int(match[day]))
    return None


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
