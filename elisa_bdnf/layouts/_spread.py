"""Groups of patterns → parameters of each well, in wellmap's order of precedence.

Well over block, smaller block over larger, then row, column, interleaved row, interleaved column, and last what holds
for the whole experiment. Two different values of the same rank are refused: which of them wins would depend on the
order of lines, and programs disagree about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeVar

from elisa_bdnf.errors import Problem
from elisa_bdnf.layouts._groups import Leaf, Part
from elisa_bdnf.layouts._patterns import (
    MOST_COLUMNS,
    MOST_ROWS,
    Place,
    block_size_from_text,
    columns_from_pattern,
    interleaved,
    place_name,
    rows_from_pattern,
    wells_from_pattern,
)

MAX_ASSIGNMENTS = 100_000
_PATTERNS = "wells such as A1, A1-B2 or A1,A3,...,A11"

Leaves = Mapping[str, Leaf]
Where = TypeVar("Where", Place, int)


@dataclass(slots=True)
class Spread:
    """Parameters by well, and what is wrong."""

    wells: dict[Place, dict[str, Leaf]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Lines:
    """Parameters by row or column, in each of the four ways to name them."""

    rows: dict[int, dict[str, Leaf]]
    columns: dict[int, dict[str, Leaf]]
    interleaved_rows: dict[int, dict[str, Leaf]]
    interleaved_columns: dict[int, dict[str, Leaf]]


def spread(groups: Part) -> Spread:
    """The parameters of every well that the groups name. Problems are collected, never raised."""
    work = _Spreader()
    layers = [work.layer(groups.get("well", {}), wells_from_pattern, place_name)]
    layers += work.blocks(groups.get("block", {}))
    lines = _Lines(
        work.layer(groups.get("row", {}), rows_from_pattern, lambda row: f"row {row + 1}"),
        work.layer(groups.get("col", {}), columns_from_pattern, lambda column: f"column {column + 1}"),
        work.layer(groups.get("irow", {}), rows_from_pattern, lambda row: f"row {row + 1}"),
        work.layer(groups.get("icol", {}), columns_from_pattern, lambda column: f"column {column + 1}"),
    )
    places = dict.fromkeys(place for layer in layers for place in layer)
    result = Spread({}, work.problems)
    for place in dict.fromkeys([*places, *_places_of_lines(list(places), lines, groups, result.problems)]):
        if not (0 <= place[0] < MOST_ROWS and 0 <= place[1] < MOST_COLUMNS):
            continue  # an interleaved partner beyond the edge of every plate
        result.wells[place] = _parameters(place, layers, lines, groups.get("expt", {}))
    return result


def _parameters(
    place: Place, layers: Iterable[Mapping[Place, Leaves]], lines: _Lines, experiment: Leaves
) -> dict[str, Leaf]:
    row, column = place
    ranked = [
        *(layer.get(place, {}) for layer in layers),
        lines.rows.get(row, {}),
        lines.columns.get(column, {}),
        lines.interleaved_rows.get(interleaved(row, column), {}),
        lines.interleaved_columns.get(interleaved(column, row), {}),
        experiment,
    ]
    found: dict[str, Leaf] = {}
    for leaves in ranked:
        for name, leaf in leaves.items():
            found.setdefault(name, leaf)
    return found


def _places_of_lines(places: list[Place], lines: _Lines, groups: Part, problems: list[Problem]) -> Iterator[Place]:
    """Wells that rows and columns create: each reaches as far as everything else does in the other direction."""
    plain_rows = _range([row for row, _ in places] + list(lines.rows))
    plain_columns = _range([column for _, column in places] + list(lines.columns))
    rows = _range(
        [*plain_rows, *(interleaved(row, column) for row, column in product(lines.interleaved_rows, plain_columns))]
    )
    columns = _range(
        [*plain_columns, *(interleaved(column, row) for row, column in product(plain_rows, lines.interleaved_columns))]
    )
    for name, other, reach in (
        ("row", "columns", columns), ("irow", "columns", columns), ("col", "rows", rows), ("icol", "rows", rows),
    ):  # fmt: skip
        if groups.get(name) and not reach:
            leaf = next(_all_leaves(groups[name]), Leaf("", "", ""))
            found = f"[{name}] without any {other}: no well is named"
            problems.append(Problem(found, f"{other} or wells beside it", place=leaf.place, file=leaf.file))
    yield from product(lines.rows, columns)
    yield from product(rows, lines.columns)
    yield from ((interleaved(row, column), column) for row, column in product(lines.interleaved_rows, columns))
    yield from ((row, interleaved(column, row)) for row, column in product(rows, lines.interleaved_columns))


def _range(numbers: list[int]) -> range:
    return range(min(numbers), max(numbers) + 1) if numbers else range(0)


def _all_leaves(part: Any) -> Iterator[Leaf]:
    if isinstance(part, Leaf):
        yield part
    elif isinstance(part, dict):
        for below in part.values():
            yield from _all_leaves(below)


@dataclass(slots=True)
class _Spreader:
    problems: list[Problem] = field(default_factory=list)
    assignments: int = 0

    def layer(
        self,
        patterns: Part,
        read: Callable[[str], Iterator[Where]],
        name: Callable[[Where], str],
    ) -> dict[Where, dict[str, Leaf]]:
        """Parameters of one rank by well, row or column."""
        layer: dict[Where, dict[str, Leaf]] = {}
        for pattern, leaves in patterns.items():
            for where in self._expanded(pattern, leaves, read):
                self._put(layer, where, leaves, name)
        return layer

    def blocks(self, sizes: Part) -> list[dict[Place, dict[str, Leaf]]]:
        """One layer for each area, the smallest first: equal areas are of equal rank."""
        by_area: dict[int, dict[Place, dict[str, Leaf]]] = {}
        for size, patterns in sizes.items():
            try:
                height, width = block_size_from_text(size)
            except ValueError as error:
                self._pattern_problem(str(error), patterns)
                continue
            layer = by_area.setdefault(height * width, {})
            for pattern, leaves in patterns.items():
                for row, column in self._expanded(pattern, leaves, wells_from_pattern):
                    self._put_block(layer, (row, column), (height, width), leaves)
        return [by_area[area] for area in sorted(by_area)]

    def _put_block(self, layer: dict[Place, dict[str, Leaf]], corner: Place, size: Place, leaves: Leaves) -> None:
        if corner[0] + size[0] > MOST_ROWS or corner[1] + size[1] > MOST_COLUMNS:
            found = f"a block of {size[1]} x {size[0]} wells at {place_name(corner)} reaches beyond every plate"
            self._pattern_problem(found, leaves)
            return
        for row, column in product(range(size[0]), range(size[1])):
            self._put(layer, (corner[0] + row, corner[1] + column), leaves, place_name)

    def _expanded(self, pattern: str, leaves: Leaves, read: Callable[[str], Iterator[Where]]) -> list[Where]:
        try:
            return list(read(pattern))
        except ValueError as error:
            self._pattern_problem(f"{pattern!r}: {error}", leaves)
            return []

    def _put(
        self, layer: dict[Where, dict[str, Leaf]], where: Where, leaves: Leaves, name: Callable[[Where], str]
    ) -> None:
        self.assignments += 1
        if self.assignments > MAX_ASSIGNMENTS:
            if self.assignments == MAX_ASSIGNMENTS + 1:
                self._pattern_problem(f"the patterns name wells more than {MAX_ASSIGNMENTS:,} times", leaves)
            return
        there = layer.setdefault(where, {})
        for parameter, leaf in leaves.items():
            first = there.setdefault(parameter, leaf)
            if first.value != leaf.value:
                line = first.place.partition(":")[0] + (f" of {first.file}" if first.file != leaf.file else "")
                twice = f"{first.value!r} (line {line}) and {leaf.value!r}"
                found = f"{parameter} of {name(where)} is given twice: {twice}"
                self.problems.append(Problem(found, "one value of the same rank", place=leaf.place, file=leaf.file))

    def _pattern_problem(self, found: str, part: Any) -> None:
        leaf = next(_all_leaves(part), Leaf("", "", ""))
        self.problems.append(Problem(found, _PATTERNS, place=leaf.place, file=leaf.file))
