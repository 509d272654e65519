"""Responses of wells after correction, and wells that are replicates of one another.

Wells and groups are named tuples, since a plate has hundreds (``estimate``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import Note


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


class WellResponse(NamedTuple):
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


class Group(NamedTuple):
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
        return self.wells + tuple([well.well for well in self.left_out]) if self.left_out else self.wells
