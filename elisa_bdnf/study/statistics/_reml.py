"""The restricted likelihood of y = Xβ + subject + plate + error, its slopes, and what follows at a maximum.

V = γs·ZsZs′ + γp·ZpZp′ + γe·I + diag(v), with v the known error variance of each value. Subjects are eliminated one
by one (their block of Z′WZ is diagonal), plates by a small dense system, so that an evaluation costs
O(n·columns) and nothing of size n × n is ever made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from elisa_bdnf.study.statistics.values import Floats, Indices

LOG_2_PI = 1.8378770664093453


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Rows sorted by subject. ``x`` has full column rank; ``plate`` (rows, plates) holds 0 and 1, no column without."""

    x: Floats
    y: Floats
    starts: Indices
    subject: Indices
    plate: Floats
    known: Floats

    def subject_sums(self, rows: Floats) -> Floats:
        sums: Floats = np.add.reduceat(rows, self.starts, axis=0)
        return sums


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """At one γ: −2 ln L, its gradient, the average-information matrix, and the generalized least-squares fit."""

    criterion: float
    gradient: Floats
    information: Floats
    coefficients: Floats
    covariance: Floats
    covariance_slopes: Floats


class Inverse:
    """V⁻¹ at one γ = (subject[, plate], residual), and ln|V|."""

    def __init__(self, problem: Problem, gamma: Floats) -> None:
        self.problem = problem
        self.weights = 1 / (gamma[-1] + problem.known)
        self.subject_weight = problem.subject_sums(self.weights)
        self.shrunk = 1 + gamma[0] * self.subject_weight
        self.damping = gamma[0] / self.shrunk
        self.log_determinant = float(np.log(self.shrunk).sum() - np.log(self.weights).sum())
        self.plates: Floats | None = None
        if problem.plate.shape[1]:
            self.plates = self._without_plates(problem.plate)
            self.between = problem.plate.T @ self.plates
            system = np.eye(self.between.shape[0]) + gamma[1] * self.between
            self.plate_inverse = np.linalg.inv(system)
            self.plate_damping = gamma[1] * self.plate_inverse
            self.log_determinant += float(np.linalg.slogdet(system)[1])

    def _without_plates(self, rows: Floats) -> Floats:
        weighted: Floats = self.weights[:, None] * rows
        shrinkage = self.damping[:, None] * self.problem.subject_sums(weighted)
        weighted -= self.weights[:, None] * shrinkage[self.problem.subject]
        return weighted

    def times(self, rows: Floats) -> Floats:
        """V⁻¹ · rows, for rows (n, columns)."""
        result: Floats = self._without_plates(rows)
        if self.plates is not None:
            result -= self.plates @ (self.plate_damping @ (self.problem.plate.T @ result))
        return result

    def traces(self) -> list[float]:
        """tr(V⁻¹ ∂V/∂γ) for each component."""
        problem = self.problem
        subject = float((self.subject_weight / self.shrunk).sum())
        residual = float(self.weights.sum() - self.damping @ problem.subject_sums(self.weights**2))
        if self.plates is None:
            return [subject, residual]
        crossed = problem.subject_sums(self.plates)
        subject -= float(np.sum(self.plate_damping * (crossed.T @ crossed)))
        residual -= float(np.sum(self.plate_damping * (self.plates.T @ self.plates)))
        return [subject, float(np.sum(self.plate_inverse * self.between)), residual]


def evaluate(problem: Problem, gamma: Floats) -> Evaluation:
    """The REML criterion and everything that its maximization and the degrees of freedom need.

    With P = V⁻¹ − V⁻¹X(X′V⁻¹X)⁻¹X′V⁻¹ and G = ∂V/∂γ: slope tr(PG) − y′PGPy; average information y′PGPG′Py
    (Gilmour, Thompson & Cullis 1995); C = (X′V⁻¹X)⁻¹ and its slope C X′V⁻¹GV⁻¹X C.
    """
    inverse = Inverse(problem, gamma)
    x, y = problem.x, problem.y
    solved = inverse.times(np.column_stack([x, y]))
    vx, vy = solved[:, :-1], solved[:, -1]
    information = x.T @ vx
    covariance = np.linalg.inv(information)
    covariance = (covariance + covariance.T) / 2
    coefficients = covariance @ (x.T @ vy)
    py = vy - vx @ coefficients
    log_determinants = inverse.log_determinant + float(np.linalg.slogdet(information)[1])
    criterion = log_determinants + float(y @ py) + (y.size - x.shape[1]) * LOG_2_PI
    parts = (
        [problem.subject_sums(vx), problem.plate.T @ vx, vx]
        if inverse.plates is not None
        else [problem.subject_sums(vx), vx]
    )
    squares = np.array([part.T @ part for part in parts])
    spread = np.column_stack(_spread(problem, py))
    projected = inverse.times(spread)
    projected -= vx @ (covariance @ (vx.T @ spread))
    gradient = np.array(inverse.traces()) - np.einsum("ij,kij->k", covariance, squares) - py @ spread
    slopes = covariance @ squares @ covariance
    return Evaluation(criterion, gradient, spread.T @ projected, coefficients, covariance, slopes)


def _spread(problem: Problem, py: Floats) -> list[Floats]:
    """∂V/∂γ · Py for each component."""
    subject = problem.subject_sums(py)[problem.subject]
    plate = [problem.plate @ (problem.plate.T @ py)] if problem.plate.shape[1] else []
    return [subject, *plate, py]


def hessian(problem: Problem, gamma: Floats) -> Floats:
    """Second derivatives of −2 ln L in γ (components that are not 0), from central differences of the exact slope."""
    size = gamma.size
    second = np.zeros((size, size))
    for k in np.flatnonzero(gamma > 0):
        step = np.zeros(size)
        step[k] = 1e-4 * gamma[k]
        up, down = evaluate(problem, gamma + step).gradient, evaluate(problem, gamma - step).gradient
        second[k] = (up - down) / (2 * step[k])
    return (second + second.T) / 2
