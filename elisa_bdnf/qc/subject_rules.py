"""Subjects: are all timepoints there, in time, and from the same matrix?"""

from __future__ import annotations

import math

from elisa_bdnf.model.estimate import SampleResult
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.qc.rule import (
    Missing,
    Remark,
    Verdicts,
    as_set,
    digits,
    digits_of_both,
    exceeds,
    number_or_none,
    plain,
    rule,
)
from elisa_bdnf.qc.subjects import PersonSubject


@rule("SUB-01", FindingLevel.WARN, "changes from baseline at 120 and 230 min, 24 h and 7 d after an infusion")
def subject_has_all_timepoints(subject: PersonSubject) -> Verdicts:
    """Every timepoint that the protocol requires is on the plate; without a quantified baseline nothing is a change."""
    declared = [timepoint for timepoint in subject.analysis.protocol.timepoints if timepoint.required]
    if not declared:
        yield Missing("the protocol declares no timepoints")
        return
    there = {result.content.timepoint: result for result in subject.results}
    absent = [timepoint.name for timepoint in declared if timepoint.name not in there]
    if absent:
        yield Remark(
            f"{subject.subject} lacks {', '.join(absent)} on this plate",
            measured=f"{len(declared) - len(absent)} of {len(declared)}",
            limit="all",
            action="annotate",
        )
    baseline = next((timepoint.name for timepoint in declared if timepoint.minutes is None), None)
    if baseline in there and there[baseline].concentration is None:
        yield Remark(
            f"the baseline of {subject.subject} has no number ({there[baseline].status.value}): no change from it",
            measured=there[baseline].status.value,
            limit="within",
            wells=there[baseline].wells,
            action="annotate",
        )


@rule("SUB-03", FindingLevel.WARN, "policy: 15 min at 120 and 230 min, 2 h at 24 h, 24 h at 7 d")
def subject_was_sampled_in_time(subject: PersonSubject) -> Verdicts:
    """The actual time of each draw is within the tolerance of its timepoint; beyond twice it is another timepoint."""
    declared = {timepoint.name: timepoint for timepoint in subject.analysis.protocol.timepoints}
    for estimate in subject.estimates:
        content = estimate.group.content
        timepoint = declared.get(content.timepoint or "")
        actual = content.attributes.get("actual_time_min")
        if timepoint is None or timepoint.minutes is None or timepoint.tolerance_minutes is None:
            continue
        if not actual:
            yield Missing("the sample sheet states no actual times (actual_time_min)")
            continue
        yield from _late(subject, content.name, timepoint, actual, estimate.group.all_wells)


def _late(subject: PersonSubject, sample: str, timepoint: Timepoint, actual: str, wells: tuple[str, ...]) -> Verdicts:
    minutes = number_or_none(actual)
    if minutes is None:
        yield Missing(f"the actual time {actual!r} of sample {sample} is not a number of minutes")
        return
    tolerance, nominal = timepoint.tolerance_minutes or 0.0, timepoint.minutes or 0.0
    off = abs(minutes - nominal)
    if exceeds(off, tolerance):
        far = exceeds(off, 2 * tolerance)
        limit = 2 * tolerance if far else tolerance
        yield Remark(
            f"{subject.subject} was drawn {digits(off, limit)} min off {timepoint.name}",
            measured=digits(off, limit, unit=" min"),
            limit=f"{as_set(limit)} min",
            wells=wells,
            action="annotate",
            level=FindingLevel.FAIL_RESULT if far else FindingLevel.WARN,
            subject=f"sample {sample}",
        )


@rule("SUB-05", FindingLevel.WARN, "a fivefold change of BDNF within a week is hardly biology (policy)")
def change_from_baseline_is_believable(
    subject: PersonSubject,
    *,
    max_ratio: float = 5.0,
    within_subject_cv_percent: float = 0.0,
    analytical_cv_percent: float = 10.0,
) -> Verdicts:
    """No timepoint lies beyond ``max_ratio`` times the baseline, or below that part of it.

    Where the within-subject variation is known (``within_subject_cv_percent`` above 0), the limit is the reference
    change value exp(1.96·√2·√(ln(1 + CV_A²) + ln(1 + CV_I²))) instead (Fokkema 2006, log-normal form).
    """
    baselines = {timepoint.name for timepoint in subject.analysis.protocol.timepoints if timepoint.minutes is None}
    limit, what = max_ratio, "the limit"
    if within_subject_cv_percent > 0:
        logs = [math.log1p((cv / 100) ** 2) for cv in (within_subject_cv_percent, analytical_cv_percent)]
        limit, what = math.exp(1.96 * math.sqrt(2 * sum(logs))), "the reference change value"
    for matrix, results in _by_matrix(subject).items():
        base = [r.concentration for r in results if r.content.timepoint in baselines and r.concentration]
        if not base:
            of = f" in {matrix}" if matrix else ""
            yield Missing(f"no quantified baseline{of} of {subject.subject} on the plate")
            continue
        for result in results:
            if result.concentration and result.content.timepoint not in (None, *baselines):
                yield from _far_from_baseline(subject, result, result.concentration / base[0], limit, what)


def _by_matrix(subject: PersonSubject) -> dict[str, list[SampleResult]]:
    found: dict[str, list[SampleResult]] = {}
    for result in subject.results:
        found.setdefault(result.content.matrix or "", []).append(result)
    return found


def _far_from_baseline(subject: PersonSubject, result: SampleResult, ratio: float, limit: float, what: str) -> Verdicts:
    if exceeds(max(ratio, 1 / ratio), limit):
        measured, edge = digits_of_both(ratio, limit if ratio > 1 else 1 / limit)
        allowed = f"{plain(1 / limit, 4)} to {edge}" if ratio > 1 else f"{edge} to {plain(limit, 4)}"
        yield Remark(
            f"{result.content.timepoint} is {measured} times the baseline of {subject.subject}, beyond {what}",
            measured=measured,
            limit=allowed,
            wells=result.wells,
            action="annotate",
            subject=f"sample {result.content.name}",
        )


@rule("SUB-04", FindingLevel.WARN, "platelets hold the BDNF of blood: another tube is another measurement")
def subject_was_handled_alike(subject: PersonSubject) -> Verdicts:
    """Matrix, anticoagulant, spin and freeze–thaw count are the same at all timepoints of a subject."""
    keys = ("matrix", "anticoagulant", "spin_g", "spin_min", "freeze_thaw_n")
    unsaid = []
    for key in keys:
        texts = {
            ((e.group.content.matrix if key == "matrix" else e.group.content.attributes.get(key)) or "").strip()
            for e in subject.estimates
        }
        if "" in texts:
            unsaid.append(key)
        said = {_as_meant(text): text for text in sorted(texts) if text}
        if len(said) > 1:
            yield Remark(
                f"{key} of {subject.subject} differs between timepoints: {', '.join(sorted(said.values()))}",
                measured=str(len(said)),
                limit="1",
                action="annotate",
            )
    if unsaid:
        yield Missing(f"not stated for every sample: {', '.join(unsaid)}")


def _as_meant(text: str) -> float | str:
    """1 and 1.0 are the same, and so are EDTA and edta."""
    number = number_or_none(text)
    return text.casefold() if number is None else number
