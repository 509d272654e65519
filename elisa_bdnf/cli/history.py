"""``elisa-bdnf history``: earlier plates, their control charts, and how to build the file again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.errors import HistoryError, UsageError

if TYPE_CHECKING:
    from elisa_bdnf.history.past import Past
    from elisa_bdnf.model.chart import Chart, SegmentCharts

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Earlier plates: control charts and what their rules rest on.

\b
  elisa-bdnf run plate.txt --history lab.sqlite      judge by it and record the plate
  elisa-bdnf history show --history lab.sqlite
  elisa-bdnf history chart --history lab.sqlite --out charts.html
  elisa-bdnf history rebuild results --history lab.sqlite
""",
)

HistoryFile = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help="The history; else that of the protocol.")
]
ProtocolName = Annotated[
    str | None, typer.Option("--protocol", "-p", metavar="ID|FILE", help="A protocol that names its history.")
]
Lot = Annotated[str | None, typer.Option("--lot", metavar="LOT", help="Only this kit lot.")]


@app.command("show")
def show_history(
    history: HistoryFile = None,
    protocol: ProtocolName = None,
    lot: Lot = None,
    plates: Annotated[bool, typer.Option("--plates", help="Every plate instead of every chart.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: all plates and charts.")] = False,
) -> None:
    """Show how many plates are known of each kit lot, and the limits of every chart.

    \b
      elisa-bdnf history show --history lab.sqlite
      elisa-bdnf history show --history lab.sqlite --plates
    """
    from elisa_bdnf.reports.history_text import overview_parts, plate_parts
    from elisa_bdnf.reports.terminal_table import stdout_console

    path, past = _known(history, protocol)
    charts = _charts(path, past, lot)
    if as_json:
        from elisa_bdnf.reports.history_json import history_json

        shown = [each.plate for segment in charts for each in segment.plates]
        typer.echo(history_json(path.name, shown, charts), nl=False)
        return
    parts = plate_parts(charts) if plates else overview_parts(charts)
    if not charts:
        typer.echo("no plates yet")
        return
    console = stdout_console()
    for part in parts:
        console.print(part)


@app.command("chart")
def chart_history(
    name: Annotated[
        str | None, typer.Argument(metavar="[CHART]", help='A control by its name, "ln c", "top response" …')
    ] = None,
    history: HistoryFile = None,
    protocol: ProtocolName = None,
    lot: Lot = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write .html (all charts) or .svg (one chart).")
    ] = None,
) -> None:
    """Draw Levey–Jennings charts: in the terminal, as a page, or one chart as a picture.

    \b
      elisa-bdnf history chart --history lab.sqlite
      elisa-bdnf history chart QC-low --history lab.sqlite --out qc-low.svg

    Signs in the terminal: * within 2 SD, o beyond 2, X beyond 3; = below the plates that the limits come from.
    """
    path, past = _known(history, protocol)
    charts = _charts(path, past, lot)
    chosen = [(c, s) for s in charts for c in (*s.controls, *s.curve) if name in (None, c.name)]
    if not chosen:
        known = ", ".join(dict.fromkeys(c.name for s in charts for c in (*s.controls, *s.curve)))
        raise UsageError(
            f"there is no chart {name!r}", expected=f"one of {known}" if known else "a history with plates"
        )
    if out is not None:
        _write(out, path.name, charts, chosen)
        return
    from elisa_bdnf.reports.history_text import chart_lines
    from elisa_bdnf.reports.inert import show

    width = shutil.get_terminal_size((120, 24)).columns
    for chart, segment in chosen:
        typer.echo("\n".join([show(str(segment.segment)), *chart_lines(chart, segment, width), ""]))


@app.command("rebuild")
def rebuild_history(
    folders: Annotated[list[Path], typer.Argument(metavar="RESULTS...", help="Folders of results, searched below.")],
    history: HistoryFile = None,
    protocol: ProtocolName = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where plates of the history are not in these folders.")
    ] = False,
) -> None:
    """Build the history from result folders: their accepted plates, and no others.

    \b
      elisa-bdnf history rebuild results archive/2025 --history lab.sqlite

    A damaged file is kept beside the new one. A plate that is in several folders is taken from the last of them.
    """
    from elisa_bdnf.history.folders import plates_in_folders
    from elisa_bdnf.history.rebuild import rebuild

    path = _path(history, protocol)
    found = plates_in_folders(folders)
    done = rebuild(path, found.plates, replace=replace)
    for file, reason in found.passed_over:
        typer.echo(f"passed over: {file}: {reason}", err=True)
    if done.damaged:
        typer.echo(f"the damaged file is kept as {done.damaged}", err=True)
    typer.echo(f"{path}: {len(found.plates)} plates, before {done.before}")


def _path(history: Path | None, protocol: str | None) -> Path:
    if history is not None:
        return history
    if protocol is not None:
        from elisa_bdnf import protocols, qc

        named = protocols.load_protocol(protocol, qc.schemas()).history.file
        if named is not None:
            return named
        raise UsageError(f"the protocol {protocol} names no history", expected="--history FILE, or history.file in it")
    raise UsageError("no history is named", expected="--history FILE, or --protocol with one that names its history")


def _known(history: Path | None, protocol: str | None) -> tuple[Path, Past]:
    from elisa_bdnf.history import store

    path = _path(history, protocol)
    if not path.exists():
        hint = "run or batch with --history makes it"
        raise HistoryError("there is no such history", expected="a file that exists", hint=hint, file=str(path))
    return path, store.read(path)


def _charts(path: Path, past: Past, lot: str | None) -> list[SegmentCharts]:
    from elisa_bdnf.model.chart import Placed, Standing, charts_of

    chosen = [plate for plate in past.plates if lot in (None, plate.segment.kit_lot)]
    if lot is not None and not chosen:
        known = ", ".join(dict.fromkeys(plate.segment.kit_lot or "(not stated)" for plate in past.plates)) or "none"
        raise UsageError(f"no plate of lot {lot!r} is known", expected=f"one of {known}", file=str(path))
    return charts_of(Placed(plate, Standing.ACCEPTED) for plate in chosen)


def _lot_of(charts: SegmentCharts) -> str:
    lot = charts.segment.kit_lot
    return f"lot {lot}" if lot else "no stated lot"


def _write(
    out: Path, name: str, charts: Sequence[SegmentCharts], chosen: Sequence[tuple[Chart, SegmentCharts]]
) -> None:
    from elisa_bdnf import workflow

    kind = out.suffix.casefold()
    if kind == ".html":
        from elisa_bdnf.reports.history_page import history_page

        content = history_page(name, charts)
    elif kind == ".svg" and len(chosen) == 1:
        from elisa_bdnf.reports.chart_figure import chart_file

        content = chart_file(*chosen[0])
    elif kind == ".svg":
        names = ", ".join(f"{chart.name} of {_lot_of(segment)}" for chart, segment in chosen)
        raise UsageError(
            "a picture holds one chart", expected="the name of a chart, and --lot", hint=f"there are {names}"
        )
    else:
        raise UsageError(f"--out {out.name} is neither a page nor a picture", expected=".html or .svg")
    workflow.write_files(out.parent, {out.name: content})
    typer.echo(f"→ {out}")
