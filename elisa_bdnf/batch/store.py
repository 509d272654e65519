"""The entries of a batch folder, and the files that they speak of: kept, taken over, removed.

Killed at any moment, the next run must know which files are whose. Before files are written, the entry says which will
be (``announce``); after, it says what they hold (``record``). Nothing is removed that is not byte for byte ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf import output
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.batch.entry import Entry, bytes_from_entry, entry_from_bytes_or_none
from elisa_bdnf.errors import Problem
from elisa_bdnf.model.batch import ExportRow, Outcome

ENTRIES = "exports"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an export; ``fresh`` False where the results of an earlier run still hold."""

    file: str
    outcome: Outcome
    fresh: bool
    plates: int = 0
    problems: tuple[Problem, ...] = ()
    bug: str = ""  # the traceback, where it was refused by a mistake of ours


def done_from_entry(entry: Entry, *, fresh: bool, bug: str = "") -> Done:
    """What an entry says, in short."""
    row = entry.row
    return Done(row.file, row.outcome, fresh, len(row.plates), row.problems, bug)


def entry_path(out: Path, folder: str) -> Path:
    """Where the entry of an export is kept."""
    return out / STATE / ENTRIES / f"{folder}.json"


def entry_of(out: Path, folder: str) -> Entry | None:
    """What an earlier run left; None where it left nothing that can be read."""
    try:
        return entry_from_bytes_or_none(entry_path(out, folder).read_bytes())
    except OSError:
        return None


def announce(out: Path, row: ExportRow, outputs: Mapping[str, str]) -> None:
    """Say which files are about to be written: should the run be killed, the next one knows what may lie there."""
    earlier = entry_of(out, row.folder)
    known = {**(earlier.outputs if earlier else {}), **outputs}
    _write(out, Entry("", row, {}, known))


def record(out: Path, entry: Entry, bug: str = "") -> Done:
    """Write the entry of an export whose files are in place; what an earlier entry holds beside them is removed."""
    earlier = entry_of(out, entry.row.folder)
    if earlier is not None:
        gone = {file: digest for file, digest in earlier.outputs.items() if file not in entry.outputs}
        remove_leftovers(out, earlier)
        remove_outputs(out, gone)
    _write(out, entry)
    return done_from_entry(entry, fresh=True, bug=bug)


def _write(out: Path, entry: Entry) -> None:
    path = entry_path(out, entry.row.folder)
    output.write_folder(path.parent, {path.name: bytes_from_entry(entry)})


def remove_leftovers(out: Path, entry: Entry) -> None:
    """Remove what a killed run left half-written in the folders of an export."""
    for folder in {file.rpartition("/")[0] for file in entry.outputs}:
        output.remove_leftovers(out / folder)


def remove_outputs(out: Path, outputs: Mapping[str, str]) -> None:
    """Remove files that are byte for byte as they were written, and the folders that this leaves empty."""
    for file, digest in outputs.items():
        if sha256_or_none(out / file) == digest:
            output.remove(out / file, keep=out)


def sha256_or_none(path: Path) -> str | None:
    """Of the bytes of a file; None where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
