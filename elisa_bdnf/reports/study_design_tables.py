"""Release assays and tissue: values, summaries and controls of designs that are no time course of subjects."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.model.release import ControlCheck, Recovery, ReleaseStudy
from elisa_bdnf.model.tissue import RatioSummary, TissueContrast, TissueStudy
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.study_words import p_text, percent_of_ratio, ratio_cell


def _number(value: float | None, low: float | None = None, high: float | None = None) -> Cell:
    if value is None:
        return Cell(digits.MISSING)
    interval = digits.interval(low, high, value)
    return Cell(digits.concentration(value), value, sub="" if interval == digits.MISSING else interval)


def release_summaries(study: ReleaseStudy) -> Table:
    """Condition × time over culture batches."""
    columns = (
        Column("condition", "Condition"),
        Column("timepoint", "Time"),
        Column("batches", "Batches", "culture batches: the unit of replication", numeric=True),
        Column("fold", f"Fold of {study.vehicle}", "geometric mean over batches, 95 % interval", numeric=True),
        Column("net", "Net release", f"minus {study.vehicle}", study.unit, numeric=True),
        Column("remark", "Remark"),
    )
    rows = tuple(
        Row(
            (
                Cell(each.condition), Cell(each.timepoint), Cell(str(each.batches), each.batches),
                ratio_cell(each.fold, each.fold_low, each.fold_high), _number(each.net, each.net_low, each.net_high),
                Cell(each.reason),
            ),
            f"release-{n}",
        )
        for n, each in enumerate(study.summaries, 1)
    )  # fmt: skip
    note = "; ".join(filter(None, (study.volumes, study.sentence)))
    return Table("release-summaries", "Release over culture batches", columns, rows, note)


def inhibitions(study: ReleaseStudy) -> Table:
    """How much of the drug's effect a blocker removes."""
    columns = (
        Column("blocker", "Blocker"),
        Column("timepoint", "Time"),
        Column("batch", "Batch"),
        Column("percent", f"Of the effect of {study.drug} removed", "with its 95 % interval", "%", numeric=True),
        Column("remark", "Remark"),
    )
    rows = []
    for number, each in enumerate(study.inhibitions, 1):
        cell = Cell(digits.MISSING)
        if each.percent is not None:
            bounds = (_percent(each.low, "no lower bound"), _percent(each.high, "no upper bound"))
            interval = "" if each.batch or each.batches < 2 else " to ".join(bounds)
            cell = Cell(digits.fixed(each.percent, 0), each.percent, sub=interval)
        batch = each.batch or f"all ({each.batches})"
        rows.append(
            Row(
                (Cell(each.blocker), Cell(each.timepoint), Cell(batch), cell, Cell(each.reason)), f"inhibition-{number}"
            )
        )
    return Table("inhibitions", "What the blockers remove", columns, tuple(rows), empty="No blocker in this study.")


def _percent(value: float | None, missing: str) -> str:
    return missing if value is None else digits.fixed(value, 0)


def release_values(study: ReleaseStudy) -> Table:
    """Batch × condition × time: means of culture wells."""
    columns = (
        Column("batch", "Batch"),
        Column("condition", "Condition"),
        Column("timepoint", "Time"),
        Column("wells", "Wells", "culture wells, averaged first", numeric=True),
        Column("eluate", "In the eluate", numeric=True),
        Column("value", "Released", "with the interval of its measurement error", study.unit, numeric=True),
        Column("fold", f"Fold of {study.vehicle}", numeric=True),
        Column("net", "Net", unit=study.unit, numeric=True),
        Column("remark", "Remark"),
    )
    rows = []
    for number, each in enumerate(study.values, 1):
        below = each.value is None and each.limit is not None
        value = (
            Cell(f"< {digits.limit(each.limit)}", tone=Tone.WARN) if below else _number(each.value, each.low, each.high)
        )
        wells = str(each.wells) + (f" ({each.wells_below} < LLOQ)" if each.wells_below else "")
        cells = (
            Cell(each.batch), Cell(each.condition), Cell(each.timepoint), Cell(wells, each.wells),
            Cell(digits.concentration(each.eluate), each.eluate), value,
            ratio_cell(each.fold, each.fold_low, each.fold_high), _number(each.net, each.net_low, each.net_high),
            Cell(each.reason),
        )  # fmt: skip
        rows.append(Row(cells, f"batch-{number}"))
    return Table("release-values", "Release by culture batch", columns, tuple(rows))


def release_controls(study: ReleaseStudy) -> tuple[Table, ...]:
    """Controls without cells, blockers alone, and the recovery of the precipitation."""
    columns = (
        Column("batch", "Batch"),
        Column("condition", "Control"),
        Column("percent", "Found", f"share of {study.vehicle}, or shift from it", "%", numeric=True),
        Column("limit", "At most", unit="%", numeric=True),
        Column("remark", "Remark"),
    )
    rows = tuple(
        Row(
            (
                Cell(each.batch), Cell(each.condition), _control_cell(each),
                Cell(digits.exact(each.limit_percent), each.limit_percent),
                Cell(each.problem, tone=Tone.WARN if each.problem else Tone.PLAIN),
            )
        )
        for each in study.controls
    )  # fmt: skip
    absent = f"Not in this study: {', '.join(study.absent)}." if study.absent else ""
    recovery_columns = (
        Column("batch", "Batch"),
        Column("recovery", "Recovery", "(spiked − unspiked) / added", numeric=True),
        Column("remark", "Remark"),
    )
    recoveries = tuple(
        Row(
            (
                Cell(each.batch), Cell(digits.significant(each.recovery), each.recovery),
                _accepted(each),
            )
        )
        for each in study.recoveries
    )  # fmt: skip
    return (
        Table("release-controls", "Controls", columns, rows, absent, "No controls without cells, no blocker alone."),
        Table("recoveries", "Recovery of the precipitation", recovery_columns, recoveries, empty=study.sentence),
    )


def _control_cell(each: ControlCheck) -> Cell:
    if each.percent is None and not each.problem:
        return Cell("< LLOQ", tone=Tone.MUTED)
    return Cell(digits.percent(each.percent), each.percent)


def _accepted(each: Recovery) -> Cell:
    if each.accepted:
        return Cell(each.reason)
    return Cell(each.reason or "not accepted", tone=Tone.WARN)


def tissue_values(study: TissueStudy) -> Table:
    """Animal × region: what was found in the extract, and per mg."""
    columns = (
        Column("subject", "Animal"),
        Column("arm", "Arm"),
        Column("region", "Region"),
        Column("timepoint", "Time"),
        Column("analyte", "Analyte"),
        Column("extract", "In the extract", numeric=True),
        Column("per", "Divided by", "and the columns it comes from", numeric=True),
        Column("value", "Value", "with the interval of its measurement error", study.unit, numeric=True),
        Column("remark", "Remark"),
    )
    rows = []
    for number, each in enumerate(study.values, 1):
        below = each.value is None and each.limit is not None
        value = (
            Cell(f"< {digits.limit(each.limit)}", tone=Tone.WARN) if below else _number(each.value, each.low, each.high)
        )
        cells = (
            Cell(each.subject), Cell(each.arm), Cell(each.region), Cell(each.timepoint), Cell(each.analyte),
            Cell(digits.concentration(each.extract), each.extract),
            Cell(digits.significant(each.per), each.per, help=each.basis), value, Cell(each.reason),
        )  # fmt: skip
        rows.append(Row(cells, f"tissue-{number}"))
    return Table("tissue-values", "Values by animal", columns, tuple(rows))


def tissue_contrasts(key: str, title: str, found: Sequence[TissueContrast]) -> Table:
    """An arm against the control arm, analyte by analyte, region by region and time by time."""
    columns = (
        Column("analyte", "Analyte"),
        Column("region", "Region"),
        Column("timepoint", "Time"),
        Column("arm", "Arm"),
        Column("control", "Against"),
        Column("n", "n", "animals in the arm / in the control arm"),
        Column("ratio", "Ratio", "of geometric means, with its 95 % interval", numeric=True),
        Column("change", "Change", numeric=True),
        Column("df", "df", numeric=True),
        Column("p", "p", "Welch, two-sided, unadjusted", numeric=True),
        Column("p_holm", "p (Holm)", numeric=True),
        Column("remark", "Remark"),
    )
    rows = tuple(
        Row(
            (
                Cell(each.analyte), Cell(each.region), Cell(each.timepoint), Cell(each.arm), Cell(each.control),
                Cell(f"{each.n} / {each.n_control}"), ratio_cell(each.ratio, each.ci_low, each.ci_high),
                Cell(percent_of_ratio(each.ratio)), Cell(digits.significant(each.df), each.df),
                Cell(p_text(each.p), each.p), Cell(p_text(each.p_holm), each.p_holm), Cell(each.reason),
            ),
            f"{key}-{n}",
        )
        for n, each in enumerate(found, 1)
    )  # fmt: skip
    return Table(key, title, columns, rows, empty="No comparison was possible.")


def ratio_values(ratio: RatioSummary, number: int) -> Table:
    """Two assays of one animal and region as a ratio."""
    columns = (
        Column("subject", "Animal"),
        Column("arm", "Arm"),
        Column("region", "Region"),
        Column("timepoint", "Time"),
        Column("ratio", "Ratio", "with the interval of both measurements", numeric=True),
        Column("cv", "CV", "of the ratio, from both assays", "%", numeric=True),
        Column("relative", "Relative", "to the geometric mean of the control arm", numeric=True),
        Column("remark", "Remark"),
    )
    rows = tuple(
        Row(
            (
                Cell(each.subject), Cell(each.arm), Cell(each.region), Cell(each.timepoint),
                ratio_cell(each.ratio, each.low, each.high), Cell(digits.percent(each.cv_percent), each.cv_percent),
                Cell(digits.significant(each.relative), each.relative), Cell(each.reason),
            )
        )
        for each in ratio.values
    )  # fmt: skip
    loading = f", each over {ratio.loading}" if ratio.loading else ""
    note = f"{ratio.numerator} over {ratio.denominator}{loading}."
    return Table(f"ratio-{number}-values", ratio.name, columns, rows, note)
