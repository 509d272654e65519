"""A row → a number, a limit, or a reason why there is neither. Nothing is dropped, and nothing is made up."""

from __future__ import annotations

import math
from typing import NamedTuple

from elisa_bdnf.errors import Problem
from elisa_bdnf.model.measurement import Censoring, Use
from elisa_bdnf.study.rows import RawRow
from elisa_bdnf.study.table_columns import ABOVE_STATUS, BELOW_STATUS, WITHIN_STATUS

_WITHHELD_STATUS = frozenset(["not_reportable", "excluded", "masked", "withheld", "rejected"])
_EMPTY_STATUS = frozenset(["no_value", "missing"])

SMALLEST, LARGEST = 1e-12, 1e12  # in any unit that is used for a protein, nothing beyond is a concentration
_POSSIBLE = "a number above 0 that can be a concentration"


class Value(NamedTuple):
    """What a row is worth."""

    concentration: float | None = None
    low: float | None = None
    high: float | None = None
    censoring: Censoring = Censoring.NONE
    limit: float | None = None
    use: Use = Use.USED
    reason: str = ""


def value_from_row(row: RawRow) -> Value | Problem:
    """The value of a row, or what is wrong with it."""
    if row.rejected:
        return Value(use=Use.PLATE_REJECTED, reason="plate rejected by QC")
    if not row.reportable or row.status in _WITHHELD_STATUS:
        return Value(use=Use.NOT_REPORTABLE, reason=row.reason or "not reportable")
    if row.bound == "<" or row.status in BELOW_STATUS:
        return _censored(row, Censoring.LEFT)
    if row.bound == ">" or row.status in ABOVE_STATUS:
        return _censored(row, Censoring.RIGHT)
    if row.status not in WITHIN_STATUS | _EMPTY_STATUS | {"extrapolated"}:
        return _problem(row, f"the status {row.status!r} is not known", "within, below_lloq, above_uloq or no_value")
    if row.concentration is None or row.status in _EMPTY_STATUS:
        return Value(use=Use.NO_VALUE, reason=row.reason or "no concentration")
    return _number(row, row.concentration)


def _censored(row: RawRow, side: Censoring) -> Value | Problem:
    """The limit stands in place of the number; what the row gives as a number is then the limit itself."""
    own = row.lloq if side is Censoring.LEFT else row.uloq
    limit = next((value for value in (row.limit, own, row.concentration) if value is not None), None)
    if limit is not None and not SMALLEST < limit < LARGEST:
        return _problem(row, f"the limit is {limit:g}", _POSSIBLE)
    if limit is None:
        what, column = ("below", "lloq") if side is Censoring.LEFT else ("above", "uloq")
        return _problem(row, f"the value is {what} a limit that is not stated", f"a column {column}, or < LIMIT")
    return Value(censoring=side, limit=limit, reason=row.reason)


def _number(row: RawRow, value: float) -> Value | Problem:
    if row.lloq is not None and row.lloq > 0 and value < row.lloq:
        return Value(censoring=Censoring.LEFT, limit=row.lloq, reason=row.reason or "below the LLOQ beside it")
    if row.uloq is not None and value > row.uloq:
        return Value(censoring=Censoring.RIGHT, limit=row.uloq, reason=row.reason or "above the ULOQ beside it")
    if row.status == "extrapolated":
        return Value(use=Use.EXTRAPOLATED, reason="extrapolated beyond the standards")
    if not SMALLEST < value < LARGEST:
        return _problem(row, f"the concentration is {value:g}", f"{_POSSIBLE}, or < LLOQ")
    low, high = row.low, row.high
    if (low is not None and low > value) or (high is not None and high < value):
        shown = f"{'–' if low is None else format(low, 'g')} to {'–' if high is None else format(high, 'g')}"
        return _problem(row, f"the interval {shown} does not hold its concentration {value:g}", "low ≤ value ≤ high")
    return Value(value, low, high, reason=row.reason)


def _problem(row: RawRow, found: str, expected: str) -> Problem:
    return Problem(found, expected, place=row.place or f"sample {row.sample}", file=row.source)


def ln_sd_or_none(low: float | None, high: float | None) -> float | None:
    """Standard deviation of ln concentration behind a 95 % interval; None where the interval is open or absent."""
    if low is None or high is None or low <= 0 or not math.isfinite(high) or high < low:
        return None
    return math.log(high / low) / (2 * 1.959963984540054)
