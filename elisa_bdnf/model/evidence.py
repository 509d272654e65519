"""What stands behind a number beside the number itself: editing of the standards, robustness, precision."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.plate import Well


class EditedPart(StrEnum):
    """What an edit leaves out."""

    WELL = "well"
    ANCHOR = "anchor"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that was left out by a rule of the protocol, and the figures that decided it.

    ``parameters`` are (a, b, c, d) of the curve that the decision was read from, None where none was needed.
    ``deviation`` is |recovery − 100| in units of its limit, with 0 % for a response beyond that of concentration 0;
    None where the response lies beyond the plateau or was not asked.
    """

    what: EditedPart
    nominal: float
    wells: tuple[Well, ...]
    reason: str
    recovery_percent: float | None = None
    cv_percent: float | None = None
    deviation: float | None = None
    parameters: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Editing:
    """What the editing of the standards did: both curves stay.

    ``curve`` is the one that controls and samples are read on. ``failure`` says why editing did not save the plate;
    then the edits were tried and none holds: ``curve`` is the one as acquired. ``allowed`` is the number of levels
    that might have been left out.
    """

    acquired: Curve | NoCurve
    curve: Curve | NoCurve
    edits: tuple[Edit, ...] = ()
    failure: str = ""
    allowed: int = 0

    @property
    def in_force(self) -> tuple[Edit, ...]:
        """The edits that hold: none where editing failed."""
        return () if self.failure else self.edits


@dataclass(frozen=True, slots=True)
class Robustness:
    """How far one concentration moves when the analyst had chosen otherwise.

    ``percent`` is the largest move, ``change`` what causes it ("5pl", "weights none", "without standard 250");
    ``lost`` are the changes under which the response has no concentration at all. ``beyond_interval``: under some
    change the concentration leaves its own interval, or is lost. ``moves`` are the relative moves under each of
    ``changes``, nan where it is lost.
    """

    percent: float
    change: str
    beyond_interval: bool
    lost: tuple[str, ...] = ()
    changes: tuple[str, ...] = field(default=(), compare=False, repr=False)
    moves: tuple[float, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PrecisionProfile:
    """The CV of a concentration in the well over the standards: advice, never the official range.

    ``points`` are (concentration, CV %) for ``wells`` replicates; ``low`` to ``high`` is where the CV is at most
    ``limit_percent``, None (with a reason) where it is nowhere.
    """

    points: tuple[tuple[float, float], ...]
    wells: int
    limit_percent: float
    low: float | None
    high: float | None
    reason: str = ""
