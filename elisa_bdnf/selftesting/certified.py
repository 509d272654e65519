"""OQ: numbers that others certified or that are exact.

Data, certified values and standard deviations of Rat42, Rat43 and Misra1d are those of the Statistical Reference
Datasets of the National Institute of Standards and Technology (NIST StRD, Nonlinear Regression,
itl.nist.gov/div898/strd), a work of the government of the United States that is not subject to copyright there. Their
models are curves of ours in other letters: with X = exp(x / s), b1 / (1 + exp(b2 − b3·x)) is a 4PL in X with a = 0,
d = b1, b = s·b3 and c = exp(b2 / (s·b3)).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.analysis.table import Table, Unknown
from elisa_bdnf.analysis.table_fit import fit_table, read_unknowns, spec_from_options
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.model.curve import Curve, Level
from elisa_bdnf.selftesting.item import Item, Part, judged

LEAST_DIGITS = 6.0  # of certified values; exact ones must agree to nine


@dataclass(frozen=True, slots=True)
class Certified:
    """A data set with its certified answers: name → value, and how the name is read off our curve."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    model: str
    fixed: Sequence[str]
    values: Mapping[str, float]
    read: Mapping[str, Callable[[Curve], float]]


def _par(name: str) -> Callable[[Curve], float]:
    return lambda curve: curve.estimate_or_none(name) or math.nan


def _se(name: str) -> Callable[[Curve], float]:
    return lambda curve: curve.standard_errors.get(name, math.nan)


def _rss(curve: Curve) -> float:
    return curve.report.residual_sum_of_squares


RAT42 = Certified(
    "NIST Rat42 (4PL)",
    [math.exp(x / 10) for x in (9, 14, 21, 28, 42, 57, 63, 70, 79)],
    [8.93, 10.80, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08],
    "4pl",
    ["a=0"],
    {
        "b1": 7.2462237576e01, "b2": 2.6180768402e00, "b3": 6.7359200066e-02,
        "sd of b1": 1.7340283401e00, "sd of b3": 3.4465663377e-03, "sum of squares": 8.0565229338e00,
    },
    {
        "b1": _par("d"), "b2": lambda c: _par("b")(c) * math.log(_par("c")(c)), "b3": lambda c: _par("b")(c) / 10,
        "sd of b1": _se("d"), "sd of b3": lambda c: _se("b")(c) / 10, "sum of squares": _rss,
    },
)  # fmt: skip
RAT43 = Certified(
    "NIST Rat43 (5PL)",
    [math.exp(x / 2) for x in range(1, 16)],
    [16.08, 33.83, 65.8, 97.2, 191.55, 326.2, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96, 637.56, 717.41],
    "5pl-r",
    ["a=0"],
    {
        "b1": 6.9964151270e02, "b2": 5.2771253025e00, "b3": 7.5962938329e-01, "b4": 1.2792483859e00,
        "sd of b1": 1.6302297817e01, "sd of b3": 1.9566123451e-01, "sum of squares": 8.7864049080e03,
    },
    {
        "b1": _par("d"), "b2": lambda c: _par("b")(c) * math.log(_par("c")(c)), "b3": lambda c: _par("b")(c) / 2,
        "b4": lambda c: 1 / _par("g")(c), "sd of b1": _se("d"), "sd of b3": lambda c: _se("b")(c) / 2,
        "sum of squares": _rss,
    },
)  # fmt: skip
MISRA1D = Certified(
    "NIST Misra1d (4PL, b fixed)",
    [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0],
    [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78],
    "4pl",
    ["a=0", "b=1"],
    {"b1": 4.3736970754e02, "b2": 3.0227324449e-04, "sd of b1": 3.6489174345e00, "sum of squares": 5.6419295283e-02},
    {"b1": _par("d"), "b2": lambda c: 1 / _par("c")(c), "sd of b1": _se("d"), "sum of squares": _rss},
)
DATASETS = (RAT42, RAT43, MISRA1D)

# A true curve for each model, of which the responses are exact.
_A, _B, _C, _D, _G = 0.06, 1.1, 320.0, 3.1, 1.4
EXACT: Mapping[str, tuple[Sequence[str], Callable[[float], float]]] = {
    "4pl": ((), lambda x: _D + (_A - _D) / (1 + (x / _C) ** _B)),
    "5pl": ((), lambda x: _D + (_A - _D) / (1 + (x / _C) ** _B) ** _G),
    "5pl-r": ((), lambda x: _A + (_D - _A) / (1 + (_C / x) ** _B) ** _G if x else _A),
}
_LEVELS = (0.0, 7.8125, 15.625, 31.25, 62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0)
_BETWEEN = (10.0, 77.0, 180.0, 333.0, 900.0)
# Quantile 0.975 of Student's t by degrees of freedom; for 1 and 2 they have closed forms.
_T: Mapping[int, float] = {1: math.tan(math.pi * 0.475), 2: 0.95 / math.sqrt(2 * 0.975 * 0.025), 10: 2.2281388519649385}


def certified_items() -> Iterator[Item]:
    """Fits of certified data sets, of exact curves, and quantiles."""
    yield from (_dataset(each) for each in DATASETS)
    yield from (_exact(model) for model in EXACT)
    digits = min(digits_of(t_quantile(0.975, n), t) for n, t in _T.items())
    yield _judged("Student's t, quantiles", digits, 9.0, "against closed forms and tables")


def digits_of(found: float, right: float) -> float:
    """Significant digits that agree (log relative error), 15 at most; 0 where there is no number."""
    if found == right:
        return 15.0
    error = abs(found - right) / abs(right)
    return max(0.0, min(15.0, -math.log10(error))) if error > 0 else 0.0  # nan compares as false


def _judged(name: str, digits: float, least: float, more: str) -> Item:
    said = f"{digits:.1f} digits agree, {least:g} are asked for; {more}"
    return judged(Part.OQ, name, said, passed=digits >= least)


def _dataset(data: Certified) -> Item:
    """The worst digit of all parameters, standard deviations and the sum of squares."""
    levels = tuple(Level(x, (y,)) for x, y in zip(data.x, data.y, strict=True))
    try:
        curve = fit_table(Table(levels, ()), spec_from_options(data.model, "none", "replicates", data.fixed))
    except ElisaError as refused:
        return judged(Part.OQ, data.name, str(refused.problems[0]), passed=False)
    digits = {name: digits_of(data.read[name](curve), value) for name, value in data.values.items()}
    worst = min(digits, key=digits.__getitem__)
    return _judged(data.name, digits[worst], LEAST_DIGITS, f"the worst of {len(digits)} certified values is {worst}")


def _exact(model: str) -> Item:
    """Concentrations between the standards are read off a curve through exact points."""
    fixed, response = EXACT[model]
    name = f"exact {model.upper()}: concentrations between the standards"
    levels = tuple(Level(x, (response(x),)) for x in _LEVELS)
    table = Table(levels, tuple(Unknown(response(x)) for x in _BETWEEN))
    try:
        curve = fit_table(table, spec_from_options(model, "none", "replicates", fixed))
        found = [reading.in_well for reading in read_unknowns(table, curve)]
    except ElisaError as refused:
        return judged(Part.OQ, name, str(refused.problems[0]), passed=False)
    digits = min(digits_of(math.nan if x is None else x, right) for x, right in zip(found, _BETWEEN, strict=True))
    return _judged(name, digits, 7.0, f"the worst of {len(found)}")
