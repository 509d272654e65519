"""What the rules say of several plates at once: by the settings of the protocol that the batch was asked for.

The settings travel with the plan, so that a merge of shards, which knows no protocol, says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from elisa_bdnf import qc
from elisa_bdnf.model.batch import PlateRow
from elisa_bdnf.model.protocol import Protocol, QcSettings, RuleSettings
from elisa_bdnf.model.result import Finding, FindingLevel, NotEvaluated
from elisa_bdnf.qc.subjects import SERIES


def settings_from_protocol(protocol: Protocol) -> dict[str, Any]:
    """Preset and settings of the rules on several plates, as plain values."""
    own = protocol.qc.rules
    rules = {rule.id: _plain(own[rule.id]) for rule in qc.RULES.values() if rule.subject == SERIES and rule.id in own}
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


def judged_together(
    plates: Iterable[PlateRow], settings: Mapping[str, Any]
) -> tuple[tuple[Finding, ...], tuple[NotEvaluated, ...]]:
    """The controls of the accepted plates, over all of them."""
    told = settings.get("rules")
    rules = {name: _from_plain(said) for name, said in told.items()} if isinstance(told, dict) else {}
    charted = (plate.charted for plate in plates if plate.accepted and plate.charted is not None)
    return qc.judge_together(charted, QcSettings(str(settings.get("preset", "")), "", rules))
