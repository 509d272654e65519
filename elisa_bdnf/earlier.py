"""What a plate is told of earlier ones, before it is fitted (weights) and before it is judged (charts)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from elisa_bdnf.analysis.charted import charted_plate, read_at
from elisa_bdnf.model.curve import WeightKind, Weights
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.result import Analysis, PlateResult

if TYPE_CHECKING:
    from elisa_bdnf.history.past import Past


def with_pooled_weights(
    protocol: Protocol, reading: Reading, layout: Layout, place: int, past: Past | None, day: date | None = None
) -> Protocol:
    """Weights ``power`` get the exponent of earlier plates of the method, of whatever lot, where there are enough.

    Else the exponent is estimated from the plate itself, as without a history.
    """
    weights = protocol.curve.weights
    if past is None or weights.kind is not WeightKind.POWER or weights.theta is not None:
        return protocol
    from elisa_bdnf.analysis.pooling import theta_of_plates  # noqa: PLC0415 - needed here alone

    this = charted_plate(reading, layout, protocol, place, day=day)
    earlier = past.of_method_before(this)
    pooled = theta_of_plates([plate.standards for plate in earlier], zero_in_fit=protocol.curve.zero_in_fit)
    if pooled is None:
        return protocol
    theta, plates = pooled
    power = Weights(WeightKind.POWER, theta, f"pooled from {plates} plates of the history {past.name}")
    return replace(protocol, curve=replace(protocol.curve, weights=power))


def beside_earlier(analysis: Analysis, place: int, past: Past | None, day: date | None = None) -> Analysis:
    """The analysis with its record for charts and, where there is a history, the plates before it."""
    this = charted_plate(
        analysis.reading, analysis.layout, analysis.protocol, place,
        analysis.curve, analysis.groups, analysis.controls, day,
    )  # fmt: skip
    analysis = replace(analysis, charted=this)
    if past is None:
        return analysis
    _, why = read_at(analysis.reading, analysis.protocol.history, day)
    return replace(analysis, earlier=past.before(this, why))


def following(past: Past | None, result: PlateResult) -> Past | None:
    """The past of the plates after this one."""
    charted = result.analysis.charted
    return past.following(charted, accepted=result.accepted) if past is not None and charted is not None else past


def first_order(protocol: Protocol, readings: Sequence[Reading], day: date | None = None) -> tuple[object, ...]:
    """Where the first plate of an export stands among plates: a sort key."""
    return min(charted_plate(r, Layout(r.shape, {}), protocol, i, day=day).order for i, r in enumerate(readings))
