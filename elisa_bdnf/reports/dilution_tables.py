"""Samples that stand on the plate at several dilutions: every dilution, and what is reported of the sample and why."""

from __future__ import annotations

from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.result import JudgedResult, PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.shown import bound_text, shown_result

POLICY = {
    "mean_in_range": "the mean of the dilutions in range",
    "lowest_df": "the least diluted in range",
    "nearest_c": "the one nearest the middle of the curve",
}


def dilutions(result: PlateResult, mark: str) -> Table | None:
    """One row a sample with several dilutions; None where there is none."""
    series = [judged for judged in result.results if judged.result.is_series]
    if not series:
        return None
    unit, policy = result.analysis.protocol.unit, result.analysis.protocol.dilution.policy.value
    columns = (
        Column("sample", "Sample"),
        Column("dilutions", "Dilutions", f"what each dilution says of the sample, {unit}"),
        Column("used", "Reported from", "dilution factors that the result rests on"),
        Column("concentration", "Concentration", f"{words.ANALYTE} in the sample, {unit}", unit, True),
        Column("interval", "95 % interval", f"{unit}; curve and replicate error, not that of diluting", unit, True),
        Column("cv_percent", "CV %", "100 · SD / mean of the concentrations of the dilutions in range", numeric=True),
        Column("slope", "Slope", "of ln concentration on ln dilution factor; 0 where it dilutes like the standard",
               numeric=True),
        Column("remark", "Why"),
    )  # fmt: skip
    rows = tuple(_row(judged) for judged in series)
    note = f"By the protocol ({policy}) a sample is reported as {POLICY[policy]}; after a hook, the most diluted in "
    note += "range. CV and slope are over all dilutions in range."
    return Table("dilutions", "Samples at several dilutions", columns, rows, note, mark=mark)


def _row(judged: JudgedResult) -> Row:
    found, one = judged.result, shown_result(judged)
    content, wells = found.content, tuple(well for e in found.estimates for well in e.group.all_wells)
    steep = found.slope is not None and {"DIL-02"} & set(judged.findings)
    apart = found.cv_percent is not None and {"DIL-01"} & set(judged.findings)
    return Row((
        Cell(words.content(content), content.name),
        Cell(" · ".join(_dilution(e) for e in found.estimates), None, wells=wells),
        Cell(", ".join(_factor(e) for e in found.used)),
        Cell(one.text, one.number, one.tone),
        Cell(one.interval or digits.MISSING, None, Tone.PLAIN if one.interval else Tone.MUTED),
        Cell(digits.percent(found.cv_percent), found.cv_percent, Tone.WARN if apart else Tone.PLAIN),
        Cell(digits.fixed(found.slope, 2), found.slope, Tone.WARN if steep else Tone.PLAIN),
        Cell(one.remark, None, Tone.WARN if found.hook else Tone.PLAIN),
    ), f"dilutions-{wells[0]}" if wells else "")  # fmt: skip


def _dilution(estimate: Estimate) -> str:
    """``1:10 > 5000``, ``1:40 = 7910``."""
    if estimate.concentration is not None:
        return f"{_factor(estimate)} = {digits.concentration(estimate.concentration)}"
    return (
        f"{_factor(estimate)} {bound_text(estimate) if estimate.limit is not None else words.STATUS[estimate.status]}"
    )


def _factor(estimate: Estimate) -> str:
    return f"1:{words.dilution(estimate.group.content.dilution_factor)}"
