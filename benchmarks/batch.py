"""A folder of simulated plates, beside a plain script and another tool: python benchmarks/batch.py [--plates N].

CPU time (user and system) per plate of whole processes, less that of the same process with one plate, so that start-up
is not counted; memory is the largest of any process. What is compared does not do the same:

* the plain script (pandas, scipy, openpyxl) reads the two matrices, fits one unweighted 4PL by ``curve_fit``, inverts
  it for the samples, and writes a csv and a workbook for each plate: no intervals, no QC, no page;
* openreadout (if it is installed) fits its assay curve and returns the numbers: nothing is written.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
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


def measured(command: list[str]) -> tuple[float, float]:
    """CPU seconds of a process and its children, and wall seconds."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1):  # 1: a plate was rejected
        raise SystemExit(done.stderr)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def per_plate(words: list[str], many: Path, one: Path, plates: int, out: Path) -> tuple[float, float]:
    """CPU and wall milliseconds per plate after start-up."""
    times = []
    for index, folder in enumerate((one, many)):
        target = out / f"{abs(hash(tuple(words)))}-{index}"
        target.mkdir()
        filled = [word.replace("{folder}", str(folder)).replace("{out}", str(target)) for word in words]
        times.append(measured([sys.executable, *filled]))
    (cpu_one, wall_one), (cpu, wall) = times
    return 1000 * (cpu - cpu_one) / (plates - 1), 1000 * (wall - wall_one) / (plates - 1)


def jobs() -> dict[str, list[str]]:
    ours = ["-c", BATCH, "batch", "{folder}", "--out", "{out}/results", "--quiet", "--jobs"]
    found = {
        "tables, JSON and pages": [*ours, "1"],
        "tables and JSON": [*ours, "1", "--no-html"],
        "tables, JSON and pages, two jobs": [*ours, "2"],
        "plain pandas + scipy + openpyxl": ["-c", PLAIN, "{folder}", "{out}"],
    }
    return found | ({"openreadout, numbers only": ["-c", OTHER, "{folder}"]} if find_spec("openreadout") else {})


def main() -> None:
    parser = argparse.ArgumentParser(description="Batches beside a plain script and another tool.")
    parser.add_argument("--plates", type=int, default=1000)
    plates = parser.parse_args().plates
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        simulate(here / "many", plates)
        simulate(here / "one", 1)
        print(f"{plates} simulated plates, milliseconds per plate")
        print(f"{'':36}{'CPU':>8}{'wall':>8}{'largest process, MB':>22}")
        walls = {}
        for name, words in jobs().items():
            cpu, walls[name] = per_plate(words, here / "many", here / "one", plates, here)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of all so far
            print(f"{name:36}{cpu:8.2f}{walls[name]:8.2f}{peak:22.0f}", flush=True)
    speed = walls["tables, JSON and pages"] / walls["tables, JSON and pages, two jobs"]
    print(f"two jobs are {speed:.2f} × one (wall; of an idle machine with two cores)")


if __name__ == "__main__":
    main()
