"""Tables with a line per well → readings."""

from __future__ import annotations

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.well_contents import contents_from_facts
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.model.layout import Layout, Role
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._generic_titles import generic_pages
from elisa_bdnf.readers._key_lines import header_from_rows, unread_keys
from elisa_bdnf.readers._likely_kind import other_kind_remarks
from elisa_bdnf.readers._list_drafts import ListPlate, WellList, list_or_none, plates_from_list
from elisa_bdnf.readers._placed import channel, decimal_mark, refuse_without_values, results, shape_of
from elisa_bdnf.readers._turned_lists import turned_or_none

_FORMAT = "long_table"


def holds_list(file: InputFile) -> bool:
    """A line of headings with a well (or row and column) and a response, wells below it, and no vendor's mark."""
    return bool(_lists(file))


def _lists(file: InputFile) -> list[WellList]:
    if _FORMAT not in file.kept:
        file.kept[_FORMAT] = [found for page in generic_pages(file) if (found := _list_or_none(page)) is not None]
    lists: list[WellList] = file.kept[_FORMAT]
    return lists


def _list_or_none(page: Page) -> WellList | None:
    found = list_or_none(page)
    if found is None and (turned := turned_or_none(page)):
        return list_or_none(turned)
    return found


def readings_from_lists(file: InputFile) -> tuple[Reading, ...]:
    """One reading per plate: per sheet, and within it per value of a column ``plate``. Raises ExportError."""
    lists = _lists(file)
    if not lists:
        raise ExportError("no table with a column of wells and one of responses was found", expected="Well, OD, …")
    plates = [(found, plate) for found in lists for plate in plates_from_list(found)]
    decimal = decimal_mark([table.cells for _, plate in plates for table in (*plate.channels, *plate.computed)])
    names = unique_labels(
        _name(plate, found, number, several=len(lists) > 1) for number, (found, plate) in enumerate(plates, start=1)
    )
    return tuple(
        _reading(file, found, plate, name, decimal) for (found, plate), name in zip(plates, names, strict=True)
    )


def _name(plate: ListPlate, found: WellList, number: int, *, several: bool) -> str:
    page = found.table.page
    if plate.name:
        return f"{page.name} {plate.name}" if several else plate.name
    return page.name if page.is_sheet and (several or not found.is_plain_sheet) else f"Plate {number}"


def _reading(file: InputFile, found: WellList, plate: ListPlate, name: str, decimal: str) -> Reading:
    tables = [table.cells for table in plate.channels]
    shape = shape_of(tables)
    labels = unique_labels(table.title for table in plate.channels)
    channels = tuple(
        channel(
            label,
            table.cells,
            shape,
            decimal,
            wavelength_nm=table.quantity.wavelength_nm,
            kind=table.quantity.kind,
            correction=table.quantity.correction,
        )
        for label, table in zip(labels, plate.channels, strict=True)
    )
    refuse_without_values(channels, name)
    layout, unlaid = _layout(found, plate.facts, shape, decimal)
    header = header_from_rows(found.table.page.rows[: found.table.top])
    return Reading(
        Source(file.name, file.sha256, _FORMAT),
        name,
        shape,
        channels,
        header=header,
        unread_header=(*unread_keys(header, ()), *unlaid),
        layout=layout,
        instrument_results=tuple(
            result for table in plate.computed for result in results(table.result_name, table.cells, decimal)
        ),
        remarks=(
            *(file.decoding_remarks if file.kind == "text" else ()),
            *found.remarks,
            *other_kind_remarks(channels, header),
        ),
    )


def _layout(
    found: WellList, facts: dict[Well, dict[str, Fact]], shape: Shape, decimal: str
) -> tuple[Layout | None, tuple[str, ...]]:
    """The layout of a table that says roles or samples; else the headings of columns that nothing was done with."""
    said = {name for of_well in facts.values() for name in of_well}
    if not said & {"role", "sample"}:
        return None, tuple(heading.text for heading in found.others)
    understood = contents_from_facts(facts, decimal=decimal, of_export=True)
    if understood.problems:
        raise ExportError(problems=understood.problems)
    roles = {content.role for content in understood.contents.values()}
    remarks = list(understood.remarks)
    if not understood.contents:
        return None, ()
    if Role.STANDARD not in roles:
        remarks.append("The table names samples, but no standard.")
    return Layout(shape, understood.contents, understood.unit, remarks=tuple(remarks)), ()
