"""How far a concentration moves when the analyst had chosen otherwise: model, weights, or one standard less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from elisa_bdnf.analysis.alternatives import Alternatives, alternatives
from elisa_bdnf.analysis.shape import Array
from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.protocol import Protocol, Reduce
from elisa_bdnf.model.result import Estimate

_Interval = tuple[float | None, float | None]


def with_robustness(
    curve: Curve | NoCurve, protocol: Protocol, *groups: Sequence[Estimate]
) -> tuple[list[Estimate], ...]:
    """The estimates with their robustness, as far as they have a concentration in the range."""
    numbers = [e for estimates in groups for e in estimates if e.status.has_number and e.in_well is not None]
    if isinstance(curve, NoCurve) or not numbers:
        return tuple(list(estimates) for estimates in groups)
    moved = dict(
        zip(map(id, numbers), _moves(numbers, alternatives(curve, protocol.limits), protocol.reduce), strict=True)
    )
    return tuple(
        [replace(e, robustness=moved[id(e)]) if id(e) in moved else e for e in estimates] for estimates in groups
    )


def _moves(estimates: Sequence[Estimate], others: Alternatives, how: Reduce) -> list[Robustness | None]:
    """All responses are read on all curves at once."""
    of_each = [(e.group.mean,) if how is Reduce.MEAN_RESPONSE else e.group.responses for e in estimates]
    there = others.concentrations([y for responses in of_each for y in responses])
    if how is not Reduce.MEAN_RESPONSE:
        ends = np.cumsum([len(responses) for responses in of_each])[:-1]
        there = np.stack([part.mean(axis=1) for part in np.split(there, ends, axis=1)], axis=1)
    intervals = [(e.in_well_low, e.in_well_high) for e in estimates]
    return robustness(others.changes, there, [e.in_well or 0.0 for e in estimates], intervals)


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
    percent = np.where(known, 100 * np.abs(there / np.array(in_well) - 1), -1.0)
    low = np.array([-np.inf if bound is None else bound for bound, _ in intervals])
    high = np.array([np.inf if bound is None else bound for _, bound in intervals])
    outside = np.any(~known | (there < low) | (there > high), axis=0)
    most, worst = np.max(percent, axis=0).tolist(), np.argmax(percent, axis=0).tolist()
    lost: dict[int, tuple[str, ...]] = {}
    for change, s in np.argwhere(~known).tolist():
        lost[s] = (*lost.get(s, ()), changes[change])
    return [
        Robustness(move, changes[place], bool(outside[s]), lost.get(s, ())) if move >= 0 else None
        for s, (move, place) in enumerate(zip(most, worst, strict=True))
    ]
