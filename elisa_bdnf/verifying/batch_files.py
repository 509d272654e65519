"""What a batch made of its plates: merged tables, overview, and the entries that these were made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from elisa_bdnf import output
from elisa_bdnf.batch import earlier_plates
from elisa_bdnf.batch.assemble import files_of_batch, with_remarks
from elisa_bdnf.batch.beside import copies_among
from elisa_bdnf.batch.copies import print_of
from elisa_bdnf.batch.discover import STATE
from elisa_bdnf.batch.entry import Entry, bytes_from_entry, entry_from_bytes_or_none
from elisa_bdnf.batch.folder_names import TABLES
from elisa_bdnf.batch.plate_row import plate_row
from elisa_bdnf.batch.store import entries_in, entry_of
from elisa_bdnf.errors import OutputError
from elisa_bdnf.kept.documents import Json, records, table, text
from elisa_bdnf.kept.folder import KeptOutput, KeptPlate
from elisa_bdnf.model.batch import BatchResult, ExportRow, IgnoredRow, Outcome, PlateRow
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.verifying.check import Check, fine, not_done, wrong
from elisa_bdnf.verifying.written import is_left_alone

ABOUT = "files"


def batch_checks(kept: KeptOutput) -> Iterator[Check]:
    """The files of the batch folder itself, made once more of its plates' tables and entries."""
    entries = entries_in(kept.path)
    batch = kept.batch or {}
    named = {text(record, "file") for record in records(batch, "exports")}
    if {entry.row.file for entry in entries} != named:
        said = f"{STATE} does not hold an entry for each export, so tables over all plates were not made again"
        yield not_done(ABOUT, said, STATE)
        return
    made = _files(kept.path, batch, entries)
    found = [(name, _difference_or_none(kept.path / name, content)) for name, content in made.items()]
    wrongs = [wrong(ABOUT, difference, name) for name, difference in found if difference]
    wrongs += [wrong(ABOUT, "belongs to no plate of the batch", name) for name in _strangers(kept)]
    yield from wrongs
    if not wrongs:
        yield fine(ABOUT, "tables and overview of the batch made again of its plates: the same byte for byte")


def entry_checks(plate: KeptPlate, kept: KeptOutput, result: PlateResult) -> Iterator[Check]:
    """The row of the batch that stands for this plate, against the plate as it comes out."""
    if kept.batch is None:
        return
    entry = _entry_of_plate(kept.path, plate.folder)
    row = next((row for row in entry.row.plates if row.folder == plate.folder), None) if entry else None
    if row is None:
        return  # said once for the batch
    if row != _as_it_comes_out(row, result) or (entry and print_of(result.analysis.reading) not in entry.prints):
        yield wrong("again", "what the batch remembers of it is not what comes out now", plate.folder)


def _as_it_comes_out(row: PlateRow, result: PlateResult) -> PlateRow:
    """The row made again; through JSON and back, as the one that lies there went."""
    print_ = print_of(result.analysis.reading)
    made = plate_row(result, print_, folder=row.folder, export=row.export, told=row.told, page=row.page)
    entry = entry_from_bytes_or_none(bytes_from_entry(Entry("", ExportRow("", "", Outcome.ACCEPTED, (made,)))))
    assert entry is not None  # noqa: S101 - just made
    return entry.row.plates[0]


@lru_cache(maxsize=4)  # plates of one export have one entry
def _entry_of_plate(out: Path, folder: str) -> Entry | None:
    return entry_of(out, folder) or entry_of(out, folder.rpartition("/")[0])


def _files(out: Path, batch: Json, entries: list[Entry]) -> Mapping[str, output.Content]:
    """Each file as it is made now, whole or in pieces."""
    ignored = tuple(
        IgnoredRow(text(row, "file"), text(row, "reason"), row.get("odd") is True) for row in records(batch, "ignored")
    )
    folder, protocol, title = (text(batch, key) for key in ("folder", "protocol", "protocol_title"))
    rows = tuple(entry.row for entry in entries)
    same = copies_among(entries, table(batch, "between_plates"))
    made = BatchResult(folder, protocol, title, rows, ignored, between_plates=table(batch, "between_plates"))
    return files_of_batch(out, entries, replace(with_remarks(made, same), earlier=earlier_plates.kept(out)))


def _difference_or_none(path: Path, made: output.Content) -> str | None:
    """How a file differs from what is made now; piece by piece, since the tables of a large batch are large."""
    line = 1
    try:
        with path.open("rb") as stream:
            for piece in [made] if isinstance(made, bytes) else made:
                there = stream.read(len(piece))
                if there != piece:
                    same = next((i for i, (a, b) in enumerate(zip(there, piece, strict=False)) if a != b), len(there))
                    return f"is not what comes out of the plates now, from line {line + piece[:same].count(10)} on"
                line += piece.count(10)
            return "goes on after its end" if stream.read(1) else None
    except FileNotFoundError:
        return "is missing"
    except OSError as failed:
        return f"cannot be read: {failed.strerror}"
    except OutputError as gone:  # a table of a plate that it is merged from
        return str(gone.problems[0])


def _strangers(kept: KeptOutput) -> list[str]:
    """Files and folders that no plate and no report of the batch accounts for."""
    ours = {*TABLES, STATE, *(plate.folder.partition("/")[0] for plate in kept.plates)}
    names = [path.name for path in kept.path.iterdir()]
    return sorted(
        name for name in names if name not in ours and not is_left_alone(name) and not output.is_copy_of_edited(name)
    )
