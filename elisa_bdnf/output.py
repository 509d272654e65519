"""Everything that is written goes through here: whole or not at all, under names that are valid on every system."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from elisa_bdnf.errors import OutputError

_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))]
)
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_CHARACTERS = 80
_HEAD_BYTES = 100  # of a JSON file of ours: its schema comes first
_PIECE_BYTES = 1 << 20
_EDITED = re.compile(r".+\.edited(-[0-9]+)?(\.[a-z]+)?")

Content = bytes | Iterable[bytes]


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


def write_folder(folder: Path, files: Mapping[str, Content], *, at_once: bool = True) -> None:
    """Write ``files`` (name → content, whole or in pieces) into ``folder``, which is made if needed; the last is last.

    Every file is written under a temporary name in the same folder first; only when all are complete they are renamed.
    Raises :class:`OutputError`, with what was there before intact, where anything fails before the renames.

    With ``at_once`` each file is on the disk itself before it is renamed, so that not even a power cut leaves a
    truncated one. A batch, which checks its files when it is run again, leaves it to :func:`to_disk` at its end.
    """
    write = _write_through if at_once or not hasattr(os, "sync") else _write
    parts: list[Path] = []
    try:
        _make(folder)
        for name, content in files.items():
            parts.append(folder / f".{name}.{os.getpid()}.part")
            write(parts[-1], content)
        for name in files:
            rename(parts[0], folder / name)
            del parts[0]
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def write_results(folder: Path, files: Mapping[str, Content], inputs: Iterable[Path | None] = ()) -> list[str]:
    """As :func:`write_folder`, where nobody named the files: what somebody else wrote there is not written over.

    ``inputs`` are never outputs, and a file of a name of ours is left alone unless the folder is one of results, which
    one of its JSON files tells. Of results that a person has edited a copy is kept; returns the names of such copies.
    Raises :class:`OutputError`.
    """
    read = {path.resolve() for path in inputs if path is not None}
    there = [name for name in files if (folder / name).exists()]
    read_too = [name for name in there if (folder / name).resolve() in read]
    if read_too:
        raise _occupied(folder, f"{', '.join(read_too)} would be written over, and is an input of this very run")
    if there and not any(_is_ours(folder / name) for name in there if name.endswith(".json")):
        raise _occupied(folder, f"the folder holds {', '.join(there[:5])}, which this program has not written there")
    copies = keep_edited(folder, files, written_by_manifest(folder))
    write_folder(folder, files)
    return copies


def written_by_manifest(folder: Path) -> dict[str, frozenset[str]]:
    """File → SHA-256 of what was written there last, as the manifest of a result folder says; empty without one."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads((folder / "manifest.json").read_bytes())
        return {each["file"]: frozenset([each["sha256"]]) for each in said["outputs"]}
    return {}


def keep_edited(folder: Path, files: Mapping[str, Content], written: Mapping[str, Collection[str]]) -> list[str]:
    """Copy what somebody has changed since it was ``written`` (name → SHA-256), before ``files`` are written over it.

    ``samples.csv`` is kept as ``samples.edited.csv``. Returns the names of the copies. Raises :class:`OutputError`.
    """
    copies: dict[str, Content] = {}
    for name, content in files.items():
        digest = sha256_or_none(folder / name) if name in written else None
        if digest is not None and digest not in written[name] and digest != _sha256_or_none_of(content):
            copies[_name_of_copy(folder, name, digest)] = _pieces(folder / name)
    if copies:
        write_folder(folder, copies)
    return list(copies)


def _sha256_or_none_of(content: Content) -> str | None:
    """None for what comes in pieces, which are made but once."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else None


def is_copy_of_edited(name: str) -> bool:
    """Whether a file is called as :func:`keep_edited` calls its copies."""
    return _EDITED.fullmatch(name) is not None


def _name_of_copy(folder: Path, name: str, digest: str) -> str:
    """A name that is free, or holds the same already."""
    path = Path(name)
    names = (f"{path.stem}.edited{f'-{number}' if number > 1 else ''}{path.suffix}" for number in count(1))
    return next(copy for copy in names if sha256_or_none(folder / copy) in (None, digest))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE_BYTES):
            yield piece


def sha256_or_none(path: Path) -> str | None:
    """Of the bytes of a file, however many; None where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def write_copies(folder: Path, files: Mapping[str, bytes]) -> None:
    """As :func:`write_folder`, where no file may be lost that somebody has changed. Raises :class:`OutputError`."""
    changed = [name for name, content in files.items() if _content_or_none(folder / name) not in (None, content)]
    if changed:
        raise _occupied(folder, f"the folder holds another {', '.join(changed)}, which would be written over")
    write_folder(folder, files)


def _content_or_none(path: Path) -> bytes | None:
    with suppress(OSError):
        return path.read_bytes()
    return None


def _is_ours(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as stream:
        return b'"schema": "elisa-bdnf/' in stream.read(_HEAD_BYTES)
    return False


def _occupied(folder: Path, found: str) -> OutputError:
    expected, hint = "a new folder, or one of earlier results", "choose another with --out"
    return OutputError(found, expected=expected, hint=hint, file=str(folder))


def to_disk() -> None:
    """All that was written is on the disk when this returns. Windows, which cannot, did it file by file."""
    if hasattr(os, "sync"):
        os.sync()


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
        raise not_written(path.parent, error) from error


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run left half-written in a folder; nobody else may be writing there."""
    try:
        for part in folder.glob(".*.part"):
            part.unlink(missing_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error


def not_written(folder: Path, error: OSError) -> OutputError:
    """What the program says of a folder that could not be written to."""
    return OutputError(
        f"the results cannot be written: {error.strerror or type(error).__name__}",
        expected="a folder with room that may be written to",
        hint="choose another with --out",
        file=str(folder),
    )


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)


def _write_through(path: Path, content: Content) -> None:
    _write(path, content, through=True)


def _write(path: Path, content: Content, *, through: bool = False) -> None:
    # Whole files without a buffer: one call of the system each.
    with path.open("wb", buffering=0 if isinstance(content, bytes) else -1) as stream:
        for piece in [content] if isinstance(content, bytes) else content:
            rest = memoryview(piece)
            while rest:
                rest = rest[stream.write(rest) :]
        stream.flush()
        if through:
            os.fsync(stream.fileno())
