"""Values below the LLOQ: what the censored likelihood recovers of a known truth, and what substitution does.

    python benchmarks/censored.py [studies]

Simulates studies of 20 subjects × 5 timepoints, lognormal, of whose values the share given is below one limit, and
analyzes each in four ways. Printed: bias of the ratio of geometric means to baseline (percent of the ratio, the worst
of the four timepoints and their mean), bias of the baseline geometric mean, coverage of the 95 % intervals of the
ratios, and milliseconds per fit.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from elisa_bdnf.study.statistics import Contrast, MixedFit, NoResult, contrasts, fit_censored, fit_mixed

Floats = npt.NDArray[np.float64]
Fit = MixedFit | NoResult

EFFECTS = np.log([1.0, 1.3, 1.6, 1.4, 1.0])
SUBJECTS, SD_SUBJECT, SD_RESIDUAL = 20, 0.5, 0.3
NAMES = ("(Intercept)", "120min", "230min", "24h", "7d")
X = np.tile(np.column_stack([np.ones(5), np.eye(5)[:, 1:]]), (SUBJECTS, 1))
SUBJECT = tuple(f"S{k:02d}" for k in np.repeat(np.arange(SUBJECTS), 5))


def simulate(rng: np.random.Generator, limit: float) -> tuple[Floats, npt.NDArray[np.intp]]:
    """ln concentrations, limits where below, and −1 there."""
    y = (
        np.tile(EFFECTS, SUBJECTS)
        + np.repeat(rng.normal(0, SD_SUBJECT, SUBJECTS), 5)
        + rng.normal(0, SD_RESIDUAL, 5 * SUBJECTS)
    )
    return np.maximum(y, limit), np.where(y < limit, -1, 0)


def limit_for(share: float) -> float:
    """The ln LLOQ below which this share of all values lies."""
    rng = np.random.default_rng(0)
    y = EFFECTS + rng.normal(0, math.hypot(SD_SUBJECT, SD_RESIDUAL), (200_000, 1))
    return float(np.quantile(y, share))


def substituted(factor: float) -> Callable[[Floats, npt.NDArray[np.intp]], Fit]:
    return lambda y, side: fit_mixed(np.where(side < 0, y + math.log(factor), y), X, NAMES, subject=SUBJECT)


def dropped(y: Floats, side: npt.NDArray[np.intp]) -> Fit:
    kept = np.flatnonzero(side == 0)
    return fit_mixed(y[kept], X[kept], NAMES, subject=[SUBJECT[k] for k in kept])


METHODS: dict[str, Callable[[Floats, npt.NDArray[np.intp]], Fit]] = {
    "censored likelihood": lambda y, side: fit_censored(y, X, NAMES, subject=SUBJECT, censoring=side),
    "plain ML": lambda y, side: fit_censored(y, X, NAMES, subject=SUBJECT, censoring=side, restricted=False),
    "LLOQ/√2": substituted(math.sqrt(0.5)),
    "LLOQ/2": substituted(0.5),
    "LLOQ": substituted(1.0),
    "dropped": dropped,
}


def assess(fit: Fit) -> tuple[list[float], list[bool]]:
    """Errors of baseline and contrasts on the ln scale, and whether the interval of each holds the truth."""
    assert isinstance(fit, MixedFit)
    truth = [0.0, *EFFECTS[1:]]
    found = [c for c in contrasts(fit, np.eye(5), NAMES) if isinstance(c, Contrast)]
    assert len(found) == len(truth)
    errors = [c.estimate - value for c, value in zip(found, truth, strict=True)]
    return errors, [c.low <= value <= c.high for c, value in zip(found, truth, strict=True)]


def study_many(share: float, studies: int) -> dict[str, tuple[Floats, Floats, float]]:
    """Per method: mean errors (baseline, four contrasts), coverage of the same, ms per fit."""
    limit, rng = limit_for(share), np.random.default_rng(20250)
    data = [simulate(rng, limit) for _ in range(studies)]
    results = {}
    for name, method in METHODS.items():
        start = time.process_time()
        assessed = [assess(method(*study)) for study in data]
        seconds = (time.process_time() - start) / studies
        results[name] = (
            np.mean([a for a, _ in assessed], axis=0), np.mean([b for _, b in assessed], axis=0), 1e3 * seconds,
        )  # fmt: skip
    return results


def main(studies: int) -> None:
    for share in (0.1, 0.3, 0.5):
        print(f"\n{share:.0%} of all values below the LLOQ, {studies} studies")
        print(f"{'method':<22}{'bias of ratio %':>22}{'of baseline %':>16}{'coverage %':>22}{'ms':>8}")
        for name, (errors, covered, ms) in study_many(share, studies).items():
            bias = 100 * np.expm1(errors)
            ratio = f"{bias[1:].mean():+.1f} (worst {max(bias[1:], key=abs):+.1f})"
            cover = f"{100 * covered[1:].mean():.1f} (worst {100 * min(covered[1:]):.1f})"
            print(f"{name:<22}{ratio:>22}{bias[0]:>+16.1f}{cover:>22}{ms:>8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
