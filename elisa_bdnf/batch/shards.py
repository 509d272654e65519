"""A batch in parts, each on a machine of its own, and the parts as one: byte for byte what one run would have made.

Every shard finds and pairs all exports, does its own (every n-th), and notes at its end what the whole is. ``merge``
takes the result folders and entries of all shards over and assembles them as a single run does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from elisa_bdnf import output, workflow
from elisa_bdnf.batch.assemble import assemble, entries_of, refuse_foreign_folder
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.lock import locked
from elisa_bdnf.batch.pairing import Plan, Unit
from elisa_bdnf.batch.store import announce, announced, entry_of, record, sha256_or_none, sweep
from elisa_bdnf.batch.work import Settings
from elisa_bdnf.errors import ElisaError, OutputError, UsageError
from elisa_bdnf.model.batch import BatchResult, IgnoredRow
from elisa_bdnf.provenance import versions

SCHEMA = "elisa-bdnf/batch-shard/2"
_NOTE = "shard.json"


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``number`` (from 1) of ``total``."""

    number: int
    total: int

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


class ShardError(ElisaError):
    """Folders that are not the parts of one batch."""


def shard_from_text(text: str) -> Shard:
    """``2/8``; raises UsageError for anything else."""
    number, _, total = text.partition("/")
    if number.isascii() and number.isdigit() and total.isascii() and total.isdigit() and len(text) < 12:
        shard = Shard(int(number), int(total))
        if 1 <= shard.number <= shard.total:
            return shard
    raise UsageError(f"--shard {text!r} is no part of a whole", expected="such as 2/8: the second of eight")


def part_of(plan: Plan, shard: Shard | None) -> Plan:
    """The exports of one shard; all without one."""
    return replace(plan, units=plan.units[shard.number - 1 :: shard.total]) if shard else plan


def begin_shard(out: Path, shard: Shard | None) -> None:
    """The folder is not a finished shard from here on. A whole batch is not made into a part of one."""
    if shard and (out / "batch.json").exists():
        found = "the folder holds a whole batch"
        raise OutputError(found, expected="a folder of its own for each shard", hint="choose another", file=str(out))
    output.remove(out / STATE / _NOTE, keep=out)


def end_shard(out: Path, plan: Plan, shard: Shard, settings: Settings, unfinished: Collection[str]) -> BatchResult:
    """Note that the shard is done and what the whole is; its result holds the exports of the shard alone."""
    part = part_of(plan, shard)
    entries = entries_of(out, part)
    sweep(out, entries, unfinished)
    note = {
        "schema": SCHEMA,
        "shard": str(shard),
        "settings": _settings_sha256(settings),
        "plan": {
            **{key: getattr(plan, key) for key in ("name", "protocol", "protocol_title", "between_plates")},
            "units": [[unit.file, unit.folder] for unit in plan.units],
            "ignored": [asdict(row) for row in plan.ignored],
        },
    }
    output.to_disk()
    output.write_folder(out / STATE, {_NOTE: (json.dumps(note, ensure_ascii=False) + "\n").encode()})
    return BatchResult(plan.name, plan.protocol, plan.protocol_title, tuple(entry.row for entry in entries), ())


def _settings_sha256(settings: Settings) -> str:
    protocol = workflow.protocol_from_request(settings.request)
    request = {key: str(value) for key, value in asdict(settings.request).items() if key not in ("layout", "samples")}
    stands_for = [request, settings.formats, settings.program, protocol.sources, versions()]
    return hashlib.sha256(json.dumps(stands_for, sort_keys=True).encode()).hexdigest()


def merge(shards: Sequence[Path], out: Path) -> BatchResult:
    """Make one batch folder of the folders of all shards. Raises ShardError where they are not one whole."""
    if out.resolve() in {shard.resolve() for shard in shards}:
        raise UsageError("--out is one of the shards", expected="another folder")
    notes = {folder: _note(folder) for folder in shards}
    by_number = _by_number(notes)
    plan = _plan(next(iter(notes.values()))["plan"])
    refuse_foreign_folder(out, plan)
    with locked(out):
        unfinished = {folder for folder, _ in announced(out)}
        for index, unit in enumerate(plan.units):
            _take_over(by_number[index % len(by_number) + 1], out, unit)
        return assemble(out, plan, unfinished)


def _note(folder: Path) -> dict[str, Any]:
    try:
        note = json.loads((folder / STATE / _NOTE).read_bytes())
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


def _take_over(shard: Path, out: Path, unit: Unit) -> None:
    """Copy the results of one export, unless they are there."""
    entry, earlier = entry_of(shard, unit.folder), entry_of(out, unit.folder)
    if entry is None:
        raise ShardError("the entry of an export is gone", hint="run the shard again", file=f"{shard}, {unit.file}")
    if earlier == entry and all(sha256_or_none(out / file) == digest for file, digest in entry.outputs.items()):
        return
    announce(out, unit.folder, entry.outputs)
    for folder, files in _files(shard, entry, unit).items():
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
