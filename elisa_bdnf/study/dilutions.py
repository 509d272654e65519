"""Several dilutions of one sample on one plate become one result (DIL-05), or a problem where they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.measurement import Censoring, Measurement, Use

_MEAN = "mean of the dilutions"
_SAME = 1e-4  # relative: attributes of a result folder have six digits


def one_per_sample(measurements: Sequence[Measurement]) -> tuple[list[Measurement], list[Problem]]:
    """Of each sample that was read at several dilutions on one plate, what the plate reports of it.

    Where the input does not say (a table of one's own), the mean of the dilutions in range, or the tightest limit. The
    result stands in the place of the first; the others are marked.
    """
    measurements = [_as_reported(each) for each in measurements]
    by_sample: dict[tuple[str, str, str], list[int]] = {}
    for index, each in enumerate(measurements):
        if each.used and each.sample and each.dilution_factor is not None:
            by_sample.setdefault((each.source, each.plate, each.sample), []).append(index)
    result, problems = list(measurements), []
    for indices in by_sample.values():
        series = [measurements[index] for index in indices]
        if len({each.dilution_factor for each in series}) < len(series) or len(series) < 2:
            continue
        chosen = _chosen(series)
        if isinstance(chosen, Problem):
            problems.append(chosen)
            continue
        first = next(i for i in indices if measurements[i].dilution_factor == chosen.dilution_factor)
        for index in indices:
            reason = f"another dilution ({chosen.dilution_factor:g}) of {chosen.sample} is used"
            if chosen.reason.startswith(_MEAN) and measurements[index].concentration is not None:
                reason = f"is in the {chosen.reason} of {chosen.sample}, which stands in another line"
            result[index] = chosen if index == first else replace(result[index], use=Use.OTHER_DILUTION, reason=reason)
    return result, problems


def _as_reported(measurement: Measurement) -> Measurement:
    """A dilution that the plate's own result does not rest on (another policy, a hook) is none here either."""
    if not measurement.used or measurement.attributes.get("reported", "").casefold() != "false":
        return measurement
    return replace(
        measurement, use=Use.OTHER_DILUTION, reason=f"the plate reports {measurement.sample} from another dilution"
    )


def _chosen(series: Sequence[Measurement]) -> Measurement | Problem:
    inside = [each for each in series if each.concentration is not None]
    if len(inside) == 1:
        return inside[0]
    if inside:
        return _mean(inside)
    sides = {each.censoring for each in series}
    if len(sides) > 1:
        first = series[0]
        found = f"sample {first.sample!r} is below the range at one dilution and above it at another"
        return Problem(found, hint="leave one out with --exclude", file=first.source)
    tightest = min if sides == {Censoring.LEFT} else max
    return tightest(series, key=lambda each: each.limit or 0.0)


def _mean(inside: Sequence[Measurement]) -> Measurement:
    """Arithmetic mean, with the interval that the plate gives for it.

    Where it gives none, the mean of the intervals, since dilutions share the error of the curve.
    """
    n = len(inside)
    lows, highs = [each.low for each in inside], [each.high for each in inside]
    factors = ", ".join(f"{each.dilution_factor:g}" for each in inside)
    mean = sum(each.concentration or 0.0 for each in inside) / n
    plate, low, high = (_said(inside[0], name) for name in ("concentration", "ci_low", "ci_high"))
    if plate is not None and abs(plate / mean - 1) < _SAME:
        lows, highs = [low] * n, [high] * n
    return replace(
        inside[0],
        concentration=mean,
        low=None if None in lows else sum(low or 0.0 for low in lows) / n,
        high=None if None in highs else sum(high or 0.0 for high in highs) / n,
        reason=f"{_MEAN} {factors}",
    )


def _said(measurement: Measurement, name: str) -> float | None:
    """What the plate says of the sample over all its dilutions."""
    return number_from_text_or_none(measurement.attributes.get(f"result_{name}", ""))
