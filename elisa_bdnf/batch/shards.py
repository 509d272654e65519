"""A batch in parts, each on a machine of its own; :mod:`elisa_bdnf.batch.merging` makes one of them.

Every shard finds and pairs all exports, does its own (every n-th), and notes at its end what the whole is, and how it
was asked for: which exports read the same is seen by the merge, which judges those once more. With a history a shard
judges by what was recorded and by its own plates, and the merge judges again each plate that is told more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from elisa_bdnf import output, workflow
from elisa_bdnf.batch.assemble import entries_of
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.batch.pairing import Plan
from elisa_bdnf.batch.store import sweep
from elisa_bdnf.batch.work import Settings
from elisa_bdnf.errors import ElisaError, OutputError, UsageError
from elisa_bdnf.model.batch import BatchResult
from elisa_bdnf.provenance import versions

SCHEMA = "elisa-bdnf/batch-shard/3"
NOTE = "shard.json"


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
    output.remove(out / STATE / NOTE, keep=out)


def end_shard(
    out: Path,
    plan: Plan,
    shard: Shard,
    settings: Settings,
    files: Mapping[str, Path | None],
    unfinished: Collection[str],
) -> BatchResult:
    """Note that the shard is done and what the whole is; its result holds the exports of the shard alone.

    ``files`` are the manifest and the history, which concern the batch and no single export.
    """
    part = part_of(plan, shard)
    entries = entries_of(out, part)
    sweep(out, entries, unfinished)
    note = {
        "schema": SCHEMA,
        "shard": str(shard),
        "settings": _settings_sha256(settings, files["history"]),
        "plan": {
            **{key: getattr(plan, key) for key in ("name", "protocol", "protocol_title", "between_plates")},
            "units": [[unit.file, unit.folder] for unit in plan.units],
            "ignored": [asdict(row) for row in plan.ignored],
        },
        "asked": _asked(settings, files),
    }
    output.to_disk()
    output.write_folder(out / STATE, {NOTE: (json.dumps(note, ensure_ascii=False) + "\n").encode()})
    return BatchResult(plan.name, plan.protocol, plan.protocol_title, tuple(entry.row for entry in entries), ())


def _asked(settings: Settings, files: Mapping[str, Path | None]) -> dict[str, Any]:
    """How the batch was asked for, with the places of files on this machine."""
    request = settings.request
    files = {**files, "layout": request.layout, "samples": request.samples, "waivers": request.waivers}
    return {
        "folder": str(settings.top.resolve()),
        "protocol": request.protocol,
        "format": request.format,
        "encoding": request.encoding,
        "overrides": dict(request.overrides),
        "waivers_shared": request.waivers_shared,
        "read_on": request.read_on.isoformat() if request.read_on else None,
        "formats": list(settings.formats),
        **{name: str(path.resolve()) if path else None for name, path in files.items()},
    }


def _settings_sha256(settings: Settings, history: Path | None) -> str:
    protocol = workflow.protocol_from_request(settings.request)
    request = {key: str(value) for key, value in asdict(settings.request).items() if key not in ("layout", "samples")}
    stands_for = [request, settings.formats, settings.program, protocol.sources, versions()]
    stands_for += [history.name] if history else []
    return hashlib.sha256(json.dumps(stands_for, sort_keys=True).encode()).hexdigest()
