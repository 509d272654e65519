"""Standard output that does not fail on a character that its encoding lacks (consoles and pipes of Windows)."""

from __future__ import annotations

import io
from typing import TextIO, cast

_PLAIN = str.maketrans(
    {"−": "-", "–": "-", "·": "|", "×": "x", "²": "2", "±": "+/-", "…": "...", "∞": "inf", "≥": ">=", "≤": "<=",
     "→": "->", "µ": "u", "∝": "~", "─": "-"}
)  # fmt: skip


def speakable(stream: TextIO) -> TextIO:
    """The stream itself where it speaks UTF-8; else one that says the rest in the characters that it has."""
    if (stream.encoding or "").lower().startswith("utf"):
        return stream
    return cast("TextIO", _Speaking(stream))  # rich asks for the methods below and no others


class _Speaking(io.TextIOBase):
    """What the encoding cannot hold is written in its plainest form: ``−`` as ``-``, ``²`` as ``2``, else escaped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding or "ascii"

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def flush(self) -> None:
        self._stream.flush()

    def write(self, text: str) -> int:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            text = text.translate(_PLAIN).encode(self.encoding, "backslashreplace").decode(self.encoding)
        return self._stream.write(text)
