"""A whole batch: find, pair, do every export, and make one result of all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from elisa_bdnf import __version__, workflow
from elisa_bdnf.batch.assemble import assemble, entries_of, refuse_foreign_folder
from elisa_bdnf.batch.beside import copies_among, judged_beside
from elisa_bdnf.batch.copies import Alike
from elisa_bdnf.batch.discover import all_found, discover
from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.in_order import done_in_order
from elisa_bdnf.batch.lock import locked
from elisa_bdnf.batch.manifest import manifest_in, read_manifest, refuse_missed
from elisa_bdnf.batch.pairing import Plan, Unit, pair
from elisa_bdnf.batch.shards import Shard, begin_shard, end_shard, part_of
from elisa_bdnf.batch.store import Done, announced
from elisa_bdnf.batch.together import settings_from_protocol
from elisa_bdnf.batch.whole_files import OnKept, nobody
from elisa_bdnf.batch.work import Settings
from elisa_bdnf.batch.workers import done_by
from elisa_bdnf.errors import ElisaError, UsageError
from elisa_bdnf.history.past import Past
from elisa_bdnf.model.batch import BatchResult, Outcome
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.protocol import Protocol
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
    manifest: Path | None = None  # else the one in the folder, if there is one
    shard: Shard | None = None
    history: Path | None = None  # earlier plates; else those of the protocol


_WORTH_A_PROCESS = 25  # exports; fewer are done before another process has started

OnDone = Callable[[Done, int], None]


def run_batch(
    request: BatchRequest,
    protocol: Protocol,
    begin: Callable[[int], None],
    on_done: OnDone,
    on_kept: OnKept = nobody,
) -> BatchResult:
    """Do every export below the folder, or those of a shard, and write the batch folder.

    ``begin`` is told the number of exports, ``on_done`` each of them when it is done and how many are,
    ``on_kept`` of copies of tables and reports that a person had edited. Raises
    ElisaError where nothing can be done at all, OutputError where results cannot be written.
    """
    whole = plan_from_request(request, protocol)
    refuse_foreign_folder(request.out, whole)
    past = workflow.past_or_none(history_of(request, protocol))
    with locked(request.out):
        begin_shard(request.out, request.shard)
        unfinished = {folder for folder, _ in announced(request.out)}
        plan = part_of(whole, request.shard)
        begin(len(plan.units))
        if not request.shard:
            return all_done(plan, request, protocol, past, unfinished, on_done, on_kept)
        settings = _settings(request)
        for number, done in enumerate(_dones(plan, request, settings, protocol, past), start=1):
            on_done(done, number)
        files = {"manifest": request.manifest, "history": history_of(request, protocol)}
        return end_shard(request.out, whole, request.shard, settings, files, unfinished)


def all_done(
    plan: Plan,
    request: BatchRequest,
    protocol: Protocol,
    past: Past | None,
    unfinished: Collection[str],
    on_done: OnDone,
    on_kept: OnKept,
) -> BatchResult:
    """Do all exports of a plan in a folder that is locked, and write its tables and reports."""
    settings = _settings(request)
    for number, done in enumerate(_dones(plan, request, settings, protocol, past), start=1):
        on_done(done, number)
    entries, same = _compared(plan, request, settings, protocol, past, on_done)
    batch = assemble(request.out, plan, entries, same, unfinished, past.plates if past else (), on_kept)
    judged = ((plate.charted, plate.accepted) for plate in batch.plates())
    workflow.remember(history_of(request, protocol), judged)
    return batch


def history_of(request: BatchRequest, protocol: Protocol) -> Path | None:
    """The file of the history: that of the request, else that of the protocol."""
    return request.history or protocol.history.file


def _settings(request: BatchRequest) -> Settings:
    return Settings(request.folder, request.out, request.run, request.formats, __version__, request.force)


def _compared(
    plan: Plan, request: BatchRequest, settings: Settings, protocol: Protocol, past: Past | None, on_done: OnDone
) -> tuple[list[Entry], Sequence[Alike]]:
    """What is known of every export after those that read the same were judged beside one another; and those."""
    entries = entries_of(request.out, plan)
    same = copies_among(entries, plan.between_plates)
    once = replace(settings, force=False)

    def do(units: list[Unit]) -> Iterator[Done]:
        return _dones(replace(plan, units=tuple(units)), request, once, protocol, past)

    again = list(judged_beside(plan.units, entries, same, do, all_units=past is not None))
    for done in again:
        on_done(done, len(plan.units))
    return (entries_of(request.out, plan) if again else entries), same


def _dones(
    plan: Plan, request: BatchRequest, settings: Settings, protocol: Protocol, past: Past | None
) -> Iterator[Done]:
    if past is not None:
        return done_in_order(plan.units, settings, protocol, past)
    jobs = request.jobs or min(cores(), 1 + len(plan.units) // _WORTH_A_PROCESS)
    return done_by(jobs, plan.units, settings)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def plan_from_request(request: BatchRequest, protocol: Protocol) -> Plan:
    """What is to be done. Raises ElisaError where there is nothing, or the manifest has mistakes."""
    plan = plan_of(request, protocol)
    if not plan.units:
        passed = f"; {len(plan.ignored)} files were passed over" if plan.ignored else ""
        raise ElisaError(f"no export was found in the folder{passed}", file=str(request.folder))
    return plan


def plan_of(request: BatchRequest, protocol: Protocol) -> Plan:
    """As :func:`plan_from_request`, of a folder that need not hold an export yet."""
    if not request.folder.is_dir():
        there = "this is a file" if request.folder.exists() else "there is no such folder"
        raise ElisaError(there, expected="a folder of exports", file=str(request.folder))
    if request.folder.resolve() == request.out.resolve():
        raise UsageError("--out is the folder of the exports", expected="another folder: results are no exports")
    layout, samples = request.run.layout, request.run.samples
    manifest = request.manifest or manifest_in(request.folder)
    said = read_manifest(manifest) if manifest else {}
    given = [manifest, layout, samples, request.run.waivers]
    given += [path for each in said.values() for path in (each.layout, each.samples)]
    tree = discover(request.folder, request.out, named=[path for path in given if path], exports=said)
    if manifest:
        refuse_missed(manifest, said, {each.path.resolve() for each in tree.exports}, request.folder)
    units, ignored = pair(tree, said, layout, samples)
    plan = Plan(
        request.folder.resolve().name, protocol.id, protocol.title, units, ignored, settings_from_protocol(protocol)
    )
    assert sorted(all_found(tree)) == sorted([u.file for u in plan.units] + [i.file for i in plan.ignored])  # noqa: S101
    return plan


def exit_code(batch: BatchResult, *, strict: bool = False) -> int:
    """0 all accepted, 1 a plate rejected (or, if strict, a warning), 3 an export refused; 3 outranks 1."""
    counts = batch.counts()
    if counts[Outcome.REFUSED]:
        return 3
    levels = {finding.level for finding in batch.findings}
    warned = strict and any(level != "info" for plate in batch.plates() for level in (*plate.levels, *levels))
    rejects = any(level.rank >= FindingLevel.FAIL_PLATE.rank for level in levels)
    return int(bool(counts[Outcome.REJECTED]) or warned or rejects)
