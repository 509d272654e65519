"""``elisa-bdnf layout``: show, check, convert and start layouts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._options import EncodingName
from elisa_bdnf.errors import ElisaError, LayoutError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from elisa_bdnf.model.layout import Layout
    from elisa_bdnf.model.reading import Reading

app = typer.Typer(
    name="layout", help="What is in each well: show, check, convert or start a layout.", no_args_is_help=True
)

_File = Annotated[Path, typer.Argument(metavar="FILE", help="A layout (toml, csv, xlsx), or an export that holds one.")]


@app.command("show")
def show_layout(
    file: _File,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    encoding: EncodingName = None,
) -> None:
    """Show what is in each well.

    \b
      elisa-bdnf layout show plate.layout.toml
    """
    from elisa_bdnf.layouts.describe import text_from_layout
    from elisa_bdnf.reports.inert import show

    found = _layouts(file, encoding)
    if as_json:
        typer.echo(json.dumps(_records(found), ensure_ascii=False, indent=2, allow_nan=False))
        return
    for layout in found:
        for line in text_from_layout(layout).split("\n"):
            typer.echo(show(line))


@app.command("check")
def check(
    file: _File,
    export: Annotated[Path | None, typer.Argument(metavar="[EXPORT]", help="The export that it is for.")] = None,
    encoding: EncodingName = None,
) -> None:
    """Check a layout, alone or against its export.

    \b
      elisa-bdnf layout check plate.layout.toml plate.txt
    """
    from elisa_bdnf.reports.inert import show

    readings = _readings(export, encoding) if export else ()
    found = _layouts(file, encoding)
    for layout in found:
        _check_against(layout, found, readings, file)
        wells = len(layout.contents)
        named = f", plate {layout.plate}" if layout.plate else ""
        typer.echo(show(f"{file.name}{named}: {wells} wells of {layout.shape}, nothing is wrong with it"))
        for remark in (*layout.remarks, *_far_wells(layout)):
            print(show(f"note: {remark}"), file=sys.stderr)


@app.command("convert")
def convert(
    file: _File,
    to: Annotated[
        str, typer.Option("--to", help="toml (wellmap), plater (stacked grids) or csv (long table).")
    ] = "toml",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write there.")] = None,
    encoding: EncodingName = None,
) -> None:
    """Write a layout in another form.

    \b
      elisa-bdnf layout convert plate-map.xlsx --to toml --out plate.layout.toml
    """
    from elisa_bdnf.layouts.convert import WRITERS

    if to not in WRITERS:
        raise UsageError(f"there is no form {to!r}", expected=", ".join(WRITERS))
    _emit(WRITERS[to](_layouts(file, encoding)), out)


@app.command("new")
def new(
    out: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Write there; otherwise it is printed.")] = None,
    standards: Annotated[
        str, typer.Option(help="Concentrations in the well, high to low.")
    ] = "500,250,125,62.5,31.25,15.6,7.8,0",
    unit: Annotated[str, typer.Option(help="Of all concentrations.")] = "pg/mL",
    dilution: Annotated[str, typer.Option(help="Of the samples: 20, 1:20, …")] = "1:20",
) -> None:
    """Start a layout: standards, controls and samples in duplicate, with comments.

    \b
      elisa-bdnf layout new plate.layout.toml --standards 1000,500,250,125,62.5,31.25,15.6,0
    """
    from elisa_bdnf.inputs.numbers import number_from_text_or_none
    from elisa_bdnf.inputs.plate_words import dilution_factor_or_none
    from elisa_bdnf.inputs.units import unit_from_text_or_none
    from elisa_bdnf.layouts.template import new_layout

    numbers = [number_from_text_or_none(text) for text in standards.split(",")]
    factor, known_unit = dilution_factor_or_none(dilution), unit_from_text_or_none(unit)
    if factor is None or known_unit is None or any(number is None for number in numbers):
        wrong = dilution if factor is None else unit if known_unit is None else standards
        raise UsageError(f"{wrong!r} is not understood", expected="standards 500,250,…; unit pg/mL; dilution 1:20")
    _emit(new_layout([number for number in numbers if number is not None], known_unit, factor), out, replace=False)


def _layouts(file: Path, encoding: str | None) -> tuple[Layout, ...]:
    """Layouts of a layout file, or those that an export holds."""
    from elisa_bdnf import layouts, readers
    from elisa_bdnf.inputs.file import InputFile

    if file.suffix.casefold() == ".toml":
        return layouts.read_layouts(file)
    opened = InputFile.open(file, encoding=encoding)
    if opened.kind == "text":
        _ = opened.text  # what cannot be decoded is no layout either, and this tells of --encoding
    try:
        readings = readers.read_file(opened)
    except ElisaError:
        return layouts.read_layouts(file, encoding=encoding)
    embedded = tuple(_bound(reading, len(readings)) for reading in readings if reading.layout is not None)
    if not embedded:
        raise LayoutError("the export holds no layout", expected="a layout file, or an export with one", file=file.name)
    return embedded


def _bound(reading: Reading, plates: int) -> Layout:
    from dataclasses import replace

    assert reading.layout is not None  # noqa: S101 - the caller chose those with one
    return replace(reading.layout, plate=reading.plate if plates > 1 else None, origin=reading.source.file)


def _readings(export: Path, encoding: str | None) -> Sequence[Reading]:
    from elisa_bdnf import readers

    return readers.read_export(export, encoding=encoding)


def _check_against(layout: Layout, found: Sequence[Layout], readings: Sequence[Reading], file: Path) -> None:
    for reading in readings:
        if len(found) > 1 and layout.plate not in (None, reading.plate, reading.source.file):
            continue
        off = [well for well in layout.contents if well not in reading.shape]
        if off:
            raise LayoutError(
                f"{', '.join(off[:6])}{' …' if len(off) > 6 else ''} {'is' if len(off) == 1 else 'are'} not on plate "
                f"{reading.plate!r}",
                expected=f"wells of a plate of {reading.shape}",
                file=file.name,
            )


def _far_wells(layout: Layout) -> Iterator[str]:
    """One or two wells alone that make a layout larger than a plate of 96: their names may be mistyped."""
    from elisa_bdnf.model.plate import Shape

    usual = Shape(8, 12)
    far = [well for well in layout.contents if well not in usual]
    if 0 < len(far) <= 2 and len(far) < len(layout.contents):
        said = " and ".join(far)
        yield f"only {said} of {len(layout.contents)} wells would lie outside of a plate of {usual}: check the name"


def _records(found: Sequence[Layout]) -> dict[str, object]:
    from elisa_bdnf.layouts.convert import statements

    return {
        "schema": "elisa-bdnf/layout/1",
        "plates": [
            {
                "plate": layout.plate,
                "rows": layout.shape.rows,
                "columns": layout.shape.columns,
                "unit": layout.unit,
                "wells": [{"well": well, **statements(content)} for well, content in layout.contents.items()],
                "remarks": list(layout.remarks),
            }
            for layout in found
        ],
    }


def _emit(text: str, out: Path | None, *, replace: bool = True) -> None:
    if out is None or out == Path("-"):
        sys.stdout.write(text)
        return
    from elisa_bdnf.output import write_folder

    if out.exists() and not replace:
        raise UsageError(f"{out.name} is there already", hint="choose another name, or remove it first")
    write_folder(out.parent, {out.name: text.encode("utf-8")})
    print(f"wrote {out.name}", file=sys.stderr)
