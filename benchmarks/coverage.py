"""How often a 95 % interval holds the true concentration: python benchmarks/coverage.py [--plates N] [--seed N].

Plates are simulated: eight two-fold levels from 15.6 to 2000 in duplicate, a = 0.06, d = 3, c = 500, b = 1.2, a
standard deviation of cv × response^power, and samples measured as the mean of two wells. A response at or beyond an
asymptote counts with its one-sided interval. The Monte Carlo standard error is 100·√(0.95·0.05/plates) points.

Methods: ``known`` the true power · ``pooled`` the power pooled over 20 other plates · ``plate`` the power estimated
from the plate itself, as if it were known · ``corrected`` the same with the t values of
``intervals.t_values_or_none`` · ``none`` and ``1/y2`` for comparison.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.analysis.batch import BatchFit, fit_many
from elisa_bdnf.analysis.intervals import LARGEST_DELTA, effective_degrees_of_freedom
from elisa_bdnf.analysis.pooling import pooled_theta
from elisa_bdnf.analysis.scatter import FLOOR_SHARE
from elisa_bdnf.analysis.shape import FAMILIES, jacobian_of, response_of, shape_of
from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.model.curve import Model, WeightKind, Weights

NOMINALS = np.repeat(2000 / 2.0 ** np.arange(8), 2)
TRUE = np.array([16.0, 29.0, 48.0, 79.0, 176.0, 393.0, 791.0, 1296.0, 1583.0, 2000.0])
A, D, C, B = 0.06, 3.0, 500.0, 1.2
FAMILY = FAMILIES[Model.FOUR_PL]
WELLS, POOL = 2, 20


def truth(x: np.ndarray) -> np.ndarray:
    return D + (A - D) / (1 + (x / C) ** B)


def noisy(noise: np.random.Generator, mean: np.ndarray, count: int, cv: float, power: float) -> np.ndarray:
    return mean[:, None] + cv * mean[:, None] ** power * noise.standard_normal((len(mean), count))


@dataclass(frozen=True)
class Simulation:
    standards: np.ndarray  # (16, plates)
    samples: np.ndarray  # (true concentrations, plates): means of two wells
    cv: float
    power: float


def simulate(seed: int, plates: int, cv: float, power: float) -> Simulation:
    noise = np.random.default_rng(seed)
    standards = noisy(noise, truth(NOMINALS), plates, cv, power)
    wells = [noisy(noise, truth(TRUE), plates, cv, power) for _ in range(WELLS)]
    return Simulation(standards, np.mean(wells, axis=0), cv, power)


def at(fitted: BatchFit, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fitted response, its curve variance and dy/d ln x at one concentration per plate."""
    shape = shape_of(FAMILY, np.log(x)[None], fitted.coordinates)
    jacobian = jacobian_of(FAMILY, shape, fitted.coordinates)[:, 0]
    variance = np.einsum("ip,ijp,jp->p", jacobian, fitted.covariance, jacobian)
    return response_of(FAMILY, shape, fitted.coordinates)[0], variance, -jacobian[2]


def coverage(simulation: Simulation, fitted: BatchFit, weights: Weights, *, corrected: bool = False) -> list[float]:
    """Share of plates, per true concentration, whose interval holds it."""
    df = len(NOMINALS) - 4
    sigma2 = fitted.rss / df
    theta = fitted.theta if fitted.theta is not None else 0.0
    floor = FLOOR_SHARE * np.max(np.abs(simulation.standards), axis=0)

    def well_variance(y: np.ndarray) -> np.ndarray:
        if weights.kind is WeightKind.INVERSE_RESPONSE_SQUARED:
            return sigma2 * y**2
        return sigma2 * np.maximum(y, floor) ** (2 * theta)

    log_standards = np.log(np.maximum(simulation_fit(fitted), floor))
    a, d, ln_c, ln_b = fitted.coordinates[:4]
    shares = []
    for x, y in zip(TRUE, simulation.samples, strict=True):
        held = np.clip(y, a + 1e-9 * (d - a), d - 1e-9 * (d - a))
        inside = held == y
        estimate = np.exp(ln_c + np.log((held - a) / (d - held)) / np.exp(ln_b))
        _, curve_error, slope = at(fitted, np.clip(estimate, 1e-6, 1e9))
        t = np.full(len(y), t_quantile(0.975, float(df)))
        if corrected:
            t = corrected_t(df, np.log(np.maximum(held, floor)), log_standards)
        half = t * np.sqrt(well_variance(held) / WELLS + curve_error) / slope
        response, error_there, _ = at(fitted, np.full(len(y), x))
        there = well_variance(response if weights.kind is WeightKind.POWER else held) / WELLS
        by_inversion = np.abs(held - response) <= t * np.sqrt(there + error_there)
        by_delta = np.abs(np.log(estimate / x)) <= half
        usable = inside & (half <= LARGEST_DELTA)
        shares.append(float(np.mean(np.where(usable, by_delta, by_inversion)[fitted.found])))
    return shares


def corrected_t(df: int, ln_f: np.ndarray, log_standards: np.ndarray) -> np.ndarray:
    """As ``intervals.t_values_or_none`` for every plate, between quantiles 0.05 degrees of freedom apart."""
    here = np.array(
        [effective_degrees_of_freedom(df, v, logs) for v, logs in zip(ln_f, log_standards.T.tolist(), strict=True)]
    )
    grid = np.arange(0.5, df, 0.05)
    return np.sqrt(df / (df - 1)) * np.interp(here, grid, [t_quantile(0.975, float(v)) for v in grid])


def simulation_fit(fitted: BatchFit) -> np.ndarray:
    shape = shape_of(FAMILY, np.log(NOMINALS)[:, None], fitted.coordinates)
    return response_of(FAMILY, shape, fitted.coordinates)


def row(name: str, shares: list[float], lost: int) -> str:
    return f"  {name:<10}" + "".join(f"{100 * share:7.1f}" for share in shares) + f"   {lost:4d}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    error = 100 * np.sqrt(0.95 * 0.05 / chosen.plates)
    print(
        f"{chosen.plates} plates per scenario; Monte Carlo standard error {error:.2f} points; last column: no minimum"
    )
    for power in (0.5, 1.0):
        for cv in (0.03, 0.05, 0.08):
            print(f"power {power}, cv {cv}" + "".join(f"{x:7.0f}" for x in TRUE))
            scenario(simulate(chosen.seed, chosen.plates, cv, power), chosen.seed)


def scenario(simulation: Simulation, seed: int) -> None:
    known = Weights(WeightKind.POWER, simulation.power)
    others = simulate(seed + 1000, POOL, simulation.cv, simulation.power).standards
    pooled = Weights(WeightKind.POWER, pooled_theta(NOMINALS, others))
    plate = Weights(WeightKind.POWER)
    runs = {
        "known": (known, False),
        "pooled": (pooled, False),
        "plate": (plate, False),
        "corrected": (plate, True),
        "none": (Weights(WeightKind.NONE), False),
        "1/y2": (Weights(WeightKind.INVERSE_RESPONSE_SQUARED), False),
    }
    fits: dict[str, BatchFit] = {}
    for name, (weights, corrected) in runs.items():
        fitted = fits.setdefault(str(weights), fit_many(NOMINALS, simulation.standards, weights))
        shares = coverage(simulation, fitted, weights, corrected=corrected)
        extra = f"   θ {pooled.theta:.2f}" if name == "pooled" else ""
        print(row(name, shares, int(np.count_nonzero(~fitted.found))) + extra)


if __name__ == "__main__":
    main()
