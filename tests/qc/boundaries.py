"""The limit of every rule, from both sides: a value that equals its limit passes, one a millionth beyond does not.

``value`` computes the figure from the analysis, apart from the rule; ``beyond`` is the side on which it fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import mean, median, stdev
from typing import Any

from elisa_bdnf.examples.earlier import baseline
from elisa_bdnf.examples.plate import response
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.result import Analysis

Plate = dict[str, Any]  # what is changed on the good plate, in the words of the cases
ROWS = "ABCDEFGH"
DUPLICATES = [(f"{row}{c}", f"{row}{c + 1}") for c, rows in ((1, ROWS), (3, "ABC"), (5, "ABCDEF")) for row in rows]


@dataclass(frozen=True)
class Boundary:
    rule: str
    setting: str
    value: Callable[[Analysis], float]
    plate: Plate = field(default_factory=dict)
    beyond: str = "above"
    others: dict[str, Any] = field(default_factory=dict)  # further settings of the rule
    whole: bool = False  # a count: one more or less, not a millionth
    fails_on: bool = False  # the value that equals the limit fails already


def blanks(*responses: float) -> Plate:
    wells = zip(ROWS, responses, strict=False)
    return {"add": {f"{row}12": {"role": "blank", "name": "BLK", "response": r} for row, r in wells}}


def triplicate(*responses: float) -> Plate:
    """Sample T in three wells of row H."""
    wells = zip((7, 8, 9), responses, strict=True)
    return {"add": {f"H{c}": {"role": "sample", "name": "T", "dilution_factor": 20.0, "response": r} for c, r in wells}}


def series(in_well: dict[int, float]) -> Plate:
    """Sample X at several dilutions in rows G and H: dilution factor → concentration in the well."""
    return {
        "add": {
            f"{row}{column}": {"role": "sample", "name": "X", "dilution_factor": factor, "in_well": x, "times": side}
            for column, (factor, x) in enumerate(in_well.items(), start=7)
            for row, side in (("G", 1.004), ("H", 0.996))
        }
    }


def times(factor: float, *wells: str) -> Plate:
    return {"times": dict.fromkeys(wells, factor)}


def sample(**changes: Any) -> Plate:
    """Other contents of the first sample."""
    return {"content": {"A5": changes}}


def sheet(**attributes: str) -> Plate:
    return sample(attributes=attributes)


def again(in_well: float) -> Plate:
    """The middle control again at the far end of the plate."""
    return {"add": {well: {"like": "B3", "in_well": in_well} for well in ("H11", "H12")}}


def group(analysis: Analysis, name: str) -> Any:
    return next(g for g in analysis.groups if g.content.name == name)


def curve(analysis: Analysis) -> Curve:
    assert isinstance(analysis.curve, Curve)
    return analysis.curve


def recovery_error(analysis: Analysis, nominal: float) -> float:
    point = next(p for p in curve(analysis).standards if p.level.nominal == nominal)
    return abs((point.recovery_percent or 0.0) - 100)


def read(analysis: Analysis, wells: Iterable[str]) -> list[float]:
    at = {w.well: w.response for w in analysis.responses.wells}
    return [at[well] for well in wells]


def leans(analysis: Analysis, pairs: Iterable[tuple[str, str]] = DUPLICATES) -> list[float]:
    both = [read(analysis, pair) for pair in pairs]
    return [math.log(a / b) for a, b in both if min(a, b) >= 0.15]


def cv(numbers: list[float]) -> float:
    return 100 * stdev(numbers) / mean(numbers)


def in_range(analysis: Analysis) -> list[float]:
    return [e.concentration for e in analysis.samples if e.group.content.name == "X" and e.concentration]


def pooled(analysis: Analysis, names: Iterable[str]) -> float:
    return math.sqrt(mean(group(analysis, name).sd ** 2 for name in names))


def separation(analysis: Analysis) -> float:
    sd = pooled(analysis, ("STD0", "STD7.8125", "STD15.625", "STD31.25"))
    return (group(analysis, "STD7.8125").mean - group(analysis, "STD0").mean) / sd


def rank_correlation(analysis: Analysis) -> float:
    """Of eight standards without ties: 1 − 6·Σd² / (n³ − n)."""
    read_ = [group(analysis, f"STD{level:g}").mean for level in (0, 7.8125, 15.625, 31.25, 62.5, 125, 250, 500)]
    ranks = [sorted(read_).index(value) for value in read_]
    return 1 - 6 * sum((i - rank) ** 2 for i, rank in enumerate(ranks)) / (8**3 - 8)


def reference_excess(analysis: Analysis, *, spread: bool) -> float:
    """How far well A5's second read lies above the plate's median: in OD, or in 1.4826 × median deviations."""
    there = [w.reference for w in analysis.responses.wells if w.content.role.value != "empty"]
    deviation = 1.4826 * median(abs(value - median(there)) for value in there)
    excess = next(w.reference for w in analysis.responses.wells if w.well == "A5") - median(there)
    return excess / deviation if spread else excess


def slope(analysis: Analysis) -> float:
    """Of ln concentration on ln dilution factor, least squares."""
    points = [(math.log(e.group.content.dilution_factor or 1), math.log(e.concentration or 1))
              for e in analysis.samples if e.group.content.name == "X"]  # fmt: skip
    x_mean, y_mean = (mean(values) for values in zip(*points, strict=True))
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)


def kin(analysis: Analysis) -> float:
    """Sample S1-baseline beside the median of its subject's other timepoints, before its dilution was changed."""
    first, *others = [e.in_well or 0.0 for e in analysis.samples if e.group.content.subject == "S1"]
    return first / median(others)


def first_control(analysis: Analysis) -> float:
    """The worse of the two wells of QC25 by its distance from 25, in percent."""
    return max(100 * abs((well.in_well or 0.0) / 25 - 1) for well in analysis.controls[0].wells)


def end_ratio(analysis: Analysis) -> float:
    """QC100 at the end of the plate beside the same at its start."""
    wells = {w.well: w.in_well or 0.0 for c in analysis.controls for w in c.wells}
    return (wells["H11"] + wells["H12"]) / (wells["B3"] + wells["B4"])


def z_prime(analysis: Analysis) -> float:
    top, zero = group(analysis, "STD500"), group(analysis, "STD0")
    return float(1 - 3 * (top.sd + zero.sd) / (top.mean - zero.mean))


def _from_the_foot(analysis: Analysis) -> float:
    """Of a zero standard of two wells; the standards scatter in proportion to the response."""
    assert isinstance(analysis.curve, Curve)
    curve = analysis.curve
    scatter = curve.report.residual_sd * curve.a
    return float(abs(0.0205 - curve.a) / math.sqrt(curve.standard_errors["a"] ** 2 + scatter**2 / 2))


ROW_B_OFF: Plate = {
    "response": {"B1": 0.05},
    "pairs": {"B7": 150},
    "in_well": {"B2": 250, "B3": 260, "B4": 100, "B5": 120, "B6": 60, "B7": 66, "B8": 150},
}


def _row_b(analysis: Analysis) -> float:
    """How much smaller the sum of squares becomes with row B one well off; its last pair then lacks a well."""
    at = {w.well: math.log(w.response + 0.03) for w in analysis.responses.wells if w.well[0] == "B" and w.content.name}
    laid = sum((at[f"B{c}"] - at[f"B{c + 1}"]) ** 2 for c in (1, 3, 5))
    return laid / sum((at[f"B{c}"] - at[f"B{c + 1}"]) ** 2 for c in (2, 4, 6))


BESIDE_B1 = ("B2", "B3", "B4", "B5", "B6")


def _missed(analysis: Analysis) -> float:
    """B1 reads like nothing, what follows in row B all the same, so that one content alone speaks for a shift."""
    at = {w.well: math.log(w.response + 0.03) for w in analysis.responses.wells if w.well in ("B1", "B2")}
    return (at["B1"] - at["B2"]) ** 2 / 2 / (2 * 0.02**2)


LEFT = tuple(first for first, _ in DUPLICATES)
SPREAD = times(1.2, "A5", "B6", "C5", "D6")
THREE_OF_EACH = {"response": {"H1": 0.05, "H2": 0.3}, "add": {"H7": {"like": "H1", "response": 0.4},
                 "A7": {"like": "A1"}}}  # fmt: skip
EDGES = {"pairs": {f"{row}11": 60.0 for row in "BCDEFG"},
         "times": {**{f"{row}1": 1.25 for row in "BCDEF"}, **{f"{row}12": 1.25 for row in "BCDEFG"}}}  # fmt: skip
EDGE_PAIRS = [(f"{row}1", f"{row}2") for row in "BCDEF"] + [(f"{row}12", f"{row}11") for row in "BCDEFG"]
ROW_B = {"pairs": {"B7": 60.0}, **times(1.4, "B1", "B3", "B5", "B7")}
PAIRS_OF_ROW_B = [(f"B{c}", f"B{c + 1}") for c in (1, 3, 5, 7)]
SERUM = {"add": {f"A{c}": {"like": "A5", "name": "serum", "matrix": "serum", "dilution_factor": 40.0,
                           "reads_as": f"A{c - 2}"} for c in (7, 8)}}  # fmt: skip
TEN_TOO_HIGH = {"earlier": {"plates": 5, "z": {"QC100": [10.0]}}}
CHARTED = [100 + z for z in (*baseline(5), 10.0)]  # in percent of the nominal value
BOUNDARIES = (
    Boundary("INP-03", "min_control_levels", lambda _: 3, beyond="below", whole=True),
    Boundary("INP-04", "max_equal_wells", lambda _: 30, {"other_plate": 30}, whole=True),
    Boundary("INP-05", "correlation", rank_correlation, {"standards": "DGAFBHCE"}, "below"),
    Boundary("INP-06", "tolerance_nm", lambda _: 3.0, {"wavelength_nm": 453.0}),
    Boundary("INP-08", "tolerance_percent", lambda _: 4.0,
             {"content": {"A1": {"nominal": 520.0}},
              "set": {"standards.nominal": [500, 250, 125, 62.5, 31.25, 15.625, 7.8125]}}),
    Boundary("WEL-02", "warn_below", lambda _: -0.03, {"response": {"A5": -0.03}}, "below"),
    Boundary("WEL-03", "min_excess", lambda a: reference_excess(a, spread=False),
             {"reference": {"A5": 0.3}, "reference_slope": 0.0}),
    Boundary("WEL-03", "deviations", lambda a: reference_excess(a, spread=True), {"reference": {"A5": 0.3}},
             others={"min_excess": 0.0}),
    Boundary("WEL-04", "max_slope", lambda _: 0.2, {"reference": {}, "reference_slope": 0.2}),
    Boundary("BLK-01", "max_response", lambda a: group(a, "STD0").mean, {"response": {"H1": 0.3, "H2": 0.31}}),
    Boundary("BLK-02", "min_separation", separation, beyond="below"),
    Boundary("BLK-05", "deviations", _from_the_foot,
             {"response": {"H1": 0.02, "H2": 0.021}, "set": {"curve.zero_in_fit": "false"}}),
    Boundary("BLK-03", "max_sd", lambda _: stdev([0.05, 0.09, 0.06]), blanks(0.05, 0.09, 0.06)),
    Boundary("BLK-04", "near_zero", lambda _: 0.001, blanks(0.004, -0.002) | {"set": {"reading.blank": "subtract"}},
             "below", fails_on=True),
    Boundary("STD-01", "min_levels", lambda _: 7, beyond="below", whole=True),
    Boundary("STD-04", "min_levels", lambda _: 7, beyond="below", whole=True),
    Boundary("STD-04", "fraction", lambda _: 6 / 7, {"in_well": {"D1": 94.0, "D2": 94.0}}, "below",
             others={"min_levels": 1.0}),
    Boundary("STD-06", "min_top", lambda a: group(a, "STD500").mean, beyond="below"),
    Boundary("STD-06", "min_ratio", lambda a: group(a, "STD500").mean / group(a, "STD0").mean, beyond="below"),
    Boundary("REP-01", "cv_percent", lambda a: group(a, "STD62.5").cv_percent, times(1.3, "D1")),
    Boundary("REP-01", "cv_ends_percent", lambda a: group(a, "STD500").cv_percent, times(1.5, "A1")),
    Boundary("REP-02", "cv_percent", lambda a: a.controls[0].cv_percent or 0, times(1.5, "A3")),
    Boundary("REP-02", "cv_ends_percent", lambda a: a.controls[0].cv_percent or 0,
             times(1.5, "A3") | {"content": {"A3": {"nominal": 7.8125}}}),
    Boundary("REP-03", "cv_percent", lambda a: a.samples[0].cv_percent or 0, times(1.5, "A5")),
    Boundary("REP-03", "cv_low_percent", lambda a: a.samples[0].cv_percent or 0,
             {"response": {"A5": response(10.0), "A6": response(12.0)}}),
    Boundary("REP-04", "cv_percent", lambda a: group(a, "T").cv_percent, triplicate(0.5, 0.51, 0.9)),
    Boundary("REP-04", "min_gap", lambda _: 3.0, triplicate(0.5, 0.6, 0.9), fails_on=True),
    Boundary("REP-05", "minimum", lambda _: 1, {"leave_out": ("A6",)}, "below", whole=True),
    Boundary("REP-08", "fraction", lambda _: 4 / 9, SPREAD, others={"cv_percent": 10.0}),
    Boundary("REP-08", "cv_percent", lambda a: group(a, "S1-baseline").cv_percent, times(1.2, "A5"),
             others={"fraction": 0.0}),
    Boundary("FIT-02", "slope_low", lambda a: curve(a).b, beyond="below"),
    Boundary("FIT-02", "slope_high", lambda a: curve(a).b),
    Boundary("FIT-02", "plateau_ratio", lambda a: curve(a).d / max(p.response for p in curve(a).standards)),
    Boundary("FIT-02", "inflection_error_percent",
             lambda a: 100 * curve(a).standard_errors["c"] / curve(a).c),
    Boundary("FIT-02", "foot_low", lambda a: curve(a).a, {"plus": {"standards": -0.12}}, "below"),
    Boundary("FIT-02", "foot_high", lambda a: curve(a).a, {"plus": {"standards": 0.5}}),
    Boundary("FIT-03", "p_value", lambda a: curve(a).report.lack_of_fit_p or 0, times(1.01, "D1", "D2"), "below"),
    Boundary("FIT-05", "r_squared", lambda a: curve(a).report.r_squared, times(1.1, "A1"), "below"),
    Boundary("RNG-01", "fraction", lambda _: 2 / 6, {"response": dict.fromkeys(("A5", "A6", "B5", "B6"), 2.6)}),
    Boundary("QCS-01", "recovery_percent", first_control, {"in_well": {"A3": 30.0}}),
    Boundary("QCS-03", "bias_percent", lambda _: mean(CHARTED) - 100, TEN_TOO_HIGH),
    Boundary("QCS-03", "cv_percent", lambda _: cv(CHARTED), TEN_TOO_HIGH),
    Boundary("SMP-04", "warn_above", lambda a: a.samples[0].concentration or 0, sample(dilution_factor=100.0),
             others={"warn_below": 0.0}),
    Boundary("SMP-04", "warn_below", lambda a: min(e.concentration or 0 for e in a.samples), beyond="below"),
    Boundary("SMP-05", "max_ratio", lambda a: 5.0 * kin(a), sample(dilution_factor=100.0,
                                                                  attributes={"df_reason": "little"})),
    Boundary("SMP-06", "half_width_percent",
             lambda a: 50 * ((a.samples[0].high or 0) - (a.samples[0].low or 0)) / (a.samples[0].concentration or 1)),
    Boundary("SMP-PLT", "max_pg_ml", lambda a: a.samples[0].concentration or 0, sample(dilution_factor=400.0)),
    Boundary("SMP-PLT", "fraction", lambda _: 0.5, SERUM, fails_on=True),
    Boundary("PRE-01", "spin_minutes", lambda _: 50.0, sheet(draw_to_spin_min="50")),
    Boundary("PRE-01", "freeze_thaw", lambda _: 1.0, sheet(freeze_thaw_n="1")),
    Boundary("PRE-01", "storage_days", lambda _: 99.0, sheet(storage_days="99")),
    Boundary("PRE-01", "haemolysis_index", lambda _: 3.0, sheet(haemolysis_index="3"), fails_on=True),
    Boundary("DIL-01", "cv_percent", lambda a: cv(in_range(a)), series({10: 100.0, 40: 40.0})),
    Boundary("DIL-02", "slope_of_three", lambda a: abs(slope(a)), series({10: 100.0, 20: 60.0, 40: 36.0})),
    Boundary("DIL-02", "slope", lambda a: abs(slope(a)), series({5: 200.0, 10: 115.0, 20: 66.0, 40: 38.0})),
    Boundary("DIL-03", "concentration_ratio", lambda a: in_range(a)[0] / in_range(a)[1],
             series({10: 100.0, 20: 70.0}), "below"),
    Boundary("DIL-03", "response_ratio", lambda a: mean(read(a, ("G7", "H7"))) / mean(read(a, ("G8", "H8"))),
             series({10: 100.0, 20: 90.0}), "below", others={"concentration_ratio": 0.0}),
    Boundary("PLT-01", "shift", lambda a: abs(median(leans(a))), times(1.15, *LEFT), others={"p_value": 0.05}),
    Boundary("PLT-02", "low_ratio", end_ratio, again(80.0), "below"),
    Boundary("PLT-02", "high_ratio", end_ratio, again(120.0)),
    Boundary("PLT-03", "shift", lambda a: median(leans(a, EDGE_PAIRS)), EDGES),
    Boundary("PLT-04", "shift", lambda a: median(leans(a, PAIRS_OF_ROW_B)), ROW_B, others={"deviations": 0.0}),
    Boundary("PLT-05", "z_prime", z_prime, THREE_OF_EACH, "below"),
    Boundary("PLT-06", "from_one", _missed, {"response": {"B1": 0.05}, "in_well": dict.fromkeys(BESIDE_B1, 250)}),
    # three contents that each speak as loudly as one may
    Boundary("PLT-06", "evidence", lambda _: 21.0, ROW_B_OFF, others={"from_one": 1e9}),
    Boundary("PLT-06", "ratio", _row_b, ROW_B_OFF),
    Boundary("SUB-05", "max_ratio", lambda a: (a.samples[1].concentration or 0) / (a.samples[0].concentration or 1),
             {"content": {"B5": {"dilution_factor": 200.0}}}),
)  # fmt: skip


@dataclass(frozen=True)
class Count:
    """How much a rule needs: with what there is it judges, where it asks for one more it says that it cannot."""

    rule: str
    setting: str
    there: int
    plate: Plate = field(default_factory=dict)


COUNTS = (
    Count("FIT-04", "min_levels", 8, times(1.05, "D1", "D2")),
    Count("REP-08", "min_groups", 9),
    Count("PLT-01", "min_pairs", 15),
    Count("PLT-03", "min_pairs", 11, EDGES),
    Count("PLT-04", "min_pairs", 4, ROW_B),
    Count("PLT-06", "min_groups", 17),
)
