"""Simulated plates and what can silently go wrong with them; used by faults.py.

A plate is what its maker meant (a layout with true concentrations) and what the reader saw. Every fault changes one of
the two, so that they no longer belong together. Assays differ from plate to plate: six curves, response CVs of 3 to
6 %, six or seven levels and zero, duplicates or triplicates, low, mixed and high samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape, Well, row_column_from_well, well_from_row_column
from elisa_bdnf.model.reading import Channel, Note, NoteKind, Reading, Source

SHAPE = Shape(8, 12)
PLASTIC, REFERENCE_SHARE, READER_SD = 0.040, 0.03, 0.0015  # OD, share of the signal at 570 nm, OD
LEVEL_CV, EDGE = 0.01, 0.01  # error that the wells of a level share; surplus of wells at the edge
READER_MOST = 4.0

# a, b, c, d, g of y = d + (a − d)/(1 + (x/c)^b)^g, above the plastic; x in pg/mL in the well
CURVES = (
    (0.020, 1.15, 330.0, 2.9, 1.0),
    (0.035, 1.00, 500.0, 3.3, 1.0),
    (0.015, 1.35, 260.0, 2.4, 1.0),
    (0.025, 1.20, 250.0, 3.0, 0.8),
    (0.030, 1.05, 520.0, 2.6, 1.4),
    (0.030, 1.25, 190.0, 3.1, 1.0),
)
DEVELOPED_TOO_LONG = (0.040, 1.40, 120.0, 3.4, 1.0)  # the top standards lie on the plateau
POPULATIONS = MappingProxyType({"mixed": (90.0, 2.1), "low": (16.0, 1.4), "high": (280.0, 1.5)})  # median, GSD, in well
CONTROLS = MappingProxyType({"low": 40.0, "mid": 120.0, "high": 320.0})
TOP = 500.0


@dataclass(frozen=True)
class Assay:
    """What varies from plate to plate."""

    curve: tuple[float, float, float, float, float]
    cv: float
    levels: int  # with the zero standard
    replicates: int
    population: str


@dataclass(frozen=True)
class Plate:
    """``held``: pg/mL that is truly in each well (nan: nothing was pipetted). ``main``, ``reference``: (8, 12) OD."""

    assay: Assay
    contents: Mapping[Well, Content]
    truth: Mapping[str, float]  # sample → pg/mL in the well
    held: np.ndarray
    main: np.ndarray
    reference: np.ndarray
    name: str = "Plate 1"


def assay_from(noise: np.random.Generator, cv: tuple[float, float], *, hot: bool) -> Assay:
    """``cv``: the range of the response CV of a well; ``hot``: half of the plates were developed too long."""
    curves = (*CURVES, *(DEVELOPED_TOO_LONG,) * len(CURVES)) if hot else CURVES
    return Assay(
        curves[noise.integers(len(curves))],
        float(noise.uniform(*cv)),
        int(noise.integers(7, 9)),
        int(noise.choice([2, 2, 3])),
        str(noise.choice(list(POPULATIONS))),
    )


def plate_from(noise: np.random.Generator, assay: Assay, name: str = "Plate 1") -> Plate:
    contents, truth = _meant(noise, assay)
    held = np.full((SHAPE.rows, SHAPE.columns), np.nan)
    for well, content in contents.items():
        known = truth.get(content.name) if content.role is Role.SAMPLE else (content.nominal or 0.0)
        held[row_column_from_well(well)] = known
    main, reference = seen(noise, assay, held, _shared_errors(noise, contents))
    return Plate(assay, contents, truth, held, main, reference, name)


def seen(
    noise: np.random.Generator, assay: Assay, held: np.ndarray, shared: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """OD at 450 and 570 nm, (8, 12), of wells that hold so much."""
    a, b, c, d, g = assay.curve
    amount = np.nan_to_num(held) * shared
    signal = np.where(np.isnan(held), 0.0, d + (a - d) / (1 + (amount / c) ** b) ** g)
    signal = signal * (1 + assay.cv * noise.standard_normal(held.shape)) * (1 + EDGE * _edge())
    main = PLASTIC + signal + READER_SD * noise.standard_normal(held.shape)
    return main, PLASTIC + REFERENCE_SHARE * signal + READER_SD * noise.standard_normal(held.shape)


def _edge() -> np.ndarray:
    edge = np.ones((SHAPE.rows, SHAPE.columns))
    edge[1:-1, 1:-1] = 0
    return edge


def _meant(noise: np.random.Generator, assay: Assay) -> tuple[dict[Well, Content], dict[str, float]]:
    """Standards in the first columns from the top down, zero below them; then controls and samples, side by side."""
    r, contents = assay.replicates, {}
    nominals = [TOP / 2**index for index in range(assay.levels - 1)]
    for row in range(SHAPE.rows):
        nominal = nominals[row] if row < len(nominals) else 0.0
        if row <= len(nominals):
            for column in range(r):
                contents[well_from_row_column(row, column)] = Content(Role.STANDARD, f"STD{row + 1}", nominal)
    places = [(row, column) for column in range(r, 12 - r + 1, r) for row in range(SHAPE.rows)]
    at = {0: "low", len(places) // 2: "mid", len(places) - 1: "high"}
    median, gsd = POPULATIONS[assay.population]
    truth = {}
    for index, (row, column) in enumerate(places):
        if index in at:
            nominal = CONTROLS[at[index]]
            content = Content(Role.CONTROL, at[index], nominal, 1.0, low=0.75 * nominal, high=1.25 * nominal)
        else:
            content = Content(Role.SAMPLE, f"S{index:02d}", dilution_factor=1.0)
            truth[content.name] = float(median * gsd ** noise.standard_normal())
        contents |= {well_from_row_column(row, column + offset): content for offset in range(r)}
    return contents, truth


def _shared_errors(noise: np.random.Generator, contents: Mapping[Well, Content]) -> np.ndarray:
    errors = {name: 1 + LEVEL_CV * noise.standard_normal() for name in dict.fromkeys(c.name for c in contents.values())}
    shared = np.ones((SHAPE.rows, SHAPE.columns))
    for well, content in contents.items():
        shared[row_column_from_well(well)] = errors[content.name]
    return shared


def layout_of(plate: Plate) -> Layout:
    return Layout(SHAPE, plate.contents, unit="pg/mL")


def reading_of(plate: Plate, *, exchanged: bool = False) -> Reading:
    """The plate as an export would give it; a reader prints three decimals and a word above its range."""
    labels = (570.0, 450.0) if exchanged else (450.0, 570.0)
    channels = tuple(_channel(nm, values) for nm, values in zip(labels, (plate.main, plate.reference), strict=True))
    source = Source(f"{plate.name}.txt", "0" * 64, "simulated")
    read = [channel for channel in channels if not all(math.isnan(value) for value in channel.values)]
    return Reading(source, plate.name, SHAPE, tuple(sorted(read, key=lambda c: c.wavelength_nm or 0)))


def _channel(wavelength: float, values: np.ndarray) -> Channel:
    numbers = [round(float(value), 3) for value in values.ravel()]
    # Absurd numbers (milli-OD, a lost decimal comma) come as numbers: no reader would have printed its word there.
    over = {w for w, v in zip(SHAPE.wells(), numbers, strict=True) if READER_MOST < v < 2 * READER_MOST}
    shown = tuple(float("nan") if w in over else v for w, v in zip(SHAPE.wells(), numbers, strict=True))
    notes = {well: Note("OVRFLW", NoteKind.OVERFLOW) for well in over}
    return Channel(f"{wavelength:.0f}", shown, wavelength_nm=wavelength, notes=notes)


Change = Callable[[np.random.Generator, Plate], Plate | None]  # None: this plate cannot have the fault


def _moved(plate: Plate, move: Callable[[np.ndarray], np.ndarray]) -> Plate:
    return replace(plate, main=move(plate.main), reference=move(plate.reference))


def rotated(_: np.random.Generator, plate: Plate) -> Plate:
    return _moved(plate, lambda values: values[::-1, ::-1])


def mirrored(_: np.random.Generator, plate: Plate) -> Plate:
    return _moved(plate, lambda values: values[:, ::-1])


def column_major(_: np.random.Generator, plate: Plate) -> Plate:
    """A list written column by column was read row by row."""
    return _moved(plate, lambda values: values.T.ravel().reshape(values.shape))


def transposed(_: np.random.Generator, plate: Plate) -> Plate:
    """Eight by eight wells exchanged rows for columns; what lies beyond reads as plastic."""

    def move(values: np.ndarray) -> np.ndarray:
        turned = np.full_like(values, PLASTIC)
        turned[:, :8] = values[:, :8].T
        return turned

    return _moved(plate, move)


def shifted(noise: np.random.Generator, plate: Plate) -> Plate:
    """All rows or all columns by one well; empty plastic moves in."""
    axis, step = int(noise.integers(2)), int(noise.choice([-1, 1]))

    def move(values: np.ndarray) -> np.ndarray:
        gone = np.roll(values, step, axis)
        edge = [slice(None), slice(None)]
        edge[axis] = slice(0, 1) if step > 0 else slice(-1, None)
        gone[tuple(edge)] = PLASTIC
        return gone

    return _moved(plate, move)


def row_shifted(noise: np.random.Generator, plate: Plate) -> Plate:
    """A pipette was set one well too far to the right, or to the left, in one row."""
    row, step = int(noise.integers(SHAPE.rows)), int(noise.choice([-1, 1]))

    def move(values: np.ndarray) -> np.ndarray:
        gone = values.copy()
        gone[row] = np.roll(values[row], step)
        gone[row, 0 if step > 0 else -1] = PLASTIC
        return gone

    return _moved(plate, move)


def bottom_up(_: np.random.Generator, plate: Plate) -> Plate:
    """The standards stand in the opposite order of what the layout says, zero included."""
    standards = sorted((w for w, c in plate.contents.items() if c.role is Role.STANDARD), key=row_column_from_well)
    rows = sorted({row_column_from_well(well)[0] for well in standards})
    turned = dict(zip(rows, reversed(rows), strict=True))

    def move(values: np.ndarray) -> np.ndarray:
        gone = values.copy()
        for row, other in turned.items():
            gone[row, : plate.assay.replicates] = values[other, : plate.assay.replicates]
        return gone

    return _moved(plate, move)


def wrong_direction(_: np.random.Generator, plate: Plate) -> Plate | None:
    """Duplicates of controls and samples lie side by side and were declared one above the other."""
    if plate.assay.replicates != 2:
        return None
    contents = {}
    for well, content in plate.contents.items():
        row, column = row_column_from_well(well)
        if content.role is Role.STANDARD:
            contents[well] = content
            continue
        partner = well_from_row_column(row - row % 2 + column % 2, column - column % 2)
        contents[well] = plate.contents[partner]
    return replace(plate, contents=contents)


def milli(_: np.random.Generator, plate: Plate) -> Plate:
    return _moved(plate, lambda values: values * 1000)


def saturated(noise: np.random.Generator, plate: Plate) -> Plate | None:
    """The reader stops at some OD of at least 2, with a spread of at most its last digits."""
    most, spread = float(noise.uniform(2.0, 2.4)), float(noise.choice([0.0, 0.001]))
    if np.sum(plate.main > most + 0.01) < 3:
        return None
    stop = most + spread * noise.standard_normal(plate.main.shape)
    return replace(plate, main=np.minimum(plate.main, stop))


def blank_is_standard(_: np.random.Generator, plate: Plate) -> Plate:
    """The lowest standard was pipetted where the zero standard should be."""
    zero = [row_column_from_well(w) for w, c in plate.contents.items() if c.is_zero_standard]
    gone = plate.main.copy()
    for row, column in zero:
        gone[row, column] = plate.main[row - 1, (column + 1) % plate.assay.replicates]
    return replace(plate, main=gone)


def low_standard_off(noise: np.random.Generator, plate: Plate) -> Plate:
    """One of the three lowest non-zero levels holds twice, or half, of what it should, in all its wells."""
    row, factor = plate.assay.levels - 2 - int(noise.integers(3)), float(noise.choice([0.5, 2.0]))
    held = plate.held.copy()
    held[row, : plate.assay.replicates] *= factor
    main, reference = seen(noise, plate.assay, held, np.ones_like(held))
    gone, gone_too = plate.main.copy(), plate.reference.copy()
    gone[row, : plate.assay.replicates] = main[row, : plate.assay.replicates]
    gone_too[row, : plate.assay.replicates] = reference[row, : plate.assay.replicates]
    return replace(plate, main=gone, reference=gone_too)


def discordant(noise: np.random.Generator, plate: Plate) -> Plate:
    """Four wells, anywhere, of which a pipette gave 0.5 to 2 times as much as it should."""
    gone = plate.main.copy()
    for _ in range(4):
        row, column = int(noise.integers(SHAPE.rows)), int(noise.integers(plate.assay.replicates, SHAPE.columns))
        gone[row, column] *= 2 ** float(noise.uniform(-1, 1))
    return replace(plate, main=gone)


def copied(noise: np.random.Generator, plate: Plate) -> Plate:
    """One well of a standard (not the lowest ones) was copied over its replicates."""
    row = int(noise.integers(3))

    def move(values: np.ndarray) -> np.ndarray:
        gone = values.copy()
        gone[row, : plate.assay.replicates] = values[row, 0]
        return gone

    return _moved(plate, move)


def samples_blanked(_: np.random.Generator, plate: Plate) -> Plate:
    """Before the export, somebody subtracted the blank from the samples only."""
    zero = [row_column_from_well(w) for w, c in plate.contents.items() if c.is_zero_standard]
    gone = plate.main.copy()
    gone[:, plate.assay.replicates :] -= float(np.mean([plate.main[at] for at in zero]))
    return replace(plate, main=gone, reference=np.full_like(plate.main, np.nan))


def standards_referenced(_: np.random.Generator, plate: Plate) -> Plate:
    """Before the export, somebody subtracted the reference read from the standards only."""
    gone = plate.main.copy()
    gone[:, : plate.assay.replicates] -= plate.reference[:, : plate.assay.replicates]
    return replace(plate, main=gone, reference=np.full_like(plate.main, np.nan))
