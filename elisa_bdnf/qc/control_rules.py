"""Controls on this plate. Rules over several plates work from the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Well, row_column_from_well
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject


@dataclass(frozen=True, slots=True)
class _Unit:
    """What passes or fails: a control group where a level has several, else each single well."""

    level: str
    value: float | None
    wells: tuple[Well, ...]
    low: float
    high: float

    @property
    def passes(self) -> bool:
        return self.value is not None and not below(self.value, self.low) and not exceeds(self.value, self.high)


@rule("QCS-01", FindingLevel.FAIL_PLATE, "ICH M10 §4.3: 2/3 of all controls, half at each level")
def controls_are_in_range(
    plate: PlateSubject,
    *,
    recovery_percent: float = 25.0,
    fraction: float = 0.6667,
    level_fraction: float = 0.5,
    by_range: bool = True,
) -> Verdicts:
    """Enough controls read what they should: at least ``fraction`` of all, and ``level_fraction`` at each level.

    A control with an accepted range (insert or layout) is judged by it, else by its recovery; without ``by_range``
    (ich-m10-lba) by its recovery wherever a nominal value is stated. The unit is the replicate group where a level
    stands on the plate more than once, else the single well.
    """
    if not plate.analysis.controls:
        yield Missing("there are no controls on the plate")
        return
    judged = []
    for control in plate.analysis.controls:
        if accepted_range_or_none(control, recovery_percent, by_range=by_range) is None:
            yield Missing(f"control {control.group.content.name} has neither a nominal value nor a range")
        else:
            judged.append(control)
    units = _units(judged, recovery_percent, by_range=by_range)
    yield from (_out_of_range(unit) for unit in units if not unit.passes)
    # 2/3 is written as 0.6667, so 2 of 3 must not fail for the fourth decimal.
    yield from _too_few(units, "", fraction, slack=5e-4)
    for level, of_level in _by_level(units).items():
        yield from _too_few(of_level, f" of the level {level}", level_fraction, slack=1e-9)


def _out_of_range(unit: _Unit) -> Remark:
    said, measured, limit = "has no value on the curve", "–", f"{as_set(unit.low)} to {as_set(unit.high)}"
    if unit.value is not None:
        measured = digits(unit.value, unit.low if unit.value < unit.low else unit.high)
        said = f"reads {measured}"
    return Remark(
        f"control {unit.level} {said}; accepted are {limit}",
        measured=measured,
        limit=limit,
        level=FindingLevel.WARN,
        wells=unit.wells,
        action="annotate",
        subject=f"control {unit.level}",
    )


def _too_few(units: Sequence[_Unit], which: str, fraction: float, slack: float) -> Iterator[Remark]:
    """Reject where fewer than ``fraction`` of the units pass; wells are those of the level, else of what failed."""
    passing = sum(unit.passes for unit in units)
    if units and passing / len(units) < fraction - slack:
        yield Remark(
            f"{passing} of {len(units)} controls{which} are in range",
            measured=f"{passing} of {len(units)}",
            limit=f"{plain(100 * fraction, 4)} %",
            wells=tuple(well for unit in units if which or not unit.passes for well in unit.wells),
            action="reject",
        )


def accepted_range_or_none(control: Estimate, recovery_percent: float, *, by_range: bool) -> tuple[float, float] | None:
    """The range of the insert or layout, or nominal ± ``recovery_percent``; None where neither is stated.

    Where both are, the range goes first with ``by_range``, else the recovery.
    """
    content = control.group.content
    stated = (content.low, content.high) if content.low is not None and content.high is not None else None
    if content.nominal and not (by_range and stated):
        return content.nominal * (1 - recovery_percent / 100), content.nominal * (1 + recovery_percent / 100)
    return stated


def _units(controls: list[Estimate], recovery_percent: float, *, by_range: bool) -> list[_Unit]:
    by_level: dict[tuple[str, float | None], list[Estimate]] = defaultdict(list)
    for control in controls:
        by_level[control.group.content.name, control.group.content.nominal].append(control)
    units = []
    for (level, _), estimates in by_level.items():
        for estimate in estimates:
            bounds = accepted_range_or_none(estimate, recovery_percent, by_range=by_range)
            if bounds is None:
                continue
            factor = estimate.group.content.dilution_factor or 1.0
            if len(estimates) > 1:
                whole = None if estimate.in_well is None else estimate.in_well * factor
                units.append(_Unit(level, whole, estimate.group.wells, *bounds))
            else:
                units += [
                    _Unit(level, None if w.in_well is None else w.in_well * factor, (w.well,), *bounds)
                    for w in estimate.wells
                ] or [_Unit(level, None, estimate.group.all_wells, *bounds)]
    return units


def _by_level(units: list[_Unit]) -> dict[str, list[_Unit]]:
    grouped: dict[str, list[_Unit]] = defaultdict(list)
    for unit in units:
        grouped[unit.level].append(unit)
    return grouped


@rule("QCS-02", FindingLevel.WARN, "ICH M10 (from memory): controls before and after the study samples")
def controls_enclose_the_samples(plate: PlateSubject) -> Verdicts:
    """A control stands before the first and one after the last sample, in the order of rows or in that of columns.

    Which order was pipetted the export does not say, so one of the two is enough.
    """
    wells = [(row_column_from_well(w.well), w.content.role) for w in plate.analysis.responses.wells]
    if not plate.analysis.controls or not plate.analysis.samples:
        yield Missing("controls and samples are not both on the plate")
        return
    by_row = [role for _, role in wells if role in (Role.CONTROL, Role.SAMPLE)]
    by_column = [r for _, r in sorted(wells, key=_down_the_columns) if r in (Role.CONTROL, Role.SAMPLE)]
    if not any(order[0] is Role.CONTROL and order[-1] is Role.CONTROL for order in (by_row, by_column)):
        yield Remark(
            "no control stands before the first and one after the last sample: a drift over the plate would not show",
            measured="not at both ends",
            limit="controls at both ends",
            action="annotate",
        )


def _down_the_columns(item: tuple[tuple[int, int], Role]) -> tuple[int, int]:
    (row, column), _ = item
    return column, row


@rule("QCS-04", FindingLevel.WARN, "BDNF is endogenous: spiked buffer does not test the matrix")
def a_control_of_the_matrix_is_on_the_plate(plate: PlateSubject) -> Verdicts:
    """One control is a pool of the study's own matrix (a control whose matrix or name says pool)."""
    controls = plate.groups(next(iter(plate.analysis.controls)).group.content.role) if plate.analysis.controls else ()
    if not controls:
        yield Missing("there are no controls on the plate")
    elif not any("pool" in c.content.name.casefold() or c.content.matrix for c in controls):
        yield Remark("no control is a pool of the study's own matrix", measured="0", limit="1", action="annotate")
