"""``elisa-bdnf protocol``: list, show, check and start protocols."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.errors import ProtocolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from elisa_bdnf.errors import Problem
    from elisa_bdnf.protocols import Report

app = typer.Typer(
    name="protocol", help="How plates are analyzed: list, show, check or start a protocol.", no_args_is_help=True
)

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As for run; repeatable.")]


@app.command("list")
def list_(as_json: _AsJson = False) -> None:
    """List the shipped protocols, kits and presets.

    \b
      elisa-bdnf protocol list
    """
    from elisa_bdnf.cli import _protocol_records as records
    from elisa_bdnf.protocols import list_kits, list_presets, list_protocols

    protocols, kits, presets = list_protocols(), list_kits(), list_presets()
    if as_json:
        typer.echo(records.json_of_list(protocols, kits, presets))
        return
    for entry in protocols:
        typer.echo(f"{entry.id:<26} {entry.title}")
    typer.echo("\nKits (values are not verified until a person with the insert signs the kit's file)")
    for kit in kits:
        typer.echo(f"{kit.id:<30} {kit.name}{', verified' if kit.verified else ''}")
    typer.echo("\nPresets of thresholds")
    for preset in presets:
        typer.echo(f"{preset.id:<26} {preset.title}")


@app.command("show")
def show_protocol(
    protocol: Annotated[str, typer.Argument(metavar="ID|FILE", help="A shipped id or a file of yours.")],
    overrides: _Overrides = None,
    as_json: _AsJson = False,
) -> None:
    """Show everything that changes a number, and where each value comes from.

    \b
      elisa-bdnf protocol show human-infusion-plasma
      elisa-bdnf protocol show my-study.toml --set curve.weights=none
    """
    from elisa_bdnf import qc
    from elisa_bdnf.cli import _protocol_records as records
    from elisa_bdnf.reports.inert import show

    rules = qc.schemas()
    report = _report(protocol, _pairs(overrides))
    if as_json:
        typer.echo(records.json_of_protocol(report, rules))
        return
    for line in records.lines_of_protocol(report, rules):
        typer.echo(show(line))


@app.command("check")
def check(files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Protocol files, or shipped ids.")]) -> None:
    """Check protocol files: every mistake at once, with its line and column.

    \b
      elisa-bdnf protocol check my-study.toml
    """
    from elisa_bdnf import qc
    from elisa_bdnf.protocols import check_protocol
    from elisa_bdnf.reports.inert import show

    wrong = False
    for file in files:
        report = check_protocol(file, qc.schemas())
        wrong = wrong or report.protocol is None
        for problem in report.problems:
            for line in _with_caret(problem, report.lines):
                typer.echo(show(line))
        if report.protocol is not None:
            typer.echo(show(f"{file}: nothing is wrong with it (protocol {report.protocol.id})"))
    if wrong:
        raise typer.Exit(ProtocolError.exit_code)


@app.command("new")
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, e.g. my-study.toml.")],
    start: Annotated[str, typer.Option("--from", metavar="ID|FILE", help="The protocol to extend.")] = "generic",
) -> None:
    """Start a protocol of your own: a file with comments that extends another and loads as it is.

    \b
      elisa-bdnf protocol new my-study.toml --from human-infusion-plasma
    """
    from elisa_bdnf.output import write_folder
    from elisa_bdnf.protocols import template_of_protocol

    if file.suffix != ".toml":
        raise UsageError(f"{file.name!r} is not the name of a protocol", expected="a name that ends in .toml")
    if file.exists():
        raise UsageError(f"{file.name} is there already", hint="choose another name, or remove it first")
    report = _report(start, {})
    assert report.protocol is not None  # noqa: S101 - _report raised otherwise
    text = template_of_protocol(report.protocol, report.settings, _reference(start, file), file.stem)
    write_folder(file.parent, {file.name: text.encode("utf-8")})
    print(f"wrote {file.name}, which extends {report.protocol.id}", file=sys.stderr)


@app.command("keys")
def keys(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page docs/protocols.md.")] = False,
    json_schema: Annotated[bool, typer.Option("--json-schema", help="Print the JSON Schema, for editors.")] = False,
) -> None:
    """List every key that a protocol can have.

    \b
      elisa-bdnf protocol keys
    """
    from elisa_bdnf.cli import _protocol_records as records
    from elisa_bdnf.protocols import json_schema_of_protocol, markdown_of_schema

    if markdown and json_schema:
        raise UsageError("--markdown and --json-schema exclude each other", expected="one of them")
    if markdown:
        typer.echo(markdown_of_schema(), nl=False)
    elif json_schema:
        typer.echo(json.dumps(json_schema_of_protocol(), ensure_ascii=False, indent=2))
    else:
        for line in records.lines_of_keys():
            typer.echo(line)


def _report(protocol: str, overrides: Mapping[str, str]) -> Report:
    """The report of a protocol that loads; raises :class:`ProtocolError` for one that does not."""
    from elisa_bdnf import qc
    from elisa_bdnf.protocols import check_protocol

    report = check_protocol(protocol, qc.schemas(), overrides)
    if report.protocol is None:
        raise ProtocolError(problems=report.problems)
    return report


def _reference(start: str, file: Path) -> str:
    """What the new file must write to mean ``start``, which was found from the working folder."""
    from elisa_bdnf.protocols import is_shipped

    if is_shipped(start):
        return start
    path = Path(start if start.endswith(".toml") else f"{start}.toml").resolve()
    try:
        return path.relative_to(file.parent.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _pairs(overrides: list[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in overrides or []:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--set {text!r} is not understood", expected="KEY=VALUE, e.g. curve.weights=none")
        pairs[key.strip()] = value.strip()
    return pairs


def _with_caret(problem: Problem, lines: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The problem, the line that it is in, and a caret below its column."""
    yield str(problem)
    place = problem.place.split(":")
    known = lines.get(problem.file, ())
    if not place[0].isdigit() or int(place[0]) > len(known):
        return
    text = known[int(place[0]) - 1].replace("\t", " ")
    column = int(place[1]) if len(place) > 1 else 1
    begin = max(0, column - 60)
    yield f"    {text[begin : begin + 100]}"
    yield f"    {' ' * (column - 1 - begin)}^"
