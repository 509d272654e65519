"""The shards of a batch as one batch folder: byte for byte what one run would have made.

The result folders and entries of all shards are taken over and assembled as a single run does. Exports that read the
same, and with a history plates that come after those of other shards, are done here once more, and for that the folder
of exports must be there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from elisa_bdnf import __version__, output, workflow
from elisa_bdnf.batch.assemble import assemble, entries_of, refuse_foreign_folder
from elisa_bdnf.batch.beside import copies_among, judged_beside
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.batch.entry import Entry, path_from_file
from elisa_bdnf.batch.lock import locked
from elisa_bdnf.batch.pairing import Plan, Unit
from elisa_bdnf.batch.shards import NOTE, SCHEMA, ShardError, shard_from_text
from elisa_bdnf.batch.store import Begun, Done, announce, announced, entry_of, record
from elisa_bdnf.batch.whole import BatchRequest, OnDone, all_done, plan_from_request
from elisa_bdnf.batch.whole_files import OnKept, nobody
from elisa_bdnf.batch.work import Settings
from elisa_bdnf.batch.workers import done_by
from elisa_bdnf.errors import UsageError
from elisa_bdnf.model.batch import BatchResult, IgnoredRow
from elisa_bdnf.output import sha256_or_none
from elisa_bdnf.workflow import RunRequest


def merge(
    shards: Sequence[Path],
    out: Path,
    exports: Path | None = None,
    begin: Callable[[int], None] = lambda _: None,
    on_done: OnDone = lambda _, __: None,
    on_kept: OnKept = nobody,
) -> BatchResult:
    """Make one batch folder of the folders of all shards. Raises ShardError where they are not one whole.

    ``exports`` is the folder of exports, where it is not at the place any more at which the shards have found it.
    With a history ``begin`` and ``on_done`` are told as by a run. ``on_kept`` is told of copies of results that a
    person had edited in ``out``.
    """
    if out.resolve() in {shard.resolve() for shard in shards}:
        raise UsageError("--out is one of the shards", expected="another folder")
    notes = {folder: _note(folder) for folder in shards}
    by_number = _by_number(notes)
    first = next(iter(notes.values()))
    plan = _plan(first["plan"])
    asked = _asked(first["asked"], out, exports)
    past = workflow.past_or_none(asked.history)
    refuse_foreign_folder(out, plan)
    with locked(out):
        unfinished = {folder for folder, _ in announced(out)}
        begun = Begun(out)
        for index, unit in enumerate(plan.units):
            _take_over(by_number[index % len(by_number) + 1], begun, unit, on_kept)
        entries = entries_of(out, plan)
        if past is not None:
            begin(len(plan.units))
            there = tuple(_same_units(plan.units, entries, plan, asked))
            protocol = workflow.protocol_from_request(asked.run)
            return all_done(replace(plan, units=there), asked, protocol, past, unfinished, on_done, on_kept)
        same = copies_among(entries, plan.between_plates)
        again = [*judged_beside(plan.units, entries, same, lambda units: _done(units, entries, plan, asked))]
        entries = entries_of(out, plan) if again else entries
        return assemble(out, plan, entries, same, unfinished, on_kept=on_kept)


def _asked(said: dict[str, Any], out: Path, exports: Path | None) -> BatchRequest:
    """The request for the whole, as a shard has noted it."""
    names = ("layout", "samples", "waivers", "manifest", "history")
    layout, samples, waivers, manifest, history = (Path(said[name]) if said[name] else None for name in names)
    day = date.fromisoformat(said["read_on"]) if said["read_on"] else None
    run = RunRequest(
        said["protocol"], layout, samples, said["format"], said["overrides"], waivers, said["waivers_shared"], day,
        said["encoding"],
    )  # fmt: skip
    folder = exports or Path(said["folder"])
    return BatchRequest(folder, out, run, tuple(said["formats"]), manifest=manifest, history=history)


def _same_units(units: Sequence[Unit], entries: Sequence[Entry], plan: Plan, asked: BatchRequest) -> Iterator[Unit]:
    """The exports as they are found now. Raises ShardError where one is not there, or its files are others."""
    inputs = {entry.row.file: entry.inputs for entry in entries}
    there = _units_there(plan, asked)
    for unit in units:
        own = inputs[unit.file].items()
        changed = [file for file, sha in own if sha256_or_none(path_from_file(file, asked.folder)) != sha]
        if unit.file not in there or changed:
            raise _elsewhere(unit, asked)
        yield there[unit.file]


def _done(units: Sequence[Unit], entries: Sequence[Entry], plan: Plan, asked: BatchRequest) -> Iterator[Done]:
    """Do exports that read the same, beside one another. Raises ShardError where they are not there, or others are."""
    there = _units_there(plan, asked)
    wanted = [
        replace(found, compared={file: there[file].path for file in unit.compared or ()})
        for unit, found in zip(units, _same_units(units, entries, plan, asked), strict=True)
    ]
    return done_by(1, wanted, Settings(asked.folder, asked.out, asked.run, asked.formats, __version__))


def _units_there(plan: Plan, asked: BatchRequest) -> dict[str, Unit]:
    """The exports of the plan by their files, as they are found now; none where there is no such folder."""
    if not asked.folder.is_dir():
        return {}
    found = plan_from_request(asked, workflow.protocol_from_request(asked.run))
    same = [(unit.file, unit.folder) for unit in found.units] == [(unit.file, unit.folder) for unit in plan.units]
    return {unit.file: unit for unit in found.units} if same else {}


def _elsewhere(unit: Unit, asked: BatchRequest) -> ShardError:
    others = ", ".join(unit.compared or ())
    why = f"reads the same as {others}" if others else "is to be judged by the history"
    return ShardError(
        f"{unit.file} {why}, so it must be judged again, and {asked.folder} does not hold what the shards have read",
        expected="the folder of exports as it was",
        hint="name it with --exports, or run the shards again",
        file=unit.file,
    )


def _note(folder: Path) -> dict[str, Any]:
    try:
        note = json.loads((folder / STATE / NOTE).read_bytes())
        if note["schema"] == SCHEMA:
            return dict(note)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ShardError(
        "this is no shard of a batch that came to its end",
        expected="the output folder of a run with --shard",
        hint="run the shard again; it goes on where it was",
        file=str(folder),
    )


def _by_number(notes: dict[Path, dict[str, Any]]) -> dict[int, Path]:
    """Number of the shard → its folder; raises ShardError unless each of one and the same batch is there once."""
    first = next(iter(notes.values()))
    found: dict[int, Path] = {}
    for folder, note in notes.items():
        for part, what in (("plan", "exports"), ("settings", "settings or versions")):
            if note[part] != first[part]:
                raise ShardError(
                    f"its {what} are not those of {next(iter(notes))}",
                    expected="shards of one batch",
                    hint="run the shards again on the same folder with the same options",
                    file=str(folder),
                )
        shard = shard_from_text(note["shard"])
        if shard.number in found:
            raise ShardError(f"shard {shard} is there twice", expected="each once", file=str(folder))
        found[shard.number] = folder
    total = shard_from_text(first["shard"]).total
    missing = [f"{number}/{total}" for number in range(1, total + 1) if number not in found]
    if missing:
        raise ShardError(f"shard {', '.join(missing)} is missing", expected=f"all {total} of them")
    return found


def _plan(noted: dict[str, Any]) -> Plan:
    units = tuple(Unit(file, Path(file), folder) for file, folder in noted["units"])
    ignored = tuple(IgnoredRow(**row) for row in noted["ignored"])
    return Plan(noted["name"], noted["protocol"], noted["protocol_title"], units, ignored, noted["between_plates"])


def _take_over(shard: Path, begun: Begun, unit: Unit, on_kept: OnKept) -> None:
    """Copy the results of one export, unless they are there."""
    out = begun.out
    entry, earlier = entry_of(shard, unit.folder), entry_of(out, unit.folder)
    if entry is None:
        raise ShardError("the entry of an export is gone", hint="run the shard again", file=f"{shard}, {unit.file}")
    if earlier == entry and all(sha256_or_none(out / file) == digest for file, digest in entry.outputs.items()):
        return
    announce(out, unit.folder, entry.outputs)
    for folder, files in _files(shard, entry, unit).items():
        for copy in begun.keep_edited(folder, files):
            on_kept(copy)
        output.write_folder(out / folder, files, at_once=False)
    record(out, entry, earlier)


def _files(shard: Path, entry: Entry, unit: Unit) -> dict[str, dict[str, bytes]]:
    """Folder of a plate → its files, each the bytes that were written."""
    found: dict[str, dict[str, bytes]] = {}
    for file, digest in entry.outputs.items():
        folder, _, name = file.rpartition("/")
        data = (shard / file).read_bytes() if (shard / file).is_file() else b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise ShardError(
                f"{file} is not what the shard wrote",
                hint="run the shard again: it makes good what was changed",
                file=f"{shard}, {unit.file}",
            )
        found.setdefault(folder, {})[name] = data
    return found
