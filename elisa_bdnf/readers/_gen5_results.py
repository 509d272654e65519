"""What Gen5 calculated from a plate: concentrations and other matrices, and its curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape
from elisa_bdnf.model.reading import Channel, Correction, InstrumentCurve, InstrumentResult
from elisa_bdnf.readers._calculated import results
from elisa_bdnf.readers._gen5_quantities import is_concentration, is_monotonic
from elisa_bdnf.readers._gen5_sections import Section

_MODELS = (("(1+(x/c)^b)^", "5pl"), ("(a-d)/(1+(x/c)^b)", "4pl"), ("y=a*x+b", "linear"))


def results_from_section(
    section: Section, channels: Sequence[Channel], decimal: str
) -> tuple[tuple[InstrumentResult, ...], tuple[str, ...]]:
    """Everything calculated, under the label of the export; the concentration of the curve as ``concentration``."""
    taken = {channel.label for channel in channels}
    labels = [label for label in section.quantities if label not in taken]
    named = [label for label in labels if is_concentration(label)]
    alike = [label for label in labels if "conc" in label.casefold()]
    remarks: tuple[str, ...] = ()
    if not named and section.curves and len(alike) == 1:
        named = alike
        remarks = (f"{named[0]!r} is taken for the concentrations that Gen5 read from its curve.",)
    found: list[InstrumentResult] = []
    for label in labels:
        quantity = "concentration" if named[:1] == [label] else label
        found += results(quantity, section.quantities[label], decimal)
    return tuple(found), remarks


def curve_or_none(
    section: Section, channels: Sequence[Channel], results: Sequence[InstrumentResult], decimal: str
) -> InstrumentCurve | None:
    if not section.curves:
        return None
    curve = section.curves[0]
    formula = next((value for name, value in curve.items() if name.casefold() == "curve formula"), "")
    numbers = {name: number_from_text_or_none(value, decimal) for name, value in curve.items()}
    parameters = tuple((name, value) for name, value in numbers.items() if len(name) == 1 and value is not None)
    compact = formula.replace(" ", "").casefold()
    model = next((model for pattern, model in _MODELS if pattern in compact), None)
    label = _fitted_label(channels, results)
    return InstrumentCurve(model, parameters, numbers.get("R2"), formula, label)


def _fitted_label(channels: Sequence[Channel], results: Sequence[InstrumentResult]) -> str:
    """The channel that the concentrations are a monotonic function of; Gen5 does not say which one it fitted.

    A blank-corrected channel goes before what it was corrected from, since Gen5 fits its last reduction by default.
    """
    order = (Correction.BLANK, Correction.REFERENCE, Correction.REDUCED, Correction.NONE, Correction.PATH_LENGTH)
    for channel in sorted(channels, key=lambda c: order.index(c.correction)):
        pairs = _pairs(channel, results)
        if len(pairs) >= 4 and is_monotonic(pairs):
            return channel.label
    return ""


def _pairs(channel: Channel, results: Sequence[InstrumentResult]) -> list[tuple[float, float]]:
    wells = _columns_of(channel)
    return [
        (response, value)
        for well, quantity, value, note, _ in results
        if quantity == "concentration" and value is not None and note is None
        if not math.isnan(response := wells.get(well, math.nan))
    ]


def _columns_of(channel: Channel) -> Mapping[str, float]:
    size = len(channel.values)
    shape = next(Shape(*extent) for wells, extent in STANDARD_SHAPES.items() if wells == size)
    return dict(zip(shape.wells(), channel.values, strict=True))
