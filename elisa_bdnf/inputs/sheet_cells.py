"""The cells of one worksheet, read in one pass; nothing that is not a plain number or text becomes one."""

from __future__ import annotations

import math
import re

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.cell_names import cell_name, column_name
from elisa_bdnf.inputs.sheet_values import CellKind, CellValue, date_text
from elisa_bdnf.inputs.sheet_xml import plain_text

MAX_CELLS = 200_000
MAX_ROWS = 20_000
MAX_COLUMNS = 1_000
MAX_AREA = 2_000_000  # cells between the first column and the last value of each row, in all
MAX_TEXT = 32_767  # Excel's own limit for the text of one cell

NUMBER_PATTERN = r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?"
NUMBER = re.compile(rf"{NUMBER_PATTERN}\Z", re.ASCII)
_LETTERS = re.compile(r"[A-Za-z]{1,7}\Z")
COLUMNS = {column_name(column): column for column in range(MAX_COLUMNS)}


class CellReader:
    """``cells`` by zero-based (row, column), and the kinds of those that are neither number nor text in ``odd``.

    Cells may omit their address and then follow the one before. Empty cells count towards the budget, but are not kept.
    """

    def __init__(self, sheet: str, strings: list[str], dates: frozenset[str], *, since_1904: bool, budget: int) -> None:
        self.cells: dict[tuple[int, int], CellValue] = {}
        self.odd: dict[tuple[int, int], CellKind] = {}
        self.seen = 0
        self._sheet, self._strings, self._dates = sheet, strings, dates
        self._since_1904, self._budget = since_1904, budget
        self._row, self._column, self._row_text = -1, -1, "0"
        self._address = ""
        self._type = self._style = ""
        self._reading = self._phonetic = self._in_formula = False
        self._pieces: list[str] = []
        self._formula: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._reading = not self._phonetic
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula, self._in_formula = [], True
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._reading = False
        elif name == "c":
            self._end_cell()
        elif name == "f":
            self._in_formula = False
        elif name == "rPh":
            self._phonetic = False

    def text(self, data: str) -> None:
        if self._reading:
            self._pieces.append(data)
        elif self._in_formula and self._formula is not None:
            self._formula.append(data)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        if number is None:
            self._row += 1
        elif number.isascii() and number.isdigit() and 0 < len(number) < 19 and int(number) > 0:
            self._row = int(number) - 1
        else:
            self._address = ""
            raise self._refused(f"row number {number[:30]!r}", "a row number from 1")
        self._column, self._row_text = -1, str(self._row + 1)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.seen += 1
        if self.seen > self._budget:
            raise ExportError(
                f"the workbook holds more than {MAX_CELLS:,} cells",
                expected="a plate-reader export, a layout or a sample sheet",
                hint="save only the sheet with the readings as a new workbook",
            )
        self._address = attributes.get("r", "")
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._pieces, self._formula = [], None
        letters = self._address.removesuffix(self._row_text)
        if letters in COLUMNS:
            self._column = COLUMNS[letters]
        else:
            self._column = self._odd_column(letters) if self._address else self._column + 1

    def _odd_column(self, letters: str) -> int:
        if not _LETTERS.match(letters):
            raise self._refused(
                f"cell address {self._address[:30]!r} in row {self._row_text}", "an address of that row"
            )
        return COLUMNS.get(letters.upper(), MAX_COLUMNS)

    def _end_cell(self) -> None:
        if not self._pieces and self._formula is None:
            return  # formatted, but empty: in many workbooks most cells are
        value, kind = self._value_and_kind()
        if kind is CellKind.EMPTY:
            return
        if not 0 <= self._row < MAX_ROWS or self._column >= MAX_COLUMNS:
            raise self._refused(
                f"a cell far outside of any plate holds {str(value)[:40]!r}",
                f"nothing beyond row {MAX_ROWS:,} and column {MAX_COLUMNS:,}",
                "delete that cell and save again",
            )
        position = (self._row, self._column)
        if position in self.cells:
            raise self._refused(f"cell {cell_name(*position)} stands twice in the file", "every cell once")
        self.cells[position] = value
        if kind is not CellKind.NUMBER and kind is not CellKind.TEXT:
            self.odd[position] = kind

    def _value_and_kind(self) -> tuple[CellValue, CellKind]:
        raw = "".join(self._pieces)
        if self._type == "n" and raw:
            return self._number(raw.strip())
        if self._type in ("str", "inlineStr"):
            return self._text(plain_text(raw))
        if not raw.strip():
            return self._without_value()
        return self._by_type(raw.strip())

    def _by_type(self, raw: str) -> tuple[CellValue, CellKind]:
        match self._type:
            case "s":
                return self._text(self._shared(raw))
            case "b":
                return "TRUE" if raw in ("1", "true") else "FALSE", CellKind.BOOLEAN
            case "e":
                return raw, CellKind.ERROR
            case "d":
                return raw, CellKind.DATE
        raise self._refused(f"a cell of the type {self._type[:30]!r}", "a number, text, truth value, date or error")

    def _text(self, text: str) -> tuple[CellValue, CellKind]:
        if len(text) > MAX_TEXT:
            raise self._refused(f"a text of {len(text):,} characters", f"at most {MAX_TEXT:,} in one cell")
        return (text, CellKind.TEXT) if text.strip() else (None, CellKind.EMPTY)

    def _without_value(self) -> tuple[CellValue, CellKind]:
        if self._formula is None:
            return None, CellKind.EMPTY
        return f"={''.join(self._formula)}"[:MAX_TEXT], CellKind.FORMULA

    def _number(self, raw: str) -> tuple[CellValue, CellKind]:
        if not raw:
            return self._without_value()
        value = float(raw) if NUMBER.match(raw) else math.inf
        if not math.isfinite(value):
            raise self._refused(f"{raw[:40]!r} in a number cell", "a number")
        if self._style in self._dates:
            return date_text(value, since_1904=self._since_1904), CellKind.DATE
        return value, CellKind.NUMBER

    def _shared(self, raw: str) -> str:
        if raw.isascii() and raw.isdigit() and len(raw) < 10 and int(raw) < len(self._strings):
            return self._strings[int(raw)]
        raise self._refused(f"a reference to text number {raw[:20]!r}", f"a number below {len(self._strings)}")

    def _refused(
        self, found: str, expected: str, hint: str = "open the workbook in Excel and save it again"
    ) -> ExportError:
        place = f"{self._sheet}!{self._address[:30]}" if self._address else self._sheet
        return ExportError(found, expected=expected, hint=hint, place=place)
