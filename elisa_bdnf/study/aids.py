"""Reading and planning: how large a change a study of this size can see, and what one person's change may mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from elisa_bdnf.model.study import Aids, PowerRow
from elisa_bdnf.study.cells import Cells
from elisa_bdnf.study.effects import Effects
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.question import Question
from elisa_bdnf.study.statistics import NoResult, pairs_needed, power_of_pairs, reference_change
from elisa_bdnf.study.values import ln_sd_or_none

CHANGES_PERCENT = (20.0, 30.0, 50.0)
POWER = 0.8
MOST_LN_SD = 5.0


def analytical_cv_percent(data: StudyData) -> float | None:
    """What the protocol says, else the median CV behind the intervals of this study."""
    stated = data.protocol.study.cv_analytical_percent
    if stated is not None:
        return stated
    found = [sd for each in data.used if (sd := ln_sd_or_none(each.low, each.high)) is not None]
    return 100 * _cv_from_ln_sd(min(MOST_LN_SD, median(found))) if found else None


def reference_change_or_none(data: StudyData) -> tuple[float, float] | None:
    """Ratios (down, up) from √(CV_A² + CV_I²); None where nobody stated the biological part."""
    biological, analytical = data.protocol.study.cv_biological_percent, analytical_cv_percent(data)
    if biological is None:
        return None
    return reference_change(math.hypot(biological, analytical or 0.0) / 100)


def aids(data: StudyData, cells: Cells, question: Question, found: Effects) -> Aids:
    """Power for this study's own scatter within subjects, and the reference change."""
    within, origin = _within_cv(cells, question, found)
    pairs = max((each.n for each in found.headline.contrasts), default=0)
    limits = reference_change_or_none(data)
    return Aids(
        within_cv_percent=None if within is None else 100 * within,
        within_cv_origin=origin,
        pairs_in_study=pairs,
        detectable_percent=_detectable_percent(pairs, within),
        power=() if within is None else tuple(_power_rows(within, len(question.timepoints))),
        analytical_cv_percent=analytical_cv_percent(data),
        biological_cv_percent=data.protocol.study.cv_biological_percent,
        reference_change_up_percent=None if limits is None else 100 * (limits[1] - 1),
        reference_change_down_percent=None if limits is None else 100 * (limits[0] - 1),
        reason="" if limits else "no reference change: the protocol states no study.cv_biological_percent",
    )


def _within_cv(cells: Cells, question: Question, found: Effects) -> tuple[float | None, str]:
    """Scatter of one value of a subject about its course: residual of the model, or of the pairs."""
    if found.fit is not None and not found.small:
        known = [float(v) for v in cells.known_variance]
        variance = found.fit.sd_residual**2 + math.fsum(known) / len(known)
        return _plausible(math.sqrt(variance)), "residual of the model and measurement error"
    squares, df = 0.0, 0
    for group in question.groups:
        for timepoint in question.timepoints:
            changes = [a - b for b, a in cells.pairs(group, question.baseline, timepoint)]
            if len(changes) > 1:
                mean = math.fsum(changes) / len(changes)
                squares += math.fsum((change - mean) ** 2 for change in changes)
                df += len(changes) - 1
    if not df or squares <= 0:
        return None, "too few pairs"
    return _plausible(math.sqrt(squares / df / 2)), "differences of the pairs"


def _plausible(ln_sd: float) -> float | None:
    """The CV; None where the scatter is so large that no planning can rest on it."""
    return _cv_from_ln_sd(ln_sd) if ln_sd < MOST_LN_SD else None


def _cv_from_ln_sd(sd: float) -> float:
    return math.sqrt(math.expm1(sd**2))


def _power_rows(cv: float, timepoints: int) -> Sequence[PowerRow]:
    rows = []
    for alpha in dict.fromkeys((0.05, 0.05 / max(1, timepoints))):
        for change in CHANGES_PERCENT:
            pairs = pairs_needed(1 + change / 100, cv, POWER, alpha)
            if not isinstance(pairs, NoResult):
                rows.append(PowerRow(change, POWER, alpha, pairs))
    return rows


def _detectable_percent(pairs: int, cv: float | None) -> float | None:
    """Smallest true rise that so many pairs show with 80 % power at p < 0.05, by bisection."""
    if cv is None or pairs < 3:
        return None
    low, high = 0.0, math.log(1000.0)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if power_of_pairs(pairs, math.exp(middle), cv) >= POWER else (middle, high)
    return 100 * math.expm1(high) if high < math.log(999.0) else None
