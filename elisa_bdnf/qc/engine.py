"""Analysis → PlateResult: every rule on every subject, in the order of the registry.

This is the only way to a PlateResult, and reports accept nothing else; so nothing is reported that was not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from types import MappingProxyType

from elisa_bdnf.model.protocol import Protocol, RuleSettings
from elisa_bdnf.model.result import (
    Analysis,
    Estimate,
    Finding,
    FindingLevel,
    JudgedSample,
    NotEvaluated,
    PlateResult,
    RangeStatus,
    Verdict,
)
from elisa_bdnf.qc.control_rules import accepted_range_or_none
from elisa_bdnf.qc.rule import Missing, Remark, Rule
from elisa_bdnf.qc.subjects import SERIES, SeriesSubject, Subject, subjects

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})
_AS_SHIPPED = RuleSettings()


def judge(analysis: Analysis, rules: Mapping[str, Rule], overrides: Mapping[str, str] = NO_OVERRIDES) -> PlateResult:
    """Apply ``rules`` with the protocol's settings; ``overrides`` is what the command line changed, for the record."""
    findings: list[Finding] = []
    missing: dict[tuple[str, str], NotEvaluated] = {}
    applied: list[str] = []
    qc = analysis.protocol.qc
    for rule in rules.values():
        settings = qc.rules.get(rule.id, _AS_SHIPPED)
        if not settings.enabled or rule.subject == SERIES:
            continue
        applied.append(rule.id)
        values = {name: settings.values.get(name, default) for name, default in rule.settings.items()}
        for subject in subjects(analysis, rule.subject):
            for said in rule.function(subject, **values):
                if isinstance(said, Missing):
                    missing.setdefault((rule.id, said.reason), NotEvaluated(rule.id, said.reason))
                else:
                    findings.append(_finding(said, rule, settings, subject, analysis.protocol))
    verdict = Verdict.REJECTED if any(_rejects(finding) for finding in findings) else Verdict.ACCEPTED
    return PlateResult(
        analysis,
        tuple(findings),
        tuple(missing.values()),
        tuple(applied),
        verdict,
        tuple(_judged("sample", estimate, findings, verdict) for estimate in analysis.samples),
        tuple(
            replace(_judged("control", each, findings, verdict), accepted=_accepted(each, analysis.protocol, rules))
            for each in analysis.controls
        ),
        overrides,
    )


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
        action=remark.action,
        preset=protocol.qc.preset,
        limit_origin=_origin(rule, settings, protocol) if remark.limit else "",
        hint=remark.hint,
    )


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


def _judged(kind: str, estimate: Estimate, findings: list[Finding], verdict: Verdict) -> JudgedSample:
    name = f"{kind} {estimate.group.content.name}"
    wells = set(estimate.group.all_wells)
    own = [finding for finding in findings if finding.subject == name and wells.issuperset(finding.wells)]
    touching = [f for f in findings if f not in own and f.wells and wells.intersection(f.wells) and len(f.wells) == 1]
    concerned = tuple(dict.fromkeys(finding.rule for finding in [*own, *touching]))
    reason = "; ".join(dict.fromkeys(_reasons(estimate, [*own, *touching], verdict)))
    worst = max((finding.level.rank for finding in [*own, *touching]), default=0)
    blocked = worst >= FindingLevel.FAIL_RESULT.rank
    reportable = verdict is Verdict.ACCEPTED and not blocked and estimate.status is not RangeStatus.NO_VALUE
    warned = worst >= FindingLevel.WARN.rank
    return JudgedSample(estimate, reportable, reason, concerned, warned=warned)


def _reasons(estimate: Estimate, findings: list[Finding], verdict: Verdict) -> Iterator[str]:
    if verdict is Verdict.REJECTED:
        yield "plate rejected by QC"
    for finding in findings:
        if finding.level.rank >= FindingLevel.FAIL_RESULT.rank:
            yield f"{finding.rule}: {finding.message}"
    if estimate.reason:
        yield estimate.reason
