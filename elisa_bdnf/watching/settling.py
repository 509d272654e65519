"""Which files have stopped to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

Signature = tuple[int, int]  # size, time of change in nanoseconds: only ever compared with itself


def signature_or_none(path: Path) -> Signature | None:
    """Of a file; None where it is not there or cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


class Settling:
    """Told of all files at every look; knows how long each has been the same.

    Times are those of a clock that only goes forward, so a wrong clock of the computer that writes does not matter.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._since: dict[Path, tuple[Signature, float, int]] = {}  # signature, since when, at how many looks

    def look(self, files: Mapping[Path, Signature], now: float) -> frozenset[Path]:
        """The files that are settled: the same at two looks or more, over ``seconds``. Others are forgotten."""
        seen = {}
        for path, signature in files.items():
            before = self._since.get(path)
            same = before is not None and before[0] == signature
            seen[path] = (signature, before[1], before[2] + 1) if before and same else (signature, now, 1)
        self._since = seen
        return frozenset(path for path, (_, since, looks) in seen.items() if self._is_settled(since, looks, now))

    def _is_settled(self, since: float, looks: int, now: float) -> bool:
        return looks > 1 and now - since >= self.seconds


def can_be_read(paths: Iterable[Path]) -> bool:
    """Whether every file can be opened now: Windows keeps others from a file that a program is writing."""
    try:
        for path in paths:
            with path.open("rb") as stream:
                stream.read(1)
    except OSError:
        return False
    return True
