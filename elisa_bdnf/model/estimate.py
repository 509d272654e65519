"""What was read on a curve, before anything was judged: of wells, of groups, of a sample over its dilutions.

A plate has hundreds of these, so they are named tuples: as immutable as data classes and made four times as fast.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.response import Group


class RangeStatus(StrEnum):
    WITHIN = "within"
    BELOW_LLOQ = "below_lloq"
    ABOVE_ULOQ = "above_uloq"
    BELOW_CURVE = "below_curve"  # response at or beyond the asymptote at zero: no inverse
    ABOVE_CURVE = "above_curve"  # response at or beyond the asymptote at infinity: no inverse
    SATURATED = "saturated"  # the reader could not measure it: above
    EXTRAPOLATED = "extrapolated"  # beyond the range, given because the protocol asked for it
    NO_VALUE = "no_value"  # no used well, or no curve

    @property
    def has_number(self) -> bool:
        return self in (RangeStatus.WITHIN, RangeStatus.EXTRAPOLATED)


class WellEstimate(NamedTuple):
    """A single well read on the curve; ``in_well`` None where its response has no inverse."""

    well: Well
    in_well: float | None
    status: RangeStatus


class Estimate(NamedTuple):
    """A group read on the curve, before anything was judged.

    ``in_well`` is the back-calculated concentration in the well (None where there is no inverse), with its interval at
    the confidence of the curve; a bound may be 0 or inf and then ``interval_remark`` says why. ``concentration`` is
    ``in_well × dilution factor`` and None unless ``status.has_number``. ``limit`` is what can be said instead
    (``< limit`` or ``> limit``, in sample units). ``cv_percent`` is of the per-well concentrations where all wells
    have one, else of the responses (``cv_basis``). ``other_in_well`` is what the other way to reduce replicates gives
    (the mean of the wells' concentrations, or the inverse of their mean response); None where it gives nothing.
    """

    group: Group
    in_well: float | None
    in_well_low: float | None
    in_well_high: float | None
    status: RangeStatus
    concentration: float | None
    low: float | None
    high: float | None
    limit: float | None
    cv_percent: float | None
    cv_basis: str  # "concentration", "response" or ""
    wells: tuple[WellEstimate, ...]
    reason: str = ""
    interval_remark: str = ""
    suggested_dilution: float | None = None
    other_in_well: float | None = None
    robustness: Robustness | None = None


class SampleResult(NamedTuple):
    """One sample over all its dilutions: what is reported of it, and why.

    ``estimates`` are by ascending dilution factor, ``in_range`` those inside the range, ``used`` those that the
    reported result rests on (none that a hook discredits). Where ``status`` has no number, ``limit`` is what can be
    said instead. ``cv_percent`` (two or more) and ``slope`` of ln concentration on ln dilution factor (three or more, 0
    where the sample dilutes like the standard) are over the dilutions in range; ``hook`` is the pair of factors of
    which the stronger reads too low. ``robustness`` is of the concentration, beside its interval.
    """

    estimates: tuple[Estimate, ...]
    in_range: tuple[Estimate, ...]
    used: tuple[Estimate, ...]
    status: RangeStatus
    concentration: float | None
    low: float | None
    high: float | None
    limit: float | None
    reason: str
    cv_percent: float | None = None
    slope: float | None = None
    hook: tuple[float, float] | None = None
    robustness: Robustness | None = None

    @property
    def content(self) -> Content:
        """That of the least diluted wells: name, subject and timepoint are those of the sample."""
        return self.estimates[0].group.content

    @property
    def is_series(self) -> bool:
        return len(self.estimates) > 1

    @property
    def wells(self) -> tuple[Well, ...]:
        """Those that the result rests on."""
        return tuple(well for estimate in self.used or self.estimates for well in estimate.group.all_wells)
