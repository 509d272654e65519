"""Plates of every size, whole and in part, in the forms of Gen5, SoftMax Pro and Tecan: each value in its well."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from elisa_bdnf.model.plate import STANDARD_SHAPES
from elisa_bdnf.model.reading import Reading
from readers.vendor_prints import Rows, letter, read_bytes, text, xlsx

Values = list[list[float]]
Tables = dict[str, Values]  # by wavelength
Part = tuple[range, range]  # rows and columns that were read


def tables(wells: int) -> Tables:
    rows, columns = STANDARD_SHAPES[wells]
    one = [[round(0.05 + 0.003 * row + 0.0073 * column, 4) for column in range(columns)] for row in range(rows)]
    return {"450": one, "570": [[round(value / 4 + 0.01, 4) for value in line] for line in one]}


def gen5(wells: int, found: Tables, part: Part) -> bytes:
    rows, columns = part
    lines: list[list[object]] = [["Software Version", "3.12.08"], ["Plate Number", "Plate 1"], ["Procedure Details"]]
    lines += [
        ["Plate Type", f"{wells} WELL PLATE"],
        ["Read", "Absorbance Endpoint"],
        ["", "Wavelengths:  450, 570"],
        [],
    ]
    lines += [["Results"], ["", *(column + 1 for column in columns)]]
    for row in rows:
        for number, (label, values) in enumerate(found.items()):
            lines.append(["" if number else letter(row), *(values[row][column] for column in columns), label])
    return "\r\n".join("\t".join(map(str, cells)) for cells in lines).encode()


def softmax(arrangement: str) -> Callable[[int, Tables, Part], bytes]:
    def printed(wells: int, found: Tables, part: Part) -> bytes:
        (rows, columns), (all_rows, all_columns) = part, STANDARD_SHAPES[wells]
        head = ["Plate:", "P1", "1.3", arrangement, "Endpoint", "Absorbance", "Raw", "FALSE", "1", *[""] * 5, "2"]
        head += ["450 570 ", str(columns[0] + 1), str(len(columns)), str(wells), str(rows[0] + 1), str(len(rows))]
        shown = {
            label: [
                [str(v) if r in rows and c in columns else "" for c, v in enumerate(line)]
                for r, line in enumerate(values)
            ]
            for label, values in found.items()
        }
        numbers = [str(column + 1) for column in range(all_columns)]
        lines = [["##BLOCKS= 1"], head]
        if arrangement == "PlateFormat":
            lines += [["", "Temperature", *numbers, "", *numbers, ""]]
            lines += [["", "", *shown["450"][row], "", *shown["570"][row], ""] for row in range(all_rows)]
        else:
            lines += [
                ["", "Temperature", *(f"{letter(row)}{number}" for row in range(all_rows) for number in numbers), ""]
            ]
            lines += [["", "23.4", *(cell for line in values for cell in line), ""] for values in shown.values()]
        return "\r\n".join("\t".join(cells) for cells in [*lines, ["~End"]]).encode("utf-16")

    return printed


def _matrix(values: Values, part: Part) -> Rows:
    rows, columns = part
    return [
        ["<>", *(column + 1.0 for column in columns)],
        *([letter(r), *(values[r][c] for c in columns)] for r in rows),
    ]


def icontrol(wells: int, found: Tables, part: Part) -> bytes:
    lines: list[list[str | float | None]] = [
        ["Application: Tecan i-control"],
        ["Plate", "", "", "", f"Greiner {wells} Flat"],
        [],
    ]
    for label, values in found.items():
        lines += [
            [f"Label: {label}"],
            ["Mode", "", "", "", "Absorbance"],
            ["Wavelength", "", "", "", float(label), "nm"],
        ]
        lines += [*map(list, _matrix(values, part)), [], ["End Time:", "06.03.2025 16:49:46"]]
    return xlsx({"Sheet0": lines})


def spark(wells: int, found: Tables, part: Part) -> bytes:
    lines: list[list[str | float | None]] = [["Application: SparkControl"], ["Plate", "", "", "", f"[GRE{wells}]"], []]
    for label, values in found.items():
        lines += [
            ["Mode", "Absorbance"],
            ["Name", label],
            ["Measurement wavelength", "", "", "", float(label), "nm"],
            [],
        ]
        lines += [["<>", "Value", "Time [ms]"]]
        lines += [[f"{letter(row)}{column + 1}", values[row][column], 7.0] for column in part[1] for row in part[0]]
        lines += [[], ["End Time", "", "", "", "x"]]
    return text(lines, ";", ",")


def magellan(_wells: int, found: Tables, part: Part) -> bytes:
    """Columns in another order than usual, wells column by column."""
    (rows, columns), (one, other) = part, found.values()
    lines = [[one[r][c], f"{letter(r)}{c + 1}", other[r][c]] for c in columns for r in rows]
    return xlsx({"Magellan Sheet 1": [["Label1", "Well positions", "Label2"], *lines]})


FORMS = {
    "gen5": gen5,
    "softmax, plates": softmax("PlateFormat"),
    "softmax, lines": softmax("TimeFormat"),
    "i-control": icontrol,
    "spark": spark,
    "magellan": magellan,
}


def numbers(reading: Reading) -> list[dict[str, float]]:
    """Of each channel: well → value."""
    return [
        {well: v for well, v in zip(reading.shape.wells(), channel.values, strict=True) if not math.isnan(v)}
        for channel in reading.channels
    ]


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "part"])
@pytest.mark.parametrize("wells", [6, 24, 48, 96, 384, 1536])
@pytest.mark.parametrize("name", FORMS)
def test_every_value_is_read_in_its_well(name: str, wells: int, whole: bool) -> None:
    rows, columns = STANDARD_SHAPES[wells]
    part = (range(rows), range(columns)) if whole else (range(rows // 2, rows), range(columns // 3, columns))
    found = tables(wells)
    (reading,) = read_bytes(FORMS[name](wells, found, part))
    # A list names no size: a part without row A and column 1 is taken to be of a plate of 96 wells, if that holds it.
    size = wells if whole or name != "magellan" else max(wells, 96)
    assert (reading.shape.rows, reading.shape.columns) == STANDARD_SHAPES[size]
    expected = [{f"{letter(r)}{c + 1}": values[r][c] for r in part[0] for c in part[1]} for values in found.values()]
    assert numbers(reading) == expected
