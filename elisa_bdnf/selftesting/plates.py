"""OQ: the simulated plates that come with the program, whose true concentrations are known, and broken inputs."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from elisa_bdnf import readers, workflow
from elisa_bdnf.checking import check_paths
from elisa_bdnf.checking.outcome import CaseReport, Status
from elisa_bdnf.errors import ElisaError, OutputError, UsageError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.reports.records import sample_records
from elisa_bdnf.selftesting.item import Item, Part, judged

PLATES = (
    "demo", "gen5-pass", "gen5-troubled", "softmax-pass", "softmax-rejected", "generic-csv", "generic-xlsx",
    "edited-standard", "dilution-series", "triplicates", "several-plates",
)  # fmt: skip
# Plates without a planted fault: their true concentrations must be found.
HONEST = ("demo", "gen5-pass", "softmax-pass", "generic-csv", "generic-xlsx")
BROKEN = "wrong-input"
LEAST_COVERAGE, MOST_ERROR_PERCENT = 0.85, 5.0
CUTS = 8  # of a whole export, at equal steps
_OPTIONS = {"--layout": "layout", "--samples": "samples", "--protocol": "protocol"}


def example_folder(name: str) -> Path:
    """A folder of examples as installed, or as it lies in a checkout. Raises OutputError where both are missing."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_shipped"
    for folder in (shipped / "examples" / name, shipped / name, package.parent / "fixtures" / name):
        if folder.is_dir():
            return folder
    raise OutputError(f"the example {name} was not installed with the program", hint="install elisa-bdnf again")


def plate_items() -> Iterator[Item]:
    """Plates that must come out as expected, and near to the truth; inputs that must be refused."""
    for case in check_paths([example_folder(name) for name in PLATES]).cases:
        yield _as_expected(case)
    yield from (_near_the_truth(example_folder(name)) for name in HONEST)
    yield from _refusals(example_folder(BROKEN))
    yield from _cut(example_folder("gen5-pass"))


def _as_expected(case: CaseReport) -> Item:
    return judged(
        Part.OQ, f"plate {Path(case.file).parent.name}", findings_of(case), passed=case.status is Status.AS_EXPECTED
    )


def findings_of(case: CaseReport) -> str:
    """What came of a case, in a sentence."""
    told = [each.sentence for each in case.differences] + [each.message for each in case.failures]
    if told:
        return "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")
    results = f", {case.results} concentrations" if case.results else ""
    return f"verdict, findings{results} as expected" if case.plates else "refused as expected"


def _request(folder: Path) -> tuple[Path, workflow.RunRequest]:
    told = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    files = {key: folder / told[key] for key in ("layout", "samples") if key in told}
    return folder / told["export"], workflow.RunRequest(protocol=told.get("protocol", "generic"), **files)


def _near_the_truth(folder: Path) -> Item:
    """The share of intervals that hold the true concentration, and how far results are from it."""
    name = f"true concentrations of {folder.name}"
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        truth = {row["well"]: row["true_concentration"] for row in csv.DictReader(stream)}
    export, request = _request(folder)
    try:
        run = workflow.run(export, request, workflow.protocol_from_request(request))
    except ElisaError as refused:
        return judged(Part.OQ, name, str(refused.problems[0]), passed=False)
    rows = [row for result in run.results for row in sample_records(result) if row["concentration"] is not None]
    held = sum(row["ci_low"] <= float(truth[row["wells"][0]]) <= row["ci_high"] for row in rows)
    error = median(100 * abs(row["concentration"] / float(truth[row["wells"][0]]) - 1) for row in rows)
    said = f"{held} of {len(rows)} intervals (95 %) hold it, {LEAST_COVERAGE:.0%} must; median error {error:.1f} %"
    return judged(Part.OQ, name, said, passed=held >= LEAST_COVERAGE * len(rows) and error <= MOST_ERROR_PERCENT)


# --- broken inputs --------------------------------------------------------------------------------------------------


def _refusals(folder: Path) -> Iterator[Item]:
    """Each must be refused with a message that names the file and what was found."""
    for case in tomllib.loads((folder / "cases.toml").read_text(encoding="utf-8"))["case"]:
        command, *words = case["arguments"]
        if words:
            yield _refused(f"refuses: {case['name']}", _refusal_or_none(command, words, folder), case["fragments"])


def _refusal_or_none(command: str, words: list[str], folder: Path) -> str | None:
    """What the program says of a wrong input; None where it takes it."""
    try:
        if command == "read":
            readers.read_export(folder / words[0])
        else:
            request = _request_from_words(words[1:], folder)
            workflow.run(folder / words[0], request, workflow.protocol_from_request(request))
    except ElisaError as refused:
        return str(refused)
    return None


def _request_from_words(words: list[str], folder: Path) -> workflow.RunRequest:
    told: dict[str, str] = dict(zip(words[::2], words[1::2], strict=True))
    unknown = told.keys() - _OPTIONS.keys()
    if unknown:
        raise UsageError(f"the example uses {', '.join(sorted(unknown))}", expected=", ".join(_OPTIONS))
    files = {_OPTIONS[key]: folder / value for key, value in told.items() if key != "--protocol"}
    return workflow.RunRequest(protocol=told.get("--protocol", "generic"), **files)  # type: ignore[arg-type]


def _refused(name: str, said: str | None, fragments: list[str]) -> Item:
    if said is None:
        return judged(Part.OQ, name, "was taken", passed=False)
    missing = [fragment for fragment in fragments if fragment not in said]
    first = said.splitlines()[0]
    shown = first if len(first) <= 160 else f"{first[:160]}…"
    found = f"the message lacks {', '.join(missing)}: {first}" if missing else shown
    return judged(Part.OQ, name, found, passed=not missing)


def _cut(folder: Path) -> Iterator[Item]:
    """An export that was cut off is refused, wherever the cut, or says all that the whole one does."""
    export, request = _request(folder)
    data, protocol = export.read_bytes(), workflow.protocol_from_request(request)

    def results(length: int) -> list[list[dict[str, object]]]:
        readings = readers.read_file(InputFile(export.name, data[:length]))
        return [sample_records(each) for each in workflow.assess(readings, export, request, protocol).results]

    whole, taken = results(len(data)), []
    for part in range(1, CUTS):
        at = len(data) * part // CUTS
        try:
            taken += [at] if results(at) != whole else []
        except ElisaError:
            continue
    said = f"cut at {CUTS - 1} places" if not taken else f"taken, cut at {', '.join(map(str, taken))} bytes"
    yield judged(Part.OQ, "refuses: an export that was cut off", said, passed=not taken)
