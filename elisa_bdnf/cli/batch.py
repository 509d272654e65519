"""``elisa-bdnf batch``: a folder of exports, all of them, once, in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli.run import (
    FitOnName,
    LayoutFile,
    ModelName,
    ProtocolName,
    SamplesFile,
    Settings,
    WeightsName,
    overrides_from_options,
    usage_error_if_only_options,
)
from elisa_bdnf.errors import ProtocolError

if TYPE_CHECKING:
    from elisa_bdnf.model.batch import BatchResult

DEFAULT_OUT = Path("elisa-bdnf-batch")


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the exports are; searched with all below.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the results go.")] = DEFAULT_OUT,
    protocol: ProtocolName = "generic",
    layout: LayoutFile = None,
    samples: SamplesFile = None,
    model: ModelName = None,
    weights: WeightsName = None,
    fit_on: FitOnName = None,
    settings: Settings = None,
    format_: Annotated[str | None, typer.Option("--format", help="Read all as this format; see: formats.")] = None,
    html: Annotated[bool, typer.Option("--html/--no-html", help="A page for each plate.")] = True,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="A workbook for each plate as well.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Do all again, also what has not changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print batch.json instead of a summary.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count: exit 1 if there are any.")] = False,
) -> None:
    """Assess every export of a folder; what has not changed since an earlier run is taken over.

    \b
      elisa-bdnf batch exports --protocol human-infusion-plasma --samples samples.csv --out results
      elisa-bdnf batch exports --out results        again, after adding exports: only those are done

    Every plate gets a folder of results; their tables are merged beside them. An export that cannot be read is a line
    of unreadable.csv and stops nothing.
    Exit codes: 0 all accepted, 1 a plate rejected, 3 an export could not be analyzed.
    """
    from elisa_bdnf.batch.whole import BatchRequest, exit_code, run_batch
    from elisa_bdnf.workflow import RunRequest, protocol_from_request

    overrides = overrides_from_options(settings or [], {"model": model, "weights": weights, "fit_on": fit_on})
    run = RunRequest(protocol, layout, samples, format_, overrides)
    try:
        loaded = protocol_from_request(run)
    except ProtocolError as error:
        raise usage_error_if_only_options(error) from None
    formats = tuple(name for name, wanted in (("html", html), ("xlsx", xlsx)) if wanted)
    request = BatchRequest(folder, out, run, formats, force)
    dones = []
    result = run_batch(request, loaded, lambda _: None, lambda done, _: dones.append(done))
    if as_json:
        print((out / "batch.json").read_text(encoding="utf-8"), end="")
    elif not quiet:
        _summary(result, out)
    if code := exit_code(result, dones, strict=strict):
        raise typer.Exit(code)


def _summary(result: BatchResult, out: Path) -> None:
    counts = result.counts()
    found = " + ".join(f"{number} {outcome}" for outcome, number in counts.items())
    print(f"{sum(counts.values())} files found = {found}")
    print(f"Results: {out}")
