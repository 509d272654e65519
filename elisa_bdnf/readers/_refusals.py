"""Exports of plates that are no endpoint ELISA: recognized, so that the refusal can say what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from elisa_bdnf.errors import ElisaError, ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.grid import find_grids, row_letter_or_none
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.model.plate import well_from_text_or_none

_HEAD_LINES = 60
_FEW = 3


@dataclass(frozen=True, slots=True)
class _Refused:
    what: str
    pattern: re.Pattern[str]
    words: tuple[str, ...]  # in small letters, one of which stands in every match: words are found faster


# Patterns of the first lines of text exports, and of the first rows of workbooks joined with tabs.
_TEXTS = (
    _Refused(
        "a Luminex xPONENT or INTELLIFLEX export (bead counts and medians of several analytes)",
        re.compile(
            r"\bxPONENT\b|\bINTELLIFLEX\b|\"multi analyte profiling agg|DataType:\W{1,5}(?:Median|Net MFI|Count)",
            re.IGNORECASE,
        ),
        ("xponent", "intelliflex", "multi analyte profiling", "datatype:"),
    ),
    _Refused(
        "a Bio-Plex Manager export (multiplex beads)",
        re.compile(r"Bio-?Plex|<MWAnalyte\b", re.IGNORECASE),
        ("bio-plex", "bioplex", "<mwanalyte"),
    ),
    _Refused(
        "an MSD Methodical Mind export (several electrochemiluminescence spots per well)",
        re.compile(r"==Data==|Methodical ?Mind|Spots Per Well", re.IGNORECASE),
        ("==data==", "methodical", "spots per well"),
    ),
    _Refused(
        "an MSD Workbench export (several electrochemiluminescence spots per well)",
        re.compile(r"(?=.*\bSpot\b)(?=.*\bAssay\b)(?=.*Calc\. Conc)|Discovery Workbench", re.IGNORECASE),
        ("calc. conc", "discovery workbench"),
    ),
    _Refused(
        "an ELISpot export (spot counts)",
        re.compile(r"ImmunoSpot|Mabtech\W(?:IRIS|Apex)|ELISpot|FluoroSpot|Spot (?:Count|Param|Forming)", re.IGNORECASE),
        ("spot", "mabtech"),
    ),
    _Refused(
        "a Tecan or other list over time (kinetic)",
        re.compile(r"^\W*(?:Cycle Nr\.|Cycle_nr)", re.IGNORECASE | re.MULTILINE),
        ("cycle nr.", "cycle_nr"),
    ),
)


def refusal_or_none(file: InputFile) -> ExportError | None:
    """An error that says what a file is, if it is something known that cannot be an endpoint ELISA plate."""
    try:
        head = _head(file)
    except ElisaError as unreadable:
        return ExportError(problems=unreadable.problems)
    small = head.lower()
    for refused in _TEXTS:
        if any(word in small for word in refused.words) and refused.pattern.search(head):
            return ExportError(
                f"this is {refused.what}",
                expected="an endpoint plate: one response per well",
                hint="results of such an assay are a matter for its own software",
            )
    return None


def near_miss_or_none(file: InputFile) -> ExportError | None:
    """An error for a text or workbook that holds numbers of wells, which says what a plate would need besides."""
    if file.kind not in ("text", "xlsx", "xls"):
        return None
    for page in file.pages:
        for row, cells in enumerate(page.rows):
            found = _half_labeled_or_none(cells)
            if found:
                return ExportError(
                    f"the line {found}, but there is no plate around it",
                    expected="column numbers 1, 2, 3, … above the values and row letters A, B, C, … before them, "
                    "or a list with the columns Well and OD",
                    hint="a plate without labels is read if it has all of its rows and columns and nothing else",
                    place=page.place(row, 0),
                )
    return None


def _half_labeled_or_none(cells: Sequence[str]) -> str | None:
    """What a line looks like that may be part of a plate."""
    wells = [well for text in cells if (well := well_from_text_or_none(text))]
    if len(wells) >= _FEW:
        return f"names the wells {wells[0]}, {wells[1]}, … side by side (a table over time, or turned round)"
    letters = [text for text in cells if len(text) < 3 and row_letter_or_none(text) is not None]
    if len(letters) > _FEW and letters == [text for text in cells if text]:
        return (
            f"holds {letters[0]}, {letters[1]}, … side by side (a plate turned round: letters above, numbers beside it)"
        )
    numbers = [text for text in cells if is_number_or_word(text)]
    if len(numbers) < _FEW:
        return None
    if row_letter_or_none(cells[0]) is not None:
        return f"begins with {cells[0]!r} and {len(numbers)} numbers"
    return f"holds {len(numbers)} numbers" if len(numbers) == len([text for text in cells if text]) else None


def words_without_numbers_or_none(file: InputFile) -> ExportError | None:
    """An error for a file of plates that hold words only: a layout, given in place of the export."""
    if file.kind not in ("text", "xlsx", "xls"):
        return None
    try:
        found = [(page, grid) for page in file.pages for grid in find_grids(page.rows)]
    except ElisaError as contradictory:
        return ExportError(problems=contradictory.problems)
    texts = [text for _, grid in found for line in grid.lines for text in line.cells]
    words = [text for text in texts if text and not is_number_or_word(text)]
    if not words:
        return None
    page, first = found[0]
    return ExportError(
        f"the plate here holds words ({', '.join(list(dict.fromkeys(words))[:3])}), no measured values",
        expected="the export of a plate reader",
        hint="if this is the layout, name the export and give this file with --layout",
        place=page.place(first.top, first.left),
    )


def _head(file: InputFile) -> str:
    if file.kind in {"xlsx", "xls"}:
        rows = [row for sheet in file.sheets for row in sheet.rows[:_HEAD_LINES]]
        return "\n".join("\t".join(str(cell) for cell in row if cell is not None) for row in rows)
    return "\n".join(file.lines[:_HEAD_LINES])
