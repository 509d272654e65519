"""``elisa-bdnf demo``: the main job on an example plate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf.errors import OutputError


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the results go.")] = Path(
        "elisa-bdnf-demo"
    ),
) -> None:
    """Run the main job on the example plate that comes with the program, and put its subjects together as a study.

    \b
      elisa-bdnf demo
      elisa-bdnf demo --out somewhere

    The plate is simulated: 7 subjects before and after a ketamine infusion, in the form of a Gen5 export. The export
    and its sample sheet are copied beside the results, to try things on.
    """
    from elisa_bdnf import workflow
    from elisa_bdnf.cli.run import run_all

    folder = demo_folder()
    inputs = {name: (folder / name).read_bytes() for name in (EXPORT, SAMPLES)}
    workflow.write_files(out, inputs)
    request = workflow.RunRequest(protocol=PROTOCOL, samples=out / SAMPLES)
    code = run_all([out / EXPORT], request, workflow.protocol_from_request(request), out / "results")
    results = out / "results"
    _study(results, out / "study")
    typer.echo(f"\nThe report to look at:  {results / 'report.html'}")
    typer.echo(f"The workbook:           {results / 'report.xlsx'}")
    typer.echo(f"Its study:              {out / 'study' / 'study.html'}")
    typer.echo(f"The same by hand:       elisa-bdnf run {out / EXPORT} --protocol {PROTOCOL} --samples {out / SAMPLES}")
    if code:
        raise typer.Exit(code)


def _study(results: Path, folder: Path) -> None:
    """The subjects of the plate as a study: time courses and changes from baseline."""
    from elisa_bdnf import workflow
    from elisa_bdnf.study_workflow import StudyRequest, files_from_study, run_study

    request = StudyRequest((results,), protocol=PROTOCOL)
    workflow.write_files(folder, files_from_study(run_study(request), request))


EXPORT, SAMPLES, PROTOCOL = "bdnf-plate.txt", "samples.csv", "human-infusion-plasma"


def demo_folder() -> Path:
    """The example as installed, or as it lies in a checkout; raises :class:`OutputError` where both are missing."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_shipped" / "demo", package.parent / "fixtures" / "demo"):
        if (folder / EXPORT).is_file():
            return folder
    raise OutputError("the example plate was not installed with the program", hint="install elisa-bdnf again")
