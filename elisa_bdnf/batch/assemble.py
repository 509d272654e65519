"""Entries of all exports → the merged tables and the reports of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from elisa_bdnf import output
from elisa_bdnf.batch.copies import Alike
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.batch.earlier_plates import earlier_beside, keep
from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.folder_names import TABLES
from elisa_bdnf.batch.pairing import Plan
from elisa_bdnf.batch.store import entry_of, entry_path, sweep
from elisa_bdnf.batch.tables import merged_tables
from elisa_bdnf.batch.together import judged_together
from elisa_bdnf.batch.whole_files import OnKept, nobody, write_whole
from elisa_bdnf.errors import ElisaError, OutputError
from elisa_bdnf.model.batch import BatchResult, ExportRow, IgnoredRow
from elisa_bdnf.model.history import ChartedPlate
from elisa_bdnf.reports.batch_folder import files_from_batch


def assemble(
    out: Path,
    plan: Plan,
    entries: Sequence[Entry],
    same: Iterable[Alike],
    unfinished: Collection[str],
    earlier: Iterable[ChartedPlate] = (),
    on_kept: OnKept = nobody,
) -> BatchResult:
    """Merge what is known of every export, from its entry, and write it. What no export holds any more is removed.

    ``same`` are plates that read the same. ``earlier`` are the plates of a history: those before the plates of the
    batch are on its control charts. ``on_kept`` is told of copies of tables and reports that a person had edited.
    """
    sweep(out, entries, unfinished)
    rows = tuple(entry.row for entry in entries)
    batch = with_remarks(batch_of(plan, rows, plan.ignored), same)
    batch = replace(batch, earlier=earlier_beside(batch.plates(), earlier))
    keep(out, batch.earlier)
    output.to_disk()
    write_whole(out, files_of_batch(out, entries, batch), on_kept)
    return batch


def files_of_batch(out: Path, entries: Sequence[Entry], batch: BatchResult) -> dict[str, output.Content]:
    """The files of the batch folder itself: tables merged from those of the plates, and the reports on all of them."""
    return {**merged_tables(out, entries), **files_from_batch(batch)}


def with_remarks(batch: BatchResult, same: Iterable[Alike]) -> BatchResult:
    """The batch with what is remarkable about it as a whole, and what the rules on several plates say."""
    remarks = (*_same_files(batch), *(alike.sentence for alike in same))
    return judged_together(replace(batch, remarks=remarks))


def batch_of(plan: Plan, rows: tuple[ExportRow, ...], ignored: tuple[IgnoredRow, ...]) -> BatchResult:
    """The exports of a plan as one batch."""
    settings = plan.between_plates
    return BatchResult(plan.name, plan.protocol, plan.protocol_title, rows, ignored, between_plates=settings)


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


def entries_of(out: Path, plan: Plan) -> list[Entry]:
    """The entry of every export, in order; raises ElisaError where one is gone."""
    return [_entry(out, unit.folder) for unit in plan.units]


def _entry(out: Path, folder: str) -> Entry:
    entry = entry_of(out, folder)
    if entry is None:
        raise ElisaError("the entry of an export is gone", hint="run again", file=str(entry_path(out, folder)))
    return entry


def _same_files(batch: BatchResult) -> Iterator[str]:
    by_file = defaultdict(list)
    for plate in batch.plates():
        by_file[plate.export_sha256].append(plate.export)
    same = {digest: list(dict.fromkeys(files)) for digest, files in by_file.items()}
    yield from (f"The same file is there more than once: {', '.join(files)}." for files in same.values() if files[1:])
