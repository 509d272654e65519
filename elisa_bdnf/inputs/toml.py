"""TOML with the place of every key, read under limits.

Nothing but the standard library; neither it nor any validation library keeps positions, and a mistake in a protocol
or layout is only found quickly when its line is named.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.inputs._toml_scan import Path, Scan, TooDeep, key_from_text, scan

__all__ = ["MAX_BYTES", "Path", "TomlDocument", "key_from_text", "read_toml"]

MAX_BYTES = 100_000
MAX_KEY_PARTS = 10
MAX_NESTING = 10

_PLACE_IN_MESSAGE = re.compile(r"\s*\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)\Z")


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """A parsed document. Lines and columns count from 1, columns in characters."""

    file: str
    data: Mapping[str, Any]
    lines: tuple[str, ...]
    keys: Mapping[Path, tuple[int, int]]
    values: Mapping[Path, tuple[int, int]]

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column where a key stands (an array's element: where its value begins).

        A path that the document does not hold gets the place of the nearest table above it.
        """
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, (1, 1))

    def value_position(self, path: Path) -> tuple[int, int]:
        """Line and column where the value of a key begins; of a table: where its key stands.

        A path inside a value that is no table gets the place of that value.
        """
        while path and path not in self.keys:
            path = path[:-1]
        return self.values.get(path) or self.position(path)

    def place(self, path: Path, *, value: bool = False) -> str:
        """``12:4``, for :class:`elisa_bdnf.errors.Problem`."""
        line, column = self.value_position(path) if value else self.position(path)
        return f"{line}:{column}"


def read_toml(
    data: bytes, file: str, *, max_bytes: int = MAX_BYTES, error: type[ElisaError] = ElisaError
) -> TomlDocument:
    """Bytes of a TOML file → its data and the place of every key.

    Raises ``error`` with file, line and column where the bytes are too many, not UTF-8, nested too deeply or not TOML.
    """
    if len(data) > max_bytes:
        raise error(f"{len(data)} bytes", expected=f"at most {max_bytes} bytes of TOML", file=file)
    text = _decoded(data, file, error)
    starts = _line_starts(text)
    try:
        scanned = scan(text, key_parts=MAX_KEY_PARTS, nesting=MAX_NESTING)
    except TooDeep as too_deep:
        place = _place(starts, too_deep.offset)
        raise error(too_deep.found, expected=too_deep.limit, place=place, file=file) from None
    parsed = _parsed(text, file, error, scanned, starts)
    return TomlDocument(
        file,
        MappingProxyType(parsed),
        tuple(text.split("\n")),
        MappingProxyType({path: _line_column(starts, offset) for path, offset in scanned.keys.items()}),
        MappingProxyType({path: _line_column(starts, offset) for path, offset in scanned.values.items()}),
    )


def _decoded(data: bytes, file: str, error: type[ElisaError]) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise error(
            f"byte 0x{data[problem.start]:02x} is not UTF-8",
            expected="a text file in UTF-8, as TOML demands",
            hint="save the file as UTF-8",
            place=str(line),
            file=file,
        ) from None
    return text.replace("\r\n", "\n")


def _parsed(text: str, file: str, error: type[ElisaError], scanned: Scan, starts: list[int]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as problem:  # TOMLDecodeError, or an integer of more digits than Python converts
        if scanned.repeated:
            raise error(problems=_repeated(file, scanned, starts)) from None
        message, place = _message_and_place(str(problem), len(starts))
        raise error(f"not TOML: {message}", place=place, file=file) from None


def _repeated(file: str, scanned: Scan, starts: list[int]) -> list[Problem]:
    return [
        Problem(
            f"{'.'.join(map(str, path))!r} is given twice",
            hint=f"the first is in line {_line_column(starts, first)[0]}; keep one of them",
            place=_place(starts, offset),
            file=file,
        )
        for path, offset, first in scanned.repeated
    ]


def _message_and_place(message: str, last_line: int) -> tuple[str, str]:
    """The parser's words without their place, and the place as we write it."""
    match = _PLACE_IN_MESSAGE.search(message)
    if match is None:
        return message.partition(";")[0], ""
    return message[: match.start()], f"{match[1]}:{match[2]}" if match[1] else str(last_line)


def _line_starts(text: str) -> list[int]:
    return list(accumulate((len(line) + 1 for line in text.split("\n")[:-1]), initial=0))


def _line_column(starts: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _place(starts: list[int], offset: int) -> str:
    line, column = _line_column(starts, offset)
    return f"{line}:{column}"
