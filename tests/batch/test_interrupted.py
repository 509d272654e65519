"""Killed, refused room, refused permission, or at work twice: nothing half-written, nothing lost, the same end."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from batches import FIVE, GEN5, SOFTMAX, TROUBLED, batch, digests, folder_of
from elisa_bdnf import output, workflow
from elisa_bdnf.batch.lock import locked
from elisa_bdnf.batch.store import announce
from elisa_bdnf.errors import OutputError

DRIVER = Path(__file__).with_name("killed_runs.py")
PROGRAM = (sys.executable, "-c", "from elisa_bdnf.cli.main import main; main()", "batch")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def killed_runs(tmp_path: Path, *words: str) -> list[str]:
    folder = folder_of(tmp_path / "in", FIVE)
    command = [sys.executable, DRIVER, folder, tmp_path / "scratch", *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    told = json.loads(done.stdout)
    assert isinstance(told, list)
    return told


@needs_fork
@pytest.mark.timeout(600)  # hundreds of runs
def test_killed_at_every_rename_the_next_run_ends_in_the_same_bytes(tmp_path: Path) -> None:
    *wrong, count = killed_runs(tmp_path, "renames")
    assert wrong == []
    assert int(count.split()[0]) > 5 * 7


@needs_fork
@pytest.mark.timeout(600)  # hundreds of runs
def test_killed_at_any_moment_the_next_run_ends_in_the_same_bytes(tmp_path: Path) -> None:
    assert killed_runs(tmp_path, "moments", "50") == ["50 kills"]


def test_what_a_killed_run_wrote_of_other_inputs_is_not_taken_for_edited(tmp_path: Path) -> None:
    folder, out = folder_of(tmp_path / "in", {"a.txt": GEN5}), tmp_path / "out"
    batch(folder, out)
    before = digests(out)
    folder_of(folder, {"a.txt": TROUBLED})
    batch(folder, out)
    half = (out / "a" / "samples.csv").read_bytes()
    shutil.rmtree(out)
    folder_of(folder, {"a.txt": GEN5})
    batch(folder, out)
    assert digests(out) == before
    announce(out, "a", {"a/samples.csv": hashlib.sha256(half).hexdigest()})  # as a run that was killed leaves it
    (out / "a" / "samples.csv").write_bytes(half)
    done = batch(folder, out)
    assert "note: " not in done.err
    assert digests(out) == before


class FullDisk:
    """Writes as usual, but the write of this number ends as on a full disk."""

    def __init__(self, failing: int) -> None:
        self.left, self.write = failing, output._write

    def __call__(self, path: Path, content: bytes, *, through: bool = False) -> None:
        self.left -= 1
        self.write(path, content, through=through)
        if self.left == 0:
            raise OSError(28, "No space left on device")


def test_a_full_disk_ends_with_4_and_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every write fails in turn: whatever fails, old files are whole, and the next run makes all good."""
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX})
    batch(folder, tmp_path / "out")
    old = digests(tmp_path / "out")
    folder_of(folder, {"a.txt": TROUBLED})
    batch(folder, tmp_path / "new")
    new = digests(tmp_path / "new")
    for failing in range(1, 100):
        out = tmp_path / f"{failing}"
        shutil.copytree(tmp_path / "out", out)
        monkeypatch.setattr(output, "_write", FullDisk(failing))
        done = batch(folder, out)
        monkeypatch.undo()
        found = digests(out)
        if done.code != 4:
            break
        assert "No space left on device" in done.err
        results = {file for file in found if ".elisa-bdnf" not in file}
        assert all(found[file] in (old[file], new[file]) for file in results)
        batch(folder, out)
        assert digests(out) == new
    assert failing > 15
    assert found == new


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind on Windows")
def test_a_file_that_may_not_grow_ends_with_4(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    code = (
        "import resource, signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\nfrom elisa_bdnf.cli.main import main\nmain()"
    )
    command = [sys.executable, "-c", code, "batch", folder, "--out", tmp_path / "out"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 4, done.stderr
    assert "File too large" in done.stderr
    assert [file for file in digests(tmp_path / "out") if ".elisa-bdnf" not in file] == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is permitted to root")
def test_no_permission_ends_with_4(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    (tmp_path / "out").mkdir(mode=0o500)
    assert batch(folder, tmp_path / "out").code == 4


def test_a_file_in_the_way_ends_with_4(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    done = batch(folder, tmp_path / "out")
    assert done.code == 4
    assert (tmp_path / "out").read_text(encoding="utf-8") == "in the way"


def test_a_second_run_is_refused_at_once_and_told_who_is_first(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    with locked(tmp_path / "out"):
        done = batch(folder, tmp_path / "out")
    assert done.code == 4
    assert f"process {os.getpid()} on " in done.err
    assert digests(tmp_path / "out") == {}
    assert batch(folder, tmp_path / "out").code == 0


@pytest.mark.parametrize("note", [b"", b"no json", b'{"pid": 1, "host": "elsewhere"}'])
def test_a_lock_that_a_killed_run_left_locks_nothing(tmp_path: Path, note: bytes) -> None:
    folder_of(tmp_path, {".elisa-bdnf/lock": note})
    with locked(tmp_path):
        pass
    assert digests(tmp_path) == {}


@pytest.mark.parametrize(
    ("note", "free"),
    [(b"", True), (b'{"pid": 1, "host": "elsewhere"}', False), (b'{"pid": 999999999, "host": "HERE"}', True)],
)
def test_without_locks_of_the_system_the_note_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: bytes, free: bool
) -> None:
    monkeypatch.setattr("elisa_bdnf.batch.lock._lock", lambda _: False)
    monkeypatch.setattr("socket.gethostname", lambda: "HERE")
    folder_of(tmp_path, {".elisa-bdnf/lock": note})
    if free:
        with locked(tmp_path):
            pass
        return
    with pytest.raises(OutputError, match="process 1 on elsewhere"), locked(tmp_path):
        pass


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Children that heed Ctrl-C: a shell starts its background jobs, and so all below them, with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(sys.platform == "win32", reason="no signals on Windows")
def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {f"{number}.txt": GEN5 for number in range(200)})
    command = [*PROGRAM, folder, "--out", tmp_path / "out", "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True) as run:
        assert run.stderr is not None
        run.stderr.readline()
        os.killpg(run.pid, signal.SIGINT)
        rest = run.stderr.read()
        assert run.wait(timeout=20) == 130
    assert "Traceback" not in rest
    assert "of 200 exports done; the same command goes on from there" in rest
    assert not list((tmp_path / "out").rglob("*.part"))
    assert not (tmp_path / "out" / "batch.json").exists()
    with locked(tmp_path / "out"):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")
def test_a_worker_that_dies_loses_one_export_and_says_which(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {f"{number:03}.txt": GEN5 for number in range(30)})
    command = [*PROGRAM, folder, "--out", tmp_path / "out", "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as run:
        assert run.stderr is not None
        run.stderr.readline()
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text(encoding="ascii").split()
        workers = [pid for pid in children if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")]
        os.kill(int(workers[0]), signal.SIGKILL)
        rest = run.stderr.read()
        assert run.wait(timeout=60) == 3
    assert "the process that analyzed it died (killed by signal 9)" in rest
    counts = json.loads((tmp_path / "out" / "batch.json").read_text(encoding="utf-8"))["counts"]
    # Copies of one plate are rejected (INP-04), which is no matter here: they were all done.
    assert (counts["refused"], counts["rejected"]) == (1, 29)
    assert batch(folder, tmp_path / "out").code == 1


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_no_worker_outlives_a_killed_run(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {f"{number:03}.txt": GEN5 for number in range(100)})
    command = [*PROGRAM, folder, "--out", tmp_path / "out", "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as run:
        assert run.stderr is not None
        run.stderr.readline()
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text(encoding="ascii").split()
        run.kill()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_bug_of_ours_stops_no_other_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assess = workflow.assess

    def buggy(readings, export, *rest):  # type: ignore[no-untyped-def]
        if export.name == "b.txt":
            raise ZeroDivisionError("oh")
        return assess(readings, export, *rest)

    monkeypatch.setattr(workflow, "assess", buggy)
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX, "c.txt": TROUBLED})
    done = batch(folder, tmp_path / "out", "--jobs", "1")
    assert done.code == 70
    assert "2 accepted + 0 rejected + 1 refused" in done.out
    assert "b.txt: a bug of elisa-bdnf (ZeroDivisionError: oh)" in done.err
    assert "the details are in" in done.err
    monkeypatch.undo()
    assert batch(folder, tmp_path / "out").code == 0
