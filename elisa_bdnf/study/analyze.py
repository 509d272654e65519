"""Understood measurements → analysis, by the design of the study."""

from __future__ import annotations

from elisa_bdnf.model.study import StudyAnalysis
from elisa_bdnf.study.infusion import analyze_infusion
from elisa_bdnf.study.intake import StudyData


def analyze_study(data: StudyData) -> StudyAnalysis:
    """Nothing in it may be reported before ``qc.judge_study`` has seen it."""
    return analyze_infusion(data)
