"""Everything that a report of a study may show. Pure values: no arithmetic, no formats, no I/O.

Concentrations are in ``StudyResult.unit``; estimates and standard errors of contrasts are on the ln scale, ratios and
their intervals are not. A number that does not exist is None, and ``reason`` or ``remark`` says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from elisa_bdnf.model.effect import Contrast, ModelSummary, PairedAnalysis, Sensitivity
from elisa_bdnf.model.finding import Finding, NotEvaluated
from elisa_bdnf.model.measurement import Measurement, StudySource, UnderstoodTimepoint
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.release import ReleaseStudy
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.model.tissue import RatioSummary, TissueStudy


@dataclass(frozen=True, slots=True)
class Change:
    """From the baseline of the same subject. ``ratio`` = value / baseline, ``percent`` = 100 · (ratio − 1).

    Intervals hold the measurement error of both values and nothing else. Where a value is censored only ``direction``
    can be known (``up``, ``down``, or empty where not even that), and ``reason`` says so.
    """

    absolute: float | None = None
    absolute_low: float | None = None
    absolute_high: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    direction: str = ""
    beyond_reference_change: bool | None = None  # None where no reference change is known
    reason: str = ""

    @property
    def percent(self) -> float | None:
        return None if self.ratio is None else 100 * (self.ratio - 1)

    @property
    def percent_low(self) -> float | None:
        return None if self.ratio_low is None else 100 * (self.ratio_low - 1)

    @property
    def percent_high(self) -> float | None:
        return None if self.ratio_high is None else 100 * (self.ratio_high - 1)


@dataclass(frozen=True, slots=True)
class SubjectValue:
    """One subject at one planned timepoint. ``state``: measured, below, above, excluded, missing."""

    subject: str
    timepoint: str
    state: str
    measurement: Measurement | None  # what is used, or what was there and is not
    change: Change | None  # None at the baseline
    reason: str = ""  # why there is no number

    @property
    def concentration(self) -> float | None:
        return self.measurement.concentration if self.measurement and self.state == "measured" else None


@dataclass(frozen=True, slots=True)
class StudySubject:
    """One subject with a value per planned timepoint, in their order."""

    subject: str
    group: str
    arm: str
    responder: str  # responder, non-responder, or as the sample sheet says it; empty where unknown
    responder_origin: str  # "sample sheet", or the criterion with its numbers
    plates: tuple[str, ...]
    values: tuple[SubjectValue, ...]


@dataclass(frozen=True, slots=True)
class Descriptive:
    """One group at one timepoint. ``n`` counts all values in use, censored ones included.

    ``method`` is ``observed`` where nothing is censored, ``censored likelihood`` for a log-normal fitted to numbers and
    limits, ``share only`` where too much is censored for a mean (then there is no number, and ``reason`` says why).
    ``estimated`` names the statistics that come from the fitted log-normal rather than from ordered values.
    """

    group: str
    timepoint: str
    n: int
    n_below_lloq: int
    n_above_uloq: int
    n_missing: int
    mean: float | None
    sd: float | None
    geometric_mean: float | None
    geometric_sd: float | None
    geometric_low: float | None  # 95 % interval of the geometric mean
    geometric_high: float | None
    median: float | None
    q1: float | None
    q3: float | None
    minimum: float | None
    maximum: float | None
    method: str
    estimated: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PowerRow:
    """How many pairs a paired comparison of this study's scatter needs."""

    change_percent: float
    power: float
    alpha: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Aids:
    """What helps to read and to plan. ``within_cv_percent`` is the scatter of one subject from draw to draw."""

    within_cv_percent: float | None
    within_cv_origin: str
    pairs_in_study: int
    detectable_percent: float | None  # smallest rise that the pairs of this study show with 80 % power
    power: tuple[PowerRow, ...]
    analytical_cv_percent: float | None
    biological_cv_percent: float | None
    reference_change_up_percent: float | None  # a single subject's change beyond it is more than scatter
    reference_change_down_percent: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A published finding: what its source says, no more. ``n`` as in the source."""

    id: str
    citation: str
    doi: str
    design: str
    population: str
    species: str
    dose: str
    matrix: str
    region: str
    kit: str
    timepoints: tuple[str, ...]
    minutes: tuple[float, ...]
    anchor: str
    n: str
    finding: str
    caveats: tuple[str, ...]
    analyte: str = "BDNF"  # or the name of a ratio of two assays, as the protocols have it
    correction: str = ""  # where the guide and its source disagree
    exploratory: bool = False


@dataclass(frozen=True, slots=True)
class LiteratureRow:
    """One published finding beside this study. ``contrasts`` are this study's at the same matrix and time.

    ``obstacles`` is what makes the two incomparable; where ``comparable`` is False nothing is set beside it.
    """

    published: Published
    comparable: bool
    obstacles: tuple[str, ...]
    contrasts: tuple[Contrast, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyAnalysis:
    """Everything that was calculated for a study; not reportable, since nothing was judged yet."""

    protocol: Protocol
    design: str  # human_infusion, neuron_release, rodent_tissue
    unit: str
    matrix: str
    timepoints: tuple[Timepoint, ...]
    group_by: str  # arm, responder, or empty for one group
    groups: tuple[str, ...]
    sources: tuple[StudySource, ...]
    understood: tuple[UnderstoodTimepoint, ...]
    measurements: tuple[Measurement, ...]  # every row that came in, used or not
    subjects: tuple[StudySubject, ...]
    descriptives: tuple[Descriptive, ...]
    model: ModelSummary | None
    contrasts: tuple[Contrast, ...]  # against the baseline (design 1), vehicle (2) or the control arm (3)
    pooled_model: ModelSummary | None  # of all groups together; None where there is one group
    pooled: tuple[Contrast, ...]  # changes from baseline of all groups together
    comparisons: tuple[Contrast, ...]  # change in one group against change in another
    by_responder: tuple[Contrast, ...]  # changes by class of response, and their differences; exploratory
    paired: PairedAnalysis | None  # design 1: each timepoint by itself, complete pairs only
    sensitivity: tuple[Sensitivity, ...]
    aids: Aids | None
    literature: tuple[LiteratureRow, ...]
    release: ReleaseStudy | None
    tissue: TissueStudy | None
    ratios: tuple[RatioSummary, ...]
    sentences: tuple[str, ...]  # what this study shows, in words that claim no more
    remarks: tuple[str, ...]

    @property
    def headline_paired(self) -> PairedAnalysis | None:
        """The paired tests where they are what the report says first, else None."""
        return self.paired if self.paired is not None and self.paired.headline else None

    @property
    def headline_contrasts(self) -> tuple[Contrast, ...]:
        """What the sentences, the forest and the literature of a report stand on."""
        return self.headline_paired.contrasts if self.headline_paired else self.contrasts

    @property
    def headline_comparisons(self) -> tuple[Contrast, ...]:
        return self.headline_paired.comparisons if self.headline_paired else self.comparisons

    @property
    def headline_by_responder(self) -> tuple[Contrast, ...]:
        return self.headline_paired.by_responder if self.headline_paired else self.by_responder

    @property
    def pairs_beside_a_model(self) -> bool:
        """Whether a model was fitted and answers anything, so that pairs and model are two answers."""
        fitted = self.model is not None and self.model.sd_residual is not None
        return fitted and any(each.estimate is not None for each in self.contrasts)

    @property
    def plates_accepted(self) -> bool:
        return all(source.verdict != "rejected" for source in self.sources)


@dataclass(frozen=True, slots=True)
class StudyResult(StudyAnalysis):
    """A judged study: the only thing that reports of studies accept. Made by ``qc.judge_study`` alone."""

    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
