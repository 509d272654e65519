"""Plates made for tests: a Reading, a Layout and a Protocol whose right answers are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from elisa_bdnf.examples.plate import IN_WELL, LEVELS, SHAPE, TRUTH, Change, contents, plate, response
from elisa_bdnf.model.curve import CurveSpec, FitOn, WeightKind, Weights
from elisa_bdnf.model.protocol import (
    DilutionSettings,
    LimitSettings,
    Protocol,
    QcSettings,
    ReadingSettings,
    Reduce,
    RuleSettings,
)
from elisa_bdnf.model.timepoint import Timepoint

__all__ = ["IN_WELL", "LEVELS", "SHAPE", "TRUTH", "Change", "contents", "plate", "protocol", "response"]
TIMEPOINTS = (
    Timepoint("baseline", None),
    Timepoint("120min", 120, (), 15),
    Timepoint("230min", 230, (), 15),
    Timepoint("24h", 1440, (), 120),
    Timepoint("7d", 10080, (), 1440),
)


def protocol(rules: Mapping[str, RuleSettings] | None = None, **changes: Any) -> Protocol:
    """A protocol for these plates; keyword arguments replace its parts."""
    base = Protocol(
        id="test",
        title="test",
        description="",
        design="human_infusion",
        unit="pg/mL",
        matrix="plasma_edta",
        kit=None,
        reading=ReadingSettings(wavelength_nm=450.0),
        curve=CurveSpec(weights=Weights(WeightKind.POWER, 1.0), fit_on=FitOn.REPLICATES),
        reduce=Reduce.MEAN_RESPONSE,
        replicates=2,
        limits=LimitSettings(),
        dilution=DilutionSettings(),
        timepoints=TIMEPOINTS,
        time_anchor="infusion_end",
        standards=(),
        anchors=(),
        qc=QcSettings("kit-research", "Kit", dict(rules or {})),
    )
    return replace(_with_shared_settings(base), **changes)


def _with_shared_settings(base: Protocol) -> Protocol:
    """What loading a protocol does: limits of rules that the analysis goes by too."""
    hook = base.qc.rules.get("DIL-03", RuleSettings()).values
    ratios = {f"hook_{name}": value for name, value in hook.items()}
    return replace(base, dilution=replace(base.dilution, **ratios)) if ratios else base
