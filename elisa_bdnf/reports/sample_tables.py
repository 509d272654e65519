"""Samples and controls in full: every one of them, with wells, response, result, interval and reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.response import Group
from elisa_bdnf.model.result import JudgedResult, JudgedSample, PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.columns import Cells, Stacked
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.shown import Shown, shown

BEYOND = " !"  # the result moves by more than its interval
_SUBJECT = Column("subject", "Subject")
_TIMEPOINT = Column("timepoint", "Timepoint")
_MATRIX = Column("matrix", "Matrix")


_REPORTED = Column("reported", "Reported", "whether the result of the sample rests on this dilution")


def sample_key(judged: JudgedSample) -> str:
    """An anchor: the first well of a sample is its own and no other's."""
    wells = judged.estimate.group.all_wells
    return f"sample-{wells[0]}" if wells else ""


def result_key(judged: JudgedResult) -> str:
    """That of the first dilution that the result rests on."""
    wells = [well for estimate in judged.result.used for well in estimate.group.all_wells]
    return f"sample-{wells[0]}" if wells else ""


def samples(result: PlateResult, mark: str) -> Table:
    """Every sample in the order of the plate. Columns that nothing fills are left out."""
    contents = [judged.estimate.group.content for judged in result.samples]
    known = [column for column in (_SUBJECT, _TIMEPOINT) if any(getattr(c, column.key) for c in contents)]
    matrices = list(dict.fromkeys(content.matrix for content in contents))
    known += [_MATRIX] if len(matrices) > 1 else []
    unit = result.analysis.protocol.unit
    used = {id(e) for judged in result.results for e in judged.result.used}
    series = any(judged.result.is_series for judged in result.results)
    columns = (Column("sample", "Sample"), *known, *([_REPORTED] if series else []), *_result_columns(unit))
    reported = [id(judged.estimate) in used for judged in result.samples] if series else None
    rows = _sample_rows(result.samples, known, reported) if result.samples else ()
    return Table(
        "samples", "All samples", columns, rows,
        "Intervals hold the error of the curve and of the replicates. Every sample of the layout is listed. "
        f"Robust: the largest move of a result under 5PL, other weights or one standard less;{BEYOND} beyond its "
        "interval."
        + (f" Matrix: {matrices[0]}." if len(matrices) == 1 and matrices[0] else ""),
        "The layout names no samples.", mark,
    )  # fmt: skip


def _result_columns(unit: str) -> tuple[Column, ...]:
    return (
        Column("dilution_factor", "Dilution", "dilution factor: 10 means one part in ten", numeric=True),
        Column("wells", "Wells", "replicates; a well that was left out is named in the remark"),
        Column("n", "n", "wells used of wells planned", numeric=True),
        Column("response", "Response", "mean of the used wells", numeric=True),
        Column("cv_percent", "CV %", "100 · SD / mean of the replicates, with n − 1", numeric=True),
        Column("in_well", "In the well", f"{unit}, read on the curve; × dilution gives the concentration", unit, True),
        Column("concentration", "Concentration", f"{words.ANALYTE} in the sample, {unit}", unit, True),
        Column("interval", "95 % interval", f"{unit}; curve and replicate error", unit, True),
        Column(
            "robustness",
            "Robust ± %",
            "largest move of the result under another model, other weights or one "
            "standard less; marked where it leaves its own interval",
            numeric=True,
        ),
        Column("status", "Range", "where the response lies relative to the limits of quantification"),
        Column("remark", "Remark", "why there is no number, or what to know about it"),
    )


def _sample_rows(samples: Sequence[JudgedSample], known: Sequence[Column], reported: Sequence[bool] | None) -> Stacked:
    """``reported``: whether a result rests on each of them; None where every sample has but one dilution."""
    contents, ones = [judged.estimate.group.content for judged in samples], list(map(shown, samples))
    columns = [
        Cells(list(map(words.content, contents)), [content.name for content in contents]),
        *(Cells([getattr(content, column.key) or digits.MISSING for content in contents]) for column in known),
        *([_reported(reported)] if reported is not None else []),
        *_result_cells([judged.estimate for judged in samples], ones),
        Cells(list(map(_remark, samples, ones))),
    ]
    tones = [one.tone if one.tone is Tone.BAD else Tone.PLAIN for one in ones]
    return Stacked(columns, list(map(sample_key, samples)), tones)


def _reported(reported: Sequence[bool]) -> Cells:
    said = ["yes" if each else "no" for each in reported]
    return Cells(said, said, [Tone.GOOD if each else Tone.MUTED for each in reported])


def _result_cells(estimates: Sequence[Estimate], ones: Sequence[Shown]) -> Iterator[Cells]:
    groups = [estimate.group for estimate in estimates]
    factors, wells = [group.content.dilution_factor for group in groups], [group.all_wells for group in groups]
    means, cvs = [group.mean for group in groups], [estimate.cv_percent for estimate in estimates]
    in_wells, states = [estimate.in_well for estimate in estimates], [estimate.status for estimate in estimates]
    yield Cells(list(map(words.dilution, factors)), factors)
    yield Cells(list(map(" ".join, wells)), wells=wells)
    yield Cells(*zip(*map(_used, groups), strict=True))
    yield Cells(list(map(digits.response, means)), means)
    basis = [f"of the {estimate.cv_basis}s" if estimate.cv_basis else "" for estimate in estimates]
    yield Cells(list(map(digits.percent, cvs)), cvs, helps=basis)
    yield Cells(list(map(digits.concentration, in_wells)), in_wells, [Tone.MUTED] * len(estimates))
    yield Cells([one.text for one in ones], [one.number for one in ones], [one.tone for one in ones])
    yield Cells(
        [one.interval or digits.MISSING for one in ones],
        tones=[Tone.PLAIN if one.interval else Tone.MUTED for one in ones],
        helps=["" if one.interval else one.remark for one in ones],
    )
    yield Cells(*zip(*map(_robustness, estimates), strict=True))
    said, helps = [words.STATUS[state] for state in states], [words.STATUS_HELP[state] for state in states]
    yield Cells(said, [state.value for state in states], helps=helps)


def _robustness(estimate: Estimate) -> tuple[str, float | None, Tone, str]:
    """The largest move in percent, how loud it is said, and what causes it."""
    found = estimate.robustness
    if found is None:
        return digits.MISSING, None, Tone.MUTED, ""
    lost = f"; lost with {words.listed(list(found.lost), 3)}" if found.lost else ""
    text = f"{digits.percent(found.percent)}{BEYOND if found.beyond_interval else ''}"
    tone = Tone.WARN if found.beyond_interval else Tone.PLAIN
    return text, found.percent, tone, f"largest with {found.change}{lost}"


def _used(group: Group) -> tuple[str, int, Tone]:
    planned = len(group.all_wells)
    return (
        (str(group.n), group.n, Tone.PLAIN) if group.n == planned else (f"{group.n} of {planned}", group.n, Tone.WARN)
    )


def _remark(judged: JudgedSample, one: Shown) -> str:
    parts = [one.remark]
    parts += [f"{well.well}: {well.reason or words.USE[well.use]}" for well in judged.estimate.group.left_out]
    parts += [rule for rule in judged.findings if rule not in one.remark]
    return "; ".join(part for part in parts if part)


# --- controls -------------------------------------------------------------------------------------------------------


def controls(result: PlateResult, mark: str) -> Table:
    """Controls keep their numbers on a rejected plate: often they are the reason."""
    unit = result.analysis.protocol.unit
    columns = (
        Column("control", "Control"),
        Column("wells", "Wells"),
        Column("n", "n", "wells used of wells planned", numeric=True),
        Column("nominal", "Expected", f"nominal concentration, {unit}", unit, True),
        Column("range", "Accepted", f"accepted range, {unit}", unit, True),
        Column("found", "Found", f"{words.ANALYTE} found, {unit}", unit, True),
        Column("interval", "95 % interval", f"{unit}; curve and replicate error", unit, True),
        Column("recovery_percent", "Recovery %", "100 · found / expected", numeric=True),
        Column("cv_percent", "CV %", "100 · SD / mean of the replicates, with n − 1", numeric=True),
        Column("in_range", "In range"),
        Column("remark", "Remark"),
    )
    rows = tuple(_control_row(judged) for judged in result.controls)
    return Table("controls", "Controls", columns, rows, "", "The layout names no controls.", mark)


def _control_row(judged: JudgedSample) -> Row:
    estimate = judged.estimate
    content, group = estimate.group.content, estimate.group
    found, recovery = found_in_control(judged), control_recovery(judged)
    interval = digits.interval(estimate.low, estimate.high, found) if found is not None else digits.MISSING
    return Row((
        Cell(words.content(content), content.name),
        Cell(" ".join(group.all_wells), None, wells=group.all_wells),
        Cell(*_used(group)),
        Cell(digits.exact(content.nominal), content.nominal),
        Cell(accepted_range(judged)),
        Cell(digits.concentration(found) if found is not None else words.STATUS[estimate.status], found),
        Cell(interval, None, Tone.MUTED if found is None else Tone.PLAIN),
        Cell(digits.percent(recovery), recovery),
        Cell(digits.percent(estimate.cv_percent), estimate.cv_percent),
        _in_range_cell(judged),
        Cell("; ".join(filter(None, (judged.reason or estimate.reason or estimate.interval_remark,
                                     *(f for f in judged.findings if f not in judged.reason))))),
    ), f"control-{group.all_wells[0]}" if group.all_wells else "")  # fmt: skip


def found_in_control(judged: JudgedSample) -> float | None:
    """The concentration that was found, whatever the verdict; None outside the range of the curve."""
    return judged.estimate.concentration if judged.estimate.status.has_number else None


def control_recovery(judged: JudgedSample) -> float | None:
    """100 · found / nominal; None where either is missing."""
    found, nominal = found_in_control(judged), judged.estimate.group.content.nominal
    return 100 * found / nominal if found is not None and nominal else None


def accepted_bounds(judged: JudgedSample) -> tuple[float | None, float | None]:
    """What insert or layout state, else the range that follows from the nominal value and the allowed recovery."""
    content = judged.estimate.group.content
    if content.low is not None or content.high is not None:
        return content.low, content.high
    return judged.accepted or (None, None)


def accepted_range(judged: JudgedSample) -> str:
    """``420–780``; MISSING where none is known."""
    low, high = accepted_bounds(judged)
    if low is None:
        return digits.MISSING if high is None else f"≤ {digits.exact(high)}"
    return f"≥ {digits.exact(low)}" if high is None else f"{digits.exact(low)}–{digits.exact(high)}"


def control_in_range_or_none(judged: JudgedSample) -> bool | None:
    """None where no accepted range is known; a control without a number is not in any range."""
    (low, high), found = accepted_bounds(judged), found_in_control(judged)
    if low is None and high is None:
        return None
    if found is None:
        return False
    return (low is None or found >= low) and (high is None or found <= high)


def _in_range_cell(judged: JudgedSample) -> Cell:
    answer = control_in_range_or_none(judged)
    if answer is None:
        return Cell(digits.MISSING, None, Tone.MUTED, "no accepted range is known")
    return Cell("yes", "yes", Tone.GOOD) if answer else Cell("no", "no", Tone.BAD)
