"""Which faults of a plate are seen, and how often a good plate is turned away.

    python benchmarks/faults.py [--plates 200] [--seed 1] [--preset kit-research] [--details] > docs/detection.md

Every plate goes through the whole of the main job but for reading a file: layout, curve, editing, limits, rules. The
assays vary (faulty_plates.py). A fault counts as *stopped* where the plate is refused or rejected, and as *seen*
where it is stopped, or one of the rules that are about such a fault warns. *Misreported* is the share of plates of
which the report still holds a number more than 30 % off what was in the well, beside that of clean plates.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import sqrt
from multiprocessing import Pool
from pathlib import Path

import faulty_plates as plates
import numpy as np

from elisa_bdnf import binding, protocols, qc, workflow
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.result import PlateResult

PAGE = """# Which faults are seen

Made by `python benchmarks/faults.py > docs/detection.md`, which redoes it in some minutes: {plates} simulated plates
for each fault (seed {seed}) go through the whole of the main job but for reading a file. The assays vary from plate to
plate: six curves (4PL and 5PL), a CV of the response of 3 to 6 %, six or seven levels and zero, duplicates and
triplicates, low, mixed and high samples, three controls. A standard error of 1 % is {error:.1f} points.

* **stopped**: the plate is refused or rejected; nothing of it is reported.
* **seen**: stopped, or one of the rules that are about such a fault warns on an accepted plate.
* **least seen**: the same under the worst of the conditions that vary.
* **R² ≥ 0.98**: of the plates with a curve, those that a check of R² alone would have passed.
* **misreported**: plates whose report still holds a number more than 30 % off what was in the well. Of good plates some
  do as well: low samples on a noisy assay.

Under ich-m10-lba controls count by 20 % recovery, single wells where a level stands once: that turns away some good
plates of a noisy assay, and finds more of the plates on which one correction went to a part of the wells only.

All rows one off leave replicates together: there the controls are what shows it, and a plate without controls would
pass. What happened to the numbers before they were exported (the last two rows) no rule can tell from a good plate;
within this program it cannot happen, since there is one correction for the whole plate. That the samples of another
plate were read under a layout shows only where the layout names its plate (by name, file or SHA-256): then it is
refused."""
FAR = 0.30  # share by which a reported number is off and counts as misreported


@dataclass(frozen=True)
class Fault:
    """``about``: the rules whose warning names this fault on a plate that is otherwise accepted."""

    name: str
    change: plates.Change
    about: tuple[str, ...] = ()
    demanded: float = 0.0  # per cent seen that is asked of the rules; 0: nothing
    exchanged: bool = False
    bound: bool = False  # to the other plate by its layout file
    cv: tuple[float, float] = (0.03, 0.06)  # of the response of a well
    hot: bool = False  # half of the plates were developed too long

    @property
    def is_one(self) -> bool:
        return not self.name.startswith("none")


def _same(_: np.random.Generator, plate: plates.Plate) -> plates.Plate:
    return plate


FAULTS = (
    Fault("none: clean plates", _same),
    Fault("none: clean plates of a noisy assay, CV 6 to 8 %", _same, cv=(0.06, 0.08)),
    Fault("none: half of the plates developed too long", _same, hot=True),
    Fault("none: but four wells mispipetted by up to 2×", plates.discordant),
    Fault("standards in reverse order", plates.bottom_up, demanded=99),
    Fault("duplicates across read as down", plates.wrong_direction, demanded=99),
    Fault("rotated by 180°", plates.rotated, demanded=99),
    Fault("mirrored", plates.mirrored, demanded=99),
    Fault("rows for columns", plates.transposed, demanded=99),
    Fault("list by columns read by rows", plates.column_major, demanded=99),
    Fault("all rows or columns shifted by one", plates.shifted, demanded=99),
    Fault("one row shifted by one well", plates.row_shifted, ("PLT-06",), demanded=99),
    Fault("450 and 570 nm exchanged", _same, demanded=99, exchanged=True),
    Fault("milli-OD, or a lost decimal comma", plates.milli, demanded=99),
    Fault(
        "zero standard holds the lowest standard", plates.blank_is_standard, ("BLK-02", "BLK-05", "STD-02", "FIT-03")
    ),
    Fault("reader stops at 2.0 to 2.4 OD", plates.saturated, ("WEL-01",), demanded=95, hot=True),
    Fault("a low standard off by 2×", plates.low_standard_off, ("STD-03", "STD-05", "BLK-05"), demanded=90),
    Fault("a standard well copied", plates.copied, ("REP-07",)),
    Fault("another plate's samples, layout bound", _same, demanded=99, bound=True),
    Fault("blank subtracted from samples only", plates.samples_blanked),
    Fault("reference subtracted from standards only", plates.standards_referenced),
)


@dataclass(frozen=True)
class Outcome:
    assay: plates.Assay
    stopped: bool
    findings: tuple[tuple[str, FindingLevel], ...]  # of a plate that was judged
    r_squared: float = float("nan")
    changes: tuple[float, ...] = ()  # |reported / true − 1| of the samples that may be reported

    @property
    def rejecting(self) -> set[str]:
        return {rule for rule, level in self.findings if level.rank >= FindingLevel.FAIL_PLATE.rank}

    def seen(self, about: Sequence[str]) -> bool:
        return self.stopped or any(rule in about for rule, _ in self.findings)

    @property
    def misreports(self) -> bool:
        return not self.stopped and any(change > FAR for change in self.changes)


@cache
def protocol_with(preset: str) -> Protocol:
    return protocols.load_protocol("generic", qc.schemas(), overrides={"qc.preset": preset})


def outcome_or_none(seed: int, number: int, fault: Fault, preset: str) -> Outcome | None:
    """The same plate ``number`` under every fault; None where this plate cannot have it."""
    noise = np.random.default_rng([seed, number])
    plate = plates.plate_from(noise, plates.assay_from(noise, fault.cv, hot=fault.hot))
    changed = fault.change(noise, plate)
    if changed is None:
        return None
    try:
        return _judged(plate.assay, _assessed(changed, fault, protocol_with(preset)), plate)
    except ElisaError as refusal:
        said = {problem.found.split(":")[0] for problem in refusal.problems}
        return Outcome(
            plate.assay, True, tuple((word if len(word) < 8 else "refused", FindingLevel.ERROR) for word in said)
        )


def _assessed(plate: plates.Plate, fault: Fault, protocol: Protocol) -> PlateResult:
    reading = plates.reading_of(plate, exchanged=fault.exchanged)
    layout = replace(plates.layout_of(plate), plate="Plate 2" if fault.bound else "Plate 1")
    export = Path(reading.source.file)
    [bound] = binding.layouts_for([reading], Path("plates.layout.toml"), export, lambda _path, _shape: (layout,))
    request = workflow.RunRequest()
    return workflow.assess([replace(reading, layout=bound)], export, request, protocol).results[0]


def _judged(assay: plates.Assay, result: PlateResult, plate: plates.Plate) -> Outcome:
    curve = result.analysis.curve
    findings = tuple(
        (f.rule, f.level) for f in result.findings if f.level is not FindingLevel.INFO or f.rule == "REP-07"
    )
    changes = [
        abs(judged.result.concentration / plate.truth[judged.result.content.name] - 1)
        for judged in result.results
        if judged.reportable and judged.result.concentration is not None
    ]
    r_squared = curve.report.r_squared if isinstance(curve, Curve) else float("nan")
    return Outcome(assay, not result.accepted, findings, r_squared, tuple(changes))


def outcomes(fault: Fault, count: int, seed: int, preset: str, jobs: int) -> list[Outcome]:
    """``count`` plates that can have the fault; half of all plates can have the rarest."""
    made: list[Outcome] = []
    with Pool(jobs) as pool:
        for start in range(0, 20 * count, count):
            asked = [(seed, number, fault, preset) for number in range(start, start + count)]
            made += [outcome for outcome in pool.starmap(outcome_or_none, asked, chunksize=10) if outcome]
            if len(made) >= count:
                break
    return made[:count]


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first; equally frequent ones by name, so that the page is the same every time."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


def row_of(fault: Fault, made: Sequence[Outcome]) -> list[str]:
    stopped = sum(outcome.stopped for outcome in made)
    seen = sum(outcome.seen(fault.about) for outcome in made)
    fitted = [outcome.r_squared for outcome in made if outcome.r_squared == outcome.r_squared]
    by = Counter(rule for outcome in made for rule in outcome.rejecting)
    changes = [change for outcome in made for change in outcome.changes]
    return [
        fault.name,
        str(len(made)),
        percent(stopped, len(made)),
        percent(seen, len(made)) if fault.is_one else "",
        least_seen(fault, made),
        f"≥ {fault.demanded:.0f}" if fault.demanded else "",
        percent(sum(value >= 0.98 for value in fitted), len(fitted)),
        percent(sum(outcome.misreports for outcome in made), len(made)),
        f"{100 * float(np.median(changes)):.0f}" if changes else "–",
        ", ".join(f"{rule} {percent(times, len(made))}" for rule, times in ranked(by)[:4]),
    ]


HEAD = (
    "fault", "plates", "stopped %", "seen %", "least seen %", "demanded", "R² ≥ 0.98 %", "misreported %",
    "median error %", "stopped by (% of plates)",
)  # fmt: skip
CONDITIONS: Mapping[str, Callable[[plates.Assay], str]] = {
    "samples": lambda assay: assay.population,
    "CV": lambda assay: f"{100 * assay.cv:.0f} %",
    "levels": lambda assay: str(assay.levels),
    "replicates": lambda assay: str(assay.replicates),
    "curve": lambda assay: f"d = {assay.curve[3]}, g = {assay.curve[4]}",
}


def seen_by_condition(fault: Fault, made: Sequence[Outcome]) -> dict[str, dict[str, tuple[int, int]]]:
    """Condition → its value → (seen, plates)."""
    counted: dict[str, dict[str, tuple[int, int]]] = {}
    for name, condition in CONDITIONS.items():
        for outcome in made:
            of_value = counted.setdefault(name, {})
            seen, count = of_value.get(condition(outcome.assay), (0, 0))
            of_value[condition(outcome.assay)] = seen + outcome.seen(fault.about), count + 1
    return counted


def least_seen(fault: Fault, made: Sequence[Outcome]) -> str:
    """The smallest share seen under any one condition of which there are twenty plates or more, and which that is."""
    shares = [
        (seen / count, f"{percent(seen, count)} ({name} {value})")
        for name, values in seen_by_condition(fault, made).items()
        for value, (seen, count) in sorted(values.items())
        if count >= 20
    ]
    least = min(shares, key=lambda share: share[0], default=(1.0, ""))
    return least[1] if least[0] < 1 and fault.is_one else ""


def details(fault: Fault, made: Sequence[Outcome]) -> Iterator[str]:
    yield f"\n{fault.name}"
    for name, values in seen_by_condition(fault, made).items():
        yield f"  {name}: " + ", ".join(f"{value}: {percent(*counts)}" for value, counts in sorted(values.items()))
    warned = Counter(rule for outcome in made for rule in {rule for rule, _ in outcome.findings})
    shares = ", ".join(f"{rule} {percent(n, len(made))}" for rule, n in ranked(warned)[:12])
    yield f"  plates with a warning or more of: {shares}"


def line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def table(asked: argparse.Namespace, preset: str) -> None:
    """Print a row a fault as soon as it is known, and with ``--details`` what lies behind each."""
    print(f"\n## Preset {preset}\n\n{line(HEAD)}\n|{'---|' * len(HEAD)}")
    behind: list[str] = []
    for fault in FAULTS:
        if asked.only in fault.name:
            made = outcomes(fault, asked.plates, asked.seed, preset, asked.jobs)
            print(line(row_of(fault, made)), flush=True)
            behind += details(fault, made)
    if asked.details:
        print("\n".join(behind))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--preset", action="append", help="kit-research and ich-m10-lba without it")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--details", action="store_true", help="what was seen under each condition, and all warnings")
    asked = parser.parse_args()
    print(PAGE.format(plates=asked.plates, seed=asked.seed, error=100 * sqrt(0.01 * 0.99 / asked.plates)))
    for preset in asked.preset or ("kit-research", "ich-m10-lba"):
        table(asked, preset)


if __name__ == "__main__":
    main()
