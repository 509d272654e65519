"""Tables of a document as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.model.plate import Well
from elisa_bdnf.reports.inert import html_text
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
    kinds = [_kind(column, mono) for column in columns]
    # Anchors belong to one place: a table that is shown twice has them once.
    rows = "".join(_row(row, kinds, anchored=not key, below=below) for row in table.rows)
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


def _row(row: Row, kinds: Sequence[str], *, anchored: bool, below: bool) -> str:
    """``below``: the last cell, a remark, has a line of its own under the others, which leaves them their room."""
    identity = f' id="{html_text(row.key)}"' if row.key and anchored else ""
    tone = f' class="{row.tone}"' if row.tone is not Tone.PLAIN else ""
    cells = "".join([_cell(cell, kind) for cell, kind in zip(row.cells, kinds, strict=not below)])
    if not (below and row.cells[-1].text):
        return f"<tr{identity}{tone}>{cells}</tr>"
    remark = f'<tr class="more {row.tone}"><td colspan="{len(kinds)}">{html_text(row.cells[-1].text)}</td></tr>'
    return f'<tr{identity} class="with-more {row.tone}">{cells}</tr>{remark}'


def _cell(cell: Cell, kind: str) -> str:
    body = wells_linked(cell.wells) if cell.wells and cell.text == " ".join(cell.wells) else html_text(cell.text)
    css = kind if cell.tone is Tone.PLAIN else f"{kind} {cell.tone}".strip()
    opened = f'<td class="{css}"' if css else "<td"
    if cell.help:
        opened += f' title="{html_text(cell.help)}"'
    return f"{opened}>{body}<small>{html_text(cell.sub)}</small></td>" if cell.sub else f"{opened}>{body}</td>"


def wells_linked(wells: Sequence[Well]) -> str:
    """Well names that lead to the plate map; eight at most are spelled out at once by the browser's wrapping."""
    return " ".join([f'<a href="#map-{html_text(well)}">{html_text(well)}</a>' for well in wells])
