"""What a history keeps of a plate, and what a plate is told of those before it.

"Before" knows no clock: plates follow one another by the time of reading that the export states, then by name. A plate
whose export states none is placed by name among others without one. So the same plates are earlier however often,
in whatever order and on whatever computer they are run.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from elisa_bdnf.model.order import natural_order


@dataclass(frozen=True, slots=True)
class Segment:
    """What plates must have in common to stand on one chart; a change of any of it opens a new segment.

    ``kit`` is the kit's id or empty, ``kit_lot`` empty where nobody states it.
    """

    protocol: str
    kit: str
    kit_lot: str
    unit: str
    model: str

    def __str__(self) -> str:
        lot = f"lot {self.kit_lot}" if self.kit_lot else "lot not stated"
        return ", ".join(filter(None, (self.kit, lot, self.protocol, self.model, self.unit)))


@dataclass(frozen=True, slots=True)
class ControlId:
    """Which control: another nominal value, dilution or lot of a control is another series of a chart."""

    name: str
    nominal: float | None = None
    dilution_factor: float | None = None
    lot: str = ""

    def __str__(self) -> str:
        nominal = "" if self.nominal is None else f" ({self.nominal:g})"
        return f"{self.name}{nominal}" + (f" lot {self.lot}" if self.lot else "")


@dataclass(frozen=True, slots=True)
class ChartedControl:
    """The mean of one control on one plate, in the unit of the segment; None where it has no number."""

    control: ControlId
    value: float | None


@dataclass(frozen=True, slots=True)
class ChartedLevel:
    """The used wells of one standard: what tells how responses scatter."""

    nominal: float
    anchor: bool
    responses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChartedCurve:
    """Parameters in the canonical form; None where the data do not determine one or the model has none."""

    a: float | None
    b: float | None
    c: float | None
    d: float | None
    g: float | None
    weights: str
    theta: float | None
    zero_response: float | None  # mean of the zero standard
    top_response: float | None  # mean of the highest standard


@dataclass(frozen=True, slots=True)
class ChartedPlate:
    """One plate as charts know it. ``read_at`` is ISO 8601 without a zone, or empty; ``place`` counts from 0."""

    file: str
    sha256: str
    place: int
    plate: str
    read_at: str
    segment: Segment
    curve: ChartedCurve | None
    controls: tuple[ChartedControl, ...]
    standards: tuple[ChartedLevel, ...]

    @property
    def identity(self) -> tuple[str, int, str, str]:
        """The same plate under the same protocol and model: recording it again replaces it."""
        return self.sha256, self.place, self.segment.protocol, self.segment.model

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key: by time of reading, then by name."""
        return self.read_at, natural_order(self.plate), natural_order(self.file), self.place, self.sha256

    def control_or_none(self, control: ControlId) -> float | None:
        """The mean of one control, where the plate has it with a number."""
        return next((each.value for each in self.controls if each.control == control), None)

    def is_before(self, other: ChartedPlate) -> bool:
        """Whether this plate is earlier; False where one of the two has a date and the other has none."""
        return bool(self.read_at) == bool(other.read_at) and self.order < other.order


# Plates of a batch and of a history share these: one object for all of them.
_segment = lru_cache(maxsize=256, typed=True)(Segment)
_control_id = lru_cache(maxsize=1024, typed=True)(ControlId)


def charted_from_mapping(told: Mapping[str, Any]) -> ChartedPlate:
    """The inverse of :func:`dataclasses.asdict`; raises KeyError or TypeError for anything else."""
    made = {
        "sha256": sys.intern(told["sha256"]),
        "segment": _segment(**told["segment"]),
        "curve": ChartedCurve(**told["curve"]) if told["curve"] else None,
        "controls": tuple(ChartedControl(_control_id(**c["control"]), c["value"]) for c in told["controls"]),
        "standards": tuple(ChartedLevel(**(s | {"responses": tuple(s["responses"])})) for s in told["standards"]),
    }
    return ChartedPlate(**{**told, **made})


@dataclass(frozen=True, slots=True)
class EarlierPlates:
    """A plate beside the accepted plates of its segment that are earlier, in their order.

    ``history`` names the file they come from. ``reason`` says why there can be none, where that is so: a plate whose
    kit lot nobody states has no segment.
    """

    history: str
    this: ChartedPlate
    plates: tuple[ChartedPlate, ...] = ()
    reason: str = ""
