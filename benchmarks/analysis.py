"""The whole analysis of each example plate, from laying out to quantifying: python benchmarks/analysis.py [--rounds N].

CPU time of one plate with all diagnostics (editing, intervals, robustness, precision profile), the lowest and the
median of interleaved rounds; beside it one ``curve_fit`` of scipy on the standards of the same plate, as a measure of
the machine. Reading, rules and reports are not in it (``benchmarks/batch.py`` has them).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from scipy.optimize import curve_fit

from elisa_bdnf import workflow
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.checking.came import run_case
from elisa_bdnf.checking.expected_file import read_case
from elisa_bdnf.checking.find import expected_files
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.result import Analysis

ROOT = Path(__file__).resolve().parents[1]
Job = Callable[[], object]


def plates() -> dict[str, Callable[[], Analysis]]:
    """Every plate of the examples that can be analyzed, as a job; the arguments are those that a run gives it."""
    jobs: dict[str, Callable[[], Analysis]] = {}
    for path in expected_files([ROOT / "fixtures"]):
        if not isinstance(path, Path):
            continue
        seen: list[tuple[object, ...]] = []
        workflow.analyze = lambda *given, seen=seen: seen.append(given) or analyze(*given)
        run_case(read_case(path, path.name))
        for number, given in enumerate(seen):
            name = str(path.parent.relative_to(ROOT / "fixtures"))
            jobs[f"{name} {number + 1}" if len(seen) > 1 else name] = partial(analyze, *given)
    return jobs


def fit_by_scipy(analysis: Analysis) -> Job | None:
    """One unweighted ``curve_fit`` from a good start."""
    if not isinstance(analysis.curve, Curve):
        return None
    levels = [point.level for point in analysis.curve.standards]
    x = np.array([level.nominal for level in levels for _ in level.responses])
    y = np.array([response for level in levels for response in level.responses])
    start = [float(y.min()), 1.2 * float(y.max()), float(np.median(x)), 1.0]
    return lambda: curve_fit(lambda x, a, d, c, b: d + (a - d) / (1 + (x / c) ** b), x, y, start, maxfev=5000)


def seconds(work: Job) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    jobs = {name: (job, fit_by_scipy(job())) for name, job in plates().items()}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(chosen.rounds):
        for name, (job, peer) in jobs.items():
            times[name].append((seconds(job), seconds(peer) if peer else float("nan")))
    print(f"{'plate':<40}{'best ms':>9}{'median ms':>11}{'curve_fit ms':>14}{'ratio':>8}")
    for name, spent in times.items():
        ours, scipys = 1e3 * np.array(spent).T
        ratio = np.median(ours) / np.median(scipys)
        print(f"{name:<40}{ours.min():9.2f}{np.median(ours):11.2f}{np.median(scipys):14.2f}{ratio:8.1f}")


if __name__ == "__main__":
    main()
