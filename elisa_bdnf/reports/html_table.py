"""Tables of a document as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice

from elisa_bdnf.model.plate import Well
from elisa_bdnf.reports.inert import html_text, markups
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone

LONG = frozenset({"remark", "reason", "message", "meaning", "value"})
UNBROKEN = frozenset({"rule", "level", "well", "subject", "timepoint", "standard", "n", "status", "sample", "control"})
MOST_COLUMNS = 10
SIGNED = frozenset({"recovery_percent", "in_range", "level", "equal"})


def table(table: Table, css: str = "", *, mono: str = "", key: str = "") -> str:
    """One table with sticky heads; ``mono`` is the key of a column in fixed pitch. The mark is its caption."""
    note = f'<p class="note">{html_text(table.note)}</p>' if table.note else ""
    caption = f"<caption>{html_text(table.mark)}</caption>" if table.mark else ""
    identity = html_text(key or table.key)
    if not table.rows:
        empty = html_text(table.empty or "Nothing.")
        return f'{note}<div class="table" id="{identity}"><p class="empty">{empty}</p></div>'
    below = len(table.columns) > MOST_COLUMNS and table.columns[-1].key == "remark"
    columns = table.columns[:-1] if below else table.columns
    heads = "".join(_head(column) for column in columns)
    opened = [_opened(_kind(column, mono)) for column in columns]
    # Anchors belong to one place: a table that is shown twice has them once.
    rows = "".join(_rows(table.rows, opened, anchored=not key, below=below))
    return (
        f'{note}<div class="table {css}" id="{identity}"><div class="scroll" tabindex="0"><table>{caption}'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def _head(column: Column) -> str:
    title = f' title="{html_text(column.help)}"' if column.help else ""
    numeric = ' class="n"' if column.numeric else ""
    unit = f'<span class="unit">{html_text(column.unit)}</span>' if column.unit else ""
    return f'<th scope="col"{numeric}{title}>{html_text(column.title)}{unit}</th>'


def _kind(column: Column, mono: str) -> str:
    kinds = ["n"] if column.numeric else []
    kinds += ["long"] if column.key in LONG else []
    kinds += ["k"] if column.key in UNBROKEN else []
    kinds += ["sign"] if column.key in SIGNED else []
    kinds += ["many"] if column.key == "wells" else []
    kinds += ["mono"] if column.key == mono else []
    return " ".join(kinds)


@cache
def _opened(kind: str) -> dict[Tone, str]:
    """The begin of a cell of a column, by the tone of the cell; attributes may follow."""
    classes = {tone: kind if tone is Tone.PLAIN else f"{kind} {tone}".strip() for tone in Tone}
    return {tone: f'<td class="{css}"' if css else "<td" for tone, css in classes.items()}


def _rows(rows: Sequence[Row], opened: Sequence[Mapping[Tone, str]], *, anchored: bool, below: bool) -> Iterator[str]:
    """``below``: the last cell, a remark, has a line of its own under the others, which leaves them their room."""
    texts = iter(markups([cell.text for row in rows for cell in row.cells]))
    for row in rows:
        own = list(islice(texts, len(row.cells)))
        identity = f' id="{html_text(row.key)}"' if row.key and anchored else ""
        tone = f' class="{row.tone}"' if row.tone is not Tone.PLAIN else ""
        cells = "".join(map(_cell, row.cells[:-1] if below else row.cells, own, opened))
        if below and own[-1]:
            yield f'<tr{identity} class="with-more {row.tone}">{cells}</tr>'
            yield f'<tr class="more {row.tone}"><td colspan="{len(opened)}">{own[-1]}</td></tr>'
        else:
            yield f"<tr{identity}{tone}>{cells}</tr>"


def _cell(cell: Cell, text: str, opened: Mapping[Tone, str]) -> str:
    _, _, tone, more, sub, wells = cell
    body = wells_linked(wells) if wells and text == " ".join(wells) else text
    if more or sub:
        title = f' title="{html_text(more)}"' if more else ""
        return f"{opened[tone]}{title}>{body}{f'<small>{html_text(sub)}</small>' if sub else ''}</td>"
    return f"{opened[tone]}>{body}</td>"


@lru_cache(maxsize=2048)  # plates of a batch have one layout
def wells_linked(wells: tuple[Well, ...]) -> str:
    """Well names that lead to the plate map; eight at most are spelled out at once by the browser's wrapping."""
    return " ".join([f'<a href="#map-{html_text(well)}">{html_text(well)}</a>' for well in wells])
