"""What the rules found, and what no rule could look at."""

from __future__ import annotations

from elisa_bdnf.model.finding import Finding
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import words
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone


def findings(result: PlateResult, mark: str) -> Table:
    """The worst first; within a level in the order in which the rules ran."""
    columns = (
        Column("level", "Level"),
        Column("rule", "Rule"),
        Column("subject", "About"),
        Column("message", "Finding"),
        Column("measured", "Measured"),
        Column("limit", "Limit", "and, on hover, where the limit comes from"),
        Column("wells", "Wells"),
        Column("action", "Action"),
    )
    ordered = sorted(result.findings, key=lambda finding: -finding.level.rank)
    rows = tuple(_finding_row(finding, number) for number, finding in enumerate(ordered, 1))
    preset = result.analysis.protocol.qc.preset_title or result.analysis.protocol.qc.preset
    note = f"{len(result.rules_applied)} rules of the preset {preset!r} are in force: " + ", ".join(
        result.rules_applied
    )
    return Table("findings", "Findings", columns, rows, note + ".", "The rules found nothing to remark.", mark)


def _finding_row(finding: Finding, number: int) -> Row:
    tone = words.LEVEL_TONE[finding.level]
    origin = "; ".join(filter(None, (finding.limit_origin, finding.preset and f"preset {finding.preset}")))
    cells = (
        Cell(words.LEVEL[finding.level], finding.level.value, tone),
        Cell(finding.rule),
        Cell(finding.subject),
        Cell(words.sentence(finding.message)),
        Cell(finding.measured),
        Cell(finding.limit, help=origin),
        Cell(" ".join(finding.wells), wells=finding.wells),
        Cell(finding.action),
    )
    return Row(cells, f"finding-{number}", tone if tone is Tone.BAD else Tone.PLAIN)


def not_evaluated(result: PlateResult, mark: str) -> Table:
    """Rules without the data they need: never a pass."""
    columns = (Column("rule", "Rule"), Column("reason", "What was missing"))
    rows = tuple(
        Row((Cell(each.rule), Cell(words.sentence(each.reason))), f"not-evaluated-{number}")
        for number, each in enumerate(result.not_evaluated, 1)
    )
    return Table(
        "not-evaluated", "Rules not evaluated", columns, rows,
        "A rule that could not look is not a rule that was passed.", "Every rule had the data it needs.", mark,
    )  # fmt: skip
