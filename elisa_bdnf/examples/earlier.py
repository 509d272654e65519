"""Accepted plates before the good one, for rules that look at a history: a baseline, then what a case says.

Controls have a baseline of mean 100 and SD 1; curves one of ln c around ln 320 (SD 0.1), top 1.8 (0.1) and zero 0.06
(0.01).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from elisa_bdnf.model.history import ChartedControl, ChartedCurve, ChartedPlate, ControlId, EarlierPlates, Segment

SEGMENT = Segment("test", "kit", "L1", "pg/mL", "4pl")
CONTROLS = {f"QC{value}": ControlId(f"QC{value}", float(value), 1.0) for value in (25, 100, 300)}
MEAN, SD = 100.0, 1.0


def earlier_from_case(said: Mapping[str, Any]) -> EarlierPlates:
    """So many ``plates`` of a baseline, then ``z`` of each control plate by plate up to this one, or its ``curve``."""
    count = int(said.get("plates", 20))
    if "reason" in said:
        return EarlierPlates("history.sqlite", charted(0, dict.fromkeys(CONTROLS, 0.0)), (), said["reason"])
    return of_curves(count, **said["curve"]) if "curve" in said else of_controls(count, said["z"])


def baseline(count: int) -> list[float]:
    """So many z values with mean 0 and SD 1, from one side to the other."""
    step = math.sqrt((count - 1) / count)
    return [step if i % 2 else -step for i in range(count)]


def charted(
    place: int, z: Mapping[str, float | None], c: float = 320.0, top: float = 1.8, zero: float = 0.06
) -> ChartedPlate:
    """What a history keeps of one plate; a control without a z value has no concentration."""
    controls = (ChartedControl(CONTROLS[n], None if v is None else MEAN + SD * v) for n, v in z.items())
    return ChartedPlate(
        f"p{place}.txt",
        f"{place:064d}",
        0,
        f"Plate {place}",
        f"2026-01-01T{place // 60:02d}:{place % 60:02d}:00",
        SEGMENT,
        ChartedCurve(0.06, 1.1, c, 3.1, 1.0, "power:1", 1.0, zero, top),
        tuple(controls),
        (),
    )


def of_controls(count: int, z: Mapping[str, Sequence[float | str]]) -> EarlierPlates:
    """The last value of each control is that of the judged plate; ``"none"`` is a control without a number."""
    columns = {
        name: [*baseline(count), *(None if value == "none" else float(value) for value in values)]
        for name, values in z.items()
    }
    length = max(map(len, columns.values()))
    made = [charted(i, {name: values[i] for name, values in columns.items() if i < len(values)}) for i in range(length)]
    return EarlierPlates("history.sqlite", made[-1], tuple(made[:-1]))


def of_curves(count: int, c: float, top: float, zero: float) -> EarlierPlates:
    """The judged plate has this curve."""
    base = [
        charted(i, {}, 320.0 * math.exp(0.1 * b), 1.8 + 0.1 * b, 0.06 + 0.01 * b) for i, b in enumerate(baseline(count))
    ]
    return EarlierPlates("history.sqlite", charted(count, {}, c, top, zero), tuple(base))
