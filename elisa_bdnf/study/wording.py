"""What a study shows, as sentences that claim no more than it does: this study, these subjects, with intervals."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.model.study import Contrast
from elisa_bdnf.study.effects import Effects, Question
from elisa_bdnf.study.intake import StudyData

_SURE = 0.05


def sentences_of_infusion(found: Effects, question: Question, data: StudyData) -> tuple[str, ...]:
    """One sentence per contrast, in the order of groups and timepoints, then what holds for all of them."""
    said = [_change(each, question) for each in found.contrasts]
    said += [_difference(each) for each in found.comparisons]
    return (*said, *_caution(question, data))


def _change(each: Contrast, question: Question) -> str:
    who = f"{each.group}, {each.timepoint}" if len(question.groups) > 1 else each.timepoint
    if each.ratio is None or each.ci_low is None or each.ci_high is None:
        return f"{who}: no estimate ({each.reason})."
    change = _percent(each.ratio)
    interval = f"95 % interval {_percent(each.ci_low)} to {_percent(each.ci_high)}"
    return f"{who}: {change} from {each.against} ({interval}, {_p(each)}, n = {each.n}); {_verdict(each)}."


def _difference(each: Contrast) -> str:
    who = f"{each.group} against {each.against}, {each.timepoint}"
    if each.ratio is None or each.ci_low is None or each.ci_high is None:
        return f"{who}: no comparison ({each.reason})."
    interval = f"95 % interval {each.ci_low:.2f} to {each.ci_high:.2f}"
    return f"{who}: ratio of the changes {each.ratio:.2f} ({interval}, {_p(each)}); {_verdict(each)}."


def _verdict(each: Contrast) -> str:
    """Absence of evidence is said as such: the interval tells what is compatible with the data."""
    if each.p_holm is not None and each.p_holm < _SURE:
        return "higher in this study" if (each.ratio or 1.0) > 1 else "lower in this study"
    return "no difference shown; the interval is what the data are compatible with"


def _p(each: Contrast) -> str:
    p = each.p_holm if each.p_holm is not None else each.p
    if p is None:
        return "no p"
    name = "p of the primary timepoint" if each.primary else "p after Holm"
    return f"{name} < 0.001" if p < 0.001 else f"{name} = {p:.3f}"


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.0f} %".replace("-", "−")


def _caution(question: Question, data: StudyData) -> Iterator[str]:
    if not question.primary:
        yield "No primary timepoint was declared: every p is adjusted for the number of timepoints (Holm)."
    if data.matrix.startswith("plasma"):
        yield (
            "Plate-to-plate and preparation effects of plasma BDNF are of the size of a 20 to 30 % change; "
            "platelets left in the plasma carry most of the BDNF of blood."
        )
    if len(question.groups) < 2:
        yield "Without a control group a change from baseline is not an effect of the drug."
