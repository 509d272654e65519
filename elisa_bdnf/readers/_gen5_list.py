"""Gen5's well list: one line per well; the IDs of replicates stand in the first of their lines only.

Well ID  Name  Well  Conc/Dil  450   Count  Mean  Std Dev  CV (%)
SPL1           A3    0.5       0.93  2      0.92  0.014    1.54
               A4    0.5       0.91
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.readers._cells import Cells, unique_labels

Rows = Sequence[Sequence[str]]

_ATTRIBUTES = {"well id": "Well ID", "name": "Name", "conc/dil": "Conc/Dil"}
_ONLY_HERE = frozenset(["conc/dil", "count", "mean", "std dev", "cv (%)"])
_TWO_WAVELENGTHS = re.compile(r"([1-9][0-9]{2})([1-9][0-9]{2})\Z")


@dataclass(frozen=True, slots=True)
class WellList:
    """``layout`` and ``quantities`` are label → well → text; ``end`` is the index of the first row below the list."""

    end: int
    layout: Mapping[str, Cells]
    quantities: Mapping[str, Cells]
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    labels: Mapping[int, str]  # by position, without the column of wells
    well: int
    columns: dict[str, Cells] = field(default_factory=dict)
    lines: dict[Well, int] = field(default_factory=dict)


def is_list_head(cells: Sequence[str]) -> bool:
    """Whether a line has both ``Well ID`` and ``Well``, beside a heading that only Gen5 writes."""
    names = {cell.casefold() for cell in cells}
    return {"well", "well id"} <= names and not names.isdisjoint(_ONLY_HERE)


def list_from_rows(rows: Rows, top: int, stop: int) -> WellList:
    """The list below the headings in row ``top``. Raises ExportError where a line names no well, or one twice."""
    labels, remarks = _labels(rows[top])
    well = next(position for position, label in labels.items() if label.casefold() == "well")
    draft = _Draft({position: label for position, label in labels.items() if position != well}, well)
    end = top + 1
    inherited: dict[str, str] = {}
    for index in _lines(rows, top + 1, stop, well):
        inherited = _take_line(draft, rows[index], index, inherited)
        end = index + 1
    lost = _check_counts(draft)
    columns = {label: cells for label, cells in draft.columns.items() if any(cells.values())}
    layout = {label: cells for label, cells in columns.items() if label in _ATTRIBUTES.values()}
    quantities = {label: cells for label, cells in columns.items() if label not in layout}
    return WellList(end, layout, quantities, (*remarks, *lost))


def _labels(cells: Sequence[str]) -> tuple[dict[int, str], tuple[str, ...]]:
    """Heading by position; a spreadsheet program takes the comma of ``480,520`` for a thousands mark."""
    shown = {position: cell for position, cell in enumerate(cells) if cell}
    remarks = []
    for position, cell in shown.items():
        if match := _TWO_WAVELENGTHS.match(cell):
            shown[position] = f"{match[1]},{match[2]}"
            remarks.append(f"The heading {cell} is taken for the wavelengths {shown[position]} (the comma was lost).")
    labels = [_ATTRIBUTES.get(cell.casefold(), cell) for cell in shown.values()]
    return dict(zip(shown, unique_labels(labels), strict=True)), tuple(remarks)


def _lines(rows: Rows, start: int, stop: int, well: int) -> Iterator[int]:
    """Lines of the list; empty ones may stand between those of two samples, and before the title or key of the next."""
    for index in range(start, stop):
        if not any(rows[index]):
            continue
        if (
            len(rows[index]) <= well
            or not rows[index][well]
            or (not any(rows[index - 1]) and _begins_other(rows[index]))
        ):
            return
        yield index


def _begins_other(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) == 1 or filled[0].endswith(":")


def _take_line(draft: _Draft, cells: Sequence[str], index: int, inherited: dict[str, str]) -> dict[str, str]:
    """Put the cells of a line under its well; gives what the lines of further replicates inherit.

    Each dilution of a sample has its own count, and the ID stands at the first dilution only.
    """
    well = well_from_text_or_none(cells[draft.well])
    if well is None or well in draft.lines:
        found = f"{cells[draft.well]!r} stands where the list names its wells"
        also = f" (well {well} is in line {draft.lines[well] + 1} already)" if well else ""
        raise ExportError(found + also, expected="a well such as A1, each once", place=str(index + 1))
    draft.lines[well] = index
    padded = (*cells, *[""] * (max(draft.labels, default=0) + 1 - len(cells)))
    texts = {label: padded[at] for at, label in draft.labels.items()}
    if extra := [cell for at, cell in enumerate(cells) if cell and at != draft.well and at not in draft.labels]:
        raise ExportError(
            f"{extra[0]!r} stands below no heading", expected="a heading above every value", place=str(index + 1)
        )
    if not texts.get("Well ID"):
        if texts.get("Conc/Dil", "") in ("", inherited.get("Conc/Dil", "")):
            _refuse_count_without_id(texts, index)
        texts |= {label: text for label, text in inherited.items() if not texts[label]}
    for at, label in draft.labels.items():
        if label not in draft.columns:
            draft.columns[label] = Cells()
        draft.columns[label].put(well, texts[label], index, at)
    return {label: texts[label] for label in _ATTRIBUTES.values() if label in texts}


def _refuse_count_without_id(texts: Mapping[str, str], index: int) -> None:
    if any(text and label.casefold().startswith("count") for label, text in texts.items()):
        raise ExportError(
            "this line has a count of values, which stands in the first line of a sample, but no Well ID",
            expected="a Well ID in the first line of each sample",
            place=str(index + 1),
        )


def _check_counts(draft: _Draft) -> list[str]:
    """What the list counts against the lines it has. Raises ExportError where a sample has lines of another one."""
    remarks = []
    for label, cells, counts in _counted(draft):
        for first, wells in _samples(counts).items():
            numbers = sum(1 for well in wells if _is_used(cells[well]))
            stated, line = counts[first], draft.lines[first] + 1
            if numbers > int(stated):
                raise ExportError(
                    f"the list counts {stated} values of {label!r} here, but {numbers} lines have no other Well ID",
                    expected="a Well ID in the first line of each sample",
                    hint="a line was lost below this one; export the list again",
                    place=str(line),
                )
            if len(wells) < int(stated):
                remarks.append(f"Line {line} counts {stated} values of {label!r}, but the list has {len(wells)}.")
    return remarks


def _counted(draft: _Draft) -> Iterator[tuple[str, Cells, Cells]]:
    """Label and cells of each quantity with a column ``Count`` behind it, and that column."""
    for (label, cells), (behind, counts) in pairwise(draft.columns.items()):
        if behind.partition(" (")[0].casefold() == "count" and label not in _ATTRIBUTES.values():
            yield label, cells, counts


def _samples(counts: Cells) -> dict[Well, list[Well]]:
    """First well → all wells of each sample: the count stands in its first line."""
    found: dict[Well, list[Well]] = {}
    for well, text in counts.items():
        if text.isascii() and text.isdigit() and len(text) < 8:
            found[well] = [well]
        elif found and not text:
            found[next(reversed(found))].append(well)
    return found


def _is_used(text: str) -> bool:
    """A number that Gen5 counts: not excluded by a person, and no word."""
    return any(number_from_text_or_none(text, mark) is not None for mark in ".,")
