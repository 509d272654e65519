"""Numbers that a review needs to pool a study: for every group and timepoint, always, censored values included.

Without censored values: arithmetic and geometric mean and SD (n − 1), quartiles by linear interpolation (type 7 of
Hyndman & Fan, the default of R and numpy). With up to 60 % censored: a log-normal fitted to numbers and limits by
maximum likelihood, and quartiles from the ordered values where these decide them. Above 60 %: counts only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

from elisa_bdnf.model.measurement import Censoring, Measurement
from elisa_bdnf.model.study import Descriptive, StudySubject
from elisa_bdnf.study._pending import censored_summary
from elisa_bdnf.study.statistics import NoResult
from elisa_bdnf.study.statistics.contrasts import t_contrast

MOST_CENSORED_PERCENT = 60.0
_QUANTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


def descriptives(
    subjects: Sequence[StudySubject], timepoints: Sequence[str], groups: Mapping[str, Sequence[str]]
) -> tuple[Descriptive, ...]:
    """``groups``: name of a group → its subjects."""
    values = {(subject.subject, value.timepoint): value for subject in subjects for value in subject.values}
    made = []
    for group, members in groups.items():
        for timepoint in timepoints:
            there = [values[member, timepoint].measurement for member in members]
            used = [each for each in there if each is not None and each.used]
            made.append(describe(group, timepoint, used, len(members) - len(used)))
    return tuple(made)


def describe(group: str, timepoint: str, used: Sequence[Measurement], n_missing: int) -> Descriptive:
    """One group at one timepoint; ``used`` are its values, censored ones included."""
    below = sum(each.censoring is Censoring.LEFT for each in used)
    above = sum(each.censoring is Censoring.RIGHT for each in used)
    numbers = sorted(each.concentration for each in used if each.concentration is not None)
    n = len(used)
    counts = (group, timepoint, n, below, above, n_missing)
    if not n:
        return _without(counts, numbers, "observed", "no values")
    if below + above == 0:
        return _observed(counts, numbers)
    share = 100 * (below + above) / n
    if share > MOST_CENSORED_PERCENT:
        reason = (
            f"{share:.0f} % of the values are beyond the limits: no mean is given above {MOST_CENSORED_PERCENT:g} %"
        )
        return _without(counts, numbers, "share only", reason)
    return _censored(counts, used, numbers)


Counts = tuple[str, str, int, int, int, int]


def _without(counts: Counts, numbers: Sequence[float], method: str, reason: str) -> Descriptive:
    least, most = (numbers[0], numbers[-1]) if numbers else (None, None)
    nothing = (None, None, None, None, None, None, None, None, None)
    return Descriptive(*counts, *nothing, least, most, method, (), reason)


def _observed(counts: Counts, numbers: Sequence[float]) -> Descriptive:
    n = len(numbers)
    logs = [math.log(value) for value in numbers]
    mean, sd = _mean_sd(numbers)
    ln_mean, ln_sd = _mean_sd(logs)
    low, high = _interval(ln_mean, ln_sd, n)
    q1, median, q3 = (quantile(numbers, share) for share in _QUANTILES.values())
    return Descriptive(
        *counts, mean, sd, math.exp(ln_mean), None if ln_sd is None else math.exp(ln_sd), low, high, median, q1, q3,
        numbers[0], numbers[-1], "observed", (), "" if n > 1 else "one value has no SD",
    )  # fmt: skip


def _mean_sd(values: Sequence[float]) -> tuple[float, float | None]:
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, None
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _interval(ln_mean: float, ln_sd: float | None, n: int) -> tuple[float | None, float | None]:
    """95 % t interval of the geometric mean."""
    if not ln_sd or n < 2:
        return None, None
    about = t_contrast("", ln_mean, ln_sd / math.sqrt(n), n - 1)
    return math.exp(about.low), math.exp(about.high)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics at share · (n − 1)."""
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def _censored(counts: Counts, used: Sequence[Measurement], numbers: Sequence[float]) -> Descriptive:
    sides = {Censoring.NONE: 0, Censoring.LEFT: -1, Censoring.RIGHT: 1}
    found = censored_summary(
        [each.concentration if each.concentration is not None else each.limit or 0.0 for each in used],
        [sides[each.censoring] for each in used],
    )
    fitted = {"mean": found.mean, "sd": found.sd, "geometric_mean": found.geometric_mean,
              "geometric_sd": found.geometric_sd}  # fmt: skip
    refused = next((value.reason for value in fitted.values() if isinstance(value, NoResult)), "")
    if refused:
        return _without(counts, numbers, "share only", refused)
    quartiles, estimated = _quartiles(found.q1, found.median, found.q3, fitted)
    mean, sd, geometric_mean, geometric_sd = (_number(value) for value in fitted.values())
    return Descriptive(
        *counts, mean, sd, geometric_mean, geometric_sd, None, None, quartiles[1], quartiles[0], quartiles[2],
        numbers[0], numbers[-1], "censored likelihood", (*fitted, *estimated),
        "statistics of a log-normal fitted to numbers and limits",
    )  # fmt: skip


def _number(value: float | NoResult) -> float | None:
    return None if isinstance(value, NoResult) else value


def _quartiles(
    q1: float | NoResult, median: float | NoResult, q3: float | NoResult, fitted: Mapping[str, float | NoResult]
) -> tuple[list[float | None], list[str]]:
    """Quartiles from ordered values; one that lies among the censored comes from the fitted log-normal, named."""
    mu, sigma = (_number(fitted[name]) for name in ("geometric_mean", "geometric_sd"))
    values: list[float | None] = []
    estimated: list[str] = []
    for (name, share), found in zip(_QUANTILES.items(), (q1, median, q3), strict=True):
        number = _number(found)
        if number is None and mu and sigma:
            number = mu * sigma ** NormalDist().inv_cdf(share)
            estimated.append(name)
        values.append(number)
    return values, estimated
