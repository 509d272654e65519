"""``elisa-bdnf diff``: what changed between two outputs, and what caused it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf.cli._width import of_width

Before = Annotated[Path, typer.Argument(metavar="BEFORE", help="A folder that run or batch wrote.")]
After = Annotated[Path, typer.Argument(metavar="AFTER", help="Another, of the same plates.")]


def diff(
    before: Before,
    after: After,
    tolerance: Annotated[
        float, typer.Option("--tolerance", metavar="PERCENT", min=0, max=100, help="Numbers as near as this are same.")
    ] = 0.0,
    every_line: Annotated[bool, typer.Option("--all", help="Every line of the long lists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: every field that changed.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but errors: the exit code tells.")
    ] = False,
) -> None:
    """Say what changed between two results, and what caused it.

    \b
      elisa-bdnf diff results-old results-new
      elisa-bdnf diff results-old results-new --tolerance 0.1
      elisa-bdnf diff monday/report.html friday/report.html --json

    Concentrations, verdicts, findings, the curve and all else in the results are compared, the biggest change first.
    Plates are paired by folder, by content, or by their names. Causes are read off the manifests: program, protocol and
    the settings that differ, export, layout, samples, waivers, earlier plates.
    Exit codes: 0 the same, 1 different, 3 no results there.
    """
    from elisa_bdnf.changes.whole import diff_outputs

    found = diff_outputs(before, after, tolerance)
    if as_json:
        from elisa_bdnf.changes.json_form import json_from_diff

        typer.echo(json_from_diff(found), nl=False)
    elif not quiet:
        from elisa_bdnf.changes.speech import text_from_diff
        from elisa_bdnf.reports.terminal_speech import speakable

        lines = text_from_diff(found, every_line=every_line).splitlines()
        print(*of_width(lines), sep="\n", file=speakable(sys.stdout))
    if not found.same:
        raise typer.Exit(1)
