"""``elisa-bdnf check``: example plates against what they should say, for CI."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf.errors import UsageError

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="A folder with expected.toml, a tree of them, or an export.")
]


def check(
    paths: Paths,
    update: Annotated[
        bool, typer.Option("--update", help="Show the differences and write what came into expected.toml and .csv.")
    ] = False,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json, junit, github; auto: github in its Actions.")
    ] = "auto",
) -> None:
    """Run example plates and compare verdicts, findings and concentrations with what is expected.

    \b
      elisa-bdnf check plates
      elisa-bdnf check plates --update
      elisa-bdnf check plates --format junit > check.xml

    A file expected.toml beside an export says how to run it and what must come. No result folder is written.
    Exit codes: 0 all as expected, 1 a difference, 3 a case that could not be run.
    """
    chosen = _format(format_)
    from elisa_bdnf.checking import check_paths, write_updates
    from elisa_bdnf.checking.speech import FORMATS, failure_lines, github_from_report

    report = check_paths(paths, update=update)
    if chosen != "github":  # whose annotations hold them already
        print(*failure_lines(report), sep="\n", end="\n" if failure_lines(report) else "", file=sys.stderr)
    said = github_from_report(report, _below_the_repository()) if chosen == "github" else FORMATS[chosen](report)
    typer.echo(said, nl=False)
    write_updates(report)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _below_the_repository() -> str:
    """Where this is run inside a checkout of GitHub Actions, whose annotations want paths from its root."""
    root, here = os.environ.get("GITHUB_WORKSPACE"), Path.cwd()
    if not root or not here.is_relative_to(Path(root).resolve()):
        return ""
    below = here.relative_to(Path(root).resolve()).as_posix()
    return "" if below == "." else f"{below}/"


def _format(wanted: str) -> str:
    known = ("text", "json", "junit", "github")
    if wanted == "auto":
        return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"
    if wanted not in known:
        raise UsageError(f"--format {wanted!r} is not known", expected=f"one of auto, {', '.join(known)}")
    return wanted
