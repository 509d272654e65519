"""``-`` in the place of a file: standard input, for commands at the end of a pipe."""

from __future__ import annotations

import sys
from pathlib import Path

from elisa_bdnf.errors import ElisaError, ExportError
from elisa_bdnf.inputs.file import MOST_BYTES, InputFile

STDIN = Path("-")
_NAME = "standard input"


def open_or_stdin(path: Path, *, error: type[ElisaError] = ExportError, encoding: str | None = None) -> InputFile:
    """The file, or all of standard input where ``path`` is ``-``; as :meth:`InputFile.open`, with the same limit."""
    if path != STDIN:
        return InputFile.open(path, error=error, encoding=encoding)
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise error("more than that was sent", expected=f"at most {MOST_BYTES // 1_000_000} MB", file=_NAME)
    if not data:
        raise error("nothing was sent", expected="a table or an export", hint="name a file in place of -", file=_NAME)
    return InputFile(_NAME, data, error, encoding)
