"""A zip archive from an untrusted hand: nothing that it declares about itself is believed.

Readers of workbooks disagree about archives with two parts of one name, with overlapping parts or with forged sizes, so
those are refused. Sizes are counted while a part is unpacked.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from elisa_bdnf.errors import ExportError

MAX_FILE_BYTES = 50_000_000
MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 64_000_000
MAX_RATIO = 200
RATIO_FREE_BYTES = 1_000_000  # small parts of one repeated byte are ordinary
_CHUNK = 65_536
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
)
_SAVE_AGAIN = "open the file in Excel or LibreOffice and save it as .xlsx again"


class Archive:
    """The parts of a zip archive by name, without regard to upper and lower case, within one budget of bytes."""

    def __init__(self, data: bytes) -> None:
        """Raises ExportError for an archive that is damaged, too large, encrypted or ambiguous."""
        if len(data) > MAX_FILE_BYTES:
            raise ExportError(f"the file has {len(data):,} bytes", expected=f"at most {MAX_FILE_BYTES:,}")
        self._budget = MAX_UNPACKED_BYTES
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _BROKEN as error:
            raise ExportError(f"the archive is damaged ({error})", hint=_SAVE_AGAIN) from None
        self._entries = _checked_entries(entries, data, self._zip.start_dir)

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts in lower case."""
        return tuple(self._entries)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Unpack one part piece by piece; raises ExportError where it is missing, damaged or grows too large."""
        entry = self._entries.get(name.casefold())
        if entry is None:
            raise ExportError(f"the workbook lacks its part {name!r}", hint=_SAVE_AGAIN)
        unpacked = 0
        try:
            with self._zip.open(entry) as part:
                while piece := part.read(_CHUNK):
                    unpacked += len(piece)
                    self._spend(len(piece), unpacked, entry)
                    yield piece
        except _BROKEN as error:
            raise ExportError(f"the part {name!r} of the archive is damaged ({error})", hint=_SAVE_AGAIN) from None

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))

    def _spend(self, size: int, unpacked: int, entry: zipfile.ZipInfo) -> None:
        self._budget -= size
        if self._budget < 0:
            raise ExportError(
                f"the archive unpacks to more than {MAX_UNPACKED_BYTES:,} bytes",
                hint="save only the sheet with the readings as a new workbook",
            )
        if unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * max(entry.compress_size, 1):
            raise ExportError(
                f"the part {entry.filename!r} unpacks to more than {MAX_RATIO} times its size",
                expected="an ordinary workbook",
            )


def _checked_entries(entries: list[zipfile.ZipInfo], data: bytes, directory: int) -> dict[str, zipfile.ZipInfo]:
    if len(entries) > MAX_ENTRIES:
        raise ExportError(f"the archive holds {len(entries):,} parts", expected=f"at most {MAX_ENTRIES:,}")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        _check_entry(entry)
        key = entry.filename.replace("\\", "/").lstrip("/").casefold()
        if key in by_name:
            raise ExportError(
                f"the archive holds {by_name[key].filename!r} twice (as {entry.filename!r})",
                expected="every part once; programs would read different numbers from it",
                hint=_SAVE_AGAIN,
            )
        by_name[key] = entry
    _check_overlap(entries, data, directory)
    return by_name


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise ExportError("the archive is encrypted", hint="save the workbook without a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ExportError(
            f"the part {entry.filename!r} is packed by method {entry.compress_type}",
            expected="stored or deflated, as in every workbook",
            hint=_SAVE_AGAIN,
        )


def _check_overlap(entries: list[zipfile.ZipInfo], data: bytes, directory: int) -> None:
    """Two parts that share bytes: a bomb, or two readings of one file (CVE-2024-0450)."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        try:
            _, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, entry.header_offset)
        except struct.error:
            raise ExportError(f"the part {entry.filename!r} lies outside the archive", hint=_SAVE_AGAIN) from None
        start = entry.header_offset
        if start < end:
            raise ExportError(f"parts of the archive overlap ({entry.filename!r})", hint=_SAVE_AGAIN)
        end = start + _LOCAL_HEADER.size + name_length + extra_length + entry.compress_size
        if end > directory:
            raise ExportError(f"the part {entry.filename!r} overlaps the list of parts", hint=_SAVE_AGAIN)
