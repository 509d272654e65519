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
from elisa_bdnf.study.cells import SIDES
from elisa_bdnf.study.statistics import fit_normal
from elisa_bdnf.study.statistics.contrasts import t_contrast
from elisa_bdnf.study.statistics.values import exp_or_inf

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
    return about.ratio_low, about.ratio_high


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics at share · (n − 1)."""
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    if ordered[below] == ordered[above] or at == below:
        return ordered[below]  # also where both are infinite
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def _censored(counts: Counts, used: Sequence[Measurement], numbers: Sequence[float]) -> Descriptive:
    values = [each.concentration if each.concentration is not None else each.limit or 0.0 for each in used]
    fitted = fit_normal([math.log(value) for value in values], [SIDES[each.censoring] for each in used])
    if fitted is None:
        return _without(counts, numbers, "share only", "too few numbers beside the limits")
    mu, sigma, se = fitted
    about = t_contrast("", mu, se, len(used) - 1)
    centre = (math.exp(mu), math.exp(sigma), about.ratio_low, about.ratio_high)
    quartiles, estimated = _quartiles(used, mu, sigma)
    mean = exp_or_inf(mu + sigma**2 / 2)
    sd = mean * math.sqrt(exp_or_inf(sigma**2) - 1)
    return Descriptive(
        *counts, mean, sd, *centre, quartiles["median"], quartiles["q1"], quartiles["q3"], numbers[0], numbers[-1],
        "censored likelihood",
        ("mean", "sd", "geometric_mean", "geometric_sd", *estimated),
        "statistics of a log-normal fitted to numbers and limits",
    )  # fmt: skip


def _quartiles(used: Sequence[Measurement], mu: float, sigma: float) -> tuple[dict[str, float], list[str]]:
    """Quartiles from ordered values; one that the limits leave open comes from the fitted log-normal, and is named.

    A number below another value's lower limit (or above its upper) has no sure place in the order.
    """
    lowest = max((each.limit or 0.0 for each in used if each.censoring is Censoring.LEFT), default=0.0)
    highest = min((each.limit or 0.0 for each in used if each.censoring is Censoring.RIGHT), default=math.inf)
    ordered = sorted(_place(each) for each in used)
    quartiles, estimated = {}, []
    for name, share in _QUANTILES.items():
        found = quantile(ordered, share)
        if not lowest <= found <= highest:
            found = math.exp(mu + sigma * NormalDist().inv_cdf(share))
            estimated.append(name)
        quartiles[name] = found
    return quartiles, estimated


def _place(each: Measurement) -> float:
    """Where a value stands in the order: censored ones before or after all numbers."""
    if each.concentration is not None:
        return each.concentration
    return -math.inf if each.censoring is Censoring.LEFT else math.inf
