"""``elisa-bdnf study``: results of several plates, or a table from elsewhere → time courses, release, tissue."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._options import (
    SamplesFile,
    Settings,
    folder_option,
    overrides_from_options,
    usage_error_if_only_options,
)
from elisa_bdnf.cli.complaints import kept_sentence
from elisa_bdnf.errors import ProtocolError, UsageError

if TYPE_CHECKING:
    from elisa_bdnf.model.study import StudyResult
    from elisa_bdnf.study_workflow import StudyRequest

DEFAULT_OUT = Path("elisa-bdnf-study")
_WARNING = frozenset(["warn", "fail_result", "fail_plate", "error"])


def study(
    inputs: Annotated[list[Path], typer.Argument(metavar="FOLDER|TABLE...", help="Result folders, a batch, or a csv.")],
    samples: SamplesFile = None,
    protocol: Annotated[
        str | None,
        typer.Option("--protocol", "-p", metavar="ID|FILE", help="Timepoints, groups, rules; else the results'."),
    ] = None,
    out: Annotated[Path, folder_option("Where the report goes.")] = DEFAULT_OUT,
    design: Annotated[
        str | None, typer.Option("--design", help="infusion, release or tissue; else the protocol's.")
    ] = None,
    matrix: Annotated[str, typer.Option("--matrix", help="Use this matrix only, e.g. serum.")] = "",
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="'SAMPLE[@PLATE]: REASON'", help="Leave out; repeatable.")
    ] = None,
    settings: Settings = None,
    figures: Annotated[
        str, typer.Option("--figures", metavar="KINDS", help="Files of the pictures: svg, png, pdf; several by commas.")
    ] = "svg",
    as_json: Annotated[bool, typer.Option("--json", help="Print study.json instead of tables.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count: exit 1 if there are any.")] = False,
) -> None:
    """Put plates together: changes from baseline, groups, intervals, and what was published beside it.

    \b
      elisa-bdnf study results --protocol human-infusion-plasma --out study
      elisa-bdnf study concentrations.csv --samples samples.csv --json

    A folder stands for all result folders below it. A table needs subject, timepoint and concentration, or a sample
    sheet that says the first two. Plates that QC rejected never enter; exit code 1 says that there was one.
    """
    request = _request(inputs, samples, protocol, design, matrix, exclude or (), settings or (), figures)
    result = _studied(request)
    _write_and_show(result, request, out, as_json=as_json, quiet=quiet)
    warned = strict and any(finding.level.value in _WARNING for finding in result.findings)
    if warned or not result.plates_accepted:
        raise typer.Exit(1)


def _request(
    inputs: Sequence[Path], samples: Path | None, protocol: str | None, design: str | None, matrix: str,
    exclude: Sequence[str], settings: Sequence[str], figures: str,
) -> StudyRequest:  # fmt: skip
    """What was asked for; raises UsageError for words that no option knows."""
    from elisa_bdnf.reports.study_figure_files import kinds_from_text
    from elisa_bdnf.study_workflow import DESIGNS, StudyRequest

    if design is not None and design not in DESIGNS:
        raise UsageError(f"--design {design!r} is not known", expected=", ".join(DESIGNS))
    overrides = overrides_from_options(list(settings), {})
    return StudyRequest(
        tuple(inputs), samples, protocol, design, matrix, tuple(exclude), overrides, kinds_from_text(figures)
    )


def _studied(request: StudyRequest) -> StudyResult:
    from elisa_bdnf.study_workflow import run_study

    try:
        return run_study(request)
    except ProtocolError as error:
        raise usage_error_if_only_options(error) from None


def _write_and_show(result: StudyResult, request: StudyRequest, out: Path, *, as_json: bool, quiet: bool) -> None:
    from elisa_bdnf.study_workflow import files_from_study, write_study

    files = files_from_study(result, request)
    copies = write_study(out, files, (*request.inputs, request.samples))
    if copies and not quiet:
        print(*map(kept_sentence, copies), sep="\n", file=sys.stderr)
    if as_json:
        print(files["study.json"].decode(), end="")
    elif not quiet:
        from elisa_bdnf.reports.study_terminal import print_study

        print_study(result, out)
