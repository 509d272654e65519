"""What a group of SoftMax Pro prints twice must agree: means with their values, products with their factors.

The lines of further replicates have no name of their own. Where the first line of a sample was lost, its other wells
would silently become replicates of the sample above: the printed mean of that one tells them apart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from elisa_bdnf.readers._softmax_groups import Column, Group, Purpose, column_named

_AVERAGE = re.compile(r"(?:if\(itemcount\([^()]+\)>[0-9]+,)?average\(([^()]+)\)(?:,makeerr\([0-9]+\)\))?\Z")
_PRODUCT = re.compile(r"([^()*/+-]+)\*([^()*/+-]+)\Z")
_SUFFICIENT = 3  # samples whose number of wells can be compared


class _Table:
    """The lines of a group with the numbers of its columns; nan where a cell holds none."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self._columns: dict[int, tuple[Sequence[float], float]] = {}

    def column(self, position: int) -> tuple[Sequence[float], float]:
        """Numbers of all lines, and half of the last digit that the column prints."""
        if position not in self._columns:
            # A column has one precision, of which spreadsheet programs drop the zeros at the end.
            digits = max(filter(None, self.group.numbers.digits(position)), default=0)
            self._columns[position] = self.group.numbers.column(position), 0.5 * 10.0**-digits
        return self._columns[position]


def checked(group: Group) -> Group:
    """The group without the lines that stand below the wrong sample, and with a remark for all that does not agree."""
    table = _Table(group)
    samples = _samples(group)
    remarks: list[str] = []
    lost: set[int] = set()
    averages = list(_averages(table))
    for sample in samples:
        astray, found = _astray(group, sample, averages)
        lost.update(astray)
        remarks += found
    remarks += [*_unlike_others(group, samples, lost), *_lacking(group, samples), *_products(table)]
    if not remarks:
        return group
    lines = tuple([line for n, line in enumerate(group.lines) if n not in lost])
    return replace(group, lines=lines, remarks=(*group.remarks, *remarks))


def _samples(group: Group) -> list[range]:
    """Positions of the lines of each sample."""
    samples = [line.sample for line in group.lines]
    starts = [n for n, (above, sample) in enumerate(pairwise([None, *samples])) if sample != above]
    return [range(start, stop) for start, stop in pairwise([*starts, len(group.lines)])]


def _averages(table: _Table) -> Iterator[_Average]:
    for position, of in _positions_of_means(table.group.columns):
        (means, half), (values, half_value) = table.column(position), table.column(of)
        yield _Average(position, means, values, half + half_value)


@lru_cache(maxsize=128)  # groups of one template have the same columns
def _positions_of_means(columns: tuple[Column, ...]) -> tuple[tuple[int, int], ...]:
    """Where means stand, and what each of them is the mean of."""
    matches = [(n, _AVERAGE.match(_compact(column.formula))) for n, column in enumerate(columns)]
    pairs = [(n, _position_or_none(columns, match[1])) for n, match in matches if match]
    return tuple([(n, of) for n, of in pairs if of is not None])


@lru_cache(maxsize=128)
def _positions_of_products(columns: tuple[Column, ...]) -> tuple[tuple[int, int, int], ...]:
    """Where two factors and their product stand."""
    found = []
    for n, column in enumerate(columns):
        match = _PRODUCT.match(_compact(column.formula))
        factors = [_position_or_none(columns, name) for name in match.groups()] if match else []
        positions = [factor for factor in factors if factor is not None]
        if len(positions) == 2:
            found.append((positions[0], positions[1], n))
    return tuple(found)


def _compact(formula: str) -> str:
    return "".join(formula.split()).casefold()


def _position_or_none(columns: Sequence[Column], name: str) -> int | None:
    """Where the column stands that a formula calls by its name, or by what it holds (``!WellValues``)."""
    purpose = column_named(name, columns)
    named = next((n for n, column in enumerate(columns) if _compact(column.name) == name), None)
    if named is None and purpose:
        return next((n for n, column in enumerate(columns) if column.purpose is purpose), None)
    return named


class _Average(NamedTuple):
    """A mean that the group prints: where, its numbers, those that it is the mean of, and how far it may be off."""

    position: int
    means: Sequence[float]
    values: Sequence[float]
    slack: float


def _astray(group: Group, sample: range, averages: Sequence[_Average]) -> tuple[range, list[str]]:
    """The lines that the printed means are not of, and what is to be said of means that fit no lines."""
    for position, means, values, slack in averages:
        mean, own = means[sample.start], values[sample.start : sample.stop]
        agrees = _agrees(mean, own, slack)
        if agrees:
            continue
        lines, name = group.lines, group.text(group.lines[sample.start], Purpose.NAME) or group.name
        fitting = next((n for n in range(1, len(sample)) if _agrees(mean, own[:n], slack)), None)
        wells = ", ".join(lines[n].well for n in sample[fitting or 0 :])
        if fitting is not None:
            place = lines[sample[fitting]].line
            about = f"Below {name!r} in group {group.name!r} the printed mean does not contain {wells} (line {place})"
            return sample[fitting:], [f"{about}: the first line of their sample was lost, and they are left out."]
        if agrees is False:
            about = f"{group.columns[position].title} of {name!r} in group {group.name!r}"
            about += f" ({lines[sample.start].texts[position]})"
            return range(0), [
                f"{about} is not the mean of its wells ({wells}): a line was lost or a number was edited."
            ]
    return range(0), []


def _agrees(mean: float, values: Sequence[float], slack: float) -> bool | None:
    """Whether a printed mean can be that of the printed numbers.

    None: there is no number, or words (``Masked``) stand beside numbers that it is not the mean of. Whether it then
    contains what the words stand for is looked at where the plate is known.
    """
    numbers = values if (total := sum(values)) == total else [v for v in values if v == v]  # noqa: PLR0124 - nan is not
    if math.isnan(mean) or not numbers:
        return None
    fits = abs(sum(numbers) / len(numbers) - mean) <= slack * (1 + 1e-6) + 1e-9 * abs(mean)
    return fits if fits or len(numbers) == len(values) else None


def _unlike_others(group: Group, samples: Sequence[range], lost: Collection[int]) -> Iterator[str]:
    """A single sample that has another number of wells than all the others."""
    counts = [sum(n not in lost for n in sample) for sample in samples] if lost else list(map(len, samples))
    usual = max(set(counts), key=counts.count) if counts else 0
    odd = [(sample, count) for sample, count in zip(samples, counts, strict=True) if count != usual]
    if len(samples) > _SUFFICIENT and len(odd) == 1:
        ((sample, count),) = odd
        name = group.text(group.lines[sample.start], Purpose.NAME) or group.name
        yield f"{name!r} in group {group.name!r} has {count} wells, every other sample {usual}."


def _lacking(group: Group, samples: Sequence[range]) -> Iterator[str]:
    """A concentration or dilution that all samples but a few have, and first lines without a name."""
    for purpose in (Purpose.DESCRIPTOR, Purpose.FACTOR):
        position = group.position(purpose)
        lacking = [
            sample for sample in samples if position is not None and not group.lines[sample.start].texts[position]
        ]
        if position is not None and lacking and 2 * len(lacking) < len(samples):
            names = ", ".join(group.text(group.lines[sample.start], Purpose.NAME) for sample in lacking)
            yield f"{names} in group {group.name!r} lacks the {group.columns[position].title} that the others have."
    if group.position(Purpose.NAME) is not None and samples and group.lines[0].sample < 0:
        wells = ", ".join(group.lines[n].well for n in samples[0])
        yield f"Group {group.name!r} begins with {wells} without a sample name: a line was lost."


def _products(table: _Table) -> Iterator[str]:
    """``AdjResult = MeanResult*!Factor``, line by line: a factor that was shifted or lost shows here."""
    group = table.group
    for positions in _positions_of_products(group.columns):
        column = group.columns[positions[2]]
        columns = [table.column(n) for n in positions]
        halves = [half for _, half in columns]
        wrong = [
            group.text(line, Purpose.NAME)
            for line, *numbers in zip(group.lines, *(numbers for numbers, _ in columns), strict=True)
            if not _is_product(numbers, halves, [line.texts[n] for n in positions])
        ]
        if wrong:
            names, formula = ", ".join(dict.fromkeys(wrong)), column.formula
            yield f"{column.title} in group {group.name!r} is not {formula} for {names}: a cell was lost or edited."


def _is_product(numbers: Sequence[float], halves: Sequence[float], texts: Sequence[str]) -> bool:
    """True also where one of them says something else than a number, or where nothing but a factor is printed."""
    one, two, product = numbers
    if math.isnan(one + two + product):
        return not (sum(map(math.isnan, numbers)) == 1 and texts.count("") == 1)
    slack = halves[2] + abs(one) * halves[1] + abs(two) * halves[0]
    return abs(one * two - product) <= slack * (1 + 1e-6)
