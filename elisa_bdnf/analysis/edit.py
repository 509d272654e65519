"""Editing of standards (``curve_edit_v1``): deterministic, logged, and finished before any control or sample is read.

Steps as in the rules for routine runs of ligand-binding assays, where they leave a choice with the choice stated:

1. A level whose CV is above its limit is suspect. Of three or more wells one is dropped where that is allowed
   (``outliers``); never of two.
2. An anchor goes when it is suspect, or out of order beside its neighbour by more than 3 pooled SD; before the fit.
3. Fit. Every other level above zero must be recovered within its limit; the ends of the original series have their own
   limit, an end that became one by editing has not.
4. While levels fail: the one furthest beyond its limit goes (a response beyond that of concentration 0 counts as a
   recovery of 0 %, one beyond the plateau as just beyond the limit; of equal ones the suspect one, then the lower),
   unless two neighbours inside the series would be missing.
   Removed levels never return.
5. It ends in failure when no more may be removed: ⌈max(share × levels, least levels)⌉ must remain. Editing that does
   not save the curve changes nothing: the curve as acquired stays, and the plate fails.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from elisa_bdnf.analysis.calibrate import calibrate, standard_point
from elisa_bdnf.analysis.curves import rises
from elisa_bdnf.analysis.hook import hook_or_none
from elisa_bdnf.analysis.intervals import is_above
from elisa_bdnf.analysis.limits import SLACK, limits_from_standards
from elisa_bdnf.analysis.outliers import cv_percent, outlier_or_none
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, NoCurve
from elisa_bdnf.model.evidence import Edit, EditedPart, Editing
from elisa_bdnf.model.protocol import EditingSettings, LimitSettings, ReplicateEditing

_OUT_OF_ORDER = 3.0  # pooled SD


def edit_standards(
    levels: Sequence[Level],
    spec: CurveSpec,
    limits: LimitSettings,
    settings: EditingSettings,
    planned: Sequence[float] = (),
) -> Editing:
    """Apply ``curve_edit_v1`` to the standards of a plate.

    ``planned`` are the quantitative levels of the layout; those that lost all their wells count as removed.
    """
    acquired = calibrate(levels, spec, limits, planned=planned)
    ordered = sorted(levels, key=lambda level: level.nominal)
    present = tuple(level.nominal for level in ordered if level.nominal > 0 and not level.anchor)
    series = tuple(sorted(planned)) or present
    if not present:
        return Editing(acquired, acquired)
    kept, dropped = _wells(ordered, series, settings)
    suspects = {level.nominal for level in kept if _is_suspect(level, series, settings)}
    kept, anchors = _anchors(kept, suspects)
    most = len(series) - math.ceil(max(settings.share * len(series), settings.least_levels) - SLACK)
    editor = _Editor(spec, limits, series, suspects, set(series) - set(present), max(most, 0))
    curve, edits, failure = editor.run(kept, (*dropped, *anchors), acquired)
    if failure or isinstance(curve, NoCurve):
        return Editing(acquired, acquired, edits, failure, max(most, 0))
    return Editing(acquired, _with_left_out(curve, ordered, limits), edits, "", max(most, 0))


class _Editor:
    """The loop of steps 3 to 5 with what it does not change; ``missing`` grows."""

    def __init__(
        self,
        spec: CurveSpec,
        limits: LimitSettings,
        series: Sequence[float],
        suspects: set[float],
        missing: set[float],
        most: int,
    ) -> None:
        self.spec, self.limits, self.series, self.suspects = spec, limits, series, suspects
        self.missing, self.most = missing, most

    def run(
        self, kept: Sequence[Level], edits: tuple[Edit, ...], acquired: Curve | NoCurve
    ) -> tuple[Curve | NoCurve, tuple[Edit, ...], str]:
        """The last curve, all edits, and why it failed."""
        curve = calibrate(kept, self.spec, self.limits, planned=self.series) if edits else acquired
        while True:
            if isinstance(curve, NoCurve):
                return curve, edits, f"no curve after {len(edits)} edits: {curve.reason}" if edits else curve.reason
            failing = _failing(curve, self.limits)
            if not failing:
                return curve, edits, ""
            chosen = self._candidate_or_none(failing)
            if chosen is None:
                names = ", ".join(f"{n:g}" for n in sorted(failing))
                return curve, edits, self._why_not(names, len(failing))
            edits = (*edits, _edit_of_level(curve, chosen, failing[chosen]))
            self.missing.add(chosen)
            kept = [level for level in kept if level.nominal != chosen or level.anchor]
            curve = calibrate(kept, self.spec, self.limits, planned=self.series)

    def _candidate_or_none(self, failing: dict[float, float]) -> float | None:
        if len(self.missing) >= self.most:
            return None
        order = sorted(failing, key=lambda n: (-round(failing[n], 9), n not in self.suspects, n))
        return next((n for n in order if not self._leaves_a_gap(n)), None)

    def _leaves_a_gap(self, candidate: float) -> bool:
        """Whether two neighbours inside the series would be missing."""
        missing = self.missing | {candidate}
        return any(a in missing and b in missing for a, b in pairwise(self.series[1:-1]))

    def _why_not(self, names: str, count: int) -> str:
        least = len(self.series) - self.most
        beside = "" if len(self.missing) >= self.most else ", or two neighbours would be missing"
        return (
            f"standard{'s' if count > 1 else ''} {names} outside the limits of recovery and no more may be left out: "
            f"{least} of {len(self.series)} levels must remain{beside}"
        )


def _with_left_out(curve: Curve, levels: Sequence[Level], limits: LimitSettings) -> Curve:
    """The curve with the levels that are not part of it any more beside it: they never pass, and limits know that."""
    there = {(point.level.nominal, point.level.anchor) for point in curve.standards}
    gone = [level for level in levels if (level.nominal, level.anchor) not in there]
    if not gone:
        return curve
    points = [*curve.standards, *(standard_point(curve, level, in_fit=False, edited=True) for level in gone)]
    standards = tuple(sorted(points, key=lambda point: point.level.nominal))
    curve = replace(curve, standards=standards, hook=hook_or_none(levels, rising=rises(curve)))
    return replace(curve, limits=limits_from_standards(curve, limits))


def _cv_limit(nominal: float, series: Sequence[float], settings: EditingSettings) -> float:
    return settings.cv_ends_percent if nominal in (series[0], series[-1]) else settings.cv_percent


def _is_suspect(level: Level, series: Sequence[float], settings: EditingSettings) -> bool:
    cv = cv_percent(level.responses)
    return level.nominal > 0 and cv is not None and cv > _cv_limit(level.nominal, series, settings) * (1 + SLACK)


def _wells(
    levels: Sequence[Level], series: Sequence[float], settings: EditingSettings
) -> tuple[list[Level], tuple[Edit, ...]]:
    """Step 1: at most one well of a level of three or more."""
    kept, edits = [], []
    allowed = settings.replicates is ReplicateEditing.DROP_ONE_OF_THREE
    for level in levels:
        limit = _cv_limit(level.nominal, series, settings)
        index = outlier_or_none(level.responses, limit, settings.gap) if allowed and level.nominal > 0 else None
        if index is None:
            kept.append(level)
            continue
        reason = f"one of {len(level.responses)} wells apart from the others"
        cv = cv_percent(level.responses)
        edits.append(Edit(EditedPart.WELL, level.nominal, level.wells[index : index + 1], reason, cv_percent=cv))
        responses = level.responses[:index] + level.responses[index + 1 :]
        kept.append(replace(level, responses=responses, wells=level.wells[:index] + level.wells[index + 1 :]))
    return kept, tuple(edits)


def _anchors(levels: Sequence[Level], suspects: set[float]) -> tuple[list[Level], tuple[Edit, ...]]:
    """Step 2: once, and for faults of their own."""
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
            cv = cv_percent(level.responses)
            edits.append(Edit(EditedPart.ANCHOR, level.nominal, level.wells, reason, cv_percent=cv))
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


def _failing(curve: Curve, limits: LimitSettings) -> dict[float, float]:
    """Levels beyond their limit, with how many times."""
    failing = {}
    for point in curve.standards:
        nominal = point.level.nominal
        if not point.is_quantitative:
            continue
        limit = limits.recovery_ends_percent if nominal in curve.ends else limits.recovery_percent
        if point.recovery_percent is None and is_above(curve, point.response):
            failing[nominal] = 1.0  # on the plateau: how far, nobody can say, so those with a figure go first
            continue
        deviation = abs((point.recovery_percent or 0.0) - 100)  # below concentration 0 the recovery is 0 at most
        if deviation > limit * (1 + SLACK):
            failing[nominal] = deviation / limit if limit else math.inf
    return failing


def _edit_of_level(curve: Curve, nominal: float, excess: float) -> Edit:
    point = next(p for p in curve.standards if p.level.nominal == nominal and not p.level.anchor)
    reason, deviation = "response beyond the plateau of the curve", None
    if point.recovery_percent is not None:
        reason, deviation = f"recovery {point.recovery_percent:.1f} %, {excess:.2f} times its limit", excess
    elif not is_above(curve, point.response):
        reason, deviation = f"response beyond that of concentration 0, {excess:.2f} times its limit at least", excess
    parameters = (curve.a, curve.b, curve.c, curve.d)
    level = point.level
    return Edit(
        EditedPart.LEVEL, nominal, level.wells, reason, point.recovery_percent, point.cv_percent, deviation, parameters
    )
