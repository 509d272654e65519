"""What a matrix of a Gen5 export is, by its label: a measured channel, the same corrected, or something calculated."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction
from elisa_bdnf.readers._gen5_procedure import Read

# ``450[2]`` is what Gen5 calls the second read of 450, ``450 (2)`` what we call a second matrix of one label.
_AGAIN = r"(?:\s*\[[0-9]+\])?(?: \([0-9]+\))?\Z"
_ABSORBANCE = re.compile(r"(?:(?P<read>.*):)?(?P<nm>[0-9]{3,4})(?:\s*\[(?:Test|Ref)\])?" + _AGAIN)
_FLUORESCENCE = re.compile(
    r"(?:(?P<read>.*):)?(?:[0-9]{3,4})(?:/[0-9]+)?\s*,\s*(?P<nm>[0-9]{3,4})(?:/[0-9]+)?"
    r"(?:\s*\[(?:Parallel|Perpendicular)\])?" + _AGAIN
)
_LUMINESCENCE = re.compile(
    r"(?:(?P<read>.*):)?(?:Lum|Luminescence|Full light|Alpha|(?P<nm>[0-9]{3,4})/[0-9]+)" + _AGAIN, re.IGNORECASE
)
_BLANK = re.compile(r"Blank (?P<inner>.+)\Z", re.IGNORECASE)
_PATH_LENGTH = re.compile(r"Corrected \[(?P<inner>.+)\]\Z", re.IGNORECASE)
_SPEED = re.compile(r"(?:Max|Mean) V \[(?P<inner>.+)\]\Z", re.IGNORECASE)
_CONCENTRATION = re.compile(r"\[?\s*conc(?:\.|entrations?)?\s*\]?\Z", re.IGNORECASE)
_FEW = 12  # at most one in so many wells may deviate
_MODES = {
    "absorbance": ChannelKind.ABSORBANCE,
    "fluorescence": ChannelKind.FLUORESCENCE,
    "luminescence": ChannelKind.LUMINESCENCE,
}


@dataclass(frozen=True, slots=True)
class ChannelMeaning:
    """How a matrix was measured, and what was done to it."""

    wavelength_nm: float | None
    kind: ChannelKind
    correction: Correction = Correction.NONE


def channel_meaning_or_none(label: str, reads: Sequence[Read]) -> ChannelMeaning | None:
    """None: the matrix was calculated (a concentration, a ratio, a path length, a mean of a scan)."""
    if match := _BLANK.match(label):
        return _corrected_or_none(match["inner"], Correction.BLANK, reads)
    if match := _PATH_LENGTH.match(label):
        return _corrected_or_none(match["inner"], Correction.PATH_LENGTH, reads)
    for pattern, kind in (
        (_ABSORBANCE, ChannelKind.ABSORBANCE),
        (_FLUORESCENCE, ChannelKind.FLUORESCENCE),
        (_LUMINESCENCE, ChannelKind.LUMINESCENCE),
    ):
        if match := pattern.match(label):
            wavelength = match.groupdict().get("nm")
            return ChannelMeaning(float(wavelength) if wavelength else None, _kind(match["read"], kind, reads))
    return None


def is_speed(label: str) -> bool:
    """Whether a matrix is what Gen5 reduces a kinetic to."""
    return _SPEED.match(label) is not None


def reduction_meaning_or_none(label: str, reads: Sequence[Read]) -> ChannelMeaning | None:
    """``Max V [450]``: the speed that Gen5 reduced a read over time to. None for anything else."""
    match = _SPEED.match(label)
    return _corrected_or_none(match["inner"], Correction.REDUCED, reads) if match else None


def _corrected_or_none(inner: str, correction: Correction, reads: Sequence[Read]) -> ChannelMeaning | None:
    meaning = channel_meaning_or_none(inner, reads)
    return meaning and ChannelMeaning(meaning.wavelength_nm, meaning.kind, correction)


def _kind(label: str | None, kind: ChannelKind, reads: Sequence[Read]) -> ChannelKind:
    """The procedure knows better than the form of a label, where it names one read so."""
    modes = {read.mode.split(" ")[0].casefold() for read in reads if read.label == (label or "")}
    return _MODES.get(modes.pop(), kind) if len(modes) == 1 else kind


def is_concentration(label: str) -> bool:
    return _CONCENTRATION.match(label) is not None


@dataclass(frozen=True, slots=True)
class Difference:
    """Labels of the measured channels of which a matrix is the first minus the second, but for the deviating wells."""

    first: str
    second: str
    deviating: tuple[Well, ...] = ()


def difference_of(values: Sequence[float], raw: Sequence[Channel], wells: Sequence[Well]) -> Difference | None:
    """The two channels whose difference a calculated matrix is, at the printed digits; None where it is none.

    The name of such a matrix is the user's (``Delta``, ``OD``), so that its numbers have to tell. Where a few of many
    wells deviate it still is that difference, and those wells were edited.
    """
    found = [
        Difference(first.label, second.label, deviating)
        for first in raw
        for second in raw
        if first is not second and (deviating := _deviating_or_none(values, first, second, wells)) is not None
    ]
    return min(found, key=lambda difference: len(difference.deviating), default=None)


def _deviating_or_none(
    values: Sequence[float], first: Channel, second: Channel, wells: Sequence[Well]
) -> tuple[Well, ...] | None:
    """The wells in which the values are not that difference; None where there are too many, which shows at once."""
    compared: list[float] = []
    deviating: list[Well] = []
    for well, value, one, other in zip(wells, values, first.values, second.values, strict=True):
        off = abs(value - (one - other))
        if off >= 0.00151:
            deviating.append(well)
            if len(deviating) * _FEW > len(wells):
                return None
        if not math.isnan(off):
            compared.append(value)
    if len(compared) < 4 or not any(abs(value) > 0.01 for value in compared):
        return None
    return tuple(deviating) if len(deviating) * _FEW <= len(compared) else None


def is_monotonic(pairs: Iterable[tuple[float, float]]) -> bool:
    """Whether a concentration can be a function of a response: sorted by response it only rises, or only falls.

    Equal responses may have different concentrations, for the software calculates with more digits than it prints.
    """
    pairs = list(pairs)
    rising = [concentration for _, concentration in sorted(pairs)]
    if rising == sorted(rising):
        return True
    falling = [concentration for _, concentration in sorted(pairs, key=lambda pair: (pair[0], -pair[1]))]
    return falling == sorted(falling, reverse=True)
