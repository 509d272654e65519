"""``elisa-bdnf selftest``: what an installed program can show of itself on this computer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._options import folder_option

if TYPE_CHECKING:
    from elisa_bdnf.selftesting.item import Item, SelfTest


def selftest(
    own: Annotated[
        list[Path] | None,
        typer.Option("--pq", metavar="DIR", help="Your own verified plates, as check runs them; repeatable."),
    ] = None,
    out: Annotated[
        Path | None,
        folder_option("Write selftest.html and selftest.json."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="A line for everything that was tested.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Test installation, known answers and your own plates (IQ, OQ, PQ).

    \b
      elisa-bdnf selftest
      elisa-bdnf selftest --pq verified-plates --out qualification

    It compares installed files with the hashes of their packages, fits data sets that NIST certified, runs simulated
    plates whose true concentrations are known, and tries wrong inputs and changed results. This is evidence for a
    validation, and not a validation.
    Exit codes: 0 all passed, 1 something failed, 3 a plate of yours could not be run.
    """
    from elisa_bdnf.reports.terminal_speech import speakable
    from elisa_bdnf.selftesting.item import Outcome
    from elisa_bdnf.selftesting.speech import IS_NOT, json_from_selftest, line_of_item
    from elisa_bdnf.selftesting.whole import self_test

    stream = speakable(sys.stdout)

    def tell(item: Item) -> None:
        if not as_json and (verbose or item.outcome is not Outcome.PASSED):
            print(line_of_item(item), file=stream, flush=True)

    found = self_test(own or (), tell)
    page = _write(out, found) if out is not None else None
    if as_json:
        typer.echo(json_from_selftest(found), nl=False)
    else:
        print(found.summary, IS_NOT, *([f"→ {page}"] if page else []), sep="\n", file=stream)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def _write(out: Path, found: SelfTest) -> Path:
    from elisa_bdnf import workflow
    from elisa_bdnf.selftesting.speech import json_from_selftest, page_from_selftest

    page = "selftest.html"
    workflow.write_files(out, {page: page_from_selftest(found), "selftest.json": json_from_selftest(found).encode()})
    return out / page
