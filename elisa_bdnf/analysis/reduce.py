"""Responses → Groups: replicates are the wells with equal content."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from elisa_bdnf.model.curve import Level
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.response import Group, Responses, WellResponse, WellUse


def reduce(responses: Responses) -> tuple[Group, ...]:
    """One group per content, in the order in which contents first occur on the plate; empty wells are in none."""
    replicates: dict[Content | float, list[WellResponse]] = {}
    for well in responses.wells:
        if well.content.role is not Role.EMPTY:
            replicates.setdefault(_identity(well.content), []).append(well)
    return tuple(_group(wells[0].content, wells) for wells in replicates.values())


def _identity(content: Content) -> Content | float:
    """A standard is its concentration, whatever its wells are called (``STD1a``); all else is its content."""
    if content.role is Role.STANDARD and content.nominal is not None:
        return content.nominal
    return content


def _group(content: Content, wells: Sequence[WellResponse]) -> Group:
    used = [well for well in wells if well.use is WellUse.USED]
    values = tuple([well.response for well in used])
    mean = math.fsum(values) / len(values) if values else math.nan
    sd = _scatter(values, mean)
    cv = 100 * sd / mean if mean > 0 else math.nan
    left_out = tuple([well for well in wells if well.use is not WellUse.USED]) if len(used) < len(wells) else ()
    return Group(content, tuple([well.well for well in used]), values, mean, sd, cv, left_out)


def standard_deviation(values: Sequence[float]) -> float:
    """With n − 1; nan below two values."""
    return _scatter(values, math.fsum(values) / len(values)) if len(values) > 1 else math.nan


def _scatter(values: Sequence[float], mean: float) -> float:
    if len(values) < 2:
        return math.nan
    return math.sqrt(math.fsum([(value - mean) ** 2 for value in values]) / (len(values) - 1))


def levels_from_groups(groups: Iterable[Group]) -> tuple[Level, ...]:
    """The standards as the fit wants them, by ascending nominal concentration; levels without used wells left out."""
    standards = [g for g in groups if g.content.role is Role.STANDARD and g.responses and g.content.nominal is not None]
    standards.sort(key=lambda group: (group.content.nominal or 0.0, group.content.name))
    return tuple(
        Level(g.content.nominal or 0.0, g.responses, g.wells, g.content.name, g.content.anchor) for g in standards
    )


def pooled_levels(own: Sequence[Level], others: Sequence[Sequence[Level]]) -> tuple[Level, ...]:
    """The levels of a plate with the responses that other plates have for them; ``wells`` stay those of the plate."""
    pooled = {level.nominal: level for level in own}
    for level in (level for levels in others for level in levels):
        known = pooled.get(level.nominal, replace(level, responses=(), wells=()))
        pooled[level.nominal] = replace(known, responses=known.responses + level.responses)
    return tuple(pooled[nominal] for nominal in sorted(pooled))
