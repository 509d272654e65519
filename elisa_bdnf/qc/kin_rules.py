"""Samples beside the other samples of the plate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from elisa_bdnf.model.estimate import Estimate, SampleResult
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, digits_of_both, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject


@rule("SMP-05", FindingLevel.WARN, "simulated: a slip of ×10 shows, one of ×2 cannot be told from biology")
def samples_are_like_their_kin(plate: PlateSubject, *, max_ratio: float = 4.0) -> Verdicts:
    """Dilution and concentration are of the order of the other samples of the plate: else a slip of dilution or unit.

    A dilution factor unlike that of most samples of the matrix needs a ``df_reason`` in the sample sheet; a sample at
    several dilutions is meant to differ. A concentration beyond ``max_ratio`` times (or below that part of) the median
    of the subject's other timepoints, two or more, is remarked.
    """
    usual = _usual_dilutions(plate.analysis.samples)
    kin: dict[tuple[str | None, str | None], list[SampleResult]] = {}
    for result in plate.analysis.results:
        kin.setdefault((result.content.subject, result.content.matrix), []).append(result)
    for estimate in plate.analysis.samples:
        yield from _unlike_in_dilution(estimate, usual[estimate.group.content.matrix])
    for result in plate.analysis.results:
        content = result.content
        if content.subject:
            yield from _unlike_in_concentration(result, kin[content.subject, content.matrix], max_ratio)
        else:
            yield Missing("samples without a subject (their dilution was looked at)")


def _unlike_in_concentration(result: SampleResult, kin: Sequence[SampleResult], max_ratio: float) -> Verdicts:
    content = result.content
    others = [each.concentration for each in kin if each.concentration and each.content.timepoint != content.timepoint]
    if len(others) < 2:
        yield Missing("fewer than two other timepoints of a subject have a number (the dilution was looked at)")
    elif result.concentration:
        ratio = result.concentration / median(others)
        if exceeds(max(ratio, 1 / ratio), max_ratio):
            measured, edge = digits_of_both(ratio, max_ratio if ratio > 1 else 1 / max_ratio)
            yield Remark(
                f"{measured} times the median of the other timepoints of {content.subject}: a slip of dilution "
                "or unit?",
                measured=measured,
                limit=f"{plain(1 / max_ratio)} to {edge}" if ratio > 1 else f"{edge} to {plain(max_ratio)}",
                wells=result.wells,
                action="annotate",
                subject=f"sample {content.name}",
            )


def _usual_dilutions(samples: Iterable[Estimate]) -> dict[str | None, tuple[float | None, frozenset[str]]]:
    """Of each matrix the dilution factor of more than half of its samples, if there is one, and samples at several."""
    factors: dict[str | None, list[tuple[str, float | None]]] = {}
    for estimate in samples:
        content = estimate.group.content
        factors.setdefault(content.matrix, []).append((content.name, content.dilution_factor))
    found: dict[str | None, tuple[float | None, frozenset[str]]] = {}
    for matrix, said in factors.items():
        known = Counter(factor for _, factor in said if factor is not None).most_common(1)
        names = Counter(name for name, _ in dict.fromkeys(said))
        usual = known[0][0] if known and 2 * known[0][1] > len(said) else None
        found[matrix] = usual, frozenset(name for name, count in names.items() if count > 1)
    return found


def _unlike_in_dilution(estimate: Estimate, of_matrix: tuple[float | None, frozenset[str]]) -> Verdicts:
    own, (usual, at_several) = estimate.group.content, of_matrix
    if (
        own.dilution_factor not in (None, usual)
        and usual is not None
        and own.name not in at_several
        and not own.attributes.get("df_reason")
    ):
        yield Remark(
            f"diluted 1:{plain(own.dilution_factor)}, most samples 1:{plain(usual)}, and no df_reason says why",
            measured=plain(own.dilution_factor),
            limit=as_set(usual),
            wells=estimate.group.all_wells,
            action="annotate",
            subject=f"sample {own.name}",
        )
