"""One of several programs that write one history at once: ``python writers.py FILE WRITER PLATES``."""

from __future__ import annotations

import sys
from pathlib import Path

from elisa_bdnf.history import store
from elisa_bdnf.model.history import ChartedControl, ChartedCurve, ChartedLevel, ChartedPlate, ControlId, Segment

SEGMENT = Segment("p", "kit", "L1", "pg/mL", "4pl")


def made(number: int, value: float = 100.0, segment: Segment = SEGMENT) -> ChartedPlate:
    """A plate whose numbers no decimal text of few digits would hold."""
    curve = ChartedCurve(0.1 + 1 / 3, 1.1, 320.7, None, 1.0, "power:1", 1.0, None, 1.9)
    controls = (ChartedControl(ControlId("low", 40.0, 1.0, "c1"), value / 3), ChartedControl(ControlId("high"), None))
    standards = (ChartedLevel(500.0, False, (1.1, 1 / 7)), ChartedLevel(0.0, True, (0.05,)))
    moment = f"2026-01-{1 + number // 24:02d}T{number % 24:02d}:00:00"
    return ChartedPlate(
        f"p{number}.txt", f"{number:064x}", 0, f"Plate {number}", moment, segment, curve, controls, standards
    )


if __name__ == "__main__":
    path, writer, plates = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for i in range(plates):
        store.record(path, [(made(writer * plates + i), True)])
