"""Text → lines, lines → cells.

Lines end at CR LF, LF or CR and nowhere else, so that row *n* of :func:`rows_from_lines` always is line *n* of the
file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import repeat
from operator import contains

from elisa_bdnf.errors import ElisaError

MOST_LINES = 1_000_000
LONGEST_LINE = 1_000_000
LONGEST_FIELD = 64_000

_NO_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_DELIMITERS = ("\t", ";", ",", "|")
_ANY_DELIMITER = re.compile("[\t;,|]")
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*\Z", re.IGNORECASE)
_DIGIT = re.compile("[0-9]")
_DIGIT_OR_ROW = re.compile(r"[A-Za-z]{1,2}\Z|.*?[0-9]")
_BLANKS = " "
CELL_BLANKS = " \t\u00a0\r\n"


def lines_from_text(text: str) -> tuple[str, ...]:
    """Lines without their ends; raises ElisaError above the limits of number and length."""
    lines = text.splitlines() if not any(end in text for end in _NO_LINE_ENDS) else _lines_of_unusual(text)
    if len(lines) > MOST_LINES:
        raise ElisaError(f"the file has {len(lines)} lines", expected=f"at most {MOST_LINES}")
    if len(text) > LONGEST_LINE and (longest := max(map(len, lines))) > LONGEST_LINE:
        found, number = f"the line has {longest} characters", 1 + [len(line) for line in lines].index(longest)
        raise ElisaError(found, expected=f"at most {LONGEST_LINE}", place=str(number))
    return tuple(lines)


def _lines_of_unusual(text: str) -> list[str]:
    """The lines of a text with characters that end one for ``str.splitlines``, but not here."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def delimiter_from_lines(lines: Sequence[str]) -> str:
    """Tab, semicolon, comma or ``|``: the first of them that stands in at least half of the lines that hold any.

    A first line ``sep=;`` decides alone. A file without any of them whose lines hold numbers between blanks is
    separated by blanks (`` ``: any run of them).
    """
    if lines and (match := _SEP_LINE.match(lines[0])):
        return match[1]
    bare = [_outside_quotes(line) if '"' in line else line for line in lines] if '"' in "".join(lines) else lines
    for delimiter in _DELIMITERS:
        if count := sum(map(contains, bare, repeat(delimiter))):
            if 2 * count >= len(bare):
                return delimiter  # in half of all lines, as in most files; none that comes before it stands in any
            break
    delimited = len(list(filter(_ANY_DELIMITER.search, bare)))
    if not delimited:
        return _BLANKS if any(map(_is_numbers_by_blanks, lines)) else "\t"
    counts = []
    for delimiter in _DELIMITERS:
        counts.append(sum(map(contains, bare, repeat(delimiter))))
        if 2 * counts[-1] >= delimited:
            return delimiter
    return _DELIMITERS[counts.index(max(counts))]


def _is_numbers_by_blanks(line: str) -> bool:
    """Words with digits, after at most a row letter; word by word, since one pattern for all of it backtracks."""
    first, *others = line.split() or [""]
    return bool(others) and _DIGIT_OR_ROW.match(first) is not None and all(map(_DIGIT.search, others))


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[0::2])


def rows_from_lines(lines: Sequence[str], delimiter: str) -> tuple[tuple[str, ...], ...]:
    """Cells of every line without blanks around them, each row up to its last text; a ``sep=`` line becomes empty.

    Row *n* is line *n*. What spreadsheet programs pad the lines with is cut off first: it can be most of a file.
    """
    padding = delimiter + CELL_BLANKS
    filled = [line.rstrip(padding) for line in lines]
    joined = "".join(filled)
    if '"' in joined or "\u00a0" in joined or (delimiter != "\t" and "\t" in joined):
        rows = tuple([_row(line, delimiter) for line in filled])
    else:
        rows = tuple(
            [_row(line, delimiter) if " " in line or not line else tuple(line.split(delimiter)) for line in filled]
        )
    if lines and _SEP_LINE.match(lines[0]):
        rows = ((), *rows[1:])
    if lines and max(map(len, lines)) > LONGEST_FIELD:
        _refuse_long_cells(rows)
    return rows


def _row(line: str, delimiter: str) -> tuple[str, ...]:
    """The row of a line without padding; one without blanks and quotes needs no second look at its cells."""
    if " " in line or '"' in line or "\u00a0" in line or (delimiter != "\t" and "\t" in line):
        return stripped_row(cells_from_line(line, delimiter))
    return tuple(line.split(delimiter)) if line else ()


def stripped_row(cells: Sequence[str]) -> tuple[str, ...]:
    """Without blanks around the texts, and without empty cells at the end."""
    texts = [cell.strip(CELL_BLANKS) for cell in cells]
    end = len(texts)
    while end and not texts[end - 1]:
        end -= 1
    return tuple(texts[:end])


def _refuse_long_cells(rows: Sequence[Sequence[str]]) -> None:
    for number, cells in enumerate(rows, start=1):
        if (longest := max(map(len, cells), default=0)) > LONGEST_FIELD:
            found = f"a cell has {longest} characters"
            raise ElisaError(found, expected=f"at most {LONGEST_FIELD}", place=str(number))


def cells_from_line(line: str, delimiter: str) -> tuple[str, ...]:
    """One line into cells. A cell may stand in double quotes (doubled inside); an open quote is a character.

    Quotes do not reach over line ends: row numbers would no longer be line numbers, and one stray quote would swallow
    the plates below it.
    """
    if delimiter == _BLANKS:  # a line that begins with blanks has nothing in its first cell
        return (*[""] * line.startswith(" "), *line.split())
    if '"' not in line:
        return tuple(line.split(delimiter))
    parts = [part[1:-1] if part[:1] == part[-1:] == '"' and part != '"' else part for part in line.split(delimiter)]
    if '"' not in "".join(parts):  # none stands inside a cell, so that none holds a delimiter
        return tuple(parts)
    cells, position = [], 0
    while position <= len(line):
        cell, position = _next_cell(line, position, delimiter)
        cells.append(cell)
    return tuple(cells)


def number_of_cells(line: str, delimiter: str) -> int:
    """How many cells :func:`cells_from_line` makes of a line."""
    if '"' in line or delimiter == _BLANKS:
        return len(cells_from_line(line, delimiter))
    return line.count(delimiter) + 1


def numbers_of_cells(lines: Sequence[str], delimiter: str) -> list[int]:
    """The same for many lines."""
    if delimiter == _BLANKS:
        return [number_of_cells(line, delimiter) for line in lines]
    counts = [count + 1 for count in map(str.count, lines, repeat(delimiter))]
    if '"' in "".join(lines):
        return [
            number_of_cells(line, delimiter) if '"' in line else count
            for line, count in zip(lines, counts, strict=True)
        ]
    return counts


def _next_cell(line: str, start: int, delimiter: str) -> tuple[str, int]:
    """The cell that begins at ``start``, and where the next one begins."""
    if line.startswith('"', start):
        end = _closing_quote(line, start + 1)
        if end >= 0 and (end + 1 == len(line) or line[end + 1] == delimiter):
            return line[start + 1 : end].replace('""', '"'), end + 2
    end = line.find(delimiter, start)
    end = len(line) if end < 0 else end
    return line[start:end], end + 1


def _closing_quote(line: str, start: int) -> int:
    position = line.find('"', start)
    while position >= 0 and line.startswith('"', position + 1):
        position = line.find('"', position + 2)
    return position
