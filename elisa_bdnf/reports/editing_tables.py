"""What editing left out of the standard curve, with the curve as acquired beside the edited one."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.evidence import Edit, EditedPart
from elisa_bdnf.model.protocol import StandardEditing
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Cell, Column, Fact, Row, Table, Tone
from elisa_bdnf.reports.standard_tables import acquired_points, point_or_none, points_by_well, standard_groups

PART = {EditedPart.WELL: "well", EditedPart.ANCHOR: "anchor", EditedPart.LEVEL: "level"}


def edits(result: PlateResult, mark: str) -> Table | None:
    """Step by step; None where nothing was left out and nothing tried."""
    editing = result.analysis.editing
    if editing is None or not editing.edits:
        return None
    unit = result.analysis.protocol.unit
    columns = (
        Column("step", "Step", numeric=True),
        Column("what", "What"),
        Column("nominal", "Standard", f"nominal concentration, {unit}", unit, True),
        Column("wells", "Wells"),
        Column("recovery_percent", "Recovery %", "on the curve before this step", numeric=True),
        Column("cv_percent", "CV %", "of the responses", numeric=True),
        Column("reason", "Why"),
    )
    rows = tuple(_edit_row(number, edit) for number, edit in enumerate(editing.edits, 1))
    note = (
        f"Editing failed and none of these steps holds: {editing.failure}."
        if editing.failure
        else "The worst standard goes, the curve is fitted again, until all that remain are recovered. The curve was "
        "fixed before any control or sample was read on it."
    )
    return Table("edits", "Editing of the standards", columns, rows, note, mark=mark)


def _edit_row(number: int, edit: Edit) -> Row:
    return Row((
        Cell(str(number), number),
        Cell(PART[edit.what]),
        Cell(digits.exact(edit.nominal), edit.nominal),
        Cell(" ".join(edit.wells), None, wells=edit.wells),
        Cell(digits.percent(edit.recovery_percent), edit.recovery_percent),
        Cell(digits.percent(edit.cv_percent), edit.cv_percent),
        Cell(edit.reason),
    ), f"edit-{number}")  # fmt: skip


def curve_versions(result: PlateResult, mark: str) -> Table | None:
    """Parameters, limits and recoveries of the curve as acquired and as edited; None where they are the same."""
    editing = result.analysis.editing
    if editing is None or not editing.in_force or not isinstance(result.analysis.curve, Curve):
        return None
    columns = (
        Column("item", "What"),
        Column("acquired", "As acquired", numeric=True),
        Column("edited", "As edited", "what controls and samples were read on", numeric=True),
        Column("change", "Change %", "of the value as acquired", numeric=True),
    )
    acquired = editing.acquired if isinstance(editing.acquired, Curve) else None
    rows = (*_curve_rows(acquired, result.analysis.curve), *_recovery_rows(result))
    return Table("curve_versions", "The curve as acquired and as edited", columns, tuple(rows), mark=mark)


def _curve_rows(before: Curve | None, after: Curve) -> Iterator[Row]:
    for name, meaning in words.PARAMETERS[after.model].items():
        yield _version_row(
            f"{name}, {meaning}", getattr(before, name) if before else None, getattr(after, name), digits.parameter
        )
    limits = before.limits if before else None
    yield _version_row("LLOQ in the well", limits.lloq if limits else None, after.limits.lloq, digits.limit)
    yield _version_row("ULOQ in the well", limits.uloq if limits else None, after.limits.uloq, digits.limit)


def _recovery_rows(result: PlateResult) -> Iterator[Row]:
    before, after = acquired_points(result), points_by_well(result)
    for group in standard_groups(result):
        old, new = point_or_none(group, before), point_or_none(group, after)
        if not group.content.nominal or (old is None and new is None):
            continue
        name = f"recovery of {digits.exact(group.content.nominal)}, %"
        row = _version_row(
            name, old.recovery_percent if old else None, new.recovery_percent if new else None, digits.percent
        )
        left_out = bool(new and new.edited)
        yield row._replace(cells=(*row.cells[:2], row.cells[2]._replace(
            text=f"{row.cells[2].text} (left out)" if left_out else row.cells[2].text,
            tone=Tone.WARN if left_out else Tone.PLAIN), Cell("")))  # fmt: skip


def _version_row(name: str, before: float | None, after: float | None, text: object) -> Row:
    assert callable(text)  # noqa: S101 for the type checker
    change = 100 * (after / before - 1) if before and after is not None else None
    cells = (Cell(name), Cell(text(before), before), Cell(text(after), after), Cell(digits.percent(change), change))
    return Row(cells, f"version-{name}")


def editing_facts(result: PlateResult) -> tuple[Fact, ...]:
    """One line on whether and how the standards were edited, and one on what the precision profile advises."""
    return (*_editing_fact(result), *_profile_fact(result))


def _editing_fact(result: PlateResult) -> Iterator[Fact]:
    editing, mode = result.analysis.editing, result.analysis.protocol.editing.standards
    fingerprint = f"curve {result.analysis.curve_fingerprint[:12]}, fixed before controls and samples were read"
    if mode is StandardEditing.NONE or editing is None:
        yield Fact("Editing", "none: the protocol keeps every standard", fingerprint)
    elif editing.failure and editing.edits:
        yield Fact("Editing", f"failed: {editing.failure}", fingerprint, Tone.BAD)
    elif editing.edits:
        names = words.listed([f"{PART[e.what]} {digits.exact(e.nominal)}" for e in editing.edits])
        yield Fact("Editing", f"left out: {names} ({mode.value})", fingerprint, Tone.WARN)
    else:
        text = f"nothing to leave out ({mode.value}; {digits.count(editing.allowed, 'level')} might have been)"
        yield Fact("Editing", text, fingerprint)


def _profile_fact(result: PlateResult) -> Iterator[Fact]:
    profile, unit = result.analysis.profile, result.analysis.protocol.unit
    if profile is None:
        return
    text = profile.reason
    if profile.low is not None and profile.high is not None:
        ends = f"{digits.limit(profile.low)}–{digits.limit(profile.high)} {unit}"
        text = f"CV of a concentration at most {digits.exact(profile.limit_percent)} % in {ends}"
    help_ = f"in the well, for {digits.count(profile.wells, 'well')}; advice, the limits above are official"
    yield Fact("Precision profile", text, help_)
