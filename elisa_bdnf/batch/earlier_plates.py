"""Plates of a history beside those of a batch: what its control charts show of the time before.

They are kept with the entries, since the overview is made again (after a rerun, by ``verify``) of what lies in the
folder, and a history goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from elisa_bdnf import output
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.model.batch import PlateRow
from elisa_bdnf.model.history import ChartedPlate, Segment, charted_from_mapping
from elisa_bdnf.model.plain import plain

SCHEMA = "elisa-bdnf/batch-earlier/1"
_FILE = "earlier.json"


def earlier_beside(rows: Iterable[PlateRow], known: Iterable[ChartedPlate]) -> tuple[ChartedPlate, ...]:
    """Those of ``known`` that are no plates of the batch and earlier than one of the same segment in it.

    Later plates are left out, so that doing a batch again next year shows the same charts.
    """
    own = [row.charted for row in rows if row.charted is not None]
    last: dict[Segment, ChartedPlate] = {}
    for plate in own:
        if plate.segment not in last or last[plate.segment].is_before(plate):
            last[plate.segment] = plate
    ours = {plate.identity for plate in own}
    return tuple(
        plate
        for plate in known
        if plate.identity not in ours and plate.segment in last and plate.is_before(last[plate.segment])
    )


def keep(out: Path, plates: tuple[ChartedPlate, ...]) -> None:
    """Write them into the batch folder, or remove those of another run. Raises OutputError."""
    if not plates:
        output.remove(out / STATE / _FILE, keep=out)
        return
    said = {"schema": SCHEMA, "plates": [plain(plate) for plate in plates]}
    output.write_folder(out / STATE, {_FILE: json.dumps(said, ensure_ascii=True).encode()}, at_once=False)


def kept(out: Path) -> tuple[ChartedPlate, ...]:
    """What :func:`keep` wrote; nothing where it wrote nothing, or somebody else did."""
    try:
        said = json.loads((out / STATE / _FILE).read_bytes())
        return tuple(map(charted_from_mapping, said["plates"])) if said["schema"] == SCHEMA else ()
    except (OSError, ValueError, KeyError, TypeError):
        return ()
