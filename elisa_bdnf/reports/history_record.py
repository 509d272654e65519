"""What a history keeps of a plate, as the entry ``history`` of ``result.json`` holds it."""

from __future__ import annotations

from elisa_bdnf.model.history import ChartedCurve, ChartedPlate
from elisa_bdnf.reports.records import Record


def history_record(plate: ChartedPlate) -> Record:
    """Everything that a history keeps, so that it can be built again from result folders."""
    segment = plate.segment
    return {
        "place": plate.place,
        "read_at": plate.read_at,
        "segment": {
            "protocol": segment.protocol,
            "kit": segment.kit,
            "kit_lot": segment.kit_lot,
            "unit": segment.unit,
            "model": segment.model,
        },
        "curve": None if plate.curve is None else _curve(plate.curve),
        "controls": [
            {
                "name": each.control.name,
                "nominal": each.control.nominal,
                "dilution_factor": each.control.dilution_factor,
                "lot": each.control.lot,
                "value": each.value,
            }
            for each in plate.controls
        ],
        "standards": [
            {"nominal": level.nominal, "anchor": level.anchor, "responses": list(level.responses)}
            for level in plate.standards
        ],
    }


def _curve(curve: ChartedCurve) -> Record:
    return {
        "a": curve.a,
        "b": curve.b,
        "c": curve.c,
        "d": curve.d,
        "g": curve.g,
        "weights": curve.weights,
        "theta": curve.theta,
        "zero_response": curve.zero_response,
        "top_response": curve.top_response,
    }
