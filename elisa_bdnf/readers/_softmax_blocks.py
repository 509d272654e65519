"""Rows of a SoftMax Pro export → its blocks: plates, groups and notes, in the order of the file.

``##BLOCKS=`` counts them and is often wrong: it is not looked at. A block ends at ``~End``, at the next block or at the
end of the file (copies are cut off there).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.readers._limits import MOST_BLOCKS, refuse_more_than

Row = tuple[str, ...]
_START = re.compile(r"(?P<kind>Plate|Group|Note|Graph|Cuvette\w*):(?P<rest>.*)\Z", re.DOTALL)
_BOUNDS = ("~End", "Plate:", "Group:", "Note:", "Graph:", "Cuvette")  # most lines are seen to be inside at once
_FOOTER = re.compile(r"(Original Filename|Date Last Saved|Copyright)\b\s*:?\s*(.*)\Z", re.IGNORECASE | re.DOTALL)


class BlockKind(StrEnum):
    PLATE = "Plate"
    GROUP = "Group"
    NOTE = "Note"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Block:
    """``head`` are the cells of its first line behind the keyword, ``rows`` the lines below; ``line`` counts from 1.

    Row *n* is line ``line + 1 + n`` of the file. Rows end with their last text; ``widths`` say how many cells the lines
    had, for the difference between empty wells and a line that was cut off.
    """

    kind: BlockKind
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int
    widths: Sequence[int]
    ended: bool = True

    def width(self, row: int) -> int:
        """How many cells a row had in the file, empty ones included."""
        return self.widths[self.line + row]

    @property
    def name(self) -> str:
        return self.head[0] if self.head else ""


@dataclass(frozen=True, slots=True)
class Document:
    blocks: tuple[Block, ...]
    footer: tuple[tuple[str, str], ...]


def document_from_rows(rows: Sequence[Row], widths: Sequence[int]) -> Document:
    """All blocks, and what stands behind the last one. Raises ExportError for values that are in no block.

    ``widths`` are the numbers of cells of all lines.
    """
    blocks: list[Block] = []
    footer: list[tuple[str, str]] = []
    bounds = [n for n, row in enumerate(rows) if row and row[0].startswith(_BOUNDS)]
    index = 0
    while index < len(rows):
        if start := _start_or_none(rows[index]):
            block, index = _block(rows, index, start, bounds, widths)
            blocks.append(block)
            refuse_more_than(MOST_BLOCKS, len(blocks), "blocks")
            continue
        _refuse_values(rows[index], index + 1)
        footer += _footer_items(rows[index])
        index += 1
    return Document(tuple(blocks), tuple(footer))


def _start_or_none(row: Row) -> tuple[BlockKind, tuple[str, ...]] | None:
    """Keyword and the cells behind it: ``Plate:⇥name``, ``Group: name`` and ``Group:⇥name⇥1`` mean the same."""
    match = _START.match(row[0]) if row else None
    if match is None:
        return None
    kind = BlockKind(match["kind"]) if match["kind"] in ("Plate", "Group", "Note") else BlockKind.OTHER
    rest = match["rest"].strip()
    return kind, ((rest, *row[1:]) if rest else row[1:])


def _block(
    rows: Sequence[Row],
    start: int,
    opening: tuple[BlockKind, tuple[str, ...]],
    bounds: Sequence[int],
    widths: Sequence[int],
) -> tuple[Block, int]:
    """The block that begins at a row, and the row behind it; ``bounds`` are the rows at which one may begin or end."""
    kind, head = opening
    end = len(rows)
    for bound in map(bounds.__getitem__, range(bisect_right(bounds, start), len(bounds))):
        # A note is free text, in which a line may begin like a block.
        if _ends(rows[bound]) or (kind is not BlockKind.NOTE and _start_or_none(rows[bound])):
            end = bound
            break
    ended = end < len(rows) and _ends(rows[end])
    return Block(kind, head, tuple(rows[start + 1 : end]), start + 1, widths, ended), end + 1 if ended else end


def _refuse_values(row: Row, line: int) -> None:
    numbers = [cell for cell in row if cell and any(number_from_text_or_none(cell, mark) is not None for mark in ".,")]
    if len(numbers) > 2:
        raise ExportError(
            f"the line with {numbers[0].strip()!r} is in no block",
            expected="Plate:, Group: or Note: above it",
            hint="the export was edited or is a part of one; export it again",
            place=str(line),
        )


def _ends(row: Row) -> bool:
    return bool(row) and row[0].startswith("~End")


def _footer_items(row: Row) -> Iterator[tuple[str, str]]:
    """``Original Filename: …; Date Last Saved: …``; in version 5 blanks stand instead of the semicolon."""
    text = " ".join(row)
    parts = re.split(r";\s*|\s{2,}(?=Date Last Saved|Copyright)", text)
    for part in parts:
        if match := _FOOTER.match(part.strip()):
            yield match[1], match[2].strip()
