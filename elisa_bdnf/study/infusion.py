"""Design 1: subjects × timepoints. From understood measurements to everything that is calculated about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elisa_bdnf.errors import Problem, StudyError
from elisa_bdnf.model.effect import Contrast, PairedAnalysis
from elisa_bdnf.model.study import StudyAnalysis, StudySubject
from elisa_bdnf.study.aids import aids, reference_change_or_none
from elisa_bdnf.study.cells import cells_from_subjects
from elisa_bdnf.study.course import ALL, subjects_from_data
from elisa_bdnf.study.descriptives import descriptives
from elisa_bdnf.study.effects import Effects, effects, sensitivity
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.literature import beside_literature
from elisa_bdnf.study.question import Answers, Question
from elisa_bdnf.study.responders import NON_RESPONDER, RESPONDER
from elisa_bdnf.study.wording import sentences_of_infusion

LEAST_IN_CLASS = 2
Groups = Mapping[str, Sequence[str]]


def analyze_infusion(data: StudyData) -> StudyAnalysis:
    """Raises StudyError where the study has no baseline timepoint at all."""
    group_by = _group_by(data)
    subjects = subjects_from_data(data, group_by, reference_change_or_none(data))
    groups = _members(subjects, group_by)
    times = tuple(timepoint.name for timepoint in data.timepoints)
    question = _question(data, subjects, groups, group_by)
    cells = cells_from_subjects(subjects, groups, times)
    found = effects(cells, question)
    pooled = _pooled(subjects, groups, question, times)
    classes = {} if group_by == "responder" else _classes(subjects)
    by_class = _by_class(subjects, classes, question, times)
    return StudyAnalysis(
        protocol=data.protocol,
        design=data.design.kind,
        unit=data.unit,
        matrix=data.matrix,
        timepoints=data.timepoints,
        group_by=group_by,
        groups=tuple(groups),
        sources=data.sources,
        understood=data.understood,
        measurements=data.measurements,
        subjects=subjects,
        descriptives=descriptives(subjects, times, {**groups, **classes}),
        model=found.model,
        contrasts=found.modelled.contrasts,
        pooled_model=pooled.model if pooled else None,
        pooled=pooled.modelled.contrasts if pooled else (),
        comparisons=found.modelled.comparisons,
        by_responder=_all(by_class.modelled) if by_class else (),
        paired=_paired(found, by_class),
        sensitivity=sensitivity(cells, question, found),
        aids=aids(data, cells, question, found),
        literature=beside_literature(data, found.headline.contrasts),
        release=None,
        tissue=None,
        ratios=(),
        sentences=sentences_of_infusion(found, question, data),
        remarks=_remarks(subjects, groups, found),
    )


def _question(data: StudyData, subjects: Sequence[StudySubject], groups: Groups, group_by: str) -> Question:
    """Changes from the baseline to every other timepoint of which there is anything."""
    if data.baseline is None:
        declared = ", ".join(timepoint.name for timepoint in data.timepoints)
        raise StudyError(
            problems=[Problem(f"no timepoint is a baseline: {declared}", "a timepoint without minutes in the protocol")]
        )
    baseline = data.baseline.name
    sampled = {value.timepoint for subject in subjects for value in subject.values if value.state != "missing"}
    later = tuple(time.name for time in data.timepoints if time.name != baseline and time.name in sampled)
    return Question(baseline, later, tuple(groups), data.protocol.study.primary_timepoint, group_by)


def _group_by(data: StudyData) -> str:
    """What makes the groups: as the protocol says, else arms where there are several, else nothing."""
    wanted = data.protocol.study.group_by
    if wanted in ("arm", "responder"):
        return wanted
    arms = {each.arm for each in data.used if each.arm}
    return "arm" if wanted == "auto" and len(arms) > 1 else ""


def _members(subjects: Sequence[StudySubject], group_by: str) -> dict[str, list[str]]:
    """Group → subjects, groups by name; subjects without a group are in none."""
    members: dict[str, list[str]] = {}
    for subject in subjects:
        if subject.group:
            members.setdefault(subject.group, []).append(subject.subject)
    return {group: members[group] for group in sorted(members)} if group_by else {ALL: members.get(ALL, [])}


def _classes(subjects: Sequence[StudySubject]) -> dict[str, list[str]]:
    """Responders and non-responders, where both are there; other words for classes are left to the protocol."""
    members = {
        name: [subject.subject for subject in subjects if subject.responder == name]
        for name in (RESPONDER, NON_RESPONDER)
    }
    return members if all(len(names) >= LEAST_IN_CLASS for names in members.values()) else {}


def _pooled(
    subjects: Sequence[StudySubject], groups: Groups, question: Question, times: Sequence[str]
) -> Effects | None:
    """All groups as one: the change of everybody in the study, whatever they were given."""
    if len(groups) < 2:
        return None
    everybody = {ALL: [name for members in groups.values() for name in members]}
    asked = Question(question.baseline, question.timepoints, (ALL,), question.primary, "")
    return effects(cells_from_subjects(subjects, everybody, times), asked)


def _by_class(
    subjects: Sequence[StudySubject], classes: Groups, question: Question, times: Sequence[str]
) -> Effects | None:
    """Changes by class of response and their differences: who responds is known after the infusion, so exploratory."""
    if not classes:
        return None
    asked = Question(question.baseline, question.timepoints, tuple(classes), question.primary, "responder")
    return effects(cells_from_subjects(subjects, classes, times), asked)


def _paired(found: Effects, by_class: Effects | None) -> PairedAnalysis:
    of_classes = _all(by_class.paired) if by_class else ()
    return PairedAnalysis(
        found.paired.contrasts, found.paired.comparisons, of_classes, headline=bool(found.small), reason=found.small
    )


def _all(answers: Answers) -> tuple[Contrast, ...]:
    return (*answers.contrasts, *answers.comparisons)


def _remarks(subjects: Sequence[StudySubject], groups: Groups, found: Effects) -> tuple[str, ...]:
    members = {name for names in groups.values() for name in names}
    without = [subject.subject for subject in subjects if subject.subject not in members]
    said = [f"no group is known of {', '.join(without)}: in no estimate"] if without else []
    return (*said, *found.model.remarks)
