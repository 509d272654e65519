"""Whether two files say the same but for the last digits of their numbers.

The same program gives the same bytes on one computer; another processor, or another build of a numerical library, may
sum in another order and differ in the last digits (and where one of them is rounded up, in the last printed digit).
Words, and every number beyond that, must be the same.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

_SOFT = re.compile(r"[0-9a-f]{12,}|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_HASH = re.compile(r"[0-9a-f]{12,}")  # of numbers that may differ in their last digits
_RELATIVE = 1e-8
_MOST_UNPACKED = 64 * 1024 * 1024


def near(lies: bytes, made: bytes) -> bool:
    """Text, or a workbook, with the same words and numbers that agree to eight digits or to their last printed one."""
    if lies[:2] == made[:2] == b"PK":
        return _near_archives(lies, made)
    try:
        return _near_texts(lies.decode(), made.decode())
    except UnicodeDecodeError:
        return False


def _near_archives(lies: bytes, made: bytes) -> bool:
    try:
        ones, others = dict(_members(lies)), dict(_members(made))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return False
    return ones.keys() == others.keys() and all(near(ones[name], others[name]) for name in ones)


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a workbook; the unpacked size is bounded, since somebody may have put another in its place."""
    room = _MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                content = stream.read(room + 1)
            room -= len(content)
            if room < 0:
                raise ValueError("larger than any report")
            yield name, content


def _near_texts(one: str, other: str) -> bool:
    if _SOFT.sub("#", one) != _SOFT.sub("#", other):
        return False
    pairs = zip(_SOFT.findall(one), _SOFT.findall(other), strict=True)
    return all(a == b or _near_numbers(a, b) for a, b in pairs)


def _near_numbers(one: str, other: str) -> bool:
    if _HASH.fullmatch(one) or _HASH.fullmatch(other):
        return len(one) == len(other)
    a, b = float(one), float(other)
    return abs(a - b) <= max(_RELATIVE * max(abs(a), abs(b)), 1.01 * min(_unit(one), _unit(other)))


def _unit(printed: str) -> float:
    """One in the last printed digit; 0 for what may be a count."""
    mantissa, _, exponent = printed.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if not decimals and len(mantissa) < 3:
        return 0.0
    return float(10.0 ** (int(exponent or 0) - decimals))
