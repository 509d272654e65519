"""Several dilutions of one sample → the one result that is reported, and whether they agree.

A hook (excess analyte lowers the response) makes a stronger dilution read too low. What is less diluted than the pair
that shows it is not believed, and of the others the most diluted one in range is reported (rule DIL-03).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from elisa_bdnf.analysis.curves import place, rises, variance_along
from elisa_bdnf.analysis.intervals import t_values_or_none
from elisa_bdnf.analysis.robustness import robustness_of_mean
from elisa_bdnf.analysis.scatter import well_variance
from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.estimate import Estimate, RangeStatus, SampleResult
from elisa_bdnf.model.protocol import DilutionPolicy, DilutionSettings

_ABOVE = (RangeStatus.ABOVE_ULOQ, RangeStatus.ABOVE_CURVE, RangeStatus.SATURATED)
_BELOW = (RangeStatus.BELOW_LLOQ, RangeStatus.BELOW_CURVE)
_SLACK = 1e-9
_LARGEST_LN = 690.0  # e^690 is still a number


def results_from_samples(
    samples: Sequence[Estimate], curve: Curve | NoCurve, settings: DilutionSettings
) -> tuple[SampleResult, ...]:
    """One result a sample, in the order in which samples first occur. Dilutions of a sample differ in nothing else."""
    by_sample: dict[tuple[str | None, ...], list[Estimate]] = {}
    for estimate in samples:
        content = estimate.group.content
        key = (content.name, content.subject, content.timepoint, content.matrix)
        by_sample.setdefault(key, []).append(estimate)
    return tuple(result_from_dilutions(estimates, curve, settings) for estimates in by_sample.values())


def result_from_dilutions(
    estimates: Sequence[Estimate], curve: Curve | NoCurve, settings: DilutionSettings
) -> SampleResult:
    """The result of one sample by the policy of the protocol, with the reason for the choice."""
    if len(estimates) == 1 or isinstance(curve, NoCurve):
        return _as_it_is(estimates)
    ordered = tuple(sorted(estimates, key=factor))
    hook = _hook(ordered, settings, rising=rises(curve))
    believed = tuple(e for e in ordered if hook is None or factor(e) >= hook[1])
    inside = _in_range(ordered)
    values = [e.concentration or 0.0 for e in inside]
    cv = _cv(values)
    trend = _slope([math.log(factor(e)) for e in inside], [math.log(value) for value in values])
    eligible = tuple(e for e in inside if e in believed)
    if not eligible:
        bound = _bound(ordered, believed, hook)
        return bound._replace(in_range=inside, cv_percent=cv, slope=trend)
    used, reason = _chosen(eligible, curve, settings.policy, hook)
    concentration = math.fsum(e.concentration or 0.0 for e in used) / len(used)
    low, high = _interval(used, curve, concentration)
    reason += _why_open(used, low, high) + _apart(used)
    status = RangeStatus.WITHIN
    if any(e.status is RangeStatus.EXTRAPOLATED for e in used):
        status = RangeStatus.EXTRAPOLATED
    robustness = robustness_of_mean(used, concentration, (low, high))
    return SampleResult(
        ordered, inside, used, status, concentration, low, high, None, reason, cv, trend, hook, robustness
    )


def _in_range(estimates: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Those inside the range; extrapolated ones only where there is no other."""
    numbers = [e for e in estimates if e.status.has_number and e.concentration is not None]
    within = tuple(e for e in numbers if e.status is RangeStatus.WITHIN)
    return within or tuple(numbers)


def factor(estimate: Estimate) -> float:
    """The dilution factor as stated; 1 where none is."""
    return estimate.group.content.dilution_factor or 1.0


def _as_it_is(estimates: Sequence[Estimate]) -> SampleResult:
    """A single dilution is its own result; without a curve there is none of any."""
    ordered = tuple(sorted(estimates, key=factor))
    only = ordered[0]
    inside = ordered if only.status.has_number and only.concentration is not None else ()
    return SampleResult(
        ordered, inside, ordered[:1], only.status, only.concentration, only.low, only.high, only.limit, only.reason,
        robustness=only.robustness,
    )  # fmt: skip


def _chosen(
    inside: tuple[Estimate, ...], curve: Curve, policy: DilutionPolicy, hook: tuple[float, float] | None
) -> tuple[tuple[Estimate, ...], str]:
    """What the result rests on, and why."""
    if hook is not None:
        said = f"hook at 1:{hook[0]:g} against 1:{hook[1]:g}: the most diluted in range, 1:{factor(inside[-1]):g}"
        return inside[-1:], said
    if len(inside) == 1:
        return inside, f"1:{factor(inside[0]):g} is the only dilution in range"
    if policy is DilutionPolicy.LOWEST_FACTOR:
        return inside[:1], f"1:{factor(inside[0]):g} is the least diluted in range"
    if policy is DilutionPolicy.NEAREST_C:
        middle = _middle(curve)
        best = min(inside, key=lambda e: abs(math.log((e.in_well or middle) / middle)))
        return (best,), f"1:{factor(best):g} lies nearest the middle of the curve ({middle:.4g} in the well)"
    return inside, f"mean of the {len(inside)} dilutions in range, {_named(inside)}"


def _named(estimates: Sequence[Estimate]) -> str:
    names = [f"1:{factor(e):g}" for e in estimates]
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]


def _middle(curve: Curve) -> float:
    """The inflection where it lies inside the range, else the geometric middle of the range."""
    limits = curve.limits
    return curve.c if limits.lloq < curve.c < limits.uloq else math.sqrt(limits.lloq * limits.uloq)


def _bound(
    ordered: tuple[Estimate, ...], believed: Sequence[Estimate], hook: tuple[float, float] | None
) -> SampleResult:
    """No dilution in range: the closest bound from either side, or that they contradict each other."""
    above = [e for e in believed if e.status in _ABOVE and e.limit is not None]
    below = [e for e in believed if e.status in _BELOW and e.limit is not None]
    beside = f"; not believed for a hook: {_named([e for e in ordered if e not in believed])}" if hook else ""
    if not above and not below:
        reason = "; ".join(dict.fromkeys(e.reason for e in believed if e.reason)) or "no dilution has a value"
        return SampleResult(
            ordered, (), tuple(believed[:1]), RangeStatus.NO_VALUE, None, None, None, None, reason + beside, hook=hook
        )
    floor = max(above, key=lambda e: e.limit or 0.0, default=None)
    ceiling = min(below, key=lambda e: e.limit or math.inf, default=None)
    if floor and ceiling and (floor.limit or 0.0) > (ceiling.limit or 0.0) * (1 + _SLACK):
        reason = (
            f"the dilutions contradict each other: more than {floor.limit:.4g} at 1:{factor(floor):g} and less than "
            f"{ceiling.limit:.4g} at 1:{factor(ceiling):g}"
        )
        return SampleResult(
            ordered, (), (floor, ceiling), RangeStatus.NO_VALUE, None, None, None, None, reason + beside, hook=hook
        )
    chosen = floor or ceiling or believed[0]
    reason = f"no dilution in range; the closest bound is that of 1:{factor(chosen):g}"
    if floor and ceiling:
        reason += f"; below {ceiling.limit:.4g} by 1:{factor(ceiling):g}"
    return SampleResult(
        ordered, (), (chosen,), chosen.status, None, None, None, chosen.limit, reason + beside, hook=hook
    )


def _cv(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return 100 * math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)) / mean


def _slope(x: Sequence[float], y: Sequence[float]) -> float | None:
    if len(x) < 3:
        return None
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    return math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / math.fsum((a - mx) ** 2 for a in x)


def _hook(ordered: Sequence[Estimate], settings: DilutionSettings, *, rising: bool) -> tuple[float, float] | None:
    """The last pair of factors where the stronger dilution responds, or reads, too low.

    The last, since everything less diluted than a hook is inside it.
    """
    found = None
    for strong, weak in pairwise(ordered):
        falls = rising and _is_falling(strong, weak, settings.hook_response_ratio)
        low = (
            strong.status is RangeStatus.WITHIN
            and weak.concentration is not None
            and strong.concentration is not None
            and strong.concentration < settings.hook_concentration_ratio * weak.concentration * (1 - _SLACK)
        )
        if falls or low:
            found = factor(strong), factor(weak)
    return found


def _is_falling(strong: Estimate, weak: Estimate, ratio: float) -> bool:
    """Whether the stronger dilution responds less than the weaker one, which is clearly above the background.

    Near zero responses differ by chance; a saturated well does not respond less, whatever was read beside it.
    """
    if weak.status in _BELOW or strong.status is RangeStatus.SATURATED or not strong.group.responses:
        return False
    if weak.status is RangeStatus.SATURATED:
        return True
    return bool(weak.group.responses) and strong.group.mean < ratio * weak.group.mean * (1 - _SLACK)


def _interval(used: Sequence[Estimate], curve: Curve, mean: float) -> tuple[float | None, float | None]:
    """Of a single dilution its own; of a mean by the delta method, on the log scale.

    Where no dilution is bounded on a side, their mean is not; and no bound of it is further away than the mean of
    their bounds, which is what it would be if all of them erred alike.
    """
    if len(used) == 1:
        return used[0].low, used[0].high
    ts = t_values_or_none(curve, [estimate.group.mean for estimate in used])
    if ts is None:
        return None, None
    half = min(max(ts) * math.sqrt(_variance(used, curve)) / mean, _LARGEST_LN)
    lows = [estimate.low or 0.0 for estimate in used]
    highs = [math.inf if estimate.high is None else estimate.high for estimate in used]
    low = max(mean * math.exp(-half), math.fsum(lows) / len(used)) if any(lows) else 0.0
    high = min(mean * math.exp(half), math.fsum(highs) / len(used)) if min(highs) < math.inf else math.inf
    return low, high


def _variance(used: Sequence[Estimate], curve: Curve) -> float:
    """Of the mean concentration; infinite where the curve is flat at one of them.

    The replicate errors of the dilutions are independent, the error of the curve is common to all of them:
    Var = (Σ Cᵢ²·vᵢ/mᵢ/sᵢ² + G·C·G')/k² with G = Σ Cᵢ·Jᵢ/sᵢ and s = dy/d ln x. Errors of pipetting the dilutions are not
    in it; the CV over the dilutions shows them.
    """
    own, common = 0.0, [0.0] * len(curve.covariance_of)
    for estimate in used:
        x, value = estimate.in_well or 0.0, estimate.concentration or 0.0
        _, steep, row = place(curve, x)
        if steep == 0:
            return math.inf
        own += (value / steep) ** 2 * well_variance(curve, estimate.group.mean) / estimate.group.n
        common = [g + value * part / steep for g, part in zip(common, row, strict=True)]
    return (own + variance_along(curve, tuple(common))) / len(used) ** 2


def _apart(used: Sequence[Estimate]) -> str:
    """That the intervals of dilutions have nothing in common: that of their mean holds no error of diluting."""
    lows, highs = [e.low for e in used if e.low is not None], [e.high for e in used if e.high is not None]
    if len(used) < 2 or not lows or not highs or max(lows) <= min(highs):
        return ""
    return "; the dilutions differ by more than their intervals, and so than that of their mean"


def _why_open(used: Sequence[Estimate], low: float | None, high: float | None) -> str:
    """What the dilutions say of a side on which none of them is bounded."""
    if low and high is not None and not math.isinf(high):
        return ""
    return "; " + "; ".join(dict.fromkeys(estimate.interval_remark for estimate in used))
