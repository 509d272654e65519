"""The precision profile: the CV of a concentration read from the curve, over the range of the standards."""

from __future__ import annotations

import math

import numpy as np

from elisa_bdnf.analysis.intervals import ln_standard_errors
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.evidence import PrecisionProfile

_STEPS = 24


def precision_profile(curve: Curve, wells: int, limit_percent: float) -> PrecisionProfile:
    """CV = 100 · SE(ln x) of a sample of ``wells`` wells, at even steps of ln x between the quantitative standards.

    It holds curve error and replicate error as the intervals do. ``low`` and ``high`` are the ends of the longest
    stretch in which the CV is at most ``limit_percent``, interpolated in ln x; beyond the standards nothing is said.
    """
    ends = [p.level.nominal for p in curve.standards if p.is_quantitative and not p.edited]
    if len(ends) < 2 or curve.report.degrees_of_freedom < 1 or not curve.covariance:
        reason = "the curve has no errors: see its remarks" if len(ends) > 1 else "fewer than two standards"
        return PrecisionProfile((), wells, limit_percent, None, None, reason)
    ln_x = np.linspace(math.log(min(ends)), math.log(max(ends)), _STEPS + 1)
    cvs = 100 * ln_standard_errors(curve, ln_x, wells)
    places = [min(ends), *np.exp(ln_x[1:-1]).tolist(), max(ends)]  # the ends exactly
    points = tuple(zip(places, cvs.tolist(), strict=True))
    stretch = _longest(points, limit_percent)
    if stretch is None:
        reason = f"the CV is nowhere at most {limit_percent:g} %"
        return PrecisionProfile(points, wells, limit_percent, None, None, reason)
    return PrecisionProfile(points, wells, limit_percent, *stretch)


def _longest(points: tuple[tuple[float, float], ...], limit: float) -> tuple[float, float] | None:
    """Ends of the longest stretch within the limit; of equal ones the lower."""
    best: tuple[int, int] | None = None
    start = None
    for index, (_, cv) in enumerate(points):
        if not cv <= limit:
            start = None
            continue
        start = index if start is None else start
        if best is None or index - start > best[1] - best[0]:
            best = (start, index)
    if best is None:
        return None
    return _crossing(points, best[0], -1, limit), _crossing(points, best[1], +1, limit)


def _crossing(points: tuple[tuple[float, float], ...], inside: int, step: int, limit: float) -> float:
    """Where the CV passes the limit beside a point within it; the point itself at the end of the standards."""
    outside = inside + step
    if not 0 <= outside < len(points) or not math.isfinite(points[outside][1]):
        return points[inside][0]
    (x0, cv0), (x1, cv1) = points[inside], points[outside]
    share = (limit - cv0) / (cv1 - cv0)
    return x0 * math.pow(x1 / x0, share)
