"""The order of the stages of a study: inputs + sample sheet + protocol → measurements → analysis → judged → files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from elisa_bdnf import __version__, output, protocols, qc, samples
from elisa_bdnf.errors import Problem, StudyError
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports import study_json
from elisa_bdnf.reports.json_result import json_text
from elisa_bdnf.reports.study_csv import csv_from_study
from elisa_bdnf.reports.study_document import document_from_study
from elisa_bdnf.reports.study_figure_files import figure_files
from elisa_bdnf.reports.study_html import study_html
from elisa_bdnf.reports.study_records import StudyRecords
from elisa_bdnf.reports.study_xlsx import xlsx_from_study
from elisa_bdnf.study import exclusions, identity, intake, sheet, sources
from elisa_bdnf.study.analyze import analyze_study
from elisa_bdnf.study.rows import RawRow, Read

DEFAULT_PROTOCOLS = {
    identity.INFUSION: "human-infusion-plasma",
    identity.RELEASE: "neuron-release",
    identity.TISSUE: "rodent-tissue",
}
DESIGNS = {"infusion": identity.INFUSION, "release": identity.RELEASE, "tissue": identity.TISSUE}
UNNAMED = "Study without a protocol of its own"  # whatever the one says whose timepoints it borrows
SCHEMA_OF_MANIFEST = "elisa-bdnf/manifest/1"


@dataclass(frozen=True, slots=True)
class StudyRequest:
    """What a person asked for: everything that can change a number."""

    inputs: tuple[Path, ...]
    samples: Path | None = None
    protocol: str | None = None
    design: str | None = None  # infusion, release, tissue
    matrix: str = ""
    excluded: tuple[str, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[str, ...] = ("svg",)  # kinds of files in which the pictures are written


def run_study(request: StudyRequest) -> StudyResult:
    """Read, join, understand, calculate and judge. Raises ElisaError with all problems; nothing is written here."""
    left_out = exclusions.exclusions_from_options(request.excluded)
    reads = sources.read_sources(request.inputs)
    protocol, remark = _protocol(request, reads)
    kind = DESIGNS[request.design] if request.design else protocol.design
    design = identity.design_from_protocol(identity.INFUSION if kind == "none" else kind, protocol)
    rows = _joined([row for read in reads for row in read.rows], request.samples)
    # A protocol that nobody named says nothing of the numbers; amounts per mg or well need some unit and say which.
    unit = protocol.unit if request.protocol or design.kind != identity.INFUSION else ""
    data = intake.study_data(reads, rows, protocol, design, matrix=request.matrix, unit=unit, exclusions=left_out)
    tables = [f"{r.source.name} has {said}" for r in reads if r.source.kind == "table" for said in r.source.remarks]
    remarks = [text for text in (remark, *tables, _unit_remark(data, protocol)) if text]
    analysis = analyze_study(data)
    return qc.judge_study(replace(analysis, remarks=(*remarks, *analysis.remarks)))


def _unit_remark(data: intake.StudyData, protocol: Protocol) -> str:
    """Where the unit of the study comes from, if not from every row."""
    silent = sum(not each.unit for each in data.used)
    if not silent:
        return ""
    if not data.unit:
        return "no unit is stated: add a column unit to the table"
    origin = f"that of protocol {protocol.id}" if silent == len(data.used) else "that of the others"
    return f"{silent} of {len(data.used)} rows state no unit: it is taken to be {data.unit}, {origin}"


def _joined(rows: Sequence[RawRow], file: Path | None) -> tuple[RawRow, ...]:
    """Rows with what a sample sheet, or a list of subjects, knows of them."""
    if file is None:
        return tuple(rows)
    subjects = sheet.read_subject_list_or_none(file)
    if subjects is not None:
        return sheet.with_subjects(rows, subjects)
    read = samples.read_samples(file)
    return sheet.with_sheet(rows, read.rows, read.file)


def _protocol(request: StudyRequest, reads: Sequence[Read]) -> tuple[Protocol, str]:
    """The protocol that was asked for, else that of the results, else that of the design; and a remark on it."""
    name, remark = request.protocol, ""
    if name is None:
        name, remark = _likely_protocol(request, reads)
    protocol = protocols.load_protocol(name, qc.schemas(), request.overrides)
    return (replace(protocol, title=UNNAMED) if remark else protocol), remark


def _likely_protocol(request: StudyRequest, reads: Sequence[Read]) -> tuple[str, str]:
    if request.design:
        return DEFAULT_PROTOCOLS[DESIGNS[request.design]], ""
    named = list(dict.fromkeys(read.source.protocol for read in reads if read.source.protocol))
    shipped = {entry.id for entry in protocols.list_protocols()} - {"generic", "instrument-parity"}
    if len(named) == 1 and named[0] in shipped:
        return named[0], ""
    own = [name for name in named if name not in shipped | {"generic", "instrument-parity"}]
    if own:
        found = f"the results were made with the protocol{'s' if len(own) > 1 else ''} {', '.join(own)}"
        raise StudyError(problems=[Problem(found, "one protocol for the study", "name its file with --protocol")])
    default = DEFAULT_PROTOCOLS[identity.INFUSION]
    return default, f"no protocol was named: timepoints, tolerances and rules are those of {default}"


def files_from_study(result: StudyResult, request: StudyRequest) -> dict[str, bytes]:
    """Every file of a study folder, the manifest with their hashes last."""
    document, records = document_from_study(result), StudyRecords(result)
    files = {
        "study.json": study_json.render(records),  # the first: it tells whose folder it is
        "study.html": study_html(document),
        "study.xlsx": xlsx_from_study(document, records),
        **csv_from_study(records),
        **figure_files(document.pictures, request.figures),
    }
    return files | {"manifest.json": _manifest(files, result, request)}


def write_study(folder: Path, files: Mapping[str, bytes], inputs: Iterable[Path | None]) -> list[str]:
    """All files or none, not over what was read or what somebody else wrote. Raises OutputError.

    Returns the paths of copies of what a person had edited.
    """
    return [str(folder / copy) for copy in output.write_results(folder, files, inputs)]


def _manifest(files: Mapping[str, bytes], result: StudyResult, request: StudyRequest) -> bytes:
    inputs = [{"role": each.kind, "file": each.name, "sha256": each.sha256} for each in result.sources]
    if request.samples:
        digest = hashlib.sha256(request.samples.read_bytes()).hexdigest()
        inputs.append({"role": "samples", "file": request.samples.name, "sha256": digest})
    document = {
        "schema": SCHEMA_OF_MANIFEST,
        "versions": versions(),
        "command": _command(request),
        "protocol": {
            "id": result.protocol.id,
            "origin": result.protocol.origin,
            "sha256": result.protocol.sha256,
        },
        "inputs": inputs,
        "outputs": [{"file": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()],
    }
    return json_text(document).encode()


def _command(request: StudyRequest) -> list[str]:
    options = {"--samples": request.samples.name if request.samples else None, "--protocol": request.protocol,
               "--design": request.design, "--matrix": request.matrix or None}  # fmt: skip
    command = ["elisa-bdnf", "study", *(path.name for path in request.inputs)]
    command += [word for name, value in options.items() if value for word in (name, value)]
    command += [word for text in request.excluded for word in ("--exclude", text)]
    return command + [word for key, value in request.overrides.items() for word in ("--set", f"{key}={value}")]


def versions() -> dict[str, str]:
    """What computed the numbers."""
    import numpy as np  # noqa: PLC0415  (the study has loaded it; start-up has not)
    import scipy  # noqa: PLC0415

    return {"elisa-bdnf": __version__, "numpy": np.__version__, "scipy": scipy.__version__}
