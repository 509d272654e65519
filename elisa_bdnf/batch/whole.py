"""A whole batch: find, pair, do every export, and make one result of all of them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf import __version__, output
from elisa_bdnf.batch.discover import STATE, all_found, discover
from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.folder_names import TABLES
from elisa_bdnf.batch.lock import locked
from elisa_bdnf.batch.pairing import Plan, pair
from elisa_bdnf.batch.store import Done, announced, entry_of, entry_path, sweep
from elisa_bdnf.batch.tables import merged_tables
from elisa_bdnf.batch.work import Settings
from elisa_bdnf.batch.workers import done_by
from elisa_bdnf.errors import ElisaError, OutputError, UsageError
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
    jobs: int = 0  # processes; 0: as many as there are cores, if there is work for them


_WORTH_A_PROCESS = 25  # exports; fewer are done before another process has started

OnDone = Callable[[Done, int], None]


def run_batch(request: BatchRequest, protocol: Protocol, begin: Callable[[int], None], on_done: OnDone) -> BatchResult:
    """Do every export below the folder and write the batch folder.

    ``begin`` is told the number of exports, ``on_done`` each of them when it is done and how many are. Raises
    ElisaError where nothing can be done at all, OutputError where results cannot be written.
    """
    plan = plan_from_request(request)
    refuse_foreign_folder(request.out, plan)
    settings = Settings(request.folder, request.out, request.run, request.formats, __version__, request.force)
    with locked(request.out):
        unfinished = {folder for folder, _ in announced(request.out)}
        begin(len(plan.units))
        jobs = request.jobs or min(cores(), 1 + len(plan.units) // _WORTH_A_PROCESS)
        for number, done in enumerate(done_by(jobs, plan.units, settings), start=1):
            on_done(done, number)
        return finish(request.out, request.folder.resolve().name, plan, protocol, unfinished)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def refuse_foreign_folder(out: Path, plan: Plan) -> None:
    """Refuse to write over files in a folder that no batch has made."""
    if (out / STATE).is_dir() or not out.is_dir():
        return
    ours = {name.casefold() for name in (*TABLES, *(unit.folder for unit in plan.units))}
    there = sorted(path.name for path in out.iterdir() if path.name.casefold() in ours)
    if there:
        raise OutputError(
            f"the folder holds {', '.join(there[:5])}, which no batch has written there",
            expected="a new folder, or one of an earlier batch",
            hint="choose another with --out",
            file=str(out),
        )


def plan_from_request(request: BatchRequest) -> Plan:
    """What is to be done. Raises ElisaError where there is nothing."""
    if not request.folder.is_dir():
        there = "this is a file" if request.folder.exists() else "there is no such folder"
        raise UsageError(there, expected="a folder of exports", file=str(request.folder))
    if request.folder.resolve() == request.out.resolve():
        raise UsageError("--out is the folder of the exports", expected="another folder: results are no exports")
    layout, samples = request.run.layout, request.run.samples
    tree = discover(
        request.folder, request.out, named=[path for path in (layout, samples, request.run.waivers) if path]
    )
    plan = pair(tree, {}, layout, samples)
    assert sorted(all_found(tree)) == sorted([u.file for u in plan.units] + [i.file for i in plan.ignored])  # noqa: S101
    if not plan.units:
        passed = f"; {len(plan.ignored)} files were passed over" if plan.ignored else ""
        raise ElisaError(f"no export was found in the folder{passed}", file=str(request.folder))
    return plan


def finish(out: Path, name: str, plan: Plan, protocol: Protocol, unfinished: Collection[str]) -> BatchResult:
    """Merge what is known of every export, from its entry, into the tables and reports of the batch."""
    entries = [_entry(out, unit.folder) for unit in plan.units]
    sweep(out, entries, unfinished)
    rows = tuple(entry.row for entry in entries)
    batch = BatchResult(name, protocol.id, protocol.title, rows, plan.ignored)
    batch = BatchResult(name, protocol.id, protocol.title, rows, plan.ignored, tuple(_remarks(batch)))
    output.to_disk()
    output.write_folder(out, {**merged_tables(out, entries), **files_from_batch(batch)})
    return batch


def _entry(out: Path, folder: str) -> Entry:
    entry = entry_of(out, folder)
    if entry is None:
        raise ElisaError("the entry of an export is gone", hint="run again", file=str(entry_path(out, folder)))
    return entry


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


def exit_code(batch: BatchResult, *, strict: bool = False) -> int:
    """0 all accepted, 1 a plate rejected (or, if strict, a warning), 3 an export refused; 3 outranks 1."""
    counts = batch.counts()
    if counts[Outcome.REFUSED]:
        return 3
    warned = strict and any(level != "info" for plate in batch.plates() for level in plate.levels)
    return int(bool(counts[Outcome.REJECTED]) or warned)
