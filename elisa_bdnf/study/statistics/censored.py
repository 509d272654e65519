"""The mixed model of ln concentration where some values are only known to lie below or above a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from elisa_bdnf.study.statistics._marginal import Rows, Unsettled, Work, alike
from elisa_bdnf.study.statistics._newton import minimize
from elisa_bdnf.study.statistics._profile import Peak, Surface, bend, inverse
from elisa_bdnf.study.statistics.mixed import (
    LEAST_SHARE,
    Design,
    arrange,
    component_covariance,
    fit_mixed,
    obstacle_or_none,
)
from elisa_bdnf.study.statistics.values import Convergence, Floats, Indices, Mask, MixedFit, NoResult, read_only

BELOW, MEASURED, ABOVE = -1, 0, 1

TERMS_PER_ROW = 5e5
"""What a fit may evaluate; simulated studies with a maximum need up to an eighth of it, most a hundredth."""

ENOUGH = 1e-9
"""As for `_newton.ENOUGH`, but the slopes are differences here: some 3e-5 standard errors of a variance."""


def fit_censored(
    y: Sequence[float] | Floats,
    x: Sequence[Sequence[float]] | Floats,
    names: Sequence[str],
    *,
    subject: Sequence[str],
    censoring: Sequence[int] | Indices | Floats,
    plate: Sequence[str] | None = None,
    known_variance: Sequence[float] | Floats | None = None,
    restricted: bool = True,
) -> MixedFit | NoResult:
    """Fit y = Xβ + subject + error where ``censoring`` is −1 for "below y", +1 for "above y" and 0 for a measured y.

    Arguments as in :func:`fit_mixed`. The likelihood of a subject, its effect integrated out by adaptive quadrature,
    is maximized over the variances after the adjustment of Cox and Reid, so that a fit without censored values *is*
    the REML fit; ``restricted=False`` gives plain maximum likelihood, whose variances are too small in small studies.
    Standard errors hold the uncertainty of the variances; degrees of freedom are Satterthwaite's.

    ``plate``: with censored values there is no random effect of plates. Plates become fixed effects, coded as
    deviations from their mean, and a note says so; contrasts need no weights for them. Rows whose mean no measured
    value determines (all values of a cell censored) are left out with a note, and contrasts about them have no result.
    """
    side = np.asarray(censoring, dtype=np.intp)
    if side.shape != (len(y),) or not np.isin(side, (BELOW, MEASURED, ABOVE)).all():
        raise ValueError("censoring must hold −1, 0 or 1 for every row")
    if not side.any():
        return fit_mixed(y, x, names, subject=subject, plate=plate, known_variance=known_variance)
    matrix, columns, notes = _with_plates(np.asarray(x, dtype=np.float64), names, plate)
    determined = _determined(matrix, side)
    known = np.zeros(side.size) if known_variance is None else np.asarray(known_variance, dtype=np.float64)
    design = arrange(
        np.asarray(y, dtype=np.float64)[determined], matrix[determined], columns, known_variance=known[determined],
        subject=np.asarray(subject, dtype=str)[determined].tolist(), plate=None,
    )  # fmt: skip
    left_out = int((~determined).sum())
    if left_out:
        notes = (
            *notes,
            f"{left_out} censored values where nothing was measured (a group at a timepoint) were left out",
        )
    return _fit(replace(design, notes=notes), side[determined][design.order], restricted)


def _with_plates(
    x: Floats, names: Sequence[str], plate: Sequence[str] | None
) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """The design with a column per plate but the last, as deviations from the mean of plates."""
    levels = np.unique(np.asarray(plate, dtype=str)) if plate is not None else np.zeros(0)
    if levels.size < 2:
        return x, tuple(names), ()
    member = (np.asarray(plate, dtype=str)[:, None] == levels).astype(np.float64)
    columns = member[:, :-1] - member[:, -1:]
    note = "with censored values plates are fixed effects (deviations from their mean), not random ones"
    return np.column_stack([x, columns]), (*names, *(f"plate {level}" for level in levels[:-1])), (note,)


def _determined(x: Floats, side: Indices) -> Mask:
    """Rows whose mean follows from the means of measured rows."""
    measured = x[side == MEASURED]
    if measured.size == 0:
        return np.zeros(side.size, dtype=np.bool_)
    basis = np.linalg.svd(measured, full_matrices=False)
    rows = basis[2][basis[1] > 1e-9 * basis[1][0]]
    outside = np.linalg.norm(x - (x @ rows.T) @ rows, axis=1)
    mask: Mask = outside <= 1e-7 * np.linalg.norm(x, axis=1)
    return mask


def _obstacle_or_none(design: Design, side: Indices) -> str | None:
    measured = side == MEASURED
    if not measured.any():
        return "every value is censored: only bounds are known"
    n, columns = int(measured.sum()), design.problem.x.shape[1]
    if n <= columns:
        return f"{n} measured values for {columns} coefficients: nothing is left to estimate the scatter from"
    if np.bincount(design.problem.subject[measured]).max() < 2:
        return "no subject has two measured values: scatter within subjects cannot be told from scatter between them"
    return obstacle_or_none(design)


def _fit(design: Design, side: Indices, restricted: bool) -> MixedFit | NoResult:
    obstacle = _obstacle_or_none(design, side)
    if obstacle:
        return NoResult(obstacle)
    p = design.problem
    # Where the search begins: limits moved by ln √2 to the side on which the value lies.
    guess = fit_mixed(
        p.y + side * 0.3466, p.x, design.names, subject=p.subject.astype(str).tolist(), known_variance=p.known
    )
    if isinstance(guess, NoResult):
        return guess
    total = guess.sd_subject**2 + guess.sd_residual**2
    gamma = np.maximum([guess.sd_subject**2, guess.sd_residual**2], 0.05 * total)
    rows = Rows(p.x, p.y, side, p.starts, p.subject, p.known, Work(TERMS_PER_ROW * p.y.size))
    floors = np.array([0.0, 0.0 if p.known.min() > 0 else LEAST_SHARE * total])
    walk = _Walk(rows, np.array(guess.coefficients), restricted)
    try:
        gamma, surface, convergence = minimize(walk, gamma, floors, p.y.size * total, ENOUGH)
        if gamma[1] <= floors[1] and floors[1] > 0:
            return NoResult("the measured values leave no scatter within subjects")
        return _as_fit(design, surface, convergence)
    except Unsettled:
        return NoResult("the likelihood has no clear maximum")


class _Walk:
    """Surfaces one after another, each begun where the last one peaked."""

    def __init__(self, rows: Rows, start: Floats, restricted: bool) -> None:
        self.rows, self.blocks, self.restricted = rows, alike(rows), restricted
        modes = tuple(np.zeros(block.starts.size) for block in self.blocks)
        self.last = Peak(np.inf, start, np.eye(start.size), modes)

    def __call__(self, gamma: Floats) -> Surface:
        surface = Surface(self.rows, self.blocks, gamma, self.last, self.restricted)
        self.last = surface.peak
        return surface


def _as_fit(design: Design, surface: Surface, convergence: Convergence) -> MixedFit:
    rows, best, around = surface.rows, surface.peak, bend(surface)
    components = component_covariance(around.hessian)
    slopes = around.coefficient_slopes
    n, columns = rows.x.shape
    sds = np.sqrt(surface.gamma)
    kind = "restricted likelihood" if surface.restricted else "maximum likelihood"
    known = " and known measurement variances" if rows.known.any() else ""
    return MixedFit(
        names=design.names,
        coefficients=read_only(best.coefficients),
        covariance=read_only(inverse(best) + slopes.T @ components @ slopes),
        sd_subject=float(sds[0]),
        sd_plate=None,
        sd_residual=float(sds[1]),
        criterion=surface.criterion,
        n=n,
        subjects=rows.starts.size,
        plates=0,
        censored=int(np.count_nonzero(rows.side)),
        method=f"{kind} with censored values{known}",
        boundary=tuple(name for name, value in zip(design.components, surface.gamma, strict=True) if value <= 0),
        dropped=design.dropped,
        notes=design.notes,
        convergence=convergence,
        columns=design.columns,
        aliases=design.aliases,
        covariance_slopes=read_only(around.covariance_slopes),
        component_covariance=read_only(components),
        most_df=float(n - columns),
    )
