"""``elisa-bdnf watch``: a folder at the bench, each export assessed when it is complete."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    WaiversFile,
    WeightsName,
    Xlsx,
    day_from_option,
    folder_option,
    formats_of,
    overrides_from_options,
    protocol_of,
)
from elisa_bdnf.cli.batch import DEFAULT_OUT, show_result, told_of_bugs
from elisa_bdnf.cli.complaints import Complaints, complain, kept_sentence
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.reports.inert import show

if TYPE_CHECKING:
    from elisa_bdnf.batch.store import Done
    from elisa_bdnf.batch.whole import BatchRequest
    from elisa_bdnf.model.batch import BatchResult
    from elisa_bdnf.model.protocol import Protocol
    from elisa_bdnf.model.result import PlateResult

EXIT_INTERRUPTED = 130


def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where exports come in; with all below.")],
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
    manifest: ManifestFile = None,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", min=0.1, max=3600, help="How often to look.")
    ] = 2.0,
    settle: Annotated[
        float, typer.Option("--settle", metavar="SECONDS", min=0, max=3600, help="How long a file must stay the same.")
    ] = 3.0,
    once: Annotated[bool, typer.Option("--once", help="End when all that is there is done.")] = False,
    quiet: Quiet = False,
) -> None:
    """Assess exports as they come into a folder.

    \b
      elisa-bdnf watch exports --protocol human-infusion-plasma --samples samples.csv --out results

    Each plate is shown in the terminal, when its export is complete: the same for some seconds, and not locked. What
    changes later is done again. The results are those of: elisa-bdnf batch.
    Exit codes: 130 ended with Ctrl-C, 4 an output could not be written; with --once as batch.
    """
    from elisa_bdnf.batch.whole import BatchRequest
    from elisa_bdnf.workflow import RunRequest

    own = overrides_from_options(settings or [], {"model": model, "weights": weights, "fit_on": fit_on})
    day = day_from_option(read_on)
    run = RunRequest(protocol, layout, samples, format_, own, waivers, waivers is not None, day, encoding)
    request = BatchRequest(folder, out, run, formats_of(html=html, xlsx=xlsx), manifest=manifest, history=history)
    if code := _watched(request, protocol_of(run), every, settle, once=once, quiet=quiet):
        raise typer.Exit(code)


def _watched(request: BatchRequest, protocol: Protocol, every: float, settle: float, *, once: bool, quiet: bool) -> int:
    from elisa_bdnf.batch.whole import exit_code
    from elisa_bdnf.watching.watch import Watch

    teller = BenchTeller(f"watching {request.folder}; results go to {request.out}; end with Ctrl-C", quiet=quiet)
    watching = Watch(request, protocol, teller, every=every, settle=settle)
    try:
        with _terminated_as_interrupted():
            result = watching.run(once=once)
    except KeyboardInterrupt:
        _sum_up(watching.result, request.out, quiet=quiet)
        return EXIT_INTERRUPTED
    _sum_up(result, request.out, quiet=quiet)
    if teller.bugs:
        return told_of_bugs(teller.bugs)
    return exit_code(result) if result is not None else 0


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Whoever ends a service, or shuts the computer down, sends SIGTERM: the tables are written then too."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sum_up(result: BatchResult | None, out: Path, *, quiet: bool) -> None:
    if result is not None:
        show_result(result, out, as_json=False, quiet=quiet)
    elif not quiet:
        print("nothing was done")


class BenchTeller:
    """Plates on stdout, whatever else on stderr; ``quiet`` leaves errors."""

    def __init__(self, begun: str, *, quiet: bool) -> None:
        self.begun, self.quiet = begun, quiet
        self.bugs: list[str] = []
        self.complaints = Complaints()

    def say(self, text: str) -> None:
        """A line that is no error."""
        if not self.quiet:
            print(show(text), file=sys.stderr, flush=True)

    def on_begin(self) -> None:
        self.say(self.begun)

    def on_result(self, result: PlateResult, folder: Path) -> None:
        if self.quiet:
            return
        from elisa_bdnf.reports.terminal import print_result

        print_result(result, folder)
        print(flush=True)

    def on_done(self, done: Done) -> None:
        self.bugs += [done.bug] if done.bug else []
        again = "" if done.fresh else ", as before"
        self.say(f"{done.file}: {done.outcome}{again}")
        for line in self.complaints.lines(done.problems, done.file):
            print(line, file=sys.stderr, flush=True)
        for copy in done.kept:
            self.on_kept(copy)

    def on_kept(self, copy: str) -> None:
        self.say(kept_sentence(copy))

    def on_waiting(self, file: str) -> None:
        self.say(f"{file}: waiting: it is still changing, or cannot be opened")

    def on_gone(self, file: str) -> None:
        self.say(f"{file}: gone; its results stay")

    def on_away(self, reason: str) -> None:
        print(f"error: the folder cannot be reached ({show(reason)}); waiting for it", file=sys.stderr, flush=True)

    def on_back(self) -> None:
        self.say("the folder can be reached again")

    def on_trouble(self, error: ElisaError) -> None:
        complain(error, self.complaints)
