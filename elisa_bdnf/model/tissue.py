"""BDNF in tissue per mg of protein or tissue, and ratios of two assays (DOMAIN §8)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TissueValue:
    """One region of one animal; ``value`` in ``TissueStudy.unit``, None with a reason."""

    subject: str
    arm: str
    region: str
    timepoint: str
    analyte: str
    extract: float | None  # concentration in the extract, unit of the ELISA
    per: float | None  # what it was divided by, in the unit of ``basis``
    basis: str  # the columns that it was divided by
    value: float | None
    low: float | None
    high: float | None
    limit: float | None
    reason: str = ""
    extract_low: float | None = None
    extract_high: float | None = None


@dataclass(frozen=True, slots=True)
class TissueContrast:
    """One region and time, an arm against the control arm: ratio of geometric means, Welch's t on the ln scale."""

    region: str
    timepoint: str
    arm: str
    control: str
    analyte: str
    n: int
    n_control: int
    estimate: float | None
    se: float | None
    df: float | None
    p: float | None
    p_holm: float | None
    ratio: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TissueStudy:
    unit: str
    control: tuple[str, ...]  # names of the control arm, as the protocol has them
    values: tuple[TissueValue, ...]
    contrasts: tuple[TissueContrast, ...]


@dataclass(frozen=True, slots=True)
class RatioValue:
    """Numerator over denominator (each over its loading control where there is one) of one animal and region.

    ``relative`` is the ratio over the geometric mean of the control arm of the same region and time. Intervals carry
    the relative errors of all assays, added as squares on the ln scale.
    """

    subject: str
    arm: str
    region: str
    timepoint: str
    ratio: float | None
    low: float | None
    high: float | None
    cv_percent: float | None
    relative: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RatioSummary:
    name: str
    numerator: str
    denominator: str
    loading: str
    values: tuple[RatioValue, ...]
    contrasts: tuple[TissueContrast, ...]
