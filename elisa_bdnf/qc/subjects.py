"""What rules look at: parts of an Analysis with the names and wells under which findings speak of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from elisa_bdnf.model.curve import Curve, NoCurve, StandardPoint
from elisa_bdnf.model.estimate import Estimate, SampleResult
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.response import Group, WellResponse
from elisa_bdnf.model.result import Analysis

ZERO_RESPONDS_MOST = "the response falls as the concentration rises"


@dataclass(frozen=True, slots=True)
class PlateSubject:
    """The whole plate."""

    analysis: Analysis

    name = "plate"

    @property
    def wells(self) -> tuple[Well, ...]:
        return ()

    @property
    def protocol(self) -> Protocol:
        return self.analysis.protocol

    @property
    def falls(self) -> bool:
        """Whether zero responds most: a competitive assay."""
        return isinstance(self.analysis.curve, Curve) and self.analysis.curve.falls

    def groups(self, role: Role) -> tuple[Group, ...]:
        return tuple(group for group in self.analysis.groups if group.content.role is role)

    def standard_levels(self) -> tuple[Group, ...]:
        """Non-zero standards by ascending nominal concentration, anchors included."""
        groups = [group for group in self.groups(Role.STANDARD) if group.content.nominal]
        return tuple(sorted(groups, key=lambda group: group.content.nominal or 0.0))

    def zero_groups(self) -> tuple[Group, ...]:
        """Zero standards and blanks: what holds no analyte."""
        return tuple(g for g in self.analysis.groups if g.content.role is Role.BLANK or g.content.is_zero_standard)


@dataclass(frozen=True, slots=True)
class CurveSubject:
    """The standard curve of the plate, or the reason why there is none."""

    analysis: Analysis

    name = "curve"

    @property
    def wells(self) -> tuple[Well, ...]:
        return ()

    @property
    def curve(self) -> Curve | NoCurve:
        return self.analysis.curve

    @property
    def protocol(self) -> Protocol:
        return self.analysis.protocol


@dataclass(frozen=True, slots=True)
class WellSubject:
    """One well with a content."""

    analysis: Analysis
    well: WellResponse

    @property
    def name(self) -> str:
        return f"well {self.well.well}"

    @property
    def wells(self) -> tuple[Well, ...]:
        return (self.well.well,)


@dataclass(frozen=True, slots=True)
class StandardSubject:
    """One level of the standard beside the curve. ``at_end``: the lowest or highest non-anchor level as planned."""

    analysis: Analysis
    point: StandardPoint
    at_end: bool

    @property
    def name(self) -> str:
        return f"standard {self.point.level.nominal:g}"

    @property
    def wells(self) -> tuple[Well, ...]:
        return self.point.level.wells


@dataclass(frozen=True, slots=True)
class EstimateSubject:
    """A control or a sample read on the curve."""

    analysis: Analysis
    estimate: Estimate
    kind: str

    @property
    def name(self) -> str:
        return f"{self.kind} {self.estimate.group.content.name}"

    @property
    def wells(self) -> tuple[Well, ...]:
        return self.estimate.group.all_wells


@dataclass(frozen=True, slots=True)
class PersonSubject:
    """All samples of one subject on the plate."""

    analysis: Analysis
    subject: str
    estimates: tuple[Estimate, ...]
    results: tuple[SampleResult, ...]  # one a sample; ``estimates`` holds every dilution

    @property
    def name(self) -> str:
        return f"subject {self.subject}"

    @property
    def wells(self) -> tuple[Well, ...]:
        return tuple(well for estimate in self.estimates for well in estimate.group.all_wells)


@dataclass(frozen=True, slots=True)
class SeriesSubject:
    """One control over several plates; not part of any one of them, so no single plate is judged by it."""

    name: str
    values: tuple[float, ...]

    wells: tuple[Well, ...] = ()


SERIES = "series"
Subject = PlateSubject | CurveSubject | WellSubject | StandardSubject | EstimateSubject | PersonSubject | SeriesSubject


def subjects(analysis: Analysis, kind: str) -> Iterator[Subject]:
    """Every subject of one kind; raises ValueError for a kind that no rule may ask for."""
    match kind:
        case "plate":
            yield PlateSubject(analysis)
        case "curve":
            yield CurveSubject(analysis)
        case "well":
            yield from (WellSubject(analysis, w) for w in analysis.responses.wells if w.content.role is not Role.EMPTY)
        case "standard":
            yield from _standards(analysis)
        case "control":
            yield from (EstimateSubject(analysis, estimate, "control") for estimate in analysis.controls)
        case "sample":
            yield from (EstimateSubject(analysis, estimate, "sample") for estimate in analysis.samples)
        case "subject":
            yield from _persons(analysis)
        case _:
            raise ValueError(f"rules cannot look at a {kind!r}")


_KINDS = {"well": "filled wells", "control": "controls", "sample": "samples"}


def unmet(analysis: Analysis, kind: str, found: Sequence[Subject]) -> str:
    """Why rules on this kind of subject have nothing, or not everything, to look at; empty where they have."""
    if kind == "subject":
        unnamed = sum(not estimate.group.content.subject for estimate in analysis.samples)
        return f"{unnamed} of {len(analysis.samples)} samples name no subject" if unnamed else ""
    if found:
        return ""
    if kind == "standard":
        return "there is no curve"
    return f"the plate holds no {_KINDS.get(kind, kind)}"


def _standards(analysis: Analysis) -> Iterator[StandardSubject]:
    if isinstance(analysis.curve, NoCurve):
        return
    for point in analysis.curve.standards:
        yield StandardSubject(analysis, point, point.level.nominal in analysis.curve.ends and not point.level.anchor)


def _persons(analysis: Analysis) -> Iterator[PersonSubject]:
    by_subject: dict[str, list[Estimate]] = {}
    for estimate in analysis.samples:
        if estimate.group.content.subject:
            by_subject.setdefault(estimate.group.content.subject, []).append(estimate)
    for subject, estimates in by_subject.items():
        results = tuple(result for result in analysis.results if result.content.subject == subject)
        yield PersonSubject(analysis, subject, tuple(estimates), results)


def nominal_in_well_or_none(content: Content) -> float | None:
    """What a control should read on the curve, where limits are: its nominal value is of the undiluted control."""
    return None if content.nominal is None else content.nominal / (content.dilution_factor or 1.0)


def pooled_sd(groups: Iterable[Group]) -> float:
    """√(Σ(n−1)s² / Σ(n−1)) of the responses; nan without replicates (DOMAIN §10.0)."""
    numerator = denominator = 0.0
    for group in groups:
        if group.n >= 2:
            numerator += (group.n - 1) * group.sd**2
            denominator += group.n - 1
    return math.sqrt(numerator / denominator) if denominator else math.nan
