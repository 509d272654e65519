"""Control charts as numbers: frozen limits, z values, and how far a chart may decide (DOMAIN §4).

Mean and SD come from the first ``frozen`` accepted plates of a segment and stay; with fewer plates than that, from all
there are. Below ``warn_from`` plates a chart shows and says nothing: limits from five plates give 5 % false alarms
where 0.3 % is meant. Between-plate SDs are of plate means, never of pooled wells.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from elisa_bdnf.model.history import ChartedPlate, ControlId, EarlierPlates

WARN_FROM, FROZEN = 10, 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre and SD of a chart, and the number of plates that they rest on; both nan below two plates."""

    mean: float
    sd: float
    n: int

    @property
    def decides(self) -> str:
        """How far the chart may go: ``nothing``, ``warnings`` or ``rejections``."""
        if self.n < WARN_FROM or not self.sd > 0:
            return "nothing"
        return "warnings" if self.n < FROZEN else "rejections"

    def z(self, value: float) -> float:
        """Distance from the centre in SDs; nan without a positive SD."""
        return (value - self.mean) / self.sd if self.sd > 0 else math.nan


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity over the plates of a segment, in their order; the last value is that of this plate."""

    name: str
    values: tuple[float, ...]
    limits: Limits

    @property
    def z(self) -> tuple[float, ...]:
        return tuple(self.limits.z(value) for value in self.values)


def limits_from(earlier: Sequence[float], frozen: int = FROZEN) -> Limits:
    """Limits from the first ``frozen`` of the earlier values."""
    base = earlier[:frozen]
    if len(base) < 2:
        return Limits(math.nan, math.nan, len(base))
    return Limits(fmean(base), stdev(base), len(base))


def series_of(name: str, earlier: Sequence[float], value: float, frozen: int = FROZEN) -> Series:
    """A chart whose limits rest on earlier plates only, never on the plate that is judged."""
    return Series(name, (*earlier, value), limits_from(earlier, frozen))


def control_series(told: EarlierPlates, frozen: int = FROZEN) -> Iterator[tuple[ControlId, Series | None]]:
    """Every control of the plate, lowest first; None where this plate has no number for it."""
    for charted in told.this.controls:
        name = str(charted.control)
        earlier = [v for plate in told.plates if (v := plate.control_or_none(charted.control)) is not None]
        yield charted.control, None if charted.value is None else series_of(name, earlier, charted.value, frozen)


def rows_of_z(told: EarlierPlates, charts: Sequence[tuple[ControlId, Limits]], most: int) -> tuple[float, ...]:
    """The last ``most`` z values of these controls, plate by plate and on each plate in the order of ``charts``."""
    found: list[float] = []
    for plate in reversed((*told.plates, told.this)):
        values = [(limits, plate.control_or_none(control)) for control, limits in reversed(charts)]
        found += [limits.z(value) for limits, value in values if value is not None]
        if len(found) >= most:
            break
    return tuple(reversed(found[:most]))


CURVE_QUANTITIES = ("ln c", "top response", "zero response")


def curve_values(plate: ChartedPlate) -> tuple[float | None, float | None, float | None]:
    """What is charted of a curve; None where the data do not determine it."""
    curve = plate.curve
    if curve is None:
        return None, None, None
    return (math.log(curve.c) if curve.c else None), curve.top_response, curve.zero_response
