"""One value per culture batch, condition and time: culture wells are averaged first, then compared with vehicle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.measurement import Censoring, Measurement
from elisa_bdnf.model.release import Recovery, ReleaseValue
from elisa_bdnf.study.conditions import Condition
from elisa_bdnf.study.identity import attribute
from elisa_bdnf.study.ln_error import Measured, difference, geometric_mean
from elisa_bdnf.study.release_amounts import Amounts
from elisa_bdnf.study.values import ln_sd_or_none

Key = tuple[str, str, str]  # batch, condition, timepoint
MOST_BELOW = 0.5


@dataclass(frozen=True, slots=True)
class Cell:
    """The culture wells of one batch, condition and time."""

    condition: Condition
    wells: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class Average:
    """Their geometric mean: in the eluate, and as a result; a limit or a reason where there is none."""

    eluate: Measured | None
    result: Measured | None
    limit: float | None
    below: int
    reason: str


def average(cell: Cell, amounts: Amounts, recovery: Measured | None) -> Average:
    """Geometric mean of the wells. Up to half of them below the LLOQ enter as LLOQ/√2; beyond, only a limit is."""
    below = sum(each.censoring is Censoring.LEFT for each in cell.wells)
    factors = [amounts.factor_or_reason(each) for each in cell.wells]
    lacking = next((factor for factor in factors if isinstance(factor, str)), "")
    if lacking:
        return Average(None, None, None, below, lacking)
    numbers = [factor for factor in factors if isinstance(factor, float)]
    if any(each.censoring is Censoring.RIGHT for each in cell.wells):
        return Average(None, None, None, below, "a culture well is above the ULOQ: dilute and repeat")
    if below > MOST_BELOW * len(cell.wells):
        limits = [(each.limit or 0.0) * factor for each, factor in zip(cell.wells, numbers, strict=True) if each.limit]
        total = len(cell.wells)
        many = f"{below} of {total} culture wells are" if total > 1 else "the culture well is"
        return Average(None, None, max(limits), below, f"{many} below the LLOQ")
    eluates = [_measured(each) for each in cell.wells]
    results = [each.times(factor) for each, factor in zip(eluates, numbers, strict=True)]
    result = geometric_mean(results)
    result = result.over(recovery) if recovery else result
    said = f"{below} of {len(cell.wells)} wells below the LLOQ entered as LLOQ/√2" if below else ""
    return Average(geometric_mean(eluates), result, None, below, said)


def _measured(well: Measurement) -> Measured:
    if well.concentration is not None:
        return Measured(well.concentration, ln_sd_or_none(well.low, well.high))
    return Measured((well.limit or 1.0) / math.sqrt(2))


def release_values(
    cells: Mapping[Key, Cell], amounts: Amounts, recoveries: Mapping[str, Measured], vehicle: str
) -> tuple[ReleaseValue, ...]:
    """Every cell with its fold of, and net release over, the vehicle of the same batch and time."""
    averages = {key: average(cell, amounts, recoveries.get(key[0])) for key, cell in cells.items()}
    values = []
    for key, found in averages.items():
        batch, condition, timepoint = key
        value = _value(key, found, len(cells[key].wells))
        base = averages.get((batch, vehicle, timepoint))
        if condition == vehicle or cells[key].condition.kind not in ("drug", "blocker", "drug_blocker"):
            values.append(value)
        elif found.result is None or base is None or base.result is None:
            why = value.reason or ("no vehicle at this time" if base is None else f"vehicle: {base.reason}")
            values.append(replace(value, reason=why))
        else:
            values.append(_against(value, found.result, base.result))
    return tuple(values)


def _value(key: Key, found: Average, wells: int) -> ReleaseValue:
    batch, condition, timepoint = key
    result, nothing = found.result, (None, None, None, None, None, None)
    return ReleaseValue(
        batch, condition, timepoint, wells, found.below,
        found.eluate.value if found.eluate else None,
        result.value if result else None, result.low if result else None, result.high if result else None,
        found.limit, *nothing, found.reason,
    )  # fmt: skip


def _against(value: ReleaseValue, mine: Measured, vehicle: Measured) -> ReleaseValue:
    fold = mine.over(vehicle)
    net, low, high = difference(mine, vehicle)
    return replace(value, fold=fold.value, fold_low=fold.low, fold_high=fold.high, net=net, net_low=low, net_high=high)


def recoveries_of(
    cells: Mapping[Key, Cell], amounts: Amounts, vehicle: str, low: float, high: float
) -> tuple[tuple[Recovery, ...], dict[str, Measured]]:
    """Recovery of each batch, and those that are accepted, with their relative errors."""
    made, accepted = [], {}
    for batch in dict.fromkeys(key[0] for key in cells):
        own = [cell for key, cell in cells.items() if key[0] == batch]
        found = _recovery(own, amounts, vehicle)
        if isinstance(found, str):
            made.append(Recovery(batch, None, accepted=False, reason=found))
            continue
        inside = low <= found.value <= high
        why = "" if inside else f"recovery {found.value:.2f} is outside {low:g} to {high:g}"
        made.append(Recovery(batch, found.value, accepted=inside, reason=why))
        if inside:
            accepted[batch] = found
    return tuple(made), accepted


def _recovery(cells: Sequence[Cell], amounts: Amounts, vehicle: str) -> Measured | str:
    """(spiked − unspiked) / added, per mL of medium; unspiked is what ``spike_of`` names, else medium, else vehicle."""
    spiked = next((cell for cell in cells if cell.condition.kind == "spike"), None)
    if spiked is None:
        return "no spiked recovery control"
    well = spiked.wells[0]
    added, factor = number_from_text_or_none(attribute(well, "spike_added_pg_ml")), amounts.per_ml_medium_or_none(well)
    if not added or added <= 0 or factor is None:
        return "the spiked control states no spike_added_pg_ml, or volumes are missing"
    with_spike = geometric_mean([_measured(each) for each in spiked.wells]).times(factor)
    named = attribute(well, "spike_of").casefold()
    order = [named] if named else ["medium_only", vehicle.casefold()]
    base = next((cell for name in order for cell in cells if cell.condition.name.casefold() == name), None)
    unspiked = 0.0 if base is None else _unspiked(base, factor)
    recovered = (with_spike.value - unspiked) / added
    return (
        Measured(recovered, with_spike.sd) if recovered > 0 else "the spiked control reads no more than without spike"
    )


def _unspiked(base: Cell, factor: float) -> float:
    """Below the LLOQ there is nothing that could be taken off."""
    quantified = [_measured(each) for each in base.wells if each.concentration is not None]
    return geometric_mean(quantified).value * factor if quantified else 0.0
