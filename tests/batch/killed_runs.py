"""Run batches that are killed, each followed by one that is not, and tell which trees differ from an undisturbed one.

    python killed_runs.py FOLDER SCRATCH renames|moments [COUNT]

``renames``: killed at the first rename, at the second, and so on until a run comes through. ``moments``: COUNT runs,
each killed by its parent at a random moment. Every run is a child of its own that dies by SIGKILL; forks of this
process, which has loaded the program once, so that hundreds of them cost seconds.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from batches import digests
from elisa_bdnf import output
from elisa_bdnf.cli.main import main
from program import elisa_bdnf

EXPORTS, SCRATCH = Path(sys.argv[1]), Path(sys.argv[2])


def child(out: Path, kill_at: int = 0) -> int:
    """Start a run; with ``kill_at`` it kills itself in place of its rename of that number."""
    pid = os.fork()
    if pid:
        return pid
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    left, rename = [kill_at], output.rename

    def counted(part: Path, final: Path) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        rename(part, final)

    output.rename = counted
    sys.argv = ["elisa-bdnf", "batch", str(EXPORTS), "--out", str(out), "--jobs", "1"]
    try:
        main()
        os._exit(0)
    except SystemExit as stop:
        os._exit(int(stop.code or 0))


def was_killed(pid: int) -> bool:
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def at_every_rename(out: Path, whole: dict[str, str]) -> list[str]:
    wrong, number = [], 1
    while was_killed(child(out, number)):
        was_killed(child(out))
        wrong += [f"rename {number}"] if digests(out) != whole else []
        shutil.rmtree(out)
        number += 1
    return [*wrong, f"{number - 1} renames"]


def at_random_moments(out: Path, whole: dict[str, str], count: int) -> list[str]:
    """One output folder for all: a run goes on where the killed one left off, until the folder is whole."""
    dice, wrong, killed = random.Random(20260401), [], 0  # noqa: S311 - the same moments in every run of the test
    begin = time.monotonic()
    was_killed(child(out))
    length = time.monotonic() - begin
    shutil.rmtree(out)
    while killed < count:
        pid = child(out)
        time.sleep(dice.uniform(0, length))
        os.kill(pid, signal.SIGKILL)
        if was_killed(pid):
            killed += 1
            continue
        wrong += [f"after {killed} kills"] if digests(out) != whole else []
        shutil.rmtree(out)
    was_killed(child(out))
    wrong += ["at the end"] if digests(out) != whole else []
    return [*wrong, f"{killed} kills"]


def told() -> list[str]:
    elisa_bdnf("batch", EXPORTS, "--out", SCRATCH / "whole")  # in this process: its children find everything loaded
    whole = digests(SCRATCH / "whole")
    if sys.argv[3] == "renames":
        return at_every_rename(SCRATCH / "out", whole)
    return at_random_moments(SCRATCH / "out", whole, int(sys.argv[4]))


if __name__ == "__main__":
    print(json.dumps(told()))
