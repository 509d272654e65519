"""Do the levels lie off the curve by more than their replicates scatter? (F test, ICH/USP practice for calibration)"""

from __future__ import annotations

import math

from elisa_bdnf.analysis.scatter import well_variance
from elisa_bdnf.analysis.student_t import f_tail
from elisa_bdnf.model.curve import Curve


def lack_of_fit_p(curve: Curve) -> float | None:
    """P of F = (SS of level means about the curve / (k − p)) / (SS within levels / (n − k)), both weighted.

    The weights are those of the variance model at the fitted response; k levels, n wells, p fitted parameters. None
    where levels are not replicated, or the curve has as many parameters as levels.
    """
    points = [point for point in curve.standards if point.in_fit]
    wells = sum(len(point.level.responses) for point in points)
    parameters = curve.report.n - curve.report.degrees_of_freedom
    free, within = len(points) - parameters, wells - len(points)
    if free < 1 or within < 1 or curve.report.degrees_of_freedom < 1:
        return None
    off = scatter = 0.0
    for point in points:
        variance = well_variance(curve, point.fitted)
        if not variance > 0:
            return None
        off += len(point.level.responses) * (point.response - point.fitted) ** 2 / variance
        scatter += math.fsum((y - point.response) ** 2 for y in point.level.responses) / variance
    return f_tail((off / free) / (scatter / within), free, within) if scatter > 0 else None
