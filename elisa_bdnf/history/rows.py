"""A charted plate as rows of the tables, and back; equal values come back bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from elisa_bdnf.model.history import (
    ChartedControl,
    ChartedCurve,
    ChartedLevel,
    ChartedPlate,
    ControlId,
    Segment,
)

if TYPE_CHECKING:
    from sqlite3 import Connection

_CURVE = tuple(field.name for field in fields(ChartedCurve))
_PLATE = ("sha256", "place", "protocol", "model", "file", "plate", "read_at", "kit", "kit_lot", "unit")


def insert(database: Connection, plate: ChartedPlate) -> None:
    """Put a plate in the place of what is known of it; the caller holds the transaction."""
    remove(database, plate)
    segment, curve = plate.segment, plate.curve
    names = (*_PLATE, *_CURVE)
    values = (
        plate.sha256, plate.place, segment.protocol, segment.model, plate.file, plate.plate, plate.read_at,
        segment.kit, segment.kit_lot, segment.unit, *(getattr(curve, name) if curve else None for name in _CURVE),
    )  # fmt: skip
    marks = ", ".join("?" * len(names))
    key = database.execute(f"INSERT INTO plates ({', '.join(names)}) VALUES ({marks})", values).lastrowid  # noqa: S608 - names of ours
    database.executemany(
        "INSERT INTO controls VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (key, i, c.control.name, c.control.nominal, c.control.dilution_factor, c.control.lot, c.value)
            for i, c in enumerate(plate.controls)
        ],
    )
    database.executemany(
        "INSERT INTO standards VALUES (?, ?, ?, ?, ?)",
        [(key, i, s.nominal, int(s.anchor), json.dumps(s.responses)) for i, s in enumerate(plate.standards)],
    )


def remove(database: Connection, plate: ChartedPlate) -> None:
    """Forget a plate, if it is known."""
    database.execute("DELETE FROM plates WHERE sha256 = ? AND place = ? AND protocol = ? AND model = ?", plate.identity)


def plates_in(database: Connection) -> Iterator[ChartedPlate]:
    """Every plate; raises ValueError or TypeError for rows that no version of the program wrote."""
    controls: dict[int, list[ChartedControl]] = {}
    for key, name, nominal, factor, lot, value in database.execute(
        "SELECT plate_id, name, nominal, dilution_factor, lot, value FROM controls ORDER BY plate_id, position"
    ):
        controls.setdefault(key, []).append(ChartedControl(ControlId(name, nominal, factor, lot), value))
    standards: dict[int, list[ChartedLevel]] = {}
    for key, nominal, anchor, responses in database.execute(
        "SELECT plate_id, nominal, anchor, responses FROM standards ORDER BY plate_id, position"
    ):
        level = ChartedLevel(nominal, bool(anchor), tuple(float(value) for value in json.loads(responses)))
        standards.setdefault(key, []).append(level)
    columns = ", ".join(("id", *_PLATE, *_CURVE))
    for row in database.execute(f"SELECT {columns} FROM plates ORDER BY id"):  # noqa: S608 - names of ours
        yield _plate(row, tuple(controls.get(row[0], ())), tuple(standards.get(row[0], ())))


def _plate(
    row: tuple[object, ...], controls: tuple[ChartedControl, ...], standards: tuple[ChartedLevel, ...]
) -> ChartedPlate:
    told = dict(zip(("id", *_PLATE, *_CURVE), row, strict=True))
    segment = Segment(*(str(told[name]) for name in ("protocol", "kit", "kit_lot", "unit", "model")))
    curve = None if told["weights"] is None else ChartedCurve(**{name: told[name] for name in _CURVE})  # type: ignore[arg-type]
    return ChartedPlate(
        str(told["file"]), str(told["sha256"]), int(str(told["place"])), str(told["plate"]), str(told["read_at"]),
        segment, curve, controls, standards,
    )  # fmt: skip
