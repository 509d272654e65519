"""Lines and tables of the terminal, from texts that may hold anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.terminal_speech import speakable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
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


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> Table:
    """A plain table; ``numeric`` columns are aligned to the right."""
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    right = set(numeric)
    plain = not (getattr(sys.stdout, "encoding", "") or "utf").lower().startswith("utf")
    made = Table(box=box.ASCII2 if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for index, title in enumerate(titles):
        made.add_column(text(title), justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(text(cell) for cell in row))
    return made
