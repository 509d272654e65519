"""The program: its commands, and the one place where errors become sentences and exit codes.

Importing this module must stay cheap, since every ``--help`` and shell completion pays for it: commands import what
they need when they run.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf import __version__
from elisa_bdnf.cli import (
    batch,
    check,
    demo,
    design,
    diff,
    fit,
    history,
    layout,
    merge,
    protocol,
    read,
    rules,
    run,
    selftest,
    study,
    verify,
    watch,
)
from elisa_bdnf.cli.bug_log import EXIT_BUG, bug_sentence
from elisa_bdnf.cli.complaints import complain
from elisa_bdnf.errors import ElisaError, OutputError

_ABOUT = """From plate-reader exports to trustworthy BDNF concentrations.

\b
  elisa-bdnf run plate.txt --protocol human-infusion-plasma --samples samples.csv
  elisa-bdnf read plate.txt        what the export holds
  elisa-bdnf watch exports         each plate as it comes from the reader
  elisa-bdnf study results         time courses over plates
  elisa-bdnf diff old new          what changed between two results, and why
  elisa-bdnf verify results        still as written, and what the inputs give?
  elisa-bdnf demo                  the main job on an example plate

\b
Exit codes: 0 done, every plate accepted · 1 done, a plate rejected by QC, or a difference found ·
2 wrong command line · 3 an input could not be analyzed · 4 an output could not be written ·
70 a bug of ours · 130 interrupted
"""

app = typer.Typer(
    name="elisa-bdnf",
    help=_ABOUT,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: rich would cost more than the whole start-up
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"elisa-bdnf {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


app.command("run")(run.run)
app.command("batch")(batch.batch)
app.command("merge")(merge.merge)
app.command("watch")(watch.watch)
app.command("read")(read.read)
app.command("formats")(read.formats)
app.command("study")(study.study)
app.command("check")(check.check)
app.command("diff")(diff.diff)
app.command("verify")(verify.verify)
app.command("fit")(fit.fit)
app.add_typer(layout.app, name="layout")
app.add_typer(protocol.app, name="protocol")
app.command("rules")(rules.rules)
app.add_typer(history.app, name="history")
app.command("design")(design.design)
app.command("demo")(demo.demo)
app.command("selftest")(selftest.selftest)


def main() -> None:
    """Run the program and leave with its exit code."""
    # What is loaded stays: looking through it for garbage every few hundred objects is a tenth of the start-up.
    gc.set_threshold(100_000, *gc.get_threshold()[1:])
    _print_to_nobody_where_nobody_listens()
    _print_what_no_code_page_has()
    _end_quietly_with_a_closed_pipe()
    try:
        app()
    except ElisaError as error:
        complain(error)
        sys.exit(error.exit_code)
    except OSError as error:
        # Files are read and written under errors of our own; what is left without a file name is stdout itself.
        if error.filename is not None:
            sys.exit(_report_bug(error))
        complain(OutputError(f"what was to be printed could not be written: {error.strerror or error}"))
        sys.exit(OutputError.exit_code)
    except Exception as bug:  # noqa: BLE001  (the last boundary: a person must not see a bare traceback)
        sys.exit(_report_bug(bug))


def _end_quietly_with_a_closed_pipe() -> None:
    """``elisa-bdnf … | head`` ends as other programs do, and not with 1, which would mean a rejected plate."""
    if hasattr(signal, "SIGPIPE") and sys.stdout is sys.__stdout__:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _print_to_nobody_where_nobody_listens() -> None:
    """Without a console, or with ``>&-``, there is no stream at all; what was to be printed is of no use then."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  (for the whole run)


def _print_what_no_code_page_has() -> None:
    """Pipes and files get UTF-8 on every system, the same bytes everywhere; a terminal gets what it can show.

    Windows would encode a pipe in its code page, which has neither ``−`` nor ``→``, and stop at the first of them.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _report_bug(bug: Exception) -> int:
    """Keep the traceback in a file, say whose fault it is and where the file lies."""
    import traceback

    print(bug_sentence(f"{type(bug).__name__}: {bug}", "".join(traceback.format_exception(bug))), file=sys.stderr)
    return EXIT_BUG
