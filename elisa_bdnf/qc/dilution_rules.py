"""One sample at several dilutions: do they tell the same concentration?"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.result import Estimate, FindingLevel, RangeStatus
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject


def _series(plate: PlateSubject) -> Iterator[tuple[str, list[Estimate]]]:
    """Samples that stand on the plate at two or more dilutions, least diluted first."""
    by_sample: dict[tuple[str, str | None, str | None], list[Estimate]] = defaultdict(list)
    for estimate in plate.analysis.samples:
        if estimate.group.content.dilution_factor is not None:
            by_sample[_sample(estimate.group.content)].append(estimate)
    for (name, _, _), estimates in by_sample.items():
        if len({estimate.group.content.dilution_factor for estimate in estimates}) > 1:
            yield name, sorted(estimates, key=_factor)


def _sample(content: Content) -> tuple[str, str | None, str | None]:
    return content.name, content.subject, content.timepoint


def _factor(estimate: Estimate) -> float:
    return estimate.group.content.dilution_factor or 1.0


def _in_range(estimates: list[Estimate]) -> list[tuple[float, float]]:
    """(dilution factor, concentration) of the dilutions inside the range."""
    return [
        (_factor(e), e.concentration)
        for e in estimates
        if e.status is RangeStatus.WITHIN and e.concentration is not None and e.concentration > 0
    ]


def _wells(estimates: list[Estimate]) -> tuple[str, ...]:
    return tuple(well for estimate in estimates for well in estimate.group.all_wells)


@rule("DIL-01", FindingLevel.WARN, "parallelism: CV of the corrected concentrations ≤ 30 % (EMA 2011, from memory)")
def dilutions_agree(plate: PlateSubject, *, cv_percent: float = 30.0) -> Verdicts:
    """The dilution-corrected concentrations of one sample agree over the dilutions inside the range."""
    several = False
    for name, estimates in _series(plate):
        several = True
        values = [concentration for _, concentration in _in_range(estimates)]
        if len(values) < 2:
            continue
        mean = sum(values) / len(values)
        cv = 100 * math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1)) / mean
        if exceeds(cv, cv_percent):
            yield Remark(
                f"the dilutions of sample {name} disagree: CV {digits(cv, cv_percent)} %",
                measured=digits(cv, cv_percent, unit=" %"),
                limit=f"{plain(cv_percent)} %",
                wells=_wells(estimates),
                action="repeat",
                subject=f"sample {name}",
            )
    if not several:
        yield Missing("no sample stands on the plate at several dilutions")


@rule("DIL-02", FindingLevel.WARN, "policy; the limits keep false alarms of three dilutions below 5 % (DOMAIN §10.6)")
def dilutions_are_parallel(plate: PlateSubject, *, slope_of_three: float = 0.25, slope: float = 0.15) -> Verdicts:
    """Ln concentration does not follow ln dilution, over three or more dilutions inside the range.

    With three dilutions the slope is uncertain and ``slope_of_three`` is the limit, with more ``slope``.
    """
    judged = False
    for name, estimates in _series(plate):
        points = [(math.log(factor), math.log(concentration)) for factor, concentration in _in_range(estimates)]
        if len(points) < 3:
            continue
        judged = True
        limit = slope_of_three if len(points) == 3 else slope
        found = _slope(points)
        if exceeds(abs(found), limit):
            yield Remark(
                f"sample {name} is not parallel to the standards: slope {digits(found, math.copysign(limit, found))} "
                f"over {len(points)} dilutions",
                measured=digits(found, math.copysign(limit, found)),
                limit=f"±{plain(limit)}",
                wells=_wells(estimates),
                action="annotate",
                subject=f"sample {name}",
            )
    if not judged:
        yield Missing("no sample has three dilutions inside the range")


def _slope(points: list[tuple[float, float]]) -> float:
    x_mean = sum(x for x, _ in points) / len(points)
    y_mean = sum(y for _, y in points) / len(points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)


@rule("DIL-03", FindingLevel.WARN, "excess analyte lowers the signal; dilution reveals it (hook, prozone)")
def response_falls_with_dilution(
    plate: PlateSubject, *, response_ratio: float = 0.95, concentration_ratio: float = 0.80
) -> Verdicts:
    """A less diluted well does not read lower than a more diluted one, in response or in corrected concentration."""
    several = False
    for name, estimates in _series(plate):
        several = True
        for strong, weak in pairwise(estimates):
            said = _hook(strong, weak, response_ratio, concentration_ratio)
            if said is not None:
                measured, limit, sentence = said
                yield Remark(
                    f"sample {name}: {sentence}: hook effect?",
                    measured=measured,
                    limit=limit,
                    wells=_wells([strong, weak]),
                    action="repeat",
                    subject=f"sample {name}",
                )
    if not several:
        yield Missing("no sample stands on the plate at several dilutions")


def _hook(strong: Estimate, weak: Estimate, of_response: float, of_concentration: float) -> tuple[str, str, str] | None:
    pair = f"1:{plain(_factor(strong))} against 1:{plain(_factor(weak))}"
    if strong.group.n and weak.group.n and weak.group.mean > 0:
        ratio = strong.group.mean / weak.group.mean
        if below(ratio, of_response):
            return digits(ratio, of_response), plain(of_response), f"the response falls with concentration, {pair}"
    if strong.status is RangeStatus.WITHIN and strong.concentration and weak.concentration:
        ratio = strong.concentration / weak.concentration
        if below(ratio, of_concentration):
            return (
                digits(ratio, of_concentration),
                plain(of_concentration),
                f"the concentration is lower at {pair}",
            )
    return None
