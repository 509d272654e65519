"""Words and short texts that several parts of a study report share."""

from __future__ import annotations

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.measurement import Measurement, Use
from elisa_bdnf.model.study import Change, StudyResult, SubjectValue
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.parts import Cell, Tone

DESIGN = {
    "human_infusion": "Infusion study, time courses",
    "neuron_release": "Release by cells in culture",
    "rodent_tissue": "Tissue",
}
CONTRAST = {
    "human_infusion": "Change from baseline",
    "neuron_release": "Against vehicle, over culture batches",
    "rodent_tissue": "Against the control arm",
}
STATE = {
    "measured": "measured",
    "below": "below LLOQ",
    "above": "above ULOQ",
    "excluded": "not used",
    "missing": "missing",
}
USE = {
    Use.USED: "used",
    Use.PLATE_REJECTED: "plate rejected by QC",
    Use.NOT_REPORTABLE: "withheld by QC of the plate",
    Use.NO_VALUE: "no number and no limit",
    Use.EXTRAPOLATED: "extrapolated",
    Use.OFF_TIME: "drawn at another time",
    Use.OTHER_HANDLING: "handled otherwise than the baseline",
    Use.OTHER_DILUTION: "another dilution is the result",
    Use.NOT_ASKED: "another matrix",
    Use.LEFT_OUT: "left out by a person",
}


def plates_used(result: StudyResult) -> list[str]:
    """Names of the plates whose results take part, as far as the input names any."""
    return list(dict.fromkeys(each.plate for each in result.measurements if each.used and each.plate))


def plates_rejected(result: StudyResult) -> list[str]:
    """Names of the plates that QC rejected; a row of a table whose plate has no name stands for its file."""
    rows = [each.plate or each.source for each in result.measurements if each.use is Use.PLATE_REJECTED]
    sources = [each.plate or each.name for each in result.sources if each.verdict == "rejected" and not each.rows]
    return list(dict.fromkeys((*rows, *sources)))


def method_text(result: StudyResult) -> str:
    """The method of what the report says first."""
    if result.headline_paired:
        return "paired t and signed ranks"
    return "" if result.model is None else result.model.method


def kind_of_method(result: StudyResult) -> str:
    """The same in two words."""
    if result.headline_paired:
        return "paired tests"
    mixed = result.model is not None and result.model.sd_residual is not None
    return "mixed model" if mixed else method_text(result)


def paired_note(result: StudyResult) -> str:
    """Why the pairs come first and what stands beside them; empty where a model does."""
    if result.headline_paired is None:
        return ""
    beside = "; the mixed model stands beside them under Model" if result.pairs_beside_a_model else ""
    why = result.headline_paired.reason
    return f"Paired t tests with Wilcoxon's signed ranks, each timepoint by itself: {why}{beside}."


def p_text(p: float | None) -> str:
    """Three decimals; never ``0.000``, and no ``1.000`` of a p that an adjustment has cut off."""
    if p is None:
        return digits.MISSING
    if p > 0.9995:
        return "1"
    return "< 0.001" if p < 0.001 else digits.fixed(p, 3)


def percent_change(percent: float | None) -> str:
    """``+19 %``, ``−7 %``."""
    if percent is None:
        return digits.MISSING
    text = digits.fixed(percent, 0)
    return f"{text} %" if text.startswith("−") or text == "0" else f"+{text} %"


def percent_of_ratio(ratio: float | None) -> str:
    """A ratio as a change in percent."""
    return percent_change(None if ratio is None else 100 * (ratio - 1))


def ratio_cell(ratio: float | None, low: float | None, high: float | None) -> Cell:
    """A ratio with its interval below it."""
    if ratio is None:
        return Cell(digits.MISSING)
    interval = digits.interval(low, high, ratio)
    return Cell(digits.significant(ratio), ratio, sub="" if interval == digits.MISSING else interval)


def value_text(value: SubjectValue) -> str:
    """``412``, ``< 78.1``, or ``–`` where there is nothing."""
    measurement = value.measurement
    if measurement is None or value.state not in ("measured", "below", "above"):
        return digits.MISSING
    if value.state == "measured":
        return digits.concentration(measurement.concentration)
    return f"{'<' if value.state == 'below' else '>'} {digits.limit(measurement.limit)}"


def interval_text(measurement: Measurement | None) -> str:
    """The 95 % interval of one concentration, or nothing."""
    if measurement is None or measurement.concentration is None:
        return ""
    text = digits.interval(measurement.low, measurement.high, measurement.concentration)
    return "" if text == digits.MISSING else text


def value_cell(value: SubjectValue) -> Cell:
    """The concentration with its interval, or what stands in its place with the reason on hover."""
    tone = {"below": Tone.WARN, "above": Tone.WARN, "excluded": Tone.BAD, "missing": Tone.MUTED}.get(value.state)
    if value.state == "measured":
        return Cell(value_text(value), value.concentration, sub=interval_text(value.measurement))
    text = value_text(value)
    shown = text if text != digits.MISSING else STATE[value.state]
    return Cell(shown, None, tone or Tone.PLAIN, value.reason)


def measured_unit(result: StudyResult) -> str:
    """The unit in which plates were read, before anything is reckoned per mL of medium or per mg."""
    return next((each.unit for each in result.measurements if each.used and each.unit), "unit not stated")


_WHO = {"neuron_release": ("culture batch", "culture batches"), "rodent_tissue": ("animal", "animals")}


def who_text(result: StudyResult, count: int) -> str:
    """``24 subjects``, ``3 culture batches``, ``16 animals``: the unit of replication of the design."""
    return digits.count(count, *_WHO.get(result.design, ("subject", "subjects")))


def unit_text(result: StudyResult) -> str:
    """The unit of all concentrations; one that nobody stated is never made up."""
    return result.unit or "unit not stated"


def change_text(change: Change | None) -> str:
    """``+19 % (+8 % to +31 %)``; a direction where only that is known."""
    if change is None:
        return ""
    if change.percent is None:
        return change.direction or digits.MISSING
    if change.percent_low is None or change.percent_high is None:
        return percent_change(change.percent)
    low, high = percent_change(change.percent_low), percent_change(change.percent_high)
    return f"{percent_change(change.percent)} ({low} to {high})"


def contrast_hover(each: Contrast) -> str:
    """All that is known of one estimate, in a line."""
    if each.ratio is None:
        return f"{each.group}, {each.timepoint} against {each.against}: no estimate, {each.reason}"
    interval = digits.interval(each.ci_low, each.ci_high, each.ratio)
    p = f"p {p_text(each.p)}, after Holm {p_text(each.p_holm)}"
    return (
        f"{each.group}, {each.timepoint} against {each.against}: ratio {digits.significant(each.ratio)} "
        f"(95 % interval {interval}), {p}, n = {each.n}"
    )


def matrix_text(result: StudyResult) -> str:
    """The matrix as a person writes it."""
    return result.matrix.replace("_", " ") or "matrix not stated"
