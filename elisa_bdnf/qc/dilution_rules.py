"""One sample at several dilutions: do they tell the same concentration, and which is reported?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from elisa_bdnf.model.estimate import Estimate, SampleResult
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import KitMatrix, Protocol
from elisa_bdnf.model.response import Group
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject


def _series(plate: PlateSubject) -> Iterator[SampleResult]:
    """Samples that stand on the plate at two or more dilutions."""
    return (result for result in plate.analysis.results if result.is_series)


def _factor(estimate: Estimate) -> float:
    return estimate.group.content.dilution_factor or 1.0


def _wells(*estimates: Estimate) -> tuple[str, ...]:
    return tuple(well for estimate in estimates for well in estimate.group.all_wells)


@rule("DIL-01", FindingLevel.WARN, "parallelism: CV of the corrected concentrations ≤ 30 % (EMA 2011, from memory)")
def dilutions_agree(plate: PlateSubject, *, cv_percent: float = 30.0) -> Verdicts:
    """The dilution-corrected concentrations of one sample agree over the dilutions inside the range."""
    several = False
    for result in _series(plate):
        several = True
        if result.cv_percent is not None and exceeds(result.cv_percent, cv_percent):
            name, shown = result.content.name, digits(result.cv_percent, cv_percent, unit=" %")
            yield Remark(
                f"the dilutions of sample {name} disagree: CV {shown}",
                measured=shown,
                limit=f"{as_set(cv_percent)} %",
                wells=_wells(*result.estimates),
                action="repeat",
                subject=f"sample {name}",
            )
    if not several:
        yield Missing("no sample stands on the plate at several dilutions")


@rule("DIL-02", FindingLevel.WARN, "policy; the limits keep false alarms of three dilutions below 5 %")
def dilutions_are_parallel(plate: PlateSubject, *, slope_of_three: float = 0.25, slope: float = 0.15) -> Verdicts:
    """Ln concentration does not follow ln dilution, over three or more dilutions inside the range.

    With three dilutions the slope is uncertain and ``slope_of_three`` is the limit, with more ``slope``.
    """
    judged = False
    for result in _series(plate):
        if result.slope is None:
            continue
        judged = True
        limit = slope_of_three if len(result.in_range) == 3 else slope
        if exceeds(abs(result.slope), limit):
            shown = digits(result.slope, math.copysign(limit, result.slope))
            name, count = result.content.name, len(result.in_range)
            yield Remark(
                f"sample {name} is not parallel to the standards: slope {shown} over {count} dilutions",
                measured=shown,
                limit=f"±{as_set(limit)}",
                wells=_wells(*result.estimates),
                action="annotate",
                subject=f"sample {name}",
            )
    if not judged:
        yield Missing("no sample has three dilutions inside the range")


@rule("DIL-03", FindingLevel.WARN, "excess analyte lowers the signal; dilution reveals it (hook, prozone)")
def response_falls_with_dilution(
    plate: PlateSubject, *, response_ratio: float = 0.95, concentration_ratio: float = 0.80
) -> Verdicts:
    """A less diluted well does not read lower than a more diluted one, in response or in corrected concentration.

    What is less diluted than that pair is not believed; the result rests on the most diluted one in range.
    """
    several = False
    for result in _series(plate):
        several = True
        if result.hook is not None:
            strong, weak = _pair(result)
            name = result.content.name
            measured, limit, sentence = _hook(strong, weak, response_ratio, concentration_ratio)
            yield Remark(
                f"sample {name}: {sentence}: hook effect? Reported by {_reported(result)}",
                measured=measured,
                limit=limit,
                wells=_wells(strong, weak),
                action="repeat",
                subject=f"sample {name}",
            )
    if not several:
        yield Missing("no sample stands on the plate at several dilutions")


def _pair(result: SampleResult) -> tuple[Estimate, Estimate]:
    """The two neighbouring dilutions that show the hook."""
    return next((s, w) for s, w in pairwise(result.estimates) if (_factor(s), _factor(w)) == result.hook)


def _reported(result: SampleResult) -> str:
    return " and ".join(f"1:{plain(_factor(e))}" for e in result.used)


def _hook(strong: Estimate, weak: Estimate, of_response: float, of_concentration: float) -> tuple[str, str, str]:
    """Measured, limit and what happened: the concentration where both have one, else the response."""
    pair = f"1:{plain(_factor(strong))} against 1:{plain(_factor(weak))}"
    if strong.concentration and weak.concentration and strong.concentration < of_concentration * weak.concentration:
        ratio = strong.concentration / weak.concentration
        return digits(ratio, of_concentration), as_set(of_concentration), f"the concentration is lower at {pair}"
    sentence = f"the response falls with concentration, {pair}"
    if not weak.group.responses:
        return "", as_set(of_response), sentence
    return digits(strong.group.mean / weak.group.mean, of_response), as_set(of_response), sentence


@rule("DIL-05", FindingLevel.INFO, "which dilution counts is fixed beforehand (bio-curve-fit #17)")
def reported_dilution_is_named(plate: PlateSubject) -> Verdicts:
    """Of a sample at several dilutions, the ones that its result rests on and why, by ``dilution.policy``."""
    several = False
    for result in _series(plate):
        several = True
        name = result.content.name
        yield Remark(
            f"sample {name} stands on the plate at {len(result.estimates)} dilutions; {result.reason}",
            measured=f"{len(result.used)} of {len(result.estimates)} dilutions",
            limit=f"policy {plate.protocol.dilution.policy}",
            wells=_wells(*result.used),
            action="annotate",
            subject=f"sample {name}",
        )
    if not several:
        yield Missing("no sample stands on the plate at several dilutions")


@rule("DIL-06", FindingLevel.WARN, "acid and base make 104 µL of 100 (kit procedures)")
def volume_of_the_acid_treatment_is_counted(plate: PlateSubject) -> Verdicts:
    """Where the kit treats the matrix with acid, the dilution factors hold that volume, or the protocol adds it.

    A factor that is just the kit's buffer dilution, with ``dilution.volume_factor`` 1, holds it not: 4 % too little.
    """
    protocol, named = plate.protocol, {group.content.matrix for group in plate.groups(Role.SAMPLE)}
    matrices = protocol.kit.matrices if protocol.kit else ()
    treated = [m for m in matrices if m.acid_treated and m.name in (named - {None} or {protocol.matrix})]
    if not treated:
        yield Missing("no kit is named that treats the matrix with acid")
        return
    for matrix in treated:
        alone = [group for group in plate.groups(Role.SAMPLE) if _has_factor_of_buffer(group, matrix, protocol)]
        if alone and protocol.dilution.volume_factor == 1:
            factor = plain(matrix.minimum_dilution)
            yield Remark(
                f"{len(alone)} samples have the factor {factor} of the buffer alone, though acid and base are added: "
                "if they are not counted, set dilution.volume_factor (1.04 for 2 µL of each per 100 µL)",
                measured=factor,
                limit="acid and base counted",
                wells=tuple(well for group in alone for well in group.all_wells),
                action="annotate",
            )


def _has_factor_of_buffer(group: Group, matrix: KitMatrix, protocol: Protocol) -> bool:
    content = group.content
    factor = content.dilution_factor
    return (
        (content.matrix or protocol.matrix) == matrix.name and factor is not None and factor == matrix.minimum_dilution
    )
