"""A plate that was analyzed, and a plate that was judged: the second is the only one that reports accept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.estimate import Estimate, SampleResult, WellEstimate
from elisa_bdnf.model.evidence import Editing, PrecisionProfile
from elisa_bdnf.model.finding import Finding, NotEvaluated, Verdict
from elisa_bdnf.model.history import ChartedPlate, EarlierPlates
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.reading import InstrumentResult, Reading
from elisa_bdnf.model.response import Group, Responses
from elisa_bdnf.model.waiver import NO_DECISIONS, Decisions


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our number beside the instrument's, for one well."""

    well: Well
    ours: float | None
    instrument: InstrumentResult


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that was calculated for one plate; not reportable, since nothing was judged yet."""

    reading: Reading
    layout: Layout
    protocol: Protocol
    responses: Responses
    groups: tuple[Group, ...]
    curve: Curve | NoCurve
    controls: tuple[Estimate, ...]
    samples: tuple[Estimate, ...]
    standard_wells: tuple[WellEstimate, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    siblings: tuple[Reading, ...] = ()  # the other plates of the same export
    compared: tuple[Reading, ...] = ()  # plates of other exports, which must not have the same readings
    read_on: date | None = None  # the day of the reading, where it is known without doubt
    charted: ChartedPlate | None = None  # what a history keeps of the plate
    earlier: EarlierPlates | None = None  # None where no history was given
    editing: Editing | None = None  # None where the protocol does not edit
    curve_fingerprint: str = ""  # taken before a control or sample was read
    profile: PrecisionProfile | None = None
    results: tuple[SampleResult, ...] = ()  # one a sample; ``samples`` holds every dilution


@dataclass(frozen=True, slots=True)
class JudgedSample:
    """A sample or control as it may be reported. ``reason`` is never empty where ``reportable`` is False.

    ``accepted`` is the range in which a control is accepted, in the unit of the protocol; None where none is known.
    """

    estimate: Estimate
    reportable: bool
    reason: str
    findings: tuple[str, ...] = ()  # the rules that had something to say about it
    accepted: tuple[float, float] | None = None
    warned: bool = False  # whether one of the findings is a warning or worse


@dataclass(frozen=True, slots=True)
class JudgedResult:
    """The result of one sample over its dilutions as it may be reported; as :class:`JudgedSample`."""

    result: SampleResult
    reportable: bool
    reason: str
    findings: tuple[str, ...] = ()
    warned: bool = False


@dataclass(frozen=True, slots=True)
class PlateResult:
    """A judged plate: the only thing that reports accept. Made by ``qc.judge`` alone."""

    analysis: Analysis
    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    rules_applied: tuple[str, ...]
    verdict: Verdict
    samples: tuple[JudgedSample, ...]
    controls: tuple[JudgedSample, ...]
    overrides: Mapping[str, str] = field(default_factory=dict)  # what the command line changed in the protocol
    results: tuple[JudgedResult, ...] = ()  # one a sample; ``samples`` holds every dilution
    decisions: Decisions = NO_DECISIONS  # waivers and exclusions that concern this plate
    before: PlateResult | None = None  # the plate without them, where there are any

    @property
    def accepted(self) -> bool:
        return self.verdict is Verdict.ACCEPTED
