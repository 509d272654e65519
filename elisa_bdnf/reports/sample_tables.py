"""Samples and controls in full: every one of them, with wells, response, result, interval and reason."""

from __future__ import annotations

from functools import lru_cache

from elisa_bdnf.model.estimate import Estimate, RangeStatus
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.result import JudgedResult, JudgedSample, PlateResult
from elisa_bdnf.reports import digits, words
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
    rows = tuple(
        _sample_row(judged, known, [_reported_cell(id(judged.estimate) in used)] if series else [])
        for judged in result.samples
    )
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


def _reported_cell(reported: bool) -> Cell:
    return Cell("yes", "yes", Tone.GOOD) if reported else Cell("no", "no", Tone.MUTED)


def _sample_row(judged: JudgedSample, known: list[Column], more: list[Cell]) -> Row:
    content = judged.estimate.group.content
    one = shown(judged)
    identity = [Cell(words.content(content), content.name)]
    identity += [Cell(getattr(content, column.key) or digits.MISSING) for column in known]
    tone = one.tone if one.tone is Tone.BAD else Tone.PLAIN
    return Row((*identity, *more, *_result_cells(judged, one)), sample_key(judged), tone)


def _result_cells(judged: JudgedSample, one: Shown) -> tuple[Cell, ...]:
    estimate = judged.estimate
    group = estimate.group
    content = group.content
    basis = f"of the {estimate.cv_basis}s" if estimate.cv_basis else ""
    interval = Cell(one.interval) if one.interval else Cell(digits.MISSING, None, Tone.MUTED, one.remark)
    return (
        _dilution_cell(content.dilution_factor),
        _wells_cell(group.all_wells),
        _used_cell(judged),
        Cell(digits.response(group.mean), group.mean),
        Cell(digits.percent(estimate.cv_percent), estimate.cv_percent, Tone.PLAIN, basis),
        Cell(digits.concentration(estimate.in_well), estimate.in_well, Tone.MUTED),
        Cell(one.text, one.number, one.tone),
        interval,
        robustness_cell(estimate),
        _STATUS[estimate.status],
        Cell(_remark(judged, one)),
    )


_STATUS = {status: Cell(words.STATUS[status], status.value, help=words.STATUS_HELP[status]) for status in RangeStatus}


@lru_cache(maxsize=256)
def _dilution_cell(factor: float | None) -> Cell:
    return Cell(words.dilution(factor), factor)


@lru_cache(maxsize=2048)  # plates of a batch have one layout
def _wells_cell(wells: tuple[Well, ...]) -> Cell:
    return Cell(" ".join(wells), None, wells=wells)


def robustness_cell(estimate: Estimate) -> Cell:
    """The largest move in percent, and what causes it."""
    found = estimate.robustness
    if found is None:
        return Cell(digits.MISSING, None, Tone.MUTED)
    lost = f"; lost with {words.listed(list(found.lost), 3)}" if found.lost else ""
    text = f"{digits.percent(found.percent)}{BEYOND if found.beyond_interval else ''}"
    tone = Tone.WARN if found.beyond_interval else Tone.PLAIN
    return Cell(text, found.percent, tone, f"largest with {found.change}{lost}")


def _used_cell(judged: JudgedSample) -> Cell:
    group = judged.estimate.group
    return _used(group.n, len(group.all_wells))


@lru_cache(maxsize=256)
def _used(n: int, planned: int) -> Cell:
    return Cell(str(n), n) if n == planned else Cell(f"{n} of {planned}", n, Tone.WARN)


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
        _wells_cell(group.all_wells),
        _used_cell(judged),
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
