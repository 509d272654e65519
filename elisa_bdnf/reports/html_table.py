"""Tables of a document as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, repeat

from elisa_bdnf.model.plate import Well
from elisa_bdnf.reports.columns import Cells, Stacked, stacked
from elisa_bdnf.reports.inert import html_text, markups
from elisa_bdnf.reports.parts import Column, Table, Tone

LONG = frozenset({"remark", "reason", "message", "meaning", "value"})
UNBROKEN = frozenset({"rule", "level", "well", "subject", "timepoint", "standard", "n", "status", "sample", "control"})
SIGNED = frozenset({"recovery_percent", "in_range", "level", "equal"})
# Class of a cell → the columns that have it.
KINDS = {"long": LONG, "k": UNBROKEN, "sign": SIGNED, "many": frozenset({"wells"}), "mono": frozenset({"sha256"})}
MOST_COLUMNS = 10


def table(table: Table, css: str = "") -> str:
    """One table with sticky heads; the mark is its caption."""
    note = f'<p class="note">{html_text(table.note)}</p>' if table.note else ""
    caption = f"<caption>{html_text(table.mark)}</caption>" if table.mark else ""
    identity = html_text(table.key)
    if not table.rows:
        empty = html_text(table.empty or "Nothing.")
        return f'{note}<div class="table" id="{identity}"><p class="empty">{empty}</p></div>'
    rows = "".join(_rows(table))
    return (
        f'{note}<div class="table {css}" id="{identity}"><div class="scroll" tabindex="0"><table>{caption}'
        f"<thead><tr>{_heads(_in_line(table))}</tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def _in_line(table: Table) -> tuple[Column, ...]:
    """The columns; of many the last, a remark, has a line of its own below each row, which leaves them their room."""
    below = len(table.columns) > MOST_COLUMNS and table.columns[-1].key == "remark"
    return table.columns[:-1] if below else table.columns


@lru_cache(maxsize=256)  # plates of a batch have the same columns
def _heads(columns: tuple[Column, ...]) -> str:
    return "".join(map(_head, columns))


def _head(column: Column) -> str:
    title = f' title="{html_text(column.help)}"' if column.help else ""
    numeric = ' class="n"' if column.numeric else ""
    unit = f'<span class="unit">{html_text(column.unit)}</span>' if column.unit else ""
    return f'<th scope="col"{numeric}{title}>{html_text(column.title)}{unit}</th>'


@lru_cache(maxsize=256)
def _kind(key: str, *, numeric: bool) -> str:
    kinds = ["n"] if numeric else []
    kinds += [css for css, keys in KINDS.items() if key in keys]
    return " ".join(kinds)


@cache
def _opened(kind: str) -> dict[Tone, str]:
    """The begin of a cell of a column, by the tone of the cell; attributes may follow."""
    classes = {tone: kind if tone is Tone.PLAIN else f"{kind} {tone}".strip() for tone in Tone}
    return {tone: f'<td class="{css}"' if css else "<td" for tone, css in classes.items()}


def _rows(table: Table) -> Iterator[str]:
    wide, rows = len(_in_line(table)), stacked(table.rows)
    for key, shade, cells, remark in zip(rows.keys, rows.tones, *_bodies(table, rows), strict=False):
        identity = f' id="{html_text(key)}"' if key else ""
        if remark:
            yield f'<tr{identity} class="with-more {shade}">{cells}</tr>'
            yield f'<tr class="more {shade}"><td colspan="{wide}">{remark}</td></tr>'
        else:
            tone = f' class="{shade}"' if shade is not Tone.PLAIN else ""
            yield f"<tr{identity}{tone}>{cells}</tr>"


def _bodies(table: Table, rows: Stacked) -> tuple[Iterable[str], Iterable[str]]:
    """The cells of every row, and its remark where that has a line of its own; made column by column."""
    high, shown = len(rows), _in_line(table)
    texts = markups(list(chain.from_iterable(column.texts for column in rows.columns)))
    parts: list[Iterable[str]] = []
    for at, (column, cells) in enumerate(zip(shown, rows.columns, strict=False)):
        own = texts[at * high : (at + 1) * high]
        parts += _column(cells, own, _opened(_kind(column.key, numeric=column.numeric)))
    return map("".join, zip(*parts, strict=False)), texts[-high:] if len(shown) < len(table.columns) else repeat("")


def _column(cells: Cells, texts: Sequence[str], opened: Mapping[Tone, str]) -> tuple[Iterable[str], ...]:
    """The cells of a column, where they have all but their text in common as the text between what they share."""
    _, _, tones, helps, subs, wells = cells
    if _alike(tones) and _alike(helps) and not any(subs or ()) and not any(wells or ()):
        title = _title(helps[0]) if helps else ""
        return repeat(f"{opened[tones[0] if tones else Tone.PLAIN]}{title}>"), texts, repeat("</td>")
    shades, more = tones or repeat(Tone.PLAIN), helps or repeat("")
    return (map(_cell, texts, shades, more, subs or repeat(""), wells or repeat(()), repeat(opened)),)


def _alike(parts: Sequence[str] | None) -> bool:
    return not parts or parts.count(parts[0]) == len(parts)


def _title(text: str) -> str:
    return f' title="{html_text(text)}"' if text else ""


def _cell(text: str, tone: Tone, more: str, below: str, wells: tuple[Well, ...], opened: Mapping[Tone, str]) -> str:
    body = wells_linked(wells) if wells and text == " ".join(wells) else text
    if more or below:
        return f"{opened[tone]}{_title(more)}>{body}{f'<small>{html_text(below)}</small>' if below else ''}</td>"
    return f"{opened[tone]}>{body}</td>"


@lru_cache(maxsize=2048)  # plates of a batch have one layout
def wells_linked(wells: tuple[Well, ...]) -> str:
    """Well names that lead to the plate map; eight at most are spelled out at once by the browser's wrapping."""
    return " ".join([f'<a href="#map-{html_text(well)}">{html_text(well)}</a>' for well in wells])
