"""A reading for people: each channel as a picture of the plate, then what the wells hold and what was found beside it.

Rich prints :class:`~rich.text.Text` only, never markup, and all text of the export goes through ``show`` first.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from elisa_bdnf.model.plate import Shape, Well, row_name_from_index, well_from_row_column
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, InstrumentResult, Reading
from elisa_bdnf.reports.inert import show

_PALE, _DEEP = (255, 253, 240), (240, 190, 40)  # from clear to the yellow of stopped TMB
_CORRECTIONS = {
    Correction.NONE: "as measured",
    Correction.REFERENCE: "reference subtracted by the reader's software",
    Correction.BLANK: "blank subtracted by the reader's software",
    Correction.REDUCED: "reduced by the reader's software",
    Correction.PATH_LENGTH: "corrected for path length by the reader's software",
}
_ROLES = {"standard": "S", "blank": "B", "control": "C", "sample": "", "empty": ""}
_LONGEST_NAME = 16
_SHORTEST_WORD = 5
_MOST_LISTED = 12
_MOST_KEYS = 20

Cell = tuple[str, str]  # text and style


def print_readings(readings: Sequence[Reading]) -> None:
    """Print to standard output; in colour on a terminal only, and unbroken where the output is piped."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=10_000)
    source = readings[0].source
    count = f"{len(readings)} plate{'s' if len(readings) > 1 else ''}"
    what = f"{source.software} ({source.format})" if source.software else source.format
    _line(console, f"{source.file}: {what}, {count}", "bold")
    for reading in readings:
        _print_reading(console, reading)
    for keys, plates in _plates_by_keys(readings):
        of = f" of {', '.join(plates)}" if len(plates) < len(readings) else ""
        more = [f"… and {len(keys) - _MOST_KEYS} more (see --json)"] if len(keys) > _MOST_KEYS else []
        _print_list(console, f"Header keys{of} that were not used", [", ".join([*keys[:_MOST_KEYS], *more])])


def _print_reading(console: Console, reading: Reading) -> None:
    _line(console, f"\n{reading.plate} · {reading.shape} wells", "bold underline")
    for channel in reading.channels:
        _print_channel(console, reading.shape, channel)
    _print_layout(console, reading)
    _print_results(console, reading)
    _print_list(console, "Remarks", [*reading.remarks, *(reading.layout.remarks if reading.layout else ())])


def _plates_by_keys(readings: Sequence[Reading]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Plates of one file mostly share their header."""
    plates: dict[tuple[str, ...], list[str]] = {}
    for reading in readings:
        plates.setdefault(reading.unread_header, []).append(reading.plate)
    return list(plates.items())


def _line(console: Console, text: str, style: str = "") -> None:
    # Only our own line ends are sent; those of the export are shown.
    shown = "\n".join(show(part) for part in text.split("\n"))
    console.print(Text(shown, style=style), soft_wrap=True)


def _print_channel(console: Console, shape: Shape, channel: Channel) -> None:
    wavelength = f", {channel.wavelength_nm:g} nm" if channel.wavelength_nm is not None else ""
    _line(console, f"\n{channel.label!r} · {channel.kind}{wavelength} · {_CORRECTIONS[channel.correction]}", "bold")
    numbers = [value for value in channel.values if not math.isnan(value)]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    decimals = _decimals(channel, numbers)
    longest = max([_SHORTEST_WORD, *(len(f"{value:.{decimals}f}") for value in numbers)])

    def cell(well: Well) -> Cell:
        value, note = channel.values[shape.index(well)], channel.notes.get(well)
        if math.isnan(value):
            return (_cut(show(note.text), longest), "bold red") if note else ("·", "dim")
        style = "strike" if note else f"#000000 on {_shade(value, low, high)}"
        # the star of a masked value takes the place of its last decimal
        return f"{value:.{max(decimals - 1, 0)}f}*" if note else f"{value:.{decimals}f}", style

    _print_plate(console, shape, cell)
    for text, wells in _wells_by_note(channel):
        _line(console, f"  {text}: {wells}")


def _cut(word: str, longest: int) -> str:
    """A word that would make every column wider; the line below the picture has all of it."""
    return word if len(word) <= longest else f"{word[: longest - 1]}…"


def _decimals(channel: Channel, numbers: Sequence[float]) -> int:
    """Counts are whole numbers; of other large numbers decimals say nothing."""
    if all(value.is_integer() for value in numbers) and channel.kind is not ChannelKind.ABSORBANCE:
        return 0
    return 3 if channel.kind is ChannelKind.ABSORBANCE or max(numbers, default=0.0) < 100 else 0


def _shade(value: float, low: float, high: float) -> str:
    part = 0.0 if high <= low else (value - low) / (high - low)
    return "rgb({},{},{})".format(*(round(a + (b - a) * part) for a, b in zip(_PALE, _DEEP, strict=True)))


def _wells_by_note(channel: Channel) -> list[tuple[str, str]]:
    said: dict[str, list[Well]] = {}
    for well, note in channel.notes.items():
        used = ", but used by the reader's software" if note.used_by_instrument else ""
        said.setdefault(f"{note.text!r} ({note.kind}{used})", []).append(well)
    return [(text, ", ".join(wells)) for text, wells in said.items()]


def _print_plate(console: Console, shape: Shape, cell: Callable[[Well], Cell]) -> None:
    """Rows and columns with their names, in as few parts as the terminal is wide enough for, all of them alike."""
    cells = {(r, c): cell(well_from_row_column(r, c)) for r in range(shape.rows) for c in range(shape.columns)}
    width = max(3, *(len(text) for text, _ in cells.values()))
    room = min(shape.columns, max(1, (console.width - 2) // (width + 1)))
    room = math.ceil(shape.columns / math.ceil(shape.columns / room))
    for first in range(0, shape.columns, room):
        columns = range(first, min(first + room, shape.columns))
        _line(console, "   " + " ".join(f"{column + 1:>{width}}" for column in columns), "dim")
        for row in range(shape.rows):
            text = Text()
            text.append(f"{row_name_from_index(row):>2} ", style="dim")
            for column in columns:
                value, style = cells[row, column]
                text.append(f"{value:>{width}}", style=style or None)
                text.append(" ")
            text.rstrip()
            console.print(text, soft_wrap=True)


def _print_layout(console: Console, reading: Reading) -> None:
    if reading.layout is None:
        _line(console, "\nNo layout in the export.")
        return
    contents, unit = reading.layout.contents, reading.layout.unit
    _line(console, f"\nLayout of the export{f', concentrations in {unit}' if unit else ''}", "bold")

    def cell(well: Well) -> Cell:
        content = contents.get(well)
        if content is None:
            return "·", "dim"
        amount = f"{_ROLES[content.role]} {content.nominal:g}" if content.nominal is not None else content.name
        return _shortened(show(amount)), {"S": "cyan", "C": "magenta", "B": "dim"}.get(_ROLES[content.role], "")

    _print_plate(console, reading.shape, cell)
    factors = sorted({content.dilution_factor for content in contents.values() if content.dilution_factor is not None})
    if factors:
        _line(console, "  dilution factors: " + ", ".join(f"{factor:g}" for factor in factors))


def _shortened(name: str) -> str:
    """The middle of a long name left out: what tells names apart often stands at their end."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[1 - half :]}"


def _print_results(console: Console, reading: Reading) -> None:
    results = reading.instrument_results
    concentrations = {r.well: r for r in results if r.quantity == "concentration"}
    if concentrations:
        _line(console, "\nConcentrations of the reader's software, as read in the well", "bold")
        _print_plate(console, reading.shape, lambda well: _result_cell(concentrations.get(well)))
    others = sorted((r for r in results if r.quantity != "concentration"), key=lambda r: r.quantity)
    counts = [f"{quantity} ({len(list(found))})" for quantity, found in groupby(others, key=lambda r: r.quantity)]
    _print_list(console, "Also calculated by the reader's software (see --json)", [", ".join(counts)])
    curve = reading.instrument_curve
    if curve:
        fitted = f" to {curve.response_label!r}" if curve.response_label else ""
        parameters = ", ".join(f"{name} = {value:g}" for name, value in curve.parameters)
        r_squared = f"R² = {curve.r_squared:g}" if curve.r_squared is not None else ""
        _print_list(console, f"Its curve, fitted{fitted}", [t for t in (curve.formula, parameters, r_squared) if t])


def _result_cell(result: InstrumentResult | None) -> Cell:
    if result is None:
        return "·", "dim"
    if result.value is None:
        return show(result.note.text if result.note else ""), "bold red"
    return f"{result.value:.{min(result.digits or 0, 3)}f}", "strike" if result.note else ""


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of whole words, indented; a pipe is so wide that one line takes it all."""
    return textwrap.wrap(
        text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _print_list(console: Console, title: str, lines: Sequence[str]) -> None:
    filled = [line for line in lines if line]
    if not filled:
        return
    _line(console, f"\n{title}", "bold")
    for line in filled[:_MOST_LISTED]:
        _line(console, "\n".join(_wrapped(line, console.width)))
    if len(filled) > _MOST_LISTED:
        _line(console, f"  … and {len(filled) - _MOST_LISTED} more (see --json)")
