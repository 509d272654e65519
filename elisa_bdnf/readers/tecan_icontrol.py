"""Tecan i-control workbooks (also named ``.xls``): ``Label:`` blocks with a matrix each, a sheet for a plate."""

from __future__ import annotations

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import Reading, Source
from elisa_bdnf.readers._key_lines import value_of
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._tecan_blocks import (
    blocks_of,
    has_labels_of_icontrol,
    header_of,
    reading_from_blocks,
    refuse_tables_outside,
    refuse_without_a_beginning,
)

_PROGRAM = "application: tecan i-control"


def recognizes(file: InputFile) -> bool:
    """``Application: Tecan i-control`` at the top of a sheet, or its blocks ``Label: …``, ``Mode``."""
    return file.kind in ("xlsx", "xls", "text") and any(_is_own(page) for page in file.pages)


def _is_own(page: Page) -> bool:
    named = any(page.text(row, 0).casefold().startswith(_PROGRAM) for row in range(min(5, len(page.rows))))
    return named or has_labels_of_icontrol(page)


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading for each sheet of i-control; other sheets are named in a remark."""
    refuse_unless(recognizes(file), file, READER.title)
    pages = file.pages
    own = [page for page in pages if _is_own(page)]
    others = [page.name for page in pages if page not in own]
    remarks = [f"Sheet {', '.join(others)} is not of i-control and was not read."] if others else []
    return tuple(_reading(page, file, remarks, named=len(own) > 1) for page in own)


def _reading(page: Page, file: InputFile, remarks: list[str], *, named: bool) -> Reading:
    starts = [row for row in range(len(page.rows)) if page.firsts[row].casefold().startswith("label:")]
    if not starts:
        refuse_without_a_beginning(page, "Label:")
    refuse_tables_outside(page, starts[0], "Label:")
    top = header_of(page, range(starts[0]))
    version = value_of(top, "Application").replace("Tecan i-control ,", "").replace("Tecan i-control", "").strip(" ,")
    source = Source(file.name, file.sha256, READER.name, f"i-control {version}".strip())
    name = page.name if named else value_of(top, "Plate-ID (Stacker)") or "Plate 1"
    return reading_from_blocks(page, top, blocks_of(page, starts, "Label", "Label:"), source, name, remarks)


READER = Reader(
    name="tecan_icontrol",
    title="Tecan i-control workbook",
    recognizes=recognizes,
    read=read,
    marks=("tecan i-control", "label:"),
    software="i-control 1.6 to 2.0",
    real_example=True,
    states_wells=True,
    forms=("workbook, also named `.xls`: a block for each label, a sheet for each plate",),
)
