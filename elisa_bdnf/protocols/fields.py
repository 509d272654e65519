"""What a key of a TOML file may hold: small descriptions that checks, templates, docs and JSON Schema are made from."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

Value = str | float | bool | tuple[float, ...] | tuple[str, ...]


class Kind(StrEnum):
    """Types of values, named as people call them."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    FLAG = "true or false"
    NUMBERS = "list of numbers"
    TEXTS = "list of texts"


@dataclass(frozen=True, slots=True)
class Field:
    """One key. ``doc`` is one sentence for its comment and its row in the docs.

    ``words`` are accepted in place of a number (``"any"``) and mean that there is none. ``above`` excludes the bound
    itself. ``refuses`` returns what would be accepted instead, for what ranges and choices cannot say.
    """

    name: str
    kind: Kind
    doc: str
    default: Value | None = None
    unit: str = ""
    least: float | None = None
    most: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    pattern: str = ""
    pattern_doc: str = ""
    refuses: Callable[[str], str | None] | None = None
    example: Value | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of keys and tables. ``named``: any name is a table like this one (``[timepoints.24h]``).

    ``shorthand``: ``kit = "x"`` means ``[kit]`` with this key set to "x".
    """

    name: str
    doc: str
    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()
    named: Table | None = None
    shorthand: str = ""

    def field_or_none(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def table_or_none(self, name: str) -> Table | None:
        found = next((table for table in self.tables if table.name == name), None)
        return found or self.named

    @property
    def names(self) -> tuple[str, ...]:
        return (*(field.name for field in self.fields), *(table.name for table in self.tables))


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a value is not accepted; the parts of a :class:`elisa_bdnf.errors.Problem` without a place."""

    found: str
    expected: str = ""
    hint: str = ""


def field_at_or_none(table: Table, path: Sequence[str | int]) -> Field | None:
    """The field that a path of keys leads to; None where it leads nowhere or to a table."""
    here: Table | None = table
    for part in path[:-1]:
        here = here.table_or_none(str(part)) if here else None
    return here.field_or_none(str(path[-1])) if here and path else None


def every_field(table: Table, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Every field below a table with its path; the name of a named table is written ``NAME``."""
    for field in table.fields:
        yield (*above, field.name), field
    for below in table.tables:
        yield from every_field(below, (*above, below.name))
    if table.named:
        yield from every_field(table.named, (*above, "NAME"))


def closest_or_none(word: str, words: Sequence[str]) -> str | None:
    """The word that was probably meant: one written nearly alike, else the first that begins so."""
    folded = word.casefold().replace("_", "-")
    by_folded = {known.casefold().replace("_", "-"): known for known in words}
    found = get_close_matches(folded, list(by_folded), n=1, cutoff=0.6)
    found += [known for known in by_folded if len(folded) > 2 and known.startswith(folded)]
    return str(by_folded[found[0]]) if found else None


def hint_of_closest(word: str, words: Sequence[str]) -> str:
    """``perhaps 'weights' is meant``, or nothing."""
    closest = closest_or_none(word, words)
    return f"perhaps {closest!r} is meant" if closest else ""


def shown(value: object) -> str:
    """A value as one would write it in TOML, shortened, with control characters escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        inner = ", ".join(shown(item) for item in value[:4])
        return f"[{inner}, …]" if len(value) > 4 else f"[{inner}]"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "…")
    return str(value)[:60]


def expectation(field: Field) -> str:
    """What a field accepts, in words: ``a number from 0 to 3 (nm) or "any"``."""
    if field.choices:
        several = field.kind is Kind.TEXTS
        return ("a list of " if several else "one of ") + ", ".join(field.choices)
    article = "" if field.kind in (Kind.FLAG, Kind.TEXT) and not field.pattern_doc else "a "
    words = "".join(f' or "{word}"' for word in field.words)
    unit = f" ({field.unit})" if field.unit else ""
    return f"{article}{field.pattern_doc or field.kind.value}{_range(field)}{unit}{words}"


def _range(field: Field) -> str:
    if field.least is not None and field.most is not None:
        return f" from {field.least:g} to {field.most:g}"
    parts = []
    if field.above is not None:
        parts.append(f"above {field.above:g}")
    if field.least is not None:
        parts.append(f"not below {field.least:g}")
    if field.most is not None:
        parts.append(f"not above {field.most:g}")
    return " " + " and ".join(parts) if parts else ""


def accept(field: Field, value: object) -> Value | Objection:
    """The value as the field holds it, or why it is not accepted. One value stands for a list of one."""
    if field.kind in (Kind.NUMBERS, Kind.TEXTS):
        items = value if isinstance(value, list) else [value]
        for item in items:
            objection = _objection_or_none(field, item)
            if objection:
                return objection
        return tuple(items)
    if isinstance(value, str) and value in field.words:
        return value
    return _objection_or_none(field, value) or _plain(field, value)


def _plain(field: Field, value: object) -> Value:
    if field.kind is Kind.NUMBER and isinstance(value, int):
        return float(value)
    assert isinstance(value, str | float | int)  # noqa: S101 - _objection_or_none looked at it
    return value


def _objection_or_none(field: Field, value: object) -> Objection | None:
    if not _has_kind(field.kind, value):
        return Objection(shown(value), expectation(field), _hint_of_kind(field, value))
    if isinstance(value, str):
        return _text_objection_or_none(field, value)
    if not isinstance(value, bool) and isinstance(value, int | float) and not _in_range(field, value):
        return Objection(shown(value), expectation(field))
    return None


def _has_kind(kind: Kind, value: object) -> bool:
    if kind in (Kind.TEXT, Kind.TEXTS):
        return isinstance(value, str)
    if kind is Kind.FLAG:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if kind is Kind.WHOLE else isinstance(value, int | float)


def _hint_of_kind(field: Field, value: object) -> str:
    """The two commonest slips: quotes around a number or a flag, and none around a text."""
    if isinstance(value, str) and field.kind is Kind.FLAG and value.casefold() in ("true", "false"):
        return "write it without quotes"
    if isinstance(value, str) and field.kind in (Kind.NUMBER, Kind.WHOLE, Kind.NUMBERS):
        if field.words:
            return hint_of_closest(value, field.words)
        return "write it without quotes" if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", value) else ""
    if field.kind in (Kind.TEXT, Kind.TEXTS) and not isinstance(value, list | dict):
        return "write it in quotes"
    return ""


def _in_range(field: Field, value: float) -> bool:
    return (
        math.isfinite(value)
        and (field.least is None or value >= field.least)
        and (field.most is None or value <= field.most)
        and (field.above is None or value > field.above)
    )


def _text_objection_or_none(field: Field, text: str) -> Objection | None:
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in "\n\t" for character in text):
        return Objection(shown(text), "text without control characters")
    if field.choices and text not in field.choices:
        return Objection(shown(text), expectation(field), hint_of_closest(text, field.choices))
    if field.pattern and not re.fullmatch(field.pattern, text):
        return Objection(shown(text), expectation(field))
    expected = field.refuses(text) if field.refuses else None
    return Objection(shown(text), expected) if expected else None
