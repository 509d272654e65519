"""Fits per second beside scipy in the same process: python benchmarks/fit.py [--curves N] [--rounds N].

CPU time, in interleaved rounds, so that a busy machine slows all alike: look at the ratios. Starts: ``curve_fit`` and
``least_squares`` get one good start (lowest and highest response, a middle concentration, slope 1); a fit of ours
searches from all its starts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import curve_fit, least_squares

from elisa_bdnf.analysis.batch import fit_many
from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.fit import fit_logistic, points_from_table
from elisa_bdnf.model.curve import CurveSpec, Level, weights_from_text
from elisa_bdnf.model.protocol import LimitSettings

X = np.repeat(2000 / 2.0 ** np.arange(8), 2)
TRUTH = (0.06, 3.0, 500.0, 1.2)


def logistic(x: np.ndarray, a: float, d: float, c: float, b: float) -> np.ndarray:
    return d + (a - d) / (1 + (x / c) ** b)


def simulated(curves: int) -> np.ndarray:
    noise = np.random.default_rng(1)
    return logistic(X, *TRUTH)[:, None] * (1 + 0.04 * noise.standard_normal((len(X), curves)))


def good_start(y: np.ndarray) -> list[float]:
    return [float(y.min()), 1.2 * float(y.max()), 400.0, 1.0]


def seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def jobs_of_one(y: np.ndarray) -> dict[str, Callable[[], object]]:
    points = points_from_table(X, y)
    levels = [Level(float(x), tuple(float(v) for v in y[x == X])) for x in np.unique(X)]
    none, power = CurveSpec(weights=weights_from_text("none")), CurveSpec()
    return {
        "scipy curve_fit, one good start": lambda: curve_fit(logistic, X, y, good_start(y)),
        "scipy least_squares (lm), one good start": lambda: least_squares(
            lambda p: logistic(X, *p) - y, good_start(y), method="lm"
        ),
        "scipy least_squares (trf), one good start": lambda: least_squares(
            lambda p: logistic(X, *p) - y, good_start(y)
        ),
        "ours, unweighted, all starts": lambda: fit_logistic(points, none),
        "ours, power:1 to convergence, all starts": lambda: fit_logistic(points, power),
        "ours, calibrate: with errors, recoveries, limits": lambda: calibrate(levels, power, LimitSettings()),
    }


def single(rounds: int) -> None:
    times: dict[str, list[float]] = {}
    for y in simulated(rounds).T:
        for name, job in jobs_of_one(y).items():
            times.setdefault(name, []).append(seconds(job))
    base = np.array(times["scipy curve_fit, one good start"])
    print(f"One curve, 8 levels x 2 ({rounds} interleaved rounds, another curve in each; medians)")
    for name, spent in times.items():
        each = np.array(spent)
        print(f"  {name:<50} {1e6 * np.median(each):8.0f} us  {np.median(each) / np.median(base):5.2f} x curve_fit")


def batched(curves: int, rounds: int = 5) -> None:
    y = simulated(curves)
    sample = min(curves, 300)
    scipy_rss = np.empty(sample)

    def one_by_one() -> None:
        for i in range(sample):
            place, _ = curve_fit(logistic, X, y[:, i], good_start(y[:, i]))
            scipy_rss[i] = np.sum((y[:, i] - logistic(X, *place)) ** 2)

    print(f"{curves} curves (curve_fit on {sample} of them; medians of {rounds} interleaved rounds)")
    spent: dict[str, list[float]] = {}
    ratios: dict[str, list[float]] = {}
    results = {}
    for _ in range(rounds):
        per_curve = seconds(one_by_one) / sample
        for text in ("none", "power:1"):
            begin = time.process_time()
            results[text] = fit_many(X, y, weights_from_text(text))
            spent.setdefault(text, []).append(time.process_time() - begin)
            ratios.setdefault(text, []).append(per_curve * curves / spent[text][-1])
    for text, fitted in results.items():
        rate, ratio, share = curves / np.median(spent[text]), np.median(ratios[text]), np.mean(fitted.found)
        print(f"  ours, {text:<8} {rate:9.0f} fits/s   {ratio:6.1f} x curve_fit   {share:.2%} found")
    excess = results["none"].rss[:sample] / scipy_rss - 1
    print(f"  unweighted sum of squares over that of curve_fit: {excess.min():+.1e} to {excess.max():+.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curves", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args()
    single(chosen.rounds)
    batched(chosen.curves)


if __name__ == "__main__":
    main()
