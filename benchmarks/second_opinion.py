"""Thousands of hard curves fitted by scipy as well: python benchmarks/second_opinion.py [--curves N] [--seed N].

``least_squares`` (trf, analytic Jacobian by 3-point differences, tight tolerances) starts from 12 places, or 24 with an
asymmetry, and its best sum of squares is compared with ours: ``lower`` means that ours is lower by more than 1e-6 of it
(scipy missed the minimum, or stopped on the way to infinity), ``higher`` that scipy found something that we did not.
The kinds are what plates do: few levels,
outliers, a plateau out of reach, a hook, falling curves, steps of 2 to 10, single wells and replicates.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from elisa_bdnf.analysis.fit import fit_logistic, points_from_table
from elisa_bdnf.analysis.settle import Outcome
from elisa_bdnf.analysis.shape import Array
from elisa_bdnf.model.curve import CurveSpec, Model, weights_from_text

MODELS = (Model.FOUR_PL, Model.FIVE_PL, Model.FIVE_PL_R)
WEIGHTS = ("none", "1/y", "1/y2")


@dataclass(frozen=True)
class Data:
    x: Array
    y: Array


def curve(noise: np.random.Generator, kind: str) -> Data:
    """One set of standards; a tenth of the scatter is there at zero response too."""
    levels = 5 if kind == "few levels" else int(noise.integers(6, 11))
    x = np.repeat(1000 / noise.choice([2.0, 2.5, 3.0, 4.0, 10.0]) ** np.arange(levels), int(noise.integers(1, 4)))
    if noise.random() < 0.5:
        x = np.append(x, [0.0, 0.0])
    real = x[x > 0]
    where = 3.0 if kind == "no plateau" else noise.uniform(-0.9, -0.1)
    c = real.max() * (real.max() / real.min()) ** where if kind != "no plateau" else real.max() * where
    b, g = np.exp(noise.uniform(-0.5, 0.7)), np.exp(noise.normal(0, 0.6))
    low, high = 0.05 + 0.1 * noise.random(), noise.uniform(0.8, 4)
    h = (1 + (x / c) ** b) ** -g
    y = high + (low - high) * h
    if kind == "hook":
        y = y / (1 + (x / real.max()) ** 2 * noise.uniform(0.1, 0.6))
    if kind == "falling":
        y = high + low - y
    y = y * (1 + noise.choice([0.01, 0.03, 0.08]) * noise.standard_normal(len(x)))
    if kind == "outlier":
        y[int(noise.integers(len(y)))] *= noise.choice([0.4, 0.7, 1.5, 2.0])
    return Data(x, np.maximum(y, 0.01))


KINDS = ("plain", "falling", "few levels", "outlier", "no plateau", "hook")


def model_of(model: Model) -> Callable[[Array, Array], Array]:
    def response(x: Array, p: Array) -> Array:
        a, d, ln_c, ln_b = p[:4]
        g = np.exp(p[4]) if len(p) > 4 else 1.0
        with np.errstate(all="ignore"):
            v = np.exp(ln_b) * (np.log(np.where(x > 0, x, 1.0)) - ln_c)
        v = np.where(x > 0, v, -np.inf)
        if model is Model.FIVE_PL_R:
            return a + (d - a) * np.exp(-g * np.logaddexp(0, -v))
        return d + (a - d) * np.exp(-g * np.logaddexp(0, v))

    return response


def by_scipy(data: Data, model: Model, root: Array) -> float:
    """The lowest sum of squares from all starts."""
    response, best = model_of(model), np.inf
    real = np.log(data.x[data.x > 0])
    low, high = data.y[data.x == data.x.min()].mean(), data.y[data.x == data.x.max()].mean()
    for place in (0.2, 0.5, 0.8, 1.1):
        for ln_b in (-0.5, 0.2, 0.9):
            for ln_g in (0.0,) if model is Model.FOUR_PL else (0.0, -1.0):
                start = [
                    low,
                    high,
                    real.min() + place * np.ptp(real),
                    ln_b,
                    *([] if model is Model.FOUR_PL else [ln_g]),
                ]
                try:
                    found = least_squares(
                        lambda p: root * (response(data.x, p) - data.y), start, x_scale="jac",
                        ftol=1e-13, xtol=1e-13, gtol=1e-13, max_nfev=400,
                    )  # fmt: skip
                except ValueError:  # residuals became infinite
                    continue
                best = min(best, 2 * found.cost)
    return float(best)


def ours(data: Data, model: Model, weights: str) -> Outcome:
    return fit_logistic(points_from_table(data.x, data.y), CurveSpec(model, weights_from_text(weights)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curves", type=int, default=4, help="of each kind, model and weights")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(f"{'kind':<12}{'model':<8}{'curves':>7}{'same':>7}{'lower':>7}{'higher':>8}{'highest excess':>16}   limits")
    for kind in KINDS:
        for model in MODELS:
            row(
                kind, model, chosen.curves, np.random.default_rng([chosen.seed, KINDS.index(kind), MODELS.index(model)])
            )


def row(kind: str, model: Model, curves: int, noise: np.random.Generator) -> None:
    excess, limits = [], 0
    for index in range(curves * len(WEIGHTS)):
        data, weights = curve(noise, kind), WEIGHTS[index % len(WEIGHTS)]
        root = data.y ** {"none": 0.0, "1/y": -0.5, "1/y2": -1.0}[weights]
        outcome, theirs = ours(data, model, weights), by_scipy(data, model, root)
        excess.append((float(outcome.state.rss[0]) - theirs) / max(theirs, 1e-12))
        limits += bool(outcome.unidentified)
    found = np.array(excess)
    same = np.abs(found) <= 1e-6
    print(
        f"{kind:<12}{model.value:<8}{len(found):7d}{same.sum():7d}{(found < -1e-6).sum():7d}{(found > 1e-6).sum():8d}"
        f"{found.max():16.1e}   {limits}"
    )


if __name__ == "__main__":
    main()
