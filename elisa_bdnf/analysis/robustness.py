"""How far a concentration moves when the analyst had chosen otherwise: model, weights, or one standard less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import invert_or_none
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, weights_from_text
from elisa_bdnf.model.protocol import LimitSettings

_WEIGHTS = ("none", "power:0.5", "power:1")


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another curve through the same standards, and what was changed for it."""

    change: str  # "5pl", "weights none", "without standard 250"
    curve: Curve


@dataclass(frozen=True, slots=True)
class Robustness:
    """The largest move of one concentration, in percent of it, and the change that causes it.

    ``lost`` names changes under which the response has no inverse at all.
    """

    percent: float | None
    change: str
    lost: tuple[str, ...] = ()


def alternatives(levels: Sequence[Level], spec: CurveSpec, limits: LimitSettings) -> tuple[Alternative, ...]:
    """Every curve to compare with; changes for which no curve can be fitted are left out. About 20 ms for a plate."""
    found = ((name, calibrate(subset, changed, limits)) for name, subset, changed in _changes(levels, spec))
    return tuple(Alternative(name, curve) for name, curve in found if isinstance(curve, Curve))


def _changes(levels: Sequence[Level], spec: CurveSpec) -> Iterator[tuple[str, Sequence[Level], CurveSpec]]:
    for model in (Model.FOUR_PL, Model.FIVE_PL):
        if model is not spec.model and not (spec.fixed and spec.model is Model.THREE_PL):
            yield model.value, levels, replace(spec, model=model)
    for text in _WEIGHTS:
        weights = weights_from_text(text)
        if str(weights) != str(spec.weights):
            yield f"weights {text}", levels, replace(spec, weights=weights)
    for level in levels:
        if level.nominal > 0:
            rest = [other for other in levels if other is not level]
            yield f"without standard {level.nominal:g}", rest, spec


def robustness(curve: Curve, others: Sequence[Alternative], response: float) -> Robustness:
    """How far the concentration of one response moves; percent None where the curve itself gives it none."""
    here = invert_or_none(curve, response)
    if here is None:
        return Robustness(None, "")
    there = {other.change: invert_or_none(other.curve, response) for other in others}
    moves = {change: 100 * abs(x / here - 1) for change, x in there.items() if x is not None}
    lost = tuple(change for change, x in there.items() if x is None)
    if not moves:
        return Robustness(None, "", lost)
    worst = max(moves, key=lambda change: moves[change])
    return Robustness(moves[worst], worst, lost)
