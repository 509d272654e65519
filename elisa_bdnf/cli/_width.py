"""Lines of text on a terminal: broken between words, further in than they begin."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

_LEAST = 20


def of_width(lines: Iterable[str]) -> Iterator[str]:
    """Lines for stdout as it is; they stay whole where it is no terminal."""
    if not sys.stdout.isatty():
        yield from lines
        return
    import shutil
    import textwrap

    width = max(_LEAST, shutil.get_terminal_size().columns)
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        broken = textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        yield from broken or [""]
