"""Prints small plates in the forms of reader software, and compares what was read with what was printed."""

from __future__ import annotations

import io
import json
import math
import random
from collections.abc import Callable, Mapping, Sequence

import xlsxwriter

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.plate import Shape, Well, well_from_text_or_none
from elisa_bdnf.model.reading import Channel, Reading
from elisa_bdnf.readers import READERS, read_file
from shared import CORPUS, EXPORTS

CellIn = str | float | None
Rows = Sequence[Sequence[CellIn]]
JUNK = ("?!", "12 34", "OVER", "", "A", "1", "-3.5", "<>", "Plate 1", "1,5", "#N/A", "nan")


def values_for(rows: int = 8, columns: int = 12) -> list[list[float]]:
    """Different numbers with four decimals in every well."""
    return [[round(0.0501 + 0.1 * row + 0.0073 * column, 4) for column in range(columns)] for row in range(rows)]


def letter(row: int) -> str:
    return chr(65 + row) if row < 26 else "A" + chr(65 + row - 26)


def matrix(values: Sequence[Sequence[CellIn]], corner: CellIn = "") -> list[list[CellIn]]:
    """A labelled matrix as rows of cells."""
    head: list[CellIn] = [corner, *[float(column + 1) for column in range(len(values[0]))]]
    return [head, *[[letter(row), *cells] for row, cells in enumerate(values)]]


def xlsx(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook; numbers as numbers, texts as texts."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell:
                    sheet.write_string(row, column, cell)
                elif isinstance(cell, (int, float)):
                    sheet.write_number(row, column, cell)
    book.close()
    return stream.getvalue()


def text(rows: Rows, delimiter: str = ",", decimal: str = ".", end: str = "\r\n") -> bytes:
    """A delimited text; numbers without a decimal mark where they are whole."""
    return end.join(delimiter.join(_shown(cell, decimal) for cell in cells) for cells in rows).encode() + end.encode()


def _shown(cell: CellIn, decimal: str) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return str(int(cell)) if cell == int(cell) else repr(cell).replace(".", decimal)


def read_bytes(data: bytes, name: str = "export") -> tuple[Reading, ...]:
    return read_file(InputFile(name, data))


def refusal(data: bytes) -> str:
    """The sentence with which an export is refused; fails where it is read."""
    try:
        readings = read_bytes(data)
    except ExportError as refused:
        return str(refused)
    raise AssertionError(f"was read as {readings[0].source.format}")


def wells(channel: Channel, shape: Shape) -> dict[Well, float]:
    """Numbers of a channel by well; wells without a number are left out."""
    return {w: value for w, value in zip(shape.wells(), channel.values, strict=True) if not math.isnan(value)}


def matrix_of(channel: Channel, shape: Shape, rows: int, columns: int) -> list[list[float]]:
    """The upper left part of a channel."""
    return [list(channel.values[row * shape.columns : row * shape.columns + columns]) for row in range(rows)]


def recognizing(file: InputFile) -> list[str]:
    """Names of all readers that are not generic and say yes."""

    def says_yes(recognizes: Callable[[InputFile], bool]) -> bool:
        try:
            return recognizes(file)
        except ExportError:
            return False

    return [reader.name for reader in READERS if not reader.generic and says_yes(reader.recognizes)]


def assert_reading_or_refusal(data: bytes) -> None:
    """Anything but a reading or an ExportError fails the test by itself."""
    try:
        readings = read_bytes(data)
    except ExportError:
        return
    assert all(len(channel.values) == reading.shape.size for reading in readings for channel in reading.channels)


def damaged_cell(rows: Rows, seed: int) -> list[list[CellIn]]:
    """One cell replaced by something that does not belong there."""
    chance = random.Random(seed)  # noqa: S311 - repeatable damage, no secret
    copy = [list(row) for row in rows]
    filled = [(r, c) for r, row in enumerate(copy) for c, cell in enumerate(row) if cell not in (None, "")]
    row, column = chance.choice(filled)
    copy[row][column] = chance.choice(JUNK)
    return copy


def assert_survives_damage(rows: Rows, printed: Callable[[Rows], bytes], cases: int = 40) -> None:
    """Cells replaced, lines left out, the end cut off: each gives a reading or an ExportError."""
    for seed in range(cases):
        assert_reading_or_refusal(printed(damaged_cell(rows, seed)))
    for at in range(0, len(rows), max(1, len(rows) // 12)):
        assert_reading_or_refusal(printed(rows[:at]))
        assert_reading_or_refusal(printed([*rows[:at], *rows[at + 1 :]]))


def assert_survives_cuts(data: bytes, step: int = 37) -> None:
    """Every prefix of a text gives a reading or an ExportError."""
    for at in range(0, len(data), step):
        assert_reading_or_refusal(data[:at])


def corpus_files(folder: str) -> list[str]:
    """Files of one folder of the corpus that an independent converter read."""
    root = CORPUS / "wells"
    return sorted(str(p.relative_to(root).as_posix())[: -len(".json")] for p in (root / folder).rglob("*.json"))


def values_not_read(name: str) -> list[object]:
    """Values of the independent converter that no channel of ours holds in the same well; flags have none."""
    expected = json.loads((CORPUS / "wells" / f"{name}.json").read_text("utf-8"))
    found: dict[Well, set[float]] = {}
    for reading in read_file(InputFile.open(EXPORTS / name)):
        for channel in reading.channels:
            for well, value in wells(channel, reading.shape).items():
                found.setdefault(well, set()).add(value)
    return [e for e in expected if e[4] is not None and e[4] not in found.get(well_from_text_or_none(e[1]) or "", ())]
