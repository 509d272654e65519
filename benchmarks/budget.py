"""Where the time of a plate in a batch goes, stage by stage.

``python benchmarks/budget.py [--plates 200]``

A batch of simulated plates in this process, with the clock of its CPU around every stage; what a stage spends in
another one is counted there alone. The clock itself costs some microseconds a stage.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from batch import simulate

STAGES = {
    "key, rest of the worker": ["batch.work:Worker.do"],
    "read": ["inputs.file:InputFile.open", "readers:read_file"],
    "lay out, join, rest of the analysis": ["workflow:assess", "analysis.analyze:analyze"],
    "fit": ["analysis.calibrate:calibrate", "analysis.edit:edit_standards", "analysis.alternatives:alternatives"],
    "read on the curve": ["analysis.quantify:quantify", "analysis.robustness:moves"],
    "rules": ["qc:judge"],
    "records": ["reports.csv_tables:tables_from_result"],
    "records as text, CSV": ["reports.written_records:written", "reports.csv_tables:csv_from_written"],
    "result.json": ["reports.json_result:render"],
    "words of the document": ["reports.document:document_from_result"],
    "page: tables": ["reports.html_table:table"],
    "page: curve": [
        "reports.curve_figure:curve_figure",
        "reports.recovery_figure:recovery_figure",
        "reports.precision_figure:precision_figure",
    ],
    "page: plates": ["reports.plate_map:plate_map", "reports.pattern_maps:pattern_maps"],
    "page: rest": ["reports.html:render"],
    "manifest and hashes": ["provenance:manifest", "provenance:sha256_of"],
    "row, print and entry": [
        "batch.work:Worker._written",
        "batch.plate_row:plate_row",
        "batch.copies:print_of",
        "batch.store:record",
        "batch.store:announce",
    ],
    "files written": ["output:write_folder"],
    "the batch: find, merge, reports": ["batch.whole:run_batch", "reports.batch_folder:files_from_batch"],
}


class Clock:
    """CPU seconds by stage, without those of the stages inside."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside: list[float] = []

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            begin = time.thread_time()
            self._inside.append(0.0)
            try:
                return function(*given, **named)
            finally:
                whole = time.thread_time() - begin
                self.spent[stage] += whole - self._inside.pop()
                if self._inside:
                    self._inside[-1] += whole

        return timed

    def watch(self, stage: str, place: str) -> None:
        """Put the clock around a function wherever a module of ours holds it, or around a method."""
        module, _, name = place.partition(":")
        *owners, last = name.split(".")
        owner: Any = import_module(f"elisa_bdnf.{module}")
        for each in owners:
            owner = getattr(owner, each)
        function = getattr(owner, last)
        timed = self.around(stage, function)
        setattr(owner, last, timed)
        for loaded in [m for name, m in sys.modules.items() if name.startswith("elisa_bdnf.") and not owners]:
            for key in [key for key, value in vars(loaded).items() if value is function]:
                setattr(loaded, key, timed)


def main() -> None:
    parser = argparse.ArgumentParser(description="Where the time of a plate in a batch goes.")
    parser.add_argument("--plates", type=int, default=200)
    plates = parser.parse_args().plates
    for places in STAGES.values():  # all are loaded before the first is watched
        for place in places:
            import_module(f"elisa_bdnf.{place.partition(':')[0]}")
    run, clock = import_module("elisa_bdnf.cli.main").main, Clock()
    for stage, places in STAGES.items():
        for place in places:
            clock.watch(stage, place)
    with tempfile.TemporaryDirectory() as scratch:
        simulate(Path(scratch) / "plates", plates)
        sys.argv = ["elisa-bdnf", "batch", f"{scratch}/plates", "--out", f"{scratch}/out", "--quiet", "--jobs", "1"]
        try:
            run()
        except SystemExit as end:
            if end.code not in (0, 1):  # 1: a plate was rejected
                raise
    for stage, spent in clock.spent.most_common():
        print(f"{stage:36}{1000 * spent / plates:8.2f} ms")
    print(f"{'together':36}{1000 * clock.spent.total() / plates:8.2f} ms of CPU per plate, of {plates}")


if __name__ == "__main__":
    main()
