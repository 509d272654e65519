"""A user's file: read once, looked at by content and never by its name."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elisa_bdnf.errors import ElisaError, ExportError, TableError
from elisa_bdnf.inputs import decoding
from elisa_bdnf.inputs import text as texts

if TYPE_CHECKING:
    from elisa_bdnf.inputs.pages import Page
    from elisa_bdnf.inputs.workbook import Sheet

MOST_BYTES = 50_000_000
_HEAD_BYTES = 1 << 16
_OF_NUMBERS = b"0123456789.,;+-\t"

# First bytes → kind. Order matters where one is the beginning of another.
_SIGNATURES = (
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"SQLite format 3", "sqlite"),
    (b"\x89HDF", "hdf5"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"version https://git-lfs", "lfs"),
)

KIND_TITLES = {
    "empty": "an empty file",
    "text": "text",
    "xlsx": "an Excel workbook (xlsx)",
    "xls": "an old Excel workbook (xls)",
    "encrypted": "a password-protected Office document",
    "ods": "an OpenDocument spreadsheet (ods)",
    "zip": "a zip archive",
    "xml": "XML",
    "html": "a web page (HTML)",
    "json": "JSON",
    "image": "an image",
    "pdf": "a PDF document",
    "gzip": "a gzip archive",
    "7z": "a 7z archive",
    "rar": "a RAR archive",
    "bzip2": "a bzip2 archive",
    "xz": "an xz archive",
    "sqlite": "an SQLite database",
    "hdf5": "an HDF5 file",
    "program": "a program",
    "lfs": "a Git LFS pointer instead of the file itself",
    "binary": "binary data of an unknown kind",
}

_watchers: list[dict[Path, str | None]] = []


# Commands that read these have --encoding; layouts, sheets and protocols are written in the laboratory itself.
_ENCODING_MAY_BE_NAMED = (ExportError, TableError)


@contextmanager
def files_read() -> Iterator[dict[Path, str | None]]:
    """What is read in this block: path → SHA-256, None where it could not be read. Included files are among them."""
    seen: dict[Path, str | None] = {}
    _watchers.append(seen)
    try:
        yield seen
    finally:
        _watchers.pop()


def name_of(path: Path) -> str:
    """The bare name of a file as text."""
    return text_of_name(path.name or str(path))


def text_of_name(name: str) -> str:
    r"""A name or path as text: bytes that are no UTF-8, as old computers left them there, are told as ``\xe4``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def letters_of(text: str) -> bytes:
    """A text in small letters, without what numbers consist of and what stands between them.

    Most of an export is left out so. What stands in a text stands here as well, if the same is done to it.
    """
    return text.encode(errors="replace").lower().translate(None, _OF_NUMBERS)


@dataclass(frozen=True)
class InputFile:
    """The bytes of one file and every view of them; views are made when first asked for.

    ``name`` is the bare file name. ``error`` is the kind of :class:`ElisaError` that its problems are raised as, each
    naming the file. ``chosen_encoding`` is the user's own word on the encoding.
    """

    name: str
    data: bytes
    error: type[ElisaError] = ExportError
    chosen_encoding: str | None = None

    @classmethod
    def open(cls, path: Path, *, error: type[ElisaError] = ExportError, encoding: str | None = None) -> InputFile:
        """Read a regular file of at most 50 MB; anything else is refused before it is opened (a pipe would block)."""
        for seen in _watchers:
            seen[path] = None
        try:
            file = cls(name_of(path), _bytes_of_regular_file(path, error), error, encoding)
        except ElisaError as refused:
            raise refused.in_file(name_of(path)) from None
        except FileNotFoundError:
            raise error("there is no such file", hint="check the name and the folder", file=name_of(path)) from None
        except OSError as failed:
            raise error(f"the file cannot be read ({failed.strerror})", file=name_of(path)) from None
        for seen in _watchers:
            seen[path] = file.sha256
        return file

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def kind(self) -> str:
        """What the bytes are: a key of :data:`KIND_TITLES`."""
        is_small = len(self.data) < _HEAD_BYTES and self.chosen_encoding is None
        return kind_from_bytes(self.data, (lambda: self.text) if is_small else None)

    @cached_property
    def _decoded(self) -> decoding.Decoded:
        try:
            return decoding.decode(self.data, self.chosen_encoding, may_be_named=self.error in _ENCODING_MAY_BE_NAMED)
        except ElisaError as failed:
            raise self._own(failed) from None

    @property
    def text(self) -> str:
        return self._decoded.text

    @property
    def encoding(self) -> str:
        return self._decoded.encoding

    @property
    def decoding_remarks(self) -> tuple[str, ...]:
        return self._decoded.remarks

    @cached_property
    def lines(self) -> tuple[str, ...]:
        try:
            return texts.lines_from_text(self.text)
        except ElisaError as failed:
            raise self._own(failed) from None

    @cached_property
    def delimiter(self) -> str:
        return texts.delimiter_from_lines(self.lines)

    @cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Cells of every line: ``rows[n]`` is line n + 1."""
        return self.rows_by(self.delimiter)

    def rows_by(self, delimiter: str) -> tuple[tuple[str, ...], ...]:
        """Cells of every line, for formats that say what separates them."""
        try:
            return texts.rows_from_lines(self.lines, delimiter)
        except ElisaError as failed:
            raise self._own(failed) from None

    @cached_property
    def sheets(self) -> Sequence[Sheet]:
        """Sheets of an xlsx or xls workbook."""
        from elisa_bdnf.inputs.workbook import read_sheets  # noqa: PLC0415 - text exports never need it

        try:
            return read_sheets(self.data, self.name)
        except ElisaError as failed:
            raise self._own(failed) from None

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The text, or every sheet that holds something, as rows of texts; made once for all who look at the file."""
        from elisa_bdnf.inputs.pages import pages_from_file  # noqa: PLC0415 - it is made of views of this class

        return pages_from_file(self)

    @cached_property
    def letters(self) -> bytes:
        """:func:`letters_of` all text of the file, where marks of formats are looked for: cells and names of sheets."""
        if self.kind not in ("xlsx", "xls"):
            return letters_of(self.text)
        return letters_of("\n".join(["\n".join(row) for page in self.pages for row in (*page.rows, (page.name,))]))

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What a reader found, by its name, while it looked whether the file is its own: it need not look again."""
        return {}

    def _own(self, failed: ElisaError) -> ElisaError:
        return self.error(problems=failed.problems).in_file(self.name)


def _bytes_of_regular_file(path: Path, error: type[ElisaError]) -> bytes:
    _refuse_irregular(path.stat(), error)
    # O_NONBLOCK: should the file be swapped for a pipe in between, opening it must not hang. Windows has neither.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    try:
        status = os.fstat(handle)
        _refuse_irregular(status, error)
        parts = [os.read(handle, status.st_size + 1)]
        while parts[-1] and sum(map(len, parts)) <= MOST_BYTES:
            parts.append(os.read(handle, _HEAD_BYTES))
    finally:
        os.close(handle)
    data = b"".join(parts)
    if len(data) > MOST_BYTES:
        raise error("the file grew while it was read", expected=f"at most {MOST_BYTES // 1_000_000} MB")
    return data


def _refuse_irregular(status: os.stat_result, error: type[ElisaError]) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise error("this is a folder", expected="a file", hint="name a file inside it")
    if not stat.S_ISREG(status.st_mode):
        raise error("this is a device, pipe or socket", expected="an ordinary file")
    if status.st_size > MOST_BYTES:
        size = f"{status.st_size / 1e6:.0f} MB"
        raise error(f"the file has {size}", expected=f"at most {MOST_BYTES // 1_000_000} MB")


def kind_from_bytes(data: bytes, decoded: Callable[[], str] | None = None) -> str:
    """What a file is, by its first bytes: a key of :data:`KIND_TITLES`.

    ``decoded`` gives the text of all of them, where it is decoded anyhow.
    """
    if not data.strip(b"\0 \t\r\n"):
        return "empty"
    if data.startswith(b"PK"):
        return _kind_of_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "xls"
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    return _kind_of_text(data, decoded or (lambda: _text_of_head(data)))


def _kind_of_zip(data: bytes) -> str:
    # Names in a zip are stored in the clear; the directory is not trusted before the limits on archives were applied.
    if b"xl/" in data:
        return "xlsx"
    return "ods" if b"opendocument.spreadsheet" in data[:200] else "zip"


def _text_of_head(data: bytes) -> str:
    return decoding.decode(data[:_HEAD_BYTES] if len(data) % 2 == 0 else data[: _HEAD_BYTES - 1]).text


def _kind_of_text(data: bytes, decoded: Callable[[], str]) -> str:
    try:
        head = decoded()
    except ElisaError:
        head = data[:4096].decode("latin-1")
        if _looks_binary(data[:4096]):
            return "binary"
    start = head.lstrip("\ufeff \t\r\n")[:200].lower()
    if start.startswith(("<!doctype html", "<html")):
        return "html"
    if start.startswith("<?xml") or re.match(r"<[a-z][\w:.-]*[\s>]", start):
        return "xml"
    return "json" if re.match(r"\{\s*[\"}]|\[\s*\{", start) else "text"


def _looks_binary(head: bytes) -> bool:
    """More than one in fifty bytes is a control code that no text holds."""
    allowed = {9, 10, 11, 12, 13, 27}
    controls = sum(1 for byte in head if byte < 32 and byte not in allowed)
    return controls * 50 > len(head)
