"""What came in, row by row, before anything is understood: texts as written, numbers as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.pages import spoken_place
from elisa_bdnf.model.measurement import NO_ATTRIBUTES, StudySource


@dataclass(frozen=True, slots=True)
class RawRow:
    """One sample of a result folder, or one line of a table. Empty texts and None: the source does not say it.

    ``bound`` is ``<`` or ``>`` where the source gives a limit in place of a number; ``problems`` is what is wrong with
    the row itself (a concentration that is no number), to be said together with everything else.
    """

    source: str  # file or folder, for messages
    place: str
    sample: str = ""
    subject: str = ""
    timepoint: str = ""
    concentration: float | None = None
    low: float | None = None
    high: float | None = None
    bound: str = ""
    limit: float | None = None
    lloq: float | None = None
    uloq: float | None = None
    unit: str = ""
    status: str = ""
    reason: str = ""
    reportable: bool = True
    rejected: bool = False  # the whole plate was
    plate: str = ""
    matrix: str = ""
    arm: str = ""
    responder: str = ""
    kit: str = ""
    lot: str = ""
    dilution_factor: float | None = None
    actual_minutes: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: NO_ATTRIBUTES)
    problems: tuple[Problem, ...] = ()

    @property
    def spoken(self) -> str:
        """The row inside a sentence: ``sample SPL3 of plate Plate 1``, ``line 12 of table.csv``."""
        if self.place:
            return f"{spoken_place(self.place)} of {self.source}"
        return f"sample {self.sample} of {self.source}"


@dataclass(frozen=True, slots=True)
class Read:
    """One input, read: where it came from, and its rows in their order."""

    source: StudySource
    rows: tuple[RawRow, ...]


def frozen(attributes: dict[str, str]) -> Mapping[str, str]:
    """Attributes as a read-only mapping."""
    return MappingProxyType(attributes) if attributes else NO_ATTRIBUTES
