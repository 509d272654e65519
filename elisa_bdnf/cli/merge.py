"""``elisa-bdnf merge``: the shards of a batch as one batch folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf.cli._options import folder_option


def merge(
    shards: Annotated[
        list[Path], typer.Argument(metavar="SHARD...", help="Output folders of all shards, in any order.")
    ],
    out: Annotated[Path, folder_option("Where the whole goes.")],
    exports: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The exports, if they lie elsewhere now; read only if some read the same, or by a history.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print batch.json in place of a summary.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count: exit 1 if there are any.")] = False,
) -> None:
    """Make one batch folder of all shards: the same bytes as if one run had done it.

    \b
      elisa-bdnf batch exports --shard 1/2 --out part1
      elisa-bdnf batch exports --shard 2/2 --out part2
      elisa-bdnf merge part1 part2 --out results

    Exit codes are those of the whole: 0 all accepted, 1 a plate rejected, 3 an export could not be analyzed, or the
    folders are not the shards of one batch.
    """
    from elisa_bdnf.batch.merging import merge as merged
    from elisa_bdnf.batch.whole import exit_code
    from elisa_bdnf.cli._progress import Progress
    from elisa_bdnf.cli.batch import show_result, told_of_bugs

    progress = Progress(quiet=quiet)
    try:
        result = merged(shards, out, exports, progress.begin, progress.on_done, progress.on_kept)
    finally:
        progress.end()
    show_result(result, out, as_json=as_json, quiet=quiet)
    code = told_of_bugs(progress.bugs) if progress.bugs else exit_code(result, strict=strict)
    if code:
        raise typer.Exit(code)
