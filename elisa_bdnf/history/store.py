"""The file of the history (SQLite): read whole, written in single transactions, by as many programs as there are.

A rollback journal is used, not a write-ahead log: that one needs memory shared between its writers and is therefore
not for folders on a network, where histories of a laboratory lie. A writer takes the lock before it reads and waits for
others; a transaction is a few plates, so waiting is short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from elisa_bdnf.errors import ElisaError, HistoryError, OutputError
from elisa_bdnf.history.past import Past, past_of
from elisa_bdnf.history.rows import insert, plates_in, remove
from elisa_bdnf.history.schema import APPLICATION, TABLES, VERSION
from elisa_bdnf.model.history import ChartedPlate

if TYPE_CHECKING:
    from sqlite3 import Connection

T = TypeVar("T")


class ForeignFile(HistoryError):
    """What is whole and something else: nobody asked to touch it."""


PATIENCE_S = 30.0
_REBUILD = "build it again from result folders: elisa-bdnf history rebuild RESULTS --history FILE"


def read(path: Path) -> Past:
    """All that the file knows; a file that does not exist knows nothing. Raises :class:`HistoryError`."""
    if not path.exists():
        return Past(path.name)
    # Not "ro": what a writer that was killed had half done is taken back by the next that opens it, who must write for
    # that. A file that may only be read is opened for reading all the same.
    with _opened(path, "rw") as database:
        plates = _reading(path, lambda: list(plates_in(database)) if _is_history(path, database) else [])
    return past_of(path.name, plates)


def record(path: Path, judged: Iterable[tuple[ChartedPlate, bool]]) -> None:
    """Keep plates that were accepted and forget those that were not, all of them or none.

    Recording a plate again changes nothing; another result of the same plate takes its place. Raises
    :class:`HistoryError` for a file that is no history and :class:`OutputError` where it cannot be written.
    """

    def write(database: Connection) -> None:
        for plate, accepted in judged:
            (insert if accepted else remove)(database, plate)

    _write(path, write)


def replace_all(path: Path, plates: Iterable[ChartedPlate]) -> None:
    """Make the history hold exactly these plates."""

    def write(database: Connection) -> None:
        database.execute("DELETE FROM plates")
        for plate in plates:
            insert(database, plate)

    _write(path, write)


def _write(path: Path, change: Callable[[Connection], None]) -> None:
    from sqlite3 import OperationalError  # noqa: PLC0415 - start-up does not need it

    try:
        with _opened(path, "rwc") as database, _transaction(database):
            if not _reading(path, lambda: _is_history(path, database)):
                for table in TABLES:
                    database.execute(table)
                database.execute(f"PRAGMA application_id = {APPLICATION}")
                database.execute(f"PRAGMA user_version = {VERSION}")
            change(database)
    except OperationalError as error:
        raise OutputError(
            f"the history cannot be written: {error}",
            expected="a file that may be written to, on a disk with room, which no other program keeps locked",
            hint="the results themselves were written; record them with: elisa-bdnf history rebuild",
            file=str(path),
        ) from error


@contextmanager
def _transaction(database: Connection) -> Iterator[None]:
    """The lock is taken at once: two that read first and wrote then would wait for one another."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[Connection]:
    import sqlite3  # noqa: PLC0415 - start-up does not need it

    if path.is_dir():
        raise ForeignFile("this is a folder", expected="the file of a history", file=str(path))
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        database = sqlite3.connect(uri, timeout=PATIENCE_S, isolation_level=None, uri=True)
    except sqlite3.Error as error:
        kind = HistoryError if mode == "rw" else OutputError
        raise kind(
            f"the history cannot be opened: {error}", expected="a file in a folder that exists", file=str(path)
        ) from error
    try:
        database.execute("PRAGMA foreign_keys = ON")
        yield database
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise _damaged(path, error) from error
    finally:
        database.close()


def _reading(path: Path, look: Callable[[], T]) -> T:
    """Whatever goes wrong while looking is the file's fault."""
    import sqlite3  # noqa: PLC0415

    try:
        return look()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise HistoryError(
                f"another program keeps the history locked ({error})", hint="try again", file=str(path)
            ) from error
        if "readonly" in str(error):
            raise HistoryError(
                "a run that was killed left the history half-written, and it may not be written to from here",
                hint="open it once where it may be written to: elisa-bdnf history show",
                file=str(path),
            ) from error
        raise _damaged(path, error) from error
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ElisaError:
    return HistoryError(f"the history is damaged or is no SQLite file ({error})", hint=_REBUILD, file=str(path))


def _is_history(path: Path, database: Connection) -> bool:
    """Whether the tables are there; False for an empty file. Raises :class:`HistoryError` for anything else."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:
        return False
    if application != APPLICATION:
        raise ForeignFile("this SQLite file is no history of elisa-bdnf", hint="name another file", file=str(path))
    if version != VERSION:
        age = "a newer elisa-bdnf: use that one" if version > VERSION else "an older elisa-bdnf"
        raise HistoryError(
            f"the history has version {version} and was made by {age}",
            expected=f"version {VERSION}", hint=_REBUILD, file=str(path),
        )  # fmt: skip
    (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise _damaged(path, ValueError(state))
    return True
