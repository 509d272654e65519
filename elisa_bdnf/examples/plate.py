"""The good plate: standards, controls and samples whose responses lie on a known curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.reading import Channel, Note, Reading, Source

SHAPE = Shape(8, 12)
TRUTH = {"a": 0.06, "b": 1.1, "c": 320.0, "d": 3.1}
LEVELS = (500.0, 250.0, 125.0, 62.5, 31.25, 15.625, 7.8125, 0.0)
CONTROLS = (25.0, 100.0, 300.0)
IN_WELL = {"A": 40.0, "B": 60.0, "C": 50.0, "D": 80.0, "E": 120.0, "F": 100.0}


def response(x: float) -> float:
    """The true curve: the response (OD) of a concentration in the well (pg/mL)."""
    low, slope, middle, high = TRUTH.values()
    return float(high + (low - high) / (1 + (x / middle) ** slope))


def contents() -> dict[str, Content]:
    """Standards in columns 1–2, three controls in column 3–4 A–C, six samples (subject S1, S2) in columns 5–6."""
    wells: dict[str, Content] = {}
    for row, nominal in zip("ABCDEFGH", LEVELS, strict=True):
        standard = Content(Role.STANDARD, f"STD{nominal:g}", nominal)
        wells |= {f"{row}1": standard, f"{row}2": standard}
    for row, nominal in zip("ABC", CONTROLS, strict=True):
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


def true_response(well: str, content: Content) -> float:
    """The noise-free response, with duplicates 1 % apart on either side."""
    x = content.nominal if content.nominal is not None else IN_WELL[well[0]]
    return beside(well, response(x))


def beside(well: str, middle: float) -> float:
    """The response of one of two wells side by side: odd columns read 0.5 % above, even ones below the middle."""
    return middle * (1 + 0.005 * (1 if int(well[1:]) % 2 else -1))


Change = Callable[[dict[str, float], dict[str, Content]], None]


def plate(
    change: Change | None = None,
    *,
    notes: Mapping[str, Note] | None = None,
    reference: Mapping[str, float] | None = None,
    reference_slope: float = 0.01,
    wavelength: float | None = 450.0,
) -> tuple[Reading, Layout]:
    """The plate after ``change`` was applied to its responses and contents; ``reference`` adds a read at 570 nm.

    That read is 0.04 and ``reference_slope`` times the response, but for the wells that ``reference`` names.
    """
    held = contents()
    values = {well: true_response(well, content) for well, content in held.items()}
    if change is not None:
        change(values, held)
    grid = tuple(values.get(well, math.nan) for well in SHAPE.wells())
    channels = [Channel("450", grid, wavelength, notes=dict(notes or {}))]
    if reference is not None:
        pairs = zip(SHAPE.wells(), grid, strict=True)
        read = (reference.get(well, 0.04 + reference_slope * value) for well, value in pairs)
        channels.append(Channel("570", tuple(read), 570.0))
    reading = Reading(Source("plate.txt", "0" * 64, "test"), "Plate 1", SHAPE, tuple(channels))
    return reading, Layout(SHAPE, held, "pg/mL", "test")
