"""The entries of a batch folder, and the files that they speak of: kept, taken over, removed.

Killed at any moment, the next run must know which files are whose. Before files are written, a line of the journal says
which will be (``announce``); after, the entry says what they hold (``record``); at the end of a run, what no entry
holds is removed (``sweep``) if it is byte for byte ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf import output
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.batch.entry import Entry, bytes_from_entry, entry_from_bytes_or_none
from elisa_bdnf.errors import Problem
from elisa_bdnf.model.batch import Outcome
from elisa_bdnf.output import sha256_or_none

ENTRIES, JOURNAL = "exports", "journal"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an export; ``fresh`` False where the results of an earlier run still hold."""

    file: str
    outcome: Outcome
    fresh: bool
    plates: int = 0
    problems: tuple[Problem, ...] = ()
    bug: str = ""  # the traceback, where it was refused by a mistake of ours
    beside: tuple[str, ...] = ()  # exports that read the same, beside which it was judged
    kept: tuple[str, ...] = ()  # paths of copies of results that a person had edited
    read: tuple[str, ...] = ()  # SHA-256 of the responses of each plate


def done_from_entry(entry: Entry, *, fresh: bool, bug: str = "") -> Done:
    """What an entry says, in short."""
    row = entry.row
    read = tuple(each.values_sha256 for each in entry.prints)
    return Done(row.file, row.outcome, fresh, len(row.plates), row.problems, bug, entry.compared or (), read=read)


def entry_path(out: Path, folder: str) -> Path:
    """Where the entry of an export is kept."""
    return entries_folder(out) / f"{folder}.json"


def entries_folder(out: Path) -> Path:
    """Where the entries of all exports are kept."""
    return out / STATE / ENTRIES


def entry_of(out: Path, folder: str) -> Entry | None:
    """What an earlier run left; None where it left nothing that can be read."""
    try:
        return entry_from_bytes_or_none(entry_path(out, folder).read_bytes())
    except OSError:
        return None


def entries_in(out: Path) -> list[Entry]:
    """All that earlier runs left, in the order of the exports."""
    found = [entry_of(out, path.stem) for path in entries_folder(out).glob("*.json")]
    return sorted((entry for entry in found if entry is not None), key=lambda entry: (entry.row.file, entry.row.folder))


def announce(out: Path, folder: str, outputs: Mapping[str, str]) -> None:
    """Say which files of an export are about to be written, or forgotten: :func:`sweep` will look at them."""
    line = json.dumps([folder, dict(outputs)], ensure_ascii=True) + "\n"
    try:
        with (out / STATE / JOURNAL).open("ab") as stream:
            stream.write(line.encode())
    except OSError as error:
        raise output.not_written(out, error) from error


def record(out: Path, entry: Entry, earlier: Entry | None = None, bug: str = "") -> Done:
    """Write the entry of an export whose files are in place; what an earlier one holds beside them is announced."""
    gone = earlier.outputs.keys() - entry.outputs.keys() if earlier else ()
    if earlier is not None and gone:
        announce(out, entry.row.folder, {file: earlier.outputs[file] for file in sorted(gone)})
    path = entry_path(out, entry.row.folder)
    output.write_folder(path.parent, {path.name: bytes_from_entry(entry)}, at_once=False)
    return done_from_entry(entry, fresh=True, bug=bug)


def announced(out: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The folder of an export and files that were to be written for it; torn lines are nobody's."""
    try:
        lines = (out / STATE / JOURNAL).read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        with suppress(ValueError):
            folder, outputs = json.loads(line)
            yield folder, outputs


class Begun:
    """What killed runs, and this one up to now, may have written: it is nothing that a person has edited."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self._known: dict[str, set[str]] = {}  # file below ``out`` → SHA-256
        for _, outputs in announced(out):
            for file, digest in outputs.items():
                self._known.setdefault(file, set()).add(digest)

    def keep_edited(self, folder: str, files: Mapping[str, output.Content]) -> list[str]:
        """Copy what a person has edited in a result folder, before ``files`` are written there; paths of the copies."""
        here = self.out / folder
        written = output.written_by_manifest(here)
        known = {name: {*digests, *self._known.get(f"{folder}/{name}", ())} for name, digests in written.items()}
        return [str(here / copy) for copy in output.keep_edited(here, files, known)]


def sweep(out: Path, entries: Iterable[Entry], unfinished: Iterable[str]) -> None:
    """Remove what no entry holds: files of exports that are gone, or that a killed run wrote for another command.

    A file is removed only if it is byte for byte what was written. ``unfinished`` are the folders of exports that a
    killed run may have left half-written files in.
    """
    held = {entry.row.folder: entry.outputs for entry in entries}
    for path in sorted(entries_folder(out).glob("*.json")):
        if path.stem not in held:
            gone = entry_of(out, path.stem)
            announce(out, path.stem, gone.outputs if gone else {})
            output.remove(path, keep=out)
    for folder, outputs in announced(out):
        for file, digest in outputs.items():
            if file not in held.get(folder, {}) and sha256_or_none(out / file) == digest:
                output.remove(out / file, keep=out)
    for folder in sorted({*unfinished}):
        for each in sorted((out / folder).rglob("")):
            output.remove_leftovers(each)
    output.remove_leftovers(out)
    output.remove_leftovers(out / STATE)
    output.remove_leftovers(entries_folder(out))
    output.remove(out / STATE / JOURNAL, keep=out)
