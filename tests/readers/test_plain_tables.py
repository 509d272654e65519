"""Plain matrices and long tables: every arrangement that is read, and every one that is refused."""

from __future__ import annotations

import io
import math

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ElisaError, ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Shape, well_from_row_column
from elisa_bdnf.model.reading import Correction, NoteKind, Reading
from elisa_bdnf.readers import long_table, plain_grid, read_export, read_file
from elisa_bdnf.readers._generic_titles import Meaning, quantity_from_title
from shared import EXPORTS, needs_corpus

VALUES = [[round(0.05 + (37 * row + 101 * column) % 97 / 48, 4) for column in range(12)] for row in range(8)]
NUMBERS = ",".join(str(number) for number in range(1, 13))


def matrix(corner: str = "", values: list[list[float]] = VALUES, delimiter: str = ",") -> str:
    lines = [delimiter.join([corner, *NUMBERS.split(",")])]
    return (
        "\n".join(
            [
                *lines,
                *(delimiter.join([letter, *map(str, row)]) for letter, row in zip("ABCDEFGH", values, strict=True)),
            ]
        )
        + "\n"
    )


def read(text: str | bytes, name: str = "plate.csv") -> tuple[Reading, ...]:
    return read_file(InputFile(name, text if isinstance(text, bytes) else text.encode()))


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cells(corner: str = "") -> list[list[object]]:
    return [[corner or None, *range(1, 13)], *([letter, *row] for letter, row in zip("ABCDEFGH", VALUES, strict=True))]


FLAT = tuple(value for row in VALUES for value in row)
BARE = "\n".join(",".join(map(str, row)) for row in VALUES)

SAME = {
    "plain": matrix(),
    "title": "HEPG2 P3\n" + matrix(),
    "bare": BARE,
    "bare-with-notes": "my plate of Monday\n\n" + BARE + "\n\nread by me\n",
    "tabs-crlf": matrix(delimiter="\t").replace("\n", "\r\n"),
    "bare-between-blanks": BARE.replace(",", "  "),
    "between-blanks": matrix(delimiter="  "),
    "numbers-alone": NUMBERS + "\n" + BARE,
    "letters-alone": "\n".join(f"{row},{line}" for row, line in zip("ABCDEFGH", BARE.split("\n"), strict=True)),
    "decimal-comma": matrix(delimiter=";").replace(".", ","),
    "utf-16": matrix().encode("utf-16"),
    "bom": b"\xef\xbb\xbf" + matrix().encode(),
    "cr": matrix().replace("\n", "\r"),
    "trailing-delimiters": matrix().replace("\n", ",,,\n"),
    "lower-case-letters": "\n".join(line[0].lower() + line[1:] for line in matrix().split("\n") if line),
    "leading-zeros": matrix().replace(",1,2,3,", ",01,02,03,", 1),
    "shifted": "\n\n" + "\n".join(f",,{line}" for line in matrix().split("\n")),
    "workbook": workbook({"Sheet1": cells()}),
    "long": "Well,OD\n" + "".join(f"{'ABCDEFGH'[r]}{c + 1},{VALUES[r][c]}\n" for r in range(8) for c in range(12)),
    "long-shuffled": "OD;Well\n"
    + "".join(f"{VALUES[r][c]};{'ABCDEFGH'[r]}{c + 1:02d}\n" for c in reversed(range(12)) for r in range(8)).replace(
        ".", ","
    ),
    "long-row-column": "row,col,Absorbance,comment\n"
    + "".join(f"{'ABCDEFGH'[r]},{c + 1},{VALUES[r][c]},\n" for r in range(8) for c in range(12)),
}


@pytest.mark.parametrize("data", SAME.values(), ids=SAME)
def test_every_arrangement_holds_the_same_numbers(data: str | bytes) -> None:
    (reading,) = read(data, "plate.any")
    assert (reading.shape, reading.channels[0].values, len(reading.channels)) == (Shape(8, 12), FLAT, 1)


OD = {"450 nm": 450, "OD 570": 570, "A450": 450, "450": 450, "OD450": 450, "Absorbance (620 nm)": 620, "abs_450": 450}


@pytest.mark.parametrize(("title", "nm"), OD.items())
def test_titles_state_wavelengths(title: str, nm: int) -> None:
    above, corner, column = read(f"{title}\n{matrix()}"), read(matrix(title)), read(f"Well,{title}\nA1,0.5\nA2,0.6\n")
    for (reading,) in (above, corner, column):
        assert (reading.channels[0].wavelength_nm, reading.channels[0].label) == (nm, title)


@pytest.mark.parametrize(
    ("title", "meaning", "correction"),
    [
        ("OD 450-570", Meaning.RESPONSE, Correction.REFERENCE),
        ("450 nm minus 620 nm", Meaning.RESPONSE, Correction.REFERENCE),
        ("Blank corrected (450)", Meaning.RESPONSE, Correction.BLANK),
        ("Corrected OD", Meaning.RESPONSE, Correction.REDUCED),
        ("Blank corrected", Meaning.RESPONSE, Correction.BLANK),
        ("Background subtracted", Meaning.RESPONSE, Correction.REFERENCE),
        ("Net", Meaning.RESPONSE, Correction.REDUCED),
        ("ΔOD", Meaning.RESPONSE, Correction.REDUCED),
        ("OD 450/570", Meaning.RESPONSE, Correction.REDUCED),
        ("450/620", Meaning.RESPONSE, Correction.REDUCED),
        ("OD 450 (ref 620)", Meaning.RESPONSE, Correction.REDUCED),
        ("Reference 620 nm", Meaning.RESPONSE, Correction.NONE),
        ("daily OD", Meaning.RESPONSE, Correction.NONE),
        ("Sample 250/500", Meaning.OTHER, Correction.NONE),
        ("Blank plate", Meaning.OTHER, Correction.NONE),
        ("Mean OD", Meaning.STATISTIC, Correction.NONE),
        ("OD CV %", Meaning.STATISTIC, Correction.NONE),
        ("Calculated concentration", Meaning.CONCENTRATION, Correction.NONE),
        ("Concentration", Meaning.OTHER, Correction.NONE),
        ("384-well plate of 2024", Meaning.OTHER, Correction.NONE),
        ("Plate 450", Meaning.OTHER, Correction.NONE),
        ("Rep", Meaning.OTHER, Correction.NONE),
    ],
)
def test_titles_state_what_was_done(title: str, meaning: Meaning, correction: Correction) -> None:
    quantity = quantity_from_title(title)
    assert (quantity.meaning, quantity.correction) == (meaning, correction)


def abreast(*titles: str) -> str:
    """Matrices side by side, each below its own title; the numbers of the second are 10 higher."""
    blocks = [
        [
            [title, *[""] * 12],
            *(line.split(",") for line in matrix(values=[[v + 10 * n for v in row] for row in VALUES]).splitlines()),
        ]
        for n, title in enumerate(titles)
    ]
    return "\n".join(",,".join(",".join(line) for line in lines) for lines in zip(*blocks, strict=True))


TWO = f"450\n{matrix()}\n570\n{matrix()}"
PLATES = {
    "channels": (TWO, [("Plate 1", ["450", "570"])]),
    "abreast": (abreast("450", "570"), [("Plate 1", ["450", "570"])]),
    "abreast-plates": (abreast("Plate 7", "Plate 8"), [("Plate 7", ["Response"]), ("Plate 8", ["Response"])]),
    "abreast-plates-below-titles": (
        abreast("Plate 7", "Plate 8") + "\n" + abreast("570", "570"),
        [("Plate 7", ["Response", "570"]), ("Plate 8", ["Response", "570"])],
    ),
    "corners": (matrix("OD 450") + "\n" + matrix("OD 570"), [("Plate 1", ["OD 450", "OD 570"])]),
    "named": (f"Plate: a\n{matrix()}\nPlate 2\n{matrix()}", [("a", ["Response"]), ("Plate 2", ["Response"])]),
    "titled": (f"serum\n{matrix()}\nplasma\n{matrix()}", [("serum", ["Response"]), ("plasma", ["Response"])]),
    "named-channels": (f"Plate: a\n{TWO}\nPlate: b\n{TWO}", [("a", ["450", "570"]), ("b", ["450", "570"])]),
    "unnamed": (f"{matrix()}\n{matrix()}", [("Plate 1", ["Response"]), ("Plate 2", ["Response"])]),
    "repeated-name": (f"p\n{matrix()}\np\n{matrix()}", [("p", ["Response"]), ("p (2)", ["Response"])]),
    "bare": (f"one\n{BARE}\n\ntwo\n{BARE}", [("one", ["Response"]), ("two", ["Response"])]),
    "sheets": (workbook({"north": cells(), "south": cells()}), [("north", ["Response"]), ("south", ["Response"])]),
    "sheets-of-channels": (workbook({"450": cells(), "OD 620": cells()}), [("Plate 1", ["450", "OD 620"])]),
    "long": ("Plate,Well,450,620 nm\nx,A1,1,2\ny,A1,3,4\n", [("x", ["450", "620 nm"]), ("y", ["450", "620 nm"])]),
    "tidy": (
        "Well,Wavelength,Value\nA1,450,1\nA1,570,2\nA2,450,3\nA2,570,4\n",
        [("Plate 1", ["Value 450", "Value 570"])],
    ),
}


@pytest.mark.parametrize(("data", "expected"), PLATES.values(), ids=PLATES)
def test_plates_and_channels(data: str | bytes, expected: list[tuple[str, list[str]]]) -> None:
    assert [(reading.plate, [channel.label for channel in reading.channels]) for reading in read(data)] == expected


GRIDS = "\n".join(
    [
        matrix("OD 450"),
        f"role,{NUMBERS}\nA,std,std,sample,QC low\nB,std,std,sample\n",
        f"sample,{NUMBERS}\nA,,,P1\nB,,,P1\n",
        f"conc (ng/mL),{NUMBERS}\nA,5,5\nB,2.5,2.5\n",
        f"dilution,{NUMBERS}\nA,,,1:20\nB,,,1:20\n",
    ]
)
TABLE = (
    "Well,OD,Type,Sample,Conc_ng_mL,Dilution,Calc conc,Mean\n"
    "A1,0.5,std,,5,,5.1,0.5\nA2,0.5,std,,5,,4.9,\nA3,0.3,sample,P1,,1:20,<0.1,\nA4,.2,QC low,,,,,\n"
    "B1,0.5,std,,2.5,,2.4,\nB2,0.5,std,,2.5,,2.6,\nB3,0.3,sample,P1,,1:20,1.25,\n"
)


@pytest.mark.parametrize("name", ["Mean", "average OD", "SD", "St. Dev.", "CV (%)", "%CV"])
def test_statistics_that_a_person_put_below_a_matrix_are_said(name: str) -> None:
    (reading,) = read(matrix() + f"{name}," + ",".join(["0.5"] * 12) + "\n")
    assert reading.channels[0].values == FLAT
    assert f"Lines below the matrix in line 1 are not part of it and were not read: {name}." in reading.remarks


@pytest.mark.parametrize("name", ["Std 1", "n", "H.", "Meat", "8"])
def test_other_values_below_a_matrix_are_refused(name: str) -> None:
    with pytest.raises(ExportError, match=r"below (?:the matrix|plate row H)"):
        read(matrix() + f"{name}," + ",".join(["0.5"] * 12) + "\n")


TURNED = (
    "Run,7\n\nWell,A1,A2,B1\nRole,std,std,sample\nConc (ng/mL),5,2.5,\nSample,,,x\n"
    "OD 450,0.5,OVRFLW,0.7\n570,0.04,0.05,0.06\n"
)


def test_a_list_turned_round() -> None:
    (reading,) = read(TURNED)
    wells = [reading.shape.index(well) for well in ("A1", "B1")]
    assert {c.wavelength_nm: tuple(c.values[well] for well in wells) for c in reading.channels} == {
        450: (0.5, 0.7),
        570: (0.04, 0.06),
    }
    assert reading.channels[0].notes["A2"].kind is NoteKind.OVERFLOW
    assert reading.layout is not None
    contents = reading.layout.contents
    assert [(contents[well].nominal, contents[well].name) for well in ("A2", "B1")] == [
        (2.5, "Standard 2.5"),
        (None, "x"),
    ]
    assert (reading.layout.unit, ("Run", "7") in reading.header) == ("ng/mL", True)
    assert any("'Role', 'Conc (ng/mL)', 'Sample'" in remark for remark in reading.remarks)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("0.5,OVRFLW,0.7", "0.5,0.7", "side by side"),  # a value that may be of another well
        ("0.5,OVRFLW,0.7", "0.5,OVRFLW,0.7,0.8", "side by side"),
        ("\n570,", "\n,", "side by side"),
        ("\n570,", "\n\n570,", "side by side"),
        ("OVRFLW", "bubble", "plate.csv:7: 'bubble' in well A2"),
        ("A2,B1", "A1,B1", "well A1 has a second"),
    ],
)
def test_damage_of_a_turned_list_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(ExportError) as refused:
        read(TURNED.replace(old, new, 1))
    assert words in str(refused.value)


def test_when_a_well_was_read_is_no_kinetic_unless_it_was_read_again() -> None:
    """As Multiskan Sky lists its wells."""
    head = "Well,Sample,Wavelength(s) [nm],Raw absorbance,Measurement time(s)\n"
    lines = ["A 1,x,450,0.5,0.0", "A 1,x,570,0.04,1.2", "A 2,y,450,0.6,0.4", "A 2,y,570,0.05,1.6"]
    (reading,) = read(head + "\n".join(lines))
    assert {channel.wavelength_nm: channel.values[:2] for channel in reading.channels} == {
        450: (0.5, 0.6),
        570: (0.04, 0.05),
    }
    with pytest.raises(ExportError, match="a kinetic"):
        read(head + "\n".join([*lines, "A 1,x,450,0.7,60.0"]))


def test_matrices_side_by_side_keep_their_numbers() -> None:
    (one,) = read(abreast("450", "570"))
    assert [channel.values for channel in one.channels] == [FLAT, tuple(value + 10 for value in FLAT)]
    first, second = read(abreast("Plate 7", "Plate 8"))
    assert (first.channels[0].values, second.channels[0].values) == (FLAT, tuple(value + 10 for value in FLAT))


@pytest.mark.parametrize("text", [GRIDS, TABLE], ids=["grids", "table"])
def test_layouts_beside_the_numbers(text: str) -> None:
    (reading,) = read(text)
    layout = reading.layout
    assert layout is not None
    assert (layout.unit, layout.contents["A1"].nominal, layout.contents["A1"].role) == ("ng/mL", 5, Role.STANDARD)
    assert (layout.contents["B3"].name, layout.contents["B3"].dilution_factor) == ("P1", 20)
    assert list(layout.contents) == ["A1", "A2", "A3", "A4", "B1", "B2", "B3"]


def test_a_layout_on_a_sheet_of_its_own() -> None:
    names: list[list[object]] = [[None, *range(1, 13)], ["A", "STD1", "P1"]]
    roles: list[list[object]] = [[None, *range(1, 13)], ["A", "std", "sample"]]
    nominal: list[list[object]] = [[None, *range(1, 13)], ["A", 100]]
    (reading,) = read(workbook({"OD": cells(), "role": roles, "sample": names, "conc": nominal}), "plate.xlsx")
    assert reading.layout is not None
    assert [(c.role, c.name) for c in reading.layout.contents.values()] == [
        (Role.STANDARD, "STD1"),
        (Role.SAMPLE, "P1"),
    ]


def test_instrument_numbers_and_words_are_kept() -> None:
    (reading,) = read(TABLE)
    concentrations = {r.well: r for r in reading.instrument_results if r.quantity == "concentration"}
    assert (concentrations["B3"].value, concentrations["B3"].digits) == (1.25, 2)
    note = concentrations["A3"].note
    assert note is not None
    assert (concentrations["A3"].value, note.kind) == (None, NoteKind.LIMIT)
    assert [r.quantity for r in reading.instrument_results if r.well == "A1"] == ["concentration", "Mean"]


def test_words_instead_of_numbers() -> None:
    (reading,) = read(matrix().replace(f"\nA,{VALUES[0][0]},{VALUES[0][1]}", "\nA,OVRFLW,"))
    channel = reading.channels[0]
    assert channel.notes["A1"].kind is NoteKind.OVERFLOW
    assert math.isnan(channel.values[0])
    assert math.isnan(channel.values[1])
    assert "A2" not in channel.notes


def test_what_stands_around_is_kept() -> None:
    (reading,) = read(f"Operator: me\nDate: 01/02/2024\n\n{matrix()}\nlamp,new\n")
    assert reading.header == (("Operator", "me"), ("Date", "01/02/2024"), ("lamp", "new"))
    assert reading.unread_header == ("Operator", "Date", "lamp")
    assert "day or the month first" in reading.remarks[0]


REFUSED = {
    "plate-map": (f"sample,{NUMBERS}\nA,P1,P2\n", "holds words (P1, P2)"),
    "names-only": ("Well,Sample\nA1,P1\n", "no plate that any reader recognizes"),
    "seven-bare-rows": ("\n".join(BARE.split("\n")[:7]), "the line holds 12 numbers, but there is no plate around it"),
    "other-letters": (
        "".join(f"{row},{line}\n" for row, line in zip("ABDEFGHI", BARE.split("\n"), strict=True)),
        "'D' stands where plate row C is due",
    ),
    "thousands-split-a-cell": (matrix().replace(str(VALUES[2][3]), "1,234", 1), "its values may have moved"),
    "unknown-word": (matrix().replace(f"\nB,{VALUES[1][0]}", "\nB,hello"), "plate.csv:3: 'hello' in well B1"),
    "lost-letter": (matrix().replace("\nD,", "\n?,"), "plate.csv:5: the line below the matrix holds values, but '?'"),
    "gap-and-lost-letter": (matrix().replace("\nD,", "\n\n?,"), "plate.csv:6: the line with '?"),
    "letter-twice": (matrix().replace("\nD,", "\nC,"), "plate.csv:5: plate row C stands below row C"),
    "column-twice": (matrix().replace(",4,5,", ",4,4,", 1), "do not rise"),
    "other-delimiter": (matrix() + "\n1.1;1.2;1.3;1.4;1.5;1.6;1.7\n", "holds numbers, but belongs to no matrix"),
    "both-decimal-marks": (
        matrix(delimiter=";").replace("\nC;0.", "\nC;0,").replace("\nC;1.", "\nC;1,").replace("\nC;2.", "\nC;2,"),
        "decimal",
    ),
    "kinetic-matrices": (f"0:00:00\n{matrix()}\n0:05:00\n{matrix()}", "plate.csv:2: this is a matrix at '0:00:00'"),
    "kinetic-table": (
        "Well,Time [s],OD\nA1,0,0.5\nA1,30,0.6\n",
        "plate.csv:1: this is a table with a column 'Time [s]'",
    ),
    "repeats": ("Well,OD\nA1,0.5\nA1,0.6\n", "plate.csv:3: well A1 has a second 'OD'; the first stands in line 2"),
    "spectrum": ("Well,Wavelength,OD\n" + "".join(f"A1,{nm},0.1\n" for nm in range(400, 480, 10)), "(a spectrum)"),
    "lost-well": ("Well,OD\nA1,0.5\nQQ7,0.6\nA3,0.7\n", "plate.csv:3: 'QQ7' is no well"),
    "counted-from-0": ("Well,OD\nA0,0.5\nA1,0.6\nA2,0.7\n", "plate.csv:2: 'A0' is no well; expected a well such as A1"),
    "all-in-column-0": (
        "Well,OD\nA0,0.5\nB0,0.6\nC0,0.7\n",
        "columns count from 1 on a plate: were they counted from 0?",
    ),
    "lost-last-well": ("Well,OD\nA1,0.5\n?,0.6\n", "plate.csv:3: '?' is no well"),
    "layout-of-which-plate": (
        workbook({"a": cells(), "b": cells(), "sample": [[None, 1, 2], ["A", "P1", "P2"]]}),
        "do not say which of 2 plates",
    ),
    "numbers-of-what": (f"{matrix('Killing')}\nsample,{NUMBERS}\nA,P1\n", None),
    "layout-before-unknown-numbers": (
        f"sample,{NUMBERS}\nA,P1\n\n{matrix('Killing')}",
        "'Killing' beside a layout may be",
    ),
    "layout-mistake": (TABLE.replace("QC low", "QX"), "plate.csv:5: 'QX' is no role in well A4"),
    "sample-with-concentration": (TABLE.replace("P1,,1:20", "P1,7,1:20"), "a sample with the concentration 7"),
    "date-cell": (
        workbook({"S": [["Well", "OD"], ["A1", __import__("datetime").date(2024, 3, 1)]]}),
        "S!B2: the cell holds a date",
    ),
    "boolean-cell": (
        workbook({"S": [["Well", "OD"], ["A1", True], ["A2", 0.3]]}),
        "S!B2: the cell holds a truth value",
    ),
    "formula-cell": (workbook({"S": [["Well", "OD"], ["A1", "=1+1"]]}), "S!B2: the cell holds a formula without"),
    "formula-in-matrix": (
        workbook({"S": [*cells()[:8], ["H", "=B2", *VALUES[7][1:]]]}),
        "S!B9: the cell holds a formula without a stored result",
    ),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_ambiguous_is_refused(data: str | bytes, words: str | None) -> None:
    if words is None:
        assert read(data)[0].plate == "Killing"
        return
    with pytest.raises(ExportError) as caught:
        read(data)
    assert words in str(caught.value)


@given(st.integers(0, 7), st.integers(1, 8), st.integers(0, 11), st.integers(1, 12))
def test_partial_matrices_are_placed_by_their_labels(row: int, rows: int, column: int, columns: int) -> None:
    some_rows, some_columns = range(row, min(row + rows, 8)), range(column, min(column + columns, 12))
    if len(some_columns) < 2:
        return
    lines = [",".join(["OD", *(str(c + 1) for c in some_columns)])]
    lines += [",".join(["ABCDEFGH"[r], *(str(VALUES[r][c]) for c in some_columns)]) for r in some_rows]
    (reading,) = read("\n".join(lines))
    values = dict(zip(reading.shape.wells(), reading.channels[0].values, strict=True))
    assert {well: value for well, value in values.items() if not math.isnan(value)} == {
        well_from_row_column(r, c): VALUES[r][c] for r in some_rows for c in some_columns
    }


@given(st.data())
def test_damage_gives_a_reading_or_a_refusal(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([GRIDS, TABLE, TWO, BARE]))
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 12))
    damaged = text[:at] + data.draw(st.text(max_size=3)) + text[at + length :]
    for module in (plain_grid, long_table):
        file = InputFile("plate.csv", damaged.encode("utf-8", "replace"))
        try:
            readings = module.read(file)
        except ElisaError:
            continue
        assert all(len(channel.values) == r.shape.size for r in readings for channel in r.channels)


@needs_corpus
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("cran_bioassays/rawdata96.csv", None),
        ("ropensci_plater/example-1.csv", "'Killing' beside a layout"),
        ("ropensci_plater/validPlate.csv", "holds words (reference, unknown"),
        ("ropensci_plater/missingMiddleRow.csv", "holds words (reference, unknown"),
        ("shumatejr_microplate/sample_data.txt", "sample_data.txt:4: the line with"),
        ("cran_ELISAtools/AnExp_2plate.txt", "holds words (s1, s2"),
        ("Physiolution-Polska_ELISA_Tool/excel_config.xlsx", "holds words (Std 1"),
    ],
)
def test_real_generic_files(path: str, words: str | None) -> None:
    if words is None:
        (reading,) = read_export(EXPORTS / path)
        assert (reading.source.format, reading.plate) == ("plain_grid", "L HEPG2 P3 72HRS")
    else:
        with pytest.raises(ExportError) as caught:
            read_export(EXPORTS / path)
        assert words in str(caught.value)
