"""Several dilutions of one sample on one plate become one result (DIL-05), or a problem where they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from elisa_bdnf.errors import Problem
from elisa_bdnf.model.measurement import Censoring, Measurement, Use


def one_per_sample(measurements: Sequence[Measurement]) -> tuple[list[Measurement], list[Problem]]:
    """Of each sample that was read at several dilutions on one plate, the mean of those in range.

    Where none is in range the tightest limit is kept. The mean stands in the place of the first; the others are marked.
    """
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
            result[index] = chosen if index == first else replace(result[index], use=Use.OTHER_DILUTION, reason=reason)
    return result, problems


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
    """Arithmetic mean; the interval is the mean of the intervals, since dilutions share the error of the curve."""
    n = len(inside)
    lows, highs = [each.low for each in inside], [each.high for each in inside]
    factors = ", ".join(f"{each.dilution_factor:g}" for each in inside)
    return replace(
        inside[0],
        concentration=sum(each.concentration or 0.0 for each in inside) / n,
        low=None if None in lows else sum(low or 0.0 for low in lows) / n,
        high=None if None in highs else sum(high or 0.0 for high in highs) / n,
        reason=f"mean of the dilutions {factors}",
    )
