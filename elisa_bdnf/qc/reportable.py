"""What may be reported of a sample, after all that the rules said of it, of its wells and of the plate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from elisa_bdnf.model.estimate import Estimate, RangeStatus, SampleResult
from elisa_bdnf.model.finding import Finding, FindingLevel, Verdict
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.result import JudgedResult, JudgedSample

Dilutions = tuple[frozenset[Well], ...]  # the wells of each dilution of a sample


def judged_sample(
    kind: str, estimate: Estimate, about: About, verdict: Verdict, dilutions: Dilutions = ()
) -> JudgedSample:
    """A ``sample`` or ``control``; what concerns several ``dilutions`` of the same sample concerns each."""
    wells = frozenset(estimate.group.all_wells)
    named = about.subject(f"{kind} {estimate.group.content.name}")
    own = [f for f in named if wells.issuperset(f.wells) or _spans(f, dilutions)]
    touching = [f for f in about.wells(wells) if f not in own]
    weighed = _weighed(estimate.reason, estimate.status, [*own, *touching], verdict)
    return JudgedSample(estimate, weighed.reportable, weighed.reason, weighed.findings, warned=weighed.warned)


def wells_of_dilutions(result: SampleResult) -> Dilutions:
    """The wells of every dilution, the least diluted first."""
    return tuple(frozenset(estimate.group.all_wells) for estimate in result.estimates)


def _spans(finding: Finding, dilutions: Dilutions) -> bool:
    """Whether a finding is about several dilutions of a sample."""
    return sum(not wells.isdisjoint(finding.wells) for wells in dilutions) > 1


def judged_result(
    result: SampleResult, about: About, verdict: Verdict, single: Mapping[int, JudgedSample] = MappingProxyType({})
) -> JudgedResult:
    """A sample over its dilutions: what is said of the dilutions that its result rests on, and of them together.

    ``single`` are samples that were judged already, by the identity of their estimates.
    """
    if not result.is_series:
        first = result.estimates[0]
        one = single.get(id(first)) or judged_sample("sample", first, about, verdict)
        return JudgedResult(result, one.reportable, one.reason, one.findings, one.warned)
    dilutions = wells_of_dilutions(result)
    every, used = frozenset[Well]().union(*dilutions), frozenset(w for e in result.used for w in e.group.all_wells)
    own = [
        f
        for f in about.subject(f"sample {result.content.name}")
        if (every.issuperset(f.wells) and (not f.wells or not used.isdisjoint(f.wells))) or _spans(f, dilutions)
    ]
    concerned = [*own, *(f for f in about.wells(used) if f not in own)]
    weighed = _weighed(result.reason if result.concentration is None else "", result.status, concerned, verdict)
    return JudgedResult(result, weighed.reportable, weighed.reason, weighed.findings, weighed.warned)


class About:
    """Findings by what they are about, in their order."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._subjects: dict[str, list[Finding]] = {}
        self._wells: list[Finding] = []
        for finding in findings:
            self._subjects.setdefault(finding.subject, []).append(finding)
            if len(finding.wells) == 1 or _withholds_wells(finding):
                self._wells.append(finding)

    def subject(self, name: str) -> Iterable[Finding]:
        return self._subjects.get(name, ())

    def wells(self, wells: Collection[Well]) -> Iterator[Finding]:
        """What is said of one of the wells, which is said of their result, and what withholds the results of wells."""
        for finding in self._wells:
            if any(well in wells for well in finding.wells) or not finding.wells:
                yield finding


def _withholds_wells(finding: Finding) -> bool:
    """Where a protocol makes a rule on the plate withhold results: those of the wells that it names, else all.

    What is said of a subject with several wells is said of its changes, and withholds no result.
    """
    return finding.level is FindingLevel.FAIL_RESULT and finding.subject == "plate"


@dataclass(frozen=True, slots=True)
class _Weighed:
    reportable: bool
    reason: str
    findings: tuple[str, ...]
    warned: bool


def _weighed(reason: str, status: RangeStatus, findings: list[Finding], verdict: Verdict) -> _Weighed:
    """What follows from the findings about a result; its own reason is said beside theirs."""
    worst = max((finding.level.rank for finding in findings), default=0)
    blocked = worst >= FindingLevel.FAIL_RESULT.rank
    return _Weighed(
        verdict is Verdict.ACCEPTED and not blocked and status is not RangeStatus.NO_VALUE,
        "; ".join(dict.fromkeys(_reasons(reason, findings, verdict))),
        tuple(dict.fromkeys(finding.rule for finding in findings)),
        worst >= FindingLevel.WARN.rank,
    )


def _reasons(reason: str, findings: list[Finding], verdict: Verdict) -> Iterator[str]:
    if verdict is Verdict.REJECTED:
        yield "plate rejected by QC"
    for finding in findings:
        if finding.level.rank >= FindingLevel.FAIL_RESULT.rank:
            yield f"{finding.rule}: {finding.message}"
    if reason:
        yield reason
