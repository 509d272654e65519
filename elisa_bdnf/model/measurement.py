"""One concentration of a study, with everything that is known of it, and whether it takes part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class Censoring(StrEnum):
    """What is known of a concentration beside or instead of its number."""

    NONE = "none"
    LEFT = "left"  # below ``limit``
    RIGHT = "right"  # above ``limit``


class Use(StrEnum):
    """Whether a row of the input takes part in the study, and if not, which kind of reason there is."""

    USED = "used"
    PLATE_REJECTED = "plate_rejected"
    NOT_REPORTABLE = "not_reportable"  # withheld by a rule of the plate
    NO_VALUE = "no_value"  # neither a number nor a limit
    EXTRAPOLATED = "extrapolated"  # beyond the standards: labelled, and never in statistics
    OFF_TIME = "off_time"  # drawn beyond twice the tolerance of its timepoint
    OTHER_HANDLING = "other_handling"  # another tube, matrix or handling than at the baseline, where that is forbidden
    OTHER_DILUTION = "other_dilution"  # another dilution of the same sample is the result
    NOT_ASKED = "not_asked"  # another matrix than the one that was asked for
    LEFT_OUT = "left_out"  # by a person, with a reason


HANDLING = ("matrix", "anticoagulant", "spin_g", "spin_min", "freeze_thaw_n")  # the same at all timepoints of a subject


@dataclass(frozen=True, slots=True)
class Measurement:
    """One row that came in, in the words of the protocol. Units are those of the study.

    Exactly one holds: ``concentration`` is a positive number, or ``censoring`` is not ``none`` and ``limit`` is known,
    or ``use`` says why there is neither. ``low`` and ``high`` bound the concentration at 95 %; either may be None or
    inf. ``limit`` is in units of the sample (LLOQ × dilution factor). ``place`` is where the row stands in ``source``.
    """

    sample: str
    subject: str
    timepoint: str
    source: str
    place: str
    concentration: float | None = None
    low: float | None = None
    high: float | None = None
    censoring: Censoring = Censoring.NONE
    limit: float | None = None
    status: str = ""  # of the plate: within, below_lloq, …
    use: Use = Use.USED
    reason: str = ""
    timepoint_text: str = ""  # as written
    actual_minutes: float | None = None
    arm: str = ""
    responder: str = ""
    matrix: str = ""
    unit: str = ""
    plate: str = ""
    kit: str = ""
    lot: str = ""
    dilution_factor: float | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: NO_ATTRIBUTES)

    def handled(self, key: str) -> str:
        """What is stated of the handling of the sample under one of :data:`HANDLING`; empty where nothing is."""
        return (self.matrix if key == "matrix" else self.attributes.get(key)) or ""

    @property
    def used(self) -> bool:
        return self.use is Use.USED

    @property
    def quantified(self) -> bool:
        return self.used and self.concentration is not None

    @property
    def censored(self) -> bool:
        return self.used and self.concentration is None


@dataclass(frozen=True, slots=True)
class PlateControl:
    """A control of a plate as it was reported, for rules and pictures over plates."""

    plate: str
    control: str
    concentration: float | None
    nominal: float | None
    recovery_percent: float | None
    in_range: bool | None


@dataclass(frozen=True, slots=True)
class StudySource:
    """One input: a result folder or a table. ``rows`` came in, ``used`` of them take part."""

    name: str
    kind: str  # "result folder" or "table"
    sha256: str
    export_sha256: str = ""  # of the reader's export that a result came from
    plate: str = ""
    verdict: str = ""  # accepted, rejected; empty for tables
    reasons: tuple[str, ...] = ()  # why a plate was rejected
    protocol: str = ""
    kit: str = ""
    lot: str = ""
    unit: str = ""
    rows: int = 0
    used: int = 0
    lloq: float | None = None  # in the well
    uloq: float | None = None
    method: str = ""  # model, weights, what was fitted and averaged, as far as the source says
    remarks: tuple[str, ...] = ()
    controls: tuple[PlateControl, ...] = ()


@dataclass(frozen=True, slots=True)
class UnderstoodTimepoint:
    """A spelling as it stands in the input, and what it was taken for. ``minutes`` None for the baseline."""

    text: str
    timepoint: str
    minutes: float | None
    rows: int
