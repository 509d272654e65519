"""A text export that a spreadsheet program saved as a workbook: its sheet, read as the text that it was.

What such a program does to cells (numbers for texts, dates for what looks like one) shows in the workbook, so that a
date in place of a reading is still an unknown word with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from elisa_bdnf.inputs.file import InputFile

if TYPE_CHECKING:
    from elisa_bdnf.inputs.workbook import Sheet

_MOST_CELLS = 2_000_000


@dataclass(frozen=True)
class SheetAsText(InputFile):
    """One sheet of a workbook as text with tabs; the hash is that of the workbook."""

    sheet: str = ""
    sheets_beside: tuple[str, ...] = ()
    workbook_sha256: str = ""

    @cached_property
    def sha256(self) -> str:
        return self.workbook_sha256

    @cached_property
    def delimiter(self) -> str:
        return "\t"

    @property
    def decoding_remarks(self) -> tuple[str, ...]:
        """Sentences for the report: how the text came to be, and what stands beside it."""
        said = f"This text export was saved as a workbook by another program; it was read from sheet {self.sheet!r}."
        beside = ", ".join(map(repr, self.sheets_beside))
        return (said, f"Sheets that are no part of the export were not read: {beside}.") if beside else (said,)


def sheets_as_texts(file: InputFile) -> Iterator[SheetAsText]:
    """Every sheet of a workbook as the text that it may have been."""
    for sheet in file.sheets:
        beside = tuple(other.name for other in file.sheets if other is not sheet)
        text = _text(sheet)
        yield SheetAsText(file.name, text.encode(), file.error, "utf-8", sheet.name, beside, file.sha256)


def _text(sheet: Sheet) -> str:
    """Every line with as many cells, as spreadsheet programs write them."""
    width = max(map(len, sheet.rows), default=0)
    padded = len(sheet.rows) * width <= _MOST_CELLS
    lines = ("\t".join(map(_cell, row)) + "\t" * (width - len(row)) * padded for row in sheet.texts)
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    text = " ".join(text.split()) if "\n" in text or "\r" in text or "\t" in text else text
    return '"' + text.replace('"', '""') + '"' if '"' in text else text
