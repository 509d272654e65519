"""Random plates, and printers that write them as Gen5 and SoftMax Pro do, in every encoding and with every quirk."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from hypothesis import strategies as st

COLUMNS = range(1, 13)
ROWS = "ABCDEFGH"
WELLS = [f"{row}{column}" for row in ROWS for column in COLUMNS]
STANDARDS = (500.0, 125.0, 31.25, 0.0)


@dataclass(frozen=True)
class Plate:
    """Thousandths of absorbance at two wavelengths by well; ``words`` stand in wells instead of a number."""

    main: tuple[int, ...]
    reference: tuple[int, ...]
    words: dict[str, str]

    def text(self, well: str, thousandths: int) -> str:
        number = f"{thousandths / 1000:.3f}"
        word = self.words.get(well, "")
        return f"*{number}*" if word == "*" else word or number


@dataclass(frozen=True)
class Style:
    encoding: str = "utf-8"
    newline: str = "\r\n"
    delimiter: str = "\t"
    decimal: str = "."
    padding: int = 0  # empty cells behind every line, as spreadsheet programs save them

    def encoded(self, lines: list[list[str]]) -> bytes:
        shown = [self.delimiter.join([*map(self._cell, cells), *[""] * self.padding]) for cells in lines]
        text = self.newline.join(shown) + self.newline
        if self.encoding == "utf-16":
            return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
        return text.encode(self.encoding)

    def _cell(self, text: str) -> str:
        return f'"{text}"' if self.delimiter in text or '"' in text else text

    def number(self, text: str) -> str:
        return text.replace(".", self.decimal)


def plates(words: tuple[str, ...]) -> st.SearchStrategy[Plate]:
    values = st.lists(st.integers(-50, 3999), min_size=96, max_size=96).map(tuple)
    said = st.dictionaries(st.sampled_from(WELLS), st.sampled_from(words), max_size=5)
    return st.builds(Plate, values, values, said)


def styles(*, delimiters: tuple[str, ...]) -> st.SearchStrategy[Style]:
    style = st.builds(
        Style,
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
        newline=st.sampled_from(["\r\n", "\n", "\r"]),
        delimiter=st.sampled_from(delimiters),
        decimal=st.sampled_from([".", ","]),
        padding=st.integers(0, 3),
    )
    return style.filter(lambda s: s.delimiter != s.decimal)


def content(well: str) -> tuple[str, str]:
    """Well ID of Gen5 and its Conc/Dil."""
    row, column = ROWS.index(well[0]), int(well[1:])
    if column <= 2 and row < len(STANDARDS):
        return f"STD{row + 1}", f"{STANDARDS[row]:g}"
    if column <= 2:
        return "BLK", ""
    return f"SPL{row + 1}:{(column + 1) // 2}", "0.25"


def gen5(plate: Plate, style: Style, *, titled: bool = False) -> bytes:
    """The standard text export; ``titled``: one matrix for each quantity instead of a Results block."""
    head = [["", ""], ["Software Version", "3.12.08"], [""], ["Experiment File Path:", "C:\\µ.xpt"], [""]]
    head += [["Plate Number", "Plate 7"], ["Date", "3/16/2026"], ["Reading Type", "Reader"], [""]]
    head += [["Procedure Details"], ["Plate Type", "96 WELL PLATE"], ["Read", "Absorbance Endpoint"]]
    head += [["", "Wavelengths:  450, 630"], [""]]
    numbers = [str(column) for column in COLUMNS]
    layout = [["Layout"], ["", *numbers]]
    for row in ROWS:
        wells = [content(f"{row}{column}") for column in COLUMNS]
        layout += [[row, *(well_id for well_id, _ in wells), "Well ID"]]
        layout += [["", *(style.number(amount) for _, amount in wells), "Conc/Dil"]]
    matrices = {"450": plate.main, "630": plate.reference}
    body = _titled(plate, style, matrices) if titled else _results(plate, style, matrices)
    return style.encoded([*head, *layout, [""], *body])


def _row(plate: Plate, style: Style, row: str, values: tuple[int, ...]) -> list[str]:
    wells = [f"{row}{column}" for column in COLUMNS]
    return [style.number(plate.text(well, values[WELLS.index(well)])) for well in wells]


def _results(plate: Plate, style: Style, matrices: dict[str, tuple[int, ...]]) -> list[list[str]]:
    lines = [["Results"], ["", *(str(column) for column in COLUMNS)]]
    for row in ROWS:
        # The order of the lines changes from row to row in real exports.
        labels = sorted(matrices, reverse=row in "BD")
        cells = [[*_row(plate, style, row, matrices[label]), label] for label in labels]
        lines += [[row, *cells[0]], ["", *cells[1]]]
    return lines


def _titled(plate: Plate, style: Style, matrices: dict[str, tuple[int, ...]]) -> list[list[str]]:
    lines: list[list[str]] = []
    for label, values in matrices.items():
        lines += [[label], ["", *(str(column) for column in COLUMNS)]]
        lines += [[row, *_row(plate, style, row, values), label] for row in ROWS]
        lines.append([""])
    return lines


def softmax(plate: Plate, style: Style, *, by_wells: bool = False, blocks: int = 2) -> bytes:
    """Plate block with two wavelengths and the reduced matrix, and a group of standards."""
    head = ["Plate:", "Plate7", style.number("1.3"), "TimeFormat" if by_wells else "PlateFormat", "Endpoint"]
    head += ["Absorbance", "Raw", "FALSE", "1", "", "", "", "", "", "2", "450 630 ", "1", "12", "96", "1", "8"]
    lines = [[f"##BLOCKS= {blocks}"], head, *(_by_wells if by_wells else _by_rows)(plate, style), ["~End"]]
    return style.encoded([*lines, *_standards(style), ["Original Filename: x; Date Last Saved: 3/16/2026"]])


def _reduced(plate: Plate) -> tuple[int, ...]:
    return tuple(a - b for a, b in zip(plate.main, plate.reference, strict=True))


def _by_rows(plate: Plate, style: Style) -> list[list[str]]:
    numbers = [str(column) for column in COLUMNS]
    lines = [["", "Temperature(¡C)", *numbers, "", *numbers]]
    for row in ROWS:
        temperature = style.number("23.4") if row == "A" else ""
        main, reference = (_row(plate, style, row, values) for values in (plate.main, plate.reference))
        lines.append(["", temperature, *main, "", *reference])
    lines += [[""], ["", "", *numbers]]
    return [*lines, *(["", "", *_row(plate, style, row, _reduced(plate))] for row in ROWS)]


def _by_wells(plate: Plate, style: Style) -> list[list[str]]:
    def line(values: tuple[int, ...]) -> list[str]:
        return [cell for row in ROWS for cell in _row(plate, style, row, values)]

    lines = [["", "Temperature(¡C)", *WELLS], ["", style.number("23.4"), *line(plate.main)], [""]]
    lines += [["", style.number("23.4"), *line(plate.reference)], [""]]
    return [*lines, ["", "", *WELLS], ["", "", *line(_reduced(plate))]]


def _standards(style: Style) -> list[list[str]]:
    lines = [["Group: Standards"], ["Sample", "Concentration pg/mL", "Wells"]]
    for row, nominal in zip(ROWS, STANDARDS, strict=False):
        lines += [[f"{ROWS.index(row) + 1:02}", style.number(f"{nominal:.3f}"), f"{row}1"], [" ", " ", f"{row}2"]]
    lines += [[""], ["Group Column", "Formula Name", "Formula"], ["1", "Sample", "!SampleNames"]]
    return [*lines, ["2", "Concentration", "!SampleDescriptor"], ["3", "Wells", "!WellIDs"], [""], ["~End "]]
