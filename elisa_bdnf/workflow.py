"""The order of the stages: export + protocol + layout + samples → judged plates → files. Nobody else knows it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from elisa_bdnf import __version__, layouts, output, protocols, qc, readers, reports, samples
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.errors import AnalysisRefused, LayoutError, Problem, SampleSheetError
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.result import Analysis, FindingLevel, PlateResult
from elisa_bdnf.model.timepoint import UnknownTimepoint, timepoint_from_text

DEFAULT_PROTOCOL = "generic"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a person asked for: everything that can change a number or a verdict."""

    protocol: str = DEFAULT_PROTOCOL
    layout: Path | None = None
    samples: Path | None = None
    format: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One file that took part: its role, bare name and hash."""

    role: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Run:
    """One export, assessed: a result per plate, and the files that it came from."""

    export: Path
    results: tuple[PlateResult, ...]
    inputs: tuple[InputRecord, ...]


def protocol_from_request(request: RunRequest) -> Protocol:
    """Load and check the protocol with the overrides of the request; raises :class:`ProtocolError`."""
    return protocols.load_protocol(request.protocol, qc.schemas(), overrides=request.overrides)


def run(export: Path, request: RunRequest, protocol: Protocol) -> Run:
    """Read, lay out, join, analyze and judge every plate of one export.

    Raises :class:`elisa_bdnf.errors.ElisaError` with all problems at once; nothing is written here.
    """
    readings = readers.read_export(export, format=request.format)
    layout_file = request.layout or layouts.find_beside(export)
    sheet = samples.read_samples(request.samples) if request.samples else None
    laid_out = _layouts_for(readings, layout_file, export)
    if sheet is not None:
        laid_out = samples.join_all(laid_out, sheet)
    results = []
    for reading, layout in zip(readings, laid_out, strict=True):
        understood = with_kit_controls(with_timepoints(layout, protocol, request.samples), protocol)
        results.append(_judged(analyze(reading, understood, protocol), export, request.overrides))
    inputs = [InputRecord("export", export.name, readings[0].source.sha256)]
    inputs += [_record("layout", layout_file)] if layout_file else []
    inputs += [_record("samples", request.samples)] if request.samples else []
    return Run(export, tuple(results), tuple(inputs))


def _record(role: str, path: Path) -> InputRecord:
    return InputRecord(role, path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def _layouts_for(readings: Sequence[Reading], file: Path | None, export: Path) -> list[Layout]:
    """One layout per plate: from the layout file where there is one, else the export's own."""
    if file is None:
        without = [reading.plate for reading in readings if reading.layout is None]
        if without:
            raise LayoutError(
                f"the export says nothing about what is in the wells of {', '.join(without)}",
                expected=f"a layout in the export, with --layout, or as {export.stem}.layout.toml beside it",
                hint="write one with: elisa-bdnf layout new",
                file=export.name,
            )
        return [reading.layout for reading in readings if reading.layout is not None]
    return [
        _layout_of(reading, readings, layouts.read_layouts(file, shape=reading.shape), file) for reading in readings
    ]


def _layout_of(reading: Reading, readings: Sequence[Reading], offered: Sequence[Layout], file: Path) -> Layout:
    bound = [layout for layout in offered if layout.plate is not None and _names(reading, layout.plate)]
    free = [layout for layout in offered if layout.plate is None]
    chosen = bound or free
    if len(chosen) != 1:
        said = ", ".join(repr(layout.plate) for layout in offered if layout.plate is not None) or "no plate"
        raise LayoutError(
            f"{len(chosen) or 'no'} layouts of the file fit plate {reading.plate!r}; the file names {said}",
            expected="exactly one layout for each plate of the export",
            hint=f"bind each layout to one of: {', '.join(other.plate for other in readings)}",
            file=file.name,
        )
    layout = chosen[0]
    remarks = list(layout.remarks)
    if reading.layout is not None:
        remarks.append(f"the layout file {file.name} replaces the layout in the export")
    if not bound and len(readings) > 1:
        remarks.append(f"the layout file {file.name} names no plate and is used for all {len(readings)}")
    return replace(layout, remarks=tuple(remarks))


def _names(reading: Reading, plate: str) -> bool:
    spoken = plate.strip().casefold()
    file = reading.source.file.casefold()
    return spoken in (reading.plate.strip().casefold(), file, file.rpartition(".")[0], reading.source.sha256)


def with_timepoints(layout: Layout, protocol: Protocol, sheet: Path | None = None) -> Layout:
    """Put the protocol's names for the timepoints in place of the texts; all unknown texts are reported at once.

    A protocol without timepoints leaves the texts as they are.
    """
    if not protocol.timepoints:
        return layout
    names: dict[str, str] = {}
    problems = []
    for text in dict.fromkeys(c.timepoint for c in layout.contents.values() if c.timepoint):
        try:
            names[text] = timepoint_from_text(text, protocol.timepoints).name
        except UnknownTimepoint as unknown:
            problems.append(_unknown_timepoint(str(unknown), text, layout, protocol, sheet))
    if problems:
        raise SampleSheetError(problems=problems)
    return replace(layout, contents={well: _renamed(content, names) for well, content in layout.contents.items()})


def _unknown_timepoint(said: str, text: str, layout: Layout, protocol: Protocol, sheet: Path | None) -> Problem:
    wells = [well for well, content in layout.contents.items() if content.timepoint == text]
    sample = layout.contents[wells[0]].name
    return Problem(
        f"timepoint {said}",
        expected=", ".join(timepoint.name for timepoint in protocol.timepoints) + f" (protocol {protocol.id})",
        hint="write it with its unit, or add an alias to the protocol",
        place=f"sample {sample}",
        file=sheet.name if sheet else layout.origin,
    )


def _renamed(content: Content, names: Mapping[str, str]) -> Content:
    return replace(content, timepoint=names[content.timepoint]) if content.timepoint else content


def with_kit_controls(layout: Layout, protocol: Protocol) -> Layout:
    """Give controls the accepted range that the kit states for them by name, where the layout states none."""
    known = {control.name.strip().casefold(): control for control in protocol.kit.controls} if protocol.kit else {}
    if not known:
        return layout

    def completed(content: Content) -> Content:
        control = known.get(content.name.strip().casefold()) if content.role is Role.CONTROL else None
        if control is None:
            return content
        return replace(
            content,
            nominal=content.nominal if content.nominal is not None else control.nominal,
            low=content.low if content.low is not None else control.low,
            high=content.high if content.high is not None else control.high,
        )

    return replace(layout, contents={well: completed(content) for well, content in layout.contents.items()})


def _judged(analysis_: Analysis, export: Path, overrides: Mapping[str, str]) -> PlateResult:
    result = qc.judge(analysis_, overrides)
    errors = [finding for finding in result.findings if finding.level is FindingLevel.ERROR]
    if errors:
        raise AnalysisRefused(
            problems=[
                Problem(f"{f.rule}: {f.message}", expected=_expected(f.limit), place=_place(analysis_, f.wells))
                for f in errors
            ]
        ).in_file(export.name)
    return result


def _expected(limit: str) -> str:
    return f"{limit}" if limit and limit != "0" else ""


def _place(analysis_: Analysis, wells: tuple[str, ...]) -> str:
    plate = f"plate {analysis_.reading.plate}"
    return f"{plate}, well {wells[0]}" if wells else plate


def versions() -> dict[str, str]:
    """What computed the numbers."""
    import numpy as np  # noqa: PLC0415  (the analysis has loaded it; start-up has not)

    return {"elisa-bdnf": __version__, "numpy": np.__version__}


def levels(runs: Iterable[Run]) -> set[str]:
    """The levels of all findings of several runs."""
    return {finding.level.value for run_ in runs for result in run_.results for finding in result.findings}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files whole or not at all; raises :class:`elisa_bdnf.errors.OutputError`."""
    output.write_folder(folder, files)


def write_results(run_: Run, request: RunRequest, folder: Path) -> list[Path]:
    """Write a result folder per plate (the folder itself where there is one plate) and return them in order."""
    folders = []
    for result in run_.results:
        own = folder if len(run_.results) == 1 else folder / output.safe_stem(_unique_name(result, run_))
        output.write_folder(own, files_from_result(result, run_, request))
        folders.append(own)
    return folders


def _unique_name(result: PlateResult, run_: Run) -> str:
    """The plate's name, numbered by its place in the export where the name occurs twice."""
    names = [other.analysis.reading.plate for other in run_.results]
    name = result.analysis.reading.plate
    return name if names.count(name) == 1 else f"{name}-{run_.results.index(result) + 1}"


def files_from_result(result: PlateResult, run_: Run, request: RunRequest) -> dict[str, bytes]:
    """Every file of a result folder, the manifest with their hashes last."""
    files = reports.render_all(result, versions())
    return files | {"manifest.json": _manifest(files, result, run_, request)}


def _manifest(files: Mapping[str, bytes], result: PlateResult, run_: Run, request: RunRequest) -> bytes:
    protocol = result.analysis.protocol
    command = ["elisa-bdnf", "run", run_.export.name, "--protocol", request.protocol]
    command += ["--layout", request.layout.name] if request.layout else []
    command += ["--samples", request.samples.name] if request.samples else []
    command += [word for key, value in request.overrides.items() for word in ("--set", f"{key}={value}")]
    document = {
        "schema": "elisa-bdnf/manifest/1",
        "versions": versions(),
        "command": command,
        "plate": result.analysis.reading.plate,
        "verdict": result.verdict.value,
        "protocol": {"id": protocol.id, "origin": protocol.origin, "sha256": protocol.sha256},
        "inputs": [{"role": i.role, "file": i.file, "sha256": i.sha256} for i in run_.inputs],
        "outputs": [{"file": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
