"""Wells: every well of the plate, what was left out and why, and the sum that shows that nothing was lost."""

from __future__ import annotations

import math
from collections import Counter

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.result import PlateResult, WellEstimate, WellResponse, WellUse
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.parts import Cell, Column, Fact, Row, Table, Tone

_TONES = {WellUse.USED: Tone.PLAIN, WellUse.EMPTY: Tone.MUTED}


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
    estimates = well_estimates(result)
    rows = tuple(_well_row(well, estimates.get(well.well), responses.reference_channel) for well in responses.wells)
    return Table("wells", "All wells", tuple(columns), rows, words.sentence(responses.correction), mark=mark)


def _well_row(well: WellResponse, estimate: WellEstimate | None, reference: str | None) -> Row:
    tone = _TONES.get(well.use, Tone.WARN)
    in_well = estimate.in_well if estimate else None
    cells = [
        Cell(well.well, well.well),
        Cell(words.ROLE[well.content.role]),
        Cell(words.content(well.content), well.content.name),
        Cell(digits.response(well.raw), _finite_or_none(well.raw)),
        Cell(digits.response(well.response), _finite_or_none(well.response)),
        Cell(digits.concentration(in_well), in_well),
        Cell(words.USE[well.use], well.use.value, tone, words.USE_HELP[well.use]),
        Cell(well.note.text if well.note else ""),
        Cell(well.reason),
    ]
    if reference is not None:
        cells.insert(4, Cell(digits.response(well.reference), _finite_or_none(well.reference)))
    return Row(tuple(cells), f"well-{well.well}", tone)


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
