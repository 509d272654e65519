"""``elisa-bdnf fit``: a standard curve from a plain table, and unknowns read on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._options import EncodingName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from elisa_bdnf.analysis.curve_reading import CurveReading
    from elisa_bdnf.analysis.table import Table
    from elisa_bdnf.model.curve import Curve
    from elisa_bdnf.reports.terminal_stack import StackedTable


def fit(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="csv or xlsx: columns concentration and response; - for stdin.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, at full precision.")] = False,
    model: Annotated[str, typer.Option("--model", help="4pl, 5pl, 5pl-r, 3pl, linear or loglog.")] = "4pl",
    weights: Annotated[str, typer.Option("--weights", help="none, 1/y, 1/y2, power or power:T.")] = "power:1",
    fit_on: Annotated[str, typer.Option("--fit-on", help="replicates, or means of the levels.")] = "replicates",
    fix: Annotated[list[str] | None, typer.Option("--fix", metavar="NAME=VALUE", help="Hold a parameter.")] = None,
    without_zero: Annotated[
        bool, typer.Option("--without-zero", help="Keep the zero standard out of the fit.")
    ] = False,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Give labelled numbers beyond the standards.")
    ] = False,
    encoding: EncodingName = None,
    confidence: Annotated[float, typer.Option("--confidence", help="Of the intervals.")] = 0.95,
) -> None:
    """Fit a standard curve to a table; rows without a concentration are unknowns and are read on it.

    \b
      elisa-bdnf fit standards.csv
      elisa-bdnf fit standards.csv --model 3pl --fix a=0.05 --weights none --json
    """
    from elisa_bdnf.analysis.table import read_table
    from elisa_bdnf.analysis.table_fit import fit_table, json_from_fit, read_unknowns, spec_from_options
    from elisa_bdnf.errors import TableError

    spec = spec_from_options(model, weights, fit_on, fix or [], zero_in_fit=not without_zero, confidence=confidence)
    read = read_table(table, encoding=encoding)
    try:
        curve = fit_table(read, spec)
    except TableError as refused:
        raise refused.in_file("standard input" if table == Path("-") else table.name) from None
    readings = read_unknowns(read, curve, extrapolate=extrapolate)
    if as_json:
        import json

        typer.echo(json.dumps(json_from_fit(read, curve, readings), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(read, curve, readings)


def _print(table: Table, curve: Curve, readings: Sequence[CurveReading]) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(_headline(curve))
    console.print(_parameters(curve))
    console.print(_standards(curve))
    if table.unknowns:
        console.print(_unknowns(table, curve, readings))
    for remark in (*table.remarks, *curve.report.remarks):
        typer.echo(remark, err=True)


def _grid(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> StackedTable:
    from rich.box import SIMPLE_HEAD
    from rich.text import Text

    from elisa_bdnf.reports.terminal_stack import StackedTable

    cells = [[Text(cell) for cell in row] for row in rows]
    return StackedTable([Text(column) for column in columns], [True] * len(columns), cells, SIMPLE_HEAD, title)


def _short(value: float | None) -> str:
    """Four significant digits; ∞ for a bound that does not exist."""
    if value is None or value != value:  # noqa: PLR0124 (nan)
        return "–"
    return "∞" if value == float("inf") else f"{value:.4g}"


def _parameters(curve: Curve) -> StackedTable:
    report, spec = curve.report, curve.spec
    rows = []
    for name in "abcdg":
        value = getattr(curve, name)
        if value == value:  # noqa: PLR0124 (nan where the model has no such parameter)
            shown = "no finite estimate" if name in report.no_finite_estimate else f"{value:.6g}"
            error = "fixed" if name in spec.fixed else _short(curve.standard_errors.get(name))
            rows.append((name, shown, error))
    return _grid("Parameters", ("parameter", "value", "standard error"), rows)


def _headline(curve: Curve) -> str:
    report, spec = curve.report, curve.spec
    theta = f", θ = {report.theta:.3g}" if report.theta_estimated and report.theta is not None else ""
    return (
        f"{curve.model} · weights {spec.weights}{theta} · fitted on {report.n} {spec.fit_on} · "
        f"residual SD {_short(report.residual_sd)} ({report.degrees_of_freedom} df) · R² {report.r_squared:.5f}"
    )


def _standards(curve: Curve) -> StackedTable:
    columns = ("concentration", "wells", "response", "CV %", "back-calculated", "recovery %")
    rows = [
        (
            _short(point.level.nominal),
            str(len(point.level.responses)),
            _short(point.response),
            _short(point.cv_percent),
            _short(point.back_calculated),
            _short(point.recovery_percent),
        )
        for point in curve.standards
    ]
    return _grid("Standards", columns, rows)


def _status(reading: CurveReading) -> str:
    from elisa_bdnf.model.estimate import RangeStatus

    hooked = reading.status is RangeStatus.WITHIN and reading.reason
    return reading.status.value.replace("_", " ") + (", hook?" if hooked else "")


def _unknowns(table: Table, curve: Curve, readings: Sequence[CurveReading]) -> StackedTable:
    from elisa_bdnf.reports.inert import show

    percent = f"{100 * curve.spec.confidence:g} %"
    columns = ("sample", "response", "concentration", f"{percent} from", "to", "status")
    rows = [
        (
            show(unknown.name),
            _short(unknown.response),
            _short(reading.in_well if reading.status.has_number else None),
            _short(reading.interval.low),
            _short(reading.interval.high),
            _status(reading),
        )
        for unknown, reading in zip(table.unknowns, readings, strict=True)
    ]
    return _grid("Unknowns", columns, rows)
