"""``elisa-bdnf batch``: a folder of exports, all of them, once, in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._options import (
    EncodingName,
    FitOnName,
    FormatName,
    HistoryFile,
    Html,
    LayoutFile,
    ManifestFile,
    ModelName,
    ProtocolName,
    Quiet,
    ReadOn,
    SamplesFile,
    Settings,
    Strict,
    WaiversFile,
    WeightsName,
    Xlsx,
    day_from_option,
    folder_option,
    formats_of,
    overrides_from_options,
    protocol_of,
)
from elisa_bdnf.cli._width import of_width
from elisa_bdnf.cli.complaints import MOST
from elisa_bdnf.reports.inert import show

if TYPE_CHECKING:
    from elisa_bdnf.batch.whole import BatchRequest
    from elisa_bdnf.model.batch import BatchResult
    from elisa_bdnf.model.protocol import Protocol

DEFAULT_OUT = Path("elisa-bdnf-batch")


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the exports are; searched with all below.")],
    out: Annotated[Path, folder_option("Where the results go.")] = DEFAULT_OUT,
    protocol: ProtocolName = "generic",
    layout: LayoutFile = None,
    samples: SamplesFile = None,
    model: ModelName = None,
    weights: WeightsName = None,
    fit_on: FitOnName = None,
    settings: Settings = None,
    history: HistoryFile = None,
    waivers: WaiversFile = None,
    read_on: ReadOn = None,
    format_: FormatName = None,
    encoding: EncodingName = None,
    html: Html = True,
    xlsx: Xlsx = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: as many as are worth it.")] = 0,
    manifest: ManifestFile = None,
    shard: Annotated[str | None, typer.Option("--shard", metavar="I/N", help="Do one part of N; see: merge.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Do all again, also what has not changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print batch.json in place of a summary.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Assess every export of a folder; what has not changed since an earlier run is taken over.

    \b
      elisa-bdnf batch exports --protocol human-infusion-plasma --samples samples.csv --out results
      elisa-bdnf batch exports --out results        again, after adding exports: only those are done

    Every plate gets a folder of results; tables are merged. An export that cannot be read is a line of unreadable.csv.
    Exit codes: 0 all accepted, 1 a plate rejected, 3 an export could not be analyzed.
    """
    from elisa_bdnf.batch.shards import shard_from_text
    from elisa_bdnf.batch.whole import BatchRequest
    from elisa_bdnf.workflow import RunRequest

    overrides = overrides_from_options(settings or [], {"model": model, "weights": weights, "fit_on": fit_on})
    day = day_from_option(read_on)
    run = RunRequest(protocol, layout, samples, format_, overrides, waivers, waivers is not None, day, encoding)
    loaded, part = protocol_of(run), shard_from_text(shard) if shard else None
    request = BatchRequest(folder, out, run, formats_of(html=html, xlsx=xlsx), force, jobs, manifest, part, history)
    if code := run_with_progress(request, loaded, as_json=as_json, quiet=quiet, strict=strict):
        raise typer.Exit(code)


def run_with_progress(request: BatchRequest, protocol: Protocol, *, as_json: bool, quiet: bool, strict: bool) -> int:
    """Do it, show how far it is and what came of it, and return the exit code."""
    from elisa_bdnf.batch.whole import exit_code, run_batch
    from elisa_bdnf.cli._progress import Progress

    progress = Progress(quiet=quiet)
    try:
        result = run_batch(request, protocol, progress.begin, progress.on_done, progress.on_kept)
    except KeyboardInterrupt:
        progress.interrupted()
        raise
    finally:
        progress.end()
    show_result(result, request.out, progress.taken_over, request.shard, as_json=as_json, quiet=quiet)
    if progress.bugs:
        return told_of_bugs(progress.bugs)
    _refuse_unmet_waivers(request, protocol, result)
    return exit_code(result, strict=strict)


def told_of_bugs(bugs: Sequence[str]) -> int:
    """Say that exports met mistakes of ours and where the log is; the exit code."""
    from elisa_bdnf.cli.bug_log import EXIT_BUG, bug_sentence

    print(bug_sentence(f"{len(bugs)} of the exports met one", "\n".join(bugs)), file=sys.stderr)
    return EXIT_BUG


def _refuse_unmet_waivers(request: BatchRequest, protocol: Protocol, result: BatchResult) -> None:
    """Raise WaiverError for entries that concern no plate; what was refused, or is in another shard, may be meant."""
    from elisa_bdnf import qc
    from elisa_bdnf.deciding import names_from, refuse_unmet

    if request.run.waivers is not None and request.shard is None and not any(result.refused()):
        plates = [names_from(plate.plate, plate.export, plate.export_sha256) for plate in result.plates()]
        refuse_unmet(request.run.waivers, qc.waivable(protocol), plates)


def show_result(
    result: BatchResult, out: Path, taken_over: int = 0, part: object = None, *, as_json: bool, quiet: bool
) -> None:
    """To stdout: batch.json, a summary, or nothing."""
    if as_json:
        from elisa_bdnf.reports.batch_records import batch_json_pieces

        print(*(piece.decode() for piece in batch_json_pieces(result)), sep="", end="")
    elif not quiet:
        print(*of_width(summary(result, out, taken_over, part)), sep="\n")


def summary(result: BatchResult, out: Path, taken_over: int, part: object) -> Iterator[str]:
    """Lines for a person: what was found and what became of it, what to look at, where the results are."""
    counts = result.counts()
    if part is not None:
        yield f"shard {part}: its exports alone; files that were passed over are counted by: elisa-bdnf merge"
    found = " + ".join(f"{number} {outcome}" for outcome, number in counts.items())
    yield f"{sum(counts.values())} files found = {found}"
    verdicts = [plate.accepted for plate in result.plates()]
    yield f"{len(verdicts)} plates: {sum(verdicts)} accepted, {verdicts.count(False)} rejected"
    if taken_over:
        yield f"{taken_over} exports were as before; their results were taken over (--force does all again)."
    remarkable = [show(line) for line in _remarkable(result)]
    yield from remarkable[:MOST]
    if len(remarkable) > MOST:
        yield f"… and {len(remarkable) - MOST} more lines of this kind; batch.json and plates.csv hold them all."
    yield f"Results: {show(str(out))}"


def _remarkable(result: BatchResult) -> Iterator[str]:
    for plate in result.plates():
        if not plate.accepted:
            rules = dict.fromkeys(reason.partition(":")[0] for reason in plate.reasons)
            yield f"rejected: {plate.export}, plate {plate.plate}: {', '.join(rules)}"
    yield from (f"refused: {export.file}" for export in result.refused())
    yield from (f"passed over: {row.file}: {row.reason}" for row in result.ignored if row.odd)
    yield from (f"note: {remark}" for remark in result.remarks)
    yield from (f"{each.level}: {each.rule}: {each.message}" for each in result.findings)
