"""``batch.xlsx``: plates, controls, findings and what could not be read, as sheets to sort and filter."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from elisa_bdnf.errors import OutputError
from elisa_bdnf.model.batch import BatchResult, Outcome
from elisa_bdnf.reports.xlsx import NO_CLOCK, OPTIONS
from elisa_bdnf.reports.xlsx_cells import cell_text, number_format
from elisa_bdnf.reports.xlsx_styles import STYLES

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

Value = str | float | int | None
Line = tuple[Value, ...]
_HEADER_ROW = 3
_LINE_HEIGHT, _MOST_LINES_OF_TEXT = 13.5, 12  # points; a long text goes on in its cell rather than out of sight
_MOST_LINES = 1_000_000  # of 1,048,576 that a sheet holds
_PLATES = (
    ("Plate", 16), ("Verdict", 11), ("Export", 30), ("Read", 12), ("Samples", 9), ("Within", 9), ("Below", 8),
    ("Above", 8), ("LLOQ", 9), ("ULOQ", 9), ("Unit", 9), ("Model", 8), ("a", 10), ("b", 10), ("c", 10), ("d", 10),
    ("g", 8), ("Warnings", 10), ("Why", 60), ("Results in", 26),
)  # fmt: skip
_CONTROLS = (
    ("Plate", 16), ("Export", 30), ("Verdict", 11), ("Control", 16), ("Expected", 11), ("Accepted from", 13),
    ("Accepted to", 13), ("Found", 11), ("Recovery %", 11), ("CV %", 9), ("In range", 10),
)  # fmt: skip
_FINDINGS = (("Plate", 16), ("Export", 30), ("Rule", 9), ("Level", 12), ("About", 22), ("Finding", 90))
_UNREAD = (("Export", 34), ("Place", 14), ("Found", 60), ("Expected", 50), ("What to try", 50))


def batch_workbook(batch: BatchResult) -> bytes:
    """The workbook; rows leave the memory as they are written, since a batch may have ten thousand plates.

    Raises :class:`elisa_bdnf.errors.OutputError` where the folder for temporary files has no room for them.
    """
    try:
        return _workbook(batch)
    except OSError as error:
        raise OutputError(
            f"the workbook of the batch cannot be made: {error.strerror or error}",
            expected="room in the folder for temporary files (TMPDIR, TEMP)",
            file="batch.xlsx",
        ) from error


def _workbook(batch: BatchResult) -> bytes:
    from xlsxwriter import Workbook  # noqa: PLC0415 not needed to start the program

    stream = io.BytesIO()
    workbook = Workbook(stream, OPTIONS | {"in_memory": False, "constant_memory": True})
    workbook.set_properties({"title": cell_text(batch.folder), "author": "elisa-bdnf", "created": NO_CLOCK})
    book = _Book(workbook, batch)
    book.sheet("Plates", _PLATES, _plates(batch))
    book.sheet("Controls", _CONTROLS, _controls(batch))
    book.sheet("Findings", _FINDINGS, _findings(batch))
    book.sheet("Not read", _UNREAD, _unread(batch))
    workbook.close()
    return stream.getvalue()


class _Book:
    def __init__(self, workbook: Workbook, batch: BatchResult) -> None:
        self.workbook, self.batch = workbook, batch
        self._formats: dict[tuple[str, str], Format] = {}

    def format(self, styles: str, shown: str = "") -> Format:
        if (styles, shown) not in self._formats:
            properties: dict[str, Any] = dict(STYLES["base"])
            for style in styles.split():
                properties |= STYLES[style]
            properties |= {"num_format": shown} if shown else {}
            self._formats[styles, shown] = self.workbook.add_format(properties)
        return self._formats[styles, shown]

    def sheet(self, name: str, columns: Sequence[tuple[str, float]], lines: Iterable[Line]) -> None:
        """Title, counts, heads that stay in sight and a filter; text as text, numbers as numbers."""
        sheet = self.workbook.add_worksheet(name)
        for index, (_, width) in enumerate(columns):
            sheet.set_column(index, index, width)
        sheet.hide_gridlines(2)
        sheet.freeze_panes(_HEADER_ROW + 1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADER_ROW)
        sheet.write_string(0, 0, cell_text(f"{self.batch.folder}: {name.lower()}"), self.format("title"))
        counts = " + ".join(f"{number} {outcome}" for outcome, number in self.batch.counts().items())
        sheet.write_string(1, 0, f"Files found: {counts}", self.format("note"))
        for index, (title, _) in enumerate(columns):
            sheet.write_string(_HEADER_ROW, index, title, self.format("header"))
        row = _HEADER_ROW
        for row, line in enumerate(lines, start=_HEADER_ROW + 1):
            if row > _MOST_LINES:
                sheet.write_string(row, 0, "There are more: see the csv files of the batch.", self.format("bad"))
                break
            taken = [_lines_of(value, width) for value, (_, width) in zip(line, columns, strict=True)]
            if max(taken) > 1:
                sheet.set_row(row, _LINE_HEIGHT * min(max(taken), _MOST_LINES_OF_TEXT))
            for index, value in enumerate(line):
                self._put(sheet, row, index, value, wrap=taken[index] > 1)
        sheet.autofilter(_HEADER_ROW, 0, max(row, _HEADER_ROW + 1), len(columns) - 1)

    def _put(self, sheet: Any, row: int, column: int, value: Value, *, wrap: bool) -> None:
        if isinstance(value, str):
            style = {"accepted": "text good", "rejected": "text bad", "no": "text bad"}.get(value, "text")
            style += " wrap" if wrap else ""
            sheet.write_string(row, column, cell_text(value), self.format(style))
        elif isinstance(value, int):
            sheet.write_number(row, column, value, self.format("whole"))
        elif value is not None and math.isfinite(value):
            sheet.write_number(row, column, value, self.format("digits", number_format(value)))


def _lines_of(value: Value, width: float) -> int:
    """How many lines a text takes in a column of so many characters."""
    return math.ceil(1.1 * len(value) / width) if isinstance(value, str) else 1


def _plates(batch: BatchResult) -> Iterator[Line]:
    for p in batch.plates():
        curve = p.curve
        parameters = curve.parameters if curve else {}
        limits = (curve.lloq, curve.uloq) if curve else (None, None)
        why = " ".join(p.reasons) if not p.accepted else ""
        yield (
            p.plate, p.verdict.value, p.export, p.read_on, p.samples, p.within, p.below, p.above, *limits, p.unit,
            curve.model if curve else p.no_curve, *(parameters.get(name) for name in "abcdg"),
            p.levels.get("warn", 0), why, p.folder,
        )  # fmt: skip


def _controls(batch: BatchResult) -> Iterator[Line]:
    for p in batch.plates():
        for c in p.controls:
            in_range = "" if c.in_range is None else "yes" if c.in_range else "no"
            yield (
                p.plate, p.export, p.verdict.value, c.name, c.nominal, c.low, c.high, c.found, c.recovery_percent,
                c.cv_percent, in_range,
            )  # fmt: skip


def _findings(batch: BatchResult) -> Iterator[Line]:
    for p in batch.plates():
        for f in p.findings:
            yield p.plate, p.export, f.rule, f.level, f.subject, f.message


def _unread(batch: BatchResult) -> Iterator[Line]:
    for export in batch.exports:
        if export.outcome is Outcome.REFUSED:
            for problem in export.problems:
                yield export.file, problem.place, problem.found, problem.expected, problem.hint
