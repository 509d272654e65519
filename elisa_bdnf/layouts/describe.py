"""A layout as a map of the plate and a list of what is on it, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.layouts.convert import number_text
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Well, row_name_from_index, well_from_row_column, well_order

_WIDTH = 10


def text_from_layout(layout: Layout) -> str:
    """The map, then one line per distinct content with its wells, then remarks."""
    lines = [f"{layout.origin}{f', plate {layout.plate}' if layout.plate else ''}: {_counts(layout)}", ""]
    lines += [*map_lines(layout), "", *_list(layout)]
    if layout.remarks:
        lines += ["", *(f"note: {remark}" for remark in layout.remarks)]
    return "\n".join(lines) + "\n"


def _counts(layout: Layout) -> str:
    by_role = {role: [c for c in layout.contents.values() if c.role is role] for role in Role}
    parts = [f"{len(set(found))} {role}s in {len(found)} wells" for role, found in by_role.items() if found]
    empty = layout.shape.size - len(layout.contents)
    unit = f"; concentrations in {layout.unit}" if layout.unit else ""
    return f"{layout.shape} wells: {', '.join(parts)}, {empty} empty{unit}"


def map_lines(layout: Layout) -> Iterator[str]:
    """The plate as a grid of short names."""
    names = {well: _short(content) for well, content in layout.contents.items()}
    width = min(max(map(len, names.values()), default=3), _WIDTH)
    yield "   " + " ".join(f"{column + 1:<{width}}" for column in range(layout.shape.columns)).rstrip()
    for row in range(layout.shape.rows):
        wells = [well_from_row_column(row, column) for column in range(layout.shape.columns)]
        cells = " ".join(f"{names.get(well, '·')[:width]:<{width}}" for well in wells)
        yield f"{row_name_from_index(row):<2} {cells}".rstrip()


def _short(content: Content) -> str:
    return content.name if content.role is not Role.STANDARD else f"{number_text(content.nominal or 0.0)}"


def _list(layout: Layout) -> Iterator[str]:
    groups: dict[Content, list[Well]] = {}
    for well in sorted(layout.contents, key=well_order):
        groups.setdefault(layout.contents[well], []).append(well)
    for content, wells in groups.items():
        details = _details(content, layout.unit)
        yield f"{content.role.value:<9} {content.name:<20} {details:<40} {', '.join(wells)}"


def _details(content: Content, unit: str | None) -> str:
    parts = []
    if content.nominal is not None:
        parts.append(f"{number_text(content.nominal)} {unit or ''}".strip())
    if content.low is not None or content.high is not None:
        low, high = (number_text(limit) if limit is not None else "?" for limit in (content.low, content.high))
        parts.append(f"accepted {low} to {high}")
    if content.dilution_factor is not None:
        parts.append(f"1:{number_text(content.dilution_factor)}")
    parts += [text for text in (content.subject, content.timepoint, content.matrix) if text]
    return ", ".join([*parts, "anchor"] if content.anchor else parts)
