"""Where everything came from, and our numbers beside those of the reader's software."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from elisa_bdnf import __version__
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import InstrumentResult
from elisa_bdnf.model.result import Comparison, PlateResult
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.columns import Cells, Stacked
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.plate_tables import spoken_wells
from elisa_bdnf.reports.remembered import remembered

# --- the instrument's own numbers -----------------------------------------------------------------------------------


def comparison(result: PlateResult, mark: str) -> Table | None:
    """Side by side, the largest relative difference first; None where the export holds no concentrations."""
    comparisons = result.analysis.comparisons
    if not comparisons:
        return None
    unit = result.analysis.protocol.unit
    columns = (
        Column("well", "Well"),
        Column("name", "Content"),
        Column("ours", "Here", f"{unit} in the well, not rounded to the limits of quantification", unit, True),
        Column(
            "instrument", "Reader's software", f"as printed by {result.analysis.reading.source.software}", unit, True
        ),
        Column("difference", "Difference", "here − reader's software", unit, True),
        Column("difference_percent", "Difference %", "of the reader's number", numeric=True),
        Column("equal", "At printed digits"),
    )
    names = {spoken.well.well: spoken.name for spoken in spoken_wells(result)}
    ordered = sorted(compared(result), key=lambda each: -abs(each.relative or 0.0))
    return Table(
        "comparison", "Beside the reader's software", columns, _comparison_rows(ordered, names),
        comparison_sentence(result), mark=mark,
    )  # fmt: skip


class Compared(NamedTuple):
    """Our concentration beside the printed one: difference in percent, and whether it is the same as printed."""

    both: Comparison
    relative: float | None
    equal: bool | None


@remembered(4)
def compared(result: PlateResult) -> list[Compared]:
    """In the order of the plate, worked out once for the table, its sentence and the JSON."""
    return [
        Compared(each, relative_difference_or_none(each), equal_at_printed_digits_or_none(each))
        for each in result.analysis.comparisons
    ]


def relative_difference_or_none(each: Comparison) -> float | None:
    """100 · (ours − instrument) / |instrument|; None where a side has no number or the instrument's is 0."""
    theirs = each.instrument.value
    if each.ours is None or not theirs:
        return None
    return 100 * (each.ours - theirs) / abs(theirs)


def equal_at_printed_digits_or_none(each: Comparison) -> bool | None:
    """Whether ours, rounded as the export prints, is the instrument's number; None where a side has none.

    Half a unit of the last printed digit, with a sliver for the rounding of either side.
    """
    theirs, printed = each.instrument.value, each.instrument.digits
    if each.ours is None or theirs is None:
        return None
    step = 10.0**-printed if printed is not None else abs(theirs) * 1e-6
    return abs(each.ours - theirs) <= 0.5 * step * (1 + 1e-6) + 1e-12 * abs(theirs)


def _comparison_rows(ordered: Sequence[Compared], names: Mapping[Well, str]) -> Stacked:
    both = [each.both for each in ordered]
    wells, ours, theirs = [b.well for b in both], [b.ours for b in both], [b.instrument.value for b in both]
    differences = [x - y if x is not None and y is not None else None for x, y in zip(ours, theirs, strict=True)]
    decimals = [3 if b.instrument.digits is None else b.instrument.digits for b in both]
    relative = [each.relative for each in ordered]
    columns = [
        Cells(wells, wells, wells=[(well,) for well in wells]),
        Cells([names.get(well, "") for well in wells]),
        Cells(list(map(digits.fixed, ours, decimals)), ours),
        Cells([_printed(b.instrument, places) for b, places in zip(both, decimals, strict=True)], theirs),
        Cells([digits.fixed(x, places + 1) for x, places in zip(differences, decimals, strict=True)], differences),
        Cells([digits.fixed(value, 3) for value in relative], relative),
        Cells([_EQUAL[each.equal] for each in ordered], None, [_EQUAL_TONE[each.equal] for each in ordered]),
    ]
    return Stacked(columns, [f"comparison-{well}" for well in wells])


_EQUAL = {None: "", True: "equal", False: "differs"}
_EQUAL_TONE = {None: Tone.PLAIN, True: Tone.GOOD, False: Tone.WARN}


def _printed(theirs: InstrumentResult, decimals: int) -> str:
    """The number of the reader's software, or its word."""
    if theirs.value is not None:
        return digits.fixed(theirs.value, decimals)
    return theirs.note.text if theirs.note else digits.MISSING


@remembered(4)
def comparison_sentence(result: PlateResult) -> str:
    """How many wells agree, and the largest difference with its well."""
    both = [(abs(each.relative), each.both) for each in compared(result) if each.relative is not None]
    if not result.analysis.comparisons:
        return ""
    if not both:
        return "No well has a concentration both here and in the export."
    equal = sum(each.equal is True for each in compared(result) if each.relative is not None)
    largest, where = max(both, key=lambda pair: pair[0])
    sentence = f"{digits.count(len(both), 'well')} with a number on both sides; {equal} equal at the printed digits. "
    sentence += f"Largest difference {digits.significant(largest, 2)} %, in well {where.well}."
    reported = {w for j in result.samples if j.estimate.status.has_number for w in j.estimate.group.wells}
    # Near zero any difference is a large part of the number.
    within = [pair for pair in both if pair[1].well in reported]
    if within and (best := max(within, key=lambda pair: pair[0]))[1] is not where:
        sentence += f" Among samples within the range {digits.significant(best[0], 2)} %, in well {best[1].well}."
    alone = len(result.analysis.comparisons) - len(both)
    return sentence + (f" {digits.count(alone, 'well')} with a number on one side only, or none." if alone else "")


# --- provenance -----------------------------------------------------------------------------------------------------


def provenance(result: PlateResult, mark: str) -> Table:
    """Inputs with their SHA-256, the program, the protocol and what was changed in it."""
    analysis = result.analysis
    source, layout, protocol, kit = analysis.reading.source, analysis.layout, analysis.protocol, analysis.protocol.kit
    rows = [
        ("Export", source.file, source.sha256),
        ("Format", f"{source.format}{f', written by {source.software}' if source.software else ''}", ""),
        ("Plate", f"{analysis.reading.plate}, {analysis.reading.shape} wells", ""),
        ("Layout", layout.origin, layout.sha256 or ("in the export" if layout.origin == "export" else "")),
        ("Protocol", f"{protocol.id} – {protocol.title} ({protocol.origin})", protocol.sha256),
        ("Kit", _kit_text(result), kit.source if kit else ""),
        ("QC preset", f"{protocol.qc.preset} – {protocol.qc.preset_title}", protocol.qc.preset_remark),
        *(("Changed for this run", f"{key} = {value}", "") for key, value in result.overrides.items()),
        ("Program", f"elisa-bdnf {__version__}", ""),
    ]
    columns = (Column("item", "What"), Column("value", "Value"), Column("sha256", "SHA-256, or more"))
    made = tuple(
        Row((Cell(item), Cell(value), Cell(more)), f"provenance-{number}")
        for number, (item, value, more) in enumerate(rows, 1)
    )
    return Table("provenance", "Provenance", columns, made, "", mark=mark)


def _kit_text(result: PlateResult) -> str:
    kit = result.analysis.protocol.kit
    if kit is None:
        return "none named"
    catalog = f", {kit.catalog}" if kit.catalog else ""
    state = f"verified by {kit.verified_by} on {kit.verified_on}" if kit.verified else "UNVERIFIED"
    return f"{kit.name}{catalog} ({state})"


def header(result: PlateResult, mark: str) -> Table:
    """Every key of the export's header; those that nothing used say so."""
    reading = result.analysis.reading
    unread = set(reading.unread_header)
    columns = (Column("key", "Key"), Column("value", "Value"), Column("use", "Use"))
    pairs = [*reading.header, *((key, "") for key in reading.unread_header if key not in dict(reading.header))]
    rows = tuple(
        Row(
            (Cell(key), Cell(value), Cell("not used", tone=Tone.MUTED) if key in unread else Cell("read")),
            f"header-{n}",
        )
        for n, (key, value) in enumerate(pairs, 1)
    )
    note = f"{digits.count(len(unread), 'key')} of the export had no meaning for this program." if unread else ""
    return Table("header", "Header of the export", columns, rows, note, "The export has no header.", mark)
