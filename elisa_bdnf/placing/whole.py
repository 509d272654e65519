"""A sample sheet and a protocol → layouts, and what to say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from elisa_bdnf.errors import LayoutError, Problem
from elisa_bdnf.inputs.well_facts import folded
from elisa_bdnf.layouts.convert import toml_from_layouts
from elisa_bdnf.model.layout import Layout, Role
from elisa_bdnf.placing.allotment import Subject, groups_on, plates_of, subjects_of
from elisa_bdnf.placing.plate_map import map_of
from elisa_bdnf.placing.wish import Wish
from elisa_bdnf.reports.digits import count
from elisa_bdnf.reports.inert import show
from elisa_bdnf.samples.sheet import SampleSheet

FEWEST_STANDARDS = 5  # levels above zero on which a curve rests (STD-01)


@dataclass(frozen=True, slots=True)
class PlacedPlate:
    """One plate. ``name`` is what its export should be called, so that the layout is found beside it."""

    name: str
    layout: Layout
    subjects: tuple[Subject, ...]


def place(sheet: SampleSheet, wish: Wish) -> list[PlacedPlate]:
    """A map for each plate that the sheet needs. Raises LayoutError with all that is in the way."""
    problems = [*_impossible(wish), *_same_names(sheet, wish)]
    if problems:
        raise LayoutError(problems=problems).in_file(sheet.file)
    try:
        plates = plates_of(subjects_of(sheet.rows, wish), wish)
    except LayoutError as error:
        raise error.in_file(sheet.file) from None
    return [
        PlacedPlate(f"plate-{number}", map_of(plate, wish, number), tuple(plate))
        for number, plate in enumerate(plates, start=1)
    ]


def _impossible(wish: Wish) -> Iterator[Problem]:
    if wish.capacity < 1:
        told = f"{count(len(wish.standards) + 1, 'standard')} and {count(len(wish.controls), 'control')}"
        found = f"{told} leave no room for samples on {wish.shape} wells"
        yield Problem(found, hint="take a larger plate: --wells 384")


def _same_names(sheet: SampleSheet, wish: Wish) -> Iterator[Problem]:
    """A sample that is called like a control would be taken for it, or the other way round."""
    ours = {folded(control.name) for control in wish.controls}
    ours |= {folded(f"STD{at}") for at in range(1, len(wish.standards) + 2)} | ({"blk"} if wish.blank else set())
    for row in sheet.rows:
        if folded(row.sample) in ours:
            yield Problem(f"sample {row.sample!r} is called like a control or standard", "other names", place=row.place)


def files_of(plates: Sequence[PlacedPlate], command: str) -> dict[str, bytes]:
    """A layout file for each plate; ``command`` says in it how to get the same again."""
    return {f"{plate.name}.layout.toml": _file(plate, len(plates), command) for plate in plates}


def _file(plate: PlacedPlate, plates: int, command: str) -> bytes:
    head = [
        f"# {plate.name} of {count(plates, 'plate')}. Save its export as {plate.name}.txt beside this file: the two",
        "# belong together by name. What is known of the samples is in the sample sheet (--samples).",
        f"# Made by: {show(command)}",
    ]
    return ("\n".join(head) + "\n" + toml_from_layouts([plate.layout])).encode()


def summary_of(plates: Sequence[PlacedPlate], wish: Wish) -> Iterator[str]:
    """Lines for a person: how many plates, and what is on each."""
    samples = sum(_samples(plate) for plate in plates)
    wells = count(wish.replicates, "well")
    yield f"{count(samples, 'sample')} on {count(len(plates), 'plate')}, {wells} each"
    for plate in plates:
        counted = groups_on(plate.subjects)
        groups = ", ".join(f"{number} {show(group) or 'without'}" for group, number in counted.items())
        free = wish.capacity - _samples(plate)
        told = f"{count(len(plate.subjects), 'subject')}{f' ({wish.balance}: {groups})' if groups else ''}"
        yield f"  {plate.name}: {count(_samples(plate), 'sample')} of {told}; room for {free} more"
    if wish.unit is None:
        yield "note: no unit of the standards is stated; say it with --set unit=pg/mL, or in each layout"
    if len(wish.standards) < FEWEST_STANDARDS:
        told = count(len(wish.standards), "standard")
        yield f"note: {told} above zero: a plate needs {FEWEST_STANDARDS} for a curve; name more with --standards"
    if not wish.controls:
        yield "note: no controls: without them nothing tells a bad plate from a good one; add some with --control"


def _samples(plate: PlacedPlate) -> int:
    return len({content.name for content in plate.layout.contents.values() if content.role is Role.SAMPLE})
