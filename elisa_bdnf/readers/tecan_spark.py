"""Tecan SparkControl, workbook or csv: ``Mode`` blocks with a matrix, or a list in the order of reading."""

from __future__ import annotations

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import Reading, Source
from elisa_bdnf.readers._key_lines import value_of
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._tecan_blocks import (
    Block,
    blocks_of,
    header_of,
    reading_from_blocks,
    refuse_tables_outside,
    refuse_without_a_beginning,
)

_PROGRAM = "application: sparkcontrol"


def recognizes(file: InputFile) -> bool:
    """``Application: SparkControl`` at the top."""
    return file.kind in ("xlsx", "xls", "text") and any(_is_own(page) for page in file.pages)


def _is_own(page: Page) -> bool:
    return any(page.text(row, 0).casefold().startswith(_PROGRAM) for row in range(min(5, len(page.rows))))


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each sheet of SparkControl; other sheets are named in a remark."""
    refuse_unless(recognizes(file), file, READER.title)
    pages = file.pages
    own = [page for page in pages if _is_own(page)]
    others = [page.name for page in pages if page not in own]
    remarks = [f"Sheet {', '.join(others)} is not of SparkControl and was not read."] if others else []
    return tuple(_reading(page, file, remarks, named=len(own) > 1) for page in own)


def _reading(page: Page, file: InputFile, remarks: list[str], *, named: bool) -> Reading:
    starts = [row for row in range(len(page.rows)) if page.firsts[row] == "Mode" and len(page.rows[row]) > 1]
    if not starts:
        refuse_without_a_beginning(page, "Mode")
    refuse_tables_outside(page, starts[0], "Mode")
    top = header_of(page, range(starts[0]))
    source = Source(file.name, file.sha256, READER.name, value_of(top, "Application") or "SparkControl")
    blocks = _with_measurements(blocks_of(page, starts, "Name", "Mode"))
    lost = _announced(page, starts[0]) - {block.label for block in blocks}
    remarks = [*remarks, *(f"The script of the export names {label!r}, which is not in it." for label in sorted(lost))]
    return reading_from_blocks(page, top, blocks, source, page.name if named else "Plate 1", remarks)


def _announced(page: Page, stop: int) -> frozenset[str]:
    """The names of the measurements in the list of actions, which stand in its seventh column."""
    begin = next((row for row in range(stop) if page.text(row, 0).startswith("List of actions")), stop)
    end = next((row for row in range(begin, stop) if not page.rows[row]), stop)
    return frozenset(filter(None, (page.text(row, 6) for row in range(begin, end))))


def _with_measurements(blocks: list[Block]) -> list[Block]:
    """``Mode  Kinetic`` only announces the measurements below it."""
    return [block for block in blocks if block.label or value_of(block.header, "Mode").casefold() != "kinetic"]


READER = Reader(
    name="tecan_spark",
    title="Tecan SparkControl workbook or csv",
    recognizes=recognizes,
    read=read,
    marks=("sparkcontrol",),
    software="SparkControl 2.1 to 3.2",
    real_example=True,
    states_wells=True,
    forms=(
        "workbook or csv: matrices",
        "lists in the order of reading",
    ),
)
