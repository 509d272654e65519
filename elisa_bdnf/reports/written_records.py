"""Records as lines of JSON and of CSV at once: column by column, so that every number is printed once for both."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from elisa_bdnf.reports.inert import csv_text

Record = dict[str, Any]
Columns = Mapping[str, Sequence[Any]]  # name → the values from the first line to the last
Texts = Sequence[str]
json_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # in C; with an indentation it would be Python
json_word = lru_cache(maxsize=8192)(json_line)  # of a text: names repeat down their columns and from plate to plate


@dataclass(frozen=True, slots=True)
class WrittenRecords:
    """``json`` has an object for each record, ``csv`` the same as cells in the order of ``columns``."""

    columns: tuple[str, ...]
    json: Texts
    csv: Texts


def written(records: Sequence[Record]) -> WrittenRecords:
    """Raises ValueError for nan and infinity, and for records that do not have the columns of the first."""
    columns = tuple(records[0]) if records else ()
    if any(tuple(record) != columns for record in records):
        raise ValueError("records of one table differ in their columns")
    by_column = zip(*[record.values() for record in records], strict=True)
    return written_columns(dict(zip(columns, by_column, strict=True)))


def written_columns(table: Columns) -> WrittenRecords:
    """As :func:`written`, of records that nobody has made. Raises ValueError for nan and infinity."""
    if not any(table.values()):
        return WrittenRecords((), (), ())
    json_, csv = zip(*map(_texts, table.values()), strict=True)
    objects = "{" + ", ".join(f"{json_word(name).replace('%', '%%')}: %s" for name in table) + "}"
    return WrittenRecords(
        tuple(table),
        list(map(objects.__mod__, zip(*json_, strict=True))),
        list(map(",".join, zip(*csv, strict=True))),
    )


def records_from_columns(table: Columns) -> list[Record]:
    """A record for each line of a table."""
    return [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]


def _texts(values: Sequence[Any]) -> tuple[Texts, Texts]:
    """A column of values as JSON and as CSV."""
    first = values[0]
    if (first is None or type(first) is str) and values.count(first) == len(values):  # half of the columns of a plate
        return [json_word(first)] * len(values), ["" if first is None else csv_text(first)] * len(values)
    kinds = set(map(type, values))
    if kinds == {float}:
        same = _numbers(values)
        return same, same
    if kinds == {float, type(None)}:
        numbers = iter(_numbers([value for value in values if value is not None]))
        said = [None if value is None else next(numbers) for value in values]
        return [text or "null" for text in said], [text or "" for text in said]
    if kinds == {str}:
        return list(map(json_word, values)), list(map(csv_text, values))
    return [_CELLS.get(type(value), json_line)(value) for value in values], list(map(csv_cell, values))


def _numbers(values: Sequence[float]) -> list[str]:
    if not all(map(math.isfinite, values)):
        raise ValueError("neither nan nor infinity is a number of a table")
    return list(map(repr, values))


def csv_cell(value: Any) -> str:
    """A value at full precision; nothing for None, ``true`` and ``false``, words of a list with blanks between."""
    kind = type(value)
    if value is None or kind is float or kind is int:
        return "" if value is None else repr(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is list or kind is tuple:
        return csv_text(" ".join(map(str, value)))
    return csv_text(str(value))


def _json_list(values: list[Any]) -> str:
    kinds = set(map(type, values))
    if kinds == {str}:
        return f"[{', '.join(map(json_word, values))}]"
    return f"[{', '.join(_numbers(values))}]" if kinds == {float} else json_line(values)


def _json_number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("neither nan nor infinity is a number of JSON")
    return repr(value)


# As json_line, which prepares an encoder for whatever comes at every call: five times the cost of a number.
SCALARS: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: repr,
    float: _json_number,
    str: json_word,
}
_CELLS: Mapping[type, Callable[[Any], str]] = {**SCALARS, list: _json_list}
