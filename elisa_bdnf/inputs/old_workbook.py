"""True ``.xls`` workbooks (BIFF in an OLE container), read with calamine; never used for ``.xlsx``."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.sheet_cells import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT
from elisa_bdnf.inputs.sheet_values import CellKind, CellValue

SheetCells = tuple[str, dict[tuple[int, int], CellValue], dict[tuple[int, int], CellKind]]

_ERROR = re.compile(r"#(?:N/A|[A-Z]+(?:/0)?[!?])\Z")
_SAVE_AGAIN = "open it in Excel and save it as .xlsx"


def cells_by_sheet(data: bytes) -> list[SheetCells]:
    """Name, cells and odd cells of every sheet; raises ExportError for an OLE file that is no readable workbook."""
    _check_container(data)
    try:
        with _without_stderr():
            return [_cells(name, rows) for name, rows in _rows_by_sheet(data)]
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise ExportError(f"the old .xls workbook is damaged ({error})", hint=_SAVE_AGAIN) from None
    except BaseException as error:
        # calamine is Rust: where it panics over a damaged file, Python gets a PanicException, which is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise ExportError("the old .xls workbook is damaged", hint=_SAVE_AGAIN) from None


@contextmanager
def _without_stderr() -> Iterator[None]:
    """A panic in Rust prints its own story past Python; the error that is raised for it says enough."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr to keep quiet
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check_container(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ExportError("the workbook is protected by a password", hint="save it without a password")
    if not any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book")):
        raise ExportError("this is an old Office document, but no workbook", expected="an .xlsx or .xls file")


def _rows_by_sheet(data: bytes) -> Iterator[tuple[str, Sequence[Sequence[object]]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
            raise ExportError(
                f"the sheet reaches to row {sheet.total_height:,}, column {sheet.total_width:,}",
                expected=f"at most row {MAX_ROWS:,} and column {MAX_COLUMNS:,}",
                hint="delete stray cells and save again",
                place=name,
            )
        if sheet.total_height * sheet.total_width > 10 * MAX_CELLS:
            raise ExportError("the sheet is too large", expected="an export or a layout", place=name)
        yield name, sheet.to_python(skip_empty_area=False)


def _cells(name: str, rows: Sequence[Sequence[object]]) -> SheetCells:
    cells: dict[tuple[int, int], CellValue] = {}
    odd: dict[tuple[int, int], CellKind] = {}
    for row, values in enumerate(rows):
        for column, raw in enumerate(values):
            value, kind = _value_and_kind(raw)
            if kind is CellKind.EMPTY:
                continue
            cells[row, column] = value
            if kind not in (CellKind.NUMBER, CellKind.TEXT):
                odd[row, column] = kind
    if len(cells) > MAX_CELLS:
        raise ExportError(f"the sheet holds more than {MAX_CELLS:,} cells", place=name)
    return name, cells, odd


def _value_and_kind(raw: object) -> tuple[CellValue, CellKind]:
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE", CellKind.BOOLEAN
    if isinstance(raw, (int, float)):
        return float(raw), CellKind.NUMBER
    if isinstance(raw, (datetime, date, time, timedelta)):
        return str(raw), CellKind.DATE
    text = "" if raw is None else str(raw)[:MAX_TEXT]
    if not text.strip():
        return None, CellKind.EMPTY
    return text, CellKind.ERROR if _ERROR.match(text) else CellKind.TEXT
