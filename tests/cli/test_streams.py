"""What happens at the edges of the process: full disks, closed pipes, bugs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from elisa_bdnf import workflow
from program import FIXTURES, elisa_bdnf

PROGRAM = [sys.executable, "-c", "from elisa_bdnf.cli.main import main; main()"]
RULES = [*PROGRAM, "rules", "--json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_exit_4() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(RULES, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX pipes")
def test_a_closed_pipe_is_no_rejected_plate() -> None:
    with subprocess.Popen(RULES, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode != 1


def test_a_bug_says_so_and_where_the_log_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("made for a test")

    monkeypatch.setattr(workflow, "run", broken)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = elisa_bdnf("run", FIXTURES / "demo" / "bdnf-plate.txt", "--out", tmp_path / "out")
    assert done.code == 70
    assert "a bug of elisa-bdnf (ZeroDivisionError: made for a test)" in done.err
    (log,) = tmp_path.glob("elisa-bdnf-crash-*.log")
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert str(log) in done.err


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("command", [("rules", "--json"), ("rules",), ("run", "--help"), ("read", "demo")])
def test_a_pipe_gets_utf_8_whatever_the_code_page(command: tuple[str, ...], encoding: str) -> None:
    words = [str(FIXTURES / "demo" / "bdnf-plate.txt") if word == "demo" else word for word in command]
    told = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([*PROGRAM, *words], capture_output=True, check=False, env=told)
    assert (done.returncode, done.stderr) == (0, b"")
    assert any(ord(character) > 127 for character in done.stdout.decode("utf-8"))


def test_without_a_stdout_the_results_are_written(tmp_path: Path) -> None:
    program = "import sys; sys.stdout = sys.stderr = None; from elisa_bdnf.cli.main import main; main()"
    words = ["run", str(FIXTURES / "demo" / "bdnf-plate.txt"), "--out", str(tmp_path / "out")]
    assert subprocess.run([sys.executable, "-c", program, *words], check=False).returncode == 0
    assert (tmp_path / "out" / "result.json").exists()


def test_a_damaged_old_workbook_is_one_line(tmp_path: Path) -> None:
    # The directory says that it has a stream "Workbook", and nothing of it is there: calamine panics over such files.
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + bytes.fromhex("3e000300feff0900060000000000000000000000")
    (tmp_path / "cut.xls").write_bytes(head + b"\x01" * 480 + "Workbook".encode("utf-16-le"))
    done = subprocess.run([*PROGRAM, "read", str(tmp_path / "cut.xls")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr


def test_a_folder_that_is_not_there_is_a_wrong_input(tmp_path: Path) -> None:
    done = elisa_bdnf("batch", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert (done.code, "there is no such folder" in done.err) == (3, True)


@pytest.mark.parametrize("command", [("fit", "-", "--json"), ("read", "-", "--json")])
def test_a_dash_is_standard_input(command: tuple[str, ...], tmp_path: Path) -> None:
    plate = (FIXTURES / "demo" / "bdnf-plate.txt").read_bytes()
    table = b"concentration,response\n500,1.8\n250,1.2\n125,.75\n62.5,.38\n31,.19\n0,.02\n,.6\n"
    data = table if command[0] == "fit" else plate
    (tmp_path / "file").write_bytes(data)
    piped = subprocess.run([*PROGRAM, *command], input=data, capture_output=True, check=True)
    named = subprocess.run(
        [*PROGRAM, command[0], str(tmp_path / "file"), *command[2:]], capture_output=True, check=True
    )
    assert piped.stdout.replace(b'"standard input"', b'"file"') == named.stdout
    empty = subprocess.run([*PROGRAM, *command], input=b"", capture_output=True, check=False)
    assert (empty.returncode, empty.stdout) == (3, b"")
    assert empty.stderr.startswith(b"error: standard input: nothing was sent; expected a table or an export")
