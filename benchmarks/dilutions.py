"""How often the interval of a mean over dilutions holds the truth: python benchmarks/dilutions.py [--plates N].

Standards (eight two-fold levels in duplicate, constant CV) and the dilutions of one sample (two wells each) are
simulated for every plate, and analyzed as a run does. Dilutions are made without error. The Monte Carlo standard error
is 100·√(0.95·0.05/plates) points.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace

import numpy as np

from elisa_bdnf import protocols, qc
from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.dilutions import results_from_samples
from elisa_bdnf.analysis.quantify import quantify
from elisa_bdnf.model.curve import Curve, CurveSpec, Level
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import DilutionPolicy, LimitSettings, Protocol
from elisa_bdnf.model.response import Group

LEVELS = 2000 / 2.0 ** np.arange(8)
CASES = ((6000, (10, 20)), (6000, (10, 20, 40)), (20_000, (20, 40, 80, 160)), (1500, (2, 4, 8)))
EVERYTHING = LimitSettings(
    recovery_percent=math.inf, recovery_ends_percent=math.inf, cv_percent=math.inf, separation=0.0
)


def duplicate(noise: np.random.Generator, x: float, cv: float) -> tuple[float, ...]:
    response = 3.0 - 2.94 / (1 + (x / 500) ** 1.2)
    return tuple(float(y) for y in response * (1 + cv * noise.standard_normal(2)))


def interval(
    noise: np.random.Generator, true: float, factors: tuple[int, ...], cv: float, how: Protocol
) -> tuple[float, float] | None:
    """Bounds of the result over all dilutions in range; None where fewer than two are."""
    curve = calibrate([Level(float(x), duplicate(noise, x, cv)) for x in LEVELS], CurveSpec(), EVERYTHING)
    if not isinstance(curve, Curve):
        return None
    groups = []
    for factor in factors:
        y = duplicate(noise, true / factor, cv)
        content = Content(Role.SAMPLE, "S", dilution_factor=float(factor))
        groups.append(Group(content, ("A1", "A2"), y, sum(y) / 2, 0.0, 0.0))
    result = results_from_samples(quantify(groups, curve, how), curve, how.dilution)[0]
    if len(result.used) < 2 or result.low is None or result.high is None:
        return None
    return result.low, result.high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=200)
    chosen = parser.parse_args()
    loaded = protocols.load_protocol("generic", qc.schemas())
    how = replace(loaded, dilution=replace(loaded.dilution, policy=DilutionPolicy.MEAN_IN_RANGE))
    print("truth, dilution factors, CV of a well: share of 95 % intervals that hold the truth")
    for true, factors in CASES:
        for cv in (0.03, 0.08):
            noise = np.random.default_rng(1)
            found = [
                each for _ in range(chosen.plates) if (each := interval(noise, true, factors, cv, how)) is not None
            ]
            share = np.mean([low <= true <= high for low, high in found])
            print(f"  {true:6d}  {', '.join(map(str, factors)):<16} {cv:.2f}  {100 * share:6.1f} % of {len(found)}")


if __name__ == "__main__":
    main()
