"""One writer at a time in a batch folder: the second is refused at once and told who the first is.

The lock is one of the operating system, which gives it back when its holder ends in whatever way; a lock file that a
killed run left behind therefore locks nothing. On file systems without locks the file itself is the lock, and is taken
over where its holder was a process of this computer that no longer runs.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.errors import OutputError

_BEYOND_THE_TEXT = 1 << 20  # Windows locks bytes, and locked bytes cannot be read: the note on the holder must be


class _HeldError(Exception):
    """Somebody else has the lock."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the batch folder for the length of a block. Raises OutputError where another run does, or nobody can."""
    path = out / STATE / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = _taken(path)
    except _HeldError:
        raise OutputError(
            f"the folder is in use by {_holder(path)}",
            expected="one run at a time in an output folder",
            hint=f"wait for it to end, or choose another folder with --out; if no such run exists, remove {path}",
            file=str(out),
        ) from None
    except OSError as error:
        raise OutputError(
            f"the folder cannot be written to: {error.strerror}", hint="choose another with --out", file=str(out)
        ) from error
    try:
        yield
    finally:
        _give_back(path, stream)


def _taken(path: Path) -> int:
    """An open file that holds the lock."""
    while True:
        stream = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _lock(stream):
                _claim_without_locks(path)
            # The file may have been removed by its last holder between opening and locking it.
            if path.exists() and os.path.samestat(os.fstat(stream), path.stat()):
                _note_holder(stream)
                return stream
        except BaseException:
            os.close(stream)
            raise
        os.close(stream)


def _lock(stream: int) -> bool:
    """Take the lock of the system; False where this file system has none. Raises _HeldError."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - Windows only

        os.lseek(stream, _BEYOND_THE_TEXT, os.SEEK_SET)
        try:
            msvcrt.locking(stream, msvcrt.LK_NBLCK, 1)
        except OSError:
            raise _HeldError from None
        return True
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _HeldError from None
    except OSError:
        return False
    return True


def _claim_without_locks(path: Path) -> None:
    """The file is the lock: it is ours if nobody wrote into it, or its writer ran here and no longer does."""
    note = _note(path)
    if note and (note.get("host") != socket.gethostname() or _runs(note.get("pid"))):
        raise _HeldError


def _runs(pid: object) -> bool:
    if not isinstance(pid, int) or pid == os.getpid() or sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _note_holder(stream: int) -> None:
    os.lseek(stream, 0, os.SEEK_SET)
    os.ftruncate(stream, 0)
    os.write(stream, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode())


def _note(path: Path) -> dict[str, object]:
    try:
        note = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _holder(path: Path) -> str:
    note = _note(path)
    return f"process {note.get('pid')} on {note.get('host')}" if note else "another process"


def _give_back(path: Path, stream: int) -> None:
    with suppress(OSError):
        path.unlink()  # while it is still locked: nobody can have taken it in between
    os.close(stream)
    with suppress(OSError):
        path.unlink(missing_ok=True) if sys.platform == "win32" else None  # an open file cannot be removed there
