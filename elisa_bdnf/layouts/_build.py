"""Statements about wells → a layout that fits its plate, or every reason why not."""

from __future__ import annotations

from collections.abc import Mapping

from elisa_bdnf.errors import LayoutError, Problem
from elisa_bdnf.inputs.well_contents import contents_from_facts
from elisa_bdnf.inputs.well_facts import WellFacts, listed_wells
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import STANDARD_SHAPES, Shape, Well, row_column_from_well, shape_from_extent, well_order

Facts = Mapping[Well, WellFacts]


def layout_from_facts(
    facts: Facts,
    *,
    origin: str,
    sha256: str,
    shape: Shape | None = None,
    plate: str | None = None,
    decimal: str = ".",
    remarks: tuple[str, ...] = (),
) -> tuple[Layout | None, list[Problem]]:
    """The layout, or None and all problems. Without ``shape``: the smallest plate of 96 wells or more that fits."""
    understood = contents_from_facts(facts, decimal=decimal)
    problems = understood.problems
    on = shape or _shape(facts)
    off = [well for well in sorted(facts, key=well_order) if well not in on]
    if off:
        first = next((fact for fact in facts[off[0]].values()), None)
        problems.append(
            Problem(
                f"{listed_wells(off)} {'is' if len(off) == 1 else 'are'} not on a plate of {on} wells",
                f"wells up to {_last_well(on)}",
                place=first.place if first else "",
                file=first.file if first else "",
            )
        )
    if not problems and not understood.contents:
        problems.append(Problem("the layout says nothing about any well", "at least standards and a sample"))
    if problems:
        return None, problems
    layout = Layout(
        on, understood.contents, understood.unit, origin, sha256, plate, (*remarks, *dict.fromkeys(understood.remarks))
    )
    return layout, []


def layouts_or_error(built: list[tuple[Layout | None, list[Problem]]], file: str) -> tuple[Layout, ...]:
    """All layouts of a file; raises LayoutError with the problems of all of them."""
    problems = list(dict.fromkeys(problem for _, of_one in built for problem in of_one))
    if problems:
        raise LayoutError(problems=problems).in_file(file)
    layouts = tuple(layout for layout, _ in built if layout is not None)
    names = [layout.plate for layout in layouts]
    if len(layouts) > 1 and len({name and name.casefold() for name in names}) < len(layouts):
        raise LayoutError(
            f"{len(layouts)} layouts in one file do not say which plate each is for",
            expected="a different plate name for each",
            file=file,
        )
    return layouts


def _shape(facts: Facts) -> Shape:
    places = [row_column_from_well(well) for well in facts]
    rows, columns = (max((place[axis] + 1 for place in places), default=0) for axis in (0, 1))
    largest = max(STANDARD_SHAPES.values())  # wells beyond it are reported with the others that are on no plate
    return shape_from_extent(min(max(rows, 8), largest[0]), min(max(columns, 12), largest[1]))


def _last_well(shape: Shape) -> Well:
    return list(shape.wells())[-1]
