"""Designs of studies for the tests: treatment coding as R makes it, and simulated courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

TIMEPOINTS = ("baseline", "120min", "230min", "24h", "7d")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """Rows of a study with the design of time, or of time × arm."""

    y: Floats
    x: Floats
    names: tuple[str, ...]
    subject: tuple[str, ...]
    plate: tuple[str, ...] | None = None

    @property
    def groups(self) -> dict[str, Any]:
        return {"subject": self.subject, "plate": self.plate}


def treatment_coded(timepoint: Sequence[str], arm: Sequence[str] | None = None) -> tuple[Floats, tuple[str, ...]]:
    """Columns and names of ``~ timepoint`` or ``~ timepoint * arm``, in R's order."""
    present = [t for t in TIMEPOINTS if t in timepoint]
    columns = [np.ones(len(timepoint)), *(np.array([float(t == level) for t in timepoint]) for level in present[1:])]
    names = ["(Intercept)", *(f"timepoint{level}" for level in present[1:])]
    if arm is not None:
        arms = [(f"arm{level}", np.array([float(a == level) for a in arm])) for level in sorted(set(arm))[1:]]
        times = list(zip(names[1:], columns[1:], strict=True))
        interactions = [(f"{t}:{a}", column * there) for a, there in arms for t, column in times]
        columns += [column for _, column in (*arms, *interactions)]
        names += [name for name, _ in (*arms, *interactions)]
    return np.column_stack(columns), tuple(names)


def simulate_course(
    rng: np.random.Generator, subjects: int, *, sd_subject: float = 0.4, sd_residual: float = 0.2, arms: int = 1,
    effects: Sequence[float] = (0.0, 0.25, 0.3, 0.15, 0.05), plates: int = 0, sd_plate: float = 0.1,
) -> Course:  # fmt: skip
    """A complete study on the ln scale around 0; only the first arm has the effects."""
    who = np.repeat(np.arange(subjects), len(effects))
    when = np.tile(np.arange(len(effects)), subjects)
    effect = np.array(effects)[when] * (who % arms == 0)
    y = effect + rng.normal(0, sd_subject, subjects)[who] + rng.normal(0, sd_residual, who.size)
    plate = rng.integers(0, plates, who.size) if plates else None
    if plate is not None:
        y += rng.normal(0, sd_plate, plates)[plate]
    x, names = treatment_coded([TIMEPOINTS[k] for k in when], [f"A{k % arms}" for k in who] if arms > 1 else None)
    on = tuple(f"P{k}" for k in plate) if plate is not None else None
    return Course(y, x, names, tuple(f"S{k}" for k in who), on)
