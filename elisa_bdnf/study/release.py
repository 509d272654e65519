"""Design 2: BDNF released by cells. Folds and net release within culture batches, then over batches (DOMAIN §8)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from elisa_bdnf.errors import Problem, StudyError
from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.order import natural_order
from elisa_bdnf.model.release import ControlCheck, Inhibition, ReleaseStudy, ReleaseSummary, ReleaseValue
from elisa_bdnf.study.conditions import WITHOUT_CELLS, Conditions, conditions_from_protocol
from elisa_bdnf.study.conflicts import where
from elisa_bdnf.study.identity import table
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.ln_error import fieller, t_interval
from elisa_bdnf.study.question import adjusted, contrast_from
from elisa_bdnf.study.release_amounts import amounts_from_protocol
from elisa_bdnf.study.release_values import Cell, Key, recoveries_of, release_values
from elisa_bdnf.study.statistics import NoResult, paired
from elisa_bdnf.study.statistics.values import exp_or_inf

UNDEFINED = "undefined: no {drug} effect"


def release_study(data: StudyData) -> ReleaseStudy:
    """Raises StudyError where conditions are not understood or there is no vehicle."""
    conditions = conditions_from_protocol(data.protocol)
    cells = _cells(data, conditions)
    vehicle = next((cell.condition.name for cell in cells.values() if cell.condition.kind == "vehicle"), "")
    if not vehicle:
        raise StudyError("no row is a vehicle", expected=conditions.expected)
    amounts = amounts_from_protocol(data.protocol, data.used)
    limits = table(data.protocol, "precipitation")
    low, high = _number(limits, "recovery_low", 0.5), _number(limits, "recovery_high", 1.2)
    recoveries, accepted = recoveries_of(cells, amounts, vehicle, low, high)
    values = release_values(cells, amounts, accepted, vehicle)
    drug = str(table(data.protocol, "exposure").get("drug") or conditions.drug)
    present = {cell.condition.kind for cell in cells.values()}
    return ReleaseStudy(
        unit=amounts.unit,
        per=amounts.per,
        volumes=amounts.sentence,
        drug=drug,
        vehicle=vehicle,
        values=values,
        summaries=tuple(_summaries(values)),
        inhibitions=tuple(_inhibitions(values, cells, conditions, drug)),
        recoveries=recoveries,
        controls=tuple(_controls(data, cells, values, vehicle)),
        absent=tuple(kind for kind in (*WITHOUT_CELLS, "blocker") if kind not in present),
        corrected=tuple(sorted(accepted)),
        sentence=_corrected(sorted(accepted), len(recoveries)),
    )


def _number(said: Mapping[str, object], key: str, default: float) -> float:
    value = said.get(key)
    return float(value) if isinstance(value, int | float) else default


def _corrected(batches: Sequence[str], total: int) -> str:
    if not batches:
        return "not recovery-corrected"
    if len(batches) == total:
        return "recovery-corrected in every culture batch"
    return f"recovery-corrected in {', '.join(batches)}; not recovery-corrected in the other batches"


def _cells(data: StudyData, conditions: Conditions) -> dict[Key, Cell]:
    """Culture wells by batch, condition and time, in this order; every word that is not understood is said at once."""
    found: dict[Key, Cell] = {}
    problems: dict[str, Problem] = {}
    for each in data.used:
        condition = conditions.from_text_or_none(each.arm)
        if condition is None:
            said = f"the condition {each.arm!r} ({where(each)}) is not known"
            hint = "declare it under [design.conditions] or [design.blockers.NAME] of a protocol of your own"
            problems.setdefault(each.arm, Problem(said, conditions.expected, hint))
            continue
        key = (each.subject, condition.name, each.timepoint)
        cell = found.get(key, Cell(condition, ()))
        found[key] = replace(cell, wells=(*cell.wells, each))
    if problems:
        raise StudyError(problems=problems.values())
    times = {"": -1} | {timepoint.name: at for at, timepoint in enumerate(data.timepoints)}

    def order(key: Key) -> tuple[object, ...]:
        return natural_order(key[0]), conditions.rank(found[key].condition), times[key[2]]

    return {key: found[key] for key in sorted(found, key=order)}


def _summaries(values: Sequence[ReleaseValue]) -> Iterator[ReleaseSummary]:
    """Over batches, the culture batch being the unit of replication."""
    by_place: dict[tuple[str, str], list[ReleaseValue]] = {}
    for value in values:
        if value.fold is not None:
            by_place.setdefault((value.condition, value.timepoint), []).append(value)
    for (condition, timepoint), several in by_place.items():
        ln_fold, low, high = t_interval([math.log(value.fold or 1.0) for value in several])
        net, net_low, net_high = t_interval([value.net or 0.0 for value in several])
        fold_low, fold_high = (None if end is None else exp_or_inf(end) for end in (low, high))
        why = "" if len(several) > 1 else "one culture batch: no interval over batches"
        yield ReleaseSummary(
            condition, timepoint, len(several), math.exp(ln_fold), fold_low, fold_high, net, net_low, net_high, why
        )


def release_contrasts(values: Sequence[ReleaseValue], vehicle: str) -> tuple[Contrast, ...]:
    """Ln fold of vehicle over culture batches against 0, Holm within each condition."""
    by_place: dict[tuple[str, str], list[float]] = {}
    for value in values:
        if value.fold is not None:
            by_place.setdefault((value.condition, value.timepoint), []).append(math.log(value.fold))
    made: list[Contrast] = []
    for (condition, timepoint), logs in by_place.items():
        found = paired([0.0] * len(logs), logs, timepoint)
        method = "t of ln fold over culture batches"
        made.append(contrast_from(found.t_test, timepoint, condition, vehicle, len(logs), method))
    return adjusted(made)


def _inhibitions(
    values: Sequence[ReleaseValue], cells: Mapping[Key, Cell], conditions: Conditions, drug: str
) -> Iterator[Inhibition]:
    """100·(1 − (F_drug+blocker − F_blocker)/(F_drug − 1)) in each batch, and over batches with Fieller's interval."""
    by_key = {(value.batch, value.condition, value.timepoint): value for value in values}
    blockers = dict.fromkeys(c.condition.blocker for c in cells.values() if c.condition.kind == "drug_blocker")
    for blocker in blockers:
        both = f"{conditions.drug}{conditions.joined_by}{blocker}"
        times = dict.fromkeys(value.timepoint for value in values if value.condition == both)
        for timepoint in times:
            parts: list[tuple[float, float]] = []
            for batch in dict.fromkeys(v.batch for v in values if v.condition == both and v.timepoint == timepoint):
                names = (conditions.drug, both, blocker)
                three = [by_key.get((batch, name, timepoint)) for name in names]
                one, pair = _inhibition_of_batch(blocker, timepoint, batch, three, drug)
                parts += [pair] if pair else []
                yield one
            yield _inhibition_over_batches(blocker, timepoint, parts, drug)


def _inhibition_of_batch(
    blocker: str, timepoint: str, batch: str, three: Sequence[ReleaseValue | None], drug: str
) -> tuple[Inhibition, tuple[float, float] | None]:
    """One batch; the pair (F_drug+blocker − F_blocker, F_drug − 1) for the estimate over batches."""
    alone, both, blocked = (value.fold if value else None for value in three)
    nothing = Inhibition(blocker, timepoint, batch, 1, None, None, None)
    if alone is None or both is None or blocked is None:
        lacking = [
            n
            for n, f in zip((drug, f"{drug} with {blocker}", f"{blocker} alone"), (alone, both, blocked), strict=True)
            if f is None
        ]
        return replace(nothing, reason=f"no fold of vehicle for {', '.join(lacking)}"), None
    pair = (both - blocked, alone - 1)
    least = three[0].fold_low if three[0] and three[0].fold_low is not None else alone
    if least <= 1:
        return replace(nothing, reason=UNDEFINED.format(drug=drug)), pair
    removed = 100 * (1 - pair[0] / pair[1])
    return replace(nothing, percent=removed, reason="one culture batch: no interval over batches"), pair


def _inhibition_over_batches(
    blocker: str, timepoint: str, parts: Sequence[tuple[float, float]], drug: str
) -> Inhibition:
    nothing = Inhibition(blocker, timepoint, "", len(parts), None, None, None)
    if not parts:
        return replace(nothing, reason="no batch has all three conditions and vehicle")
    found = fieller([a for a, _ in parts], [b for _, b in parts])
    if isinstance(found, NoResult):
        single = len(parts) < 2
        return replace(nothing, reason=found.reason if single else UNDEFINED.format(drug=drug) + f" ({found.reason})")
    ratio, low, high = found
    return replace(nothing, percent=100 * (1 - ratio), low=100 * (1 - high), high=100 * (1 - low))


def _controls(
    data: StudyData, cells: Mapping[Key, Cell], values: Sequence[ReleaseValue], vehicle: str
) -> Iterator[ControlCheck]:
    said = table(data.protocol, "conditions")
    most, shift = _number(said, "control_percent", 20.0), _number(said, "basal_shift_percent", 20.0)
    for key, cell in cells.items():
        value = next(v for v in values if (v.batch, v.condition, v.timepoint) == key)
        if cell.condition.kind in WITHOUT_CELLS:
            yield _without_cells(value, _vehicle_of(values, value, vehicle), most)
        elif cell.condition.kind == "blocker" and value.fold is not None:
            moved = 100 * (value.fold - 1)
            problem = f"{value.condition} alone moves the basal release by {moved:+.0f} %" if abs(moved) > shift else ""
            yield ControlCheck(value.batch, value.condition, moved, shift, problem)


def _vehicle_of(values: Sequence[ReleaseValue], control: ReleaseValue, vehicle: str) -> float | None:
    """Vehicle of the same batch and time; of any time where the control has none."""
    same = [v for v in values if v.batch == control.batch and v.condition == vehicle and v.value is not None]
    at_time = [v for v in same if v.timepoint == control.timepoint]
    return next((v.value for v in (at_time or same)), None)


def _without_cells(value: ReleaseValue, vehicle: float | None, most: float) -> ControlCheck:
    if value.value is None:
        lacking = "" if value.limit is not None else f"{value.condition} has no result: {value.reason}"
        return ControlCheck(value.batch, value.condition, None, most, lacking)
    percent = None if vehicle is None else 100 * value.value / vehicle
    problem = f"{value.condition} reads above the LLOQ"
    problem += "" if percent is None else f", {percent:.0f} % of vehicle"
    return ControlCheck(value.batch, value.condition, percent, most, problem)
