"""``elisa-bdnf read`` shows what an export holds; ``elisa-bdnf formats`` lists what can be read."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from elisa_bdnf.cli._options import EncodingName, FormatName
from elisa_bdnf.errors import UsageError

FORMATS_SCHEMA = "elisa-bdnf/formats/1"


def read(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="What the plate reader wrote; - for stdin.")],
    format_: FormatName = None,
    encoding: EncodingName = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, at full precision.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one line per well and channel.")] = False,
) -> None:
    """Show plates, channels, layout, results of the reader's software, notes and unread header keys of an export.

    \b
      elisa-bdnf read plate.txt
      elisa-bdnf read plate.txt --json
    """
    from elisa_bdnf.inputs.stdin import open_or_stdin
    from elisa_bdnf.readers import read_file

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other", expected="one of them")
    readings = read_file(open_or_stdin(export, encoding=encoding), format=format_)
    if as_json:
        from elisa_bdnf.cli._reading_records import json_from_readings

        typer.echo(json_from_readings(readings), nl=False)
    elif as_csv:
        from elisa_bdnf.cli._reading_records import csv_from_readings

        typer.echo(csv_from_readings(readings), nl=False)
    else:
        from elisa_bdnf.cli._reading_picture import print_readings

        print_readings(readings)


def formats(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the list as a page, with what each looks like.")
    ] = False,
) -> None:
    """List the formats that can be read, which versions were seen, and whether the examples were real.

    \b
      elisa-bdnf formats
    """
    from elisa_bdnf.cli._reading_records import json_text
    from elisa_bdnf.readers import NOT_SUPPORTED, READERS

    if markdown:
        from elisa_bdnf.cli._formats_page import formats_page

        typer.echo(formats_page(READERS, NOT_SUPPORTED), nl=False)
        return
    listed = [
        {
            "format": reader.name,
            "title": reader.title,
            "software_seen": reader.software,
            "real_example": reader.real_example,
            "generic": reader.generic,
            "forms": [form.replace("`", "") for form in reader.forms],
        }
        for reader in READERS
    ]
    if as_json:
        typer.echo(
            json_text({"schema": FORMATS_SCHEMA, "formats": listed, "not_supported": list(NOT_SUPPORTED)}), nl=False
        )
        return
    width = max(len(reader.name) for reader in READERS)
    for reader in READERS:
        seen = f"; seen: {reader.software}" if reader.software else ""
        real = "" if reader.real_example or reader.generic else "; no real example was at hand"
        _echo_wrapped(f"{reader.name:<{width}}  {reader.title}{seen}{real}", indent=width + 2)
    _echo_wrapped(
        f"\nNot supported, for want of an example: {', '.join(NOT_SUPPORTED)}. Their numbers can be read as a grid "
        "or list; to have a format supported, send one export of an endpoint plate as the software wrote "
        "it, with its version."
    )


def _echo_wrapped(text: str, indent: int = 0) -> None:
    """Whole words within the width of a terminal; one line where the output is piped."""
    if sys.stdout.isatty():
        width = max(40, shutil.get_terminal_size().columns)
        lead = "\n" * text.startswith("\n")
        text = lead + "\n".join(textwrap.wrap(text.strip(), width, subsequent_indent=" " * indent))
    typer.echo(text)
