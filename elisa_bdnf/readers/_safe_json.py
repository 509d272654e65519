"""JSON that somebody else wrote: limits before parsing, no duplicate keys, no NaN, nothing but a dictionary outside."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import accumulate

from elisa_bdnf.errors import ExportError

MOST_BYTES = 32_000_000
DEEPEST = 64

Json = dict[str, "Json"] | list["Json"] | str | float | bool | None

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_PIECE = 1 << 20  # characters whose brackets are looked at together


def object_from_text(text: str) -> dict[str, Json]:
    """The object that a file holds, all numbers as floats. Raises ExportError for anything that is not plain JSON."""
    if len(text) > MOST_BYTES:
        raise ExportError(f"the JSON has {len(text):,} characters", expected=f"at most {MOST_BYTES:,}")
    _refuse_depth(text)
    try:
        parsed: Json = json.loads(text, object_pairs_hook=_unique, parse_int=float, parse_constant=_refuse_constant)
    except json.JSONDecodeError as broken:
        found = f"the JSON is broken ({broken.msg})"
        hint = "the file may be cut off; export it again"
        raise ExportError(found, hint=hint, place=f"{broken.lineno}:{broken.colno}") from None
    except (ValueError, RecursionError) as broken:
        raise ExportError(f"the JSON cannot be read ({broken})") from None
    if not isinstance(parsed, dict):
        raise ExportError("the JSON holds a list or a value", expected="an object")
    return parsed


def _refuse_depth(text: str) -> None:
    bare = _STRING.sub("", text)
    depth = 0
    for start in range(0, len(bare), _PIECE):
        steps = [_STEPS[bracket] for bracket in _BRACKET.findall(bare, start, start + _PIECE)]
        if depth + max(accumulate(steps), default=0) > DEEPEST:
            raise ExportError(f"the JSON is nested more than {DEEPEST} deep", expected="an export of a plate reader")
        depth += sum(steps)


def _unique(pairs: Sequence[tuple[str, Json]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ExportError(f"the key {twice!r} stands twice in one object", expected="every key once")
    return found


def _refuse_constant(name: str) -> Json:
    raise ExportError(f"{name} stands where JSON knows numbers only", expected="a number, or the word in quotes")
