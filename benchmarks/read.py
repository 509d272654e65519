"""What reading an export costs, beside two other converters, over the real exports that all of them can read.

    python benchmarks/read.py [--runs 7] [--files]

CPU milliseconds in one process after start-up; the tools take turns and the best of several runs counts, so that other
work on the computer weighs little. ``--files`` shows every file, else the median of each folder is shown. The other
tools are no dependencies of this project: install ``allotropy`` and ``openreadout`` where this runs; one that is not
there is left out.

Every value that another tool gives for a well has to be one of ours for that well, exactly: otherwise the script fails.
How many values each of them gives is shown, for they do not do the same: openreadout is compiled and reads the matrices
of the wells; allotropy makes a document of each measurement; we read layout, words in wells and what the instrument
calculated besides, and look for lost and moved cells.

The second table is our own time for everything in the corpus that we read, by plate and by value: plates with a single
read have a hundred values, others a thousand. Nothing is kept from one run to
the next but the names of wells and the meaning of column headings.
"""

from __future__ import annotations

import argparse
import math
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from elisa_bdnf.errors import ElisaError
from elisa_bdnf.model.plate import well_from_row_column, well_from_text_or_none
from elisa_bdnf.model.reading import Reading
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
ENOUGH_SECONDS = 2.0  # for the runs of one tool on one file


@dataclass(frozen=True)
class Compared:
    """A file that all tools read: our time and that of each other tool in ms, and how many values each gives."""

    path: Path
    ours: float
    others: Mapping[str, float]
    values: Mapping[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU milliseconds per export, beside other converters")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--files", action="store_true", help="show every file")
    given = parser.parse_args()
    if not CORPUS.is_dir():
        print("There is no corpus of real exports in ../shared/corpus, so there is nothing to compare.")
        return
    tools = {name: reader for name, reader in OTHERS.items() if find_spec(name) is not None}
    for name in OTHERS.keys() - tools.keys():
        print(f"{name} is not installed here; it is left out.")
    warnings.simplefilter("ignore")  # of the other tools
    versions = "; ".join(f"{name} {metadata.version(name)}" for name in tools)
    print(f"CPU ms per file (medians), best of {given.runs} runs; Python {platform.python_version()}; {versions}")
    print("2.0x: the tool takes twice our time. Values: different numbers of wells; all of theirs are ours, too.\n")
    alike = compare(tools, given.runs, each=given.files) if tools else True
    show_our_own(given.runs)
    if not alike:
        sys.exit(1)


def compare(tools: dict[str, Reader], runs: int, *, each: bool) -> bool:
    """Print the times over the files that all tools read; False where a value of another tool is none of ours."""
    found: list[Compared] = []
    read_by = dict.fromkeys(["ours", *tools], 0)
    alike, paths = True, _exports(FOLDERS)
    for path in paths:
        values = {"ours": _or_none(our_values, path)} | {name: _or_none(tool, path) for name, tool in tools.items()}
        for name, of_tool in values.items():
            read_by[name] += bool(of_tool)
        if all(values.values()):
            for name in tools:
                alike &= _is_contained(values["ours"], values[name], name, path)
            times = _best_ms({"ours": our_values, **tools}, path, runs)
            counts = {name: len(of_tool or ()) for name, of_tool in values.items()}
            found.append(Compared(path, times.pop("ours"), times, counts))
    _show(found, tools, each=each)
    counted = ", ".join(f"{name} {number}" for name, number in read_by.items())
    print(f"\nOf {len(paths)} files in these folders {len(found)} are read by all. Files read: {counted}.")
    print("What we refuse is no endpoint plate (kinetics, spectra, scans, images), holds no values, or is damaged.\n")
    return alike


def _show(found: Iterable[Compared], tools: Iterable[str], *, each: bool) -> None:
    width = 60 if each else 26
    print(f"{'':<{width}} {'files':>5} {'ours':>8} " + " ".join(f"{name:>18}" for name in tools) + "   values")
    groups: dict[str, list[Compared]] = {}
    for one in found:
        place = one.path.relative_to(CORPUS)
        groups.setdefault(str(place) if each else place.parts[0], []).append(one)
        groups.setdefault("all", []).append(one)
    groups["all"] = groups.pop("all", [])
    for title, members in groups.items():
        columns = []
        for name in tools:
            ratio = statistics.median(one.others[name] / one.ours for one in members)
            columns.append(f"{statistics.median(one.others[name] for one in members):.2f} {ratio:>6.1f}x")
        counts = " / ".join(str(sum(one.values[name] for one in members)) for name in ("ours", *tools))
        ours = statistics.median(one.ours for one in members)
        shown = " ".join(f"{column:>18}" for column in columns)
        print(f"{title[-width:]:<{width}} {len(members):>5} {ours:>8.2f} {shown}   {counts}")


def show_our_own(runs: int) -> None:
    """Our time for each plate, by format, over everything that we read; plates with many reads cost more."""
    times: dict[str, list[tuple[float, float]]] = {}
    for path in _exports(sorted(folder.name for folder in CORPUS.iterdir())):
        try:
            readings = read_export(path)
        except ElisaError:
            continue
        kind = "workbook" if path.read_bytes()[:2] in (b"PK", b"\xd0\xcf") else "text"
        ms = _best_ms({"ours": read_export}, path, runs)["ours"]
        title = f"{kind:<9} {readings[0].source.format}"
        times.setdefault(title, []).append((ms / len(readings), 1e3 * ms / sum(map(_held, readings))))
    print(f"{'':<38} {'CPU ms per plate':>26} {'CPU µs per value':>18}")
    print(f"{'ours, by format':<32} {'files':>5} {'median':>8} {'fastest':>8} {'slowest':>8} {'median':>18}")
    for title, found in sorted(times.items()):
        of_plates, of_values = zip(*found, strict=True)
        spread = f"{statistics.median(of_plates):>8.2f} {min(of_plates):>8.2f} {max(of_plates):>8.2f}"
        print(f"{title:<32} {len(found):>5} {spread} {statistics.median(of_values):>18.1f}")


def _held(reading: Reading) -> int:
    """How many values a plate has: measured, words instead of them, calculated, and what the layout says of wells."""
    measured = sum(sum(not math.isnan(value) for value in c.values) + len(c.notes) for c in reading.channels)
    return measured + len(reading.instrument_results) + (len(reading.layout.contents) if reading.layout else 0)


def _exports(folders: Iterable[str]) -> list[Path]:
    return sorted(path for folder in folders for path in (CORPUS / folder).rglob("*") if path.is_file())


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


def _is_contained(ours: Values | None, theirs: Values | None, name: str, path: Path) -> bool:
    more = sorted((theirs or frozenset()) - (ours or frozenset()))
    if more:
        print(f"{path.relative_to(CORPUS)}: {name} has {len(more)} values that we do not: {more[:4]}")
    return not more


def _best_ms(readers: Mapping[str, Callable[[Path], object]], path: Path, runs: int) -> dict[str, float]:
    """The best CPU time of each reader; they take turns, and a slow one is not run more often than it needs."""
    best, spent = dict.fromkeys(readers, math.inf), dict.fromkeys(readers, 0.0)
    for _ in range(runs):
        for name, reader in readers.items():
            if spent[name] < ENOUGH_SECONDS:
                start = time.process_time()
                reader(path)
                seconds = time.process_time() - start
                best[name], spent[name] = min(best[name], 1e3 * seconds), spent[name] + seconds
    return best


if __name__ == "__main__":
    main()
