"""Layout → the text of a layout file: wellmap TOML, stacked grids (plater) or a long table.

What is written reads back as the same layout.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from elisa_bdnf.errors import LayoutError
from elisa_bdnf.inputs.columns import column_from_text
from elisa_bdnf.model.layout import Content, Layout
from elisa_bdnf.model.plate import Well, row_name_from_index, well_from_row_column, well_order

_KEPT_WORDS = frozenset(
    ["level", "arm", "responder", "actual_time_min", "anticoagulant", "spin_g", "spin_min", "spin_delay_min",
     "freeze_thaw_n", "haemolysis_index", "storage_days"]
)  # fmt: skip
_BARE_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Statements = Mapping[str, str]


def statements(content: Content) -> dict[str, str]:
    """What a layout file says of a well, in its words and in a fixed order."""
    numbers = {"concentration": content.nominal, "low": content.low, "high": content.high}
    said: dict[str, str | None] = {
        "role": content.role.value,
        "sample": content.name,
        **{name: None if value is None else number_text(value) for name, value in numbers.items()},
        "dilution": None if content.dilution_factor is None else number_text(content.dilution_factor),
        "subject": content.subject,
        "timepoint": content.timepoint,
        "matrix": content.matrix,
        "anchor": "yes" if content.anchor else None,
        **{_attribute_name(name): text for name, text in content.attributes.items()},
    }
    return {name: text for name, text in said.items() if text}


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _attribute_name(name: str) -> str:
    """An attribute whose name would be read as a word of ours gets another one."""
    column = column_from_text(name)
    return f"{name} (noted)" if column.known and name not in _KEPT_WORDS else name


def toml_from_layouts(layouts: Sequence[Layout]) -> str:
    """TOML of wellmap: one table per distinct content, each naming its wells; several plates under ``[plate.NAME]``."""
    units = list(dict.fromkeys(layout.unit for layout in layouts if layout.unit))
    lines = [f"# {len(layout.contents)} wells of a plate of {layout.shape}" for layout in layouts[:1]]
    if len(units) == 1:
        lines += ["", "[expt]", f"unit = {_quoted(units[0])}"]
    for layout in layouts:
        if len(layouts) == 1 and layout.plate:
            lines += ["", "[meta]", f"path = {_quoted(layout.plate)}"] if "." in layout.plate else []
        prefix = f"plate.{_key(layout.plate or 'plate')}." if len(layouts) > 1 else ""
        for wells, said in _by_content(layout):
            lines += ["", f"[{prefix}well.{_quoted(','.join(wells))}]"]
            lines += [f"{_key(name)} = {_toml_value(name, text)}" for name, text in said.items()]
    return "\n".join(lines) + "\n"


def _by_content(layout: Layout) -> Iterator[tuple[list[Well], Statements]]:
    groups: dict[tuple[tuple[str, str], ...], list[Well]] = {}
    for well, content in sorted(layout.contents.items(), key=lambda item: well_order(item[0])):
        groups.setdefault(tuple(statements(content).items()), []).append(well)
    for said, wells in groups.items():
        yield wells, dict(said)


def _toml_value(name: str, text: str) -> str:
    if name in ("concentration", "low", "high", "dilution"):
        return text
    return "true" if name == "anchor" else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name and _BARE_KEY.issuperset(name) else _quoted(name)


def plater_from_layouts(layouts: Sequence[Layout]) -> str:
    """Stacked grids, the attribute in the corner of each; a line ``Plate: NAME`` before the grids of a plate."""
    lines: list[str] = []
    for layout in layouts:
        if len(layouts) > 1 or layout.plate:
            lines += [_csv_row(["Plate:", layout.plate or "plate"]), ""]
        said = {well: statements(content) for well, content in layout.contents.items()}
        for name in _names(said.values()):
            lines += [*_grid(layout, name, said), ""]
    return "\n".join(lines)


def _grid(layout: Layout, name: str, said: Mapping[Well, Statements]) -> Iterator[str]:
    title = f"{name} ({layout.unit})" if name == "concentration" and layout.unit else name
    yield _csv_row([title, *(str(column + 1) for column in range(layout.shape.columns))])
    for row in range(layout.shape.rows):
        wells = [well_from_row_column(row, column) for column in range(layout.shape.columns)]
        yield _csv_row([row_name_from_index(row), *(said.get(well, {}).get(name, "") for well in wells)])


def table_from_layouts(layouts: Sequence[Layout]) -> str:
    """A long table in csv: one line per well, with a column ``plate`` where there are several."""
    plates = len(layouts) > 1 or any(layout.plate for layout in layouts)
    said = [
        (layout, well, statements(layout.contents[well]))
        for layout in layouts
        for well in sorted(layout.contents, key=well_order)
    ]
    names = _names(each for _, _, each in said)
    unit = next((layout.unit for layout in layouts if layout.unit), None)
    titles = [f"{name} ({unit})" if name == "concentration" and unit else name for name in names]
    lines = [_csv_row([*(["plate"] if plates else []), "well", *titles])]
    for layout, well, each in said:
        lines.append(
            _csv_row([*([layout.plate or "plate"] if plates else []), well, *(each.get(name, "") for name in names)])
        )
    return "\n".join(lines) + "\n"


def _names(said: Iterable[Statements]) -> list[str]:
    return list(dict.fromkeys(name for each in said for name in each))


def _csv_row(cells: Sequence[str]) -> str:
    return ",".join(_csv_cell(cell) for cell in cells)


def _csv_cell(text: str) -> str:
    """A cell; a text that a spreadsheet would run as a formula cannot be written in csv without changing it."""
    if text.lstrip().startswith(_FORMULA_STARTS) or any(mark in text for mark in "\r\n"):
        raise LayoutError(
            f"{text[:40]!r} begins like a formula or holds a line end",
            expected="a text that a spreadsheet takes for text",
            hint="convert to TOML instead",
        )
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',";') else text


WRITERS: Mapping[str, Callable[[Sequence[Layout]], str]] = {
    "toml": toml_from_layouts,
    "plater": plater_from_layouts,
    "csv": table_from_layouts,
}
