"""What ``history show --json`` prints: every plate, and every chart with its limits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from elisa_bdnf.model.chart import Chart, SegmentCharts
from elisa_bdnf.model.history import ChartedPlate
from elisa_bdnf.reports.finite import finite_or_none
from elisa_bdnf.reports.records import Record

SCHEMA = "elisa-bdnf/history/1"


def history_json(file: str, plates: Iterable[ChartedPlate], charts: Sequence[SegmentCharts]) -> str:
    """LF line ends, full precision, null where there is no number."""
    document = {
        "schema": SCHEMA,
        "file": file,
        "plates": [asdict(plate) for plate in plates],
        "charts": [
            _chart(segment, kind, chart)
            for segment in charts
            for kind, shown in (("control", segment.controls), ("curve", segment.curve))
            for chart in shown
        ],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _chart(segment: SegmentCharts, kind: str, chart: Chart) -> Record:
    limits = chart.limits
    return {
        "segment": asdict(segment.segment),
        "kind": kind,
        "name": chart.name,
        "unit": chart.unit,
        "plates": sum(value is not None for value in chart.values),
        "limits_from_plates": limits.n,
        "mean": finite_or_none(limits.mean),
        "sd": finite_or_none(limits.sd),
        "decides": limits.decides,
        "values": list(chart.values),
    }
