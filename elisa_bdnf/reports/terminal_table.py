"""Lines and tables of the terminal, from texts that may hold anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.terminal_speech import speakable
from elisa_bdnf.reports.terminal_stack import StackedTable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

PIPED = 140


def stdout_console() -> Console:
    """Stdout as it is. Nobody tells a pipe how wide it is: wide enough for intervals."""
    from rich.console import Console  # noqa: PLC0415  (only what is shown costs its import)

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED
    return Console(file=speakable(sys.stdout), width=width, highlight=False, markup=False, emoji=False)


def text(content: str, style: str = "") -> Text:
    """One line, control characters shown."""
    from rich.text import Text  # noqa: PLC0415

    return Text(show(content), style=style, overflow="fold")


def joined(pieces: Iterable[tuple[str, str]]) -> Text:
    """Texts with their styles on one line."""
    from rich.text import Text  # noqa: PLC0415

    made = Text(overflow="fold")
    for content, style in pieces:
        made.append(show(content), style=style)
    return made


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> StackedTable:
    """A plain table; ``numeric`` columns are aligned to the right and never broken."""
    from rich import box  # noqa: PLC0415

    right = set(numeric)
    plain = not (getattr(sys.stdout, "encoding", "") or "utf").lower().startswith("utf")
    return StackedTable(
        [text(title) for title in titles],
        [index in right for index in range(len(titles))],
        [[text(cell) for cell in row] for row in rows],
        box.ASCII2 if plain else box.SIMPLE_HEAD,
    )
