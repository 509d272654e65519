"""BDNF released by cells in culture: what was recovered from the medium, per culture batch (DOMAIN §8).

The culture batch is the unit of replication: culture wells are averaged within it first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReleaseValue:
    """One condition at one time in one culture batch: the mean of its culture wells, in ``ReleaseStudy.unit``.

    ``limit``: what can be said where every well is below the LLOQ. ``fold`` and ``net`` are against the vehicle of the
    same batch and time. Intervals hold measurement error only.
    """

    batch: str
    condition: str
    timepoint: str
    wells: int
    wells_below: int
    eluate: float | None  # concentration in the eluate, unit of the ELISA
    value: float | None
    low: float | None
    high: float | None
    limit: float | None
    fold: float | None
    fold_low: float | None
    fold_high: float | None
    net: float | None
    net_low: float | None
    net_high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """One condition at one time over culture batches: geometric mean of the folds, mean of the net release."""

    condition: str
    timepoint: str
    batches: int
    fold: float | None
    fold_low: float | None
    fold_high: float | None
    net: float | None
    net_low: float | None
    net_high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inhibition:
    """Share of the drug's effect that a blocker removes, in percent. ``batch`` empty: over all batches.

    ``percent`` is None where there is no effect to be removed; ``reason`` then reads
    ``undefined: no ketamine effect`` or what else was missing. An end of the interval is None where it is not bounded.
    """

    blocker: str
    timepoint: str
    batch: str
    batches: int
    percent: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Recovery of the spiked control of one batch: (spiked − unspiked) / added. None with a reason."""

    batch: str
    recovery: float | None
    accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ControlCheck:
    """A control without cells, or a blocker alone, in one batch: its share of vehicle, or shift from it, in percent.

    ``problem`` is empty where nothing is wrong with it.
    """

    batch: str
    condition: str
    percent: float | None
    limit_percent: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseStudy:
    """``corrected`` says for which batches values were divided by the recovery; the others are as precipitated."""

    unit: str
    per: str  # ml_medium, culture_well, million_cells, mg_protein, eluate
    volumes: str  # a sentence: which volumes were used
    drug: str
    vehicle: str
    values: tuple[ReleaseValue, ...]
    summaries: tuple[ReleaseSummary, ...]
    inhibitions: tuple[Inhibition, ...]
    recoveries: tuple[Recovery, ...]
    controls: tuple[ControlCheck, ...]
    absent: tuple[str, ...]  # controls that the study does not have
    corrected: tuple[str, ...]
    sentence: str  # "not recovery-corrected", or for which batches it is
