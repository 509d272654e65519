"""Wells: every well of the plate, what was left out and why, and the sum that shows that nothing was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from elisa_bdnf.model.estimate import WellEstimate
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.response import WellResponse, WellUse
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.columns import Cells, Stacked
from elisa_bdnf.reports.finite import finite_or_none
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
    rows = _well_rows(spoken_wells(result), with_reference=responses.reference_channel is not None)
    return Table("wells", "All wells", tuple(columns), rows, words.sentence(responses.correction), mark=mark)


def _well_rows(spoken: Sequence[SpokenWell], *, with_reference: bool) -> Stacked:
    wells = [each.well for each in spoken]
    names, contents, uses = (
        [well.well for well in wells],
        [well.content for well in wells],
        [well.use for well in wells],
    )
    reference = [well.reference for well in wells]
    tones = [_TONES.get(use, Tone.WARN) for use in uses]
    columns = [
        Cells(names, names),
        Cells([words.ROLE[content.role] for content in contents]),
        Cells([each.name for each in spoken], [content.name for content in contents]),
        _numbers([each.raw for each in spoken], [well.raw for well in wells]),
        *([_numbers([digits.response(value) for value in reference], reference)] if with_reference else []),
        _numbers([each.response for each in spoken], [well.response for well in wells]),
        Cells([each.concentration for each in spoken], [each.in_well for each in spoken]),
        Cells([words.USE[use] for use in uses], [use.value for use in uses], tones, [words.USE_HELP[u] for u in uses]),
        Cells([well.note.text if well.note else "" for well in wells]),
        Cells([well.reason for well in wells]),
    ]
    return Stacked(columns, [f"well-{name}" for name in names], tones)


def _numbers(texts: Sequence[str], values: Sequence[float]) -> Cells:
    return Cells(texts, list(map(finite_or_none, values)))


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
        Cell(digits.response(well.raw), finite_or_none(well.raw)),
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
