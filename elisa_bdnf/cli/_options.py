"""Options that several commands share, and what they make of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from elisa_bdnf.errors import ElisaError, ProtocolError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from elisa_bdnf.model.protocol import Protocol
    from elisa_bdnf.workflow import RunRequest


def folder_option(about: str) -> Any:
    """``--out DIR``. ``-`` is refused: where other programs write to stdout, a folder of that name helps nobody."""
    return typer.Option("--out", "-o", metavar="DIR", callback=_a_folder, help=about)


def _a_folder(path: Path | None) -> Path | None:
    if path == Path("-"):
        raise UsageError("--out '-' is no folder", expected="the name of a folder; --json prints the result to stdout")
    return path


def _a_format(name: str | None) -> str | None:
    if name is not None:
        from elisa_bdnf.readers import READERS

        known = [reader.name for reader in READERS]
        if name not in known:
            raise UsageError(f"--format: there is no format {name!r}", expected=f"one of {', '.join(known)}")
    return name


def _an_encoding(name: str | None) -> str | None:
    if name is not None:
        import codecs

        try:
            codecs.lookup(name)
        except (LookupError, ValueError):
            found = f"--encoding: {name!r} is not the name of an encoding"
            raise UsageError(found, expected="a name such as utf-8, utf-16, cp1252") from None
    return name


ProtocolName = Annotated[
    str, typer.Option("--protocol", "-p", metavar="ID|FILE", help="How to analyze: a shipped id or a file of yours.")
]
LayoutFile = Annotated[
    Path | None, typer.Option("--layout", "-l", metavar="FILE", help="What is in the wells; else the export's own.")
]
SamplesFile = Annotated[
    Path | None, typer.Option("--samples", "-s", metavar="FILE", help="Sample → subject, timepoint, dilution, …")
]
ModelName = Annotated[str | None, typer.Option("--model", help="4pl, 5pl, 5pl-r, 3pl, linear or loglog.")]
WeightsName = Annotated[str | None, typer.Option("--weights", help="none, 1/y, 1/y2, power or power:T.")]
FitOnName = Annotated[str | None, typer.Option("--fit-on", help="means or replicates.")]
WaiversFile = Annotated[
    Path | None,
    typer.Option(
        "--waivers",
        metavar="FILE",
        help="Wells to exclude, findings to waive; else STEM.waivers.toml beside the export.",
    ),
]
ReadOn = Annotated[
    str | None,
    typer.Option("--date", metavar="YYYY-MM-DD", help="When the plates were read, if the export does not say."),
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change any key of the protocol; repeatable.")
]
HistoryFile = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help="Earlier plates for control charts; see: history.")
]
FormatName = Annotated[
    str | None, typer.Option("--format", callback=_a_format, help="Read as this format; see: formats.")
]
EncodingName = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="NAME", callback=_an_encoding, help="Of a text export that does not show its own."
    ),
]
Html = Annotated[bool, typer.Option("--html/--no-html", help="A page for each plate.")]
Xlsx = Annotated[bool, typer.Option("--xlsx", help="A workbook for each plate as well.")]
ManifestFile = Annotated[
    Path | None, typer.Option("--manifest", metavar="FILE", help="Which layout, samples, protocol are whose.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings count: exit 1 if there are any.")]


def formats_of(*, html: bool, xlsx: bool) -> tuple[str, ...]:
    """The reports of each plate that are wanted beside the files for programs."""
    return tuple(name for name, wanted in (("html", html), ("xlsx", xlsx)) if wanted)


def protocol_of(request: RunRequest) -> Protocol:
    """The protocol of a request; raises UsageError where only options are wrong, ProtocolError where the file is."""
    from elisa_bdnf.workflow import protocol_from_request

    try:
        return protocol_from_request(request)
    except ProtocolError as error:
        raise usage_error_if_only_options(error) from None


def overrides_from_options(settings: Sequence[str], options: dict[str, str | None]) -> dict[str, str]:
    """``--set key=value`` and the named options as one mapping; raises :class:`UsageError`."""
    overrides = {f"curve.{key}": value for key, value in options.items() if value is not None}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--set {setting!r} has no key and value", expected="--set key=value")
        if overrides.get(key.strip(), value.strip()) != value.strip():
            found = f"{key.strip()} is set to {overrides[key.strip()]!r} and to {value.strip()!r}"
            raise UsageError(found, expected="one value for each key")
        overrides[key.strip()] = value.strip()
    return overrides


def day_from_option(text: str | None) -> date | None:
    """The day of ``--date``; raises :class:`UsageError`."""
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text!r} is no date", expected="year-month-day, such as 2026-03-31") from None


def usage_error_if_only_options(error: ProtocolError) -> ElisaError:
    """A wrong ``--set``, ``--model`` or the like is a wrong command line, not a wrong input."""
    if all(problem.place.startswith("--set") for problem in error.problems):
        return UsageError(problems=error.problems)
    return error
