"""Bytes → text; strict, and with a remark where a decision was needed.

Encodings are tried in a fixed order: byte-order mark, UTF-16 by the pattern of its zero bytes, strict UTF-8, and
Windows-1252 with a remark. Nothing is ever replaced or left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from elisa_bdnf.errors import ElisaError

_LINE_END = re.compile(r"\r\n|\n|\r")
_C1_CONTROL = re.compile(b"\xc2[\x80-\x9f]")  # in UTF-8, where looking for it is much faster
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """``encoding`` is Python's name of it; ``remarks`` are sentences for the report."""

    text: str
    encoding: str
    remarks: tuple[str, ...] = ()


def decode(data: bytes, encoding: str | None = None, *, may_be_named: bool = True) -> Decoded:
    """The text of a file; raises ElisaError where no encoding reads all of it.

    ``encoding`` is the user's word and then the only one that is tried; ``may_be_named``: there is an option for it.
    """
    try:
        return _decoded(data, encoding)
    except _NotUnderstood as failed:
        hint = f"{failed.hint}, or name its encoding with --encoding" if may_be_named else failed.hint
        raise ElisaError(
            failed.found, expected="text in UTF-8, UTF-16 or Windows-1252", hint=hint, place=failed.place
        ) from None


class _NotUnderstood(Exception):
    """Bytes that are no text in the encoding that was tried."""

    def __init__(self, found: str, hint: str, line: int) -> None:
        super().__init__(found)
        self.found, self.hint, self.place = found, hint, str(line)


def _decoded(data: bytes, encoding: str | None) -> Decoded:
    decoded = _decode_as(data, encoding) if encoding else _decode_unknown(data)
    if "\0" in decoded.text:
        line = decoded.text.count("\n", 0, decoded.text.index("\0")) + 1
        raise ElisaError("the file holds zero bytes, so it is not text", expected="a text file", place=str(line))
    if not decoded.text.isascii() and (control := _C1_CONTROL.search(utf8 := decoded.text.encode(errors="replace"))):
        line = len(re.findall(rb"\r\n|\n|\r", utf8[: control.start()])) + 1
        found = f"the character U+00{control[0][1]:02X} is a control code, so the encoding was not understood"
        raise _NotUnderstood(found, "save the file as UTF-8", line)
    return decoded


def _decode_as(data: bytes, encoding: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise ElisaError(f"{encoding!r} is not the name of an encoding", hint="try utf-8, utf-16, cp1252") from None
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, encoding) from None
    except UnicodeError:
        raise ElisaError(f"{encoding!r} reads no text files", hint="try utf-8, utf-16, cp1252") from None
    return Decoded(text.removeprefix("\ufeff"), encoding)


def _decode_unknown(data: bytes) -> Decoded:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _with_remark_on_replacements(_decode_as(data[len(bom) :], encoding))
    pattern = _utf16_by_zero_bytes_or_none(data)
    if pattern is not None:
        remark = f"The file has no byte-order mark; its zero bytes show {pattern.upper()}."
        decoded = _decode_as(data, pattern)
        return Decoded(decoded.text, pattern, (remark,))
    try:
        return _with_remark_on_replacements(Decoded(data.decode("utf-8"), "utf-8"))
    except UnicodeDecodeError as error:
        return _decode_windows(data, error)


def _decode_windows(data: bytes, utf8: UnicodeDecodeError) -> Decoded:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _undecodable(data, utf8, "utf-8 and cp1252") from None
    line = len(re.findall(rb"\r\n|\n|\r", data[: utf8.start])) + 1
    odd = text[utf8.start]
    remark = f"Line {line} is not UTF-8 ({odd!r} stands there if read as Windows-1252, which is what was done)."
    return Decoded(text, "cp1252", (remark,))


def _with_remark_on_replacements(decoded: Decoded) -> Decoded:
    position = decoded.text.find("\ufffd")
    if position < 0:
        return decoded
    line = len(_LINE_END.findall(decoded.text, 0, position)) + 1
    remark = f"Line {line} holds U+FFFD: a program that saved this file before lost a character there."
    return Decoded(decoded.text, decoded.encoding, (*decoded.remarks, remark))


def _utf16_by_zero_bytes_or_none(data: bytes) -> str | None:
    """ASCII in UTF-16 has a zero in every other byte: odd places little-endian, even places big-endian."""
    head = data[:4096]
    if len(head) < 4 or head.count(0) < len(head) // 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd and not even:
        return "utf-16-le"
    return "utf-16-be" if even and not odd else None


def _undecodable(data: bytes, error: UnicodeDecodeError, encoding: str) -> _NotUnderstood:
    line = len(re.findall(rb"\r\n|\n|\r", data[: error.start])) + 1
    found = f"byte {error.start + 1} cannot be read as {encoding} ({error.reason})"
    return _NotUnderstood(found, "the file may be cut off or not text; otherwise save it as UTF-8", line)
