"""Analysis → PlateResult: every rule on every subject, in the order of the registry.

This is the only way to a PlateResult, and reports accept nothing else; so nothing is reported that was not judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import Protocol, RuleSettings
from elisa_bdnf.model.result import (
    Analysis,
    Estimate,
    Finding,
    FindingLevel,
    JudgedResult,
    JudgedSample,
    NotEvaluated,
    PlateResult,
    RangeStatus,
    SampleResult,
    Verdict,
)
from elisa_bdnf.model.waiver import NO_DECISIONS, Decisions
from elisa_bdnf.qc.control_rules import accepted_range_or_none
from elisa_bdnf.qc.own_rules import judge_own
from elisa_bdnf.qc.rule import Missing, Remark, Rule
from elisa_bdnf.qc.subjects import SERIES, SeriesSubject, Subject, subjects, unmet
from elisa_bdnf.qc.waive import waived

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})
_AS_SHIPPED = RuleSettings()


def judge(
    analysis: Analysis,
    rules: Mapping[str, Rule],
    overrides: Mapping[str, str] = NO_OVERRIDES,
    decisions: Decisions = NO_DECISIONS,
    before: PlateResult | None = None,
) -> PlateResult:
    """Apply ``rules`` with the protocol's settings, then the waivers among ``decisions``.

    ``overrides`` is what the command line changed, and ``before`` the plate without the decisions: both for the record.
    """
    found, missing, applied = _applied(analysis, rules)
    findings = [waived(finding, decisions.waivers) for finding in found]
    verdict = Verdict.REJECTED if any(_rejects(finding) for finding in findings) else Verdict.ACCEPTED
    return PlateResult(
        analysis,
        tuple(findings),
        tuple(missing.values()),
        tuple(applied),
        verdict,
        tuple(_judged("sample", e, findings, verdict, _dilutions(e, analysis)) for e in analysis.samples),
        tuple(
            replace(_judged("control", each, findings, verdict), accepted=_accepted(each, analysis.protocol, rules))
            for each in analysis.controls
        ),
        overrides,
        tuple(_judged_result(result, findings, verdict) for result in analysis.results),
        decisions,
        before,
    )


def _applied(
    analysis: Analysis, rules: Mapping[str, Rule]
) -> tuple[list[Finding], dict[tuple[str, str], NotEvaluated], list[str]]:
    findings: list[Finding] = []
    missing: dict[tuple[str, str], NotEvaluated] = {}
    applied: list[str] = []
    seen: dict[str, tuple[Subject, ...]] = {}
    qc = analysis.protocol.qc
    for rule in rules.values():
        settings = qc.rules.get(rule.id, _AS_SHIPPED)
        if not settings.enabled or rule.subject == SERIES:
            continue
        applied.append(rule.id)
        values = {name: settings.values.get(name, default) for name, default in rule.settings.items()}
        if rule.subject not in seen:
            seen[rule.subject] = tuple(subjects(analysis, rule.subject))
        if reason := unmet(analysis, rule.subject, seen[rule.subject]):
            missing[rule.id, reason] = NotEvaluated(rule.id, reason)
        for subject in seen[rule.subject]:
            for said in rule.function(subject, **values):
                if isinstance(said, Missing):
                    missing.setdefault((rule.id, said.reason), NotEvaluated(rule.id, said.reason))
                else:
                    findings.append(_finding(said, rule, settings, subject, analysis.protocol))
    judge_own(analysis, findings, missing, applied)
    return findings, missing, applied


def judge_together(
    subjects_: Iterable[SeriesSubject], protocol: Protocol, rules: Mapping[str, Rule]
) -> tuple[tuple[Finding, ...], tuple[NotEvaluated, ...]]:
    """What the rules say of several plates at once, by the settings of the protocol that they share."""
    findings: list[Finding] = []
    missing: list[NotEvaluated] = []
    together = [rule for rule in rules.values() if rule.subject == SERIES]
    for rule, subject in product(together, subjects_):
        settings = protocol.qc.rules.get(rule.id, _AS_SHIPPED)
        values = {name: settings.values.get(name, default) for name, default in rule.settings.items()}
        for said in rule.function(subject, **values) if settings.enabled else ():
            if isinstance(said, Missing):
                missing.append(NotEvaluated(rule.id, said.reason))
            else:
                findings.append(_finding(said, rule, settings, subject, protocol))
    return tuple(findings), tuple(dict.fromkeys(missing))


def _finding(remark: Remark, rule: Rule, settings: RuleSettings, subject: Subject, protocol: Protocol) -> Finding:
    return Finding(
        rule=rule.id,
        level=FindingLevel(settings.level) if settings.level else remark.level or rule.level,
        subject=remark.subject or subject.name,
        message=remark.message,
        measured=remark.measured,
        limit=remark.limit,
        wells=subject.wells if remark.wells is None else remark.wells,
        action=action_at(settings.level, remark.action),
        preset=protocol.qc.preset,
        limit_origin=_origin(rule, settings, protocol) if remark.limit else "",
        hint=remark.hint,
    )


_ACTIONS = {FindingLevel.FAIL_RESULT: "repeat", FindingLevel.FAIL_PLATE: "reject", FindingLevel.ERROR: "stop"}


def action_at(level: str | None, action: str) -> str:
    """What follows at a level that the protocol gave: what the rule itself would do may be too much or little."""
    if not level:
        return action
    needed = _ACTIONS.get(FindingLevel(level), "annotate")
    return needed if action in ("", "annotate", "reject", "stop") else action


def _origin(rule: Rule, settings: RuleSettings, protocol: Protocol) -> str:
    """Which file set the limits of a rule; the file of the last setting where they come from several."""
    set_by = [settings.origins[name] for name in rule.settings if name in settings.origins]
    set_by += [protocol.origins[key] for key in rule.keys if key in protocol.origins]
    return set_by[-1] if set_by else "default of the rule"


def _accepted(control: Estimate, protocol: Protocol, rules: Mapping[str, Rule]) -> tuple[float, float] | None:
    """The range by which QCS-01 judges a control, for reports to show beside its value."""
    rule = rules.get("QCS-01")
    if rule is None:
        return None
    settings = protocol.qc.rules.get(rule.id, _AS_SHIPPED)
    recovery = settings.values.get("recovery_percent", rule.settings["recovery_percent"])
    return accepted_range_or_none(control, float(recovery))


def _rejects(finding: Finding) -> bool:
    return finding.level.rank >= FindingLevel.FAIL_PLATE.rank


def _judged(
    kind: str, estimate: Estimate, findings: list[Finding], verdict: Verdict, dilutions: _Dilutions = ()
) -> JudgedSample:
    """``dilutions`` are those of the same sample: what concerns several of them concerns each."""
    name = f"{kind} {estimate.group.content.name}"
    wells = set(estimate.group.all_wells)
    own = [f for f in findings if f.subject == name and (wells.issuperset(f.wells) or _spans(f, dilutions))]
    touching = [f for f in findings if f not in own and _touches(f, wells)]
    weighed = _weighed(estimate.reason, estimate.status, [*own, *touching], verdict)
    return JudgedSample(estimate, weighed.reportable, weighed.reason, weighed.findings, warned=weighed.warned)


_Dilutions = tuple[frozenset[Well], ...]  # the wells of each dilution of a sample


def _dilutions(estimate: Estimate, analysis: Analysis) -> _Dilutions:
    result = next((r for r in analysis.results if r.is_series and estimate in r.estimates), None)
    return tuple(frozenset(e.group.all_wells) for e in result.estimates) if result else ()


def _spans(finding: Finding, dilutions: _Dilutions) -> bool:
    """Whether a finding is about several dilutions of a sample."""
    return sum(not wells.isdisjoint(finding.wells) for wells in dilutions) > 1


def _judged_result(result: SampleResult, findings: list[Finding], verdict: Verdict) -> JudgedResult:
    """A sample over its dilutions: what is said of the dilutions that its result rests on, and of them together."""
    if not result.is_series:
        one = _judged("sample", result.estimates[0], findings, verdict)
        return JudgedResult(result, one.reportable, one.reason, one.findings, one.warned)
    name = f"sample {result.content.name}"
    dilutions = tuple(frozenset(e.group.all_wells) for e in result.estimates)
    every, used = frozenset[Well]().union(*dilutions), {well for e in result.used for well in e.group.all_wells}
    concerned = [
        f
        for f in findings
        if (f.subject == name and every.issuperset(f.wells) and (not f.wells or not used.isdisjoint(f.wells)))
        or (f.subject == name and _spans(f, dilutions))
        or _touches(f, used)
    ]
    weighed = _weighed(result.reason if result.concentration is None else "", result.status, concerned, verdict)
    return JudgedResult(result, weighed.reportable, weighed.reason, weighed.findings, weighed.warned)


def _touches(finding: Finding, wells: Collection[Well]) -> bool:
    """Whether a finding about something else concerns the result of these wells.

    One about a well is about its result. Where a protocol makes a rule on the plate withhold results, it withholds
    those of the wells that it names, and all where it names none. What is said of a subject is said of its changes.
    """
    if finding.level is FindingLevel.FAIL_RESULT and finding.subject == "plate":
        return not finding.wells or any(well in wells for well in finding.wells)
    return len(finding.wells) == 1 and finding.wells[0] in wells


@dataclass(frozen=True, slots=True)
class _Weighed:
    reportable: bool
    reason: str
    findings: tuple[str, ...]
    warned: bool


def _weighed(reason: str, status: RangeStatus, findings: list[Finding], verdict: Verdict) -> _Weighed:
    """What follows from the findings about a result; its own reason is said beside theirs."""
    worst = max((finding.level.rank for finding in findings), default=0)
    blocked = worst >= FindingLevel.FAIL_RESULT.rank
    return _Weighed(
        verdict is Verdict.ACCEPTED and not blocked and status is not RangeStatus.NO_VALUE,
        "; ".join(dict.fromkeys(_reasons(reason, findings, verdict))),
        tuple(dict.fromkeys(finding.rule for finding in findings)),
        worst >= FindingLevel.WARN.rank,
    )


def _reasons(reason: str, findings: list[Finding], verdict: Verdict) -> Iterator[str]:
    if verdict is Verdict.REJECTED:
        yield "plate rejected by QC"
    for finding in findings:
        if finding.level.rank >= FindingLevel.FAIL_RESULT.rank:
            yield f"{finding.rule}: {finding.message}"
    if reason:
        yield reason
