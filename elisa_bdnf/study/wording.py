"""What a study shows, as sentences that claim no more than it does: this study, these subjects, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.release import Inhibition, ReleaseStudy, ReleaseSummary
from elisa_bdnf.study.effects import Effects
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.question import Question

_SURE = 0.05


def sentences_of_infusion(found: Effects, question: Question, data: StudyData) -> tuple[str, ...]:
    """One sentence per contrast, in the order of groups and timepoints, then what holds for all of them."""
    said = [_change(each, question) for each in found.headline.contrasts]
    said += [_difference(each) for each in found.headline.comparisons]
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
    text = f"{100 * (ratio - 1):+.0f} %"
    return "0 %" if text in ("+0 %", "-0 %") else text.replace("-", "−")


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


def sentences_of_release(release: ReleaseStudy) -> tuple[str, ...]:
    """Folds of vehicle and what blockers remove, over culture batches; then how results were reckoned."""
    said = [_fold(each) for each in release.summaries]
    said += [_inhibition(each, release.drug) for each in release.inhibitions if not each.batch]
    return (*said, f"Results are in {release.unit}, {release.sentence}; {release.volumes}.")


def _fold(each: ReleaseSummary) -> str:
    where = f"{each.condition}, {each.timepoint or 'no time'}"
    batches = "1 culture batch" if each.batches == 1 else f"{each.batches} culture batches"
    if each.fold is None:
        return f"{where}: no fold of vehicle ({each.reason})."
    if each.fold_low is None or each.fold_high is None:
        return f"{where}: {each.fold:.2f} times vehicle in {batches}; no interval over batches."
    interval = f"95 % interval {each.fold_low:.2f} to {each.fold_high:.2f}"
    return f"{where}: {each.fold:.2f} times vehicle ({interval}, {batches})."


def _inhibition(each: Inhibition, drug: str) -> str:
    where = f"{each.blocker}, {each.timepoint or 'no time'}"
    if each.percent is None or each.low is None or each.high is None:
        said = each.reason if each.reason.startswith("undefined") else f"unknown: {each.reason}"
        return f"{where}: share of the {drug} effect removed is {said}."
    interval = f"95 % interval {each.low:.0f} to {each.high:.0f} %".replace("-", "−")
    return f"{where}: {each.percent:.0f} % of the {drug} effect removed ({interval}, {each.batches} culture batches)."


def sentences_of_tissue(contrasts: Sequence[Contrast]) -> tuple[str, ...]:
    """Each arm against control by region and time."""
    said = []
    for each in contrasts:
        where = f"{each.group}" + (f", {each.timepoint}" if each.timepoint else "")
        if each.ratio is None or each.ci_low is None or each.ci_high is None:
            said.append(f"{where}: no comparison with {each.against} ({each.reason}).")
            continue
        interval = f"95 % interval {each.ci_low:.2f} to {each.ci_high:.2f}"
        said.append(f"{where}: {each.ratio:.2f} times {each.against} ({interval}, {_p(each)}); {_verdict(each)}.")
    return tuple(said)
