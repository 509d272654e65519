"""Thousands of hard curves fitted by scipy as well: python benchmarks/second_opinion.py [--curves N] [--seed N].

``least_squares`` (trf, analytic Jacobian, tight tolerances) starts from 12 places, or 24 with an
asymmetry, and its best sum of squares is compared with ours: ``lower`` means that ours is lower by more than 1e-6 of it
(scipy missed the minimum, or stopped on the way to infinity), ``higher`` that scipy found something that we did not.
The kinds are what plates do: few levels,
outliers, a plateau out of reach, a hook, falling curves, steps of 2 to 10, single wells and replicates.
"""

from __future__ import annotations

import argparse
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


def parts_of(model: Model, x: Array, p: Array) -> tuple[Array, Array, Array, float]:
    """Share of the rise at zero, v, its sigmoid and g; written anew, so that a mistake of ours is not made twice."""
    ln_c, ln_b = p[2:4]
    g = float(np.exp(p[4])) if len(p) > 4 else 1.0
    sign = -1.0 if model is Model.FIVE_PL_R else 1.0
    v = np.where(x > 0, sign * np.exp(ln_b) * (np.log(np.where(x > 0, x, 1.0)) - ln_c), -sign * np.inf)
    grown = np.logaddexp(0, v)
    return np.exp(-g * grown), v, np.exp(v - grown), g


@np.errstate(all="ignore")
def response(model: Model, x: Array, p: Array) -> Array:
    """The curve at (a, d, ln c, ln b[, ln g])."""
    h, *_ = parts_of(model, x, p)
    at_h, at_rest = (p[1], p[0]) if model is Model.FIVE_PL_R else (p[0], p[1])
    curved: Array = at_rest + (at_h - at_rest) * h
    return curved


@np.errstate(all="ignore")
def derivatives(model: Model, x: Array, p: Array) -> Array:
    """Of the curve by every coordinate: (N, 4) or (N, 5)."""
    h, v, sigmoid, g = parts_of(model, x, p)
    mirror = model is Model.FIVE_PL_R
    rise = p[1] - p[0] if mirror else p[0] - p[1]
    by_v = np.where(np.isfinite(v), -rise * g * sigmoid * h, 0.0)
    by_a, by_d = (1 - h, h) if mirror else (h, 1 - h)
    by_c = by_v * (np.exp(p[3]) if mirror else -np.exp(p[3]))
    by_g = np.where(h > 0, -rise * g * np.logaddexp(0, v) * h, 0.0)
    columns = [by_a, by_d, by_c, by_v * np.where(np.isfinite(v), v, 0.0), by_g]
    return np.stack(columns[: len(p)], axis=1)


def starts_of(data: Data, model: Model) -> list[list[float]]:
    """12 places, or 24 with an asymmetry."""
    real = np.log(data.x[data.x > 0])
    low, high = data.y[data.x == data.x.min()].mean(), data.y[data.x == data.x.max()].mean()
    ln_gs: tuple[tuple[float, ...], ...] = ((),) if model is Model.FOUR_PL else ((0.0,), (-1.0,))
    return [
        [low, high, real.min() + place * np.ptp(real), ln_b, *ln_g]
        for place in (0.2, 0.5, 0.8, 1.1)
        for ln_b in (-0.5, 0.2, 0.9)
        for ln_g in ln_gs
    ]


def by_scipy(data: Data, model: Model, root: Array) -> float:
    """The lowest sum of squares from all starts."""
    best = np.inf
    for start in starts_of(data, model):
        try:
            found = least_squares(
                lambda p: root * (response(model, data.x, p) - data.y), start,
                lambda p: root[:, None] * derivatives(model, data.x, p),
                x_scale="jac", ftol=1e-13, xtol=1e-13, gtol=1e-13, max_nfev=400,
            )  # fmt: skip
        except (ValueError, np.linalg.LinAlgError):  # residuals became infinite, or the Jacobian did
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
        f"{found.max():16.1e}   {limits}",
        flush=True,
    )


if __name__ == "__main__":
    main()
