"""Linear mixed models with a random intercept per subject and, if asked, one per plate: REML, Satterthwaite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.study.statistics._newton import minimize
from elisa_bdnf.study.statistics._reml import Evaluation, Problem, evaluate, hessian
from elisa_bdnf.study.statistics.values import Convergence, Floats, Indices, MixedFit, NoResult, read_only

SHARES = (0.05, 0.2, 0.5, 0.8, 0.95)
"""Shares of the variance from which the search may start: from the best one a second maximum is seldom missed."""

LEAST_ERROR = 1e-7
"""Beside plates, a residual variance of such a share is none."""

LEAST_SHARE = 1e-8
"""A residual variance that is a smaller share of the whole is rounding: the values leave no scatter within subjects."""


def fit_mixed(
    y: Sequence[float] | Floats,
    x: Sequence[Sequence[float]] | Floats,
    names: Sequence[str],
    *,
    subject: Sequence[str],
    plate: Sequence[str] | None = None,
    known_variance: Sequence[float] | Floats | None = None,
) -> MixedFit | NoResult:
    """Fit y = Xβ + subject + plate + error by restricted maximum likelihood.

    ``y`` (n,) is ln concentration, ``x`` (n, columns) the design with ``names`` for its columns (first the intercept),
    ``subject`` and ``plate`` (n,) say which rows belong together; plates may be crossed with subjects or hold them
    whole. ``known_variance`` (n,) is the variance of each ln concentration that is known from its measurement
    interval (:func:`measurement_variance`; 0 where it is not known): the error variance of row i is then
    ``sd_residual² + known_variance[i]``, and ``sd_residual`` is what varies beyond the measurement.

    Without known variances estimates, standard errors and criterion are those of lme4's ``lmer`` and the degrees of
    freedom those of lmerTest (docs/study-maths.md). Columns that follow from earlier ones are dropped and named.
    What cannot be fitted comes back as a :class:`NoResult`; wrong shapes and non-finite numbers raise ValueError.
    """
    if len(y) == 0:
        return NoResult("there are no values")
    design = arrange(y, x, names, subject=subject, plate=plate, known_variance=known_variance)
    obstacle = obstacle_or_none(design)
    if obstacle:
        return NoResult(obstacle)
    found = _fit(design)
    problem = design.problem
    if not problem.plate.shape[1] or problem.known.min() > 0 or not _without_error(found):
        return found
    # In few values plates and subjects can follow every one; what is left to the error then is no estimate of it.
    return _fit(replace(design, problem=replace(problem, plate=problem.plate[:, :0]), notes=(_TOO_FEW,)))


_TOO_FEW = "the values are too few to tell an effect of plates from the error: none is in the model"


def _without_error(fit: MixedFit | NoResult) -> bool:
    """Whether plates and subjects took all of the scatter."""
    if isinstance(fit, NoResult):
        return True
    whole = fit.sd_subject**2 + (fit.sd_plate or 0.0) ** 2 + fit.sd_residual**2
    return fit.sd_residual**2 < LEAST_ERROR * whole


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Rows sorted by subject, columns of full rank, and what had to be said on the way."""

    problem: Problem
    order: Indices
    columns: tuple[str, ...]
    kept: Indices
    aliases: Floats
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns[k] for k in self.kept)

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(name for k, name in enumerate(self.columns) if k not in set(self.kept.tolist()))

    @property
    def components(self) -> tuple[str, ...]:
        return ("subject", "plate", "residual") if self.problem.plate.shape[1] else ("subject", "residual")


def arrange(
    y: Sequence[float] | Floats,
    x: Sequence[Sequence[float]] | Floats,
    names: Sequence[str],
    *,
    subject: Sequence[str],
    plate: Sequence[str] | None,
    known_variance: Sequence[float] | Floats | None,
) -> Design:
    """Check shapes and numbers, sort by subject, drop dependent columns and an unidentifiable plate effect."""
    values = np.asarray(y, dtype=np.float64)
    matrix = np.asarray(x, dtype=np.float64)
    known = np.zeros(values.size) if known_variance is None else np.asarray(known_variance, dtype=np.float64)
    if matrix.shape != (values.size, len(names)) or known.shape != values.shape or len(subject) != values.size:
        raise ValueError("y, x, subject and known_variance must have as many rows, x as many columns as names")
    if not (
        np.isfinite(values).all() and np.isfinite(matrix).all() and np.isfinite(known).all() and (known >= 0).all()
    ):
        raise ValueError("y, x and known_variance must be finite numbers, variances not negative")
    _, first = np.unique(np.asarray(subject, dtype=str), return_inverse=True)
    order = np.argsort(first, kind="stable")
    grouped = first[order]
    plates, notes = _plates(plate, first)
    kept = independent_columns(matrix)
    rest = np.setdiff1d(np.arange(matrix.shape[1]), kept)
    aliases = read_only(np.linalg.lstsq(matrix[:, kept], matrix[:, rest], rcond=None)[0])
    starts = np.flatnonzero(np.diff(grouped, prepend=-1))
    problem = Problem(matrix[order][:, kept], values[order], starts, grouped, plates[order], known[order])
    return Design(problem, order, tuple(names), kept, aliases, notes)


def _plates(plate: Sequence[str] | None, subject: Indices) -> tuple[Floats, tuple[str, ...]]:
    """Membership of plates (rows, plates), without columns where an effect of plates cannot be told from another."""
    none = np.zeros((subject.size, 0))
    if plate is None:
        return none, ()
    names, index = np.unique(np.asarray(plate, dtype=str), return_inverse=True)
    cells = np.unique(np.column_stack([index, subject]), axis=0)
    if names.size < 2:
        return none, ("all values are from one plate: no plate effect in the model",)
    if names.size == subject.size:
        return none, ("each value is from a plate of its own: a plate effect cannot be told from the error",)
    if cells.shape[0] == names.size and np.unique(cells[:, 1]).size == names.size:
        return none, (
            "each subject has a plate of its own: plate and subject cannot be told apart, one effect stands for both",
        )
    few = (f"the plate effect rests on {names.size} plates: its size is known poorly",) if names.size < 5 else ()
    return np.eye(names.size)[index], few


def independent_columns(matrix: Floats) -> Indices:
    """Indices of the columns that do not follow from those before them (relative tolerance 1e-7, as R's qr)."""
    basis = np.zeros((matrix.shape[0], 0))
    kept = []
    for k, column in enumerate(matrix.T):
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > 1e-7 * float(np.linalg.norm(column)):
            kept.append(k)
            basis = np.column_stack([basis, rest / length])
    return np.array(kept, dtype=np.intp)


def obstacle_or_none(design: Design) -> str | None:
    """Why this design has no fit, in words."""
    problem = design.problem
    n, columns = problem.x.shape
    subjects = problem.starts.size
    if n <= columns:
        return f"{n} values for {columns} coefficients: nothing is left to estimate the scatter from"
    if subjects < 2:
        return "all values are from one subject: no variance between subjects can be estimated"
    if subjects == n:
        return "every subject has one value only: scatter within subjects cannot be told from scatter between them"
    return None


def _fit(design: Design) -> MixedFit | NoResult:
    least = np.linalg.lstsq(design.problem.x, design.problem.y, rcond=None)[0]
    # What is left of least squares has the same likelihood, and no digits are lost on the level of the values.
    problem = replace(design.problem, y=design.problem.y - design.problem.x @ least)
    variance = float(np.mean(problem.y**2))
    if variance <= 1e-20 * max(1.0, float(np.mean(design.problem.y**2))):
        return NoResult("every value equals the mean of its group and timepoint: there is no scatter to measure by")
    floors = np.zeros(len(design.components))
    floors[-1] = 0.0 if problem.known.min() > 0 else LEAST_SHARE * variance
    starts = [variance * np.array(s) for s in _splits(floors.size)]
    best = min(starts, key=lambda gamma: evaluate(problem, gamma).criterion)
    gamma, here, convergence = minimize(lambda g: evaluate(problem, g), best, floors, problem.y.size * variance)
    if gamma[-1] <= floors[-1] and floors[-1] > 0:
        return NoResult("the values leave no scatter within subjects: all of them follow the same course exactly")
    fit = _as_fit(replace(design, problem=problem), gamma, here, convergence)
    return replace(fit, coefficients=read_only(fit.coefficients + least))


def _splits(components: int) -> list[tuple[float, ...]]:
    """Ways to divide a variance among the components."""
    if components == 2:
        return [(share, 1 - share) for share in SHARES]
    return [(a, b, 1 - a - b) for a in SHARES for b in SHARES if a + b < 0.99]


def _as_fit(design: Design, gamma: Floats, here: Evaluation, convergence: Convergence) -> MixedFit:
    problem = design.problem
    deviations = np.sqrt(gamma)
    curvature = 4 * np.outer(deviations, deviations) * hessian(problem, gamma) + np.diag(2 * here.gradient)
    n, columns = problem.x.shape
    known = bool(problem.known.any())
    return MixedFit(
        names=design.names,
        coefficients=read_only(here.coefficients),
        covariance=read_only(here.covariance),
        sd_subject=float(deviations[0]),
        sd_plate=float(deviations[1]) if deviations.size == 3 else None,
        sd_residual=float(deviations[-1]),
        criterion=here.criterion,
        n=n,
        subjects=problem.starts.size,
        plates=problem.plate.shape[1],
        censored=0,
        method="REML with known measurement variances" if known else "REML",
        boundary=tuple(name for name, value in zip(design.components, gamma, strict=True) if value <= 0),
        dropped=design.dropped,
        notes=design.notes,
        convergence=convergence,
        columns=design.columns,
        aliases=design.aliases,
        covariance_slopes=read_only(2 * deviations[:, None, None] * here.covariance_slopes),
        component_covariance=read_only(component_covariance(curvature)),
        most_df=float(n - columns) if known else np.inf,
    )


def component_covariance(curvature: Floats) -> Floats:
    """Covariance of standard deviations: 2·H⁻¹, H the Hessian of −2 ln L, over the directions in which it bends up."""
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    up = values > 1e-8 * values.max()
    covariance: Floats = 2 * (vectors[:, up] / values[up]) @ vectors[:, up].T
    return covariance
