"""What a cell of a workbook can hold, and how dates and numbers in it are told apart."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

CellValue = str | float | None

_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_TOKENS = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_TOKENS = re.compile(r"[ymdhs]", re.IGNORECASE)
_LAST_SERIAL = 2_958_466  # 9999-12-31 in the 1900 system


class CellKind(StrEnum):
    """What a cell was in the workbook; anything but ``text`` and ``number`` is no reading."""

    EMPTY = "empty cell"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "truth value"
    ERROR = "error"
    FORMULA = "formula without a stored result"


def text_from_value(value: CellValue) -> str:
    """The text of a value: whole numbers without a decimal point, others with all their digits."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def is_date_format(number: int, code: str | None) -> bool:
    """Whether a number format shows dates or times: by its built-in number, or by the tokens of its code."""
    if code is None:
        return number in _BUILT_IN_DATES
    first = code.split(";", 1)[0]
    tokens = _NOT_TOKENS.sub("", first)
    return "general" not in tokens.casefold() and bool(_DATE_TOKENS.search(tokens))


def date_text(serial: float, *, since_1904: bool) -> str:
    """A date serial as ISO text (``2018-03-06``, ``2018-03-06 16:48:30``, ``16:48:30``).

    A serial that is no date is shown as spreadsheet programs do, by a row of ``#``: never as a number.
    """
    if not 0 <= serial < _LAST_SERIAL:
        return f"##### ({text_from_value(serial)} as a date)"
    moment = timedelta(seconds=round(serial * 86_400))
    if moment < timedelta(days=1):
        return str((datetime(1900, 1, 1) + moment).time())  # noqa: DTZ001 - a time of day without a day
    # the 1900 system has a 29 February 1900 that never was
    day_zero = (1904, 1, 1) if since_1904 else (1899, 12, 31) if serial < 60 else (1899, 12, 30)
    when = datetime(*day_zero) + moment  # noqa: DTZ001 - workbooks know no time zone
    return str(when.date()) if moment.seconds == 0 else str(when)
