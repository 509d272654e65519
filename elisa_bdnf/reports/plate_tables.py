"""Wells: every well of the plate, what was left out and why, and the sum that shows that nothing was lost."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from elisa_bdnf.model.estimate import WellEstimate
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.response import WellResponse, WellUse
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Cell, Column, Fact, Row, Table, Tone
from elisa_bdnf.reports.remembered import remembered

_TONES = {WellUse.USED: Tone.PLAIN, WellUse.EMPTY: Tone.MUTED}


@remembered(4)
def well_estimates(result: PlateResult) -> dict[Well, WellEstimate]:
    """Standards, controls and samples: well → what its own response reads on the curve."""
    analysis = result.analysis
    found = {estimate.well: estimate for estimate in analysis.standard_wells}
    for group in (*analysis.controls, *analysis.samples):
        found.update((estimate.well, estimate) for estimate in group.wells)
    return found


def wells(result: PlateResult, mark: str) -> Table:
    """Every well once, row by row."""
    responses = result.analysis.responses
    unit = result.analysis.protocol.unit
    columns = [
        Column("well", "Well"),
        Column("role", "Role"),
        Column("name", "Content"),
        Column("raw", "Raw", f"channel {responses.main_channel}, as exported", numeric=True),
        Column("response", "Response", responses.correction, numeric=True),
        Column("in_well", "In the well", f"{unit}, this well read on the curve", unit, True),
        Column("use", "Use"),
        Column("note", "Export's word", "what the export wrote instead of, or beside, a number"),
        Column("reason", "Reason"),
    ]
    if responses.reference_channel is not None:
        reference = f"channel {responses.reference_channel}, as exported"
        columns.insert(4, Column("reference", "Reference", reference, numeric=True))
    with_reference = responses.reference_channel is not None
    rows = tuple([_well_row(spoken, with_reference=with_reference) for spoken in spoken_wells(result)])
    return Table("wells", "All wells", tuple(columns), rows, words.sentence(responses.correction), mark=mark)


class SpokenWell(NamedTuple):
    """A well, and its name and numbers as they are said of it in tables, figures and hovers."""

    well: WellResponse
    in_well: float | None
    unit: str
    name: str
    raw: str
    response: str
    concentration: str


@remembered(4)
def spoken_wells(result: PlateResult) -> list[SpokenWell]:
    """Every well once, row by row."""
    estimates, unit = well_estimates(result), result.analysis.protocol.unit
    found = []
    for well in result.analysis.responses.wells:
        estimate = estimates.get(well.well)
        in_well = estimate.in_well if estimate else None
        name, said = words.content(well.content), digits.concentration(in_well)
        raw, response = digits.response(well.raw), digits.response(well.response)
        found.append(SpokenWell(well, in_well, unit, name, raw, response, said))
    return found


_NOTHING = Cell()
_USED = {use: Cell(words.USE[use], use.value, _TONES.get(use, Tone.WARN), words.USE_HELP[use]) for use in WellUse}
_ROLES = {role: Cell(word) for role, word in words.ROLE.items()}


def _well_row(spoken: SpokenWell, *, with_reference: bool) -> Row:
    well, use = spoken.well, _USED[spoken.well.use]
    cells = (
        _well_cell(well.well),
        _ROLES[well.content.role],
        _named(spoken.name, well.content.name),
        _measured(well.raw),
        *([_measured(well.reference)] if with_reference else []),
        _measured(well.response),
        Cell(spoken.concentration, spoken.in_well),
        use,
        Cell(well.note.text) if well.note else _NOTHING,
        Cell(well.reason) if well.reason else _NOTHING,
    )
    return Row(cells, f"well-{well.well}", use.tone)


@lru_cache(maxsize=2048)
def _well_cell(well: Well) -> Cell:
    return Cell(well, well)


@lru_cache(maxsize=2048)  # replicates, and plates of one layout, have the same names
def _named(said: str, name: str) -> Cell:
    return Cell(said, name)


def _measured(value: float) -> Cell:
    return _response_cell(value) if value else Cell(digits.response(value), value)  # 0.0 and -0.0 are one to a cache


@lru_cache(maxsize=8192)  # readers give thousandths, of which there are few
def _response_cell(value: float) -> Cell:
    return Cell(digits.response(value), _finite_or_none(value))


def _finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def exclusions(result: PlateResult, mark: str) -> Table:
    """Wells with a content that took no part, each with its reason."""
    columns = (
        Column("well", "Well"),
        Column("role", "Role"),
        Column("name", "Content"),
        Column("raw", "Raw", "as exported", numeric=True),
        Column("use", "Why"),
        Column("reason", "Reason"),
    )
    left_out = [w for w in result.analysis.responses.wells if w.use not in (WellUse.USED, WellUse.EMPTY)]
    rows = tuple(_exclusion_row(well) for well in left_out)
    return Table("exclusions", "Wells left out", columns, rows, "", "Every well with a content was used.", mark)


def _exclusion_row(well: WellResponse) -> Row:
    return Row((
        Cell(well.well, well.well, wells=(well.well,)),
        Cell(words.ROLE[well.content.role]),
        Cell(words.content(well.content), well.content.name),
        Cell(digits.response(well.raw), _finite_or_none(well.raw)),
        Cell(words.USE[well.use], well.use.value, Tone.WARN, words.USE_HELP[well.use]),
        Cell(well.reason or words.USE_HELP[well.use]),
    ), f"left-out-{well.well}")  # fmt: skip


def accounting(result: PlateResult) -> tuple[Fact, ...]:
    """Used + left out + empty = all; the last fact is the sum."""
    counts = Counter(well.use for well in result.analysis.responses.wells)
    facts = [
        Fact(words.sentence(words.USE[use])[:-1], str(counts[use]), words.USE_HELP[use], _TONES.get(use, Tone.WARN))
        for use in WellUse
        if counts[use]
    ]
    total = sum(counts.values())
    return (*facts, Fact("All wells", str(total), " + ".join(f"{fact.text} {fact.label.lower()}" for fact in facts)))
