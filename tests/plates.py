"""Plates made for tests: a Reading, a Layout and a Protocol whose right answers are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from elisa_bdnf.model.curve import CurveSpec, FitOn, WeightKind, Weights
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.protocol import (
    DilutionSettings,
    LimitSettings,
    Protocol,
    QcSettings,
    ReadingSettings,
    Reduce,
    RuleSettings,
)
from elisa_bdnf.model.reading import Channel, Note, Reading, Source
from elisa_bdnf.model.timepoint import Timepoint

SHAPE = Shape(8, 12)
TRUTH = {"a": 0.06, "b": 1.1, "c": 320.0, "d": 3.1}
LEVELS = (500.0, 250.0, 125.0, 62.5, 31.25, 15.625, 7.8125, 0.0)
TIMEPOINTS = (
    Timepoint("baseline", None),
    Timepoint("120min", 120, (), 15),
    Timepoint("230min", 230, (), 15),
    Timepoint("24h", 1440, (), 120),
    Timepoint("7d", 10080, (), 1440),
)


def response(x: float) -> float:
    """The true curve."""
    return TRUTH["d"] + (TRUTH["a"] - TRUTH["d"]) / (1 + (x / TRUTH["c"]) ** TRUTH["b"])


def contents() -> dict[str, Content]:
    """Standards in columns 1–2, three controls in column 3–4 A–C, six samples (subject S1, S2) in columns 5–6."""
    wells: dict[str, Content] = {}
    for row, nominal in zip("ABCDEFGH", LEVELS, strict=True):
        standard = Content(Role.STANDARD, f"STD{nominal:g}", nominal)
        wells |= {f"{row}1": standard, f"{row}2": standard}
    for row, nominal in zip("ABC", (25.0, 100.0, 300.0), strict=True):
        control = Content(Role.CONTROL, f"QC{nominal:g}", nominal, dilution_factor=1.0)
        wells |= {f"{row}3": control, f"{row}4": control}
    for row, (subject, timepoint) in zip(
        "ABCDEF", [(s, t) for s in ("S1", "S2") for t in ("baseline", "120min", "24h")], strict=True
    ):
        sample = Content(
            Role.SAMPLE, f"{subject}-{timepoint}", None, 20.0, subject, timepoint, "plasma_edta",
            attributes={"actual_time_min": {"120min": "122", "24h": "1450"}.get(timepoint, "")},
        )  # fmt: skip
        wells |= {f"{row}5": sample, f"{row}6": sample}
    return wells


IN_WELL = {"A": 40.0, "B": 60.0, "C": 50.0, "D": 80.0, "E": 120.0, "F": 100.0}


def true_response(well: str, content: Content) -> float:
    """The noise-free response, with duplicates 1 % apart on either side."""
    x = content.nominal if content.nominal is not None else IN_WELL[well[0]]
    side = 1 if int(well[1:]) % 2 else -1
    return response(x) * (1 + 0.005 * side)


Change = Callable[[dict[str, float], dict[str, Content]], None]


def plate(
    change: Change | None = None,
    *,
    notes: Mapping[str, Note] | None = None,
    reference: Mapping[str, float] | None = None,
    wavelength: float | None = 450.0,
) -> tuple[Reading, Layout]:
    """A plate after ``change`` was applied to its responses and contents; ``reference`` adds a read at 570 nm."""
    held = contents()
    values = {well: true_response(well, content) for well, content in held.items()}
    if change is not None:
        change(values, held)
    grid = tuple(values.get(well, math.nan) for well in SHAPE.wells())
    channels = [Channel("450", grid, wavelength, notes=dict(notes or {}))]
    if reference is not None:
        read = (reference.get(well, 0.04 + 0.01 * v) for well, v in zip(SHAPE.wells(), grid, strict=True))
        channels.append(Channel("570", tuple(read), 570.0))
    reading = Reading(Source("plate.txt", "0" * 64, "test"), "Plate 1", SHAPE, tuple(channels))
    return reading, Layout(SHAPE, held, "pg/mL", "test")


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
