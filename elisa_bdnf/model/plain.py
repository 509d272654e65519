"""Values of the model as plain mappings, for formats that know nothing else."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

_AS_THEY_ARE = frozenset({str, float, int, bool, type(None)})


def plain(value: Any) -> Any:
    """As :func:`dataclasses.asdict`, of anything made of data classes, tuples, lists and mappings.

    What cannot change is passed on and not copied: most of the time of ``asdict`` goes into copies that nobody needs.
    """
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if names := _names(kind):
        # Most values are plain: a call for each of them would cost more than all the rest.
        return {name: own if type(own := getattr(value, name)) in _AS_THEY_ARE else plain(own) for name in names}
    if kind is tuple or kind is list:
        return kind([each if type(each) in _AS_THEY_ARE else plain(each) for each in value])
    if kind is dict:
        return {key: plain(each) for key, each in value.items()}
    return value


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if isinstance(kind, type) and is_dataclass(kind) else ()
