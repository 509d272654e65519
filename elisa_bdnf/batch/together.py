"""What the rules say of several plates at once: by the settings of the protocol that the batch was asked for.

The settings travel with the plan, so that a merge of shards, which knows no protocol, says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from elisa_bdnf import qc
from elisa_bdnf.comparing import RULE
from elisa_bdnf.model.batch import BatchResult
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.protocol import Protocol, QcSettings, RuleSettings
from elisa_bdnf.qc.subjects import SERIES


def settings_from_protocol(protocol: Protocol) -> dict[str, Any]:
    """Preset and settings of the rules on several plates, as plain values."""
    own = protocol.qc.rules
    asked = [rule.id for rule in qc.RULES.values() if rule.subject == SERIES or rule.id == RULE]
    rules = {name: _plain(own[name]) for name in asked if name in own}
    return {"preset": protocol.qc.preset, "rules": rules}


def _plain(settings: RuleSettings) -> dict[str, Any]:
    return {
        "enabled": settings.enabled,
        "level": settings.level,
        "values": dict(settings.values),
        "origins": dict(settings.origins),
    }


def _from_plain(said: Any) -> RuleSettings:
    """What a file holds of a rule; what we would not have written is passed over."""
    said = said if isinstance(said, dict) else {}
    told: dict[str, dict[str, Any]] = {key: each for key, each in said.items() if isinstance(each, dict)}
    values = {name: value for name, value in told.get("values", {}).items() if isinstance(value, int | float)}
    origins = {name: str(origin) for name, origin in told.get("origins", {}).items()}
    level = said.get("level")
    return RuleSettings(
        said.get("enabled") is not False, level if level in tuple(FindingLevel) else None, values, origins
    )


@dataclass(frozen=True, slots=True)
class Between:
    """Preset and settings of the rules on several plates."""

    preset: str
    rules: Mapping[str, RuleSettings]

    def settings(self, rule: str) -> RuleSettings:
        """Of one rule; its own defaults where nothing is said."""
        return self.rules.get(rule, RuleSettings())


def between_from_plain(said: Mapping[str, Any]) -> Between:
    """What :func:`settings_from_protocol` has made, or a file holds of it."""
    told = said.get("rules")
    rules = {name: _from_plain(own) for name, own in told.items()} if isinstance(told, dict) else {}
    return Between(str(said.get("preset", "")), rules)


def judged_together(batch: BatchResult) -> BatchResult:
    """The batch with what the rules find of its accepted plates together."""
    between = between_from_plain(batch.between_plates)
    charted = (plate.charted for plate in batch.plates() if plate.accepted and plate.charted is not None)
    findings, missing = qc.judge_together(charted, QcSettings(between.preset, "", between.rules))
    return replace(batch, findings=findings, not_evaluated=missing)
