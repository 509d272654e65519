"""Values of a study as arrays: one row per value, one column of the design per group × timepoint.

With a column per cell (a cell-means design) every question is a difference of columns, and an empty cell is a column
that is not there. The model is the same as timepoint × group with an intercept.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from elisa_bdnf.model.measurement import Censoring, Measurement
from elisa_bdnf.model.study import StudySubject
from elisa_bdnf.study.statistics import measurement_variance
from elisa_bdnf.study.statistics.values import Floats

Cell = tuple[str, str]  # group, timepoint
SIDES = {Censoring.NONE: 0, Censoring.LEFT: -1, Censoring.RIGHT: 1}
MOST_SUBSTITUTED_PERCENT = 10.0


@dataclass(frozen=True, slots=True)
class Row:
    """One value that takes part: its subject, cell, plate, and what was measured."""

    subject: str
    cell: Cell
    measurement: Measurement


@dataclass(frozen=True, eq=False)  # without slots: what is asked of it again and again is kept in it
class Cells:
    """All values by subject and timepoint; ``groups`` maps each group to its subjects."""

    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]

    @property
    def plates(self) -> tuple[str, ...]:
        return tuple(row.measurement.plate for row in self.rows)

    @property
    def n_censored(self) -> int:
        return sum(row.measurement.concentration is None for row in self.rows)

    def design(self) -> Floats:
        """(rows, cells): 1 where a row belongs to a cell."""
        places = {cell: at for at, cell in enumerate(self.cells)}
        return np.eye(len(self.cells))[[places[row.cell] for row in self.rows]]

    def logs(self, below: float = 1.0, above: float = 1.0) -> Floats:
        """Ln of the values; limits times ``below`` or ``above`` stand in for what is censored."""
        return np.array([_log(row.measurement, below, above) for row in self.rows])

    def sides(self) -> Floats:
        return np.array([SIDES[row.measurement.censoring] for row in self.rows])

    @cached_property
    def known_variance(self) -> Floats:
        """Of ln concentration, from its interval; 0 where there is none."""
        return np.array([measurement_variance(row.measurement.low, row.measurement.high) for row in self.rows])

    def spans_plates(self) -> bool:
        """Whether any subject has values from more than one plate."""
        seen: dict[str, set[str]] = {}
        for row in self.rows:
            seen.setdefault(row.subject, set()).add(row.measurement.plate)
        return all(self.plates) and any(len(plates) > 1 for plates in seen.values())

    def most_censored_percent(self) -> float:
        """The largest share of censored values in any cell."""
        total, censored = (
            Counter(r.cell for r in self.rows),
            Counter(r.cell for r in self.rows if r.measurement.concentration is None),
        )
        return max((100 * censored[cell] / total[cell] for cell in total), default=0.0)

    def pairs(self, group: str, baseline: str, timepoint: str) -> list[tuple[float, float]]:
        """Ln concentrations before and after, of subjects of a group that have both numbers."""
        before, after = (self._numbers.get((group, time), {}) for time in (baseline, timepoint))
        return [(value, after[subject]) for subject, value in before.items() if subject in after]

    @cached_property
    def _numbers(self) -> Mapping[Cell, Mapping[str, float]]:
        """Cell → subject → ln concentration."""
        found: dict[Cell, dict[str, float]] = {}
        for row in self.rows:
            if row.measurement.concentration is not None:
                found.setdefault(row.cell, {})[row.subject] = math.log(row.measurement.concentration)
        return found

    def complete_subjects(self, baseline: str) -> int:
        """Subjects with a number at baseline and at least one later."""
        times: dict[str, set[str]] = {}
        for row in self.rows:
            if row.measurement.concentration is not None:
                times.setdefault(row.subject, set()).add(row.cell[1])
        return sum(baseline in there and len(there) > 1 for there in times.values())


def _log(measurement: Measurement, below: float, above: float) -> float:
    if measurement.concentration is not None:
        return math.log(measurement.concentration)
    factor = below if measurement.censoring is Censoring.LEFT else above
    return math.log((measurement.limit or 1.0) * factor)


def cells_from_subjects(
    subjects: Sequence[StudySubject], groups: Mapping[str, Sequence[str]], timepoints: Sequence[str]
) -> Cells:
    """The values of all subjects that belong to a group, in the order of groups and timepoints."""
    group_of = {subject: group for group, members in groups.items() for subject in members}
    rows = tuple(
        Row(value.subject, (group_of[value.subject], value.timepoint), value.measurement)
        for subject in subjects
        if subject.subject in group_of
        for value in subject.values
        if value.measurement is not None and value.measurement.used
    )
    there = {row.cell for row in rows}
    cells = tuple((group, timepoint) for group in groups for timepoint in timepoints if (group, timepoint) in there)
    return Cells(rows, cells)
