"""Several dilutions of one sample: which are in range, which is reported, and whether they agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.result import Estimate, RangeStatus

_HOOK_RESPONSE = 0.95  # a stronger sample must not respond less than this share of a weaker one
_HOOK_CONCENTRATION = 0.80


class DilutionPolicy(StrEnum):
    MEAN_IN_RANGE = "mean_in_range"
    LOWEST_FACTOR = "lowest_df"
    NEAREST_C = "nearest_c"


@dataclass(frozen=True, slots=True)
class DilutionSeries:
    """The dilutions of one sample by ascending factor. ``concentration`` None where none is in range.

    ``cv_percent`` is of the in-range concentrations, ``slope`` that of ln concentration on ln factor (0 where the
    sample dilutes like the standard; None below three). ``hook`` names the pair of factors that shows one.
    """

    estimates: tuple[Estimate, ...]
    in_range: tuple[Estimate, ...]
    concentration: float | None
    reported: tuple[float, ...]  # the factors that the concentration comes from
    cv_percent: float | None
    slope: float | None
    hook: tuple[float, float] | None


def series_from_estimates(
    estimates: Sequence[Estimate], curve: Curve, policy: DilutionPolicy = DilutionPolicy.MEAN_IN_RANGE
) -> DilutionSeries:
    """Judge the dilutions of one sample; every estimate must have a dilution factor of its own."""
    ordered = tuple(sorted(estimates, key=_factor))
    inside = tuple(e for e in ordered if e.status is RangeStatus.WITHIN and e.concentration is not None)
    chosen = _chosen(inside, curve, policy)
    values = [e.concentration or 0.0 for e in inside]
    return DilutionSeries(
        ordered,
        inside,
        math.fsum(e.concentration or 0.0 for e in chosen) / len(chosen) if chosen else None,
        tuple(_factor(e) for e in chosen),
        _cv(values),
        _slope([math.log(_factor(e)) for e in inside], [math.log(v) for v in values]),
        _hook(ordered),
    )


def _factor(estimate: Estimate) -> float:
    return estimate.group.content.dilution_factor or 1.0


def _chosen(inside: Sequence[Estimate], curve: Curve, policy: DilutionPolicy) -> Sequence[Estimate]:
    if policy is DilutionPolicy.LOWEST_FACTOR:
        return inside[:1]
    if policy is DilutionPolicy.NEAREST_C and inside:
        return [min(inside, key=lambda e: abs(math.log((e.in_well or 1.0) / curve.c)))]
    return inside


def _cv(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return 100 * math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)) / mean


def _slope(x: Sequence[float], y: Sequence[float]) -> float | None:
    if len(x) < 3:
        return None
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    return math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / math.fsum((a - mx) ** 2 for a in x)


def _hook(ordered: Sequence[Estimate]) -> tuple[float, float] | None:
    """The first pair of factors where the stronger sample responds, or reads, too low."""
    for strong, weak in pairwise(ordered):
        falls = strong.group.mean < _HOOK_RESPONSE * weak.group.mean
        low = (
            strong.status is RangeStatus.WITHIN
            and weak.concentration is not None
            and strong.concentration is not None
            and strong.concentration < _HOOK_CONCENTRATION * weak.concentration
        )
        if falls or low:
            return _factor(strong), _factor(weak)
    return None
