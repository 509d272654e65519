"""A case: what is changed on the good plate or its protocol, and what the rule must find.

    [[case]]
    rule = "WEL-01"
    name = "on the limit"
    response = { A5 = 3.5 }          # the wells that read otherwise
    finds = ["warn well A5"]         # level and subject of every finding of the rule, in order; none: it passes

``set`` holds settings as one gives them to ``--set``. ``not_evaluated = true``: the rule must say what it lacked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "cases"
Numbers = Mapping[str, float]


def _none() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Case:
    """Keys as in the files. Where a well is asked for, ``standards``, ``left`` and ``right`` stand for many.

    ``response``, ``in_well``: what wells read, or the concentration (pg/mL) whose true response they read; ``times``
    and ``plus`` change it. ``standards``: the rows whose responses the standards have instead. ``unread``: no number
    in the export. ``leave_out``: not on the layout. ``content``: other contents of a well and its replicates. ``add``:
    further wells. ``pairs``: further samples, in that well and the next, with a concentration in the well.
    ``reference``: a second read, with these wells otherwise. ``other_plate``: how many wells of a second plate of the
    export read the same. ``remarks``: what the reader of the export said. ``earlier``: accepted plates before this one.
    ``over_plates``: the means of one control on plates that were assessed together.
    """

    rule: str
    name: str
    finds: tuple[str, ...] = ()
    not_evaluated: bool = False
    response: Numbers = field(default_factory=_none)
    in_well: Numbers = field(default_factory=_none)
    times: Numbers = field(default_factory=_none)
    plus: Numbers = field(default_factory=_none)
    standards: str = ""
    unread: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    content: Mapping[str, Mapping[str, Any]] = field(default_factory=_none)
    add: Mapping[str, Mapping[str, Any]] = field(default_factory=_none)
    pairs: Numbers = field(default_factory=_none)
    note: Mapping[str, str] = field(default_factory=_none)
    reference: Numbers | None = None
    reference_slope: float = 0.01
    wavelength_nm: float = 450.0
    set: Mapping[str, Any] = field(default_factory=_none)
    read_on: date | None = None
    other_plate: int | None = None
    remarks: tuple[str, ...] = ()
    earlier: Mapping[str, Any] | None = None
    over_plates: tuple[float, ...] = ()

    @property
    def settings(self) -> dict[str, str]:
        """What is set, in the words of the command line."""
        return {key: _word(value) for key, value in self.set.items()}


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_word, value)) + "]"
    return str(value)


@cache
def cases() -> tuple[Case, ...]:
    """All cases on plates, file by file and in the order of the files."""
    return tuple(_case(entry) for path in sorted(FOLDER.glob("*.toml")) for entry in _entries(path))


def _entries(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    return entries


def _case(entry: dict[str, Any]) -> Case:
    unknown = set(entry) - {each.name for each in fields(Case)}
    if unknown:
        raise ValueError(f"{entry.get('rule')} {entry.get('name')}: unknown {', '.join(sorted(unknown))}")
    told: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Case(**told)
