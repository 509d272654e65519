"""How far a concentration moves when the analyst had chosen otherwise: model, weights, or one standard less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from elisa_bdnf.analysis.alternatives import alternatives
from elisa_bdnf.analysis.shape import Array
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.protocol import LimitSettings

_Interval = tuple[float | None, float | None]


def moves(
    curve: Curve,
    limits: LimitSettings,
    responses: Sequence[Sequence[float]],
    in_well: Sequence[float],
    intervals: Sequence[_Interval],
) -> list[Robustness | None]:
    """The robustness of concentrations in the well (S), each the mean of what its ``responses`` read, all at once."""
    if not responses:
        return []
    others = alternatives(curve, limits)
    there = others.concentrations([y for each in responses for y in each])
    if any(len(each) > 1 for each in responses):
        ends = np.cumsum([len(each) for each in responses])[:-1]
        there = np.stack([part.mean(axis=1) for part in np.split(there, ends, axis=1)], axis=1)
    return robustness(others.changes, there, in_well, intervals)


@np.errstate(invalid="ignore")
def robustness(
    changes: Sequence[str], there: Array, in_well: Sequence[float], intervals: Sequence[_Interval]
) -> list[Robustness | None]:
    """How far concentrations in the well (S) move; ``there`` (changes, S) is what each change makes of them.

    None for those that have nothing to compare with.
    """
    if not changes:
        return [None] * len(in_well)
    known = np.isfinite(there)
    relative = there / np.array(in_well) - 1
    percent = np.where(known, 100 * np.abs(relative), -1.0)
    low = np.array([-np.inf if bound is None else bound for bound, _ in intervals])
    high = np.array([np.inf if bound is None else bound for _, bound in intervals])
    outside = np.any(~known | (there < low) | (there > high), axis=0)
    most, worst = np.max(percent, axis=0).tolist(), np.argmax(percent, axis=0).tolist()
    lost: dict[int, tuple[str, ...]] = {}
    for change, s in np.argwhere(~known).tolist():
        lost[s] = (*lost.get(s, ()), changes[change])
    named, each = tuple(changes), relative.T.tolist()
    return [
        Robustness(move, named[place], bool(outside[s]), lost.get(s, ()), named, tuple(each[s])) if move >= 0 else None
        for s, (move, place) in enumerate(zip(most, worst, strict=True))
    ]


def robustness_of_mean(used: Sequence[Estimate], mean: float, interval: _Interval) -> Robustness | None:
    """Of the mean concentration of several dilutions, which move together; that of a single one is its own."""
    parts = [estimate.robustness for estimate in used]
    if len(used) == 1:
        return parts[0]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    values = np.array([estimate.concentration or 0.0 for estimate in used])
    there = (1 + np.array([part.moves for part in known]).T) @ values / len(used)
    return robustness(known[0].changes, there[:, None], [mean], [interval])[0]
