"""How far a batch is, on a terminal and elsewhere."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest

from batches import CSV, CSV_LAYOUT, GEN5, LETTER, SOFTMAX, batch, folder_of
from elisa_bdnf.batch.store import Done
from elisa_bdnf.cli._progress import Progress
from elisa_bdnf.cli._width import of_width
from elisa_bdnf.cli.complaints import Complaints
from elisa_bdnf.errors import Problem
from elisa_bdnf.model.batch import Outcome

LONG = "2026-03-16 BDNF ketamine infusion, plate 7 of 8, second read after washing (final).txt"
pty = pytest.importorskip("pty", reason="this system has no such terminals")


def drawn(monkeypatch: pytest.MonkeyPatch, columns: int, *dones: Done, quiet: bool = False, total: int = 1) -> str:
    """The last line that was drawn on a terminal of so many columns, without colors and moves."""
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        progress = Progress(quiet=quiet)
        progress.begin(total)
        for done in dones:
            progress.on_done(done, total - 1 if total > 1 else 1)
        if progress.bar is not None:
            progress.bar.refresh()
        progress.end()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", everything(ours).decode())
    os.close(ours)
    return [line.rstrip() for line in re.split(r"[\r\n]+", text) if line.strip()][-1]


def everything(terminal: int) -> bytes:
    """All that was written to a terminal whose other end is closed: one read may give only a part of it."""
    text = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # how Linux says that nothing is left
            return text
        if not part:
            return text
        text += part


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_a_bar_fits_its_terminal_and_breaks_no_number(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    last = drawn(monkeypatch, columns, Done(LONG, Outcome.ACCEPTED, fresh=True), total=1250)
    assert len(last) <= columns
    assert "1249/1250 " in last
    assert "2026-" in last
    assert ("exports/s" in last) == (columns > 40)
    assert ("━" in last) == (columns >= 80)


def test_the_last_export_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "tables and pages" in drawn(monkeypatch, 80, Done("a.txt", Outcome.ACCEPTED, fresh=True))


def test_quiet_leaves_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Done("a.txt", Outcome.REFUSED, fresh=True, problems=(Problem("broken", file="a.txt"),))
    assert drawn(monkeypatch, 80, broken, quiet=True) == "error: a.txt: broken."


def test_elsewhere_there_is_a_plain_line_for_each_export(tmp_path: Path) -> None:
    done = batch(folder_of(tmp_path / "in", {"a.txt": GEN5, "letter.txt": LETTER}), tmp_path / "out")
    lines = done.err.splitlines()
    assert lines[:2] == ["1/2 a.txt: accepted", "2/2 letter.txt: refused"]
    assert lines[2].startswith("error: letter.txt: ")


def test_a_copy_is_told_as_one_at_once_and_its_last_verdict_corrects_the_first(tmp_path: Path) -> None:
    done = batch(folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX, "c.txt": GEN5}), tmp_path / "out")
    assert done.err.splitlines() == [
        "1/3 a.txt: accepted",
        "2/3 b.txt: accepted",
        "3/3 c.txt: accepted by itself, but reads the same as a.txt",
        "again a.txt: rejected in place of accepted, beside c.txt",
        "again c.txt: rejected in place of accepted, beside a.txt",
    ]


def test_a_long_list_of_what_is_expected_is_printed_once() -> None:
    complaints = Complaints()
    problems = [Problem("no export", "x" * 300, "look", file=name) for name in ("a.txt", "b.txt")]
    first, second = (list(complaints.lines([problem])) for problem in problems)
    assert first == [f"error: {problems[0]}"]
    assert second == ["error: b.txt: no export; see the error of a.txt."]
    assert list(complaints.lines([Problem("short", "y", file="c.txt")])) == ["error: c.txt: short; expected y."]


def test_a_mistake_in_a_sheet_for_all_is_printed_once(tmp_path: Path) -> None:
    files = {"a.txt": GEN5, "b.txt": SOFTMAX, "c.txt": CSV, "samples.csv": b"colour\nred\n"}
    done = batch(folder_of(tmp_path / "in", files), tmp_path / "out", "--quiet")
    first, *others = done.err.splitlines()
    assert first.startswith("error: samples.csv: no column of samples was found")
    assert "error: b.txt: the same problem of samples.csv as above." in others


def test_files_of_no_format_name_the_formats_once_in_a_batch(tmp_path: Path) -> None:
    files = {"a.txt": LETTER, "b.txt": LETTER.read_bytes() + b"\n", "c.txt": GEN5}
    done = batch(folder_of(tmp_path / "in", files), tmp_path / "out", "--quiet")
    assert done.err.count("tecan_magellan") <= 1
    table = (tmp_path / "out" / "unreadable.csv").read_text(encoding="utf-8")
    assert table.count("\n") == 3  # in full, for each


def test_every_error_of_a_batch_names_its_export(tmp_path: Path) -> None:
    files = {"a.csv": CSV, "a.layout.toml": CSV_LAYOUT, "l/a.layout.toml": CSV_LAYOUT, "b.txt": GEN5}
    folder = folder_of(tmp_path / "in", {**files, "manifest.csv": b"export,protocol\nb.txt,unheard-of\n"})
    done = batch(folder, tmp_path / "out", "--quiet")
    assert sorted(line.split(": ")[1] for line in done.err.splitlines()) == ["a.csv", "b.txt"]


LINES = ["", "  + new  FIT-07 plate  warn: changed on the command line: curve.weights", "short"]


def test_lines_are_broken_between_words_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(of_width(LINES)) == LINES
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout", Terminal())
    assert list(of_width(LINES)) == [
        "", "  + new  FIT-07 plate  warn: changed on", "    the command line: curve.weights", "short"
    ]  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
