"""``elisa-bdnf run``: one export, or several, each assessed once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._options import (
    EncodingName,
    FitOnName,
    FormatName,
    HistoryFile,
    LayoutFile,
    ModelName,
    ProtocolName,
    Quiet,
    ReadOn,
    SamplesFile,
    Settings,
    Strict,
    WaiversFile,
    WeightsName,
    day_from_option,
    folder_option,
    overrides_from_options,
    protocol_of,
)
from elisa_bdnf.cli.complaints import Complaints, complain, kept_sentence
from elisa_bdnf.errors import ElisaError, UsageError

if TYPE_CHECKING:
    from elisa_bdnf.model.protocol import Protocol
    from elisa_bdnf.workflow import Run, RunRequest

DEFAULT_OUT = Path("elisa-bdnf-results")

Exports = Annotated[list[Path], typer.Argument(metavar="EXPORT...", help="What the plate reader wrote.")]
CompareWith = Annotated[
    list[Path] | None,
    typer.Option(metavar="EXPORT", help="Another export, which must not hold the same readings; repeatable."),
]
Out = Annotated[Path | None, folder_option("Where the results go.")]


def run(
    exports: Exports,
    protocol: ProtocolName = "generic",
    layout: LayoutFile = None,
    samples: SamplesFile = None,
    out: Out = None,
    model: ModelName = None,
    weights: WeightsName = None,
    fit_on: FitOnName = None,
    settings: Settings = None,
    history: HistoryFile = None,
    waivers: WaiversFile = None,
    read_on: ReadOn = None,
    format_: FormatName = None,
    encoding: EncodingName = None,
    compare_with: CompareWith = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of tables.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Assess plates: read, fit, back-calculate, judge, report.

    \b
      elisa-bdnf run plate.txt
      elisa-bdnf run plate.txt --protocol human-infusion-plasma --samples samples.csv --out results

    The layout in the export is used, or --layout, or a file beside the export (plate.layout.toml).
    A folder of results is written for every plate; see --out. Overrides are recorded in the results.
    """
    from elisa_bdnf.workflow import RunRequest

    overrides = overrides_from_options(settings or [], {"model": model, "weights": weights, "fit_on": fit_on})
    request = RunRequest(
        protocol, layout, samples, format_, overrides, waivers, waivers is not None and len(exports) > 1,
        day_from_option(read_on), encoding, tuple(compare_with or ()),
    )  # fmt: skip
    loaded = protocol_of(request)
    code = run_all(exports, request, loaded, out, history=history, as_json=as_json, quiet=quiet, strict=strict)
    if code:
        raise typer.Exit(code)


def run_all(
    exports: Sequence[Path],
    request: RunRequest,
    protocol: Protocol,
    out: Path | None,
    *,
    history: Path | None = None,
    as_json: bool = False,
    quiet: bool = False,
    strict: bool = False,
) -> int:
    """Run every export; one that is refused does not stop the others. Returns the exit code: 3 outranks 1.

    With a history (``history``, else that of the protocol) exports are run in the order in which they were read.
    """
    from elisa_bdnf import workflow

    folders = _folders(out, exports)
    done: list[tuple[Run, list[Path]]] = []
    refused, complaints = 0, Complaints()
    history = history or protocol.history.file
    past = workflow.past_or_none(history)
    if past is not None:
        exports = workflow.in_order_of_reading(exports, request, protocol)
    for export in exports:
        try:
            run_ = workflow.run(export, request, protocol, past)
        except ElisaError as error:
            refused = max(refused, error.exit_code)
            complain(_told_apart(error, export, exports), complaints)
            continue
        if not quiet:
            _tell_of_replaced(folders[export], export)
        own, copies = workflow.write_results(run_, request, folders[export])
        done.append((run_, own))
        if copies and not quiet:
            print(*map(kept_sentence, copies), sep="\n", file=sys.stderr)
        past = workflow.past_after(past, run_)
    workflow.remember(history, workflow.charted(run_ for run_, _ in done))
    if request.waivers_shared and not refused:
        refused = _unmet(request, protocol, [run_ for run_, _ in done])
    _show(done, as_json=as_json, quiet=quiet, several=len(exports) > 1)
    rejected = any(not result.accepted for run_, _ in done for result in run_.results)
    warned = strict and any(level != "info" for level in workflow.levels(run_ for run_, _ in done))
    return refused or int(rejected or warned)


def _told_apart(error: ElisaError, export: Path, exports: Sequence[Path]) -> ElisaError:
    """Errors name a file by its bare name; where several exports have that name, by the path that was given."""
    if sum(each.name == export.name for each in exports) > 1:
        error.problems = tuple(
            replace(each, file=str(export)) if each.file == export.name else each for each in error.problems
        )
    return error


def _tell_of_replaced(folder: Path, export: Path) -> None:
    """Results of the same export are made anew; that those of another one go is for a person to know."""
    import json

    from elisa_bdnf.inputs.file import name_of
    from elisa_bdnf.reports.inert import show

    with suppress(OSError, ValueError, KeyError, TypeError):
        inputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["inputs"]
        others = [each["file"] for each in inputs if each["role"] == "export" and each["file"] != name_of(export)]
        if others:
            said = f"note: {folder} held the results of {others[0]}, which those of {name_of(export)} replace"
            print(show(said), file=sys.stderr)


def _unmet(request: RunRequest, protocol: Protocol, runs: Sequence[Run]) -> int:
    """The exit code after entries of a shared file that concern none of the exports were complained of."""
    from elisa_bdnf import deciding, qc

    try:
        if request.waivers is not None:
            plates = [deciding.names_of(result.analysis.reading) for run_ in runs for result in run_.results]
            deciding.refuse_unmet(request.waivers, qc.waivable(protocol), plates)
    except ElisaError as error:
        complain(error)
        return error.exit_code
    return 0


def _folders(out: Path | None, exports: Sequence[Path]) -> dict[Path, Path]:
    """Where the results of each export go: ``--out`` itself for a single one, else a folder in it named after each.

    Exports of one name, in different folders or with different endings, are told apart as in a batch: no result is
    ever written over by another of the same call.
    """
    from elisa_bdnf.output import safe_stem

    if out is not None and len(exports) == 1:
        return {exports[0]: out}
    names = {export: safe_stem(export.stem) for export in exports}
    if len({name.casefold() for name in names.values()}) < len(exports):
        names = _names_by_path(exports)
    return {export: (out or DEFAULT_OUT) / name for export, name in names.items()}


def _names_by_path(exports: Sequence[Path]) -> dict[Path, str]:
    """Names made of the paths below the folder that all exports share; raises UsageError where one is named twice."""
    from elisa_bdnf.batch.folder_names import folder_names

    paths = [export.resolve() for export in exports]
    twice = sorted({str(export) for export, path in zip(exports, paths, strict=True) if paths.count(path) > 1})
    if twice:
        raise UsageError(f"an export is named twice: {', '.join(twice)}", hint="name each export once")
    above = _above_all(paths)
    below = [path.relative_to(above).as_posix() if above else path.as_posix() for path in paths]
    names = folder_names(below)
    return {export: names[file] for export, file in zip(exports, below, strict=True)}


def _above_all(paths: Sequence[Path]) -> Path | None:
    """The folder that holds all of them; None on Windows where they are on several drives."""
    try:
        return Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError:
        return None


def _show(done: Sequence[tuple[Run, list[Path]]], *, as_json: bool, quiet: bool, several: bool) -> None:
    if as_json:
        from elisa_bdnf.reports.json_result import json_text, runs_json

        print(json_text(runs_json([result for run_, _ in done for result in run_.results], several=several)), end="")
    elif not quiet:
        from elisa_bdnf.reports.terminal import print_result

        for run_, folders in done:
            for result, folder in zip(run_.results, folders, strict=True):
                print_result(result, folder)
