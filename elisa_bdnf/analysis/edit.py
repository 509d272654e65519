"""Editing of standards (``curve_edit_v1``): deterministic, logged, and finished before any control or sample is read.

Steps as in the rules for routine runs of ligand-binding assays, where they leave a choice with the choice stated:

1. A level whose CV is above its limit is suspect. Of three or more wells one is dropped where that is allowed, the
   others agree, and it lies at least three times their range away; never of two.
2. An anchor goes when it is suspect, or out of order beside its neighbour by more than 3 pooled SD; before the fit.
3. Fit. Every other level above zero must be recovered within its limit; the ends of the original series have their own
   limit, an end that became one by editing has not.
4. While levels fail: the one furthest beyond its limit goes (a response outside the curve counts as just beyond; of
   equal ones the suspect one, then the lower), unless two neighbours inside the series would be missing.
   Removed levels never return.
5. It ends in failure when no more may be removed: ⌈max(share × levels, least levels)⌉ must remain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, NoCurve
from elisa_bdnf.model.protocol import LimitSettings

_SLACK = 1e-9
_GAP = 3.0
_OUT_OF_ORDER = 3.0


@dataclass(frozen=True, slots=True)
class EditSettings:
    """Limits in percent; the defaults are those of ICH M10 for ligand-binding assays."""

    recovery_percent: float = 20.0
    recovery_ends_percent: float = 25.0
    cv_percent: float = 20.0
    cv_ends_percent: float = 25.0
    share: float = 0.75
    least_levels: int = 6
    drop_wells: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that was left out, and the figures that decided it. ``parameters`` (a, b, c, d) before the edit."""

    what: str  # "well", "anchor", "level"
    nominal: float
    wells: tuple[str, ...]
    reason: str
    recovery_percent: float | None = None
    cv_percent: float | None = None
    parameters: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """Both curves, as acquired and as edited; ``failure`` says why editing did not save the plate."""

    acquired: Curve | NoCurve
    curve: Curve | NoCurve
    edits: tuple[Edit, ...]
    failure: str = ""


def edit_standards(
    levels: Sequence[Level], spec: CurveSpec, limits: LimitSettings, settings: EditSettings | None = None
) -> Edited:
    """Apply ``curve_edit_v1`` to the standards of a plate."""
    settings = settings or EditSettings()
    acquired = calibrate(levels, spec, limits)
    ordered = sorted(levels, key=lambda level: level.nominal)
    series = tuple(level.nominal for level in ordered if level.nominal > 0 and not level.anchor)
    kept, edits = _wells(ordered, series, settings)
    suspects = {level.nominal for level in kept if _is_suspect(level, series, settings)}
    kept, anchors = _anchors(kept, suspects)
    edits = (*edits, *anchors)
    most = len(series) - math.ceil(max(settings.share * len(series), settings.least_levels) - _SLACK)
    removed: set[float] = set()
    while True:
        curve = calibrate(kept, spec, limits)
        if isinstance(curve, NoCurve):
            return Edited(acquired, curve, edits, f"no curve after {len(edits)} edits: {curve.reason}")
        failing = _failing(curve, series, removed, settings)
        if not failing:
            return Edited(acquired, curve, edits)
        candidates = sorted(failing, key=lambda n: (-round(failing[n], 9), n not in suspects, n))
        allowed = [n for n in candidates if not _leaves_a_gap(n, series, removed)]
        if len(removed) >= most or not allowed:
            names = ", ".join(f"{n:g}" for n in sorted(failing))
            return Edited(acquired, curve, edits, f"the standards {names} fail and no more may be left out")
        chosen = allowed[0]
        edits = (*edits, _edit_of_level(curve, chosen, failing[chosen]))
        removed.add(chosen)
        kept = [level for level in kept if level.nominal != chosen or level.anchor]


def _cv(responses: Sequence[float]) -> float | None:
    """Percent; None below two responses or where their mean is not positive."""
    mean = math.fsum(responses) / len(responses)
    if len(responses) < 2 or mean <= 0:
        return None
    return 100 * math.sqrt(math.fsum((y - mean) ** 2 for y in responses) / (len(responses) - 1)) / mean


def _cv_limit(nominal: float, series: Sequence[float], settings: EditSettings) -> float:
    return settings.cv_ends_percent if nominal in (series[0], series[-1]) else settings.cv_percent


def _is_suspect(level: Level, series: Sequence[float], settings: EditSettings) -> bool:
    cv = _cv(level.responses)
    return level.nominal > 0 and cv is not None and cv > _cv_limit(level.nominal, series, settings) * (1 + _SLACK)


def _wells(
    levels: Sequence[Level], series: Sequence[float], settings: EditSettings
) -> tuple[list[Level], tuple[Edit, ...]]:
    kept, edits = [], []
    for level in levels:
        index = _outlier_or_none(level, series, settings) if settings.drop_wells else None
        if index is None:
            kept.append(level)
            continue
        well = level.wells[index : index + 1]
        edits.append(Edit("well", level.nominal, well, "one well apart from the others", None, _cv(level.responses)))
        responses = level.responses[:index] + level.responses[index + 1 :]
        kept.append(replace(level, responses=responses, wells=level.wells[:index] + level.wells[index + 1 :]))
    return kept, tuple(edits)


def _outlier_or_none(level: Level, series: Sequence[float], settings: EditSettings) -> int | None:
    """The well that alone spoils the CV of three or more; None where there is no such well."""
    if len(level.responses) < 3 or not _is_suspect(level, series, settings):
        return None
    order = sorted(range(len(level.responses)), key=lambda i: level.responses[i])
    values = [level.responses[i] for i in order]
    low_gap, high_gap = values[1] - values[0], values[-1] - values[-2]
    index, gap, others = (order[0], low_gap, values[1:]) if low_gap > high_gap else (order[-1], high_gap, values[:-1])
    cv = _cv(others)
    agrees = cv is not None and cv <= _cv_limit(level.nominal, series, settings) * (1 + _SLACK)
    return index if agrees and gap >= _GAP * (others[-1] - others[0]) else None


def _anchors(levels: Sequence[Level], suspects: set[float]) -> tuple[list[Level], tuple[Edit, ...]]:
    pooled = _pooled_sd(levels)
    rising = levels[-1].mean >= levels[0].mean
    kept, edits = [], []
    for index, level in enumerate(levels):
        reason = ""
        if level.anchor and level.nominal in suspects:
            reason = "anchor with a CV above its limit"
        elif level.anchor and _misplacement(levels, index, rising) > _OUT_OF_ORDER * pooled:
            reason = "anchor out of order beside its neighbour"
        if reason:
            edits.append(Edit("anchor", level.nominal, level.wells, reason, None, _cv(level.responses)))
        else:
            kept.append(level)
    return kept, tuple(edits)


def _misplacement(levels: Sequence[Level], index: int, rising: bool) -> float:
    """By how much a level lies on the wrong side of a standard next to it."""
    sign = 1.0 if rising else -1.0
    below = [sign * (levels[i].mean - levels[index].mean) for i in (index - 1,) if i >= 0 and not levels[i].anchor]
    above = [
        sign * (levels[index].mean - levels[i].mean) for i in (index + 1,) if i < len(levels) and not levels[i].anchor
    ]
    return max([*below, *above], default=0.0)


def _pooled_sd(levels: Sequence[Level]) -> float:
    df = sum(len(level.responses) - 1 for level in levels)
    total = math.fsum((y - level.mean) ** 2 for level in levels for y in level.responses)
    return math.sqrt(total / df) if df else math.inf


def _failing(curve: Curve, series: Sequence[float], removed: set[float], settings: EditSettings) -> dict[float, float]:
    """Levels beyond their limit, with how many times."""
    failing = {}
    for point in curve.standards:
        nominal = point.level.nominal
        if nominal == 0 or point.level.anchor:
            continue
        limit = settings.recovery_ends_percent if nominal in (series[0], series[-1]) else settings.recovery_percent
        if point.recovery_percent is None:
            failing[nominal] = 1.0  # outside the curve: how far, nobody can say, so those with a figure go first
        elif abs(point.recovery_percent - 100) > limit * (1 + _SLACK):
            failing[nominal] = abs(point.recovery_percent - 100) / limit
    return {nominal: excess for nominal, excess in failing.items() if nominal not in removed}


def _leaves_a_gap(candidate: float, series: Sequence[float], removed: set[float]) -> bool:
    """Whether two neighbours inside the series would be missing."""
    missing = removed | {candidate}
    return any(a in missing and b in missing for a, b in pairwise(series[1:-1]))


def _edit_of_level(curve: Curve, nominal: float, excess: float) -> Edit:
    point = next(p for p in curve.standards if p.level.nominal == nominal and not p.level.anchor)
    reason = "response outside the curve"
    if point.recovery_percent is not None:
        reason = f"deviation {excess:.2f} times its limit"
    parameters = (curve.a, curve.b, curve.c, curve.d)
    return Edit("level", nominal, point.level.wells, reason, point.recovery_percent, point.cv_percent, parameters)
