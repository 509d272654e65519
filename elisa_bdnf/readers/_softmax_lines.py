"""The table of a ``Group:`` block of SoftMax Pro → one line per well, and the numbers of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.numbers import numbers_from_texts
from elisa_bdnf.inputs.printed_digits import decimals_of_numbers
from elisa_bdnf.model.plate import Well, well_from_text_or_none
from elisa_bdnf.readers._softmax_blocks import Block, Row

_FEW = 3  # lines of a table
_ENDS_OF_TABLE = ("Group Column", "Group Summaries")


class GroupLine(NamedTuple):
    """One well of a group. ``texts`` are by position of the column; ``sample`` counts the samples of the group.

    ``place`` is where it stands among all lines of the table, also where some of them were left out.
    """

    line: int
    well: Well
    sample: int
    texts: tuple[str, ...]
    place: int


_group_line = partial(tuple.__new__, GroupLine)  # there is one for each well: a third of what calling the class costs


class Numbers:
    """The columns of a table as numbers, by ``place`` of the line; those at ``positions`` are read together."""

    def __init__(self, lines: Sequence[GroupLine], positions: Sequence[int], decimal: str) -> None:
        self._lines, self._positions, self._decimal = lines, positions, decimal

    def with_decimal(self, decimal: str) -> Numbers:
        """The same table where this is the decimal mark."""
        return self if decimal == self._decimal else Numbers(self._lines, self._positions, decimal)

    @cached_property
    def _texts(self) -> list[tuple[str, ...]]:
        return list(zip(*[line.texts for line in self._lines], strict=True))

    @cached_property
    def _columns(self) -> dict[int, tuple[list[float], list[int | None]]]:
        """Most tables have few lines, so that one call for each column would cost more than its numbers."""
        texts = [text for position in self._positions for text in self.texts(position)]
        numbers = numbers_from_texts(texts, self._decimal)
        digits = decimals_of_numbers(texts, numbers, self._decimal)
        size = len(self._lines)
        starts = [n * size for n in range(len(self._positions))]
        parts = [(numbers[start : start + size], digits[start : start + size]) for start in starts]
        return dict(zip(self._positions, parts, strict=True))

    def _column(self, position: int) -> tuple[list[float], list[int | None]]:
        if position not in self._columns:
            texts = self.texts(position)
            numbers = numbers_from_texts(texts, self._decimal)
            self._columns[position] = numbers, decimals_of_numbers(texts, numbers, self._decimal)
        return self._columns[position]

    def texts(self, position: int) -> Sequence[str]:
        """The cells of all lines."""
        return self._texts[position] if self._lines else ()

    def column(self, position: int) -> list[float]:
        """Numbers, nan where a cell holds none."""
        return self._column(position)[0]

    def digits(self, position: int) -> list[int | None]:
        """How many decimals the numbers are printed with; None for exponents, and where a cell holds no number."""
        return self._column(position)[1]


def lines_from_block(
    block: Block, well: int, inherited: Sequence[int], width: int
) -> tuple[tuple[GroupLine, ...], list[str]]:
    """The lines of a table of so many columns, and the samples without a well.

    ``well`` is the position of the wells, ``inherited`` are those of what only the first line of a sample says: the
    cells of further replicates are blank. Raises ExportError where a line is longer or shorter than the headings.
    """
    lines: list[GroupLine] = []
    without_well: list[str] = []
    first = ("",) * width
    sample = -1
    for offset, row in _table_rows(block, well):
        cells = row if len(row) == width else (*row, *[""] * (width - len(row)))
        name = well_from_text_or_none(cells[well])
        if cells[0]:
            sample, first = sample + 1, cells
        elif name:
            cells = _with_inherited(cells, first, inherited)
        if name is None:
            without_well.append(cells[0] or cells[well])
            continue
        lines.append(_group_line((block.line + 1 + offset, name, sample, cells, len(lines))))
    return tuple(lines), without_well


def _with_inherited(cells: Row, first: Row, inherited: Sequence[int]) -> Row:
    """The cells of a further replicate, with what only the first line of its sample says."""
    filled = list(cells)
    for position in inherited:
        filled[position] = filled[position] or first[position]
    return tuple(filled)


def _table_rows(block: Block, well: int) -> Iterator[tuple[int, Row]]:
    """Position and cells of the lines of the table. An empty line ends it, unless lines with a well stand below it."""
    heads, width = len(block.rows[0]), block.widths[block.line]
    short: list[int] = []
    lines = 0
    above: Row = block.rows[0]
    widths = block.widths[block.line + 1 : block.line + len(block.rows)]
    for offset, (row, cells) in enumerate(zip(block.rows[1:], widths, strict=True), start=1):
        if not row:  # which is all that is empty: rows end with their last text
            above = row
            continue
        if row[0] in _ENDS_OF_TABLE:
            break
        if not above and offset > 1 and not well_from_text_or_none("".join(row[well : well + 1])):
            break
        above = row
        if len(row) > heads or cells > width or len(row) < cells < width:
            raise _other_width(block, offset)
        lines += 1
        if cells < width:
            short.append(offset)
        yield offset, row
    if len(short) == 1 and lines > _FEW:  # where somebody cut empty ends off, they are missing in other lines, too
        raise _other_width(block, short[0])


def _other_width(block: Block, offset: int) -> ExportError:
    cells, width = block.widths[block.line + offset], block.widths[block.line]
    return ExportError(
        f"the line has {cells} cells, the headings of group {block.name!r} {width}",
        expected="a cell below each heading, empty or not",
        hint="a cell was lost or added here; export it again",
        place=str(block.line + 1 + offset),
    )
