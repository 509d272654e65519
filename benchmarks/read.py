"""What reading an export costs, beside two other converters, over the real exports that all of them can read.

    python benchmarks/read.py [--runs 5]

Wall-clock milliseconds in one process after start-up, the best of several runs. The other tools are no dependencies of
this project: install ``allotropy`` and ``openreadout`` where this runs; one that is not there is left out. Every value
that another tool gives for a well has to be one of ours for that well, exactly: otherwise the script fails.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from elisa_bdnf.errors import ElisaError
from elisa_bdnf.model.plate import well_from_row_column, well_from_text_or_none
from elisa_bdnf.readers import read_export

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "exports"
FOLDERS = (
    "agilent_gen5",
    "bmg_labtech_smart_control",
    "bmg_mars",
    "moldev_softmax_pro",
    "perkin_elmer_envision",
    "revvity_kaleido",
    "tecan_magellan",
    "thermo_skanit",
)
MEASURED = ("absorbance", "fluorescence", "luminescence")
Values = frozenset[tuple[str, float]]
Reader = Callable[[Path], Values]


def our_values(path: Path) -> Values:
    """Wells and numbers, measured and calculated, of all plates."""
    readings = read_export(path)
    measured = (pair for r in readings for c in r.channels for pair in zip(r.shape.wells(), c.values, strict=True))
    computed = ((r.well, r.value) for reading in readings for r in reading.instrument_results if r.value is not None)
    return frozenset((well, value) for well, value in (*measured, *computed) if not math.isnan(value))


def values_of_allotropy(path: Path) -> Values:
    """From the ASM document: each measurement names its well; −0.0 stands there for cells without a number."""
    vendor = import_module("allotropy.parser_factory").Vendor[path.relative_to(CORPUS).parts[0].upper()]
    document = import_module("allotropy.to_allotrope").allotrope_from_file(str(path), vendor)
    return frozenset((well, value) for well, value in _measured_in(document) if value or math.copysign(1, value) > 0)


def _measured_in(node: Any) -> Iterator[tuple[str, float]]:
    if isinstance(node, list):
        for item in node:
            yield from _measured_in(item)
    elif isinstance(node, dict):
        sample = node.get("sample document")
        well = well_from_text_or_none(str(sample.get("location identifier", ""))) if isinstance(sample, dict) else None
        for name in MEASURED:
            value = node[name].get("value") if isinstance(node.get(name), dict) else None
            if well and isinstance(value, int | float):
                yield well, float(value)
        for item in node.values():
            yield from _measured_in(item)


def values_of_openreadout(path: Path) -> Values:
    """From its tables: row and column count from 1."""
    with import_module("openreadout").File(str(path)) as file:
        found = [(file.tables[index], file.read_table(index)) for index in range(len(file.tables))]
    return frozenset(pair for about, table in found for pair in _pairs_of_table(about, table))


def _pairs_of_table(about: Any, table: Any) -> Iterator[tuple[str, float]]:
    names = [column["name"] for column in about["columns"]]
    row, column, value = (names.index(name) for name in ("row", "col", "value"))
    for line in table:
        if not math.isnan(line[value]):
            yield well_from_row_column(int(line[row]) - 1, int(line[column]) - 1), float(line[value])


OTHERS: dict[str, Reader] = {"allotropy": values_of_allotropy, "openreadout": values_of_openreadout}


def main() -> None:
    parser = argparse.ArgumentParser(description="milliseconds per export, beside other converters")
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    if not CORPUS.is_dir():
        print("There is no corpus of real exports in ../shared/corpus, so there is nothing to compare.")
        return
    tools = {name: reader for name, reader in OTHERS.items() if find_spec(name) is not None}
    for name in OTHERS.keys() - tools.keys():
        print(f"{name} is not installed here; it is left out.")
    warnings.simplefilter("ignore")  # of the other tools
    if not compare(tools, runs):
        sys.exit(1)


def compare(tools: dict[str, Reader], runs: int) -> bool:
    """Print one line per file and the medians; False where a value of another tool is none of ours."""
    print(f"{'ours ms':>8} " + " ".join(f"{name + ' ms':>15} {'ratio':>7}" for name in tools))
    ratios: dict[str, list[float]] = {name: [] for name in tools}
    alike, skipped = True, 0
    for path in _exports():
        ours, theirs = _or_none(our_values, path), {name: _or_none(reader, path) for name, reader in tools.items()}
        if ours is None or not all(theirs.values()):
            skipped += 1
            continue
        for name, values in theirs.items():
            alike &= _is_contained(ours, values or frozenset(), name, path)
        mine = _best_ms(our_values, path, runs)
        others = {name: _best_ms(reader, path, runs) for name, reader in tools.items()}
        shown = " ".join(f"{others[name]:>15.2f} {others[name] / mine:>6.1f}x" for name in tools)
        print(f"{mine:>8.2f} {shown}  {path.relative_to(CORPUS)}")
        for name in tools:
            ratios[name].append(others[name] / mine)
    for name, found in ratios.items():
        if found:
            print(f"{name}: {statistics.median(found):.1f} times our time (median of {len(found)} files)")
    print(f"{skipped} other files are not read by all of the tools.")
    return alike


def _exports() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (CORPUS / folder).rglob("*") if path.is_file())


def _or_none(reader: Reader, path: Path) -> Values | None:
    """None where a tool refuses a file, in whatever way it does that."""
    try:
        return reader(path)
    except ElisaError:
        return None
    except Exception:
        if reader is our_values:
            raise
        return None


def _is_contained(ours: Values, theirs: Values, name: str, path: Path) -> bool:
    more = sorted(theirs - ours)
    if more:
        print(f"{path.relative_to(CORPUS)}: {name} has {len(more)} values that we do not: {more[:4]}")
    return not more


def _best_ms(reader: Reader, path: Path, runs: int) -> float:
    best = math.inf
    for _ in range(runs):
        start = time.perf_counter()
        reader(path)
        best = min(best, time.perf_counter() - start)
    return best * 1e3


if __name__ == "__main__":
    main()
