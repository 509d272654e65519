"""A diff for people: what changed, the biggest first, and what caused it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from elisa_bdnf.changes.change import DECIDING, Cause, Change, Changed, Diff, Kind, PlateDiff
from elisa_bdnf.reports.digits import count, fixed, significant
from elisa_bdnf.reports.inert import show

MOST = 12  # lines of a kind; --all has the others
_TITLES = {
    Kind.FINDING: ("finding", ""),
    Kind.NOT_EVALUATED: ("rule not evaluated for want of data", "rules not evaluated for want of data"),
    Kind.RESULT: ("result over dilutions", "results over dilutions"),
    Kind.SAMPLE: ("sample", ""),
    Kind.CONTROL: ("control", ""),
    Kind.CURVE: ("curve", ""),
    Kind.STANDARD: ("standard", ""),
    Kind.WELL: ("well", ""),
}
# The number that a person looks at first, by kind; the other fields follow after it.
_FIRST = {
    Kind.RESULT: "concentration",
    Kind.SAMPLE: "concentration",
    Kind.CONTROL: "concentration",
    Kind.STANDARD: "recovery_percent",
    Kind.WELL: "response",
}
_OF_THE_WELL = ("raw", "reference", "response", "role", "name", "nominal", "dilution_factor", "used", "note")
_WHOSE = frozenset(["sample", "subject", "timepoint", "matrix"])  # told of the sample, not of each of its wells
_WORTH_A_WORD = (*DECIDING, "reason", "unit", "wells", "left_out", "subject", "timepoint", "matrix", "edited", "note")
_PARAMETERS = ("a", "b", "c", "d", "g", "lloq", "uloq", "model", "weights", "curve")


def text_from_diff(diff: Diff, *, every_line: bool = False) -> str:
    """Lines for a terminal; ``every_line`` cuts no list short."""
    most = None if every_line else MOST
    lines = [f"before  {diff.before}", f"after   {diff.after}"]
    for plate in diff.plates:
        if plate.status != "same" or plate.causes:
            lines += ["", *_plate(plate, most)]
    for export in diff.exports:
        lines += ["", f"{export.file}: {_refusal(export.before, export.after)}"]
    return "\n".join(show(line) for line in [*lines, "", summary(diff)]) + "\n"


def summary(diff: Diff) -> str:
    """``2 plates: 1 same, 1 different``."""
    statuses = [plate.status for plate in diff.plates]
    words = {"same": "same", "different": "different", "only_before": "only before", "only_after": "only after"}
    said = [f"{statuses.count(status)} {word}" for status, word in words.items() if status in statuses]
    refused = [f"{count(len(diff.exports), 'export')} with another refusal"] if diff.exports else []
    within = f" (numbers within {diff.tolerance:g} %)" if diff.tolerance else ""
    return f"{count(len(statuses), 'plate')}: {', '.join([*said, *refused])}{within}"


def _refusal(before: str, after: str) -> str:
    if not before or not after:
        return f"refused {'before' if before else 'after'} only: {before or after}"
    return f"refused for another reason: {before} → {after}"


def _plate(plate: PlateDiff, most: int | None) -> Iterator[str]:
    yield f"{plate.plate}: {_status(plate)}"
    if plate.remark:
        yield f"  {plate.remark}"
    if plate.causes:
        yield "  caused by" if plate.status == "different" else "  made of other things, with the same result"
        yield from _columns([_cause(cause) for cause in plate.causes], most)
    for kind, group in groupby(plate.changed, key=attrgetter("kind")):
        if kind is not Kind.VERDICT:
            yield from _kind(kind, list(group), most)


def _status(plate: PlateDiff) -> str:
    before, after = plate.verdicts
    if plate.status in ("only_before", "only_after"):
        return f"{plate.status.replace('_', ' ')}, {before or after}"
    verdict = f"{before} → {after}" if before != after else after
    return f"{plate.status}, {verdict}"


def _cause(cause: Cause) -> list[str]:
    if cause.kind in ("unknown", "edited"):
        return [cause.kind, cause.what]
    return [cause.kind, cause.what, f"{_value(cause.before)} → {_value(cause.after)}"]


def _kind(kind: Kind, group: Sequence[Changed], most: int | None) -> Iterator[str]:
    singular, plural = _TITLES[kind]
    if kind is Kind.WELL:
        moved = [changed for changed in group if not changed.only and _fields(changed) <= _WHOSE]
        if moved:
            whose = " or ".join(sorted(set().union(*map(_fields, moved))))
            yield f"  {count(len(moved), 'well')} of the same reading, but of another {whose}"
        read_alike = [changed for changed in group if changed not in moved and not _is_of_the_well(changed)]
        if read_alike:
            yield f"  {count(len(read_alike), 'well')} of the same reading and content, but read otherwise on the curve"
        group = [changed for changed in group if _is_of_the_well(changed)]
        if not group:
            return
    if kind is Kind.CURVE:
        yield "  curve"
        changes = [change for each in group for change in each.changes]
        known = [change for change in changes if change.field in _PARAMETERS]
        yield from _columns([[c.field, *_moved(c)] for c in known or changes], most)
        return
    ordered = ", the biggest first" if len(group) > 1 and kind in _FIRST else ""
    yield f"  {count(len(group), singular, plural)}{ordered}"
    yield from _columns([_line(kind, changed) for changed in group], most)


def _fields(changed: Changed) -> set[str]:
    return {change.field for change in changed.changes}


def _is_of_the_well(changed: Changed) -> bool:
    return bool(changed.only) or any(change.field in _OF_THE_WELL for change in changed.changes)


def _line(kind: Kind, changed: Changed) -> list[str]:
    before, after = changed.shown
    if changed.only:
        sign = "− gone" if changed.only == "before" else "+ new"
        return [sign, changed.subject, before or after]
    if kind in (Kind.FINDING, Kind.NOT_EVALUATED):
        fields = [change for change in changed.changes if change.field != "message"] or changed.changes
        return ["~", changed.subject, "; ".join(f"{change.field} {_arrow(change)}" for change in fields)]
    first = next((change for change in changed.changes if change.field == _FIRST[kind]), None)
    words = [f"{change.field}: {_arrow(change)}" for change in changed.changes if change.field in _WORTH_A_WORD]
    if first is None:
        return [changed.subject, *_biggest_number(changed, instead=bool(words)), *words]
    shown = f"{before} → {after}" if before != after else f"{first.field} {_arrow(first)}"
    return [changed.subject, shown, *_moved(first)[1:], *words]


def _biggest_number(changed: Changed, *, instead: bool) -> list[str]:
    """What moved most, where the first number did not move; nothing ``instead`` of what words tell."""
    numbers = [change for change in changed.changes if change.percent is not None]
    if instead or not numbers:
        return ["", "", ""] if instead else [", ".join(change.field for change in changed.changes)]
    most = max(numbers, key=lambda change: abs(change.percent or 0))
    return [f"{most.field} {_arrow(most)}", *_moved(most)[1:]]


def _moved(change: Change) -> list[str]:
    return [_arrow(change), _percent(change), _digits(change)]


def _arrow(change: Change) -> str:
    if change.digits is None:
        return f"{_value(change.before)} → {_value(change.after)}"
    places = min(15, max(4, int(change.digits) + 2))  # as many as it takes to see the difference
    before, after = float(str(change.before)), float(str(change.after))
    return f"{significant(before, places)} → {significant(after, places)}"


def _percent(change: Change) -> str:
    if change.percent is None or change.digits is None:
        return ""
    size = abs(change.percent)
    sign = "+" if change.percent > 0 else "−"
    return f"{sign}{fixed(size, 1)} %" if size >= 0.1 else f"{sign}{significant(size, 2)} %"


def _digits(change: Change) -> str:
    return "" if change.digits is None else f"{fixed(change.digits, 1)} digits agree"


def _value(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value) or "nothing"
    return str(value)


def _columns(rows: Sequence[Sequence[str]], most: int | None) -> Iterator[str]:
    """Cells below one another, each column as wide as its widest cell; long ones do not push the others away."""
    shown = [[show(cell) for cell in row] for row in rows[:most]]
    widths = [
        max((len(row[at]) for row in shown if len(row) > at and len(row[at]) <= 44), default=0)
        for at in range(max(map(len, shown), default=0))
    ]
    for row in shown:
        yield ("    " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))).rstrip()
    if len(rows) > len(shown):
        yield f"    … {len(rows) - len(shown)} more (--all shows them, --json has every field)"
