"""The public reference sets: data with replicates, and fits that were computed in 50 digits and checked in R."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from elisa_bdnf.model.curve import CurveSpec, Level, Model, weights_from_text
from elisa_bdnf.model.protocol import LimitSettings
from shared import REFERENCE

SETS = REFERENCE / "open"
EVERYTHING = LimitSettings(recovery_percent=math.inf, recovery_ends_percent=math.inf, cv_percent=math.inf)
MODELS = {"4PL": Model.FOUR_PL, "5PL": Model.FIVE_PL, "5PL-R": Model.FIVE_PL_R}


@dataclass(frozen=True)
class Case:
    """One fit of one set."""

    name: str
    levels: tuple[Level, ...]
    spec: CurveSpec
    fit: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}-{self.fit['fit_id'].replace('/', '-')}"


@cache
def read(name: str) -> dict[str, Any]:
    return dict(json.loads((SETS / f"{name}.json").read_text(encoding="utf-8")))


def levels_from_table(x: Sequence[float], y: Sequence[float]) -> tuple[Level, ...]:
    by_nominal: dict[float, list[float]] = {}
    for nominal, response in zip(x, y, strict=True):
        by_nominal.setdefault(nominal, []).append(response)
    return tuple(Level(nominal, tuple(by_nominal[nominal])) for nominal in sorted(by_nominal))


def levels_of(name: str) -> tuple[Level, ...]:
    data = read(name)["data"]
    return levels_from_table(data["x"], data["y"])


def spec_of(fit: dict[str, Any]) -> CurveSpec:
    weights = fit["weights"].replace("gls:est", "power").replace("gls:", "power:")
    return CurveSpec(MODELS[fit["model"]], weights_from_text(weights), fixed=fit["fixed"])


def cases(*status: str) -> list[Case]:
    """Every fit with one of these states; none where the sets are absent (the tests then skip)."""
    return list(_cases(status)) if SETS.is_dir() else []


def _cases(status: Sequence[str]) -> Iterator[Case]:
    for path in sorted(SETS.glob("[!_]*.json")):
        for fit in read(path.stem)["fits"]:
            if fit["status"] in status:
                yield Case(path.stem, levels_of(path.stem), spec_of(fit), fit)


def digits(found: float, expected: float) -> float:
    """How many significant digits agree, at most 16 (an expected 0 is compared absolutely)."""
    difference = abs(found - expected) / (abs(expected) or 1.0)
    return min(16.0, -math.log10(difference)) if difference > 0 else 16.0
