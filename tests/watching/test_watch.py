"""``elisa-bdnf watch``: nothing is read early, missed, done twice or lost, whatever happens to the folder."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from batches import CSV, CSV_LAYOUT, GEN5, LETTER, REJECTED, SOFTMAX, TWO_PLATES, batch, digests, folder_of
from elisa_bdnf.batch import discover
from elisa_bdnf.batch.pairing import Unit
from elisa_bdnf.batch.store import Done
from elisa_bdnf.batch.work import Worker
from elisa_bdnf.model.batch import BatchResult
from elisa_bdnf.watching import looking, watch
from elisa_bdnf.watching.settling import Settling
from program import FIXTURES, elisa_bdnf
from watching.bench import Event, watched

WHILE: list[Event] = [None] * 4  # as long as it takes to settle and be done


def put(path: Path, content: Path | bytes) -> Event:
    return lambda: path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())


def appended(path: Path, piece: bytes) -> Event:
    def more() -> None:
        with path.open("ab") as stream:
            stream.write(piece)

    return more


def growing(path: Path, content: bytes, pieces: int) -> list[Event]:
    step = len(content) // pieces + 1
    return [appended(path, content[at : at + step]) for at in range(0, len(content), step)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def test_results_are_those_of_a_batch(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5, "B.txt": REJECTED, "w/plate.csv": CSV, "w/plate.layout.toml": CSV_LAYOUT})
    heard = watched(folder, tmp_path / "out", WHILE)
    assert heard.lines == ["B.txt rejected", "a.txt accepted", "w/plate.csv accepted"]
    assert heard.shown == ["B.txt", "a.txt", "plate.csv"]
    batch(folder, tmp_path / "batch", "--no-html")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")


def test_what_comes_in_later_is_done_then_and_nothing_twice(folder: Path, tmp_path: Path) -> None:
    events = [*WHILE, put(folder / "a.txt", GEN5), *WHILE, put(folder / "b.txt", SOFTMAX), *WHILE, *WHILE]
    heard = watched(folder, tmp_path / "out", events)
    assert heard.lines == ["a.txt accepted", "b.txt accepted"]
    assert heard.shown == ["a.txt", "b.txt"]
    batch(folder, tmp_path / "batch", "--no-html")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")


def test_a_file_that_grows_slowly_is_not_read_early(folder: Path, tmp_path: Path) -> None:
    heard = watched(folder, tmp_path / "out", [*growing(folder / "a.txt", GEN5.read_bytes(), 20), *WHILE])
    assert heard.lines == ["a.txt waiting", "a.txt accepted"]
    assert heard.shown == ["a.txt"]


def test_a_file_that_pauses_is_refused_once_and_done_when_it_is_complete(folder: Path, tmp_path: Path) -> None:
    first, second = growing(folder / "a.txt", GEN5.read_bytes(), 2)
    heard = watched(folder, tmp_path / "out", [first, *WHILE, *WHILE, second, *WHILE])
    assert heard.lines == ["a.txt refused", "a.txt accepted"]


def test_a_file_that_is_replaced_is_done_again(folder: Path, tmp_path: Path) -> None:
    def replace() -> None:
        (folder / "new.part").write_bytes(REJECTED.read_bytes())
        (folder / "new.part").replace(folder / "a.txt")

    put(folder / "a.txt", GEN5)()  # type: ignore[misc]
    heard = watched(folder, tmp_path / "out", [*WHILE, replace, *WHILE])
    assert heard.lines == ["a.txt accepted", "a.txt rejected"]
    assert json.loads((tmp_path / "out" / "a" / "result.json").read_bytes())["verdict"] == "rejected"


def test_results_of_a_deleted_export_stay_until_a_batch(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5, "b.txt": SOFTMAX})
    heard = watched(folder, tmp_path / "out", [*WHILE, (folder / "b.txt").unlink, *WHILE])
    assert heard.lines[-1] == "b.txt gone"
    assert (tmp_path / "out" / "b" / "result.json").is_file()
    plates = json.loads((tmp_path / "out" / "batch.json").read_bytes())["plates"]
    assert [plate["export"] for plate in plates] == ["a.txt", "b.txt"]
    batch(folder, tmp_path / "out")
    assert not (tmp_path / "out" / "b").exists()


def test_a_folder_that_is_away_for_a_while_loses_nothing(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5})
    events: list[Event] = [
        *WHILE, lambda: folder.rename(tmp_path / "away"), *WHILE, *WHILE,
        lambda: (tmp_path / "away").rename(folder), *WHILE, put(folder / "b.txt", SOFTMAX), *WHILE,
    ]  # fmt: skip
    heard = watched(folder, tmp_path / "out", events)
    assert heard.lines == ["a.txt accepted", "away", "back", "b.txt accepted"]
    assert heard.shown == ["a.txt", "b.txt"]


@pytest.mark.parametrize("code", [5, 107, 116])  # EIO, ENOTCONN, ESTALE
def test_a_share_that_answers_with_errors_is_waited_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    real = os.scandir
    broken = [False]

    def scandir(path: object) -> object:
        if broken[0]:
            raise OSError(code, os.strerror(code))
        return real(path)  # type: ignore[call-overload]

    def turn(state: bool) -> Event:
        return lambda: broken.__setitem__(0, state)

    monkeypatch.setattr(os, "scandir", scandir)
    folder_of(folder, {"a.txt": GEN5})
    heard = watched(folder, tmp_path / "out", [*WHILE, turn(True), *WHILE, turn(False), *WHILE])
    assert heard.lines == ["a.txt accepted", "away", "back"]
    assert (tmp_path / "out" / "a" / "result.json").is_file()


def test_a_folder_below_that_is_away_takes_no_results_with_it(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5, "w/b.txt": SOFTMAX})
    events: list[Event] = [
        *WHILE, lambda: (folder / "w").rename(tmp_path / "w"), *WHILE, lambda: (tmp_path / "w").rename(folder / "w"),
        *WHILE,
    ]  # fmt: skip
    heard = watched(folder, tmp_path / "out", events)
    assert heard.lines == ["a.txt accepted", "w/b.txt accepted", "w/b.txt gone"]
    assert heard.shown == ["a.txt", "b.txt"]


def test_an_export_that_goes_away_while_it_is_read_is_done_when_it_is_back(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of(folder, {"a.txt": GEN5})
    real: Callable[[Worker, Unit], Done] = watch.done_here
    calls: list[str] = []

    def away_meanwhile(worker: Worker, unit: Unit) -> Done:
        calls.append(unit.file)
        if len(calls) > 1:
            return real(worker, unit)
        unit.path.rename(tmp_path / "kept")
        return real(worker, unit)

    monkeypatch.setattr(watch, "done_here", away_meanwhile)
    heard = watched(folder, tmp_path / "out", [*WHILE, lambda: (tmp_path / "kept").rename(folder / "a.txt"), *WHILE])
    assert heard.lines == ["a.txt accepted"]


def test_a_file_that_another_program_holds_is_waited_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of(folder, {"a.txt": GEN5})
    held = [True]
    monkeypatch.setattr(looking, "can_be_read", lambda paths: not held[0])
    heard = watched(folder, tmp_path / "out", [*WHILE, *WHILE, lambda: held.__setitem__(0, False), *WHILE])
    assert heard.lines == ["a.txt waiting", "a.txt accepted"]


def test_a_file_that_goes_while_it_is_looked_at_is_none(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of(folder, {"a.txt": GEN5, "b.txt": SOFTMAX})
    real = discover.shown_path

    def gone(path: Path, top: Path) -> str:
        if path.name == "b.txt":
            path.unlink(missing_ok=True)
        return real(path, top)

    monkeypatch.setattr(discover, "shown_path", gone)
    assert watched(folder, tmp_path / "out", WHILE).lines == ["a.txt accepted"]


def test_locks_and_temporary_files_are_none(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"~$a.xlsx": b"x", ".~lock.a.csv#": b"x", "a.txt.part": GEN5, "b.tmp": GEN5, "._a.txt": b"x"})
    assert watched(folder, tmp_path / "out", [*WHILE, put(folder / "c.crdownload", GEN5), *WHILE]).lines == []


def test_what_cannot_be_read_is_said_once_and_tried_when_it_changes(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"bad.txt": LETTER})
    events = [*WHILE, put(folder / "a.txt", GEN5), *WHILE, put(folder / "bad.txt", SOFTMAX), *WHILE]
    assert watched(folder, tmp_path / "out", events).lines == ["bad.txt refused", "a.txt accepted", "bad.txt accepted"]


def test_a_layout_that_comes_later_and_a_sheet_that_is_corrected(folder: Path, tmp_path: Path) -> None:
    layout = CSV_LAYOUT.read_bytes()
    folder_of(folder, {"plate.csv": CSV})
    events = [
        *WHILE, put(folder / "plate.layout.toml", layout), *WHILE,
        put(folder / "plate.layout.toml", layout.replace(b"dilution = 20", b"dilution = 30")), *WHILE,
    ]  # fmt: skip
    heard = watched(folder, tmp_path / "out", events)
    assert heard.lines == ["plate.csv refused", "plate.csv accepted", "plate.csv accepted"]


def test_a_protocol_that_is_edited_holds_for_all(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('id = "mine"\nextends = "generic"\n', encoding="utf-8")
    folder_of(folder, {"a.txt": GEN5, "b.txt": SOFTMAX})
    strict = 'id = "mine"\nextends = "generic"\n[curve]\nweights = "none"\n'
    heard = watched(
        folder, tmp_path / "out", [*WHILE, lambda: own.write_text(strict, encoding="utf-8"), *WHILE], protocol=str(own)
    )
    assert heard.shown == ["a.txt", "b.txt", "a.txt", "b.txt"]
    weights = {json.loads(path.read_bytes())["curve"]["weights"] for path in (tmp_path / "out").glob("*/result.json")}
    assert weights == {"none"}


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every export that a worker was given, in order."""
    given: list[str] = []
    do = Worker.do

    def noted(self: Worker, unit: Unit) -> Done:
        given.append(unit.file)
        return do(self, unit)

    monkeypatch.setattr(Worker, "do", noted)
    return given


def test_what_has_not_changed_is_not_looked_at_again(folder: Path, tmp_path: Path, looked_at: list[str]) -> None:
    folder_of(folder, {"a.txt": GEN5, "b.txt": SOFTMAX})
    watched(folder, tmp_path / "out", [*WHILE, put(folder / "c.csv", LETTER), *WHILE])
    assert looked_at == ["a.txt", "b.txt", "c.csv"]
    batch(folder, tmp_path / "batch", "--no-html")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")


def test_what_a_layout_includes_concerns_its_plates_alone(folder: Path, tmp_path: Path, looked_at: list[str]) -> None:
    base = tmp_path / "base.toml"
    layout = CSV_LAYOUT.read_bytes()
    base.write_bytes(layout)
    own = f"[meta]\ninclude = '{base.as_posix()}'\n".encode()
    folder_of(folder, {"a.txt": GEN5, "p.csv": CSV, "p.layout.toml": own})
    edit = put(base, layout.replace(b"dilution = 20", b"dilution = 30"))
    heard = watched(folder, tmp_path / "out", [*WHILE, edit, *WHILE, base.unlink, *WHILE, edit, *WHILE])
    assert looked_at == ["a.txt", *["p.csv"] * 4]
    assert heard.lines == ["a.txt accepted", "p.csv accepted", "p.csv accepted", "p.csv refused", "p.csv accepted"]


def test_what_a_protocol_extends_concerns_all_with_the_next_plate(folder: Path, tmp_path: Path) -> None:
    base, own = tmp_path / "base.toml", tmp_path / "mine.toml"
    base.write_text('id = "base"\nextends = "generic"\n', encoding="utf-8")
    own.write_text('id = "mine"\nextends = "base.toml"\n', encoding="utf-8")
    folder_of(folder, {"a.txt": GEN5})
    edit = put(base, b'id = "base"\nextends = "generic"\n[curve]\nweights = "none"\n')
    events = [*WHILE, edit, put(folder / "b.txt", SOFTMAX), *WHILE]
    assert watched(folder, tmp_path / "out", events, protocol=str(own)).shown == ["a.txt", "a.txt", "b.txt"]


def test_results_that_somebody_removes_are_made_again_with_the_next_plate(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5})
    removed = partial(shutil.rmtree, tmp_path / "out" / "a")
    heard = watched(folder, tmp_path / "out", [*WHILE, removed, put(folder / "b.txt", SOFTMAX), *WHILE])
    assert heard.shown == ["a.txt", "a.txt", "b.txt"]
    batch(folder, tmp_path / "batch", "--no-html")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")


def test_tables_that_take_long_are_written_now_and_then_and_at_the_end(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, written, made = [0.0], [], watch.assemble_so_far

    def slow(*given: Any) -> BatchResult:
        now[0] += 20  # so that the next are due after 180 s
        result = made(*given)
        written.append(len(list(result.plates())))
        return result

    monkeypatch.setattr(watch, "assemble_so_far", slow)
    events = [event for name in "abcd" for event in (put(folder / f"{name}.txt", GEN5), *WHILE, *WHILE)]
    watched(folder, tmp_path / "out", events, now=now)
    assert written[0] == 1
    assert written[-1] == 4
    assert len(written) == 2
    batch(folder, tmp_path / "batch", "--no-html")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")


def test_mistakes_in_a_manifest_are_said_once_and_waited_for(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5})
    wrong = put(folder / "manifest.csv", b"export\nnowhere.txt\n")
    right = put(folder / "manifest.csv", b"export\na.txt\nb.txt\n")
    heard = watched(folder, tmp_path / "out", [*WHILE, wrong, *WHILE, put(folder / "b.txt", SOFTMAX), right, *WHILE])
    assert heard.lines == ["a.txt accepted", "trouble there is no file 'nowhere.txt'", "b.txt accepted"]


def test_earlier_results_are_taken_over(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5})
    batch(folder, tmp_path / "out", "--no-html")
    before = digests(tmp_path / "out")
    heard = watched(folder, tmp_path / "out", WHILE)
    assert (heard.lines, heard.shown) == (["a.txt accepted as before"], [])
    assert digests(tmp_path / "out") == before


def test_a_plate_that_comes_in_twice_is_rejected_with_the_first(folder: Path, tmp_path: Path) -> None:
    events = [
        put(folder / "a.txt", GEN5),
        *WHILE,
        put(folder / "b.txt", GEN5),
        *WHILE,
        put(folder / "c.txt", SOFTMAX),
        *WHILE,
    ]
    heard = watched(folder, tmp_path / "out", events)
    assert heard.lines == ["a.txt accepted", "b.txt accepted", "a.txt rejected", "b.txt rejected", "c.txt accepted"]
    batch(folder, tmp_path / "batch", "--no-html")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")


def test_a_batch_into_the_same_folder_is_refused_meanwhile(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5})
    codes: list[int] = []
    watched(folder, tmp_path / "out", [*WHILE, lambda: codes.append(batch(folder, tmp_path / "out").code)])
    assert codes == [4]
    assert batch(folder, tmp_path / "out").code == 0


def test_with_a_history_each_plate_sees_those_before_it(folder: Path, tmp_path: Path) -> None:
    demo = FIXTURES / "demo" / "bdnf-plate.txt"
    settings = {"kit.lot": "7", "history.date_order": "month_first"}
    events = [*WHILE, put(folder / "a.txt", demo), *WHILE, put(folder / "b.txt", GEN5), *WHILE]
    heard = watched(
        folder, tmp_path / "out", events, protocol="human-infusion-plasma", overrides=settings,
        history=tmp_path / "lab.sqlite",
    )  # fmt: skip
    assert heard.shown == ["a.txt", "b.txt", "a.txt"]  # b was read before a, and a is judged beside it now
    (tmp_path / "other").mkdir()
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    words += ["-p", "human-infusion-plasma", "--history", str(tmp_path / "other" / "lab.sqlite")]
    batch(folder, tmp_path / "batch", "--no-html", *words)
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")
    made = [json.loads((tmp_path / "out" / name / "manifest.json").read_bytes())["history"]["plates"] for name in "ab"]
    assert made == [1, 0]


def test_many_files_that_come_in_pieces_none_is_missed_or_read_early(folder: Path, tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - the same every time
    contents = {f"p{number}.txt": (GEN5, SOFTMAX, TWO_PLATES)[number % 3].read_bytes() for number in range(6)}
    streams = [growing(folder / name, content, chance.randrange(1, 9)) for name, content in contents.items()]
    events: list[Event] = []
    while any(streams):
        now = [stream.pop(0) for stream in chance.sample(streams, 5) if stream]
        events.append(lambda now=now: [event() for event in now if event])  # type: ignore[misc]
        events.extend([None] if chance.random() < 0.2 else [])
    heard = watched(folder, tmp_path / "out", [*events, *WHILE])
    done = [line for line in heard.lines if line.endswith("accepted")]
    assert sorted(done) == sorted(f"{name} accepted" for name in contents)
    batch(folder, tmp_path / "batch", "--no-html")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")


# --- settling -------------------------------------------------------------------------------------------------------


def test_settled_is_the_same_at_two_looks_and_for_some_time() -> None:
    settling, path = Settling(3.0), Path("a")
    looks = [((1, 1), 0.0, False), ((1, 1), 2.0, False), ((1, 1), 3.0, True), ((2, 1), 4.0, False), ((2, 1), 9.0, True)]
    for signature, now, expected in looks:
        assert (path in settling.look({path: signature}, now)) is expected
    settling.look({}, 10.0)
    assert settling.look({path: (2, 1)}, 20.0) == frozenset()  # it was away: who knows what it is now


def test_without_time_to_settle_it_still_takes_two_looks() -> None:
    settling, path = Settling(0.0), Path("a")
    assert settling.look({path: (1, 1)}, 0.0) == frozenset()
    assert settling.look({path: (1, 1)}, 0.0) == {path}


# --- the command ----------------------------------------------------------------------------------------------------

QUICK = ("--every", "0.1", "--settle", "0")


def test_once_ends_with_the_exit_code_of_a_batch(folder: Path, tmp_path: Path) -> None:
    folder_of(folder, {"a.txt": GEN5})
    done = elisa_bdnf("watch", folder, "-o", tmp_path / "out", "--once", *QUICK)
    assert done.code == 0, done.err
    assert "ACCEPTED" in done.out
    assert "1 files found = 1 accepted" in done.out
    assert "a.txt: accepted" in done.err
    folder_of(folder, {"bad.txt": LETTER})
    done = elisa_bdnf("watch", folder, "-o", tmp_path / "out", "--once", *QUICK, "--quiet")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: bad.txt: ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nowhere"], 3), (["in", "-o", "in"], 2), (["in", "--every", "0"], 2), (["in", "-s", "nowhere.csv"], 3),
        (["in", "-l", "nowhere.toml"], 3),
    ],
)  # fmt: skip
def test_wrong_words(folder: Path, words: list[str], code: int) -> None:
    done = elisa_bdnf("watch", *words, folder=folder.parent)
    assert done.code == code
    assert "watching" not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_ends_with_130_and_its_counts(folder: Path, tmp_path: Path, how: signal.Signals) -> None:
    folder_of(folder, {"a.txt": GEN5})
    program = (sys.executable, "-c", "from elisa_bdnf.cli.main import main; main()")
    command = [*program, "watch", folder, "-o", tmp_path / "out", *QUICK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as run:
        for _ in range(600):
            if (tmp_path / "out" / "batch.json").exists():
                break
            time.sleep(0.1)
        run.send_signal(how)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert "1 files found = 1 accepted + 0 rejected + 0 refused + 0 ignored" in out
    assert "Traceback" not in err
    assert not list((tmp_path / "out").rglob("*.part"))
    batch(folder, tmp_path / "batch")
    assert digests(tmp_path / "out") == digests(tmp_path / "batch")
