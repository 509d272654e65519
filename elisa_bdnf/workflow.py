"""The order of the stages: export + protocol + layout + samples → judged plates → files. Nobody else knows it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from elisa_bdnf import __version__, binding, layouts, output, protocols, qc, readers, samples
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.errors import AnalysisRefused, Problem
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.result import Analysis, FindingLevel, PlateResult
from elisa_bdnf.reports.folder import files_from_result as report_files

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
    laid_out = binding.layouts_for(readings, layout_file, export)
    if sheet is not None:
        laid_out = samples.join_all(laid_out, sheet)
    bound = [binding.bound(layout, protocol, request.samples) for layout in laid_out]
    plates = [(reading, layout) for reading, (layout, _) in zip(readings, bound, strict=True)]
    results = []
    for (reading, layout), (_, applied) in zip(plates, bound, strict=True):
        companions = [plates[i] for i in reading.curve_shared_with] if binding.follows_instrument(protocol) else []
        told = binding.with_shared_curve_remark(reading, pooled=bool(companions))
        modeled = binding.as_instrument(applied, reading, request.overrides)
        results.append(_judged(analyze(told, layout, modeled, companions), export, request.overrides))
    inputs = [InputRecord("export", export.name, readings[0].source.sha256)]
    inputs += [_record("layout", layout_file)] if layout_file else []
    inputs += [_record("samples", request.samples)] if request.samples else []
    return Run(export, tuple(results), tuple(inputs))


def _record(role: str, path: Path) -> InputRecord:
    return InputRecord(role, path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def _judged(analysis_: Analysis, export: Path, overrides: Mapping[str, str]) -> PlateResult:
    result = qc.judge(analysis_, overrides)
    errors = [finding for finding in result.findings if finding.level is FindingLevel.ERROR]
    if errors:
        raise AnalysisRefused(
            problems=[Problem(f"{f.rule}: {f.message}", hint=f.hint, place=_place(analysis_, f.wells)) for f in errors]
        ).in_file(export.name)
    return result


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
    names = _folder_names([result.analysis.reading.plate for result in run_.results])
    folders = [folder if len(names) == 1 else folder / name for name in names]
    for own, result in zip(folders, run_.results, strict=True):
        output.write_folder(own, files_from_result(result, run_, request))
    return folders


def _folder_names(plates: Sequence[str]) -> list[str]:
    """Safe names of the plates, numbered by their place in the export where two of them would be one folder."""
    stems = [output.safe_stem(plate) for plate in plates]
    counts = Counter(stem.casefold() for stem in stems)
    return [stem if counts[stem.casefold()] == 1 else f"{stem}-{place}" for place, stem in enumerate(stems, start=1)]


def files_from_result(result: PlateResult, run_: Run, request: RunRequest) -> dict[str, bytes]:
    """Every file of a result folder, the manifest with their hashes last."""
    files = report_files(result)
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
