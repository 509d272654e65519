"""Tables that fit any terminal: a narrow one shows them in parts below one another, and no number is ever broken.

``374`` with a ``3`` on the next line is read as 374.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import Console, ConsoleOptions
    from rich.table import Table
    from rich.text import Text

_GAP = 3  # characters between two columns
_LONGEST_WORD = 20  # of a text; a longer one may be broken


class StackedTable:
    """Something that rich prints. ``numeric`` are columns that stand to the right and are never broken.

    The leading columns that are no numbers say what a row is, and stand in every part as far as there is room.
    """

    def __init__(
        self, titles: Sequence[Text], numeric: Sequence[bool], rows: Sequence[Sequence[Text]], box: Box, title: str = ""
    ) -> None:
        self.titles, self.numeric, self.rows, self.box, self.title = titles, numeric, rows, box, title

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        columns = range(len(self.titles))
        if _total([self._natural(at) for at in columns]) <= options.max_width:
            yield self._table(columns, self.title, narrow=False)
            return
        for number, part in enumerate(self._parts(options.max_width)):
            yield self._table(part, "" if number else self.title, narrow=True)

    def _cells(self, at: int) -> Iterator[Text]:
        return (row[at] for row in self.rows if at < len(row))

    def _natural(self, at: int) -> int:
        return max((cell.cell_len for cell in (self.titles[at], *self._cells(at))), default=0)

    def _least(self, at: int) -> int:
        """How narrow a column may get: numbers stay whole, texts may be broken between words."""
        title = max(map(len, _words_of_title(self.titles[at])), default=1)
        if self.numeric[at]:
            return max(title, *(cell.cell_len for cell in self._cells(at)), 1)
        words = (len(word) for cell in self._cells(at) for word in cell.plain.split())
        return min(max(title, *words, 1), _LONGEST_WORD)

    def _parts(self, width: int) -> Iterator[list[int]]:
        """The columns of each part."""
        least = [self._least(at) for at in range(len(self.titles))]
        names = self._names(least, width)
        part = list(names)
        for at in range(len(names), len(least)):
            if part != names and _total([least[each] for each in (*part, at)]) > width:
                yield part
                part = list(names)
            part.append(at)
        yield part

    def _names(self, least: Sequence[int], width: int) -> list[int]:
        leading = next((at for at, number in enumerate(self.numeric) if number), 1) or 1
        while leading > 1 and _total(least[:leading]) > width / 2:
            leading -= 1
        return list(range(leading))

    def _table(self, columns: Sequence[int], title: str, *, narrow: bool) -> Table:
        from rich.table import Table  # noqa: PLC0415  (only what is shown costs its import)
        from rich.text import Text  # noqa: PLC0415

        made = Table(box=self.box, pad_edge=False, padding=(0, 1), title=title or None, title_justify="left")
        for at in columns:
            heading, number = self.titles[at], self.numeric[at]
            if narrow and number:
                heading = Text("\n".join(_words_of_title(heading)))
            made.add_column(
                heading,
                justify="right" if number else "left",
                overflow="fold",
                no_wrap=narrow and number,
                min_width=self._least(at) if narrow else None,
            )
        for row in self.rows:
            made.add_row(*(row[at] for at in columns if at < len(row)))
        return made


def _words_of_title(title: Text) -> list[str]:
    """What may stand on lines of their own: ``CV %`` stays together."""
    return title.plain.replace(" %", "\xa0%").split(" ")


def _total(widths: Sequence[int]) -> int:
    """Of a table with columns of these widths, its edges included."""
    return sum(widths) + _GAP * len(widths) - 1
