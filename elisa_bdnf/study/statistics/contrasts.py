"""Questions to a fit: estimate, standard error, Satterthwaite's degrees of freedom, t test, interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from elisa_bdnf.study.statistics.values import Contrast, Floats, MixedFit, NoResult

LEVEL = 0.95


def t_contrast(name: str, estimate: float, se: float, df: float) -> Contrast:
    """Two-sided t test and 95 % interval; infinite ``df`` means the normal distribution."""
    t = estimate / se
    normal = math.isinf(df)
    p = 2 * float(ndtr(-abs(t)) if normal else stdtr(df, -abs(t)))
    width = se * float(ndtri(0.5 + LEVEL / 2) if normal else stdtrit(df, 0.5 + LEVEL / 2))
    return Contrast(name, estimate, se, df, t, p, estimate - width, estimate + width)


def contrasts(
    fit: MixedFit, weights: Sequence[Sequence[float]] | Floats, names: Sequence[str]
) -> tuple[Contrast | NoResult, ...]:
    """One contrast per row of ``weights`` (rows, columns of the design that was given to the fit).

    A row that asks about a coefficient which the data do not determine (an empty timepoint, an empty cell of
    arm × timepoint) gives a :class:`NoResult` with the names of the columns at fault.
    """
    rows = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    return tuple(_contrast(fit, row, name) for row, name in zip(rows, names, strict=True))


def _contrast(fit: MixedFit, row: Floats, name: str) -> Contrast | NoResult:
    row = np.pad(row, (0, len(fit.columns) - row.size))
    kept = np.isin(fit.columns, fit.names)
    weights = row[kept]
    # A combination of coefficients is estimable only if it gives the dropped columns the weight that follows.
    unmet = ~np.isclose(row[~kept], weights @ fit.aliases, atol=1e-8)
    if unmet.any():
        at_fault = ", ".join(np.array(fit.dropped)[unmet].tolist())
        return NoResult(f"the data cannot tell {at_fault} from the other terms: no value where one is needed")
    variance = float(weights @ fit.covariance @ weights)
    if variance <= 0:
        return NoResult("the contrast has no weights: there is nothing to estimate")
    return t_contrast(name, float(weights @ fit.coefficients), math.sqrt(variance), satterthwaite(fit, weights))


def satterthwaite(fit: MixedFit, weights: Floats) -> float:
    """Degrees of freedom 2 V² / Var(V) of V = l′Cl, the variance of a contrast (Satterthwaite 1946).

    Var(V) = g′Ag by the delta method: g the slope of V in the standard deviations of the model, A their asymptotic
    covariance. lmerTest does the same in (θ, σ); where the criterion has no slope, or a standard deviation is 0, the
    two agree, since neither V nor the criterion change when a standard deviation changes its sign.
    """
    variance = float(weights @ fit.covariance @ weights)
    slope = np.einsum("i,kij,j->k", weights, fit.covariance_slopes, weights)
    uncertainty = float(slope @ fit.component_covariance @ slope)
    if uncertainty <= 1e-12 * variance**2:
        return fit.most_df
    return min(2 * variance**2 / uncertainty, fit.most_df)
