"""The order of the stages: export + protocol + layout + samples → judged plates → files. Nobody else knows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from elisa_bdnf import (
    binding,
    comparing,
    earlier,
    layouts,
    output,
    protocols,
    provenance,
    qc,
    readers,
    samples,
    waivers,
)
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.deciding import Deciding, day_of_reading, decide
from elisa_bdnf.errors import AnalysisRefused, ElisaError, Problem
from elisa_bdnf.inputs.file import InputFile, name_of
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.history import ChartedPlate
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.result import Analysis, PlateResult
from elisa_bdnf.reports.folder import FORMATS
from elisa_bdnf.reports.folder import files_from_result as report_files

if TYPE_CHECKING:
    from elisa_bdnf.history.past import Past

DEFAULT_PROTOCOL = "generic"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a person asked for: everything that can change a number or a verdict."""

    protocol: str = DEFAULT_PROTOCOL
    layout: Path | None = None
    samples: Path | None = None
    format: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    waivers: Path | None = None  # else the file beside the export
    waivers_shared: bool = False  # that file is for several exports: its entries name their plates
    read_on: date | None = None  # the day of the reading, for exports that do not state it
    encoding: str | None = None  # of a text export that does not show its own
    # Other exports, whose plates must not read the same (INP-04); None where it is not known yet which to look at.
    compare_with: tuple[Path, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One export, assessed: a result per plate, and the files that it came from."""

    export: Path
    results: tuple[PlateResult, ...]
    inputs: tuple[provenance.InputRecord, ...]
    may_be_waived: bool = False  # whether a waiver waits for what a comparison with other exports may find


def protocol_from_request(request: RunRequest) -> Protocol:
    """Load and check the protocol with the overrides of the request; raises :class:`ProtocolError`."""
    return protocols.load_protocol(request.protocol, qc.schemas(), overrides=request.overrides)


@dataclass(frozen=True, slots=True)
class Companions:
    """How what belongs to an export is found and read; a batch reads each layout and sheet once."""

    layouts: Callable[[Path, Shape], tuple[Layout, ...]] = lambda path, shape: layouts.read_layouts(path, shape=shape)
    samples: Callable[[Path], samples.SampleSheet] = samples.read_samples
    sha256: Callable[[Path], str] = lambda path: InputFile.open(path).sha256
    waivers: Callable[[Path], Path | None] = waivers.find_beside  # of an export


def run(export: Path, request: RunRequest, protocol: Protocol, past: Past | None = None) -> Run:
    """Read, lay out, join, analyze and judge every plate of one export.

    ``past`` are earlier plates; each plate of the export is in turn a past of those after it.
    Raises :class:`elisa_bdnf.errors.ElisaError` with all problems at once; nothing is written here.
    """
    readings = readers.read_export(export, format=request.format, encoding=request.encoding)
    return assess(
        readings, export, replace(request, layout=request.layout or layouts.find_beside(export)), protocol, past=past
    )


def assess(
    readings: Sequence[Reading],
    export: Path,
    request: RunRequest,
    protocol: Protocol,
    companions: Companions = Companions(),
    past: Past | None = None,
) -> Run:
    """As :func:`run`, for an export that was read, with the layout of the request or that of the export itself."""
    sheet = companions.samples(request.samples) if request.samples else None
    laid_out = binding.layouts_for(readings, request.layout, export, companions.layouts)
    files = [("layout", name_of(request.layout), companions.sha256(request.layout))] if request.layout else []
    if sheet is not None:
        laid_out = samples.join_all(laid_out, sheet)
        files.append(("samples", sheet.file, sheet.sha256))
    bound = [binding.bound(layout, protocol, request.samples) for layout in laid_out]
    asked = request.waivers or companions.waivers(export)
    laid_out = [layout for layout, _ in bound]
    deciding = decide(asked, qc.waivable(protocol), readings, laid_out, request.read_on, shared=request.waivers_shared)
    files += [("waivers", deciding.decisions.file, deciding.decisions.sha256)] if deciding.decisions.file else []
    read = partial(readers.read_export, format=request.format, encoding=request.encoding)
    compared = comparing.compared(export, request.compare_with or (), read)
    files += [("compared", name_of(path), plates[0].source.sha256) for path, plates in compared.items()]
    protocols_ = [binding.as_instrument(p, r, request.overrides) for r, (_, p) in zip(readings, bound, strict=True)]
    results = []
    for index, applied in enumerate(protocols_):
        plate = _Plate(index, readings, applied, request.read_on, past, tuple(chain.from_iterable(compared.values())))
        results.append(_judged(plate, deciding, export, request.overrides))
        past = earlier.following(past, results[-1])
    still_open = comparing.open_rules(request.compare_with)
    may_be_waived = deciding.refuse_idle(results, shared=request.waivers_shared, open_rules=still_open)
    inputs = [("export", name_of(export), readings[0].source.sha256), *files]
    return Run(export, tuple(results), tuple(provenance.InputRecord(*each) for each in inputs), may_be_waived)


def past_or_none(path: Path | None) -> Past | None:
    """The history in a file; raises :class:`elisa_bdnf.errors.HistoryError`."""
    if path is None:
        return None
    from elisa_bdnf.history import store  # noqa: PLC0415 - only with a history

    return store.read(path)


def past_after(past: Past | None, run_: Run) -> Past | None:
    """The past of what is run after these plates."""
    for result in run_.results:
        past = earlier.following(past, result)
    return past


def charted(runs: Iterable[Run]) -> Iterator[tuple[ChartedPlate | None, bool]]:
    """What charts keep of every plate, and whether it was accepted."""
    return ((result.analysis.charted, result.accepted) for run_ in runs for result in run_.results)


def remember(path: Path | None, plates: Iterable[tuple[ChartedPlate | None, bool]]) -> None:
    """Record accepted plates and forget the others, in one transaction, after their results were written."""
    judged = [(plate, accepted) for plate, accepted in plates if plate is not None]
    if path is not None and judged:
        from elisa_bdnf.history import store  # noqa: PLC0415 - only with a history

        store.record(path, judged)


def in_order_of_reading(exports: Iterable[Path], request: RunRequest, protocol: Protocol) -> list[Path]:
    """Exports by when their first plate was read, then by name, as a history orders plates; unreadable ones last."""
    placed, unreadable = [], []
    for export in exports:
        try:
            readings = readers.read_export(export, format=request.format, encoding=request.encoding)
            placed.append((earlier.first_order(protocol, readings, request.read_on), export))
        except ElisaError:
            unreadable.append(export)  # said when its turn comes
    return [export for _, export in sorted(placed, key=lambda pair: pair[0])] + unreadable


@dataclass(frozen=True, slots=True)
class _Plate:
    """One plate of an export, to be analyzed under this or that layout."""

    index: int
    readings: Sequence[Reading]
    protocol: Protocol
    read_on: date | None
    past: Past | None
    compared: tuple[Reading, ...]  # plates of other exports

    def analyzed(self, laid_out: Sequence[Layout]) -> Analysis:
        reading = self.readings[self.index]
        pooled = reading.curve_shared_with if binding.follows_instrument(self.protocol) else ()
        companions = [(self.readings[i], laid_out[i]) for i in pooled]
        told = binding.with_shared_curve_remark(reading, pooled=bool(pooled))
        layout = laid_out[self.index]
        weighted = earlier.with_pooled_weights(self.protocol, told, layout, self.index, self.past, self.read_on)
        analysis_ = analyze(told, layout, weighted, companions)
        made = earlier.beside_earlier(analysis_, self.index, self.past, self.read_on)
        siblings = tuple(other for other in self.readings if other is not reading)
        return replace(made, siblings=siblings, compared=self.compared, read_on=day_of_reading(reading, self.read_on))


def _judged(plate: _Plate, deciding: Deciding, export: Path, overrides: Mapping[str, str]) -> PlateResult:
    own = deciding.own[plate.index]
    before = qc.judge(plate.analyzed(deciding.layouts), overrides) if own.entries else None
    result = qc.judge(plate.analyzed(deciding.decided), overrides, own, before)
    errors = [finding for finding in result.findings if finding.level is FindingLevel.ERROR]
    if errors:
        raise AnalysisRefused(
            problems=[
                Problem(f"{f.rule}: {f.message}", hint=f.hint, place=_place(result.analysis, f.wells)) for f in errors
            ]
        ).in_file(name_of(export))
    return result


def _place(analysis_: Analysis, wells: tuple[str, ...]) -> str:
    plate = f"plate {analysis_.reading.plate}"
    return f"{plate}, well {wells[0]}" if wells else plate


def levels(runs: Iterable[Run]) -> set[str]:
    """The levels of all findings of several runs."""
    return {finding.level.value for run_ in runs for result in run_.results for finding in result.findings}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files whole or not at all; raises :class:`elisa_bdnf.errors.OutputError`."""
    output.write_folder(folder, files)


def write_copies(folder: Path, files: Mapping[str, bytes]) -> None:
    """As :func:`write_files`, where nothing that somebody has changed is written over."""
    output.write_copies(folder, files)


def write_results(run_: Run, request: RunRequest, folder: Path) -> tuple[list[Path], list[str]]:
    """Write a result folder per plate (the folder itself where there is one plate).

    Returns them in order, and the copies of results that a person had edited.
    """
    folders, copies = [folder / name for name in plate_folders(run_)], []
    for own, result in zip(folders, run_.results, strict=True):
        read = (run_.export, request.layout, request.samples, request.waivers, *(request.compare_with or ()))
        kept = output.write_results(own, files_from_result(result, run_, request), read)
        copies += [str(own / copy) for copy in kept]
    return folders, copies


def plate_folders(run_: Run) -> list[str]:
    """Where each plate goes below the folder of its export: ``.`` for a single plate, else a name for each."""
    names = _folder_names([result.analysis.reading.plate for result in run_.results])
    return names if len(names) > 1 else ["."]


def _folder_names(plates: Sequence[str]) -> list[str]:
    """Safe names of the plates, numbered by their place in the export where two of them would be one folder."""
    stems = [output.safe_stem(plate) for plate in plates]
    counts = Counter(stem.casefold() for stem in stems)
    return [stem if counts[stem.casefold()] == 1 else f"{stem}-{place}" for place, stem in enumerate(stems, start=1)]


def files_from_result(
    result: PlateResult, run_: Run, request: RunRequest, formats: Sequence[str] = FORMATS
) -> dict[str, bytes]:
    """Every file of a result folder, the manifest with their hashes last; ``formats`` are those of the reports."""
    files = report_files(result, formats)
    place = next(at for at, each in enumerate(run_.results) if each is result)
    told = result.analysis.earlier
    asked = _asked(request, run_.export, told.history if told else None)
    return files | {provenance.FILE: provenance.manifest(result, place, run_.inputs, asked, files)}


def _asked(request: RunRequest, export: Path, history: str | None) -> provenance.Asked:
    command = ["elisa-bdnf", "run", name_of(export), "--protocol", request.protocol]
    command += ["--layout", name_of(request.layout)] if request.layout else []
    command += ["--samples", name_of(request.samples)] if request.samples else []
    command += ["--waivers", name_of(request.waivers)] if request.waivers else []
    command += [word for path in request.compare_with or () for word in ("--compare-with", name_of(path))]
    command += ["--history", history] if history else []
    command += ["--date", request.read_on.isoformat()] if request.read_on else []
    command += ["--format", request.format] if request.format else []
    command += ["--encoding", request.encoding] if request.encoding else []
    command += [word for key, value in request.overrides.items() for word in ("--set", f"{key}={value}")]
    options = {
        "protocol": request.protocol,
        "format": request.format,
        "date": request.read_on.isoformat() if request.read_on else None,
        "waivers_shared": request.waivers_shared,
        "set": dict(request.overrides),
    } | ({"encoding": request.encoding} if request.encoding else {})
    return provenance.Asked(command, options)
