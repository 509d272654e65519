"""What shows that a labelled matrix was damaged on its way: values beside, below or beyond its labels, uneven lines.

A value that moved to another well looks as right as any other, so whatever can have moved one is refused; what may just
as well be meant (part of a plate, an empty end of a line) is a sentence for the person who looks at the reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.grid import ROW_LETTERS, Grid, column_number_or_none, row_letter_or_none
from elisa_bdnf.inputs.numbers import is_number, is_number_or_word
from elisa_bdnf.inputs.pages import Page, spoken_place
from elisa_bdnf.model.plate import STANDARD_SHAPES, row_name_from_index
from elisa_bdnf.readers._added_lines import added_line_remarks, is_statistic

_ROWS_OF_96, _COLUMNS_OF_96 = STANDARD_SHAPES[96]
_WHOLE_WIDTHS = frozenset(columns for _, columns in STANDARD_SHAPES.values() if columns >= 12)


def refuse_damage(page: Page, grid: Grid) -> None:
    """Raises ExportError where values stand beside or below the labels, or a line has gained or lost a cell."""
    _refuse_unlabeled_columns(page, grid)
    _refuse_leap(page, grid)
    _refuse_values_below(page, grid)
    refuse_moved_cells(page, [line.index for line in grid.lines], heading=grid.top)


def _refuse_unlabeled_columns(page: Page, grid: Grid) -> None:
    if len(grid.columns) in _WHOLE_WIDTHS:
        return
    for line in grid.lines:
        if line.beyond and line.beyond[0]:
            raise ExportError(
                f"{line.beyond[0]!r} stands to the right of the last column number, {grid.columns[-1] + 1}",
                expected="a column number above every column of the plate",
                place=page.place(line.index, grid.right),
            )


def _refuse_leap(page: Page, grid: Grid) -> None:
    """A line below the last row that begins with a letter by chance (``N  96``, ``P  0.03``), or a damaged letter.

    With twelve columns or fewer it would be the only thing that makes a plate of 96 wells a larger one.
    """
    rows = [line.row for line in grid.lines]
    filled = [sum(map(bool, line.cells)) for line in grid.lines]
    if rows[-1] < _ROWS_OF_96 or grid.columns[-1] >= _COLUMNS_OF_96:
        return
    for number, line in enumerate(grid.lines[1:], start=1):
        leaps = line.row > rows[number - 1] + 1
        if line.row >= _ROWS_OF_96 and (leaps or 2 * filled[number] < max(filled)):
            above, own = row_name_from_index(rows[number - 1]), row_name_from_index(line.row)
            raise ExportError(
                f"a line that begins with {own!r} stands below plate row {above} of {len(grid.columns)} columns",
                expected="no more than rows A to H, or all rows of a larger plate",
                hint="take the line out, or write in words what it holds, if it is no row of the plate",
                place=page.place(line.index, grid.left),
            )


def _refuse_values_below(page: Page, grid: Grid) -> None:
    """The next line with anything in it, if it goes on like the matrix: a damaged letter, or an empty line before."""
    below = next((row for row in range(grid.bottom, len(page.rows)) if page.rows[row]), None)
    if below is None:
        return
    cells = page.rows[below][grid.left : grid.right]
    if _goes_on(cells, grid, follows=below == grid.bottom):
        gap = "" if below == grid.bottom else " behind an empty line"
        raise ExportError(
            f"the line below the matrix{gap} holds values, but {page.text(below, grid.left)!r} is no plate row",
            expected=f"a row letter after {row_name_from_index(grid.lines[-1].row)} in the next line, or nothing",
            place=page.place(below, grid.left),
        )


def _goes_on(cells: tuple[str, ...], grid: Grid, *, follows: bool) -> bool:
    """Whether cells are those of a plate row: nothing but values, or many of them with a letter among them."""
    values = [text for text in cells[1:] if text]
    if not values or _is_header(values, grid) or is_statistic(cells[0]):
        return False
    letter = row_letter_or_none(cells[0])
    if follows and letter is None and all(map(is_number_or_word, values)):
        return True
    numbers = sum(1 for text in cells if is_number(text))
    letters = sum(1 for text in cells[:2] if row_letter_or_none(text) is not None)
    return letters == 1 and numbers > 0 and numbers + 1 >= len([text for text in cells if text])


def _is_header(values: list[str], grid: Grid) -> bool:
    return [column_number_or_none(text) for text in values] == [c + 1 for c in grid.columns][: len(values)]


def refuse_rows_astray(page: Page, grids: Sequence[Grid], start: int, stop: int) -> None:
    """Raises ExportError where two lines begin like rows of a plate and belong to no matrix: its heading is damaged."""
    inside = {line for grid in grids for line in range(grid.top, grid.bottom)}
    begin_so = [n for n, text in enumerate(page.firsts[start:stop], start) if text in ROW_LETTERS and n not in inside]
    if len(begin_so) < 2:
        return
    above: int | None = None
    for row, cells in enumerate(page.rows[start:stop], start=start):
        if not cells:
            continue
        letter = row_letter_or_none(cells[0]) if len(cells) > 1 and len(cells[0]) < 3 and row not in inside else None
        if letter is not None and above is not None and letter == above + 1:
            raise ExportError(
                f"the line begins like plate row {row_name_from_index(letter)}, but belongs to no matrix",
                expected="a line of column numbers above the rows, and no empty line between them",
                place=page.place(row, 0),
            )
        above = letter


def refuse_moved_cells(page: Page, lines: Sequence[int], *, labeled: bool = True, heading: int | None = None) -> None:
    """In a text whose lines end evenly, a line with a cell more or less has its values in other columns.

    Raises ExportError for such a line among those of one table. With labels a line may end early, where empty cells
    were cut off, or late, where somebody wrote a note beside it; one that others fall short of is
    whole where its ``heading`` reaches as far.
    """
    whole = page.width(heading) if heading is not None else None
    for line, width, usual in _uneven(page, lines):
        if whole is not None and usual < width <= whole:
            continue
        if labeled and (not page.ends_empty(line) if width < usual else _holds_note(page, line, usual)):
            continue
        raise _moved(page, line, width, usual)


def refuse_unequal(page: Page, heads: int, values: int) -> None:
    """Raises ExportError where a line of values in a text has a cell more or less than that of its heads above it."""
    width, usual = page.width(values), page.width(heads)
    if width is not None and usual is not None and width != usual:
        raise _moved(page, values, width, usual)


def refuse_short_lines(page: Page, lines: Sequence[int]) -> None:
    """Raises ExportError for a line of a list in a text that ends early, where all others have a last cell.

    Which of its cells was lost is then unknown, and a number of another column would pass for a response.
    """
    for line, width, usual in _uneven(page, lines):
        if width < usual and all(page.text(other, usual - 1) for other in lines if page.width(other) == usual):
            raise _moved(page, line, width, usual)


def _moved(page: Page, line: int, width: int, usual: int) -> ExportError:
    return ExportError(
        f"the line has {width} cells and the other lines of its table {usual}, so its values may have moved",
        expected="as many cells in every line",
        hint="compare it with the reader's own display, or export again",
        place=page.place(line, 0),
    )


def _holds_note(page: Page, line: int, usual: int) -> bool:
    """Whether somebody wrote behind the end of a line: beyond a gap, or words beside a number that stands last."""
    last, behind = page.text(line, usual - 1), page.rows[line][usual:]
    if not (last and behind and behind[0]):
        return bool(behind)
    return is_number(last) and not is_number_or_word(behind[0])


def short_line_remarks(page: Page, lines: Sequence[int]) -> tuple[str, ...]:
    """A sentence about lines of a list in a text that end before most others."""
    short = [str(line + 1) for line, width, usual in _uneven(page, lines) if width < usual]
    if not short:
        return ()
    named = f"Line {short[0]} ends" if len(short) == 1 else f"Lines {', '.join(short)} end"
    return (f"{named} before the others of the list; what is not there counts as empty.",)


def _uneven(page: Page, lines: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Index, number of cells, and usual number, of the lines of a text that differ from most others of a table."""
    if not page.widths:
        return  # a sheet has no lines that end
    rows, found = page.rows, page.widths
    if len(set(map(found.__getitem__, lines))) < 2:
        return  # as in most tables
    widths = {line: found[line] for line in lines if rows[line]}
    if len(set(widths.values())) < 2:
        return
    ((usual, times), *_) = Counter(widths.values()).most_common(1) or [(0, 0)]
    if times < len(widths) < 2 * times:
        yield from ((line, width, usual) for line, width in widths.items() if width != usual)


def grid_remarks(page: Page, grid: Grid) -> tuple[str, ...]:
    """Sentences about wells that a matrix leaves out, lines that end early, and what stands beside it."""
    remarks = [*gap_remarks(page, grid)]
    if any(line.beyond for line in grid.lines):
        remarks.append(f"Cells to the right of {_matrix(page, grid)} are not part of it and were not read.")
    return tuple(remarks)


def left_out_remarks(page: Page, grid: Grid) -> tuple[str, ...]:
    """Sentences about rows and columns that a matrix leaves out."""
    return tuple(_left_out(grid, f"T{_matrix(page, grid)[1:]}"))


def _matrix(page: Page, grid: Grid) -> str:
    return f"the matrix in {spoken_place(page.place(grid.top, grid.left))}"


def gap_remarks(page: Page, grid: Grid) -> tuple[str, ...]:
    """Sentences about wells that a matrix leaves out, lines that end early, and lines that were added below it."""
    return (*left_out_remarks(page, grid), *_ending_early(page, grid), *added_line_remarks(page, grid))


def _left_out(grid: Grid, matrix: str) -> Iterator[str]:
    rows = {line.row for line in grid.lines}
    gaps = [row_name_from_index(row) for row in range(max(rows)) if row not in rows]
    if gaps:
        yield f"{matrix} leaves out plate row {', '.join(gaps)}."
    missing = [str(column + 1) for column in range(grid.columns[-1]) if column not in grid.columns]
    if missing:
        yield f"{matrix} leaves out column {', '.join(missing)}."
    if grid.extent not in STANDARD_SHAPES.values():
        last = f"row {row_name_from_index(max(rows))} and column {grid.columns[-1] + 1}"
        yield f"{matrix} ends with {last}; the wells beyond are taken as not read."


def short_row_remarks(page: Page, grid: Grid) -> tuple[str, ...]:
    """A sentence about lines of a text that end before the others of a matrix in which cells may be empty."""
    short = {line for line, width, usual in _uneven(page, [each.index for each in grid.lines]) if width < usual}
    return (_said_of_short(page, grid, short),) if short else ()


def _ending_early(page: Page, grid: Grid) -> Iterator[str]:
    full = [line.index for line in grid.lines if all(line.cells)]
    short = {line.index for line in grid.lines if not line.cells[-1]} if 2 * len(full) > len(grid.lines) else set()
    short |= {line for line, width, usual in _uneven(page, [each.index for each in grid.lines]) if width < usual}
    if short:
        yield _said_of_short(page, grid, short)


def _said_of_short(page: Page, grid: Grid, short: Collection[int]) -> str:
    named = ", ".join(row_name_from_index(line.row) for line in grid.lines if line.index in short)
    return f"Plate row {named} of {_matrix(page, grid)} ends before the others; the wells behind count as not read."
