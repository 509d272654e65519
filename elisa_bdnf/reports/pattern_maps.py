"""Three small plates on which a pattern would show: distance from nominal, difference of replicates, edge and drift.

What is above reads in one colour with a +, what is below in another with a −, so that print and any eye can tell them
apart; the stronger the colour, the further. The rules on patterns (PLT) look at the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from statistics import median

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Shape, Well, row_column_from_well, row_name_from_index
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import svg
from elisa_bdnf.reports.plate_tables import well_estimates

WIDTH, TOP, FOOT = 940.0, 44.0, 54.0
PANEL, LEFT, GAP = 300.0, 22.0, 20.0
STRIP = 13.0
FULL = 25.0  # percent at which the colour is full
SIGNED = 3.0  # percent from which on a sign is written
MIN_RESPONSE = 0.15  # as of the rules: below, a ratio is mostly reading noise
Percents = Mapping[Well, float]


def pattern_maps(result: PlateResult) -> str:
    """SVG of the three plates; empty where no well has a figure on any of them."""
    nominal, replicates = from_nominal(result), from_replicates(result)
    if not nominal and not replicates:
        return ""
    shape = result.analysis.reading.shape
    cell = _cell_size(shape)
    height = TOP + cell * shape.rows + FOOT
    body: list[str] = []
    for place, (title, percents) in enumerate(
        (("Standards and controls from nominal", nominal), ("Wells from the mean of their replicates", replicates))
    ):
        body.append(_panel(place, title, shape))
        body += (_well(place, well, value, cell) for well, value in percents.items())
    body.append(_panel(2, "Edge and drift: medians of the middle picture", shape))
    body += _medians(replicates, shape, cell)
    body.append(_legend(height - 12))
    return svg.figure("patterns", "Patterns over the plate", described(nominal, replicates), (WIDTH, height), body)


def from_nominal(result: PlateResult) -> Percents:
    """Wells of standards and controls: how far their concentration is from the nominal one, in percent."""
    expected: dict[Well, float] = {}
    for group in result.analysis.groups:
        content = group.content
        if content.role in (Role.STANDARD, Role.CONTROL) and content.nominal:
            factor = 1.0 if content.role is Role.STANDARD else content.dilution_factor or 1.0
            expected.update(dict.fromkeys(group.wells, content.nominal / factor))
    estimates = well_estimates(result)
    known = ((well, estimates[well].in_well, x) for well, x in expected.items() if well in estimates)
    return {well: 100 * (in_well / x - 1) for well, in_well, x in known if in_well is not None}


def from_replicates(result: PlateResult) -> Percents:
    """Wells with replicates: how far their response is from the mean of the group, in percent."""
    return {
        well: 100 * (response / group.mean - 1)
        for group in result.analysis.groups
        if group.n >= 2 and min(group.responses) >= MIN_RESPONSE
        for well, response in zip(group.wells, group.responses, strict=True)
    }


def caption(result: PlateResult) -> str:
    """What the rules on patterns said of these pictures."""
    said = [f"{f.rule}: {f.message}" for f in result.findings if f.rule.startswith("PLT-")]
    applied = [rule for rule in result.rules_applied if rule.startswith("PLT-")]
    lacked = {each.rule: each.reason for each in result.not_evaluated if each.rule.startswith("PLT-")}
    quiet = [rule for rule in applied if rule not in lacked and not any(s.startswith(rule) for s in said)]
    parts = [*said]
    if quiet:
        parts.append(f"{', '.join(quiet)} found no pattern")
    parts += [f"{rule} could not look: {reason}" for rule, reason in lacked.items()]
    return ". ".join(parts) + "." if parts else "No rule looked for patterns."


def described(nominal: Percents, replicates: Percents) -> str:
    """For those who do not see it."""
    far = [f"{well} {_percent(value)}" for well, value in (*nominal.items(), *replicates.items()) if abs(value) >= FULL]
    worst = f"{FULL:g} % off or more: {', '.join(far[:12])}" if far else f"no well is {FULL:g} % off"
    return f"{len(nominal)} wells beside their nominal value, {len(replicates)} beside their replicates; {worst}."


def _percent(value: float) -> str:
    return f"{value:+.1f} %".replace("-", "−")


def _origin(place: int) -> float:
    return place * (PANEL + GAP) + LEFT


def _cell_size(shape: Shape) -> float:
    return (PANEL - LEFT - STRIP - 4.0) / shape.columns


@lru_cache(maxsize=12)
def _panel(place: int, title: str, shape: Shape) -> str:
    """Frame, title and names of rows and columns."""
    x, cell = _origin(place), _cell_size(shape)
    made = svg.text(x - LEFT + 4, 14, title, "label")
    made += svg.rectangle(x, TOP, cell * shape.columns, cell * shape.rows, "frame")
    every = 1 if cell >= 16 else 4
    for column in range(0, shape.columns, every):
        made += svg.text(x + (column + 0.5) * cell, TOP - 6, str(column + 1), "tick small", "middle")
    for row in range(0, shape.rows, 1 if cell >= 10 else 4):
        made += svg.text(x - 5, TOP + (row + 0.5) * cell + 4, row_name_from_index(row), "tick small", "end")
    return made


def _well(place: int, well: Well, value: float, cell: float) -> str:
    field, sign = _drawn(place, well, cell)
    opacity = _opacity(value)
    shapes = f'{field}{_css(value)}" fill-opacity="{opacity:.2f}"/>'
    if sign and abs(value) >= SIGNED:
        shade, said = "high" if opacity > 0.6 else "low", "+" if value > 0 else "−"
        shapes += f'{sign}{shade}" text-anchor="middle">{said}</text>'
    return f'<g class="point"><title>{well}: {_percent(value)}</title>{shapes}</g>'


@lru_cache(maxsize=4096)  # plates of one shape differ in colours and signs alone
def _drawn(place: int, well: Well, cell: float) -> tuple[str, str]:
    """The field of a well, and its sign where there is room for one: both up to their class."""
    row, column = row_column_from_well(well)
    x, y = _origin(place) + column * cell, TOP + row * cell
    field = svg.rectangle(x + 0.5, y + 0.5, cell - 1, cell - 1, "").removesuffix('"/>')
    sign = f'<text x="{x + cell / 2:.1f}" y="{y + cell / 2 + 4.5:.1f}" class="'
    return field, sign if cell >= 14 else ""


def _opacity(value: float) -> float:
    return 0.04 + 0.86 * min(abs(value) / FULL, 1.0)


def _css(value: float) -> str:
    return "reads-above" if value > 0 else "reads-below"


def _shade(box: tuple[float, float, float, float], value: float, hover: str, *, signed: bool = True) -> str:
    """One field, with its sign where there is room for it."""
    x, y, width, height = box
    opacity = _opacity(value)
    shapes = [svg.rectangle(x + 0.5, y + 0.5, width - 1, height - 1, _css(value), f' fill-opacity="{opacity:.2f}"')]
    if abs(value) >= SIGNED and height >= 14 and width >= 12 and (signed or width < 60):
        shade = "high" if opacity > 0.6 else "low"
        shapes.append(svg.text(x + width / 2, y + height / 2 + 4.5, "+" if value > 0 else "−", shade, "middle"))
    return svg.group("point", shapes, hover)


def _medians(percents: Percents, shape: Shape, cell: float) -> Iterator[str]:
    """Edge and inside as two fields, every row beside them and every column below."""
    x, wide, high = _origin(2), cell * shape.columns, cell * shape.rows
    lines: dict[tuple[str, int], list[float]] = {}
    rings: dict[bool, list[float]] = {True: [], False: []}
    for well, value in percents.items():
        row, column = row_column_from_well(well)
        lines.setdefault(("row", row), []).append(value)
        lines.setdefault(("column", column), []).append(value)
        rings[row in (0, shape.rows - 1) or column in (0, shape.columns - 1)].append(value)
    yield from _field((x, TOP, wide, high), rings[True], "edge")
    yield svg.rectangle(x + cell, TOP + cell, wide - 2 * cell, high - 2 * cell, "inner")
    yield from _field((x + cell, TOP + cell, wide - 2 * cell, high - 2 * cell), rings[False], "inside")
    for at, values, name in ((0.5, rings[True], "edge"), (shape.rows / 2, rings[False], "inside")):
        if values:
            said = f"{name} {_percent(median(values))} ({len(values)} wells)"
            yield svg.text(x + wide / 2, TOP + at * cell + 4, said, "tick", "middle")
    for (kind, index), values in sorted(lines.items()):
        if kind == "row":
            box, name = (x + wide + 3, TOP + index * cell, STRIP, cell), f"row {row_name_from_index(index)}"
        else:
            box, name = (x + index * cell, TOP + high + 3, cell, STRIP), f"column {index + 1}"
        yield from _field(box, values, name)


def _field(box: tuple[float, float, float, float], values: Sequence[float], name: str) -> Iterator[str]:
    if values:
        middle = median(values)
        yield _shade(box, middle, f"{name}: median {_percent(middle)} of {len(values)} wells", signed=False)


@lru_cache(maxsize=4)
def _legend(y: float) -> str:
    made = ""
    for index, value in enumerate((-FULL, -10.0, -5.0, 5.0, 10.0, FULL)):
        x = LEFT + 96 * index
        made += _shade((x, y - 12, 30, 15), value, _percent(value))
        made += svg.text(x + 36, y, f"{value:+g} %".replace("-", "−"), "tick")
    return made + svg.text(LEFT + 96 * 6, y, f"full colour from {FULL:g} % on, a sign from {SIGNED:g} %", "tick")
