"""A ``Group:`` block of SoftMax Pro → lines of wells, with columns known by their formula and not by their name.

The names of columns are the user's; the formulas below the table are not: ``!WellIDs``, ``!WellValues``,
``InterpX(curve@graph, column)``. Copies that were cut off and files of version 5 have no formulas; there the names of
SoftMax's own templates are taken, and the group says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.model.plate import well_from_text_or_none
from elisa_bdnf.readers._softmax_blocks import Block
from elisa_bdnf.readers._softmax_lines import GroupLine, Numbers, lines_from_block


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

    __hash__ = str.__hash__  # columns are looked up by it; that of Enum is not written in C


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
    r"(?P<name>Concentration|Standard Value|Conc|Expected)(?:\s*[(\[](?P<inside>[^()\[\]]+)[)\]]|\s+(?P<unit>\S.*))?\Z",
    re.IGNORECASE,
)
_INTERPOLATION = re.compile(r"interpx\((?P<curve>[^,()]*),(?P<column>[^,()]*)\)")
_PRECISION = re.compile(r"[0-9]+ (?:decimal places|significant|DP\b)", re.IGNORECASE)
_NAMES = frozenset([Purpose.NAME, Purpose.WELL, Purpose.PLATE])
_INHERITED = frozenset([Purpose.NAME, Purpose.DESCRIPTOR, Purpose.FACTOR])
_MENTIONED_GROUP = re.compile(r"(?:MinStd|MaxStd)@([^\s,()<>=*/+-]+)", re.IGNORECASE)


class Column(NamedTuple):
    title: str
    name: str
    formula: str
    purpose: Purpose
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    line: int
    columns: tuple[Column, ...]
    lines: tuple[GroupLine, ...]
    summaries: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...]
    positions: Mapping[Purpose, int]  # of the first column with each purpose
    numbers: Numbers

    def position(self, purpose: Purpose) -> int | None:
        return self.positions.get(purpose)

    def with_numbers(self, decimal: str) -> Group:
        """The group with the numbers of its columns, once the decimal mark is known."""
        numbers = self.numbers.with_decimal(decimal)
        return self if numbers is self.numbers else replace(self, numbers=numbers)

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
        formulas = [column.formula for column in self.columns if "@" in column.formula]
        return frozenset([name for formula in formulas for name in _MENTIONED_GROUP.findall(formula)])


def group_from_block(block: Block) -> Group:
    """Read a group; lines without a well are named in its remarks. Raises ExportError where its table is shifted."""
    rows = block.rows
    formulas = _formulas(rows)
    columns = _columns(tuple(rows[0]) if rows else (), tuple(formulas.items()))
    _refuse_other_headings(block, columns)
    lines, without_well = _lines(block, columns)
    positions = {column.purpose: n for n, column in reversed(list(enumerate(columns)))}
    remarks = tuple(_remarks(block, columns, formulas, without_well))
    numbers = Numbers(lines, [n for n, column in enumerate(columns) if column.purpose not in _NAMES], ".")
    return Group(block.name, block.line, columns, lines, _summaries(rows), remarks, positions, numbers)


def _remarks(
    block: Block, columns: Sequence[Column], formulas: Mapping[int, tuple[str, str]], without_well: Sequence[str]
) -> Iterator[str]:
    name = f"Group {block.name!r}"
    if not formulas and any(column.purpose is Purpose.WELL for column in columns):
        yield f"{name} has no formulas in the export: its columns are known by their names only."
    elif lost := [column.title for n, column in enumerate(columns, start=1) if n > 1 and not _has_formula(formulas, n)]:
        yield f"{name} has no formula for the columns {', '.join(lost)}: they are known by their names only."
    if not block.ended:
        yield f"{name} has no ~End: the export was cut off or edited there."
    if without_well:
        yield f"{name} names samples without a well: {', '.join(map(repr, without_well[:6]))}."
    if columns and Purpose.WELL not in [column.purpose for column in columns]:
        yield f"{name} has no column of wells; it was not read."


def _refuse_other_headings(block: Block, columns: Sequence[Column]) -> None:
    """The heading of a column begins with the name that its formula line gives it, unless the heading was lost."""
    if not columns and any(well_from_text_or_none(cell) for row in block.rows for cell in row):
        raise ExportError(
            f"group {block.name!r} has no headings",
            expected="the headings of its columns in the line below its name",
            place=str(block.line + 1),
        )
    for number, column in enumerate(columns, start=1):
        title, name = column.title.casefold(), column.name.casefold()
        shifted = not name or _PRECISION.match(column.formula)
        if shifted or not (title.startswith(name) or name.startswith(title)):
            raise ExportError(
                f"column {number} of group {block.name!r} is headed {column.title!r}",
                expected=f"{column.name!r}, as in its formula line",
                hint="the export was edited; export it again",
                place=str(block.line + 1),
            )


def _formulas(rows: Sequence[Sequence[str]]) -> Mapping[int, tuple[str, str]]:
    """Number of the column (from 1) → its name and formula."""
    found: dict[int, tuple[str, str]] = {}
    start = next((n for n, row in enumerate(rows) if row and row[0] == "Group Column"), len(rows))
    for row in rows[start + 1 :]:
        if row and row[0] == "Group Summaries":
            break
        if len(row) > 1 and row[0].isdecimal() and len(row[0]) < 8:
            padded = [*row, ""]
            found[int(row[0])] = (padded[1], padded[2])
    return found


@lru_cache(maxsize=128)
def _columns(titles: tuple[str, ...], stated: tuple[tuple[int, tuple[str, str]], ...]) -> tuple[Column, ...]:
    """What the headings mean, with the formulas by the number of the column: groups of one template share them."""
    formulas = dict(stated)
    width = max((n for n, title in enumerate(titles, start=1) if title), default=0)
    columns: list[Column] = []
    for number, title in enumerate(titles[:width], start=1):
        if number == 1 or _has_formula(formulas, number):
            name, formula = formulas.get(number, (title, ""))
            purpose = _purpose(number, formula, columns)
            columns.append(Column(title, name, formula, purpose, _unit(title.removeprefix(name))))
        else:
            columns.append(_column_by_name(title))
    return tuple(columns)


def _unit(text: str) -> str:
    """``pg/mL``, ``(pg/ml)``, ``[ng/ml]``; one that is not known stays as written."""
    written = text.strip().strip("()[]").strip() if text else ""
    if not written:
        return ""
    return unit_from_text_or_none(written) or written


def _has_formula(formulas: Mapping[int, tuple[str, str]], number: int) -> bool:
    return number in formulas and bool(formulas[number][1])


def _column_by_name(title: str) -> Column:
    if match := _NOMINAL_NAME.match(title):
        return Column(title, match["name"], "", Purpose.DESCRIPTOR, _unit(match["inside"] or match["unit"] or ""))
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


def column_named(name: str, before: Sequence[Column]) -> Purpose | None:
    """What a column holds that a formula calls by ``name``, in small letters and without blanks."""
    if name in _BY_FORMULA:
        return _BY_FORMULA[name]
    return next((c.purpose for c in before if "".join(c.name.split()).casefold() == name), None)


def _mean_of(name: str, before: Sequence[Column]) -> Purpose:
    return Purpose.MEAN_VALUE if column_named(name, before) is Purpose.VALUE else Purpose.OTHER


def _interpolated(name: str, before: Sequence[Column]) -> Purpose:
    """A column may be read from one that stands behind it: then only a mean is told apart, by its name."""
    of = column_named(name, before)
    if of is Purpose.MEAN_VALUE or (of is None and re.match(r"(avg|mean|average)", name)):
        return Purpose.MEAN_CONCENTRATION
    return Purpose.CONCENTRATION


def _lines(block: Block, columns: Sequence[Column]) -> tuple[tuple[GroupLine, ...], list[str]]:
    purposes = [column.purpose for column in columns]
    if Purpose.WELL not in purposes:
        return (), []
    inherited = [n for n, purpose in enumerate(purposes) if purpose in _INHERITED]
    return lines_from_block(block, purposes.index(Purpose.WELL), inherited, len(columns))


def _summaries(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """``MinStd``, its label, its value and its formula."""
    start = next((n for n, row in enumerate(rows) if row and row[0] == "Group Summaries"), len(rows))
    return tuple(tuple(row) for row in rows[start + 1 :] if any(row))
