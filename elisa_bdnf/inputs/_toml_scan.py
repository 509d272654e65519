"""Where each key of a TOML document stands, and how deep it goes: one pass, before the real parser sees a byte.

The standard library's parser needs 10 s and 3 GiB for a key of 40 000 parts and dies on deep nesting, and it keeps no
positions. This scanner knows only as much TOML as both jobs need: it accepts every valid document and many invalid
ones, and gives up quietly at what it cannot follow, since the parser then says what is wrong with better words.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\[^\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9][^\s,\]}#]*|[^\s,\]}#\[{\"'=]+")


class GaveUp(Exception):
    """What follows is not TOML as this scanner knows it."""


@dataclass(frozen=True, slots=True)
class TooDeep(Exception):
    """A limit was passed at ``offset``; ``found`` and ``limit`` say which."""

    offset: int
    found: str
    limit: str


@dataclass(slots=True)
class Scan:
    """Offsets of keys and values by path, and the keys that are given twice."""

    keys: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)
    repeated: list[tuple[Path, int, int]] = field(default_factory=list)  # path, offset, offset of the first


def scan(text: str, *, key_parts: int, nesting: int) -> Scan:
    """Positions of everything in a document; raises :class:`TooDeep`, and stops early where the text is not TOML."""
    scanner = _Scanner(text, key_parts, nesting)
    with suppress(GaveUp):
        scanner.document()
    return scanner.result


def key_from_text(text: str) -> tuple[str, ...]:
    """``a."b.c".d`` → its parts, as TOML reads a dotted key; raises ValueError for anything else."""
    scanner = _Scanner(text, 10, 1)
    try:
        parts = scanner.dotted_key()
    except (GaveUp, TooDeep):
        parts = []
    if not parts or scanner.position != len(text):
        raise ValueError(f"{text!r} is not a key such as curve.weights")
    return tuple(part for part, _ in parts)


class _Scanner:
    """A cursor over the text. Recursion is as deep as arrays and inline tables, which ``nesting`` limits."""

    def __init__(self, text: str, key_parts: int, nesting: int) -> None:
        self.text = text
        self.key_parts = key_parts
        self.nesting = nesting
        self.position = 0
        self.result = Scan()
        self.array_lengths: dict[Path, int] = {}
        self.headers: set[Path] = set()

    def document(self) -> None:
        table: Path = ()
        while self._after(_SPACE) < len(self.text):
            if self._at("["):
                table = self._header()
            else:
                self._key_and_value(table, 0)
            self._after(_BLANK)
            if not (self._at("\n") or self._at("#") or self.position >= len(self.text)):
                raise GaveUp

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.position)
        self.position += 2 if is_array else 1
        parts = self.dotted_key()
        closing = "]]" if is_array else "]"
        if not self.text.startswith(closing, self.position):
            raise GaveUp
        self.position += len(closing)
        return self._array_table(parts) if is_array else self._table(parts)

    def _table(self, parts: list[tuple[str, int]]) -> Path:
        path = self._record((), parts)
        offset = parts[-1][1]
        if path in self.headers:
            self.result.repeated.append((path, offset, self.result.keys[path]))
        self.headers.add(path)
        self.result.keys[path] = offset  # a table's place is its own header, not the first mention in a longer key
        return path

    def _array_table(self, parts: list[tuple[str, int]]) -> Path:
        offset = parts[-1][1]
        array = (*self._record((), parts[:-1]), parts[-1][0])
        index = self.array_lengths.get(array, 0)
        self.array_lengths[array] = index + 1
        self.result.keys.setdefault(array, offset)
        self.result.keys[(*array, index)] = offset
        return (*array, index)

    def _record(self, base: Path, parts: list[tuple[str, int]]) -> Path:
        """Walk down a dotted key; a part that is an array of tables means its latest element."""
        path = base
        for part, offset in parts:
            path = (*path, part)
            self.result.keys.setdefault(path, offset)
            if path in self.array_lengths:
                path = (*path, self.array_lengths[path] - 1)
        return path

    def _key_and_value(self, table: Path, depth: int) -> None:
        parts = self.dotted_key()
        if not self._at("="):
            raise GaveUp
        self.position += 1
        self._after(_BLANK)
        path = self._record(table, parts)
        if path in self.result.values:
            self.result.repeated.append((path, parts[-1][1], self.result.keys[path]))
        self._value(path, depth)

    def dotted_key(self) -> list[tuple[str, int]]:
        """Parts with the offset of each; the cursor stands behind the key and the blanks that follow it."""
        parts: list[tuple[str, int]] = []
        while True:
            self._after(_BLANK)
            offset = self.position
            if len(parts) == self.key_parts:
                raise TooDeep(offset, f"a key of more than {self.key_parts} parts", f"at most {self.key_parts} parts")
            parts.append((self._key_part(), offset))
            self._after(_BLANK)
            if not self._at("."):
                return parts
            self.position += 1

    def _key_part(self) -> str:
        if match := _BARE_KEY.match(self.text, self.position):
            self.position = match.end()
            return match[0]
        match = _STRING.match(self.text, self.position)
        if match is None or match[0].startswith(('"""', "'''")):
            raise GaveUp
        self.position = match.end()
        return _unquoted(match[0])

    def _value(self, path: Path, depth: int) -> None:
        self.result.values.setdefault(path, self.position)
        if self._at("[") or self._at("{"):
            if depth == self.nesting:
                raise TooDeep(
                    self.position,
                    f"arrays or inline tables nested more than {self.nesting} deep",
                    f"at most {self.nesting} levels",
                )
            (self._array if self._at("[") else self._inline_table)(path, depth + 1)
            return
        match = _STRING.match(self.text, self.position) or _SCALAR.match(self.text, self.position)
        if match is None:
            raise GaveUp
        self.position = match.end()

    def _array(self, path: Path, depth: int) -> None:
        self.position += 1
        index = 0
        while self._after(_SPACE) < len(self.text) and not self._at("]"):
            self.result.keys.setdefault((*path, index), self.position)
            self._value((*path, index), depth)
            index += 1
            self._after(_SPACE)
            self._separator("]")
        self._close("]")

    def _inline_table(self, path: Path, depth: int) -> None:
        self.position += 1
        while self._after(_SPACE) < len(self.text) and not self._at("}"):
            self._key_and_value(path, depth)
            self._after(_SPACE)
            self._separator("}")
        self._close("}")

    def _separator(self, closing: str) -> None:
        if self._at(","):
            self.position += 1
        elif not self._at(closing):
            raise GaveUp

    def _close(self, closing: str) -> None:
        if not self._at(closing):
            raise GaveUp
        self.position += 1

    def _at(self, character: str) -> bool:
        return self.text.startswith(character, self.position)

    def _after(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.position)
        if match is not None:
            self.position = match.end()
        return self.position


def _unquoted(quoted: str) -> str:
    if "\\" not in quoted:
        return quoted[1:-1]
    try:
        value = tomllib.loads(f"key = {quoted}")["key"]
    except ValueError:
        raise GaveUp from None
    return str(value)
