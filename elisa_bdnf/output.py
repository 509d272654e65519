"""Everything that is written goes through here: whole or not at all, under names that are valid on every system."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from elisa_bdnf.errors import OutputError

_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))]
)
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_CHARACTERS = 80


def safe_stem(name: str) -> str:
    """A file or folder name made from data: letters, digits, ``.``, ``_`` and ``-`` only, at most 80 characters.

    A name that had to be changed in more than its blanks (``Plate 1`` → ``Plate_1``) gets eight hex digits of its
    SHA-256, so that ``a:b`` and ``a?b`` never collide.
    """
    normal = unicodedata.normalize("NFC", name)
    stem = _SAFE.sub("_", normal).strip("._-") or "plate"
    if stem.split(".")[0].casefold() in _WINDOWS_DEVICES:
        stem = f"_{stem}"  # Windows takes con.txt for the console, whatever its ending
    if stem == normal.replace(" ", "_") and len(stem) <= _MOST_CHARACTERS:
        return stem
    digest = hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{stem[: _MOST_CHARACTERS - 9]}-{digest}"


def write_folder(folder: Path, files: Mapping[str, bytes | Iterable[bytes]]) -> None:
    """Write ``files`` (name → content, whole or in pieces) into ``folder``, which is made if needed; the last is last.

    Every file is written under a temporary name in the same folder first; only when all are complete on disk are they
    renamed. Raises :class:`OutputError`, with what was there before intact, where anything fails before the renames.
    """
    temporary: list[tuple[Path, Path]] = []
    try:
        _make(folder)
        for name, content in files.items():
            part = folder / f".{name}.{os.getpid()}.part"
            temporary.append((part, folder / name))
            _write_through(part, content)
        for part, final in temporary:
            rename(part, final)
    except OSError as error:
        raise _not_written(folder, error) from error
    finally:
        for part, _ in temporary:
            part.unlink(missing_ok=True)


def rename(part: Path, final: Path) -> None:
    """The one step by which anything written becomes visible."""
    part.replace(final)


def remove(path: Path, *, keep: Path) -> None:
    """Remove a file, and the folders above it that are then empty, up to ``keep``. Raises :class:`OutputError`."""
    try:
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == keep or any(folder.iterdir()):
                break
            folder.rmdir()
    except OSError as error:
        raise _not_written(path.parent, error) from error


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run left half-written in a folder; nobody else may be writing there."""
    try:
        for part in folder.glob(".*.part"):
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(folder, error) from error


def _not_written(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"the results cannot be written: {error.strerror or type(error).__name__}",
        expected="a folder with room that may be written to",
        hint="choose another with --out",
        file=str(folder),
    )


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)


def _write_through(path: Path, content: bytes | Iterable[bytes]) -> None:
    with path.open("wb") as stream:
        for piece in [content] if isinstance(content, bytes) else content:
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
