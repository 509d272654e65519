"""What a person excluded and waived, and what the plate would say without it: both are in every report."""

from __future__ import annotations

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.model.waiver import Decision
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.finite import finite_or_none
from elisa_bdnf.reports.parts import Banner, Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.records import Record, control_records, finding_records, sample_records
from elisa_bdnf.reports.shown import shown


def decisions_record(result: PlateResult) -> Record | None:
    """``decisions`` of result.json; null where nobody excluded or waived anything."""
    decisions, before = result.decisions, result.before
    if not decisions.entries or before is None:
        return None
    read_on = result.analysis.read_on
    return {
        "file": decisions.file,
        "sha256": decisions.sha256,
        "read_on": read_on.isoformat() if read_on else None,
        "exclusions": [_entry(entry) for entry in decisions.exclusions],
        "waivers": [_entry(entry) for entry in decisions.waivers],
        "before": {
            "verdict": before.verdict.value,
            "parameters": _parameters(before),
            "samples": sample_records(before),
            "controls": control_records(before),
            "findings": finding_records(before),
        },
    }


def _entry(entry: Decision) -> Record:
    return {
        "rule": entry.rule or None,
        "wells": list(entry.wells),
        "sample": entry.sample or None,
        "subject": entry.subject or None,
        "plate": entry.plate,
        "reason": entry.reason,
        "by": entry.by,
        "until": entry.until.isoformat() if entry.until else None,
    }


def _parameters(result: PlateResult) -> Record | None:
    curve = result.analysis.curve
    if not isinstance(curve, Curve):
        return None
    return {name: finite_or_none(curve.estimate_or_none(name)) for name in "abcdg"}


def decisions_banner(result: PlateResult) -> tuple[Banner, ...]:
    """One line above the numbers where a person changed what counts."""
    if result.before is None:
        return ()
    wells = len(result.analysis.layout.excluded)
    waived = sum(finding.waived is not None for finding in result.findings)
    parts = [f"{digits.count(wells, 'well')} excluded"] * (wells > 0)
    parts += [f"{digits.count(waived, 'finding')} waived"] * (waived > 0)
    verdict = f"without that the plate is {result.before.verdict.value}"
    text = f"{' and '.join(parts)} ({result.decisions.file}); {verdict}, see “Before and after”."
    return (Banner("Decided by hand", text[0].upper() + text[1:]),)


def decisions_table(result: PlateResult, mark: str) -> Table:
    """Every entry that concerns this plate, as it was written."""
    columns = (
        Column("what", "Decision"), Column("about", "About"), Column("reason", "Reason"), Column("by", "By"),
        Column("until", "Holds until", "the last day of reading for which it holds"),
    )  # fmt: skip
    rows = tuple(
        Row((
            Cell("waived" if entry.rule else "excluded"), Cell(entry.about), Cell(entry.reason), Cell(entry.by),
            Cell(entry.until.isoformat() if entry.until else digits.MISSING),
        ), f"decision-{number}")
        for number, entry in enumerate(result.decisions.entries, 1)
    )  # fmt: skip
    return Table("decisions", "Exclusions and waivers", columns, rows, "", "Nobody excluded or waived anything.", mark)


def before_and_after(result: PlateResult, mark: str) -> Table:
    """The verdict, and every sample and control that reads otherwise with the decisions than without."""
    columns = (
        Column("about", "About"), Column("before", "Before", "as measured, without exclusions and waivers"),
        Column("after", "After"), Column("change", "Change", numeric=True),
    )  # fmt: skip
    before = result.before
    if before is None:
        return Table("before-after", "Before and after", columns, (), "", "Nothing was excluded or waived.", mark)
    pairs = [*zip(before.samples, result.samples, strict=True), *zip(before.controls, result.controls, strict=True)]
    rows = [_changed_row(one, other) for one, other in pairs if shown(one).text != shown(other).text]
    tone = Tone.WARN if before.verdict is not result.verdict else Tone.PLAIN
    verdict = Row(
        (Cell("verdict"), Cell(before.verdict.value), Cell(result.verdict.value, None, tone), Cell()), "verdict"
    )
    note = f"{len(rows)} of {len(pairs)} results read otherwise; all of both are in result.json under “decisions”."
    return Table("before-after", "Before and after", columns, (verdict, *rows), note, mark=mark)


def _changed_row(before: JudgedSample, after: JudgedSample) -> Row:
    group = after.estimate.group
    one, other = shown(before), shown(after)
    change = ""
    if one.number and other.number:
        change = f"{100 * (other.number / one.number - 1):+.1f} %".replace("-", "−")
    name = words.content(group.content)
    return Row(
        (Cell(name, wells=()), Cell(one.text), Cell(other.text), Cell(change)),
        f"change-{name}-{'-'.join(group.all_wells)}",
    )
