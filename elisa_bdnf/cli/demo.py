"""``elisa-bdnf demo``: the main job on an example plate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf.cli._options import folder_option
from elisa_bdnf.errors import OutputError


def demo(
    out: Annotated[Path, folder_option("Where the results go.")] = Path("elisa-bdnf-demo"),
) -> None:
    """Run the main job on the example plate that comes with the program, and put four plates together as a study.

    \b
      elisa-bdnf demo
      elisa-bdnf demo --out somewhere

    All of it is simulated, in the form of Gen5 exports: a plate of 7 subjects before and after a ketamine infusion, and
    a study of 24 subjects in two arms. Exports and sample sheets are copied beside the results, to try things on.
    """
    from elisa_bdnf import workflow
    from elisa_bdnf.cli.run import run_all

    folder = example_folder("demo")
    inputs = {name: (folder / name).read_bytes() for name in (EXPORT, SAMPLES)}
    workflow.write_copies(out, inputs)
    request = workflow.RunRequest(protocol=PROTOCOL, samples=out / SAMPLES)
    code = run_all([out / EXPORT], request, workflow.protocol_from_request(request), out / "results")
    results = out / "results"
    code = max(code, _study(out))
    typer.echo(f"\nThe report to look at:  {results / 'report.html'}")
    typer.echo(f"The workbook:           {results / 'report.xlsx'}")
    typer.echo(f"A study of four plates: {out / 'study' / 'study.html'}")
    typer.echo(f"The same by hand:       elisa-bdnf run {out / EXPORT} --protocol {PROTOCOL} --samples {out / SAMPLES}")
    typer.echo(f"                        elisa-bdnf study {out / 'study-results'}")
    if code:
        raise typer.Exit(code)


def _study(out: Path) -> int:
    """Run the plates of the example study and put their subjects together; the exit code of the plates."""
    from elisa_bdnf import workflow
    from elisa_bdnf.cli.run import run_all
    from elisa_bdnf.study_workflow import StudyRequest, files_from_study, run_study

    inputs = {path.name: path.read_bytes() for path in sorted(example_folder("demo-study").iterdir())}
    exports, results = out / "study-exports", out / "study-results"
    workflow.write_copies(exports, inputs)
    plates = [exports / name for name in inputs if name != SAMPLES]
    request = workflow.RunRequest(protocol=PROTOCOL, samples=exports / SAMPLES)
    code = run_all(plates, request, workflow.protocol_from_request(request), results, quiet=True)
    study = StudyRequest((results,), protocol=PROTOCOL)
    workflow.write_files(out / "study", files_from_study(run_study(study), study))
    return code


EXPORT, SAMPLES, PROTOCOL = "bdnf-plate.txt", "samples.csv", "human-infusion-plasma"


_IN_CHECKOUT = {"demo": "fixtures/demo", "demo-study": "fixtures/studies/plates/exports"}


def example_folder(name: str) -> Path:
    """An example as installed, or as it lies in a checkout; raises :class:`OutputError` where both are missing."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_shipped" / name, package.parent / _IN_CHECKOUT[name]):
        if (folder / SAMPLES).is_file():
            return folder
    raise OutputError("the examples were not installed with the program", hint="install elisa-bdnf again")
