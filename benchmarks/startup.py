"""What starting the program costs: CPU time of each command beside an empty Python.

    python benchmarks/startup.py [--runs 7]

CPU time (user + system) of the child process, median of several runs, after one run that is not counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

DEMO = Path(__file__).resolve().parents[1] / "fixtures" / "demo"
PROGRAM = "from elisa_bdnf.cli.main import main; main()"


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU time of starting the program")
    parser.add_argument("--runs", type=int, default=7)
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        commands = _commands(Path(folder))
        seconds = {name: _median_cpu_seconds(command, runs) for name, command in commands.items()}
    empty = seconds["python -c pass"]
    print(f"{'command':<28} {'CPU ms':>8} {'ratio':>7}   (median of {runs} runs)")
    for name, value in seconds.items():
        print(f"{name:<28} {1000 * value:>8.0f} {value / empty:>7.1f}")


def _commands(folder: Path) -> dict[str, list[str]]:
    export, samples = str(DEMO / "bdnf-plate.txt"), str(DEMO / "samples.csv")
    run = ["run", export, "--samples", samples, "--protocol", "human-infusion-plasma", "--out", str(folder / "out")]
    program = [sys.executable, "-c", PROGRAM]
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "elisa-bdnf --version": [*program, "--version"],
        "elisa-bdnf --help": [*program, "--help"],
        "elisa-bdnf read DEMO": [*program, "read", export],
        "elisa-bdnf read DEMO --json": [*program, "read", export, "--json"],
        "elisa-bdnf run DEMO": [*program, *run],
    }


def _median_cpu_seconds(command: list[str], runs: int) -> float:
    _cpu_seconds(command)
    return statistics.median(_cpu_seconds(command) for _ in range(runs))


def _cpu_seconds(command: list[str]) -> float:
    """CPU time of one child; raises AssertionError with its message where the command fails."""
    before = os.times()
    # Bytecode is kept, as it is for everybody who installed the program.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    after = os.times()
    assert done.returncode == 0, f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}"
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


if __name__ == "__main__":
    main()
