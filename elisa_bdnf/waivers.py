"""Waivers and exclusions: a reviewed TOML file in which people say what is not to count, why, and until when.

    [[exclude]]
    wells = ["B5"]
    reason = "bubble, seen before reading"
    by = "A. Meier"

    [[waive]]
    rule = "PLT-03"
    reason = "known edge effect of lot 7, see deviation 12"
    by = "A. Meier"
    until = "2026-12-31"

``until`` is compared with the day on which the plate was read, never with today: the same files give the same result
next year.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from elisa_bdnf.errors import Problem, WaiverError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.toml import TomlDocument, read_toml
from elisa_bdnf.model.layout import Layout, Role
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.model.waiver import Decision, Decisions

LEAST_REASON = 10
_KEYS: Mapping[str, tuple[str, ...]] = {
    "exclude": ("wells", "sample", "plate", "reason", "by", "until"),
    "waive": ("rule", "wells", "sample", "subject", "plate", "reason", "by", "until"),
}
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def find_beside(export: Path) -> Path | None:
    """``STEM.waivers.toml``, the file of one export, or None."""
    path = export.parent / f"{export.stem}.waivers.toml"
    return path if os.path.isfile(path) else None  # noqa: PTH113 - Path.is_file raises in a folder that is shut


def read_decisions(path: Path, rules: Collection[str]) -> Decisions:
    """Every entry of a file; ``rules`` are the ids that may be waived.

    Raises :class:`WaiverError` with everything that is wrong, each with its line and column.
    """
    file = InputFile.open(path, error=WaiverError)
    document = read_toml(file.data, file.name, error=WaiverError)
    problems = [_problem(document, (key,), f"unknown key {key!r}", "[[exclude]] or [[waive]]")
                for key in document.data if key not in _KEYS]  # fmt: skip
    entries: list[Decision] = []
    for kind in _KEYS:
        tables = document.data.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            problems.append(_problem(document, (kind,), f"{kind} is no list of tables", f"[[{kind}]]"))
            continue
        for index, table in enumerate(tables):
            wrong = list(_faults(document, kind, index, table, rules))
            problems += wrong
            if not wrong:
                entries.append(_decision(table, document.place((kind, index))))
    if problems:
        raise WaiverError(problems=problems)
    return Decisions(file.name, file.sha256, tuple(entries))


def _problem(document: TomlDocument, path: tuple[str | int, ...], found: str, expected: str, hint: str = "") -> Problem:
    return Problem(found, expected, hint, document.place(path), document.file)


def _faults(
    document: TomlDocument, kind: str, index: int, table: Mapping[str, Any], rules: Collection[str]
) -> Iterator[Problem]:
    for key in table:
        if key not in _KEYS[kind]:
            found = f"unknown key {key!r} in [[{kind}]]"
            yield _problem(document, (kind, index, key), found, f"one of {', '.join(_KEYS[kind])}")
    for key, value in table.items():
        if key == "wells":
            bad = _bad_wells(value)
            if bad:
                yield _problem(document, (kind, index, key), f"wells is {bad}", 'a list such as ["B5", "B6"]')
        elif key in _KEYS[kind] and not (isinstance(value, str) and value.strip()) and not isinstance(value, date):
            yield _problem(document, (kind, index, key), f"{key} is {value!r}", "a text in quotes")
    yield from _missing(document, kind, index, table)
    rule = table.get("rule")
    if isinstance(rule, str) and rule.strip() and rule not in rules:
        yield _problem(document, (kind, index, "rule"), f"there is no rule {rule!r}", "an id such as PLT-03",
                       "see: elisa-bdnf rules")  # fmt: skip
    until = table.get("until")
    if until is not None and _day_or_none(until) is None:
        yield _problem(document, (kind, index, "until"), f"until is {str(until)!r}", "a date such as 2026-12-31")


def _bad_wells(value: object) -> str:
    if not isinstance(value, list) or not value:
        return repr(value)
    wrong = [well for well in value if not isinstance(well, str) or well_from_text_or_none(well) is None]
    return repr(wrong[0]) if wrong else ""


def _missing(document: TomlDocument, kind: str, index: int, table: Mapping[str, Any]) -> Iterator[Problem]:
    here = (kind, index)
    wanted = ("reason", "by") if kind == "exclude" else ("rule", "reason", "by", "until")
    for key in wanted:
        if key not in table:
            yield _problem(document, here, f"[[{kind}]] without {key}", f"{key} = …")
    reason = table.get("reason")
    if isinstance(reason, str) and 0 < len(reason.strip()) < LEAST_REASON:
        found, expected = f"the reason {reason!r} is too short", f"at least {LEAST_REASON} characters that tell why"
        yield _problem(document, (*here, "reason"), found, expected)
    named = [key for key in ("wells", "sample", "subject") if key in table]
    if len(named) > 1 or (kind == "exclude" and not named):
        found = f"[[{kind}]] names {' and '.join(named) or 'nothing'}"
        yield _problem(document, here, found, "one of wells, sample" + (", subject" if kind == "waive" else ""))


def _day_or_none(value: object) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, str) and _ISO.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def _decision(table: Mapping[str, Any], place: str) -> Decision:
    texts = {key: str(table.get(key, "")).strip() for key in ("reason", "by", "rule", "sample", "subject")}
    wells = tuple(dict.fromkeys(str(well_from_text_or_none(well)) for well in table.get("wells", ())))
    plate = table.get("plate")
    until = _day_or_none(table.get("until"))
    return Decision(**texts, wells=wells, plate=None if plate is None else str(plate).strip(), until=until, place=place)


def of_plate(decisions: Decisions, names: Sequence[str], read_on: date | None) -> Decisions:
    """What of a file concerns a plate, known by its name, file and hash.

    Raises :class:`WaiverError` for an entry that had expired when the plate was read, or of which nobody can tell.
    """
    own = tuple(entry for entry in decisions.entries if entry.concerns(*names))
    problems = []
    for entry in own:
        if entry.until is not None and read_on is None:
            problems.append(Problem(
                f"{entry.about} holds until {entry.until}, and when the plate {names[0]} was read is not known",
                "the day of the reading", "give it with --date 2026-03-31", entry.place, decisions.file,
            ))  # fmt: skip
        elif entry.until is not None and read_on is not None and read_on > entry.until:
            problems.append(Problem(
                f"{entry.about} had expired: it holds until {entry.until}, plate {names[0]} was read on {read_on}",
                "", "decide again, and write a new entry", entry.place, decisions.file,
            ))  # fmt: skip
    if problems:
        raise WaiverError(problems=problems)
    return Decisions(decisions.file, decisions.sha256, own)


def with_exclusions(layout: Layout, decisions: Decisions) -> tuple[dict[Well, str], tuple[Decision, ...]]:
    """The wells that the exclusions name on a layout with who said why, and the entries that change nothing on it."""
    wells: dict[Well, str] = {}
    idle = []
    for entry in decisions.exclusions:
        meant = entry.wells or [w for w, content in layout.contents.items() if content.name == entry.sample]
        held = [layout.contents[well].role for well in meant if well in layout.contents]
        if len(held) < len(meant) or Role.EMPTY in held or wells.keys() >= set(meant):
            idle.append(entry)
        for well in meant:
            wells.setdefault(well, f"{entry.reason} ({entry.by})")
    return wells, tuple(idle)


_NOTHING_TO_EXCLUDE = "no such well or sample on the layout, or another entry names it"


def unused(decisions: Decisions, idle: Collection[Decision], why: str = "") -> WaiverError:
    """The error for entries that changed nothing: a file that says more than was done misleads its reader."""
    problems = []
    for entry in idle:
        missing = why or ("no such finding to waive" if entry.rule else _NOTHING_TO_EXCLUDE)
        where = f" (plate {entry.plate})" if entry.plate else ""
        found = f"{entry.about}{where} is not used: {missing}"
        hint = "delete the entry, or correct what it names"
        problems.append(Problem(found, "", hint, entry.place, decisions.file))
    return WaiverError(problems=problems)
