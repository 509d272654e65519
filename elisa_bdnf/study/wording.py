"""What a study shows, as sentences that claim no more than it does: this study, these subjects, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.release import Inhibition, ReleaseStudy, ReleaseSummary
from elisa_bdnf.study.effects import Effects
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.question import Question

LEAST_TO_CONCLUDE = 3  # subjects in a group with both values
_SURE = 0.05
_NOT_SHOWN = "no difference shown"


def sentences_of_infusion(found: Effects, question: Question, data: StudyData) -> tuple[str, ...]:
    """One sentence per contrast, in the order of groups and timepoints, then what holds for all of them."""
    answers = found.headline
    few = {(each.group, each.timepoint) for each in answers.contrasts if each.n < LEAST_TO_CONCLUDE}
    said = [_change(each, question, few) for each in answers.contrasts if each.ratio is not None]
    said += [_difference(each, few) for each in answers.comparisons if each.ratio is not None]
    without = _without_estimate(answers.contrasts, question) + _without_estimate(answers.comparisons, question)
    small = []
    if found.small and said:
        small = [f"{found.small[0].upper()}{found.small[1:]}; each timepoint is tested by itself."]
    return (*small, *said, *without, *_of_differences(said), *_caution(question, data, estimates=bool(said)))


Few = set[tuple[str, str]]


def _change(each: Contrast, question: Question, few: Few) -> str:
    who = f"{each.group}, {each.timepoint}" if len(question.groups) > 1 else each.timepoint
    change = _percents(each)
    verdict = _verdict(each, enough=(each.group, each.timepoint) not in few)
    return f"{who}: {change[0]} from {each.against} ({change[1]}, {_p(each)}, n = {each.n}): {verdict}."


def _difference(each: Contrast, few: Few) -> str:
    verdict = _verdict(each, enough=not {(each.group, each.timepoint), (each.against, each.timepoint)} & few)
    said = f"ratio of the changes {each.ratio or math.nan:.2f} ({_interval(each)}, {_p(each)})"
    return f"{each.group} against {each.against}, {each.timepoint}: {said}: {verdict}."


def _without_estimate(found: Sequence[Contrast], question: Question) -> list[str]:
    """Those without an answer, timepoints with the same reason in one sentence."""
    times: dict[tuple[str, str, str], list[str]] = {}
    for each in found:
        if each.ratio is None:
            times.setdefault((each.group, each.against, each.reason), []).append(each.timepoint)
    said = []
    for (group, against, reason), names in times.items():
        who = f"{group} against {against}, " if against != question.baseline else f"{group}, "
        who = "" if len(question.groups) == 1 else who
        said.append(f"{who}{', '.join(names)}: no estimate ({reason}).")
    return said


def _verdict(each: Contrast, *, enough: bool = True) -> str:
    """Of this study alone; that absence of evidence is no evidence of absence is said once, after all of them."""
    if not enough:
        return f"fewer than {LEAST_TO_CONCLUDE} subjects, nothing is concluded"
    if each.p_holm is not None and each.p_holm < _SURE:
        return "higher in this study" if (each.ratio or 1.0) > 1 else "lower in this study"
    return _NOT_SHOWN


def _of_differences(said: Sequence[str]) -> Iterator[str]:
    if any(_NOT_SHOWN in sentence for sentence in said):
        yield "Where no difference is shown there may be one: the data are compatible with every value in the interval."


def _percents(each: Contrast) -> tuple[str, str]:
    """A ratio as a change in percent, and its interval, with as many decimals as the interval is narrow."""
    low, ratio, high = (math.nan if v is None else v for v in (each.ci_low, each.ratio, each.ci_high))
    width = 100 * (high - low)
    decimals = min(3, max(0, 1 + math.ceil(-math.log10(width)))) if 0 < width < 10 else 0
    low_text, text, high_text = (_percent(value, decimals) for value in (low, ratio, high))
    return text, f"95 % interval {low_text} to {high_text}"


def _percent(ratio: float, decimals: int) -> str:
    number = round(100 * (ratio - 1), decimals) if math.isfinite(ratio) else ratio
    text = f"{number:+.{decimals}f} %" if number else f"{0:.{decimals}f} %"
    return text.replace("-", "−")


def _interval(each: Contrast) -> str:
    low, high = (math.nan if v is None else v for v in (each.ci_low, each.ci_high))
    return f"95 % interval {low:.2f} to {high:.2f}"


def _p(each: Contrast) -> str:
    p = each.p_holm if each.p_holm is not None else each.p
    if p is None:
        return "no p"
    name = "p of the primary timepoint" if each.primary else "p after Holm"
    if p < 0.001:
        return f"{name} < 0.001"
    return f"{name} = 1" if p > 0.9995 else f"{name} = {p:.3f}"


def _caution(question: Question, data: StudyData, *, estimates: bool) -> Iterator[str]:
    if not estimates:
        return
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
    interval = f"95 % interval {_whole(each.low)} to {_whole(each.high)} %"
    removed = f"{_whole(each.percent)} % of the {drug} effect removed"
    return f"{where}: {removed} ({interval}, {each.batches} culture batches)."


def _whole(number: float) -> str:
    return f"{round(number):d}".replace("-", "−")


def sentences_of_tissue(contrasts: Sequence[Contrast]) -> tuple[str, ...]:
    """Each arm against control by region and time."""
    said = []
    for each in contrasts:
        where = f"{each.group}" + (f", {each.timepoint}" if each.timepoint else "")
        if each.ratio is None or each.ci_low is None or each.ci_high is None:
            said.append(f"{where}: no comparison with {each.against} ({each.reason}).")
            continue
        interval = f"95 % interval {each.ci_low:.2f} to {each.ci_high:.2f}"
        said.append(f"{where}: {each.ratio:.2f} times {each.against} ({interval}, {_p(each)}): {_verdict(each)}.")
    return (*said, *_of_differences(said))
