"""What is in each well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from elisa_bdnf.model.plate import Shape, Well


class Role(StrEnum):
    STANDARD = "standard"  # known BDNF; the zero standard is the standard with nominal 0
    BLANK = "blank"  # no analyte, not part of the curve
    CONTROL = "control"  # known range, judged plate by plate
    SAMPLE = "sample"
    EMPTY = "empty"


NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Content:
    """What a well holds. Equal contents are replicates of one another.

    ``nominal`` (standards and controls) is in the unit of the layout; ``dilution_factor`` is ≥ 1 (10 means 1:10) and
    None where nobody said one. ``attributes`` holds what is known beside that (arm, responder, region, actual times, …)
    as text, in the words of the sample sheet or layout.
    """

    role: Role
    name: str
    nominal: float | None = None
    dilution_factor: float | None = None
    subject: str | None = None
    timepoint: str | None = None  # canonical (``120min``) once the protocol's vocabulary was applied
    matrix: str | None = None
    anchor: bool = False
    low: float | None = None  # accepted range of a control
    high: float | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: NO_ATTRIBUTES, compare=False)

    @property
    def is_zero_standard(self) -> bool:
        return self.role is Role.STANDARD and self.nominal == 0

    def __hash__(self) -> int:
        return hash((self.name, self.nominal, self.dilution_factor, self.subject, self.timepoint))


@dataclass(frozen=True, slots=True)
class Layout:
    """Well → content; wells that are not named hold nothing. ``origin`` says where it came from, for people.

    ``plate`` binds a layout file to one plate by name, barcode or file, where its author said so.
    """

    shape: Shape
    contents: Mapping[Well, Content]
    unit: str | None = None
    origin: str = "export"
    sha256: str | None = None
    plate: str | None = None
    remarks: tuple[str, ...] = ()
    excluded: Mapping[Well, str] = field(default_factory=lambda: NO_ATTRIBUTES)  # well → why a person excluded it
    included: tuple[tuple[str, str], ...] = ()  # files that the layout file includes, with their SHA-256
