"""StudyAnalysis → StudyResult: every rule of studies, with the protocol's settings. The only way to a StudyResult."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from elisa_bdnf.model.finding import Finding, FindingLevel, NotEvaluated
from elisa_bdnf.model.protocol import RuleSettings
from elisa_bdnf.model.study import StudyAnalysis, StudyResult
from elisa_bdnf.qc.engine import action_at
from elisa_bdnf.qc.rule import Missing, Remark, Rule

_AS_SHIPPED = RuleSettings()


def judge_study(analysis: StudyAnalysis, rules: Mapping[str, Rule]) -> StudyResult:
    """Apply ``rules`` in their order; what a rule lacked is listed once per reason."""
    findings: list[Finding] = []
    missing: dict[tuple[str, str], NotEvaluated] = {}
    for rule in rules.values():
        settings = analysis.protocol.qc.rules.get(rule.id, _AS_SHIPPED)
        if not settings.enabled:
            continue
        values = {name: settings.values.get(name, default) for name, default in rule.settings.items()}
        for said in rule.function(analysis, **values):
            if isinstance(said, Missing):
                missing.setdefault((rule.id, said.reason), NotEvaluated(rule.id, said.reason))
            else:
                findings.append(_finding(said, rule, settings, analysis))
    own = {field.name: getattr(analysis, field.name) for field in fields(analysis)}
    return StudyResult(**own, findings=tuple(findings), not_evaluated=tuple(missing.values()))


def _finding(remark: Remark, rule: Rule, settings: RuleSettings, analysis: StudyAnalysis) -> Finding:
    origins = [settings.origins[name] for name in rule.settings if name in settings.origins]
    return Finding(
        rule=rule.id,
        level=FindingLevel(settings.level) if settings.level else remark.level or rule.level,
        subject=remark.subject or "study",
        message=remark.message,
        measured=remark.measured,
        limit=remark.limit,
        action=action_at(settings.level, remark.action),
        preset=analysis.protocol.qc.preset,
        limit_origin=(origins[-1] if origins else "default of the rule") if remark.limit else "",
        hint=remark.hint,
    )
