"""How a plate is to be analyzed: kit, reading, curve, dilution, timepoints and limits, as the protocol file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from elisa_bdnf.model.curve import CurveSpec
from elisa_bdnf.model.expression import Expression
from elisa_bdnf.model.timepoint import Timepoint


class BlankMode(StrEnum):
    NONE = "none"  # nothing is subtracted; the lower asymptote of the curve takes up the background
    SUBTRACT = "subtract"  # the mean of the blank wells is subtracted from every well of the plate
    INSTRUMENT = "instrument"  # what the export's software fitted is followed


class ReferenceMode(StrEnum):
    SUBTRACT = "subtract"  # per well, and required
    IF_PRESENT = "if_present"  # per well where the export has the reference wavelength
    IGNORE = "ignore"
    INSTRUMENT = "instrument"


class Reduce(StrEnum):
    MEAN_RESPONSE = "mean_response"  # invert the mean of the responses
    MEAN_CONCENTRATION = "mean_concentration"  # mean of the wells' concentrations


class StandardEditing(StrEnum):
    NONE = "none"
    CURVE_EDIT_V1 = "curve_edit_v1"  # analysis.edit


class ReplicateEditing(StrEnum):
    KEEP = "keep"
    DROP_ONE_OF_THREE = "drop_one_of_three"  # rule REP-04: one of three or more, never of two


class DilutionPolicy(StrEnum):
    """Which of several dilutions of a sample its result rests on."""

    MEAN_IN_RANGE = "mean_in_range"
    LOWEST_FACTOR = "lowest_df"  # the least diluted one in range
    NEAREST_C = "nearest_c"  # the one whose concentration in the well lies nearest the inflection


class Extrapolation(StrEnum):
    NONE = "none"
    TO_ASYMPTOTES = "to_asymptotes"  # wherever the curve has an inverse; labelled in every report


class MissingDilution(StrEnum):
    ERROR = "error"
    IN_WELL = "in_well"  # concentrations are as read in the well when no sample states a dilution; said in the report


@dataclass(frozen=True, slots=True)
class KitControl:
    name: str
    nominal: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class KitMatrix:
    """What a kit says of one matrix: minimum required dilution and acid treatment."""

    name: str
    minimum_dilution: float | None = None
    acid_treated: bool | None = None


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit as its insert describes it. ``verified`` only when a person with the insert signed for it."""

    id: str
    name: str
    catalog: str = ""
    verified: bool = False
    verified_by: str = ""
    verified_on: str = ""
    analyte_form: str = ""  # mature, total, free
    unit: str = "pg/mL"
    standards: tuple[float, ...] = ()  # non-zero nominal concentrations, high to low
    anchors: tuple[float, ...] = ()
    lod: float | None = None
    wavelength_nm: float | None = 450.0
    reference_nm: tuple[float, ...] = ()  # any of these
    max_response: float | None = None
    matrices: tuple[KitMatrix, ...] = ()
    controls: tuple[KitControl, ...] = ()
    source: str = ""
    remarks: tuple[str, ...] = ()
    lot: str = ""
    expires: str = ""  # ISO date


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    wavelength_nm: float | None = None
    reference_nm: tuple[float, ...] = ()
    reference: ReferenceMode = ReferenceMode.IF_PRESENT
    channel: str | None = None  # a channel by its label, where wavelengths do not tell
    blank: BlankMode = BlankMode.NONE
    max_response: float = 3.5  # above: saturated


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """Fixed limits of quantification in the well; None: from the standards of the plate."""

    lloq: float | None = None
    uloq: float | None = None
    recovery_percent: float = 25.0  # |recovery − 100| that a level may have to be inside the range
    recovery_ends_percent: float = 30.0
    cv_percent: float = 25.0
    extrapolation: Extrapolation = Extrapolation.NONE
    profile_cv_percent: float = 20.0  # of the precision profile, which is advice
    separation: float = 3.0  # pooled SD that the LLOQ must lie above the zero standard (setting of BLK-02)


@dataclass(frozen=True, slots=True)
class EditingSettings:
    """What may be left out by rule before a result is computed.

    The limits in percent, the gap, the share and the least number of levels are those of the rules that judge the same
    things (REP-01, REP-04, STD-04): loading a protocol copies them, so that they are written once. The limits of
    recovery are those of :class:`LimitSettings`.
    """

    standards: StandardEditing = StandardEditing.NONE
    replicates: ReplicateEditing = ReplicateEditing.KEEP
    cv_percent: float = 15.0
    cv_ends_percent: float = 25.0
    sample_cv_percent: float = 20.0
    gap: float = 3.0  # distance of a well to the nearest other, in ranges of the others, at which it stands apart
    share: float = 0.75
    least_levels: int = 5


@dataclass(frozen=True, slots=True)
class DilutionSettings:
    when_missing: MissingDilution = MissingDilution.ERROR
    minimum: float | None = None  # minimum required dilution of the matrix
    volume_factor: float = 1.0  # multiplies every dilution factor: acid and base that were added (1.04 = 4 %)
    policy: DilutionPolicy = DilutionPolicy.MEAN_IN_RANGE
    hook_response_ratio: float = 0.95  # settings of DIL-03
    hook_concentration_ratio: float = 0.80


class DateOrder(StrEnum):
    """What comes first in a date such as 3/4/2026; it is never guessed."""

    UNKNOWN = "unknown"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """Where earlier plates are kept (None: nowhere), and how to read the dates of exports."""

    file: Path | None = None
    date_order: DateOrder = DateOrder.UNKNOWN


@dataclass(frozen=True, slots=True)
class RuleSchema:
    """What a rule lets a protocol change: its levels and its settings with their defaults.

    The rules themselves live in ``qc``; loading a protocol is given their schemas, so that a wrong rule or setting is
    reported with the other mistakes of the file.
    """

    rule: str
    levels: tuple[str, ...]
    settings: Mapping[str, float | str | bool]


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What a protocol or preset changes of one rule; ``origin`` says which file."""

    enabled: bool = True
    level: str | None = None
    values: Mapping[str, float | str | bool] = field(default_factory=lambda: MappingProxyType({}))
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # setting → file that set it


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule that a lab wrote into its protocol: what must hold of a plate, and what follows where it does not."""

    id: str  # LAB-background
    require: Expression
    level: str
    why: str
    origin: str


@dataclass(frozen=True, slots=True)
class QcSettings:
    preset: str
    preset_title: str
    rules: Mapping[str, RuleSettings]  # rule id → merged settings of preset and protocol
    preset_remark: str = ""
    own: tuple[OwnRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseCriterion:
    """A responder's score in ``score_column`` falls by ``reduction_percent`` or more from baseline to ``timepoint``."""

    score_column: str
    reduction_percent: float
    timepoint: str


@dataclass(frozen=True, slots=True)
class StudySettings:
    """What holds for a study as a whole; empty and None mean that nobody said it."""

    primary_timepoint: str = ""
    group_by: str = "auto"  # auto, arm, responder, none
    cv_biological_percent: float | None = None
    cv_analytical_percent: float | None = None
    response: ResponseCriterion | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """One way to analyze a plate. Everything that changes a number is in here."""

    id: str
    title: str
    description: str
    design: str  # human_infusion, neuron_release, rodent_tissue, none
    unit: str  # empty: that of the layout
    matrix: str | None
    kit: Kit | None
    reading: ReadingSettings
    curve: CurveSpec
    reduce: Reduce
    replicates: int  # how many wells the method plans per sample
    limits: LimitSettings
    dilution: DilutionSettings
    timepoints: tuple[Timepoint, ...]
    time_anchor: str  # infusion_start, infusion_end, none
    standards: tuple[float, ...]  # expected non-zero nominal concentrations; empty: whatever the layout says
    anchors: tuple[float, ...]
    qc: QcSettings
    origin: str = "shipped"
    sha256: str = ""
    extra: Mapping[str, object] = field(
        default_factory=lambda: MappingProxyType({})
    )  # settings of a design's own arithmetic
    origins: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # dotted key → what set it: "protocol my-lab", "kit …", "preset …", "command line", "default"
    history: HistorySettings = field(default_factory=HistorySettings)
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))  # dotted key → value in force
    sources: tuple[tuple[str, str], ...] = ()  # every file that took part, with its SHA-256
    study: StudySettings = StudySettings()
    editing: EditingSettings = EditingSettings()
