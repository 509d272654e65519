"""What a history keeps of an analyzed plate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from elisa_bdnf.inputs.dates import AmbiguousDate, moment_or_none
from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.history import ChartedControl, ChartedCurve, ChartedLevel, ChartedPlate, ControlId, Segment
from elisa_bdnf.model.layout import Layout, Role
from elisa_bdnf.model.protocol import HistorySettings, Protocol
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.response import Group

# Keys of export headers that tell when a plate was read, the surest first; files saved later state no other time.
_WHEN = (
    "start time", "read time", "measurement started", "date of measurement", "measurement date", "execution time",
    "time_start", "date", "date last saved",
)  # fmt: skip
_LOT = "kit_lot"
_CONTROL_LOT = "control_lot"


def charted_plate(
    reading: Reading, layout: Layout, protocol: Protocol, place: int, curve: Curve | NoCurve | None = None,
    groups: Iterable[Group] = (), controls: Iterable[Estimate] = (), day: date | None = None,
) -> ChartedPlate:  # fmt: skip
    """The record of one plate; ``place`` is its place in the export. Before the analysis it knows only its segment.

    ``day`` is what a person said of an export that does not state when it was read.
    """
    return ChartedPlate(
        reading.source.file,
        reading.source.sha256,
        place,
        reading.plate,
        read_at(reading, protocol.history, day)[0],
        segment_of(layout, protocol),
        _curve_or_none(curve, list(groups)),
        tuple(sorted((_control(each) for each in controls), key=_by_nominal)),
        tuple(_levels(groups)),
    )


def segment_of(layout: Layout, protocol: Protocol) -> Segment:
    """Lots come from the layout or sample sheet (``kit_lot``), else from the kit of the protocol."""
    lots = {content.attributes.get(_LOT, "").strip() for content in layout.contents.values()} - {""}
    kit = protocol.kit
    lot = " and ".join(sorted(lots)) or (kit.lot.strip() if kit else "")
    return Segment(protocol.id, kit.id if kit else "", lot, protocol.unit, protocol.curve.model.value)


def read_at(reading: Reading, settings: HistorySettings, day: date | None = None) -> tuple[str, str]:
    """When the plate was read (ISO 8601, or empty) and, where a date cannot be understood, why.

    The export's own moment holds where it can be understood, since it tells the plates of a day apart.
    """
    header: dict[str, str] = {}
    for key, value in reading.header:
        header.setdefault(key.casefold().strip(" :"), value)
    for key in _WHEN:
        try:
            moment = moment_or_none(header.get(key, ""), header.get("time", ""), settings.date_order)
        except AmbiguousDate as unclear:
            if day is None:
                return "", f"{unclear} may be read in two ways: say which with history.date_order"
            continue
        if moment:
            return moment, ""
    return f"{day.isoformat()}T00:00:00" if day else "", ""


def _curve_or_none(curve: Curve | NoCurve | None, groups: list[Group]) -> ChartedCurve | None:
    if not isinstance(curve, Curve):
        return None
    known = {name: _finite_or_none(getattr(curve, name)) for name in "abcdg"}
    known |= dict.fromkeys(curve.report.not_identified)
    standards = [g for g in groups if g.content.role is Role.STANDARD and g.content.nominal is not None and g.n]
    top = max(standards, key=lambda group: group.content.nominal or 0.0, default=None)
    zero = next((group for group in standards if group.content.nominal == 0), None)
    return ChartedCurve(
        known["a"], known["b"], known["c"], known["d"], known["g"],
        str(curve.spec.weights), curve.report.theta,
        _finite_or_none(zero.mean) if zero else None,
        _finite_or_none(top.mean) if top else None,
    )  # fmt: skip


def _control(estimate: Estimate) -> ChartedControl:
    content = estimate.group.content
    lot = content.attributes.get(_CONTROL_LOT, "").strip()
    control = ControlId(content.name, content.nominal, content.dilution_factor, lot)
    return ChartedControl(control, estimate.concentration)


def _by_nominal(control: ChartedControl) -> tuple[float, str, float, str]:
    which = control.control
    nominal = math.inf if which.nominal is None else which.nominal
    return nominal, which.name, which.dilution_factor or 0.0, which.lot


def _levels(groups: Iterable[Group]) -> Iterable[ChartedLevel]:
    standards = [g for g in groups if g.content.role is Role.STANDARD and g.content.nominal is not None and g.n]
    for group in sorted(standards, key=lambda group: -(group.content.nominal or 0.0)):
        yield ChartedLevel(group.content.nominal or 0.0, group.content.anchor, group.responses)


def _finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
