"""A ``Group:`` block of SoftMax Pro → lines of wells, with columns known by their formula and not by their name.

The names of columns are the user's; the formulas below the table are not: ``!WellIDs``, ``!WellValues``,
``InterpX(curve@graph, column)``. Copies that were cut off and files of version 5 have no formulas; there the names of
SoftMax's own templates are taken, and the group says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.readers._softmax_blocks import Block


class Purpose(StrEnum):
    """What a column holds."""

    NAME = "sample name"
    WELL = "well"
    PLATE = "plate name"
    VALUE = "response"
    MEAN_VALUE = "mean response of the sample"
    DESCRIPTOR = "what the user typed for the sample: a concentration or a dilution"
    FACTOR = "dilution factor"
    CONCENTRATION = "concentration read from the curve for the well"
    MEAN_CONCENTRATION = "concentration read from the curve for the mean response"
    OTHER = "anything else"


_BY_FORMULA = {
    "!samplenames": Purpose.NAME,
    "!wellids": Purpose.WELL,
    "!wellplatename": Purpose.PLATE,
    "!wellvalues": Purpose.VALUE,
    "!sampledescriptor": Purpose.DESCRIPTOR,
    "!concentration": Purpose.DESCRIPTOR,
    "!conc": Purpose.DESCRIPTOR,
    "!factor": Purpose.FACTOR,
    "!dilution": Purpose.FACTOR,
}
_BY_NAME = {
    "sample": Purpose.NAME,
    "well": Purpose.WELL,
    "wells": Purpose.WELL,
    "wellplatename": Purpose.PLATE,
    "value": Purpose.VALUE,
    "values": Purpose.VALUE,
    "od": Purpose.VALUE,
    "meanvalue": Purpose.MEAN_VALUE,
    "avgod": Purpose.MEAN_VALUE,
    "dilution": Purpose.FACTOR,
    "backcalcconc": Purpose.CONCENTRATION,
    "result": Purpose.CONCENTRATION,
    "results": Purpose.CONCENTRATION,
}
_NOMINAL_NAME = re.compile(
    r"(?P<name>Concentration|Standard Value|Conc|Expected)(?:\s+(?P<unit>\S.*))?\Z", re.IGNORECASE
)
_INTERPOLATION = re.compile(r"interpx\((?P<curve>[^,()]*),(?P<column>[^,()]*)\)")
_INHERITED = frozenset([Purpose.NAME, Purpose.DESCRIPTOR, Purpose.FACTOR])
_MENTIONED_GROUP = re.compile(r"(?:MinStd|MaxStd)@([^\s,()<>=*/+-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    name: str
    formula: str
    purpose: Purpose
    unit: str = ""


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One well of a group. ``texts`` are by position of the column; ``sample`` counts the samples of the group."""

    line: int
    well: Well
    sample: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    line: int
    columns: tuple[Column, ...]
    lines: tuple[GroupLine, ...]
    summaries: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...]
    positions: Mapping[Purpose, int]  # of the first column with each purpose

    def position(self, purpose: Purpose) -> int | None:
        return self.positions.get(purpose)

    def text(self, line: GroupLine, purpose: Purpose) -> str:
        """The cell of the first column with that purpose; empty where there is none."""
        position = self.position(purpose)
        return "" if position is None else line.texts[position]

    @property
    def curve(self) -> str:
        """The curve that its concentrations were read from, as the formula names it."""
        formulas = [column.formula for column in self.columns if "interpx" in column.formula.casefold()]
        return formulas[0] if formulas else ""

    @property
    def mentioned_standards(self) -> frozenset[str]:
        """Groups whose smallest or largest standard a formula here refers to."""
        return frozenset(name for column in self.columns for name in _MENTIONED_GROUP.findall(column.formula))


def group_from_block(block: Block) -> Group:
    """Read a group; lines without a well are named in its remarks."""
    rows = block.rows
    formulas = _formulas(rows)
    columns = _columns(rows[0] if rows else (), formulas)
    remarks = []
    if any(columns) and not formulas and any(column.purpose is Purpose.WELL for column in columns):
        remarks.append(
            f"Group {block.name!r} has no formulas in the export: its columns are known by their names only."
        )
    if not block.ended:
        remarks.append(f"Group {block.name!r} has no ~End: the export was cut off or edited there.")
    lines, without_well = _lines(block, columns)
    if without_well:
        names = ", ".join(repr(name) for name in without_well[:6])
        remarks.append(f"Group {block.name!r} names samples without a well: {names}.")
    positions = {column.purpose: n for n, column in reversed(list(enumerate(columns)))}
    return Group(block.name, block.line, columns, lines, _summaries(rows), tuple(remarks), positions)


def _formulas(rows: Sequence[Sequence[str]]) -> Mapping[int, tuple[str, str]]:
    """Number of the column (from 1) → its name and formula."""
    found: dict[int, tuple[str, str]] = {}
    start = next((n for n, row in enumerate(rows) if row and row[0] == "Group Column"), len(rows))
    for row in rows[start + 1 :]:
        if not row or not row[0].isdecimal():
            break
        padded = [*row, "", ""]
        found[int(row[0])] = (padded[1], padded[2])
    return found


def _columns(titles: Sequence[str], formulas: Mapping[int, tuple[str, str]]) -> tuple[Column, ...]:
    width = max((n for n, title in enumerate(titles, start=1) if title), default=0)
    columns: list[Column] = []
    for number, title in enumerate(titles[:width], start=1):
        if formulas:
            name, formula = formulas.get(number, (title, ""))
            purpose = _purpose(number, formula, columns)
            columns.append(Column(title, name, formula, purpose, title.removeprefix(name).strip()))
        else:
            columns.append(_column_by_name(title))
    return tuple(columns)


def _column_by_name(title: str) -> Column:
    if match := _NOMINAL_NAME.match(title):
        return Column(title, match["name"], "", Purpose.DESCRIPTOR, match["unit"] or "")
    return Column(title, title, "", _BY_NAME.get(title.casefold(), Purpose.OTHER))


def _purpose(number: int, formula: str, before: Sequence[Column]) -> Purpose:
    compact = "".join(formula.split()).casefold()
    if compact in _BY_FORMULA:
        return _BY_FORMULA[compact]
    if number == 1 and not compact:
        return Purpose.NAME
    if compact.startswith("average(") and compact.endswith(")"):
        return _mean_of(compact[len("average(") : -1], before)
    if match := _INTERPOLATION.search(compact):
        outside = compact[: match.start()] + compact[match.end() :]
        # Result*Dilution is no longer what was read in the well.
        return Purpose.OTHER if re.search(r"[*/]", outside) else _interpolated(match["column"], before)
    return Purpose.OTHER


def _column_named(name: str, before: Sequence[Column]) -> Purpose | None:
    if name in _BY_FORMULA:
        return _BY_FORMULA[name]
    return next((c.purpose for c in before if "".join(c.name.split()).casefold() == name), None)


def _mean_of(name: str, before: Sequence[Column]) -> Purpose:
    return Purpose.MEAN_VALUE if _column_named(name, before) is Purpose.VALUE else Purpose.OTHER


def _interpolated(name: str, before: Sequence[Column]) -> Purpose:
    """A column may be read from one that stands behind it: then only a mean is told apart, by its name."""
    of = _column_named(name, before)
    if of is Purpose.MEAN_VALUE or (of is None and re.match(r"(avg|mean|average)", name)):
        return Purpose.MEAN_CONCENTRATION
    return Purpose.CONCENTRATION


def _lines(block: Block, columns: Sequence[Column]) -> tuple[tuple[GroupLine, ...], list[str]]:
    purposes = [column.purpose for column in columns]
    if Purpose.WELL not in purposes:
        return (), []
    at = purposes.index(Purpose.WELL)
    lines: list[GroupLine] = []
    without_well: list[str] = []
    inherited = [""] * len(columns)
    inherits = [purpose in _INHERITED for purpose in purposes]
    sample = -1
    for offset, row in enumerate(block.rows[1:], start=1):
        if not any(row) or row[0] == "Group Column":
            break
        cells = [*row, *[""] * (len(columns) - len(row))][: len(columns)]
        if cells[0]:
            sample, inherited = sample + 1, list(cells)
        well = well_from_text_or_none(cells[at])
        if well is None:
            without_well.append(cells[0] or cells[at])
            continue
        texts = [
            inherited[n] if not cell and inherits[n] else cell for n, cell in enumerate(cells)
        ]  # SoftMax leaves the cells of further replicates blank
        lines.append(GroupLine(block.line + 1 + offset, well, sample, tuple(texts)))
    return tuple(lines), without_well


def _summaries(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """``MinStd``, its label, its value and its formula."""
    start = next((n for n, row in enumerate(rows) if row and row[0] == "Group Summaries"), len(rows))
    return tuple(tuple(row) for row in rows[start + 1 :] if any(row))
