"""``elisa-bdnf merge``: the shards of a batch as one batch folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf.cli._options import folder_option
from elisa_bdnf.cli.complaints import kept_sentence


def merge(
    shards: Annotated[
        list[Path], typer.Argument(metavar="SHARD...", help="Output folders of all shards, in any order.")
    ],
    out: Annotated[Path, folder_option("Where the whole goes.")],
    exports: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The exports, if they lie elsewhere now; read only if some read the same."),
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
    from elisa_bdnf.cli.batch import show_result

    def on_kept(copy: str) -> None:
        if not quiet:
            print(kept_sentence(copy), file=sys.stderr)

    result = merged(shards, out, exports, on_kept)
    show_result(result, out, as_json=as_json, quiet=quiet)
    if code := exit_code(result, strict=strict):
        raise typer.Exit(code)
