"""Draws of a subject that were handled otherwise than its baseline: where a protocol forbids it, no change from them.

SUB-04 says of every difference. At the level ``fail_result`` (ich-m10-lba) results that differ from the baseline take
no part, as another tube is another measurement of a protein of platelets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.measurement import HANDLING, Measurement, Use
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.timepoint import Timepoint


def handled_alike(
    measurements: Sequence[Measurement], planned: Sequence[Timepoint], protocol: Protocol
) -> tuple[Measurement, ...]:
    """The measurements, those that SUB-04 forbids with the reason why they take no part."""
    rule = protocol.qc.rules.get("SUB-04")
    baseline = next((timepoint.name for timepoint in planned if timepoint.minutes is None), None)
    forbids = rule is not None and rule.enabled and rule.level is not None
    if not forbids or rule is None or FindingLevel(rule.level or "warn").rank < FindingLevel.FAIL_RESULT.rank:
        return tuple(measurements)
    first = {each.subject: each for each in measurements if each.used and each.timepoint == baseline}
    return tuple(_beside(each, first.get(each.subject)) for each in measurements)


def _beside(measurement: Measurement, baseline: Measurement | None) -> Measurement:
    if baseline is None or not measurement.used or measurement is baseline:
        return measurement
    for key in HANDLING:
        here, there = measurement.handled(key), baseline.handled(key)
        if here and there and here != there:
            said = key.replace("_", " ")
            reason = f"{said} {here}, at the baseline {there}: no change from it (SUB-04)"
            return replace(measurement, use=Use.OTHER_HANDLING, reason=reason)
    return measurement
