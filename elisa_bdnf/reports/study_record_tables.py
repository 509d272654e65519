"""What the study rests on: inputs, rows that take no part, timepoints as understood, findings, published results."""

from __future__ import annotations

from elisa_bdnf.model.study import LiteratureRow, StudyResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.study_words import USE, contrast_hover, percent_of_ratio


def sources(result: StudyResult) -> Table:
    """Every input with how many of its rows take part."""
    columns = (
        Column("source", "Input"),
        Column("plate", "Plate"),
        Column("verdict", "Verdict", "of the plate"),
        Column("kit", "Kit, lot"),
        Column("protocol", "Protocol"),
        Column("rows", "Rows", "that came in", numeric=True),
        Column("used", "Used", numeric=True),
        Column("remark", "Remark"),
    )
    rows = []
    for number, each in enumerate(result.sources, 1):
        rejected = each.verdict == "rejected"
        remark = "; ".join((*each.reasons, *each.remarks, each.method)).strip("; ")
        cells = (
            Cell(each.name, help=f"{each.kind}, SHA-256 {each.sha256}"), Cell(each.plate),
            Cell(each.verdict or digits.MISSING, tone=Tone.BAD if rejected else Tone.PLAIN),
            Cell(", ".join(filter(None, (each.kit, each.lot and f"lot {each.lot}")))), Cell(each.protocol),
            Cell(str(each.rows), each.rows), Cell(str(each.used), each.used), Cell(remark),
        )  # fmt: skip
        rows.append(Row(cells, f"source-{number}", Tone.BAD if rejected else Tone.PLAIN))
    note = "Rejected plates take no part in any figure, table or model."
    return Table("sources", "Inputs", columns, tuple(rows), note)


def unused(result: StudyResult) -> Table:
    """Every row that came in and takes no part, with the reason."""
    columns = (
        Column("sample", "Sample"),
        Column("subject", "Subject"),
        Column("timepoint", "Timepoint"),
        Column("source", "Input"),
        Column("place", "Place"),
        Column("use", "Why not"),
        Column("remark", "Reason"),
    )
    rows = tuple(
        Row(
            (
                Cell(e.sample),
                Cell(e.subject),
                Cell(e.timepoint),
                Cell(e.source),
                Cell(e.place),
                Cell(USE[e.use]),
                Cell(e.reason),
            )
        )
        for e in result.measurements
        if not e.used
    )
    used = sum(each.used for each in result.measurements)
    note = f"{used} used + {len(rows)} not used = {len(result.measurements)} rows."
    return Table("unused", "Rows that take no part", columns, rows, note, "Every row takes part.")


def understood(result: StudyResult) -> Table:
    """Every spelling of a timepoint once, and what it was taken for."""
    columns = (
        Column("text", "As written"),
        Column("timepoint", "Taken for"),
        Column("minutes", "Minutes", "after the anchor", numeric=True),
        Column("rows", "Rows", numeric=True),
    )
    rows = tuple(
        Row(
            (
                Cell(e.text),
                Cell(e.timepoint),
                Cell(digits.exact(e.minutes) if e.minutes is not None else ""),
                Cell(str(e.rows), e.rows),
            )
        )
        for e in result.understood
    )
    anchor = result.protocol.time_anchor
    note = "" if anchor == "none" else f"Minutes count from {anchor.replace('_', ' ')}."
    return Table("understood", "Timepoints as understood", columns, rows, note)


def findings(result: StudyResult) -> Table:
    """What the rules found, the worst first."""
    columns = (
        Column("level", "Level"), Column("rule", "Rule"), Column("subject", "About"), Column("message", "Finding"),
        Column("measured", "Measured"), Column("limit", "Limit"), Column("action", "Action"),
    )  # fmt: skip
    rows = []
    for number, each in enumerate(sorted(result.findings, key=lambda f: -f.level.rank), 1):
        tone = words.LEVEL_TONE[each.level]
        cells = (
            Cell(words.LEVEL[each.level], tone=tone), Cell(each.rule), Cell(each.subject),
            Cell(words.sentence(each.message)), Cell(each.measured), Cell(each.limit, help=each.limit_origin),
            Cell(each.action),
        )  # fmt: skip
        rows.append(Row(cells, f"finding-{number}", tone if tone is Tone.BAD else Tone.PLAIN))
    return Table("findings", "Findings", columns, tuple(rows), empty="The rules found nothing to remark.")


def not_evaluated(result: StudyResult) -> Table:
    """Rules without the data they need: never a pass."""
    columns = (Column("rule", "Rule"), Column("reason", "What was missing"))
    rows = tuple(Row((Cell(each.rule), Cell(words.sentence(each.reason)))) for each in result.not_evaluated)
    note = "A rule that could not look is not a rule that was passed."
    return Table("not-evaluated", "Rules not evaluated", columns, rows, note, "Every rule had the data it needs.")


def literature(result: StudyResult, *, comparable: bool) -> Table:
    """Published findings beside this study: same matrix and time, or the rest with what stands between."""
    columns = (
        Column("source", "Published"),
        Column("n", "n"),
        Column("finding", "What was found there"),
        Column("here", "This study", "the same matrix and nominal time"),
        Column("remark", "What makes them incomparable"),
    )
    rows = tuple(_published(row) for row in result.literature if row.comparable is comparable)
    if not comparable:
        others = tuple(column for column in columns if column.key != "here")
        rows = tuple(Row((*row.cells[:3], row.cells[4]), row.key) for row in rows)
        return Table("literature-other", "Other published findings", others, rows, empty="Nothing else is known.")
    note = "Nothing is pooled, and nothing is confirmed or refuted by standing side by side."
    return Table(
        "literature", "Beside published findings", columns, rows, note, "Nothing for this matrix and these times."
    )


def _published(row: LiteratureRow) -> Row:
    known = row.published
    here = " · ".join(
        f"{each.group} {each.timepoint}: {percent_of_ratio(each.ratio)} "
        f"({percent_of_ratio(each.ci_low)} to {percent_of_ratio(each.ci_high)}, n = {each.n})"
        for each in row.contrasts
    )
    there = ", ".join([known.matrix.replace("_", " "), *known.timepoints])
    found = known.finding + (f" (corrected: {known.correction})" if known.correction else "")
    cells = (
        Cell(known.citation, sub=f"{known.population}; {known.dose}; {there}"), Cell(known.n),
        Cell(words.sentence(found)),
        Cell(here, help="; ".join(map(contrast_hover, row.contrasts))), Cell("; ".join(row.obstacles)),
    )  # fmt: skip
    return Row(cells, f"published-{known.id}")
