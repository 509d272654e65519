"""Patterns over the plate: pipetting order, edge, single rows and columns.

All of them look at the two wells of a duplicate, whose ratio does not depend on what the sample contains; rows and
columns of different samples cannot be compared with one another.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from elisa_bdnf.model.plate import Shape, row_column_from_well, row_name_from_index
from elisa_bdnf.model.result import FindingLevel, Group
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject

MIN_RESPONSE = 0.15  # below, the ratio of a duplicate is mostly reading noise


@dataclass(frozen=True, slots=True)
class _Pair:
    """A duplicate: its wells in plate order and ln(response of the first / response of the second)."""

    first: str
    second: str
    difference: float

    @property
    def is_horizontal(self) -> bool:
        return row_column_from_well(self.first)[0] == row_column_from_well(self.second)[0]


def _pairs(plate: PlateSubject) -> list[_Pair]:
    return [_pair(g) for g in plate.analysis.groups if g.n == 2 and min(g.responses) >= MIN_RESPONSE]


def _pair(group: Group) -> _Pair:
    return _Pair(group.wells[0], group.wells[1], math.log(group.responses[0] / group.responses[1]))


def _one_geometry(pairs: Sequence[_Pair]) -> list[_Pair]:
    """The pairs that lie side by side, or those one above the other: whichever are more."""
    across = [pair for pair in pairs if pair.is_horizontal]
    down = [pair for pair in pairs if not pair.is_horizontal]
    return across if len(across) >= len(down) else down


@rule("PLT-01", FindingLevel.WARN, "simulated: false alarms ≤ 0.5 %, power ≥ 92 % for a shift of 20 % (DOMAIN §10.7)")
def duplicates_do_not_lean_to_one_side(
    plate: PlateSubject, *, shift: float = 0.08, p_value: float = 0.01, min_pairs: float = 12
) -> Verdicts:
    """Over all duplicates of one geometry, the first well does not read higher (or lower) than the second.

    A common lean means that the two were treated differently: pipetting order, incubation time, a gradient.
    """
    pairs = _one_geometry(_pairs(plate))
    if len(pairs) < min_pairs:
        yield Missing(f"fewer than {plain(min_pairs)} duplicates of one geometry read {plain(MIN_RESPONSE)} or more")
        return
    lean = median(pair.difference for pair in pairs)
    if exceeds(abs(lean), shift) and wilcoxon_p([pair.difference for pair in pairs]) < p_value:
        yield Remark(
            f"in {len(pairs)} duplicates the first well reads {100 * math.expm1(lean):+.1f} % against the second: "
            "pipetting order or a gradient?".replace("-", "−"),
            measured=digits(lean, math.copysign(shift, lean)),
            limit=f"±{plain(shift)}",
            action="annotate",
        )


@rule("PLT-03", FindingLevel.WARN, "wells at the edge adsorb more: ± 18 % for one sample (Sci. lit., DOMAIN §5)")
def edge_reads_like_the_inside(
    plate: PlateSubject, *, shift: float = 0.10, p_value: float = 0.01, min_pairs: float = 8
) -> Verdicts:
    """Of duplicates with one well at the edge and one inside, the edge well does not read systematically otherwise."""
    shape = plate.analysis.reading.shape
    differences = []
    for pair in _pairs(plate):
        at_edge = (_is_edge(pair.first, shape), _is_edge(pair.second, shape))
        if at_edge[0] != at_edge[1]:
            differences.append(pair.difference if at_edge[0] else -pair.difference)
    if len(differences) < min_pairs:
        yield Missing(f"fewer than {plain(min_pairs)} duplicates have one well at the edge and one inside")
        return
    lean = median(differences)
    if exceeds(abs(lean), shift) and wilcoxon_p(differences) < p_value:
        yield Remark(
            f"in {len(differences)} duplicates the well at the edge reads {100 * math.expm1(lean):+.1f} % against the "
            "one inside".replace("-", "−"),
            measured=digits(lean, math.copysign(shift, lean)),
            limit=f"±{plain(shift)}",
            action="annotate",
        )


def _is_edge(well: str, shape: Shape) -> bool:
    row, column = row_column_from_well(well)
    return row in (0, shape.rows - 1) or column in (0, shape.columns - 1)


@rule("PLT-04", FindingLevel.WARN, "a clogged tip or channel shows in one row or column (DOMAIN §5)")
def no_row_or_column_stands_out(
    plate: PlateSubject, *, shift: float = 0.10, min_pairs: float = 4, deviations: float = 3.0
) -> Verdicts:
    """In no row (column) do the duplicates differ in one direction, beyond the spread of the whole plate."""
    pairs = _one_geometry(_pairs(plate))
    lines: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        row, column = row_column_from_well(pair.first)
        line = f"row {row_name_from_index(row)}" if pair.is_horizontal else f"column {column + 1}"
        lines[line].append(pair)
    judged = {line: own for line, own in lines.items() if len(own) >= min_pairs}
    if not judged:
        yield Missing(f"no row or column holds {plain(min_pairs)} duplicates")
        return
    center = median(pair.difference for pair in pairs)
    limit = max(shift, deviations * 1.4826 * median(abs(pair.difference - center) for pair in pairs))
    for line, own in judged.items():
        lean = median(pair.difference for pair in own)
        if exceeds(abs(lean), limit):
            yield Remark(
                f"the duplicates of {line} differ in one direction, by {100 * math.expm1(lean):+.1f} %: "
                "clogged tip or channel?".replace("-", "−"),
                measured=digits(lean, math.copysign(limit, lean)),
                limit=f"±{plain(limit, 4)}",
                wells=tuple(well for pair in own for well in (pair.first, pair.second)),
                action="annotate",
            )


def wilcoxon_p(differences: Sequence[float]) -> float:
    """Two-sided signed-rank p by the normal approximation with correction for ties and continuity.

    Zero differences are left out (Wilcoxon's own way). Good to a few per cent of itself from ten pairs on.
    """
    values = [value for value in differences if value != 0]
    n = len(values)
    if n == 0:
        return 1.0
    magnitudes = sorted(abs(value) for value in values)
    positions: dict[float, list[int]] = defaultdict(list)
    for index, value in enumerate(magnitudes, start=1):
        positions[value].append(index)
    rank = {value: sum(indices) / len(indices) for value, indices in positions.items()}
    positive = sum(rank[abs(value)] for value in values if value > 0)
    mean = n * (n + 1) / 4
    ties = sum(len(indices) ** 3 - len(indices) for indices in positions.values())
    variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
    z = max(abs(positive - mean) - 0.5, 0.0) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))
