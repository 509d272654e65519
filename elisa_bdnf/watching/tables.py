"""Tables and overview of a batch folder while it grows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from elisa_bdnf import output
from elisa_bdnf.batch.assemble import batch_of, files_of_batch, with_remarks
from elisa_bdnf.batch.beside import copies_among
from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.pairing import Plan
from elisa_bdnf.batch.store import sweep
from elisa_bdnf.batch.whole_files import OnKept, nobody, write_whole
from elisa_bdnf.model.batch import BatchResult, IgnoredRow
from elisa_bdnf.watching.known_entries import KnownEntries

WAITING = "not complete yet: it is still being written, or locked"


def assemble_so_far(
    known: KnownEntries, plan: Plan, waiting: Iterable[str], unfinished: Collection[str], on_kept: OnKept = nobody
) -> BatchResult:
    """Write the tables of all that is done.

    A batch removes the results of exports that are gone. Here they stay: a share may be away for a while, and readers'
    software moves what it has exported. Refusals of files that are gone are dropped.
    """
    out, entries = known.out, _entries(known, plan)
    sweep(out, entries, unfinished)
    done = {entry.row.file for entry in entries}
    late = [IgnoredRow(file, WAITING, odd=True) for file in waiting if file not in done]
    ignored = tuple(sorted([*plan.ignored, *late], key=lambda row: row.file))
    rows = tuple(entry.row for entry in entries)
    batch = with_remarks(batch_of(plan, rows, ignored), copies_among(entries, plan.between_plates))
    output.to_disk()
    write_whole(out, files_of_batch(out, entries, batch), on_kept)
    return batch


def _entries(known: KnownEntries, plan: Plan) -> list[Entry]:
    """Of every export that is there, and of those that were and have results; in the order of their files."""
    folders = {unit.file: unit.folder for unit in plan.units}
    return [
        entry
        for entry in known.all()
        if folders.get(entry.row.file) == entry.row.folder or (entry.row.file not in folders and entry.row.plates)
    ]
