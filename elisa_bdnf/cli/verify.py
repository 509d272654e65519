"""``elisa-bdnf verify``: is a result still what was written, and does it follow from its inputs?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._width import of_width

if TYPE_CHECKING:
    from elisa_bdnf.verifying.check import Verified


def verify(
    output: Annotated[Path, typer.Argument(metavar="RESULTS", help="A folder of run or batch, or a report in one.")],
    inputs: Annotated[
        list[Path] | None,
        typer.Option("--inputs", "-i", metavar="DIR", help="Where the inputs are, with all below; repeatable."),
    ] = None,
    history: Annotated[
        Path | None, typer.Option("--history", metavar="FILE", help="The earlier plates that it was judged by.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing: the exit code tells.")] = False,
) -> None:
    """Check that results are as written and follow from their inputs.

    \b
      elisa-bdnf verify results
      elisa-bdnf verify results --inputs exports
      elisa-bdnf verify archive/plate7/report.html --inputs archive/raw

    Files are held against the hashes of the manifest; the inputs are found, computed again and compared byte by byte.
    Inputs count by name and SHA-256; they are looked for in the working folder, beside the results and where --inputs
    says. The same version must give the same bytes, another one the same results. Nothing is written.
    Exit codes: 0 verified, 1 different or not verified (it says what is missing), 3 no results there.
    """
    from elisa_bdnf.reports.terminal_speech import speakable
    from elisa_bdnf.verifying.check import Standing
    from elisa_bdnf.verifying.speech import lines_of_part, summary
    from elisa_bdnf.verifying.whole import verify as verified

    silent = as_json or quiet
    out = speakable(sys.stdout)

    def tell(part: Verified) -> None:
        if not silent:
            print(*of_width(lines_of_part(part)), sep="\n", file=out, flush=True)

    found = verified(output, inputs or (), history, tell)
    if as_json:
        from elisa_bdnf.verifying.json_form import json_from_verification

        typer.echo(json_from_verification(found), nl=False)
    elif not quiet:
        print(summary(found), file=out)
    if found.standing is not Standing.VERIFIED:
        raise typer.Exit(1)
