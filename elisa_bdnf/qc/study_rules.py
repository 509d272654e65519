"""Rules on a whole study: what only shows when samples of several plates stand side by side."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.measurement import Measurement, Use
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain
from elisa_bdnf.qc.study_rule import listed, study_rule

if TYPE_CHECKING:
    from elisa_bdnf.model.study import StudyAnalysis


@study_rule("STU-06", FindingLevel.WARN, "a rejected plate has no reportable result (ICH M10); it must not be missed")
def rejected_plates_are_left_out(study: StudyAnalysis) -> Verdicts:
    """Plates that QC rejected, and results that a rule withheld, are named; none of their values is in any number."""
    reasons = {source.name: source.reasons for source in study.sources}
    counts = Counter((each.source, each.plate) for each in study.measurements if each.use is Use.PLATE_REJECTED)
    for (source, plate), count in counts.items():
        why = "; ".join(reasons.get(source, ())[:3]) or "the input does not say why"
        yield Remark(
            f"rejected by QC, so that none of its {count} samples is used: {why}",
            measured="rejected",
            limit="accepted",
            subject=f"plate {plate or source}",
            action="repeat",
        )
    withheld = [each for each in study.measurements if each.use is Use.NOT_REPORTABLE]
    if withheld:
        names = listed([f"{_called(each)} ({each.reason})" for each in withheld])
        many = "1 result was" if len(withheld) == 1 else f"{len(withheld)} results were"
        said = f"{many} withheld by rules of the plate: {names}"
        yield Remark(said, measured=str(len(withheld)), limit="0", action="repeat")


def _called(each: Measurement) -> str:
    """A measurement by the name of its sample, or by whose it is where a table names no samples."""
    return each.sample or " at ".join(part for part in (each.subject, each.timepoint) if part)


@study_rule(
    "STU-01", FindingLevel.WARN, "incurred sample reanalysis (ICH M10): within 30 % for two thirds of the pairs"
)
def repeats_agree(
    study: StudyAnalysis, *, percent: float = 30.0, share: float = 2 / 3, repeated: float = 0.10
) -> Verdicts:
    """Samples that were measured again differ from the first result by no more than ``percent`` of their mean.

    ``repeated`` is the share of all samples that should have been measured again.
    """
    by_sample: dict[str, list[Measurement]] = {}
    for each in study.measurements:
        if each.sample and each.concentration is not None and each.use in (Use.USED, Use.LEFT_OUT):
            by_sample.setdefault(each.sample, []).append(each)
    pairs = [several for several in by_sample.values() if len({each.plate for each in several}) == 2]
    if not pairs:
        yield Missing("no sample was measured on two plates")
        return
    if below(len(pairs) / len(by_sample), repeated):
        yield Remark(
            f"{len(pairs)} of {len(by_sample)} samples were measured again",
            measured=digits(100 * len(pairs) / len(by_sample), 100 * repeated, unit=" %"),
            limit=f"{as_set(100 * repeated)} %",
            action="annotate",
        )
    differences = [_difference_percent(one, other) for one, other, *_ in pairs]
    agreeing = sum(not exceeds(abs(difference), percent) for difference in differences)
    if below(agreeing / len(pairs), share):
        yield Remark(
            f"{agreeing} of {len(pairs)} repeated samples agree within {plain(percent)} %",
            measured=digits(100 * agreeing / len(pairs), 100 * share, unit=" %"),
            limit=f"{as_set(100 * share)} %",
            action="annotate",
        )


def _difference_percent(one: Measurement, other: Measurement) -> float:
    first, second = one.concentration or math.nan, other.concentration or math.nan
    return 200 * (second - first) / (first + second)


@study_rule("STU-02", FindingLevel.WARN, "Sci Rep 5:17989: plate-to-plate CVs of BDNF kits are 5 to 20 %")
def controls_vary_little_between_plates(
    study: StudyAnalysis, *, cv_percent: float = 25.0, min_plates: float = 3
) -> Verdicts:
    """Over the accepted plates of the study the concentrations of each control have a small CV."""
    values: dict[tuple[str, float | None], list[float]] = {}
    for source in study.sources:
        for control in source.controls if source.verdict == "accepted" else ():
            if control.concentration is not None:
                values.setdefault((control.control, control.nominal), []).append(control.concentration)
    if not values:
        yield Missing("the input has no controls of accepted plates")
    for (name, _), found in values.items():
        if below(len(found), min_plates):
            yield Missing(f"{len(found)} plates have control {name}; {plain(min_plates)} are needed")
            continue
        cv = 100 * stdev(found) / fmean(found)
        if exceeds(cv, cv_percent):
            yield Remark(
                f"control {name} has a CV of {digits(cv, cv_percent)} % over {len(found)} plates",
                measured=digits(cv, cv_percent, unit=" %"),
                limit=f"{as_set(cv_percent)} %",
                subject=f"control {name}",
                action="annotate",
            )


@study_rule("STU-03", FindingLevel.INFO, "censored likelihood above 10 %, no mean above 60 %")
def few_values_are_censored(
    study: StudyAnalysis, *, likelihood_percent: float = 10.0, mean_percent: float = 60.0
) -> Verdicts:
    """The share of values beyond the limits of quantification, by group and timepoint, and what comes of it."""
    for each in study.descriptives:
        share = 100 * (each.n_below_lloq + each.n_above_uloq) / each.n if each.n else 0.0
        if each.group not in study.groups or not exceeds(share, likelihood_percent):
            continue  # classes of response hold the same values once more
        limit = mean_percent if exceeds(share, mean_percent) else likelihood_percent
        consequence = "no mean is given" if limit == mean_percent else "limits enter the likelihood as such"
        yield Remark(
            f"{each.n_below_lloq + each.n_above_uloq} of {each.n} values are beyond the limits: {consequence}",
            measured=digits(share, limit, unit=" %"),
            limit=f"{as_set(limit)} %",
            level=FindingLevel.WARN if limit == mean_percent else FindingLevel.INFO,
            subject=f"{each.group} at {each.timepoint}",
            action="annotate",
        )


@study_rule("STU-05", FindingLevel.WARN, "21 CFR 11.10(e): changes shall not obscure earlier information")
def nothing_was_changed_unsaid(study: StudyAnalysis) -> Verdicts:
    """Samples left out by a person are named with their reasons; a result changed after it was written is named."""
    for source in study.sources:
        for remark in source.remarks:
            yield Remark(
                remark, measured="remarked", limit="as written", subject=f"source {source.name}", action="annotate"
            )
    for each in study.measurements:
        if each.use is Use.LEFT_OUT:
            yield Remark(
                f"{each.sample} was left out by a person: {each.reason}",
                measured="left out",
                limit="used",
                level=FindingLevel.INFO,
                subject=f"sample {each.sample}",
                action="annotate",
            )


@study_rule("FIT-07", FindingLevel.WARN, "one method for all plates of a study (ICH M10)")
def one_method_for_all_plates(study: StudyAnalysis) -> Verdicts:
    """Model, weights, what was fitted and how replicates were averaged are one on all plates; so are kit and lot."""
    for what, of in (("method", "method"), ("kit", "kit"), ("protocol", "protocol"), ("lot of the kit", "lot")):
        counts = Counter(getattr(source, of) for source in study.sources if source.verdict == "accepted")
        counts.pop("", None)
        if len(counts) > 1:
            said = "; ".join(f"{value} ({n} plates)" for value, n in sorted(counts.items()))
            yield Remark(
                f"{what} differs between plates: {said}", measured=str(len(counts)), limit="1", action="annotate"
            )


@study_rule("P2-01", FindingLevel.WARN, "recovery of the precipitation between 0.5 and 1.2")
def precipitation_recovers(study: StudyAnalysis) -> Verdicts:
    """The spiked control of each culture batch is recovered; without one nothing is corrected, and it is said."""
    if study.release is None:
        return
    for each in study.release.recoveries:
        if not each.accepted:
            yield Remark(
                f"batch {each.batch}: {each.reason}; its values are not recovery-corrected",
                measured="" if each.recovery is None else f"{each.recovery:.2f}",
                limit="" if each.recovery is None else _recovery_limits(study),
                subject=f"batch {each.batch}",
                action="annotate",
            )


def _recovery_limits(study: StudyAnalysis) -> str:
    precipitation = study.protocol.extra.get("precipitation")
    get = getattr(precipitation, "get", dict[str, float]().get)
    return f"{get('recovery_low', 0.5)} to {get('recovery_high', 1.2)}"


@study_rule("P2-02", FindingLevel.WARN, "controls of the precipitation")
def controls_without_cells_are_empty(study: StudyAnalysis) -> Verdicts:
    """Medium, beads and antibody without cells read next to nothing; a blocker alone leaves the release as it is."""
    if study.release is None:
        return
    for each in study.release.controls:
        if each.problem:
            yield Remark(
                f"batch {each.batch}: {each.problem}",
                measured="" if each.percent is None else f"{each.percent:.0f} %",
                limit=f"{each.limit_percent:g} %",
                subject=f"{each.condition} of batch {each.batch}",
                action="annotate",
            )
    yield from _absent(study.release.absent)


def _absent(names: Sequence[str]) -> Iterator[Missing]:
    for name in names:
        yield Missing(f"no control {name}")
