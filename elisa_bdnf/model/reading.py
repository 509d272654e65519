"""What a plate reader wrote, one value per plate: numbers with their meaning, and nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well


class NoteKind(StrEnum):
    """What the export's own word in a well means."""

    OVERFLOW = "overflow"  # above what the detector can measure: information, not a hole
    UNDERFLOW = "underflow"
    MISSING = "missing"  # not read
    MASKED = "masked"  # excluded by a person; where the export still holds the number, the number is kept
    ERROR = "error"  # the software could not compute it
    LIMIT = "limit"  # a bound such as >105.000, not a result
    WORD = "word"  # a result in words that a user's own formula gave (Positive); only of instrument results


@dataclass(frozen=True, slots=True)
class Note:
    """The export's own word for a well (``OVRFLW``, ``*0.356*``, ``Masked``) and what it means.

    ``used_by_instrument``: the word says masked, but the means that the same export prints contain the well.
    """

    text: str
    kind: NoteKind
    used_by_instrument: bool = False


EMPTY_NOTES: Mapping[Well, Note] = MappingProxyType({})


class ChannelKind(StrEnum):
    ABSORBANCE = "absorbance"
    FLUORESCENCE = "fluorescence"
    LUMINESCENCE = "luminescence"
    UNKNOWN = "unknown"


class Correction(StrEnum):
    """What the reader's software had already done to a channel, by its own label."""

    NONE = "none"
    REFERENCE = "reference"  # a reference wavelength was subtracted
    BLANK = "blank"  # the mean blank was subtracted
    REDUCED = "reduced"  # some reduction chosen by the user; which one the export does not say
    PATH_LENGTH = "path_length"


@dataclass(frozen=True, slots=True)
class Channel:
    """One matrix of responses; ``values`` row by row (``shape.size`` of them), nan where there is no number.

    ``wavelength_nm`` is what was detected: of fluorescence, the emission.
    """

    label: str
    values: tuple[float, ...]
    wavelength_nm: float | None = None
    kind: ChannelKind = ChannelKind.ABSORBANCE
    correction: Correction = Correction.NONE
    notes: Mapping[Well, Note] = field(default_factory=lambda: EMPTY_NOTES)


class InstrumentResult(NamedTuple):
    """A number (or a word) that the reader's software computed for a well; concentrations are as read in the well.

    ``digits`` is how many decimals the export prints, which is the precision at which a comparison is fair.
    """

    well: Well
    quantity: str
    value: float | None
    note: Note | None = None
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class InstrumentCurve:
    """What the export says of the curve that its software fitted; any part may be unknown."""

    model: str | None = None
    parameters: tuple[tuple[str, float], ...] = ()
    r_squared: float | None = None
    formula: str = ""
    response_label: str = ""  # the channel that was fitted, by its label, where the export tells


@dataclass(frozen=True, slots=True)
class Source:
    """Where a reading came from; ``file`` is the bare name, ``sha256`` of the bytes as they were."""

    file: str
    sha256: str
    format: str
    software: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One plate as exported.

    ``header`` holds every key of the export in order; ``unread_header`` the keys whose meaning we did not use.
    ``remarks`` are sentences about what a reader had to decide (an ambiguous date, a mask that the instrument's own
    mean contradicts); they are shown in the report. ``curve_shared_with`` are the places, in the export, of the other
    plates whose standards the reader's software fitted together with those of this one.
    """

    source: Source
    plate: str
    shape: Shape
    channels: tuple[Channel, ...]
    header: tuple[tuple[str, str], ...] = ()
    unread_header: tuple[str, ...] = ()
    layout: Layout | None = None
    instrument_results: tuple[InstrumentResult, ...] = ()
    instrument_curve: InstrumentCurve | None = None
    curve_shared_with: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()
