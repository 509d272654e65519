"""A study of 200 plates with 40 samples each from result folders, timed stage by stage.

    python benchmarks/study.py [--plates 200] [--runs 3]

The result folders are made first (and not timed) from one real result with names and numbers changed. CPU seconds,
best of several; the program's own start is in the last line.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from elisa_bdnf.reports.json_result import json_text
from elisa_bdnf.study_workflow import StudyRequest, files_from_study, run_study

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = str(Path(sys.executable).with_name("elisa-bdnf"))
TIMES = ("baseline", "120min", "230min", "24h", "7d")


def write_plates(folder: Path, plates: int) -> None:
    """Eight subjects × five timepoints on each plate; the documents are as large as real ones."""
    demo = ROOT / "fixtures" / "demo"
    made = folder / "template"
    subprocess.run([PROGRAM, "run", str(demo / "bdnf-plate.txt"), "--samples",
                    str(demo / "samples.csv"), "--protocol", "human-infusion-plasma", "--out", str(made), "--quiet"],
                   check=True)  # fmt: skip
    document = json.loads((made / "result.json").read_text(encoding="utf-8"))
    sample = document["samples"][0]
    for path in made.iterdir():
        path.unlink()
    made.rmdir()
    noise = random.Random(1)  # noqa: S311
    for plate in range(plates):
        document["plate"], document["source"]["sha256"] = f"Plate {plate}", f"{plate:064x}"
        document["samples"] = []
        for person in range(8):
            level = math.log(1500) + 0.5 * noise.gauss(0, 1)
            for at, timepoint in enumerate(TIMES):
                value = math.exp(level + 0.05 * at + 0.13 * noise.gauss(0, 1))
                own = {"sample": f"S{plate}-{person}-{at}", "subject": f"P{plate:03d}-{person}", "timepoint": timepoint,
                       "concentration": value, "ci_low": value * 0.9, "ci_high": value * 1.11, "status": "within",
                       "reportable": True, "limit": None, "actual_time_min": ""}  # fmt: skip
                document["samples"].append(sample | own)
        target = folder / f"plate-{plate:03d}"
        target.mkdir()
        (target / "result.json").write_text(json_text(document), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_plates(folder, asked.plates)
        request = StudyRequest((folder,), protocol="human-infusion-plasma")
        calculated, written = [], []
        for _ in range(asked.runs):
            start = time.process_time()
            result = run_study(request)
            middle = time.process_time()
            files = files_from_study(result, request)
            calculated.append(middle - start)
            written.append(time.process_time() - middle)
        print(f"{asked.plates} plates, {len(result.measurements)} samples, {len(result.subjects)} subjects")
        print(f"reading, model and rules   {min(calculated):6.2f} s CPU")
        print(f"study.json and tables      {min(written):6.2f} s CPU  ({sum(map(len, files.values())) / 1e6:.1f} MB)")
        command = [PROGRAM, "study", str(folder), "--out", str(folder / "out"), "--quiet"]
        before = os.times()
        subprocess.run(command, check=True)
        after = os.times()
        spent = after.children_user - before.children_user + after.children_system - before.children_system
        print(f"the whole command          {spent:6.2f} s CPU, start-up and writing included")


if __name__ == "__main__":
    main()
