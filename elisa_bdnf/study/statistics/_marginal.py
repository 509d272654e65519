"""The likelihood of subjects of whose values some are only known to lie below or above a limit.

A subject with measured values alone has a normal density. Given the effect b of any other its values are independent: a
measured one has the normal density, a censored one the probability of lying beyond its limit. With b = √γs·t and t
standard normal the integrand in t is log-concave. It falls at least as fast as a normal density whose precision is that
of the measured values alone, and varies no faster than one whose precision is that of all values. Equal steps of 0.8 of
the narrower width over ±8.5 of the wider one, around the mode, therefore integrate it to ten digits and more: the
trapezoidal rule converges exponentially for such functions (Trefethen & Weideman 2014). Gauss-Hermite nodes do not: a
subject with nothing but censored values has a cliff.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from elisa_bdnf.study.statistics._reml import LOG_2_PI
from elisa_bdnf.study.statistics.values import Floats, Indices

REACH, STEP = 8.5, 0.8
MOST_NODES = 5000
MOST_STEPS = 60


class Unsettled(ArithmeticError):
    """A fit used up its work without reaching a maximum."""


class Work:
    """How many terms a fit may still evaluate: where there is no clear maximum it ends in a reason, not in waiting."""

    def __init__(self, most: float) -> None:
        self.left = most

    def spend(self, terms: int) -> None:
        """Raises :class:`Unsettled` when nothing is left."""
        self.left -= terms
        if self.left < 0:
            raise Unsettled


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows sorted by subject; ``side`` is −1 for "below y", +1 for "above y", 0 for a measured y."""

    x: Floats
    y: Floats
    side: Indices
    starts: Indices
    subject: Indices
    known: Floats
    work: Work | None = None

    def subject_sums(self, rows: Floats) -> Floats:
        sums: Floats = np.add.reduceat(rows, self.starts, axis=0)
        return sums


def alike(rows: Rows) -> tuple[Rows, ...]:
    """Subjects with every, with some, and with no value measured apart: they need different numbers of nodes."""
    measured = rows.subject_sums((rows.side == 0).astype(np.float64))
    kind = np.sign(measured) + (measured == rows.subject_sums(np.ones(rows.y.size)))
    return tuple(_part(rows, (kind == k)[rows.subject]) for k in np.unique(kind))


def _part(rows: Rows, take: Indices) -> Rows:
    _, subject = np.unique(rows.subject[take], return_inverse=True)
    starts = np.flatnonzero(np.diff(subject, prepend=-1))
    return Rows(rows.x[take], rows.y[take], rows.side[take], starts, subject, rows.known[take], rows.work)


@dataclass(frozen=True, slots=True, eq=False)
class Marginal:
    """ln L at (β, γ), its slope and negative second derivatives in β, and each subject's mode for the next call."""

    log_likelihood: float
    score: Floats
    information: Floats
    modes: tuple[Floats, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Per row and node: ln f, its slope in the mean, and minus its second derivative."""

    log_density: Floats
    slope: Floats
    bend: Floats


def terms(rows: Rows, mean: Floats, sd: Floats) -> Terms:
    """Of rows (n, nodes) with these means and (n, 1) standard deviations.

    With z = (y − mean)/sd: measured −½ ln 2π − ln sd − z²/2; below ln Φ(z), above ln Φ(−z), whose slope is the
    inverse Mills ratio h = φ/Φ and whose second derivative is −h·(z + h).
    """
    z = (rows.y[:, None] - mean) / sd
    log_density = -0.5 * z * z - np.log(sd) - 0.5 * LOG_2_PI
    slope, bend = z.copy(), np.ones_like(z)
    limited = np.flatnonzero(rows.side)
    if limited.size:
        towards = -rows.side[limited, None].astype(np.float64)
        a = towards * z[limited]
        log_tail = log_ndtr(a)
        mills = np.exp(-0.5 * a * a - 0.5 * LOG_2_PI - log_tail)
        log_density[limited] = log_tail
        slope[limited] = -towards * mills
        bend[limited] = np.maximum(mills * (a + mills), 0.0)
    return Terms(log_density, slope / sd, bend / sd**2)


def _modes(rows: Rows, mean: Floats, sd: Floats, scale: float, start: Floats) -> Floats:
    """Where each subject's integrand in t peaks, to a thousandth of its width; Newton kept inside a bracket."""
    t, low, high = start, np.full(start.size, -np.inf), np.full(start.size, np.inf)
    for _ in range(MOST_STEPS):
        part = terms(rows, mean + scale * t[rows.subject, None], sd)
        slope = scale * rows.subject_sums(part.slope[:, 0]) - t
        curvature = 1 + scale**2 * rows.subject_sums(part.bend[:, 0])
        low, high = np.where(slope > 0, t, low), np.where(slope < 0, t, high)
        following = t + slope / curvature
        bracketed = ((following <= low) | (following >= high)) & np.isfinite(low) & np.isfinite(high)
        following[bracketed] = (low[bracketed] + high[bracketed]) / 2
        if np.all(np.abs(following - t) * np.sqrt(curvature) < 1e-3):
            break
        t = following
    return t


def _grid(rows: Rows, sd: Floats, scale: float) -> tuple[Floats, Floats]:
    """Equally spaced nodes (nodes,) in units of the wider width, and that width of each subject."""
    precision = scale**2 / sd[:, 0] ** 2
    wide = 1 + rows.subject_sums(precision * (rows.side == 0))
    narrow = 1 + rows.subject_sums(precision)
    nodes = int(min(MOST_NODES, 2 + np.ceil(2 * REACH / STEP * float(np.sqrt((narrow / wide).max())))))
    return np.linspace(-REACH, REACH, nodes), 1 / np.sqrt(wide)


def marginal(blocks: tuple[Rows, ...], beta: Floats, gamma: Floats, modes: tuple[Floats, ...]) -> Marginal:
    """Ln L and its derivatives in β, by the identities of Fisher and Louis (1982): moments over each subject's b."""
    parts = [
        (_marginal if rows.side.any() else _closed)(rows, beta, gamma, start)
        for rows, start in zip(blocks, modes, strict=True)
    ]
    return Marginal(
        sum(part.log_likelihood for part in parts),
        np.sum([part.score for part in parts], axis=0),
        np.sum([part.information for part in parts], axis=0),
        tuple(mode for part in parts for mode in part.modes),
    )


def _closed(rows: Rows, beta: Floats, gamma: Floats, start: Floats) -> Marginal:
    """Of subjects with measured values alone: a normal density with V = γs·11′ + diag(γe + vᵢ), without an integral."""
    weight = 1 / (gamma[1] + rows.known)
    residual = rows.y - rows.x @ beta
    shrunk = 1 + gamma[0] * rows.subject_sums(weight)
    pulled = rows.subject_sums(weight * residual) * gamma[0] / shrunk
    solved = weight * (residual - pulled[rows.subject])
    weighted = weight[:, None] * rows.x
    sums = rows.subject_sums(weighted)
    log_determinant = float(np.log(shrunk).sum() - np.log(weight).sum())
    log_likelihood = -0.5 * (rows.y.size * LOG_2_PI + log_determinant + float(residual @ solved))
    information = rows.x.T @ weighted - (sums * (gamma[0] / shrunk)[:, None]).T @ sums
    return Marginal(log_likelihood, rows.x.T @ solved, information, (start,))


def _marginal(rows: Rows, beta: Floats, gamma: Floats, start: Floats) -> Marginal:
    scale = float(np.sqrt(gamma[0]))
    mean, sd = (rows.x @ beta)[:, None], np.sqrt(gamma[1] + rows.known)[:, None]
    modes = _modes(rows, mean, sd, scale, start)
    points, widths = _grid(rows, sd, scale)
    if rows.work is not None:
        rows.work.spend(points.size * rows.y.size)
    t = modes[:, None] + widths[:, None] * points
    part = terms(rows, mean + scale * t[rows.subject], sd)
    log_integrand = rows.subject_sums(part.log_density) - 0.5 * t * t
    highest = log_integrand.max(axis=1, keepdims=True)
    share = np.exp(log_integrand - highest)
    total = share.sum(axis=1, keepdims=True)
    share /= total
    log_steps = np.log(widths * (points[1] - points[0])) - 0.5 * LOG_2_PI
    log_likelihood = float((highest + np.log(total)).sum() + log_steps.sum())
    return Marginal(log_likelihood, *_moments(rows, part, share), (modes,))


def _moments(rows: Rows, part: Terms, share: Floats) -> tuple[Floats, Floats]:
    """Score Σ E(s) and information Σ E(−s′) − Var(s) with s = X′·slope of one subject."""
    slopes = rows.subject_sums(rows.x[:, :, None] * part.slope[:, None, :])
    score = np.einsum("ipq,iq->ip", slopes, share)
    centered = (slopes - score[:, :, None]) * np.sqrt(share)[:, None, :]
    spread = centered.transpose(1, 0, 2).reshape(score.shape[1], -1)
    bend = (part.bend * share[rows.subject]).sum(axis=1)
    information = (rows.x * bend[:, None]).T @ rows.x - spread @ spread.T
    return score.sum(axis=0), information
