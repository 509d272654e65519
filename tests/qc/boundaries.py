"""The limit of every rule, from both sides: a value that equals its limit passes, one a millionth beyond does not.

``value`` computes the figure from the analysis, apart from the rule; ``beyond`` is the side on which it fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean, median, stdev
from typing import Any

from elisa_bdnf.model.result import Analysis
from plates import Change
from qc.cases import ROWS, blanks, content, scaled, series, triplicate, values

DUPLICATES = [(f"{row}{c}", f"{row}{c + 1}") for c, rows in ((1, ROWS), (3, "ABC"), (5, "ABCDEF")) for row in rows]


@dataclass(frozen=True)
class Boundary:
    rule: str
    setting: str
    value: Callable[[Analysis], float]
    change: Change | None = None
    beyond: str = "above"
    plate: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)  # further settings of the rule
    whole: bool = False  # a count: one more or less, not a millionth


def group(analysis: Analysis, name: str) -> Any:
    return next(g for g in analysis.groups if g.content.name == name)


def _lean(analysis: Analysis) -> list[float]:
    at = {w.well: w.response for w in analysis.responses.wells}
    pairs = [(at[a], at[b]) for a, b in DUPLICATES if min(at.get(a, 0), at.get(b, 0)) >= 0.15]
    return [math.log(a / b) for a, b in pairs]


def _cv(numbers: list[float]) -> float:
    return 100 * stdev(numbers) / mean(numbers)


def _in_range(analysis: Analysis) -> list[float]:
    return [e.concentration for e in analysis.samples if e.group.content.name == "X" and e.concentration]


LEFT = tuple(well for pair in DUPLICATES for well in pair[:1])
SPREAD = scaled(1.2, "A5", "B6", "C5", "D6")
BOUNDARIES = (
    Boundary("BLK-01", "max_response", lambda a: group(a, "STD0").mean, values(H1=0.3, H2=0.31)),
    Boundary("BLK-03", "max_sd", lambda a: stdev([0.05, 0.09, 0.06]), blanks(0.05, 0.09, 0.06)),
    Boundary("REP-01", "cv_percent", lambda a: group(a, "STD62.5").cv_percent, scaled(1.3, "D1")),
    Boundary("REP-01", "cv_ends_percent", lambda a: group(a, "STD500").cv_percent, scaled(1.5, "A1")),
    Boundary("REP-02", "cv_percent", lambda a: a.controls[0].cv_percent or 0, scaled(1.5, "A3")),
    Boundary("REP-03", "cv_percent", lambda a: a.samples[0].cv_percent or 0, scaled(1.5, "A5")),
    Boundary("REP-04", "cv_percent", lambda a: group(a, "T").cv_percent, triplicate(0.5, 0.51, 0.9)),
    # a gap that equals the limit is apart already
    Boundary("REP-04", "min_gap", lambda a: 3.0 * (1 + 5e-7), triplicate(0.5, 0.6, 0.9)),
    Boundary("REP-05", "minimum", lambda a: 1, lambda held, contents: contents.pop("A6") and None, "below", whole=True),
    Boundary("REP-08", "fraction", lambda a: 4 / 9, SPREAD, others={"cv_percent": 10.0}),
    Boundary("STD-01", "min_levels", lambda a: 7, None, "below", whole=True),
    Boundary("STD-04", "min_levels", lambda a: 7, None, "below", whole=True),
    Boundary("STD-06", "min_top", lambda a: group(a, "STD500").mean, None, "below"),
    Boundary("STD-06", "min_ratio", lambda a: group(a, "STD500").mean / group(a, "STD0").mean, None, "below"),
    Boundary("FIT-02", "slope_low", lambda a: a.curve.b, None, "below"),  # type: ignore[union-attr]
    Boundary("FIT-02", "slope_high", lambda a: a.curve.b),  # type: ignore[union-attr]
    Boundary("FIT-03", "p_value", lambda a: a.curve.report.lack_of_fit_p or 0, scaled(1.01, "D1", "D2"), "below"),  # type: ignore[union-attr]
    Boundary("FIT-05", "r_squared", lambda a: a.curve.report.r_squared, scaled(1.1, "A1"), "below"),  # type: ignore[union-attr]
    Boundary("RNG-01", "fraction", lambda a: 2 / 6, values(A5=2.6, A6=2.6, B5=2.6, B6=2.6)),
    Boundary(
        "SMP-06", "half_width_percent",
        lambda a: 100 * ((a.samples[0].high or 0) - (a.samples[0].low or 0)) / 2 / (a.samples[0].concentration or 1),
    ),
    Boundary("SMP-05", "max_ratio", lambda a: 5.0 * _ratio(a), content("A5", dilution_factor=100.0)),
    Boundary(
        "SMP-PLT", "max_pg_ml", lambda a: a.samples[0].concentration or 0, content("A5", dilution_factor=400.0)
    ),
    Boundary("DIL-01", "cv_percent", lambda a: _cv(_in_range(a)), series({10: 100.0, 40: 40.0})),
    Boundary(
        "DIL-03", "concentration_ratio", lambda a: _in_range(a)[0] / _in_range(a)[1], series({10: 100.0, 20: 70.0}),
        "below",
    ),
    Boundary("PLT-01", "shift", lambda a: abs(median(_lean(a))), scaled(1.15, *LEFT), others={"p_value": 0.05}),
    Boundary("PLT-04", "shift", lambda a: median(_lean_of_row_b(a)), scaled(1.4, "B1", "B3", "B5"),
             others={"min_pairs": 3.0, "deviations": 0.0}),
    Boundary("SUB-05", "max_ratio", lambda a: (a.samples[1].concentration or 0) / (a.samples[0].concentration or 1),
             content("B5", dilution_factor=200.0)),
    Boundary("INP-03", "min_control_levels", lambda a: 3, None, "below", whole=True),
    Boundary("WEL-02", "warn_below", lambda a: -0.03, values(A5=-0.03), "below"),
)  # fmt: skip


def _ratio(analysis: Analysis) -> float:
    """Sample S1-baseline beside the median of its subject's other timepoints, before its dilution was changed."""
    first, *others = [e.in_well or 0.0 for e in analysis.samples if e.group.content.subject == "S1"]
    return first / median(others)


def _lean_of_row_b(analysis: Analysis) -> list[float]:
    at = {w.well: w.response for w in analysis.responses.wells}
    return [math.log(at[f"B{c}"] / at[f"B{c + 1}"]) for c in (1, 3, 5)]
