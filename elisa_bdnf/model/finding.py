"""What a rule found, or why it could not look; and the verdict that follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.waiver import Decision


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
