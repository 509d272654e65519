"""A whole batch: find, pair, do every export, and make one result of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf import __version__, output
from elisa_bdnf.batch.discover import STATE, all_found, discover
from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.pairing import Plan, pair
from elisa_bdnf.batch.tables import merged_tables
from elisa_bdnf.batch.work import ENTRIES, Done, Settings, Worker, entry_of, entry_path, remove_outputs
from elisa_bdnf.errors import ElisaError, UsageError
from elisa_bdnf.model.batch import BatchResult, Outcome
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.reports.batch_folder import files_from_batch
from elisa_bdnf.workflow import RunRequest


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What a person asked for. ``run`` holds for every export; its layout and samples are those for all of them."""

    folder: Path
    out: Path
    run: RunRequest
    formats: tuple[str, ...] = ("html",)
    force: bool = False


OnDone = Callable[[Done, int], None]


def run_batch(request: BatchRequest, protocol: Protocol, begin: Callable[[int], None], on_done: OnDone) -> BatchResult:
    """Do every export below the folder and write the batch folder.

    ``begin`` is told the number of exports, ``on_done`` each of them when it is done and how many are. Raises
    ElisaError where nothing can be done at all, OutputError where results cannot be written.
    """
    plan = plan_from_request(request)
    begin(len(plan.units))
    settings = Settings(request.folder, request.out, request.run, request.formats, __version__, request.force)
    worker = Worker(settings)
    for number, unit in enumerate(plan.units, start=1):
        on_done(worker.do(unit), number)
    return finish(request.out, request.folder.resolve().name, plan, protocol)


def plan_from_request(request: BatchRequest) -> Plan:
    """What is to be done. Raises ElisaError where there is nothing."""
    if not request.folder.is_dir():
        there = "this is a file" if request.folder.exists() else "there is no such folder"
        raise UsageError(there, expected="a folder of exports", file=str(request.folder))
    layout, samples = request.run.layout, request.run.samples
    tree = discover(request.folder, request.out, named=[path for path in (layout, samples) if path])
    plan = pair(tree, {}, layout, samples)
    assert sorted(all_found(tree)) == sorted([u.file for u in plan.units] + [i.file for i in plan.ignored])  # noqa: S101
    if not plan.units:
        passed = f"; {len(plan.ignored)} files were passed over" if plan.ignored else ""
        raise ElisaError(f"no export was found in the folder{passed}", file=str(request.folder))
    return plan


def finish(out: Path, name: str, plan: Plan, protocol: Protocol) -> BatchResult:
    """Merge what is known of every export, from its entry, into the tables and reports of the batch."""
    entries = [_entry(out, unit.folder) for unit in plan.units]
    _clear(out, {unit.folder for unit in plan.units})
    rows = tuple(entry.row for entry in entries)
    batch = BatchResult(name, protocol.id, protocol.title, rows, plan.ignored)
    batch = BatchResult(name, protocol.id, protocol.title, rows, plan.ignored, tuple(_remarks(batch)))
    output.remove_leftovers(out)
    output.write_folder(out, {**merged_tables(out, entries), **files_from_batch(batch)})
    return batch


def _entry(out: Path, folder: str) -> Entry:
    entry = entry_of(out, folder)
    if entry is None:
        raise ElisaError("the entry of an export is gone", hint="run again", file=str(entry_path(out, folder)))
    return entry


def _clear(out: Path, folders: set[str]) -> None:
    """Remove what an earlier run wrote for exports that are no longer there: it would be taken for a result."""
    for path in sorted((out / STATE / ENTRIES).glob("*.json")):
        if path.stem not in folders:
            earlier = entry_of(out, path.stem)
            remove_outputs(out, earlier.outputs if earlier else {})
            output.remove(path, keep=out)


def _remarks(batch: BatchResult) -> Iterator[str]:
    """One plate that is there twice: counted twice, it would look like two."""
    by_file, by_values = defaultdict(list), defaultdict(list)
    for plate in batch.plates():
        by_file[plate.export_sha256].append(plate.export)
        by_values[plate.values_sha256].append(plate)
    same = {digest: list(dict.fromkeys(files)) for digest, files in by_file.items()}
    yield from (f"The same file is there more than once: {', '.join(files)}." for files in same.values() if files[1:])
    for plates in by_values.values():
        if len({plate.export_sha256 for plate in plates}) > 1:
            listed = ", ".join(f"{plate.plate} ({plate.export})" for plate in plates)
            yield f"The same responses are there as more than one plate: {listed}."


def exit_code(batch: BatchResult, dones: Sequence[Done] = (), *, strict: bool = False) -> int:
    """0 all accepted, 1 a plate rejected (or, if strict, a warning), 3 an export refused; 3 outranks 1."""
    counts = batch.counts()
    if counts[Outcome.REFUSED]:
        return 3
    return int(bool(counts[Outcome.REJECTED]) or (strict and any(done.warned for done in dones)))
