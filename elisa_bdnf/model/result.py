"""From responses to a judged plate: what was used, what was found, what may be reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.evidence import Editing, PrecisionProfile, Robustness
from elisa_bdnf.model.history import ChartedPlate, EarlierPlates
from elisa_bdnf.model.layout import Content, Layout
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.reading import InstrumentResult, Note, Reading
from elisa_bdnf.model.waiver import NO_DECISIONS, Decision, Decisions


class WellUse(StrEnum):
    """Whether a well takes part, and if not, which kind of reason there is."""

    USED = "used"
    EMPTY = "empty"  # the layout names nothing there
    MISSING = "missing"  # no number in the export
    SATURATED = "saturated"  # above what the reader measures reliably
    MASKED = "masked"  # excluded in the reader's software
    EXCLUDED = "excluded"  # excluded by a person in this program
    NOT_USED = "not_used"  # a standard that is not part of the fit (kept out, or left out by editing)
    OUTLIER = "outlier"  # the one of three or more replicates that the protocol's replicate rule leaves out


@dataclass(frozen=True, slots=True)
class WellResponse:
    """One well after correction. ``raw`` is the main channel as exported; nan where there is no number."""

    well: Well
    content: Content
    raw: float
    reference: float  # nan where no reference was read
    response: float  # corrected; nan where raw is nan
    use: WellUse
    reason: str = ""
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Responses:
    """Every well of the plate exactly once, row by row, after one and the same correction of the whole plate."""

    wells: tuple[WellResponse, ...]
    main_channel: str
    reference_channel: str | None
    correction: str  # a sentence: what was subtracted from what
    blank_mean: float | None = None  # subtracted from every well; None where nothing was


@dataclass(frozen=True, slots=True)
class Group:
    """Replicates: wells with equal content. ``wells`` and ``responses`` are the used ones."""

    content: Content
    wells: tuple[Well, ...]
    responses: tuple[float, ...]
    mean: float  # nan without used wells
    sd: float  # nan below two
    cv_percent: float  # nan below two, or where the mean is not positive
    left_out: tuple[WellResponse, ...] = ()

    @property
    def n(self) -> int:
        return len(self.responses)

    @property
    def all_wells(self) -> tuple[Well, ...]:
        return self.wells + tuple(well.well for well in self.left_out)


class RangeStatus(StrEnum):
    WITHIN = "within"
    BELOW_LLOQ = "below_lloq"
    ABOVE_ULOQ = "above_uloq"
    BELOW_CURVE = "below_curve"  # response at or beyond the asymptote at zero: no inverse
    ABOVE_CURVE = "above_curve"  # response at or beyond the asymptote at infinity: no inverse
    SATURATED = "saturated"  # the reader could not measure it: above
    EXTRAPOLATED = "extrapolated"  # beyond the range, given because the protocol asked for it
    NO_VALUE = "no_value"  # no used well, or no curve

    @property
    def has_number(self) -> bool:
        return self in (RangeStatus.WITHIN, RangeStatus.EXTRAPOLATED)


@dataclass(frozen=True, slots=True)
class WellEstimate:
    """A single well read on the curve; ``in_well`` None where its response has no inverse."""

    well: Well
    in_well: float | None
    status: RangeStatus


@dataclass(frozen=True, slots=True)
class Estimate:
    """A group read on the curve, before anything was judged.

    ``in_well`` is the back-calculated concentration in the well (None where there is no inverse), with its interval at
    the confidence of the curve; a bound may be 0 or inf and then ``interval_remark`` says why. ``concentration`` is
    ``in_well × dilution factor`` and None unless ``status.has_number``. ``limit`` is what can be said instead
    (``< limit`` or ``> limit``, in sample units). ``cv_percent`` is of the per-well concentrations where all wells
    have one, else of the responses (``cv_basis``). ``other_in_well`` is what the other way to reduce replicates gives
    (the mean of the wells' concentrations, or the inverse of their mean response); None where it gives nothing.
    """

    group: Group
    in_well: float | None
    in_well_low: float | None
    in_well_high: float | None
    status: RangeStatus
    concentration: float | None
    low: float | None
    high: float | None
    limit: float | None
    cv_percent: float | None
    cv_basis: str  # "concentration", "response" or ""
    wells: tuple[WellEstimate, ...]
    reason: str = ""
    interval_remark: str = ""
    suggested_dilution: float | None = None
    other_in_well: float | None = None
    robustness: Robustness | None = None


@dataclass(frozen=True, slots=True)
class SampleResult:
    """One sample over all its dilutions: what is reported of it, and why.

    ``estimates`` are by ascending dilution factor, ``in_range`` those inside the range, ``used`` those that the
    reported result rests on (none that a hook discredits). Where ``status`` has no number, ``limit`` is what can be
    said instead. ``cv_percent`` (two or more) and ``slope`` of ln concentration on ln dilution factor (three or more, 0
    where the sample dilutes like the standard) are over the dilutions in range; ``hook`` is the pair of factors of
    which the stronger reads too low.
    """

    estimates: tuple[Estimate, ...]
    in_range: tuple[Estimate, ...]
    used: tuple[Estimate, ...]
    status: RangeStatus
    concentration: float | None
    low: float | None
    high: float | None
    limit: float | None
    reason: str
    cv_percent: float | None = None
    slope: float | None = None
    hook: tuple[float, float] | None = None

    @property
    def content(self) -> Content:
        """That of the least diluted wells: name, subject and timepoint are those of the sample."""
        return self.estimates[0].group.content

    @property
    def is_series(self) -> bool:
        return len(self.estimates) > 1

    @property
    def wells(self) -> tuple[Well, ...]:
        """Those that the result rests on."""
        return tuple(well for estimate in self.used or self.estimates for well in estimate.group.all_wells)


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


class FindingLevel(StrEnum):
    """Ordered from harmless to unusable; compare with :attr:`rank`."""

    INFO = "info"
    WARN = "warn"
    FAIL_RESULT = "fail_result"
    FAIL_PLATE = "fail_plate"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(FindingLevel)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. ``subject`` names what it is about (``plate``, ``A3``, ``standard 250``, ``sample P01``).

    ``measured`` and ``limit`` are texts with enough digits to be on the right side of the limit.
    """

    rule: str
    level: FindingLevel
    subject: str
    message: str
    measured: str = ""
    limit: str = ""
    wells: tuple[Well, ...] = ()
    action: str = ""
    preset: str = ""
    limit_origin: str = ""  # "preset kit-research", "protocol human-infusion-plasma", …
    hint: str = ""  # what to try
    waived: Decision | None = None  # who waived it; ``level`` is then info
    waived_level: FindingLevel | None = None  # what it was before


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A rule that could not be applied, and what was missing: never a pass."""

    rule: str
    reason: str


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


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
