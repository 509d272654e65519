"""Would the replicates of a plate agree far better if the plate lay otherwise than its layout says?

Responses of different samples differ, those of replicates do not: the sum of squares within replicates tells how well
a layout fits the wells, whatever the samples hold. Moves that leave replicates together (all rows one down) do not show
here; the standards and the controls show those.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Shape, row_name_from_index
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.model.result import Analysis

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

FOOT = 0.03  # OD: ln(response + FOOT), so that reading noise near zero is no difference
LEAST_SPREAD = 0.02  # of ln response: no assay scatters less, and equal wells must not make everything significant
MOST_FROM_ONE = 7.0  # evidence for a move from one content: a discordant duplicate gains by many moves
_TAKEN_AWAY = (WellUse.MASKED, WellUse.EXCLUDED, WellUse.MISSING, WellUse.EMPTY)
# Median of a χ² over its degrees of freedom, by wells in a group: turns the median of variances into a variance.
_MEDIAN_SHARE = (math.nan, math.nan, 0.4549, 0.6931, 0.7887, 0.8392, 0.8703)


@dataclass(frozen=True, slots=True)
class Move:
    """Another way in which the plate may lie: ``sources`` says which well was truly read where, −1 for none."""

    sentence: str
    sources: Indices


@dataclass(frozen=True, slots=True)
class BetterPlacement:
    """A move under which the replicates agree better; spreads are root mean squares of ln response."""

    move: Move
    evidence: float
    as_laid_out: float
    moved: float


@dataclass(frozen=True, slots=True)
class Replicates:
    """``values``: ln(response + FOOT), row by row, nan where none."""

    shape: Shape
    values: Floats
    groups: tuple[tuple[int, ...], ...]  # positions of the wells of each content with two or more
    roles: tuple[Role, ...]  # what they are

    @property
    def count(self) -> int:
        return len(self.groups)

    @staticmethod
    def of(analysis: Analysis) -> Replicates:
        shape = analysis.reading.shape
        position = _positions(shape)
        kept = []
        for group in analysis.groups:
            left = [well.well for well in group.left_out if well.use not in _TAKEN_AWAY]
            own = tuple([position[well] for well in (*group.wells, *left)])
            if len(own) > 1:
                kept.append((own, group.content.role))
        responses = np.array([well.response for well in analysis.responses.wells])
        values = np.log(np.maximum(responses, 0.0) + FOOT)
        return Replicates(shape, values, tuple([own for own, _ in kept]), tuple([role for _, role in kept]))


@lru_cache(maxsize=8)
def _positions(shape: Shape) -> dict[str, int]:
    return {well: index for index, well in enumerate(shape.wells())}


@dataclass(frozen=True, slots=True)
class _Tried:
    """All moves, where wells would have been read under them, (wells, moves), and which groups they concern.

    ``by_size``: the groups with equally many wells, and the positions of their wells, (wells, groups).
    """

    moves: tuple[Move, ...]
    sources: Indices
    concerned: NDArray[np.bool_]  # (groups, moves)
    by_size: tuple[tuple[list[int], Indices], ...]


@lru_cache(maxsize=8)  # plates of a batch have one layout
def _tried(shape: Shape, groups: tuple[tuple[int, ...], ...], roles: tuple[Role, ...]) -> _Tried:
    moves = (*_shifts(shape), *_turned(shape, groups, roles))
    sources = np.column_stack([move.sources for move in moves])
    elsewhere = sources != np.arange(len(sources))[:, None]
    concerned = np.array([elsewhere[list(group)].any(axis=0) for group in groups])
    sizes: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        sizes.setdefault(len(group), []).append(index)
    by_size = [(indices, np.array([groups[index] for index in indices]).T) for indices in sizes.values()]
    return _Tried(moves, sources, concerned, tuple(by_size))


def better_placements(replicates: Replicates, ratio: float) -> tuple[BetterPlacement | None, BetterPlacement | None]:
    """The move with most evidence among those that make the sum of squares more than ``ratio`` times smaller; twice.

    Evidence is the sum of (SS as laid out − SS moved) / 2s² over the contents that the move concerns, the log
    likelihood ratio of normal errors: at first with ``MOST_FROM_ONE`` at most from each content, which makes it robust
    against wells that went wrong one by one, then as it is. s² is the median variance within all replicates of the
    plate (moved ones where the move concerns them), put right for its degrees of freedom.
    """
    tried = _tried(replicates.shape, replicates.groups, replicates.roles)
    moved = np.where(tried.sources >= 0, replicates.values[tried.sources], math.nan)
    laid = np.broadcast_to(replicates.values[:, None], moved.shape)
    known = np.isfinite(moved) & np.isfinite(laid)
    freedom, before, after = (np.empty(tried.concerned.shape) for _ in range(3))
    for groups, wells in tried.by_size:
        counts = known[wells].sum(axis=0)
        freedom[groups] = np.maximum(counts - 1, 0)
        before[groups], after[groups] = (_squares(values[wells], known[wells], counts) for values in (laid, moved))
    as_laid_out, read = (np.sum(np.where(tried.concerned, squares, 0), axis=0) for squares in (before, after))
    far_better = as_laid_out > ratio * read * (1 + 1e-9)
    if not far_better.any():
        return None, None  # as on nearly every plate
    variance = _typical_variance(np.where(tried.concerned, after, before), freedom)
    count = np.sum(np.where(tried.concerned, freedom, 0), axis=0)
    gains = np.where(tried.concerned, before - after, 0) / (2 * variance)
    spreads = np.sqrt(np.array((as_laid_out, read)) / np.maximum(count, 1))

    def best_or_none(evidence: Floats) -> BetterPlacement | None:
        better = np.where(far_better, evidence, 0.0)
        best = int(np.argmax(better))
        move, found = tried.moves[best], float(better[best])
        return BetterPlacement(move, found, *map(float, spreads[:, best])) if found else None

    robust = np.sum(np.minimum(gains, MOST_FROM_ONE), axis=0)
    return best_or_none(np.maximum(robust, 0.0)), best_or_none(np.maximum(np.sum(gains, axis=0), 0.0))


def _squares(values: Floats, known: NDArray[np.bool_], counts: Floats) -> Floats:
    """Sum of squares around the mean of so many known wells of each group, (wells, groups, moves) → (groups, moves)."""
    filled = np.where(known, values, 0.0)
    sums = filled.sum(axis=0)
    return np.asarray(np.maximum((filled * filled).sum(axis=0) - sums * sums / np.maximum(counts, 1), 0.0))


def _typical_variance(squares: Floats, freedom: Floats) -> Floats:
    """The variance within replicates by its median over the groups, (moves,): a few groups apart do not change it."""
    share = np.array(_MEDIAN_SHARE)[np.minimum(freedom.astype(int) + 1, len(_MEDIAN_SHARE) - 1)]
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = np.where(freedom > 0, squares / (freedom * share), math.inf)
    variances.sort(axis=0)
    groups = np.sum(freedom > 0, axis=0)
    middle = variances[np.maximum(groups - 1, 0) // 2, np.arange(variances.shape[1])]
    return np.asarray(np.maximum(np.where(groups > 0, middle, math.inf), LEAST_SPREAD**2))


@lru_cache(maxsize=8)
def _shifts(shape: Shape) -> tuple[Move, ...]:
    """Rows, columns and the whole plate, one well off either way."""
    moves = []
    for axis, step, words in ((1, 1, "right"), (1, -1, "left"), (0, 1, "below"), (0, -1, "above")):
        whole = _beside(shape, axis, step)
        side = f"one well to the {words}" if axis else f"one well {words}"
        moves.append(Move(f"if the whole plate is read {side}", whole.ravel()))
        for line in range(shape.rows if axis else shape.columns):
            own = np.arange(shape.size).reshape(shape.rows, shape.columns)
            at = (line, slice(None)) if axis else (slice(None), line)
            own[at] = whole[at]
            name = f"row {row_name_from_index(line)}" if axis else f"column {line + 1}"
            moves.append(Move(f"if {name} is read {side}", own.ravel()))
    return tuple(moves)


def _beside(shape: Shape, axis: int, step: int) -> Indices:
    """For each well the position of its neighbor, −1 beyond the edge, (rows, columns)."""
    padded = np.pad(np.arange(shape.size).reshape(shape.rows, shape.columns), 1, constant_values=-1)
    rolled = np.roll(padded, -step, axis)
    return np.asarray(rolled[1:-1, 1:-1])


def _turned(shape: Shape, groups: Sequence[tuple[int, ...]], roles: Sequence[Role]) -> Iterator[Move]:
    """Pairs that lie down read as lying across, and the other way round, within blocks of two by two wells.

    Standards stay: they fill columns of their own, and where they are turned the curve says so. Controls may have been
    laid out with the standards or with the samples.
    """
    columns = shape.columns
    for turned in ((Role.SAMPLE,), (Role.SAMPLE, Role.CONTROL)):
        own = zip(groups, roles, strict=True)
        pairs = [wells for wells, role in own if len(wells) == 2 and role in turned]
        for apart, beside, words in ((columns, 1, "across, not down"), (1, columns, "down, not across")):
            firsts = sorted(first for first, second in pairs if second - first == apart)
            sources = _blocks_turned(np.arange(shape.size), firsts, apart, beside)
            if sources is not None:
                yield Move(f"if duplicates lie {words}", sources)


def _blocks_turned(sources: Indices, firsts: list[int], apart: int, beside: int) -> Indices | None:
    """Exchange the off-diagonal wells of each two by two wells that two pairs fill; None where there is no such block.

    Pairs of one block lie ``beside`` one another and never in two rows of wells by wrapping around: a pair that lies
    down starts a block at most in the last column but one.
    """
    columns, taken = max(apart, beside), set[int]()
    for first in firsts:
        wraps = beside == 1 and (first + 1) % columns == 0
        if first not in taken and first + beside in firsts and not wraps:
            taken |= {first, first + beside}
            sources[first + apart], sources[first + beside] = first + beside, first + apart
    return sources if taken else None
