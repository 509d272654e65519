"""One export → its result folder and its entry, or its entry taken over where nothing that decides it has changed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from elisa_bdnf import layouts, output, readers, workflow
from elisa_bdnf.batch.copies import print_of
from elisa_bdnf.batch.discover import shown_path
from elisa_bdnf.batch.entry import Entry, file_from_path, path_from_file
from elisa_bdnf.batch.pairing import Unit
from elisa_bdnf.batch.plate_row import plate_row
from elisa_bdnf.batch.shared_files import SharedFiles
from elisa_bdnf.batch.store import Begun, Done, announce, done_from_entry, entry_of, record
from elisa_bdnf.batch.told import Told
from elisa_bdnf.binding import names_plate
from elisa_bdnf.errors import ElisaError, LayoutError, OutputError, Problem
from elisa_bdnf.inputs.file import InputFile, files_read, name_of, text_of_name
from elisa_bdnf.model.batch import ExportRow, Outcome
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plain import plain
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.output import sha256_or_none
from elisa_bdnf.provenance import sha256_of, versions
from elisa_bdnf.reports.csv_tables import csv_from_records
from elisa_bdnf.reports.records import control_records
from elisa_bdnf.waivers import find_beside
from elisa_bdnf.workflow import Run, RunRequest

_FILES = ("layout", "samples", "waivers")  # of a request; which they are is told by their place, what by their hashes


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every export of a batch. ``program`` is the version; ``formats`` the reports of each plate."""

    top: Path  # the folder that is searched
    out: Path
    request: RunRequest
    formats: tuple[str, ...]
    program: str
    force: bool = False


OnResult = Callable[[PlateResult, Path], None]  # told of every plate that was assessed anew, and its folder


def nobody(_result: PlateResult, _folder: Path) -> None:
    """Is told of results where only their files count."""


class Worker:
    """Does one export after the other; what many of them share (protocols, layouts, sheets) is read once."""

    def __init__(self, settings: Settings, told: Told | None = None, on_result: OnResult = nobody) -> None:
        self.settings = settings
        self.on_result = on_result
        self.told = told or Told()
        self.files = SharedFiles()
        self.companions = workflow.Companions(self.files.layouts, self.files.samples, self.files.sha256)
        self.protocol = cache(self._protocol)
        self.kept: list[str] = []  # of the export that is done now: copies of results that a person had edited
        self.begun = Begun(settings.out)

    def _protocol(self, name: str) -> Protocol:
        return workflow.protocol_from_request(replace(self.settings.request, protocol=name))

    def do(self, unit: Unit) -> Done:
        """Raises OutputError where results cannot be written; whatever else is wrong is part of the answer."""
        settings = self.settings
        earlier = entry_of(settings.out, unit.folder)
        if earlier and not settings.force and not unit.problems and self._is_as_before(unit, earlier):
            return done_from_entry(earlier, fresh=False)
        self.kept = []
        done = record(settings.out, self._entry(unit, earlier), earlier)
        return replace(done, kept=tuple(self.kept)) if self.kept else done

    def _is_as_before(self, unit: Unit, earlier: Entry) -> bool:
        """Whether an earlier run did the same. What reads the same is known later: what was said of it may hold."""
        if unit.compared is not None and earlier.compared is None:
            return False  # a waiver waited for this
        compared = (earlier.compared or ()) if unit.compared is None else tuple(unit.compared)
        return self._key(unit, compared) == earlier.key != "" and self._holds(earlier)

    def _key(self, unit: Unit, compared: Sequence[str]) -> str:
        """SHA-256 of what decides the result beside the content of files; empty for a protocol with mistakes."""
        request = replace(self.settings.request, protocol=unit.protocol or self.settings.request.protocol)
        try:
            protocol = self.protocol(request.protocol)
        except ElisaError:
            return ""
        stands_for = {
            "program": self.settings.program,
            "versions": versions(),
            "export": unit.file,
            "folder": unit.folder,
            "layout": self._below(unit.layout) if unit.layout else None,
            "samples": self._below(unit.samples) if unit.samples else None,
            "bound": [self._below(path) for path in unit.bound],
            "compared": list(compared),
            "request": {key: value for key, value in plain(request).items() if key not in _FILES},
            "waivers": self._below(decided) if (decided := request.waivers or find_beside(unit.path)) else None,
            "protocol": [protocol.id, protocol.sha256, protocol.origin, list(protocol.sources)],
            "formats": self.settings.formats,
        }
        text = json.dumps(stands_for, ensure_ascii=True, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _below(self, path: Path) -> str:
        return file_from_path(path, self.settings.top)

    def _holds(self, entry: Entry) -> bool:
        """Whether all inputs and outputs are byte for byte what the entry says, and earlier plates the same."""
        top, out = self.settings.top, self.settings.out
        if not self.told.is_as_before(entry.row.plates):
            return False
        inputs = ((path_from_file(file, top), digest) for file, digest in entry.inputs.items())
        return all(self.files.sha256_or_none(path) == digest for path, digest in inputs) and all(
            sha256_or_none(out / file) == digest for file, digest in entry.outputs.items()
        )

    def _entry(self, unit: Unit, earlier: Entry | None) -> Entry:
        """Assess the export and write its result folder."""
        if unit.problems:
            return Entry("", ExportRow(unit.file, unit.folder, Outcome.REFUSED, (), unit.problems))
        compared = tuple(unit.compared or ())
        key = self._key(unit, compared)
        with files_read() as read, self.files.noting(read):
            try:
                run, request = self._run(unit)
            except OutputError:
                raise
            except ElisaError as refused:
                problems = tuple(self._in_the_tree(problem, unit) for problem in refused.problems)
                row = ExportRow(unit.file, unit.folder, Outcome.REFUSED, (), problems)
                prints = earlier.prints if earlier and unit.compared else ()
                known = key if None not in read.values() else ""
                return Entry(known, row, self._digests(read), prints=prints, compared=compared)
        return self._written(unit, key, run, request, self._digests(read))

    def _in_the_tree(self, problem: Problem, unit: Unit) -> Problem:
        """The file of a problem by its path: many exports of a folder may have one name. It always names one."""
        given = [path for path in (unit.layout, unit.samples) if path]
        named = {"": unit.file, name_of(unit.path): unit.file}
        named |= {
            name_of(path): text_of_name(Path(os.path.relpath(path, self.settings.top)).as_posix()) for path in given
        }
        return replace(problem, file=named.get(problem.file, problem.file))

    def _digests(self, read: Mapping[Path, str | None]) -> dict[str, str]:
        return dict(sorted((self._below(path), digest) for path, digest in read.items() if digest))

    def _run(self, unit: Unit) -> tuple[Run, RunRequest]:
        request = self.settings.request
        readings = readers.read_file(InputFile.open(unit.path, encoding=request.encoding), format=request.format)
        layout = unit.layout
        if layout is None and unit.bound and any(reading.layout is None for reading in readings):
            layout = self._bound_layout(readings, unit)
        name = unit.protocol or request.protocol
        beside = None if unit.compared is None else tuple(unit.compared.values())
        own = replace(request, layout=layout, samples=unit.samples, protocol=name, compare_with=beside)
        run = workflow.assess(readings, unit.path, own, self.protocol(name), self.companions, self.told.past)
        # The manifest holds the command of the single run, which finds by itself what lies beside the export.
        named = request.layout or (layout if layout and not layouts.is_found_beside(layout, unit.path) else None)
        return run, replace(own, layout=named)

    def _bound_layout(self, readings: tuple[Reading, ...], unit: Unit) -> Path | None:
        """The one layout file that names a plate of the export; raises LayoutError where several do."""
        found = [
            path
            for path in unit.bound
            if any(names_plate(layout, reading) for reading in readings for layout in self._offered(path, reading))
        ]
        if len(found) > 1:
            listed = ", ".join(shown_path(path, self.settings.top) for path in found)
            raise LayoutError(
                f"more than one layout names the plate: {listed}", expected="one of them", file=name_of(unit.path)
            )
        return found[0] if found else None

    def _offered(self, path: Path, reading: Reading) -> tuple[Layout, ...]:
        """A layout with mistakes is not this plate's concern unless it is chosen for it."""
        try:
            return self.files.layouts(path, reading.shape)
        except ElisaError:
            return ()

    def _written(self, unit: Unit, key: str, run: Run, request: RunRequest, inputs: dict[str, str]) -> Entry:
        outputs: dict[str, str] = {}
        plates, columns, controls, folders = [], {}, {}, {}
        prints = tuple(print_of(result.analysis.reading) for result in run.results)
        told = self.told.digests((r.analysis.charted for r in run.results), (r.accepted for r in run.results))
        for name, result, print_, digest in zip(workflow.plate_folders(run), run.results, prints, told, strict=True):
            folder = unit.folder if name == "." else f"{unit.folder}/{name}"
            files = workflow.files_from_result(result, run, request, self.settings.formats)
            folders[folder] = files
            outputs |= {f"{folder}/{file}": sha256_of(data) for file, data in files.items()}
            columns[folder] = {file: _headings(data) for file, data in files.items() if file.endswith(".csv")}
            controls[folder] = csv_from_records(control_records(result)).decode() if result.controls else ""
            page = "report.html" in files
            plates.append(plate_row(result, print_, folder=folder, export=unit.file, told=digest, page=page))
        accepted = all(plate.accepted for plate in plates)
        outcome = Outcome.ACCEPTED if accepted else Outcome.REJECTED
        announce(self.settings.out, unit.folder, outputs)
        for folder, files in folders.items():
            self.kept += self.begun.keep_edited(folder, files)
            output.write_folder(self.settings.out / folder, files, at_once=False)
        for folder, result in zip(folders, run.results, strict=True):
            self.on_result(result, self.settings.out / folder)
        row = ExportRow(unit.file, unit.folder, outcome, tuple(plates))
        compared = None if run.may_be_waived else tuple(unit.compared or ())
        return Entry(key, row, inputs, outputs, columns, controls, prints, compared)


def _headings(data: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(data.decode(), newline="")))
