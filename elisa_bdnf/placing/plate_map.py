"""Which well holds what: standards first, then samples down each block of columns, controls spread among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Well, well_from_row_column
from elisa_bdnf.placing.allotment import Subject
from elisa_bdnf.placing.wish import Control, Order, Wish, drawn
from elisa_bdnf.samples.sheet import SampleRow


def map_of(plate: Sequence[Subject], wish: Wish, number: int) -> Layout:
    """The layout of one plate; ``number`` counts plates from 1 and is part of the lots that are drawn."""
    contents = dict(_standards(wish))
    samples = [Content(Role.SAMPLE, row.sample) for row in _ordered(plate, wish, number)]
    for wells, content in zip(_places(wish), _filled(samples, wish), strict=False):
        if content is not None:
            contents |= dict.fromkeys(wells, content)
    return Layout(wish.shape, contents, wish.unit, "design")


def _standards(wish: Wish) -> Iterator[tuple[Well, Content]]:
    """From the highest down the first columns; the zero standard last."""
    for at, nominal in enumerate((*wish.standards, 0.0)):
        block, row = divmod(at, wish.shape.rows)
        content = Content(Role.STANDARD, f"STD{at + 1}", nominal, anchor=nominal in wish.anchors)
        for column in range(wish.standard_width):
            yield well_from_row_column(row, block * wish.standard_width + column), content


def _places(wish: Wish) -> Iterator[tuple[Well, ...]]:
    """The replicates of each place, side by side; down one block of columns, then the next."""
    first, width = wish.standard_blocks * wish.standard_width, wish.replicates
    for place in range(wish.places):
        block, row = divmod(place, wish.shape.rows)
        yield tuple(well_from_row_column(row, first + block * width + column) for column in range(width))


def _ordered(plate: Sequence[Subject], wish: Wish, number: int) -> list[SampleRow]:
    rows = [row for subject in plate for row in subject.rows]
    if wish.order is Order.SHEET:
        return rows
    if wish.order is Order.RANDOM:
        return sorted(rows, key=lambda row: drawn(wish.seed, str(number), row.sample))
    by_lot = sorted(plate, key=lambda subject: drawn(wish.seed, str(number), "subject", subject.name))
    return [row for subject in by_lot for row in subject.rows]


def _filled(samples: Sequence[Content], wish: Wish) -> Iterator[Content | None]:
    """What stands at each place: controls from the first filled place to the last, samples between them."""
    extra = [_control(control) for control in wish.controls]
    if wish.blank:
        extra.insert((len(extra) + 1) // 2, Content(Role.BLANK, "BLK"))
    total = len(samples) + len(extra)
    step = (total - 1) / (len(extra) - 1) if len(extra) > 1 else 0.0
    at = [round(step * index) if step else total // 2 for index in range(len(extra))]
    placed, waiting = dict(zip(at, extra, strict=True)), iter(samples)
    for place in range(total):
        yield placed[place] if place in placed else next(waiting, None)


def _control(control: Control) -> Content:
    return Content(Role.CONTROL, control.name, control.nominal, low=control.low, high=control.high)
