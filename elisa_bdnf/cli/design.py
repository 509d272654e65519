"""``elisa-bdnf design``: plate maps for a sample sheet, before anything is pipetted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elisa_bdnf.cli._options import (
    ProtocolName,
    Settings,
    folder_option,
    overrides_from_options,
    usage_error_if_only_options,
)
from elisa_bdnf.errors import ProtocolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from elisa_bdnf.model.plate import Shape
    from elisa_bdnf.model.protocol import Protocol
    from elisa_bdnf.placing.whole import PlacedPlate
    from elisa_bdnf.placing.wish import Control, Order, Wish


def design(
    samples: Annotated[Path, typer.Argument(metavar="SAMPLES", help="The sample sheet of the study.")],
    out: Annotated[
        Path | None,
        folder_option("Write a layout for each plate there."),
    ] = None,
    protocol: ProtocolName = "generic",
    settings: Settings = None,
    replicates: Annotated[
        int | None, typer.Option("--replicates", "-r", min=1, max=6, help="Wells for each sample; else the protocol's.")
    ] = None,
    standards: Annotated[
        str | None, typer.Option(metavar="LIST", help="Concentrations in the well; else the protocol's. Zero is added.")
    ] = None,
    control: Annotated[
        list[str] | None,
        typer.Option("--control", metavar="NAME=CONC", help="A control, or a pool without =CONC; else the kit's."),
    ] = None,
    blank: Annotated[bool, typer.Option("--blank/--no-blank", help="A place for blanks.")] = True,
    wells: Annotated[int, typer.Option(help="Of a plate: 48, 96 or 384.")] = 96,
    order: Annotated[str, typer.Option(help="random, subject (a subject side by side) or sheet.")] = "random",
    balance: Annotated[str, typer.Option(metavar="COLUMN", help="Groups to spread over the plates.")] = "arm",
    seed: Annotated[int, typer.Option(help="Another seed, another random order.")] = 1,
    show_maps: Annotated[bool, typer.Option("--maps/--no-maps", help="Print the maps.")] = True,
) -> None:
    """Propose plate maps for a sample sheet.

    \b
      elisa-bdnf design samples.csv --protocol human-infusion-plasma --control QC-low=40 --control QC-high=320
      elisa-bdnf design samples.csv --control "plasma pool" --seed 7 --out plates

    All timepoints of a subject stand on one plate, groups are spread over plates, the order is random. Without --out
    nothing is written. The same options and seed give the same maps, as layouts that run, batch and layout show read.
    """
    from elisa_bdnf.placing.whole import files_of, place, summary_of
    from elisa_bdnf.reports.terminal_speech import speakable
    from elisa_bdnf.samples import read_samples

    loaded = _protocol(protocol, settings or [])
    wish = _wish(loaded, _shape(wells), replicates, standards, control or [], blank, _order(order), seed, balance)
    plates = place(read_samples(samples), wish)
    lines = (*summary_of(plates, wish), *(_map_lines(plates) if show_maps else ()))
    print(*lines, sep="\n", file=speakable(sys.stdout))
    if out is not None:
        _write(out, files_of(plates, _command(samples, protocol, settings or [], wish)))


def _protocol(name: str, settings: Sequence[str]) -> Protocol:
    from elisa_bdnf import workflow

    request = workflow.RunRequest(protocol=name, overrides=overrides_from_options(settings, {}))
    try:
        return workflow.protocol_from_request(request)
    except ProtocolError as error:
        raise usage_error_if_only_options(error) from None


def _wish(
    protocol: Protocol,
    shape: Shape,
    replicates: int | None,
    standards: str | None,
    controls: Sequence[str],
    blank: bool,
    order: Order,
    seed: int,
    balance: str,
) -> Wish:
    from elisa_bdnf.placing.wish import Control, Wish

    of_protocol = protocol.standards or (protocol.kit.standards if protocol.kit else ())
    levels = _standards(standards) if standards else of_protocol
    if not levels:
        expected = "--standards 500,250,125,… or another --protocol"
        raise UsageError(f"the protocol {protocol.id} names no standards", expected=expected)
    of_kit = protocol.kit.controls if protocol.kit else ()
    named = [_control(text) for text in controls] or [Control(c.name, c.nominal, c.low, c.high) for c in of_kit]
    return Wish(
        shape, protocol.unit or None, tuple(sorted(levels, reverse=True)), protocol.anchors, tuple(named), blank,
        replicates or protocol.replicates, order, seed, balance,
    )  # fmt: skip


def _map_lines(plates: Sequence[PlacedPlate]) -> Iterator[str]:
    from elisa_bdnf.layouts.describe import map_lines
    from elisa_bdnf.reports.inert import show

    for plate in plates:
        yield from ("", plate.name, *map(show, map_lines(plate.layout)))


def _standards(text: str) -> tuple[float, ...]:
    from elisa_bdnf.inputs.numbers import number_from_text_or_none

    numbers = [number_from_text_or_none(part) for part in text.split(",")]
    found = tuple(number for number in numbers if number is not None and number > 0)
    if len(found) + numbers.count(0.0) != len(numbers) or len(set(found)) != len(found) or not found:
        raise UsageError(f"--standards {text!r} is not understood", expected="different concentrations: 500,250,125")
    return found


def _control(text: str) -> Control:
    from elisa_bdnf.inputs.numbers import number_from_text_or_none
    from elisa_bdnf.placing.wish import Control

    name, equals, number = (part.strip() for part in text.partition("="))
    nominal = number_from_text_or_none(number) if equals else None
    if not name or (equals and (nominal is None or nominal <= 0)):
        raise UsageError(f"--control {text!r} is not understood", expected="--control NAME=40, or --control NAME")
    return Control(name, nominal)


def _shape(wells: int) -> Shape:
    from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape

    if wells not in (48, 96, 384):
        raise UsageError(f"--wells {wells} is no plate for this", expected="48, 96 or 384")
    return Shape(*STANDARD_SHAPES[wells])


def _order(text: str) -> Order:
    from elisa_bdnf.placing.wish import Order

    if text not in list(Order):
        raise UsageError(f"--order {text!r} is not known", expected=f"one of {', '.join(Order)}")
    return Order(text)


def _command(samples: Path, protocol: str, settings: Sequence[str], wish: Wish) -> str:
    """The command by which the same maps come out, with every choice spelled out."""
    words = ["elisa-bdnf", "design", samples.name, "--protocol", protocol, "--wells", str(wish.shape.size)]
    words += ["--replicates", str(wish.replicates), "--standards", ",".join(f"{x:g}" for x in wish.standards)]
    for each in wish.controls:
        words += ["--control", each.name if each.nominal is None else f"{each.name}={each.nominal:g}"]
    words += [word for setting in settings for word in ("--set", setting)]
    words += ["--blank" if wish.blank else "--no-blank", "--order", wish.order.value, "--balance", wish.balance]
    return " ".join(f'"{word}"' if " " in word else word for word in [*words, "--seed", str(wish.seed)])


def _write(out: Path, files: dict[str, bytes]) -> None:
    """Maps that are there already may have been pipetted: they are not written over."""
    from elisa_bdnf import workflow

    there = [name for name in files if (out / name).exists() and (out / name).read_bytes() != files[name]]
    if there:
        told = f"{', '.join(there[:5])} in {out} would be written over"
        raise UsageError(told, expected="a new folder", hint="choose another with --out")
    workflow.write_files(out, files)
    print(f"→ {out}: {', '.join(files)}", file=sys.stderr)
