"""Matrices of numbers and what stands around them → readings."""

from __future__ import annotations

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.well_contents import contents_from_facts
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Channel, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._generic_titles import generic_pages
from elisa_bdnf.readers._grid_drafts import Draft, drafts_from_pages
from elisa_bdnf.readers._key_lines import date_remarks, unread_keys
from elisa_bdnf.readers._likely_kind import other_kind_remarks
from elisa_bdnf.readers._limits import MOST_PLATES, refuse_more_than
from elisa_bdnf.readers._placed import channel, decimal_mark, refuse_without_values, results, shape_of

_FORMAT = "plain_grid"


def holds_matrix(file: InputFile) -> bool:
    """A matrix of numbers with row letters and column numbers, or one that fills a plate, and no vendor's mark."""
    try:
        return bool(_drafts(file))
    except ExportError:
        return True  # there is a matrix, and reading it will say what is wrong with it


def _drafts(file: InputFile) -> list[Draft]:
    if _FORMAT not in file.kept:
        file.kept[_FORMAT] = [draft for draft in drafts_from_pages(generic_pages(file)) if draft.tables]
    found: list[Draft] = file.kept[_FORMAT]
    return found


def readings_from_matrices(file: InputFile) -> tuple[Reading, ...]:
    """One reading per plate, in the order of the file. Raises ExportError."""
    drafts = _drafts(file)
    if not drafts:
        raise ExportError("no matrix of numbers was found", expected="row letters and column numbers around responses")
    refuse_more_than(MOST_PLATES, len(drafts), "plates")
    decimal = decimal_mark([table.cells for draft in drafts for table in (*draft.tables, *draft.computed)])
    unnamed = len(drafts) > 1 and not all(draft.name for draft in drafts)
    remarks = ("The file does not name all of its plates; those without a name were counted.",) if unnamed else ()
    names = unique_labels(draft.name or f"Plate {number}" for number, draft in enumerate(drafts, start=1))
    return tuple(_reading(file, draft, name, decimal, remarks) for draft, name in zip(drafts, names, strict=True))


def _reading(file: InputFile, draft: Draft, name: str, decimal: str, remarks: tuple[str, ...]) -> Reading:
    shape = shape_of([table.cells for table in draft.tables])
    channels = _channels(draft, shape, decimal)
    refuse_without_values(channels, name)
    return Reading(
        Source(file.name, file.sha256, _FORMAT),
        name,
        shape,
        channels,
        header=draft.header,
        unread_header=unread_keys(draft.header, ()),
        layout=_layout(draft.facts, shape, decimal),
        instrument_results=tuple(
            result for table in draft.computed for result in results(table.result_name, table.cells, decimal)
        ),
        remarks=(
            *(file.decoding_remarks if file.kind == "text" else ()),
            *draft.remarks,
            *remarks,
            *date_remarks(*(value for _, value in draft.header)),
            *other_kind_remarks(channels, draft.header),
        ),
    )


def _channels(draft: Draft, shape: Shape, decimal: str) -> tuple[Channel, ...]:
    labels = unique_labels(table.label for table in draft.tables)
    return tuple(
        channel(
            label,
            table.cells,
            shape,
            decimal,
            wavelength_nm=table.quantity.wavelength_nm,
            kind=table.quantity.kind,
            correction=table.quantity.correction,
        )
        for label, table in zip(labels, draft.tables, strict=True)
    )


def _layout(facts: dict[Well, dict[str, Fact]], shape: Shape, decimal: str) -> Layout | None:
    if not facts:
        return None
    understood = contents_from_facts(facts, decimal=decimal, of_export=True)
    if understood.problems:
        raise ExportError(problems=understood.problems)
    if not understood.contents:
        return None
    return Layout(shape, understood.contents, understood.unit, remarks=tuple(understood.remarks))
