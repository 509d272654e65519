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

from elisa_bdnf.model.estimate import Estimate, WellEstimate
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.plate import Shape, row_column_from_well, row_name_from_index
from elisa_bdnf.model.response import Group
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, digits_of_both, exceeds, plain, rule
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


@rule("PLT-01", FindingLevel.WARN, "simulated: false alarms ≤ 0.5 %, power ≥ 92 % for a shift of 20 %")
def duplicates_do_not_lean_to_one_side(
    plate: PlateSubject,
    *,
    shift: float = 0.08,
    p_value: float = 0.01,
    min_pairs: float = 12,
    far_shift: float = 0.15,
    far_rejects: bool = False,
) -> Verdicts:
    """Over all duplicates of one geometry, the first well does not read higher (or lower) than the second.

    A common lean means that the two were treated differently: pipetting order, incubation time, a gradient. Figures are
    ln ratios. ``far_rejects``: beyond ``far_shift`` the plate is rejected (ich-m10-lba).
    """
    pairs = _one_geometry(_pairs(plate))
    if len(pairs) < min_pairs:
        yield Missing(f"fewer than {plain(min_pairs)} duplicates of one geometry read {plain(MIN_RESPONSE)} or more")
        return
    lean = median(pair.difference for pair in pairs)
    if exceeds(abs(lean), shift) and wilcoxon_p([pair.difference for pair in pairs]) < p_value:
        rejects = far_rejects and exceeds(abs(lean), far_shift)
        limit = far_shift if rejects else shift
        yield Remark(
            f"in {len(pairs)} duplicates the first well reads {100 * math.expm1(lean):+.1f} % against the second: "
            "pipetting order or a gradient?".replace("-", "−"),
            measured=digits(lean, math.copysign(limit, lean)),
            limit=f"±{as_set(limit)}",
            level=FindingLevel.FAIL_PLATE if rejects else None,
            action="reject" if rejects else "annotate",
        )


@rule("PLT-02", FindingLevel.WARN, "controls at both ends of a plate show its drift (ICH M10; limits: policy)")
def controls_do_not_drift(plate: PlateSubject, *, low_ratio: float = 0.80, high_ratio: float = 1.25) -> Verdicts:
    """A control that stands at several places of the plate reads the same at the last as at the first of them.

    A place is a set of wells side by side or one above the other; places follow one another by columns.
    """
    judged = False
    for level, wells in _wells_by_level(plate.analysis.controls).items():
        places = _places(wells)
        if len(places) < 2:
            continue
        judged = True
        first, last = _mean(places[0]), _mean(places[-1])
        ratio = last / first
        if below(ratio, low_ratio) or exceeds(ratio, high_ratio):
            limit = low_ratio if ratio < 1 else high_ratio
            yield Remark(
                f"control {level} reads {plain(first, 4)} at {places[0][0].well} and {plain(last, 4)} at "
                f"{places[-1][0].well}: a drift over the plate?",
                measured=digits(ratio, limit),
                limit=f"{as_set(low_ratio)} to {as_set(high_ratio)}",
                wells=tuple(w.well for w in (*places[0], *places[-1])),
                action="annotate",
            )
    if not judged:
        yield Missing("no control stands at two places of the plate")


def _wells_by_level(controls: Sequence[Estimate]) -> dict[str, list[WellEstimate]]:
    """Wells with a concentration; controls of one nominal value are one level, whatever their places are called."""
    levels: dict[str, list[WellEstimate]] = defaultdict(list)
    for control in controls:
        content = control.group.content
        level = content.name if content.nominal is None else plain(content.nominal)
        levels[level] += [well for well in control.wells if well.in_well is not None and well.in_well > 0]
    return levels


def _places(wells: Sequence[WellEstimate]) -> list[list[WellEstimate]]:
    """Wells that touch one another belong together; from the first column to the last."""
    places: list[list[WellEstimate]] = []
    for well in sorted(wells, key=lambda w: tuple(reversed(row_column_from_well(w.well)))):
        row, column = row_column_from_well(well.well)
        touched = [p for p in places if any(_touch((row, column), row_column_from_well(w.well)) for w in p)]
        merged = [*(w for place in touched for w in place), well]
        places = [place for place in places if place not in touched]
        places.append(merged)
    return sorted(places, key=lambda place: tuple(reversed(row_column_from_well(place[0].well))))


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1


def _mean(place: Sequence[WellEstimate]) -> float:
    return sum(well.in_well or 0.0 for well in place) / len(place)


@rule("PLT-03", FindingLevel.WARN, "wells at the edge adsorb more: ± 18 % for one sample (Sci. lit.)")
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
            limit=f"±{as_set(shift)}",
            action="annotate",
        )


def _is_edge(well: str, shape: Shape) -> bool:
    row, column = row_column_from_well(well)
    return row in (0, shape.rows - 1) or column in (0, shape.columns - 1)


@rule("PLT-04", FindingLevel.WARN, "a clogged tip or channel shows in one row or column")
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
            measured, allowed = digits_of_both(lean, math.copysign(limit, lean))
            yield Remark(
                f"the duplicates of {line} differ in one direction, by {100 * math.expm1(lean):+.1f} %: "
                "clogged tip or channel?".replace("-", "−"),
                measured=measured,
                limit=f"±{allowed.removeprefix('−')}",
                wells=tuple(well for pair in own for well in (pair.first, pair.second)),
                action="annotate",
            )


@rule("PLT-05", FindingLevel.INFO, "Z′ of screening assays: 0.5 and above is good; three wells of each")
def window_is_wide(plate: PlateSubject, *, z_prime: float = 0.5) -> Verdicts:
    """Top standard and zero are far apart beside their scatter: Z′ = 1 − 3·(SD₁ + SD₀) / |mean₁ − mean₀|.

    It needs three wells of each, which most plates do not have, and never rejects.
    """
    zeros = [group for group in plate.zero_groups() if group.n >= 3]
    tops = plate.standard_levels()[-1:]
    if not zeros or not tops or tops[0].n < 3 or tops[0].mean == zeros[0].mean:
        yield Missing("fewer than three wells of the top standard, or of zero standard and blank")
        return
    found = 1 - 3 * (tops[0].sd + zeros[0].sd) / abs(tops[0].mean - zeros[0].mean)
    if below(found, z_prime):
        yield Remark(
            f"Z′ is {digits(found, z_prime)}: top standard and zero are close beside their scatter",
            measured=digits(found, z_prime),
            limit=as_set(z_prime),
            wells=tops[0].wells + zeros[0].wells,
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
