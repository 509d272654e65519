"""Findings that a person waived: they stay in the report as information, with who, why and what they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from elisa_bdnf.model.finding import Finding, FindingLevel
from elisa_bdnf.model.waiver import Decision


def waived(finding: Finding, waivers: Iterable[Decision]) -> Finding:
    """The finding as information where a waiver means it.

    What is information already needs no waiver, and an error cannot be waived: the input is not what it claims to be.
    """
    if not FindingLevel.INFO.rank < finding.level.rank < FindingLevel.ERROR.rank:
        return finding
    for waiver in waivers:
        if waiver.rule == finding.rule and _is_meant(finding, waiver):
            said = f"{finding.message} – waived by {waiver.by}: {waiver.reason}"
            return replace(
                finding, level=FindingLevel.INFO, message=said, waived=waiver, waived_level=finding.level,
                action="waived",
            )  # fmt: skip
    return finding


def _is_meant(finding: Finding, waiver: Decision) -> bool:
    """By wells: every well of the finding is named. By sample or subject: as the finding writes it."""
    if waiver.wells:
        return bool(finding.wells) and set(finding.wells) <= set(waiver.wells)
    if waiver.sample:
        return finding.subject in (f"sample {waiver.sample}", f"control {waiver.sample}")
    return not waiver.subject or finding.subject == waiver.subject
