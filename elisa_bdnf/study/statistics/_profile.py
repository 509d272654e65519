"""The likelihood of variances alone, where some values are censored: β maximized out, or as if integrated out.

−2 ln L(β̂γ, γ), and for the restricted likelihood + ln|J| with J the information on β at β̂γ: the adjustment of Cox &
Reid (1987). Without censored values J = X′V⁻¹X, and this is REML to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from elisa_bdnf.study.statistics._marginal import Marginal, Rows, marginal
from elisa_bdnf.study.statistics._reml import LOG_2_PI
from elisa_bdnf.study.statistics.values import Floats, Mask

STEP = 1e-3
MOST_STEPS, MOST_HALVINGS = 40, 15


@dataclass(frozen=True, slots=True, eq=False)
class Peak:
    """The best β at one γ."""

    criterion: float
    coefficients: Floats
    information: Floats
    modes: tuple[Floats, ...]


def peak(blocks: tuple[Rows, ...], gamma: Floats, start: Floats, modes: tuple[Floats, ...], restricted: bool) -> Peak:
    """Newton's method in β: ln L is concave in it, so that halving steps suffices to be safe."""
    beta, here = start, marginal(blocks, start, gamma, modes)
    for _ in range(MOST_STEPS):
        step = np.asarray(np.linalg.solve(here.information, here.score), dtype=np.float64)
        promised = float(step @ here.score)
        if promised < 1e-13 * (1 + abs(here.log_likelihood)):
            break
        higher = _climb(blocks, gamma, beta, here, step)
        if higher is None:
            break  # as high as rounding allows
        beta, here = higher
    criterion = -2 * here.log_likelihood
    if restricted:
        criterion += float(np.linalg.slogdet(here.information)[1]) - beta.size * LOG_2_PI
    return Peak(criterion, beta, here.information, here.modes)


def _climb(
    blocks: tuple[Rows, ...], gamma: Floats, beta: Floats, here: Marginal, step: Floats
) -> tuple[Floats, Marginal] | None:
    """The longest of the halved steps that loses nothing, None if none does."""
    for halving in range(MOST_HALVINGS):
        following = beta + step * 0.5**halving
        there = marginal(blocks, following, gamma, here.modes)
        if there.log_likelihood >= here.log_likelihood - 1e-9:
            return following, there
    return None


class Surface:
    """Criterion at γ = (subject, residual), with slopes by differences when they are asked for."""

    def __init__(self, rows: Rows, blocks: tuple[Rows, ...], gamma: Floats, start: Peak, restricted: bool) -> None:
        self.rows, self.blocks, self.gamma, self.restricted = rows, blocks, gamma, restricted
        self.peak = peak(blocks, gamma, start.coefficients, start.modes, restricted)

    @property
    def criterion(self) -> float:
        return self.peak.criterion

    def near(self, gamma: Floats) -> Peak:
        return peak(self.blocks, gamma, self.peak.coefficients, self.peak.modes, self.restricted)

    @cached_property
    def _slopes(self) -> tuple[Floats, Floats]:
        """Gradient and Hessian in γ; beside a bound the differences are taken on the inner side."""
        steps = STEP * (self.gamma + 0.05 * float(self.gamma.sum() + self.rows.known.mean()))
        inside = self.gamma > steps
        origin = self.gamma - steps * inside
        grid = [[self.near(origin + steps * (i, j)).criterion for j in range(3)] for i in range(3)]
        return slopes_of_grid(np.array(grid), inside, steps)

    @property
    def gradient(self) -> Floats:
        return self._slopes[0]

    @property
    def information(self) -> Floats:
        """The Hessian with its eigenvalues made positive, as the search needs it."""
        values, vectors = np.linalg.eigh(self._slopes[1])
        size = np.abs(values)
        upward: Floats = (vectors * np.maximum(size, 1e-9 * size.max())) @ vectors.T
        return upward


def slopes_of_grid(grid: Floats, inside: Mask, steps: Floats) -> tuple[Floats, Floats]:
    """First and second derivatives from 3 × 3 values: in their middle where ``inside``, else at their first."""
    first = [np.array([-1.0, 0.0, 1.0]) / 2 if k else np.array([-3.0, 4.0, -1.0]) / 2 for k in inside]
    second = np.array([1.0, -2.0, 1.0])
    rows, columns = grid[:, int(inside[1])], grid[int(inside[0])]
    gradient = np.array([first[0] @ rows, first[1] @ columns]) / steps
    cross = first[0] @ grid @ first[1]
    hessian = np.array([[second @ rows, cross], [cross, second @ columns]]) / np.outer(steps, steps)
    return gradient, hessian


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """Around a maximum, in standard deviations: Hessian of the criterion, slopes of β̂ and of J⁻¹."""

    hessian: Floats
    coefficient_slopes: Floats
    covariance_slopes: Floats


def bend(surface: Surface) -> Bend:
    """Central differences in √γ, of which everything is an even function: a standard deviation of 0 needs no care."""
    sds = np.sqrt(surface.gamma)
    steps = 2e-3 * (sds + 0.05 * (float(sds.sum()) + float(np.sqrt(surface.rows.known.mean()))))
    peaks = [[surface.near((sds + steps * (i, j)) ** 2) for j in (-1, 0, 1)] for i in (-1, 0, 1)]
    grid = np.array([[p.criterion for p in row] for row in peaks])
    pairs = ((peaks[2][1], peaks[0][1]), (peaks[1][2], peaks[1][0]))
    return Bend(
        slopes_of_grid(grid, np.array([True, True]), steps)[1],
        np.array([(up.coefficients - down.coefficients) / (2 * h) for (up, down), h in zip(pairs, steps, strict=True)]),
        np.array([(inverse(up) - inverse(down)) / (2 * h) for (up, down), h in zip(pairs, steps, strict=True)]),
    )


def inverse(peak_: Peak) -> Floats:
    """Covariance of β̂ at known variances."""
    covariance = np.asarray(np.linalg.inv(peak_.information), dtype=np.float64)
    return (covariance + covariance.T) / 2
