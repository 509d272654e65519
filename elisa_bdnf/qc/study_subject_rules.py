"""Rules on the subjects of a study, over all plates that their samples are on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.measurement import HANDLING, Measurement, Use
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain
from elisa_bdnf.qc.study_rule import listed, study_rule

if TYPE_CHECKING:
    from elisa_bdnf.model.study import StudyAnalysis, StudySubject


MOST_NAMED = 5  # subjects that lack the same, each in a line of its own


@study_rule("SUB-01", FindingLevel.WARN, "changes from baseline at 120 and 230 min, 24 h and 7 d after an infusion")
def subjects_are_complete(study: StudyAnalysis) -> Verdicts:
    """Every subject has a value at every required timepoint; without a number at baseline nothing is a change."""
    required = {timepoint.name for timepoint in study.timepoints if timepoint.required}
    baseline = next((timepoint.name for timepoint in study.timepoints if timepoint.minutes is None), None)
    lost = [subject for subject in study.subjects if not _used(subject)]
    if lost:
        why = "; ".join(dict.fromkeys(v.reason for subject in lost for v in subject.values if v.state == "excluded"))
        message = (
            f"{len(lost)} subject{' has' if len(lost) == 1 else 's have'} no value at all: "
            f"{listed([s.subject for s in lost])} ({why or 'no sample'})"
        )
        yield Remark(message, measured=str(len(lost)), limit="0", level=FindingLevel.FAIL_RESULT, action="annotate")
    sampled = {v.timepoint for subject in study.subjects for v in subject.values if v.state != "missing"}
    never = [timepoint.name for timepoint in study.timepoints if timepoint.required and timepoint.name not in sampled]
    if never:
        yield Remark(f"no subject has a sample at {', '.join(never)}", measured="0", limit="all", action="annotate")
    there = [subject for subject in study.subjects if subject not in lost]
    gaps = [(_gap(subject, required - set(never), baseline), subject.subject) for subject in there]
    yield from _remarks(gaps, "all")
    if baseline not in never:
        without = [(_baseline_gap(subject, baseline), subject.subject) for subject in there]
        yield from _remarks(without, "measured", FindingLevel.FAIL_RESULT)


def _remarks(
    gaps: Sequence[tuple[tuple[str, str] | None, str]], limit: str, level: FindingLevel = FindingLevel.WARN
) -> Verdicts:
    """One remark a subject; one for all of them where many lack the same. A gap is (message, measured)."""
    by_gap: dict[tuple[str, str], list[str]] = {}
    for gap, subject in gaps:
        if gap is not None:
            by_gap.setdefault(gap, []).append(subject)
    for (message, measured), subjects in by_gap.items():
        if len(subjects) > MOST_NAMED:
            many = f"{len(subjects)} subjects: no {message}: {listed(subjects)}"
            yield Remark(many, measured=measured, limit=limit, level=level, action="annotate")
            continue
        for name in subjects:
            yield Remark(
                f"{name} has no {message}",
                measured=measured,
                limit=limit,
                level=level,
                subject=f"subject {name}",
                action="annotate",
            )


def _gap(subject: StudySubject, required: set[str], baseline: str | None) -> tuple[str, str] | None:
    """The required timepoints without a value; a baseline without a number is said elsewhere."""
    gone = [v.timepoint for v in subject.values if v.state in ("missing", "excluded") and v.timepoint in required]
    gone = [name for name in gone if name != baseline]
    if not gone:
        return None
    return f"value at {', '.join(gone)}{_reasons(subject, gone)}", f"{len(required) - len(gone)} of {len(required)}"


def _baseline_gap(subject: StudySubject, baseline: str | None) -> tuple[str, str] | None:
    """A baseline without a number, with its consequence."""
    first = next((v for v in subject.values if v.timepoint == baseline and v.concentration is None), None)
    return None if first is None else (f"number at {baseline} ({first.reason}): no change from it", first.state)


def _reasons(subject: StudySubject, timepoints: Sequence[str]) -> str:
    said = dict.fromkeys(v.reason for v in subject.values if v.timepoint in timepoints and v.state == "excluded")
    return f" ({'; '.join(said)})" if said else ""


@study_rule(
    "SUB-02", FindingLevel.WARN, "plate-to-plate CV of BDNF kits is 5–20 % (Sci Rep 5:17989): the size of the effect"
)
def subject_is_on_one_plate(study: StudyAnalysis) -> Verdicts:
    """All timepoints of a subject are on one plate and from one lot of the kit; else the plate is in the model."""
    for subject in study.subjects:
        used = _used(subject)
        plates = list(dict.fromkeys(each.plate for each in used if each.plate))
        lots = list(dict.fromkeys(each.lot for each in used if each.lot))
        kits = list(dict.fromkeys(each.kit for each in used if each.kit))
        for what, several in (("plates", plates), ("lots of the kit", lots), ("kits", kits)):
            if len(several) > 1:
                yield Remark(
                    f"{subject.subject} is on {len(several)} {what}: {', '.join(several)}",
                    measured=str(len(several)),
                    limit="1",
                    subject=f"subject {subject.subject}",
                    action="annotate",
                )
    if not any(each.plate for each in study.measurements):
        yield Missing("the input names no plates")


def _used(subject: StudySubject) -> list[Measurement]:
    return [v.measurement for v in subject.values if v.measurement is not None and v.measurement.used]


@study_rule("SUB-03", FindingLevel.WARN, "policy: 15 min at 120 and 230 min, 2 h at 24 h, 24 h at 7 d")
def draws_are_in_time(study: StudyAnalysis) -> Verdicts:
    """The actual time of each draw is within the tolerance of its timepoint; beyond twice it does not count as it."""
    declared = {timepoint.name: timepoint for timepoint in study.timepoints}
    known = False
    for each in study.measurements:
        timepoint = declared.get(each.timepoint)
        if timepoint is None or timepoint.minutes is None or timepoint.tolerance_minutes is None:
            continue
        if each.actual_minutes is None:
            continue
        known = True
        off, tolerance = abs(each.actual_minutes - timepoint.minutes), timepoint.tolerance_minutes
        if exceeds(off, tolerance) and each.use in (Use.USED, Use.OFF_TIME):
            far = each.use is Use.OFF_TIME
            limit = 2 * tolerance if far else tolerance
            yield Remark(
                f"{each.subject} was drawn {digits(off, limit)} min off {each.timepoint}" + _consequence(far=far),
                measured=digits(off, limit, unit=" min"),
                limit=f"{as_set(limit)} min",
                level=FindingLevel.FAIL_RESULT if far else FindingLevel.WARN,
                subject=f"subject {each.subject}",
                action="annotate",
            )
    if not known:
        yield Missing("the input states no actual times (actual_time_min)")


def _consequence(*, far: bool) -> str:
    return ": it does not count as this timepoint" if far else ""


@study_rule("SUB-04", FindingLevel.WARN, "platelets hold the BDNF of blood: another tube is another measurement")
def subjects_were_handled_alike(study: StudyAnalysis) -> Verdicts:
    """Matrix, anticoagulant, spin and freeze–thaw count are the same at all timepoints of a subject.

    At the level ``fail_result`` what differs from the baseline takes no part: no change is made of it.
    """
    known = False
    for subject in study.subjects:
        there = [v.measurement for v in subject.values if v.measurement is not None]
        compared = [each for each in there if each.used or each.use is Use.OTHER_HANDLING]
        for key in HANDLING:
            said = {each.handled(key) for each in compared} - {""}
            known = known or bool(said)
            if len(said) > 1:
                yield Remark(
                    f"{key} of {subject.subject} differs between timepoints: {', '.join(sorted(said))}",
                    measured=str(len(said)),
                    limit="1",
                    subject=f"subject {subject.subject}",
                    action="annotate",
                )
    if not known:
        yield Missing("the input states neither matrix nor pre-analytics")


@study_rule("SUB-05", FindingLevel.WARN, "policy: a factor of 5 within one person is rather a mistake than biology")
def changes_are_plausible(study: StudyAnalysis, *, max_ratio: float = 5.0) -> Verdicts:
    """No value is more than ``max_ratio`` times its subject's baseline, or less than its inverse.

    Where the protocol states the biological scatter within a person, changes beyond the reference change are named too.
    """
    for subject in study.subjects:
        for value in subject.values:
            ratio = value.change.ratio if value.change else None
            if ratio is None:
                continue
            if exceeds(ratio, max_ratio) or below(ratio, 1 / max_ratio):
                yield Remark(
                    f"{subject.subject} at {value.timepoint} is {digits(ratio, max_ratio)} times its baseline",
                    measured=digits(ratio, max_ratio if ratio > 1 else 1 / max_ratio),
                    limit=f"{plain(1 / max_ratio)} to {plain(max_ratio)}",
                    subject=f"subject {subject.subject}",
                    action="annotate",
                )
    beyond = [f"{s.subject} {v.timepoint}" for s in study.subjects for v in s.values if _is_beyond(v.change)]
    if beyond:
        message = f"{len(beyond)} changes are beyond the reference change: {listed(beyond)}"
        yield Remark(message, measured=str(len(beyond)), limit="0", level=FindingLevel.INFO, action="annotate")


def _is_beyond(change: object) -> bool:
    return getattr(change, "beyond_reference_change", None) is True
