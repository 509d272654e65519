"""A folder of simulated plates, beside a plain script and another tool.

``python benchmarks/batch.py [--plates 1000] [--memory 10000]``

CPU time (user and system) per plate of whole processes, less that of the same process with one plate, so that start-up
is not counted; memory is that of the largest process. What is compared does not do the same:

* the plain script (pandas, scipy, openpyxl) reads the two matrices, fits one unweighted 4PL by ``curve_fit``, inverts
  it for the samples, and writes a csv and a workbook for each plate: no intervals, no QC, no page;
* openreadout (if it is installed) fits its assay curve and returns the numbers: nothing is written.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "fixtures"))

from assay import simulated_plate  # noqa: E402
from write_gen5 import Gen5Settings, gen5_text  # noqa: E402

PLAIN = """
import io, sys
from pathlib import Path
import numpy as np, pandas as pd
from openpyxl import Workbook
from scipy.optimize import curve_fit

def f(x, a, b, c, d):
    return d + (a - d) / (1 + (x / c) ** b)

def block(lines, title, step, at):
    top = lines.index(title)
    rows = [lines[top + 2 + step * row + at] for row in range(8)]
    cells = pd.read_csv(io.StringIO("\\n".join(rows)), sep="\\t", header=None, dtype=str)
    return cells.iloc[:, 1:13].to_numpy().ravel()

for path in sorted(Path(sys.argv[1]).glob("*.txt")):
    lines = path.read_bytes().decode("cp1252").splitlines()
    names, numbers = block(lines, "Layout", 2, 0), pd.to_numeric(pd.Series(block(lines, "Layout", 2, 1))).to_numpy()
    main, reference = (pd.Series(block(lines, "Results", 4, at)).astype(float) for at in (0, 1))
    od = main - reference
    table = pd.DataFrame({"name": names, "number": numbers, "od": od}).dropna(subset=["name"])
    is_standard = table.name.str.startswith("STD")
    x, y = table.number[is_standard].to_numpy(), table.od[is_standard].to_numpy()
    (a, b, c, d), _ = curve_fit(f, x, y, [y.min(), 1, 200, 1.3 * y.max()], maxfev=5000)
    groups = table[~is_standard].groupby("name", sort=False)
    means = groups.agg(od=("od", "mean"), sd=("od", "std"), number=("number", "first"))
    with np.errstate(all="ignore"):
        means["in_well"] = c * ((a - d) / (means.od - d) - 1) ** (1 / b)
    means["concentration"] = means.in_well / means.number
    out = Path(sys.argv[2]) / path.stem
    out.mkdir()
    means.to_csv(out / "samples.csv")
    book = Workbook()
    for row in means.reset_index().itertuples(index=False):
        book.active.append(list(row))
    book.save(out / "samples.xlsx")
"""
OTHER = """
import sys
from pathlib import Path
import openreadout
for path in sorted(Path(sys.argv[1]).glob("*.txt")):
    openreadout.analyze(str(path), "assay", analysis="curve", model="4pl")
"""
BATCH = "from elisa_bdnf.cli.main import main; main()"


def simulate(folder: Path, plates: int) -> None:
    folder.mkdir()
    for number in range(plates):
        text = gen5_text((simulated_plate(seed=100_000 + number), Gen5Settings()))
        (folder / f"plate{number:05}.txt").write_bytes(text)


@dataclass(frozen=True)
class Measured:
    """One process with its children: CPU and wall seconds, and the largest of them in MB."""

    cpu: float
    wall: float
    peak: float


def measured(command: list[str]) -> Measured:
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        wall, child.returncode = time.perf_counter() - begin, os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):  # 1: a plate was rejected
            said.seek(0)
            raise SystemExit(said.read().decode())
    return Measured(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def run(words: list[str], folder: Path, scratch: Path) -> Measured:
    with tempfile.TemporaryDirectory(dir=scratch) as out:
        filled = [word.replace("{folder}", str(folder)).replace("{out}", out) for word in words]
        return measured([sys.executable, *filled])


def per_plate(words: list[str], many: Path, one: Path, plates: int, scratch: Path) -> Measured:
    """CPU and wall milliseconds per plate after start-up."""
    single, whole = run(words, one, scratch), run(words, many, scratch)
    share = 1000 / (plates - 1)
    return Measured(share * (whole.cpu - single.cpu), share * (whole.wall - single.wall), whole.peak)


OURS = ["-c", BATCH, "batch", "{folder}", "--out", "{out}/results", "--quiet", "--jobs"]
ONE, TWO = "tables, JSON and pages", "tables, JSON and pages, two jobs"


def jobs() -> dict[str, list[str]]:
    found = {
        ONE: [*OURS, "1"],
        "tables and JSON": [*OURS, "1", "--no-html"],
        TWO: [*OURS, "2"],
        "plain pandas + scipy + openpyxl": ["-c", PLAIN, "{folder}", "{out}"],
    }
    return found | ({"openreadout, numbers only": ["-c", OTHER, "{folder}"]} if find_spec("openreadout") else {})


def compare(plates: int, here: Path) -> None:
    simulate(here / "many", plates)
    simulate(here / "one", 1)
    print(f"{plates} simulated plates, milliseconds per plate")
    print(f"{'':36}{'CPU':>8}{'wall':>8}{'largest process, MB':>22}")
    found = {}
    for name, words in jobs().items():
        found[name] = each = per_plate(words, here / "many", here / "one", plates, here)
        print(f"{name:36}{each.cpu:8.2f}{each.wall:8.2f}{each.peak:22.0f}", flush=True)
    print(f"two jobs are {found[ONE].wall / found[TWO].wall:.2f} × one (wall; of an idle machine with two cores)")


def memory(plates: int, here: Path) -> None:
    """Whether it grows with the number of plates."""
    simulate(here / "all", plates)
    print(f"\n{'plates, tables and JSON':36}{'largest process, MB':>22}")
    for part in sorted({plates // 10, plates}):
        (here / f"part{part}").mkdir()
        for path in sorted((here / "all").iterdir())[:part]:
            os.link(path, here / f"part{part}" / path.name)
        peak = run([*OURS, "1", "--no-html"], here / f"part{part}", here).peak
        print(f"{part:<36}{peak:22.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Batches beside a plain script and another tool.")
    parser.add_argument("--plates", type=int, default=1000)
    parser.add_argument("--memory", type=int, default=0, metavar="PLATES", help="the memory of so many as well")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as scratch:
        compare(options.plates, Path(scratch))
        if options.memory:
            memory(options.memory, Path(scratch))


if __name__ == "__main__":
    main()
