"""Tecan text without row letters and column numbers: the labels first, then a time and eight lines for each of them.

    OD450                    one line for each label
    OD620
    0s                       when it was read, then A to H, empty where nothing was read
    0.123,0.456,…
    21s
    …

The same in one line for each label (``0s,0.123,0.456,…``) does not say which wells these are and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import is_number_or_word
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape
from elisa_bdnf.model.reading import ChannelKind, Reading, Source
from elisa_bdnf.readers._cells import unique_labels
from elisa_bdnf.readers._key_lines import wavelength_from_text_or_none
from elisa_bdnf.readers._likely_kind import with_likely_kind
from elisa_bdnf.readers._pages import refuse_unless
from elisa_bdnf.readers._placed import Cells, bare_cells, channel, decimal_mark, refuse_without_values
from elisa_bdnf.readers._reader import TEXTS, Reader

_TIME = re.compile(r"[0-9]+(?:[.,][0-9]+)?s\Z")


def recognizes(file: InputFile) -> bool:
    """Labels alone in their lines, and then as many times as labels, of which the first is ``0s``."""
    if file.kind != "text":
        return False
    (page,) = file.pages
    times = _times(page) if "0s" in page.firsts else []
    if not times or page.text(times[0], 0) != "0s":
        return False
    above = sum(1 for row in page.rows[: times[0]] if row)
    return len(_labels(page, times[0])) == len(times) == above


def _times(page: Page) -> list[int]:
    return [row for row in range(len(page.rows)) if _TIME.match(page.firsts[row])]


def _labels(page: Page, end: int) -> list[str]:
    """Lines with one text each that is no number."""
    alone = [row[0] for row in page.rows[:end] if len(row) == 1]
    return [text for text in alone if not is_number_or_word(text)]


def read(file: InputFile) -> tuple[Reading, ...]:
    """The one plate. Raises ExportError where the lines do not make a plate."""
    refuse_unless(recognizes(file), file, READER.title)
    (page,) = file.pages
    times = _times(page)
    if not times:
        raise ExportError("there is no line with a time such as 0s", expected="labels, then a time above each matrix")
    labels = _labels(page, times[0])
    if len(labels) != len(times):
        raise ExportError(f"{len(labels)} labels and {len(times)} matrices", expected="as many of both")
    if any(len(page.rows[row]) > 1 for row in times):
        raise ExportError(
            "each label has all its values in one line, without the wells they belong to",
            expected="a matrix, or a list with well names",
            hint="export again with row and column headings",
            place=page.place(times[0], 0),
        )
    shape = _shape(page, times)
    stops = [*times[1:], len(page.rows)]
    tables = [_cells(page, row + 1, stop, shape) for row, stop in zip(times, stops, strict=True)]
    decimal = decimal_mark(tables)
    made = [
        channel(
            label, cells, shape, decimal, wavelength_nm=wavelength_from_text_or_none(label), kind=ChannelKind.UNKNOWN
        )
        for label, cells in zip(unique_labels(labels), tables, strict=True)
    ]
    channels, likely = with_likely_kind(made)
    refuse_without_values(channels, "1")
    header = tuple((label, page.text(row, 0)) for label, row in zip(labels, times, strict=True))
    placed = f"Wells are named by position: {shape.rows} lines below each time are rows A and on."
    source = Source(file.name, file.sha256, READER.name, "Tecan")
    return (
        Reading(
            source,
            "Plate 1",
            shape,
            channels,
            header=header,
            unread_header=tuple(key for key, _ in header),
            remarks=(placed, *likely),
        ),
    )


def _shape(page: Page, times: Sequence[int]) -> Shape:
    """From the distance between two times, which is the number of rows; the last matrix may end early."""
    distances = {below - above - 1 for above, below in pairwise(times)}
    columns = max((len(row) for row in page.rows), default=0)
    if not distances:
        distances = {len(page.rows) - times[0] - 1}
    rows = next(iter(distances))
    if len(distances) > 1 or (rows, columns) not in STANDARD_SHAPES.values():
        found = f"matrices of {', '.join(map(str, sorted(distances)))} lines and up to {columns} values"
        raise ExportError(found, expected="a line for each row of a plate and a value for each column")
    return Shape(rows, columns)


def _cells(page: Page, start: int, stop: int, shape: Shape) -> Cells:
    if stop - start > shape.rows:
        raise ExportError("a matrix has too many lines", expected=f"{shape.rows}", place=page.place(start, 0))
    return bare_cells(page, start, stop, 0, shape.columns)


READER = Reader(
    name="tecan_unlabeled",
    title="Tecan text without row letters",
    recognizes=recognizes,
    read=read,
    marks=("0s",),
    kinds=TEXTS,
    software="SparkControl or Magellan",
    real_example=True,
    forms=("csv: eight lines for each label, without row letters and column numbers",),
)
