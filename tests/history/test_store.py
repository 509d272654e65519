"""The file of the history: nothing is lost, nothing is counted twice, and damage has a name."""

from __future__ import annotations

import itertools
import os
import random
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from elisa_bdnf.errors import HistoryError, OutputError
from elisa_bdnf.history import store
from history.writers import SEGMENT, made

ROOT = Path(__file__).resolve().parents[2]


def test_a_file_that_does_not_exist_knows_nothing(tmp_path: Path) -> None:
    assert store.read(tmp_path / "new.sqlite").plates == ()
    assert list(tmp_path.iterdir()) == []


def test_plates_come_back_bit_by_bit_and_leave_one_file(tmp_path: Path) -> None:
    plates = [made(i) for i in range(3)]
    store.record(tmp_path / "h.sqlite", [(plate, True) for plate in plates])
    assert store.read(tmp_path / "h.sqlite").plates == tuple(plates)
    assert [path.name for path in tmp_path.iterdir()] == ["h.sqlite"]


def test_recording_again_changes_nothing_and_another_result_replaces(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    for _ in range(3):
        store.record(path, [(made(1), True), (made(2), True)])
    assert len(store.read(path).plates) == 2
    store.record(path, [(made(1, 50.0), True)])
    assert set(store.read(path).plates) == {made(1, 50.0), made(2)}
    store.record(path, [(made(1), False), (made(9), False)])
    assert store.read(path).plates == (made(2),)


def test_another_lot_replaces_and_another_protocol_does_not(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    relabeled = made(1, segment=replace(SEGMENT, kit_lot="L2"))
    store.record(path, [(made(1), True), (relabeled, True)])
    assert store.read(path).plates == (relabeled,)
    store.record(path, [(made(1, segment=replace(SEGMENT, protocol="q")), True)])
    assert len(store.read(path).plates) == 2


def test_eight_writers_lose_nothing(tmp_path: Path) -> None:
    path, writers, plates = tmp_path / "h.sqlite", 8, 15
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    program = ROOT / "tests" / "history" / "writers.py"
    running = [
        subprocess.Popen([sys.executable, program, str(path), str(w), str(plates)], env=environment)
        for w in range(writers)
    ]
    assert [process.wait(120) for process in running] == [0] * writers
    assert set(store.read(path).plates) == {made(i) for i in range(writers * plates)}
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


@pytest.mark.parametrize(
    "content",
    [b"not a database, but text of some length " * 40, b"SQLite format 3\0" + b"\0" * 200],
    ids=["text", "head"],
)
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "h.sqlite"
    path.write_bytes(content)
    with pytest.raises(HistoryError, match=r"h\.sqlite.*damaged.*history rebuild"):
        store.read(path)
    with pytest.raises(HistoryError, match="damaged"):
        store.record(path, [(made(1), True)])
    assert path.read_bytes() == content


def test_damage_anywhere_gives_plates_or_a_named_error(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    store.record(path, [(made(i), True) for i in range(30)])
    whole, chance = path.read_bytes(), random.Random(1)  # noqa: S311 - the same damage every time
    errors: list[HistoryError] = []
    for _ in range(150):
        begin = chance.randrange(len(whole))
        garbage = chance.randbytes(chance.choice((1, 16, 300)))
        path.write_bytes((whole[:begin] + garbage + whole[begin + len(garbage) :])[: len(whole)])
        try:
            store.read(path)
        except HistoryError as error:
            errors.append(error)
    assert 0 < len(errors) < 150
    assert all(str(path) in str(error) for error in errors)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("PRAGMA user_version = 99", "newer elisa-bdnf"),
        ("PRAGMA user_version = 0", "older elisa-bdnf.*history rebuild"),
        ("PRAGMA application_id = 7", "no history of elisa-bdnf"),
        ("DROP TABLE controls", "damaged"),
        ("UPDATE standards SET responses = 'x'", "damaged"),
    ],
)
def test_other_files_and_versions_are_named(tmp_path: Path, statement: str, said: str) -> None:
    path = tmp_path / "h.sqlite"
    store.record(path, [(made(1), True)])
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()
    with pytest.raises(HistoryError, match=said):
        store.read(path)


def test_a_folder_that_does_not_exist_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be opened"):
        store.record(tmp_path / "no" / "h.sqlite", [(made(1), True)])


def test_a_locked_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "h.sqlite"
    store.record(path, [(made(1), True)])
    monkeypatch.setattr(store, "PATIENCE_S", 0.05)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    with pytest.raises(HistoryError, match="another program keeps the history locked"):
        store.read(path)
    with pytest.raises(OutputError, match="locked"):
        store.record(path, [(made(2), True)])
    database.close()


def test_a_write_that_fails_anywhere_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The n-th statement of a recording fails, n = 1, 2, 3 …, until none does: all or nothing."""
    path, before = tmp_path / "h.sqlite", (made(1), made(2))
    store.record(path, [(plate, True) for plate in before])
    real = store.insert
    for limit in itertools.count():
        left = iter(range(limit))

        def failing(database: sqlite3.Connection, plate: object, left: object = left) -> None:
            if next(left, None) is None:  # type: ignore[call-overload]
                raise sqlite3.OperationalError("disk I/O error")
            real(database, plate)  # type: ignore[arg-type]

        monkeypatch.setattr(store, "insert", failing)
        try:
            store.record(path, [(made(i), True) for i in (3, 4, 5)])
        except OutputError:
            assert store.read(path).plates == before
        else:
            break
    assert len(store.read(path).plates) == 5


KILLED = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 1")  # so that what is changed gets into the file before the end
database.execute("BEGIN IMMEDIATE")
database.execute("DELETE FROM plates")
database.execute("CREATE TABLE more (text)")
database.executemany("INSERT INTO more VALUES (?)", [("x" * 3000,)] * 500)
os._exit(9)
"""


def test_what_a_killed_writer_had_half_done_is_taken_back(tmp_path: Path) -> None:
    history = tmp_path / "h.sqlite"
    store.record(history, [(made(number), True) for number in range(3)])
    before = store.read(history).plates
    subprocess.run([sys.executable, "-c", KILLED, history], check=False)
    assert (tmp_path / "h.sqlite-journal").exists()
    assert store.read(history).plates == before
    assert [path.name for path in tmp_path.iterdir()] == ["h.sqlite"]
