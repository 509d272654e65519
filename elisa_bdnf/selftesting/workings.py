"""OQ: results are the same every time, changes to them are noticed, and a history gives back what it took."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from elisa_bdnf import workflow
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.reports.digits import count
from elisa_bdnf.selftesting.item import Item, Part, judged
from elisa_bdnf.selftesting.plates import example_folder
from elisa_bdnf.verifying.check import Standing
from elisa_bdnf.verifying.whole import verify

_CHANGED = "samples.csv"


def working_items() -> Iterator[Item]:
    """Written into a folder for temporary files, which is gone afterwards."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            yield from _in_folder(Path(scratch))
    except (ElisaError, OSError) as failed:
        yield judged(Part.OQ, "a plate from export to report", str(failed), passed=False)


def _in_folder(scratch: Path) -> Iterator[Item]:
    inputs = example_folder("gen5-pass")
    request = workflow.RunRequest("human-infusion-plasma", samples=inputs / "samples.csv")
    protocol = workflow.protocol_from_request(request)
    run = workflow.run(inputs / "plate.txt", request, protocol)
    again = workflow.run(inputs / "plate.txt", request, protocol)
    files = workflow.files_from_result(run.results[0], run, request)
    same = files == workflow.files_from_result(again.results[0], again, request)
    said = f"{count(len(files), 'file')}, byte for byte" if same else "the same plate twice gave two results"
    yield judged(Part.OQ, "the same input gives the same bytes", said, passed=same)
    results = workflow.write_results(run, request, scratch / "results")[0][0]
    yield _verified(results, inputs, "a result is verified from its inputs", Standing.VERIFIED)
    table = results / _CHANGED
    table.write_bytes(table.read_bytes().replace(b"within", b"Within", 1))
    yield _verified(results, inputs, "one changed letter of a result is noticed", Standing.DIFFERENT)
    yield _history(run, scratch / "history.sqlite")


def _verified(results: Path, inputs: Path, name: str, expected: Standing) -> Item:
    found = verify(results, [inputs])
    wrong = [check for part in found.parts for check in part.checks if check.standing is not Standing.VERIFIED]
    said = "; ".join(f"{check.file} {check.message}".strip() for check in wrong[:2]) or "all files and inputs"
    return judged(Part.OQ, name, said, passed=found.standing is expected)


def _history(run: workflow.Run, path: Path) -> Item:
    workflow.remember(path, workflow.charted([run]))
    past = workflow.past_or_none(path)
    expected = [result.analysis.charted for result in run.results if result.accepted]
    same = past is not None and list(past.plates) == expected
    return judged(Part.OQ, "a history gives back what it took", count(len(expected), "plate"), passed=same)
