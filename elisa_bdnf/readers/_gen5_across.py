"""Gen5's tables with the wells side by side; the IDs of replicates stand above the first of their wells only.

Well ID   SPL1        BLK
Well      A3    A4    H1
Conc/Dil  0.5   0.5
450       0.93  0.91  0.045
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.readers._cells import Cells, unique_labels

Rows = Sequence[Sequence[str]]

_IDS = ("Well ID", "Name")
_LAYOUT = frozenset([*_IDS, "Conc/Dil"])


@dataclass(frozen=True, slots=True)
class WellsAcross:
    """``layout`` and ``quantities`` are label → well → text; ``end`` is the index of the first row below the table."""

    end: int
    layout: dict[str, Cells]
    quantities: dict[str, Cells]
    remarks: tuple[str, ...] = ()


def wells_across_or_none(rows: Rows, top: int, stop: int) -> WellsAcross | None:
    """The table that begins in row ``top``: with ``Well⇥A1⇥A2…``, or with the IDs above it.

    Raises ExportError where a well stands twice, and where a value has no well or no label.
    """
    head = top
    while head < stop and _label(rows[head]) in _IDS:
        head += 1
    wells = _wells(rows[head]) if head < stop and _label(rows[head]) == "Well" else {}
    if not wells:
        return None
    if len(set(wells.values())) < len(wells):
        raise ExportError("a well stands twice above the values", expected="each well once", place=str(head + 1))
    end = next((index for index in range(head, stop) if not any(rows[index])), stop)
    lines = [index for index in range(top, end) if index != head]
    labels = unique_labels(_label_of_line(rows[index], wells, index) for index in lines)
    columns = {label: _cells(rows[index], wells, index) for label, index in zip(labels, lines, strict=True)}
    layout = {label: cells for label, cells in columns.items() if label in _LAYOUT and any(cells.values())}
    _inherit(layout, tuple(wells.values()))
    return WellsAcross(end, layout, {label: cells for label, cells in columns.items() if label not in _LAYOUT})


def _label(cells: Sequence[str]) -> str:
    return next(filter(None, cells), "")


def _wells(cells: Sequence[str]) -> dict[int, Well]:
    """Position → well; empty where the line names anything else."""
    positions = [position for position, cell in enumerate(cells) if cell][1:]
    wells = {position: well_from_text_or_none(cells[position]) for position in positions}
    return {position: well for position, well in wells.items() if well} if all(wells.values()) else {}


def _label_of_line(cells: Sequence[str], wells: dict[int, Well], index: int) -> str:
    at = min(wells) - 1
    label = _label(cells[: at + 1])
    if not label or any(cell and position > at and position not in wells for position, cell in enumerate(cells)):
        raise ExportError("a line below the wells has values without a well or without a label", place=str(index + 1))
    return label


def _cells(cells: Sequence[str], wells: dict[int, Well], index: int) -> Cells:
    found = Cells()
    texts = [cells[position] if position < len(cells) else "" for position in wells]
    found.add(tuple(wells.values()), texts, (index,) * len(wells), tuple(wells))
    return found


def _inherit(layout: dict[str, Cells], wells: Sequence[Well]) -> None:
    """Give the wells of replicates, which have no ID of their own, what the first of them says."""
    ids = layout.get("Well ID")
    if ids is None:
        return
    for before, well in pairwise(wells):
        if not ids[well]:
            for cells in layout.values():
                cells[well] = cells[well] or cells[before]
