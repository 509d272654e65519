"""Analysis → PlateResult: every rule on every subject, in the order of the registry.

This is the only way to a PlateResult, and reports accept nothing else; so nothing is reported that was not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from types import MappingProxyType

from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.finding import Finding, FindingLevel, NotEvaluated, Verdict
from elisa_bdnf.model.protocol import Protocol, QcSettings, RuleSettings
from elisa_bdnf.model.result import Analysis, PlateResult
from elisa_bdnf.model.waiver import NO_DECISIONS, Decisions
from elisa_bdnf.qc.control_rules import accepted_range_or_none
from elisa_bdnf.qc.own_rules import judge_own
from elisa_bdnf.qc.reportable import About, judged_result, judged_sample, wells_of_dilutions
from elisa_bdnf.qc.rule import Missing, Remark, Rule
from elisa_bdnf.qc.subjects import SERIES, SeriesSubject, Subject, subjects, unmet
from elisa_bdnf.qc.waive import waived

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})
AS_SHIPPED = RuleSettings()


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
    about = About(findings)
    series = {result.content.name: wells_of_dilutions(result) for result in analysis.results if result.is_series}
    samples = tuple(
        judged_sample("sample", each, about, verdict, series.get(each.group.content.name, ()))
        for each in analysis.samples
    )
    single = {id(sample.estimate): sample for sample in samples}
    return PlateResult(
        analysis,
        tuple(findings),
        tuple(missing.values()),
        tuple(applied),
        verdict,
        samples,
        tuple(
            replace(judged_sample("control", each, about, verdict), accepted=_accepted(each, analysis.protocol, rules))
            for each in analysis.controls
        ),
        overrides,
        tuple(judged_result(result, about, verdict, single) for result in analysis.results),
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
        settings = qc.rules.get(rule.id, AS_SHIPPED)
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
                if not isinstance(said, Missing):
                    findings.append(_finding(said, rule, settings, subject, qc.preset, analysis.protocol.origins))
                elif (rule.id, said.reason) not in missing:  # most say the same of every sample
                    missing[rule.id, said.reason] = NotEvaluated(rule.id, said.reason)
    judge_own(analysis, findings, missing, applied)
    return findings, missing, applied


def judge_together(
    subjects_: Iterable[SeriesSubject], qc: QcSettings, rules: Mapping[str, Rule]
) -> tuple[tuple[Finding, ...], tuple[NotEvaluated, ...]]:
    """What the rules say of several plates at once, by the settings of the protocol that they share."""
    findings: list[Finding] = []
    missing: list[NotEvaluated] = []
    together = [rule for rule in rules.values() if rule.subject == SERIES]
    for rule, subject in product(together, subjects_):
        settings = qc.rules.get(rule.id, AS_SHIPPED)
        values = {name: settings.values.get(name, default) for name, default in rule.settings.items()}
        for said in rule.function(subject, **values) if settings.enabled else ():
            if isinstance(said, Missing):
                missing.append(NotEvaluated(rule.id, said.reason))
            else:
                findings.append(_finding(said, rule, settings, subject, qc.preset))
    return tuple(findings), tuple(dict.fromkeys(missing))


def _finding(
    remark: Remark, rule: Rule, settings: RuleSettings, subject: Subject, preset: str,
    origins: Mapping[str, str] = NO_OVERRIDES,
) -> Finding:  # fmt: skip
    return Finding(
        rule=rule.id,
        level=FindingLevel(settings.level) if settings.level else remark.level or rule.level,
        subject=remark.subject or subject.name,
        message=remark.message,
        measured=remark.measured,
        limit=remark.limit,
        wells=subject.wells if remark.wells is None else remark.wells,
        action=action_at(settings.level, remark.action),
        preset=preset,
        limit_origin=_origin(rule, settings, origins) if remark.limit else "",
        hint=remark.hint,
    )


_ACTIONS = {FindingLevel.FAIL_RESULT: "repeat", FindingLevel.FAIL_PLATE: "reject", FindingLevel.ERROR: "stop"}


def action_at(level: str | None, action: str) -> str:
    """What follows at a level that the protocol gave: what the rule itself would do may be too much or little."""
    if not level:
        return action
    needed = _ACTIONS.get(FindingLevel(level), "annotate")
    return needed if action in ("", "annotate", "reject", "stop") else action


def _origin(rule: Rule, settings: RuleSettings, origins: Mapping[str, str]) -> str:
    """Which file set the limits of a rule; the file of the last setting where they come from several."""
    set_by = [settings.origins[name] for name in rule.settings if name in settings.origins]
    set_by += [origins[key] for key in rule.keys if key in origins]
    return set_by[-1] if set_by else "default of the rule"


def _accepted(control: Estimate, protocol: Protocol, rules: Mapping[str, Rule]) -> tuple[float, float] | None:
    """The range by which QCS-01 judges a control, for reports to show beside its value."""
    rule = rules.get("QCS-01")
    if rule is None:
        return None
    settings = protocol.qc.rules.get(rule.id, AS_SHIPPED)
    values = {**rule.settings, **settings.values}
    return accepted_range_or_none(control, float(values["recovery_percent"]), by_range=bool(values["by_range"]))


def _rejects(finding: Finding) -> bool:
    return finding.level.rank >= FindingLevel.FAIL_PLATE.rank
