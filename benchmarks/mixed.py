"""Mixed models: CPU time of a fit beside statsmodels' MixedLM, interleaved, best of several.

python benchmarks/mixed.py
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
from statsmodels.regression.mixed_linear_model import MixedLM

from elisa_bdnf.study.statistics import MixedFit, fit_mixed

ROUNDS = 5
NAMES = ("(Intercept)", "120min", "230min", "24h", "7d")


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1e3 * (time.process_time() - start)


def main() -> None:
    warnings.simplefilter("ignore")
    print(f"{'subjects':>8}{'ours ms':>10}{'MixedLM ms':>12}{'ratio':>8}{'largest difference of estimates':>34}")
    for subjects in (12, 40, 200):
        rng = np.random.default_rng(subjects)
        who = np.repeat(np.arange(subjects), 5)
        x = np.tile(np.column_stack([np.ones(5), np.eye(5)[:, 1:]]), (subjects, 1))
        y = rng.normal(0, 0.4, subjects)[who] + rng.normal(0, 0.2, who.size)
        names = [f"S{k:03d}" for k in who]
        ours, other = fit_mixed(y, x, NAMES, subject=names), MixedLM(y, x, groups=who).fit(reml=True)
        assert isinstance(ours, MixedFit)
        fits = (
            lambda y=y, x=x, names=names: fit_mixed(y, x, NAMES, subject=names),
            lambda y=y, x=x, who=who: MixedLM(y, x, groups=who).fit(reml=True),
        )
        times = [[cpu_ms(fit) for fit in fits] for _ in range(ROUNDS)]
        mine, theirs = np.min(times, axis=0)
        apart = float(np.abs(ours.coefficients - other.fe_params).max())
        print(f"{subjects:>8}{mine:>10.1f}{theirs:>12.1f}{theirs / mine:>8.1f}{apart:>34.1e}")


if __name__ == "__main__":
    main()
